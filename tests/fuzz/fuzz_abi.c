/* Return data through every reader of eth/abi.h: at each word of the top level, of the tuples
 * behind it and of the arrays. Whatever a reader hands out must lie within the data, and what the
 * first word holds must survive being written as text and parsed again. */
#include "eth/abi.h"
#include "require.h"

#include <string.h>

enum { MAX_WORDS = 12, MAX_ELEMENTS = 8 }; /* one more than our longest tuple has */

static void require_within(const struct abi *view, const void *bytes, size_t len)
{
    size_t at = (size_t)((const uint8_t *)bytes - view->data);
    require(at <= view->len && len <= view->len - at);
}

static void read_values(const struct abi *view, size_t index)
{
    const uint8_t *word;
    struct address address;
    struct abi_text text;
    uint64_t number;
    amount value;
    bool flag;
    if (!abi_word(view, index, &word))
        require_within(view, word, 32);
    bool is_number = !abi_u64(view, index, &number);
    if (!abi_bool(view, index, &flag))
        require(is_number && number == flag);
    if (!abi_amount(view, index, &value))
        require(is_number ? value == number : value > UINT64_MAX);
    else
        require(!is_number);
    if (!abi_address(view, index, &address))
        require(memcmp(address.bytes, word + 12, 20) == 0);
    if (!abi_text(view, index, &text))
        require_within(view, text.bytes, text.len);
}

static void read_tuple(const struct abi *view)
{
    require(view->base <= view->len);
    for (size_t i = 0; i < MAX_WORDS; i++)
        read_values(view, i);
}

static void read_array(const struct abi *view, size_t index, size_t min_words)
{
    struct abi body;
    size_t count;
    if (abi_array(view, index, min_words, &body, &count))
        return;
    require(body.base <= body.len && count <= (body.len - body.base) / 32 / min_words);
    for (size_t i = 0; i < count && i < MAX_ELEMENTS; i++) {
        for (size_t word = 0; word < min_words; word++) {
            const uint8_t *bytes;
            require(!abi_word(&body, i * min_words + word, &bytes));
            require_within(&body, bytes, 32);
        }
        struct abi element;
        if (min_words == 1 && !abi_tuple(&body, i, &element))
            read_tuple(&element);
    }
}

static void write_texts(const struct abi *view)
{
    const uint8_t *word;
    struct address address, same_address;
    amount value, same_value;
    char text[WORD_TEXT_BYTES];
    if (abi_word(view, 0, &word))
        return;
    require(strlen(word_text(word, text)) < sizeof text);
    if (!abi_amount(view, 0, &value)) {
        char decimal[AMOUNT_TEXT_BYTES];
        require(strcmp(amount_text(value, decimal), text) == 0);
        require(!amount_parse(decimal, &same_value) && same_value == value);
    }
    if (!abi_address(view, 0, &address)) {
        char checksummed[ADDRESS_TEXT_BYTES];
        require(!address_parse(address_text(&address, checksummed), &same_address));
        require(address_equal(&address, &same_address));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct abi view = abi_make(data, len), inner;
    write_texts(&view);
    read_tuple(&view);
    for (size_t i = 0; i < MAX_WORDS; i++) {
        read_array(&view, i, 1); /* services, accounts */
        if (abi_tuple(&view, i, &inner))
            continue;
        read_tuple(&inner);
        for (size_t field = 0; field < MAX_WORDS; field++)
            read_array(&inner, field, 4); /* refunds */
    }
    return 0;
}
