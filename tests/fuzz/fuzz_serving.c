/* Return data of 0G's contracts through every decoder of zerog/serving.h and its neighbours, and a
 * provider's additionalInfo, which is JSON of its own. */
#include "zerog/answer.h"
#include "zerog/ledger.h"
#include "zerog/serving.h"
#include "zerog/tee.h"

#include "require.h"
#include <string.h>

enum { MAX_DATA = 1 << 16, TEXT_BUDGET = 1 << 16 };

struct input {
    const uint8_t *data;
    size_t len;
};

static void require_within(const struct input *in, const void *bytes, size_t len)
{
    const size_t at = (size_t)((const uint8_t *)bytes - in->data);
    require(at <= in->len && len <= in->len - at);
}

/* Gives the bytes that the text has of the budget. */
static size_t look_at_text(const struct input *in, const struct serving_text *text)
{
    if (text->err)
        return 0;
    require(text->text.len <= SERVING_TEXT_MAX);
    require_within(in, text->text.bytes, text->text.len);
    return text->text.len;
}

static size_t look_at_service(const struct input *in, const struct service *s)
{
    struct address signer;
    if (s->err)
        return 0;
    require(s->has_tee || !s->tee_acknowledged);
    if (!tee_signer(s, &signer))
        require(s->tee_acknowledged && !address_is_zero(&signer));
    return look_at_text(in, &s->service_type) + look_at_text(in, &s->url) +
           look_at_text(in, &s->model) + look_at_text(in, &s->verifiability) +
           look_at_text(in, &s->additional_info);
}

static void read_services(const struct input *in, bool paged, struct arena *arena)
{
    struct service_page page;
    size_t budget = TEXT_BUDGET, texts = 0;
    if (serving_decode_services(in->data, in->len, paged, &budget, arena, &page))
        return;
    require(page.count <= SERVING_MAX_SERVICES && page.count <= in->len / 32);
    require(page.generation == SERVING_V3 ? paged : !paged || !page.count);
    for (size_t i = 0; i < page.count; i++)
        texts += look_at_service(in, &page.services[i]);
    require(texts + budget == TEXT_BUDGET);
}

static void read_accounts(const struct input *in, struct arena *arena)
{
    struct account_page page;
    if (serving_decode_accounts(in->data, in->len, arena, &page))
        return;
    require(page.count <= SERVING_PAGE && page.count <= in->len / 32);
    for (size_t i = 0; i < page.count; i++)
        require_within(in, page.accounts[i].generation, 32);
}

static void read_values(const struct input *in)
{
    struct ledger ledger;
    struct address address;
    struct abi_text text;
    const uint8_t *word;
    uint64_t number;
    amount value;
    bool flag;
    ledger_decode(in->data, in->len, &ledger);
    const bool is_number = !answer_u64(in->data, in->len, &number);
    require(!is_number || (!answer_amount(in->data, in->len, &value) && value == number));
    require(answer_bool(in->data, in->len, &flag) || (is_number && flag == number));
    answer_address(in->data, in->len, &address);
    if (!answer_word(in->data, in->len, &word))
        require_within(in, word, 32);
    if (!answer_text(in->data, in->len, &text))
        require_within(in, text.bytes, text.len);
}

/* The bytes as additionalInfo. */
static void read_info(const struct input *in)
{
    struct service s = {
        .additional_info = {.text = {(const char *)in->data, in->len}},
        .tee_signer = {{1}},
        .has_tee = true,
        .tee_acknowledged = true,
    };
    struct address signer;
    require(tee_signer(&s, &signer) || !address_is_zero(&signer));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > MAX_DATA)
        return 0;
    const struct input in = {data, len};
    struct arena arena = arena_make(1 << 22);
    struct service service;
    read_services(&in, true, &arena);
    read_services(&in, false, &arena);
    if (!serving_decode_service(data, len, &service))
        look_at_service(&in, &service);
    read_accounts(&in, &arena);
    read_values(&in);
    read_info(&in);
    arena_free(&arena);
    return 0;
}
