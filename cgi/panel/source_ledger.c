/* The wallet's deposit in the LedgerManager contract and its sub-accounts with providers.
 *
 * Step 0 learns the ledger's address from the serving contract, unless it is configured, and reads
 * the first page of the sub-accounts, which live in the serving contract. Step 1 reads the ledger
 * and the other pages. */
#include "panel/chain_read.h"
#include "panel/sources.h"

#include "base/clock.h"
#include "zerog/answer.h"

enum {
    CALL_ACCOUNTS = 2,
    CALL_LEDGER_ADDRESS = 3,
    CALL_LEDGER = 2,
    CALL_MIN_BALANCE,
    CALL_MIN_TRANSFER,
    CALL_MORE_ACCOUNTS,
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
    ledger_put_min_balance(&data);
    chain_call(x, &round->contract, &data);
    ledger_put_min_transfer(&data);
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

/* Contracts of before 2026 do not have them. */
static bool read_minimum(struct round *round, const struct exchange *x, size_t call, amount *out)
{
    const uint8_t *bytes;
    size_t len;
    return !chain_result(round, x, call, &bytes, &len) && !answer_amount(bytes, len, out);
}

/* Since when an account has been as well funded as now. */
static int64_t since_of(const struct ledger_value *before, const struct address *provider,
                        enum funding level)
{
    for (size_t i = 0; before && i < before->account_count; i++)
        if (address_equal(&before->accounts[i].provider, provider) &&
            before->fundings[i].level == level)
            return before->fundings[i].since_ms;
    return clock_wall_ms();
}

static enum err judge_accounts(struct round *round, struct ledger_value *v)
{
    v->fundings = arena_array(&round->keep, v->account_count, sizeof *v->fundings);
    for (size_t i = 0; v->fundings && i < v->account_count; i++) {
        const struct serving_account *a = &v->accounts[i];
        enum funding level = funding_of(funding_spendable(a->balance, a->pending_refund));
        v->fundings[i] =
            (struct account_funding){level, since_of(round->source->value, &a->provider, level)};
    }
    return v->fundings ? ERR_OK : ERR_NO_MEMORY;
}

static enum err parse_ledger(struct round *round, const struct exchange *x)
{
    struct ledger_value *v = round->value;
    const struct rpc_answer *answer = &x->answers[CALL_LEDGER];
    v->has_min_balance = read_minimum(round, x, CALL_MIN_BALANCE, &v->min_balance);
    v->has_min_transfer = read_minimum(round, x, CALL_MIN_TRANSFER, &v->min_transfer);
    if (rpc_revert_selector(answer) == LEDGER_NOT_EXISTS)
        return judge_accounts(round, v); /* v->exists stays false: no deposit was made yet */
    const uint8_t *bytes;
    size_t len;
    enum err err = chain_result(round, x, CALL_LEDGER, &bytes, &len);
    if (!err)
        err = ledger_decode(bytes, len, &v->ledger);
    v->exists = !err;
    if (!err)
        err = parse_more_accounts(round, x);
    return err ? err : judge_accounts(round, v);
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
