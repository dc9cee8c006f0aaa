/* The operator's own provider: who pays it and what they hold, and where in the chain the last 30
 * days begin.
 *
 * Step 0 reads the contract and the first page of accounts; step 1 reads the other pages. The
 * beginning of the 30 days is searched for once, by the times of blocks: each step narrows it to a
 * fraction. */
#include "panel/chain_read.h"
#include "panel/scan_round.h"
#include "panel/sources.h"

#include "zerog/answer.h"

enum {
    CALL_PAYERS = 2, /* behind chain id and head */
    CALL_MIN_STAKE,
    CALL_LEDGER_ADDRESS,
    CALL_MORE = 2, /* of the exchanges of later steps */
    MORE_MAX = EXCHANGE_MAX_CALLS - CALL_MORE,
    NEAR_ENOUGH = 1024, /* blocks; reading a few too many costs little */
};

/* What a round notes between its steps. */
struct progress {
    const struct exchange *pages, *probes; /* of this step; NULL: none */
    uint64_t low, high; /* the 30 days begin behind `low` and not behind `high` */
    uint64_t probed[MORE_MAX];
    bool searches;
};

static enum err plan_contract(struct round *round)
{
    const struct settings *s = round->settings;
    round->progress = arena_alloc(&round->work, sizeof(struct progress));
    struct exchange *x = round->progress ? chain_exchange(round) : NULL;
    if (!x)
        return ERR_NO_MEMORY;
    struct buf data = buf_make(BUF_NO_LIMIT);
    serving_put_get_payers(&data, &s->provider, 0);
    chain_call(x, &s->serving, &data);
    serving_put_min_stake(&data);
    chain_call(x, &s->serving, &data);
    serving_put_ledger_address(&data);
    chain_call(x, &s->serving, &data);
    buf_free(&data);
    return ERR_OK;
}

static enum err plan_pages(struct round *round, struct progress *p)
{
    const struct provider_value *v = round->value;
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    struct buf data = buf_make(BUF_NO_LIMIT);
    for (uint64_t page = 1; page <= MORE_MAX && page * SERVING_PAGE < v->payers; page++) {
        serving_put_get_payers(&data, &round->settings->provider, page * SERVING_PAGE);
        chain_call(x, &round->settings->serving, &data);
    }
    buf_free(&data);
    p->pages = x;
    return ERR_OK;
}

static enum err plan_probes(struct round *round, struct progress *p)
{
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < MORE_MAX; i++) {
        p->probed[i] = p->low + (p->high - p->low) * i / MORE_MAX;
        scan_ask_block(x, p->probed[i]);
    }
    p->probes = x;
    return ERR_OK;
}

enum err provider_plan(struct round *round)
{
    struct progress *p = round->progress;
    if (round->step == 0)
        return plan_contract(round);
    const struct provider_value *v = round->value;
    p->pages = p->probes = NULL;
    enum err err = ERR_OK;
    if (round->step == 1 && v->has_payers && v->payers > SERVING_PAGE)
        err = plan_pages(round, p);
    return !err && p->searches ? plan_probes(round, p) : err;
}

static enum err add_payers(struct round *round, struct provider_value *v, const struct exchange *x,
                           size_t call)
{
    const uint8_t *bytes;
    size_t len;
    struct account_page page;
    enum err err = chain_result(round, x, call, &bytes, &len);
    if (!err)
        err = serving_decode_accounts(bytes, len, &round->work, &page);
    if (!err && v->has_payers && page.total != v->payers)
        err = ERR_CHANGED; /* between two pages */
    for (size_t i = 0; !err && i < page.count; i++) {
        const struct serving_account *a = &page.accounts[i];
        if (!address_equal(&a->provider, &round->settings->provider))
            err = ERR_BAD_FORMAT;
        if (!err)
            err = amount_add(v->held, a->balance, &v->held);
        if (!err)
            err = amount_add(v->refunds, a->pending_refund, &v->refunds);
    }
    if (err)
        return err;
    v->payers = page.total;
    v->payers_read += page.count;
    v->has_payers = true;
    return ERR_OK;
}

/* Nothing before it is looked for. */
static uint64_t first_block(const struct settings *s)
{
    return s->has_from_block ? s->from_block : s->serving_block;
}

static void begin_search(struct round *round, struct provider_value *v, struct progress *p)
{
    const struct provider_value *before = round->source->value;
    uint64_t head = round->head.number;
    /* A head that is older than that is of another chain: a local network started afresh. */
    if (before && before->month_block <= head) {
        v->month_block = before->month_block;
        v->month_time = before->month_time;
        return;
    }
    p->low = first_block(round->settings);
    p->high = head;
    p->searches = p->low < head;
    v->month_block = p->low;
}

/* Fees are spent in the ledger. */
static enum err read_ledger_address(struct round *round, const struct exchange *x)
{
    const uint8_t *bytes;
    size_t len;
    round->has_contract = true;
    round->contract = round->settings->ledger;
    if (round->settings->has_ledger)
        return ERR_OK;
    enum err err = chain_result(round, x, CALL_LEDGER_ADDRESS, &bytes, &len);
    return err ? err : answer_address(bytes, len, &round->contract);
}

static enum err parse_contract(struct round *round, struct progress *p)
{
    const struct exchange *x = &round->exchanges[0];
    struct provider_value *v = arena_alloc(&round->keep, sizeof *v);
    const uint8_t *bytes;
    size_t len;
    if (!v)
        return ERR_NO_MEMORY;
    round->value = v;
    v->has_min_stake = !chain_result(round, x, CALL_MIN_STAKE, &bytes, &len) &&
                       !answer_amount(bytes, len, &v->min_stake);
    enum err err = read_ledger_address(round, x);
    /* Contracts of before 2026 do not list who pays. */
    if (!err && x->answers[CALL_PAYERS].err != ERR_REVERTED)
        err = add_payers(round, v, x, CALL_PAYERS);
    if (!err)
        begin_search(round, v, p);
    round->more = !err && (p->searches || v->payers > v->payers_read);
    return err;
}

/* Takes the youngest probe that is old enough. A block that the node has no more is old. */
static enum err narrow(struct round *round, struct provider_value *v, struct progress *p)
{
    uint64_t limit = provider_since(round->head.time_ms, PROVIDER_MONTH_HOURS);
    for (size_t i = 0; i < MORE_MAX; i++) {
        struct seen_block block;
        enum err err = scan_read_block(p->probes, CALL_MORE + i, &block);
        if (err)
            return err;
        if (!block.exists || block.time < limit) {
            p->low = p->probed[i];
            continue;
        }
        if (i == 0) { /* the very first is younger: all there is counts */
            v->month_time = block.time;
            p->high = p->low;
        } else {
            p->high = p->probed[i];
        }
        break;
    }
    v->month_block = p->low;
    p->searches = p->high - p->low > NEAR_ENOUGH;
    round->more = p->searches;
    return ERR_OK;
}

enum err provider_parse(struct round *round)
{
    struct progress *p = round->progress;
    enum err err = ERR_OK;
    for (size_t i = 0; i < round->count && !err; i++)
        err = chain_check(round, &round->exchanges[i]);
    if (err)
        return err;
    if (round->step == 0)
        return parse_contract(round, p);
    for (size_t call = CALL_MORE; p->pages && call < p->pages->batch.count && !err; call++)
        err = add_payers(round, round->value, p->pages, call);
    return !err && p->probes ? narrow(round, round->value, p) : err;
}
