/* The wallet's deposit in the LedgerManager contract and its sub-accounts with providers.
 *
 * Step 0 learns the ledger's address from the serving contract, unless it is configured, and reads
 * the first page of the sub-accounts, which live in the serving contract. Step 1 reads the ledger
 * and the other pages. */
#include "panel/chain_read.h"
#include "panel/sources.h"

enum {
    CALL_ACCOUNTS = 2,
    CALL_LEDGER_ADDRESS = 3,
    CALL_LEDGER = 2,
    CALL_MORE_ACCOUNTS = 3,
    ACCOUNTS_MAX = SERVING_PAGE * (1 + EXCHANGE_MAX_CALLS - CALL_MORE_ACCOUNTS)
};

static enum err plan_accounts(struct round *round)
{
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    struct buf data = buf_make(BUF_NO_LIMIT);
    serving_put_get_accounts(&data, &round->settings->wallet, 0);
    chain_call(x, &round->settings->serving, &data);
    if (!round->settings->has_ledger) {
        serving_put_ledger_address(&data);
        chain_call(x, &round->settings->serving, &data);
    }
    buf_free(&data);
    return ERR_OK;
}

static enum err plan_ledger(struct round *round)
{
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    struct buf data = buf_make(BUF_NO_LIMIT);
    ledger_put_get(&data, &round->settings->wallet);
    chain_call(x, &round->contract, &data);
    const struct ledger_value *v = round->value;
    for (uint64_t offset = SERVING_PAGE; offset < v->accounts_total; offset += SERVING_PAGE) {
        serving_put_get_accounts(&data, &round->settings->wallet, offset);
        chain_call(x, &round->settings->serving, &data);
    }
    buf_free(&data);
    return ERR_OK;
}

enum err ledger_plan(struct round *round)
{
    return round->step == 0 ? plan_accounts(round) : plan_ledger(round);
}

static enum err parse_ledger_address(struct round *round, const struct exchange *x)
{
    round->has_contract = true;
    round->contract = round->settings->ledger;
    if (round->settings->has_ledger)
        return ERR_OK;
    const uint8_t *bytes;
    size_t len;
    enum err err = chain_result(round, x, CALL_LEDGER_ADDRESS, &bytes, &len);
    struct abi view = abi_make(bytes, err ? 0 : len);
    if (!err)
        err = len ? abi_address(&view, 0, &round->contract) : ERR_NO_CONTRACT;
    round->has_contract = !err;
    return err;
}

static enum err read_accounts(struct round *round, const struct exchange *x, size_t call,
                              struct account_page *page)
{
    const uint8_t *bytes;
    size_t len;
    enum err err = chain_result(round, x, call, &bytes, &len);
    return err ? err : serving_decode_accounts(bytes, len, &round->keep, page);
}

static enum err add_accounts(struct ledger_value *v, const struct account_page *page)
{
    if (page->total != v->accounts_total || page->count > page->total - v->account_count)
        return ERR_CHANGED; /* between two pages */
    for (size_t i = 0; i < page->count; i++)
        v->accounts[v->account_count++] = page->accounts[i];
    return ERR_OK;
}

static enum err parse_first_accounts(struct round *round, const struct exchange *x)
{
    struct account_page page;
    struct ledger_value *v = arena_alloc(&round->keep, sizeof *v);
    enum err err = v ? read_accounts(round, x, CALL_ACCOUNTS, &page) : ERR_NO_MEMORY;
    if (!err && page.total > ACCOUNTS_MAX)
        err = ERR_TOO_LARGE; /* a sum over a part would be wrong */
    if (err)
        return err;
    v->accounts_total = page.total;
    v->accounts = arena_array(&round->keep, page.total, sizeof *v->accounts);
    round->value = v;
    return v->accounts ? add_accounts(v, &page) : ERR_NO_MEMORY;
}

static enum err parse_more_accounts(struct round *round, const struct exchange *x)
{
    struct ledger_value *v = round->value;
    enum err err = ERR_OK;
    for (size_t call = CALL_MORE_ACCOUNTS; call < x->batch.count && !err; call++) {
        struct account_page page;
        err = read_accounts(round, x, call, &page);
        if (!err)
            err = add_accounts(v, &page);
    }
    return err || v->account_count == v->accounts_total ? err : ERR_CHANGED;
}

static enum err parse_ledger(struct round *round, const struct exchange *x)
{
    struct ledger_value *v = round->value;
    const struct rpc_answer *answer = &x->answers[CALL_LEDGER];
    if (rpc_revert_selector(answer) == LEDGER_NOT_EXISTS)
        return ERR_OK; /* v->exists stays false: this wallet made no deposit yet */
    const uint8_t *bytes;
    size_t len;
    enum err err = chain_result(round, x, CALL_LEDGER, &bytes, &len);
    if (!err)
        err = ledger_decode(bytes, len, &v->ledger);
    v->exists = !err;
    return err ? err : parse_more_accounts(round, x);
}

enum err ledger_parse(struct round *round)
{
    const struct exchange *x = &round->exchanges[0];
    enum err err = chain_check(round, x);
    if (err)
        return err;
    if (round->step > 0)
        return parse_ledger(round, x);
    err = parse_ledger_address(round, x);
    if (!err)
        err = parse_first_accounts(round, x);
    round->more = !err;
    return err;
}

static void put_amount(struct json_writer *w, const char *key, bool known, amount neuron)
{
    char text[AMOUNT_TEXT_BYTES];
    json_put_str(w, key, known ? amount_text(neuron, text) : NULL);
}

static void put_account(struct json_writer *w, const struct serving_account *a)
{
    char provider[ADDRESS_TEXT_BYTES], generation[WORD_TEXT_BYTES];
    json_open_object(w, NULL);
    json_put_str(w, "provider", address_text(&a->provider, provider));
    put_amount(w, "balanceNeuron", true, a->balance);
    put_amount(w, "pendingRefundNeuron", true, a->pending_refund);
    json_put_bool(w, "acknowledged", a->acknowledged);
    json_put_str(w, "generation", word_text(a->generation, generation));
    json_close_object(w);
}

void ledger_render(struct json_writer *w, const struct source *source)
{
    const struct ledger_value *v = source->value;
    if (!v) {
        json_put_null(w, "ledger");
        return;
    }
    char contract[ADDRESS_TEXT_BYTES];
    json_open_object(w, "ledger");
    json_put_bool(w, "exists", v->exists);
    json_put_str(w, "contract", address_text(&source->contract, contract));
    put_amount(w, "availableNeuron", v->exists, v->ledger.available);
    put_amount(w, "totalNeuron", v->exists, v->ledger.total);
    json_open_array(w, "accounts");
    for (size_t i = 0; i < v->account_count; i++)
        put_account(w, &v->accounts[i]);
    json_close_array(w);
    json_close_object(w);
}
