#include "zerog/serving.h"

#define GET_ALL_SERVICES         0x21fe0f30u
#define GET_ALL_SERVICES_PAGED   0xa09cfca9u
#define GET_ACCOUNTS_BY_USER     0x4fe63f4du
#define GET_ACCOUNTS_BY_PROVIDER 0x1d73b9f5u
#define GET_SERVICE              0x15a52302u
#define LEDGER_ADDRESS           0xd1d20056u
#define MIN_PROVIDER_STAKE       0x650190e7u

void serving_put_get_services(struct buf *out, uint64_t offset)
{
    abi_put_selector(out, GET_ALL_SERVICES_PAGED);
    abi_put_u64(out, offset);
    abi_put_u64(out, SERVING_PAGE);
}

void serving_put_get_all_services(struct buf *out)
{
    abi_put_selector(out, GET_ALL_SERVICES);
}

void serving_put_get_service(struct buf *out, const struct address *provider)
{
    abi_put_selector(out, GET_SERVICE);
    abi_put_address(out, provider);
}

void serving_put_ledger_address(struct buf *out)
{
    abi_put_selector(out, LEDGER_ADDRESS);
}

static void put_get_page(struct buf *out, uint32_t selector, const struct address *whose,
                         uint64_t offset)
{
    abi_put_selector(out, selector);
    abi_put_address(out, whose);
    abi_put_u64(out, offset);
    abi_put_u64(out, SERVING_PAGE);
}

void serving_put_get_accounts(struct buf *out, const struct address *user, uint64_t offset)
{
    put_get_page(out, GET_ACCOUNTS_BY_USER, user, offset);
}

void serving_put_get_payers(struct buf *out, const struct address *provider, uint64_t offset)
{
    put_get_page(out, GET_ACCOUNTS_BY_PROVIDER, provider, offset);
}

void serving_put_min_stake(struct buf *out)
{
    abi_put_selector(out, MIN_PROVIDER_STAKE);
}

static struct serving_text read_text(const struct abi *tuple, size_t index, size_t *budget)
{
    struct serving_text t = {0};
    t.err = abi_text(tuple, index, &t.text);
    if (!t.err && (t.text.len > SERVING_TEXT_MAX || t.text.len > *budget))
        t.err = ERR_TOO_LARGE;
    if (!t.err)
        *budget -= t.text.len;
    return t;
}

static struct serving_price read_price(const struct abi *tuple, size_t index)
{
    struct serving_price p = {0};
    p.err = abi_amount(tuple, index, &p.neuron);
    return p;
}

/* Where the fields stand in the tuple's head. All generations begin alike; v2 appends
 * additionalInfo, v3 the TEE signer and its acknowledgement. */
enum {
    AT_PROVIDER,
    AT_SERVICE_TYPE,
    AT_URL,
    AT_INPUT_PRICE,
    AT_OUTPUT_PRICE,
    AT_UPDATED_AT,
    AT_MODEL,
    AT_VERIFIABILITY,
    AT_ADDITIONAL_INFO,
    AT_TEE_SIGNER,
    AT_TEE_ACKNOWLEDGED,
};

static const size_t head_words[] = {[SERVING_V1] = 8, [SERVING_V2] = 9, [SERVING_V3] = 11};

static void read_service(const struct abi *body, size_t index, enum serving_generation generation,
                         size_t *budget, struct service *s)
{
    struct abi tuple;
    const uint8_t *last;
    s->err = abi_tuple(body, index, &tuple);
    if (!s->err)
        s->err = abi_word(&tuple, head_words[generation] - 1, &last);
    if (!s->err)
        s->err = abi_address(&tuple, AT_PROVIDER, &s->provider);
    if (s->err)
        return;
    s->service_type = read_text(&tuple, AT_SERVICE_TYPE, budget);
    s->url = read_text(&tuple, AT_URL, budget);
    s->model = read_text(&tuple, AT_MODEL, budget);
    s->verifiability = read_text(&tuple, AT_VERIFIABILITY, budget);
    s->input_price = read_price(&tuple, AT_INPUT_PRICE);
    s->output_price = read_price(&tuple, AT_OUTPUT_PRICE);
    if (abi_u64(&tuple, AT_UPDATED_AT, &s->updated_at))
        s->updated_at = 0;
    s->additional_info = generation >= SERVING_V2 ? read_text(&tuple, AT_ADDITIONAL_INFO, budget)
                                                  : (struct serving_text){.err = ERR_NOT_FOUND};
    s->has_tee = generation == SERVING_V3 &&
                 abi_address(&tuple, AT_TEE_SIGNER, &s->tee_signer) == ERR_OK &&
                 abi_bool(&tuple, AT_TEE_ACKNOWLEDGED, &s->tee_acknowledged) == ERR_OK;
}

/* v1 and v2 answer the same call. Encoders put the first dynamic field right behind the head, so
 * the offset of serviceType is the head's size. Without a service there is nothing to tell from. */
static enum serving_generation tell_generation(const struct abi *body, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct abi tuple;
        uint64_t offset;
        if (abi_tuple(body, i, &tuple) || abi_u64(&tuple, AT_SERVICE_TYPE, &offset))
            continue;
        return offset == head_words[SERVING_V1] * 32 ? SERVING_V1 : SERVING_V2;
    }
    return SERVING_V2;
}

/* One service tells its own generation, in the same way. */
static enum serving_generation generation_of(const struct abi *view)
{
    struct abi tuple;
    uint64_t offset;
    if (abi_tuple(view, 0, &tuple) || abi_u64(&tuple, AT_SERVICE_TYPE, &offset))
        return SERVING_V2;
    for (enum serving_generation g = SERVING_V1; g <= SERVING_V3; g++)
        if (offset == head_words[g] * 32)
            return g;
    return SERVING_V2;
}

enum err serving_decode_service(const uint8_t *data, size_t len, struct service *service)
{
    if (!len)
        return ERR_NO_CONTRACT;
    struct abi view = abi_make(data, len);
    size_t budget = SIZE_MAX;
    *service = (struct service){0};
    read_service(&view, 0, generation_of(&view), &budget, service);
    return service->err;
}

enum err serving_decode_services(const uint8_t *data, size_t len, bool paged, size_t *text_budget,
                                 struct arena *arena, struct service_page *page)
{
    *page = (struct service_page){0};
    if (!len)
        return ERR_NO_CONTRACT;
    struct abi view = abi_make(data, len), body;
    enum err err = abi_array(&view, 0, 1, &body, &page->count);
    if (!err && paged)
        err = abi_u64(&view, 1, &page->total);
    if (err)
        return err;
    if (!paged)
        page->total = page->count;
    if (page->count > SERVING_MAX_SERVICES)
        page->count = SERVING_MAX_SERVICES;
    page->generation = paged ? SERVING_V3 : tell_generation(&body, page->count);
    page->services = arena_array(arena, page->count, sizeof *page->services);
    if (!page->services)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < page->count; i++)
        read_service(&body, i, page->generation, text_budget, &page->services[i]);
    return ERR_OK;
}

/* struct Account { user, provider, nonce, balance, pendingRefund, refunds[], additionalInfo,
 * acknowledged, validRefundsLength, generation, revokedBitmap } */
static enum err read_account(const struct abi *body, size_t index, struct serving_account *a)
{
    struct abi tuple;
    enum err err = abi_tuple(body, index, &tuple);
    if (!err)
        err = abi_address(&tuple, 1, &a->provider);
    if (!err)
        err = abi_amount(&tuple, 3, &a->balance);
    if (!err)
        err = abi_amount(&tuple, 4, &a->pending_refund);
    if (!err)
        err = abi_bool(&tuple, 7, &a->acknowledged);
    if (!err)
        err = abi_word(&tuple, 9, &a->generation);
    if (!err)
        err = abi_word(&tuple, 10, &a->revoked);
    return err;
}

enum err serving_decode_accounts(const uint8_t *data, size_t len, struct arena *arena,
                                 struct account_page *page)
{
    *page = (struct account_page){0};
    if (!len)
        return ERR_NO_CONTRACT;
    struct abi view = abi_make(data, len), body;
    enum err err = abi_array(&view, 0, 1, &body, &page->count);
    if (!err)
        err = abi_u64(&view, 1, &page->total);
    if (!err && page->count > SERVING_PAGE)
        err = ERR_BAD_LENGTH;
    if (err)
        return err;
    page->accounts = arena_array(arena, page->count, sizeof *page->accounts);
    if (!page->accounts)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < page->count && !err; i++)
        err = read_account(&body, i, &page->accounts[i]);
    return err;
}
