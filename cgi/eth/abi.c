#include "eth/abi.h"

#include <endian.h>
#include <string.h>

enum { WORD = 32 };

/* Sizes, offsets and counts are 256-bit words. Whatever does not fit size_t cannot fit the data
 * either, so the caller's "outside the data" is the right answer for it. */
static bool word_size(const uint8_t *word, size_t *size)
{
    uint64_t low;
    static const uint8_t padding[WORD - sizeof low];
    memcpy(&low, word + sizeof padding, sizeof low);
    *size = (size_t)be64toh(low);
    return memcmp(word, padding, sizeof padding) == 0 && *size == be64toh(low);
}

/* The position that the offset in word `index` points to. Everything dynamic starts with a word,
 * so one must be there. */
static enum err follow(const struct abi *view, size_t index, size_t *position)
{
    const uint8_t *word;
    enum err err = abi_word(view, index, &word);
    if (err)
        return err;
    /* abi_word() has found a word behind base, so the subtraction cannot wrap. */
    size_t offset;
    if (!word_size(word, &offset) || offset > view->len - view->base - WORD)
        return ERR_BAD_OFFSET;
    *position = view->base + offset;
    return ERR_OK;
}

/* As follow(), then reads the count or length there; `body` is the position behind it. */
static enum err follow_counted(const struct abi *view, size_t index, size_t *body, size_t *count)
{
    size_t position;
    enum err err = follow(view, index, &position);
    if (err)
        return err;
    if (!word_size(view->data + position, count))
        return ERR_BAD_LENGTH;
    *body = position + WORD;
    return ERR_OK;
}

struct abi abi_make(const uint8_t *data, size_t len)
{
    return (struct abi){.data = data, .len = len};
}

enum err abi_word(const struct abi *view, size_t index, const uint8_t **word)
{
    if (index >= (view->len - view->base) / WORD)
        return ERR_TRUNCATED;
    *word = view->data + view->base + index * WORD;
    return ERR_OK;
}

enum err abi_address(const struct abi *view, size_t index, struct address *out)
{
    static const uint8_t padding[WORD - sizeof out->bytes];
    const uint8_t *word;
    enum err err = abi_word(view, index, &word);
    if (err)
        return err;
    if (memcmp(word, padding, sizeof padding) != 0)
        return ERR_BAD_FORMAT;
    memcpy(out->bytes, word + sizeof padding, sizeof out->bytes);
    return ERR_OK;
}

enum err abi_bool(const struct abi *view, size_t index, bool *out)
{
    uint64_t number;
    enum err err = abi_u64(view, index, &number);
    if (err == ERR_OVERFLOW || (!err && number > 1))
        return ERR_BAD_FORMAT;
    if (!err)
        *out = number == 1;
    return err;
}

enum err abi_u64(const struct abi *view, size_t index, uint64_t *out)
{
    amount number;
    enum err err = abi_amount(view, index, &number);
    if (err)
        return err;
    if (number > UINT64_MAX)
        return ERR_OVERFLOW;
    *out = (uint64_t)number;
    return ERR_OK;
}

enum err abi_amount(const struct abi *view, size_t index, amount *out)
{
    const uint8_t *word;
    enum err err = abi_word(view, index, &word);
    return err ? err : amount_from_word(word, out);
}

enum err abi_text(const struct abi *view, size_t index, struct abi_text *out)
{
    size_t body, len;
    enum err err = follow_counted(view, index, &body, &len);
    if (err)
        return err;
    /* The zeros that fill up the last word are not looked at: they carry nothing, and contracts
     * not written in Solidity leave them out at the end of the data. */
    if (len > view->len - body)
        return ERR_BAD_LENGTH;
    *out = (struct abi_text){.bytes = (const char *)view->data + body, .len = len};
    return ERR_OK;
}

enum err abi_tuple(const struct abi *view, size_t index, struct abi *out)
{
    size_t position;
    enum err err = follow(view, index, &position);
    if (err)
        return err;
    *out = (struct abi){.data = view->data, .len = view->len, .base = position};
    return ERR_OK;
}

enum err abi_array(const struct abi *view, size_t index, size_t min_words, struct abi *body,
                   size_t *count)
{
    size_t position, elements;
    enum err err = follow_counted(view, index, &position, &elements);
    if (err)
        return err;
    if (elements > (view->len - position) / WORD / min_words)
        return ERR_BAD_LENGTH;
    *body = (struct abi){.data = view->data, .len = view->len, .base = position};
    *count = elements;
    return ERR_OK;
}

void abi_put_selector(struct buf *out, uint32_t selector)
{
    const uint8_t bytes[] = {(uint8_t)(selector >> 24), (uint8_t)(selector >> 16),
                             (uint8_t)(selector >> 8), (uint8_t)selector};
    buf_put(out, bytes, sizeof bytes);
}

void abi_put_u64(struct buf *out, uint64_t number)
{
    uint8_t word[WORD] = {0};
    for (size_t i = WORD; number; number >>= 8)
        word[--i] = (uint8_t)number;
    buf_put(out, word, sizeof word);
}

void abi_put_address(struct buf *out, const struct address *address)
{
    uint8_t word[WORD] = {0};
    memcpy(word + WORD - sizeof address->bytes, address->bytes, sizeof address->bytes);
    buf_put(out, word, sizeof word);
}
