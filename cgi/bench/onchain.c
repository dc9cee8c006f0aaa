#include "bench/onchain.h"

#include "base/json.h"
#include "eth/hex.h"
#include "eth/rpc.h"
#include "net/fetch.h"
#include "zerog/answer.h"

enum { REPLY_MAX = 4 * 1024 * 1024, CALLS_MAX = 8, TEXT_BUDGET = 1024 * 1024 };

#define MIN_ACCOUNT_BALANCE 0xac30b622u
#define MIN_TRANSFER_AMOUNT 0x3c3dbbc7u
#define SERVICE_MAX_PAGES   (SERVING_MAX_SERVICES / SERVING_PAGE)

/* A batch under way, and its answers. */
struct asking {
    const struct settings *settings;
    struct http_client *http;
    int timeout_ms;
    struct arena *arena;
    const atomic_bool *stop;
    struct rpc_batch batch;
    struct rpc_answer answers[CALLS_MAX];
    cJSON *doc;
};

static void begin(struct asking *a)
{
    rpc_batch_free(&a->batch);
    cJSON_Delete(a->doc);
    a->doc = NULL;
    a->batch = rpc_batch_make();
}

static void end(struct asking *a)
{
    rpc_batch_free(&a->batch);
    cJSON_Delete(a->doc);
}

static size_t add_call(struct asking *a, const struct address *to, struct buf *data)
{
    size_t index = rpc_add_eth_call(&a->batch, to, (const uint8_t *)buf_str(data), data->len);
    if (data->err)
        a->batch.body.err = data->err;
    buf_free(data);
    return index;
}

static size_t add_getter(struct asking *a, const struct address *to, uint32_t selector)
{
    struct buf data = buf_make(BUF_NO_LIMIT);
    abi_put_selector(&data, selector);
    return add_call(a, to, &data);
}

static enum err ask(struct asking *a)
{
    size_t len;
    const char *body = rpc_batch_body(&a->batch, &len);
    if (!body)
        return ERR_NO_MEMORY;
    const struct http_request request = {.endpoint = &a->settings->chain_rpc,
                                         .content_type = "application/json",
                                         .body = body,
                                         .body_len = len,
                                         .max_response = REPLY_MAX,
                                         .connect_timeout_ms = a->timeout_ms,
                                         .timeout_ms = a->timeout_ms};
    const struct fetched reply = fetch(a->http, &request, a->arena, a->stop);
    if (reply.err)
        return reply.err;
    if (reply.status == 429)
        return ERR_RATE_LIMITED;
    if (reply.status != 200)
        return ERR_HTTP_STATUS;
    return rpc_parse(reply.body, reply.body_len, REPLY_MAX, a->batch.count, a->answers, a->arena,
                     &a->doc);
}

static enum err read_u128(struct asking *a, size_t index, amount *out)
{
    const uint8_t *bytes;
    size_t len;
    enum err err = rpc_bytes(&a->answers[index], a->arena, &bytes, &len);
    return err ? err : answer_amount(bytes, len, out);
}

static enum err check_chain(struct asking *a, size_t index)
{
    uint64_t chain_id;
    enum err err = rpc_quantity(&a->answers[index], &chain_id);
    return err ? err : chain_id == a->settings->network->chain_id ? ERR_OK : ERR_WRONG_CHAIN;
}

static enum err read_services(struct asking *a, size_t index, size_t *text_budget,
                              struct onchain *o, uint64_t *total)
{
    const uint8_t *bytes;
    size_t len;
    struct service_page page;
    enum err err = rpc_bytes(&a->answers[index], a->arena, &bytes, &len);
    if (!err)
        err = serving_decode_services(bytes, len, true, text_budget, a->arena, &page);
    if (err)
        return err;
    *total = page.total;
    struct service *all = arena_array(a->arena, o->service_count + page.count + 1, sizeof *all);
    if (!all)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < o->service_count; i++)
        all[i] = o->services[i];
    for (size_t i = 0; i < page.count; i++)
        all[o->service_count + i] = page.services[i];
    o->services = all;
    o->service_count += page.count;
    return ERR_OK;
}

static enum err read_accounts(struct asking *a, size_t index, struct onchain *o)
{
    const uint8_t *bytes;
    size_t len;
    struct account_page page;
    enum err err = rpc_bytes(&a->answers[index], a->arena, &bytes, &len);
    if (!err)
        err = serving_decode_accounts(bytes, len, a->arena, &page);
    if (!err && page.total > page.count)
        err = ERR_TOO_LARGE; /* more sub-accounts than one wallet is likely to have */
    if (err)
        return err;
    o->accounts = page.accounts;
    o->account_count = page.count;
    return ERR_OK;
}

static enum err read_coins(struct asking *a, size_t index, amount *coins)
{
    const struct rpc_answer *answer = &a->answers[index];
    uint8_t word[32];
    if (answer->err)
        return answer->err;
    if (!cJSON_IsString(answer->result) || hex_quantity_word(answer->result->valuestring, word))
        return ERR_BAD_FORMAT;
    return amount_from_word(word, coins);
}

static enum err read_ledger(struct asking *a, size_t index, struct onchain *o)
{
    const uint8_t *bytes;
    size_t len;
    const struct rpc_answer *answer = &a->answers[index];
    if (answer->err == ERR_REVERTED && rpc_revert_selector(answer) == LEDGER_NOT_EXISTS)
        return ERR_OK;
    enum err err = rpc_bytes(answer, a->arena, &bytes, &len);
    if (!err)
        err = ledger_decode(bytes, len, &o->ledger);
    o->has_ledger = !err;
    return err;
}

/* The ledger lives in a contract of its own, which the first batch may have told. */
static enum err read_wallet(struct asking *a, const struct address *ledger,
                            const struct address *wallet, struct onchain *o)
{
    struct buf data = buf_make(BUF_NO_LIMIT);
    begin(a);
    ledger_put_get(&data, wallet);
    const size_t get = add_call(a, ledger, &data);
    const size_t deposit = add_getter(a, ledger, MIN_ACCOUNT_BALANCE);
    const size_t transfer = add_getter(a, ledger, MIN_TRANSFER_AMOUNT);
    enum err err = ask(a);
    if (!err)
        err = read_ledger(a, get, o);
    if (!err)
        err = read_u128(a, deposit, &o->least_deposit);
    if (!err)
        err = read_u128(a, transfer, &o->least_transfer);
    return err;
}

static enum err read_more_services(struct asking *a, size_t *text_budget, uint64_t total,
                                   struct onchain *o)
{
    enum err err = ERR_OK;
    for (unsigned page = 1; !err && page < SERVICE_MAX_PAGES && page * SERVING_PAGE < total;
         page++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        uint64_t now_total;
        begin(a);
        serving_put_get_services(&data, (uint64_t)page * SERVING_PAGE);
        const size_t index = add_call(a, &a->settings->serving, &data);
        err = ask(a);
        if (!err)
            err = read_services(a, index, text_budget, o, &now_total);
    }
    return err;
}

static void put_address_parameter(struct buf *params, const struct address *address)
{
    buf_puts(params, "[\"");
    hex_put(params, address->bytes, sizeof address->bytes);
    buf_puts(params, "\",\"latest\"]");
}

static enum err read_all(struct asking *a, const struct address *wallet, struct onchain *o)
{
    const struct address *serving = &a->settings->serving;
    struct address ledger = a->settings->ledger;
    size_t accounts = 0, coins = 0, ledger_address = 0, text_budget = TEXT_BUDGET;
    uint64_t total = 0;
    struct buf data = buf_make(BUF_NO_LIMIT);
    begin(a);
    const size_t chain_id = rpc_add(&a->batch, "eth_chainId", "[]");
    const size_t block = rpc_add(&a->batch, "eth_blockNumber", "[]");
    serving_put_get_services(&data, 0);
    const size_t services = add_call(a, serving, &data);
    if (wallet) {
        serving_put_get_accounts(&data, wallet, 0);
        accounts = add_call(a, serving, &data);
        put_address_parameter(&data, wallet);
        coins = rpc_add(&a->batch, "eth_getBalance", buf_str(&data));
        buf_free(&data);
        serving_put_ledger_address(&data);
        ledger_address = add_call(a, serving, &data);
    }
    enum err err = ask(a);
    if (!err)
        err = check_chain(a, chain_id);
    if (!err)
        err = rpc_quantity(&a->answers[block], &o->block);
    if (!err)
        err = read_services(a, services, &text_budget, o, &total);
    if (!err && wallet)
        err = read_accounts(a, accounts, o);
    if (!err && wallet)
        err = read_coins(a, coins, &o->coins);
    if (!err && wallet && !a->settings->has_ledger) {
        const uint8_t *bytes;
        size_t len;
        err = rpc_bytes(&a->answers[ledger_address], a->arena, &bytes, &len);
        if (!err)
            err = answer_address(bytes, len, &ledger);
    }
    if (!err)
        err = read_more_services(a, &text_budget, total, o);
    if (!err && wallet)
        err = read_wallet(a, &ledger, wallet, o);
    return err;
}

enum err onchain_read(const struct settings *settings, const struct address *wallet,
                      struct http_client *http, int timeout_ms, struct arena *arena,
                      const atomic_bool *stop, struct onchain *found)
{
    struct asking a = {.settings = settings,
                       .http = http,
                       .timeout_ms = timeout_ms,
                       .arena = arena,
                       .stop = stop,
                       .batch = rpc_batch_make()};
    *found = (struct onchain){0};
    enum err err = read_all(&a, wallet, found);
    end(&a);
    return err;
}

const struct service *onchain_service(const struct onchain *o, const struct address *provider)
{
    for (size_t i = 0; i < o->service_count; i++)
        if (!o->services[i].err && address_equal(&o->services[i].provider, provider))
            return &o->services[i];
    return NULL;
}

const struct serving_account *onchain_account(const struct onchain *o,
                                              const struct address *provider)
{
    for (size_t i = 0; i < o->account_count; i++)
        if (address_equal(&o->accounts[i].provider, provider))
            return &o->accounts[i];
    return NULL;
}
