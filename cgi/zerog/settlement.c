#include "zerog/settlement.h"

#include "eth/abi.h"
#include <stdlib.h>
#include <string.h>

const char *settlement_status_text(uint64_t status)
{
    static const char *const texts[SETTLEMENT_STATUS_COUNT] = {
        [SETTLEMENT_SUCCESS] = "success",
        [SETTLEMENT_PARTIAL] = "partial",
        [SETTLEMENT_PROVIDER_MISMATCH] = "provider mismatch",
        [SETTLEMENT_NO_TEE_SIGNER] = "no TEE signer",
        [SETTLEMENT_INVALID_NONCE] = "invalid nonce",
        [SETTLEMENT_INVALID_SIGNATURE] = "invalid signature",
    };
    return status < SETTLEMENT_STATUS_COUNT ? texts[status] : "unknown";
}

enum kind { FUND_SPENT, BALANCE_UPDATED, RESULT, KIND_COUNT };

/* A log of ours, decoded. */
struct entry {
    const struct event *event;
    enum kind kind;
    struct address user, party; /* party: provider of BALANCE_UPDATED, service of FUND_SPENT */
    amount amount;              /* new balance, spent, unsettled */
    uint64_t status;            /* RESULT */
    amount before;              /* BALANCE_UPDATED with has_before: the balance before it */
    bool has_before;
};

static const struct {
    const char *signature;
    bool of_ledger, has_party;
    size_t amount_word;
} kinds[KIND_COUNT] = {
    [FUND_SPENT] = {SETTLEMENT_FUND_SPENT, .of_ledger = true, .has_party = true},
    [BALANCE_UPDATED] = {SETTLEMENT_BALANCE_UPDATED, .has_party = true},
    [RESULT] = {SETTLEMENT_RESULT, .amount_word = 1},
};

static enum kind tell_kind(const struct event *event, const struct settlement_contracts *contracts)
{
    for (enum kind k = 0; k < KIND_COUNT; k++) {
        const struct address *contract =
            kinds[k].of_ledger ? contracts->ledger : contracts->serving;
        if (contract && address_equal(&event->contract, contract) &&
            event_is(event, kinds[k].signature))
            return k;
    }
    return KIND_COUNT;
}

static enum err read_entry(const struct event *event, enum kind kind, struct entry *e)
{
    *e = (struct entry){.event = event, .kind = kind};
    struct abi data = event_data(event);
    enum err err = event_address(event, 1, &e->user);
    if (!err && kinds[kind].has_party)
        err = event_address(event, 2, &e->party);
    if (!err)
        err = abi_amount(&data, kinds[kind].amount_word, &e->amount);
    if (!err && kind == RESULT)
        err = abi_u64(&data, 0, &e->status);
    return err;
}

static int compare_place(const void *a, const void *b)
{
    return event_compare(((const struct entry *)a)->event, ((const struct entry *)b)->event);
}

static int compare_addresses(const struct address *a, const struct address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* By sub-account, then by place. */
static int compare_account(const void *a, const void *b)
{
    const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
    int order = compare_addresses(&x->user, &y->user);
    if (!order)
        order = compare_addresses(&x->party, &y->party);
    return order ? order : compare_place(x, y);
}

static bool same_account(const struct entry *a, const struct entry *b)
{
    return address_equal(&a->user, &b->user) && address_equal(&a->party, &b->party);
}

/* Gives each balance the one before it on the same sub-account. */
static enum err link_balances(struct entry *entries, size_t count, struct arena *work)
{
    struct entry **balances = arena_array(work, count, sizeof *balances);
    if (!balances)
        return ERR_NO_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (entries[i].kind == BALANCE_UPDATED)
            balances[n++] = &entries[i];
    qsort(balances, n, sizeof *balances, compare_account);
    for (size_t i = 1; i < n; i++) {
        if (!same_account(balances[i - 1], balances[i]))
            continue;
        balances[i]->before = balances[i - 1]->amount;
        balances[i]->has_before = true;
    }
    return ERR_OK;
}

/* Overlapping windows give the same log twice. */
static size_t drop_doubles(struct entry *entries, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!kept || compare_place(&entries[kept - 1], &entries[i]) != 0)
            entries[kept++] = entries[i];
    return kept;
}

static bool same_tx(const struct event *a, const struct event *b)
{
    return a->block == b->block && memcmp(a->tx, b->tx, sizeof a->tx) == 0;
}

/* The entry of that kind right before entries[i], in the same transaction and of the same user. */
static const struct entry *right_before(const struct entry *entries, size_t i, enum kind kind)
{
    if (i == 0)
        return NULL;
    const struct entry *a = &entries[i - 1], *b = &entries[i];
    bool adjacent = same_tx(a->event, b->event) && a->event->index + 1 == b->event->index;
    return adjacent && a->kind == kind && address_equal(&a->user, &b->user) ? a : NULL;
}

static struct settlement make_settlement(const struct entry *entries, size_t i,
                                         const struct address *serving)
{
    const struct entry *result = &entries[i];
    struct settlement s = {.result = result->event,
                           .user = result->user,
                           .status = result->status,
                           .unsettled = result->amount};
    const struct entry *balance = right_before(entries, i, BALANCE_UPDATED);
    if (!balance)
        return s;
    s.provider = balance->party;
    s.has_provider = true;
    const struct entry *spent = right_before(entries, i - 1, FUND_SPENT);
    if (spent && address_equal(&spent->party, serving)) {
        s.fee = spent->amount;
        s.has_fee = true;
    } else {
        s.has_fee = balance->has_before && !amount_sub(balance->before, balance->amount, &s.fee);
    }
    return s;
}

/* One provider settles in one transaction, so what one settlement says holds for its neighbours. */
static void share_providers(struct settlement *list, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!list[i].has_provider && list[i - 1].has_provider &&
            same_tx(list[i].result, list[i - 1].result)) {
            list[i].provider = list[i - 1].provider;
            list[i].has_provider = true;
        }
    for (size_t i = count; i-- > 1;)
        if (!list[i - 1].has_provider && list[i].has_provider &&
            same_tx(list[i].result, list[i - 1].result)) {
            list[i - 1].provider = list[i].provider;
            list[i - 1].has_provider = true;
        }
}

static enum err collect(const struct event *events, size_t count,
                        const struct settlement_contracts *contracts, struct arena *arena,
                        struct entry **entries, size_t *kept)
{
    struct entry *list = arena_array(arena, count, sizeof *list);
    if (!list)
        return ERR_NO_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        enum kind kind = tell_kind(&events[i], contracts);
        if (kind == KIND_COUNT)
            continue;
        enum err err = read_entry(&events[i], kind, &list[n++]);
        if (err)
            return err;
    }
    qsort(list, n, sizeof *list, compare_place);
    *entries = list;
    *kept = drop_doubles(list, n);
    return ERR_OK;
}

enum err settlement_join(const struct event *events, size_t count,
                         const struct settlement_contracts *contracts, struct arena *arena,
                         struct settlement **list, size_t *settlements)
{
    *list = NULL;
    *settlements = 0;
    struct entry *entries;
    size_t n;
    enum err err = collect(events, count, contracts, arena, &entries, &n);
    if (!err)
        err = link_balances(entries, n, arena);
    if (err)
        return err;
    struct settlement *found = arena_array(arena, n, sizeof *found);
    if (!found)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        if (entries[i].kind == RESULT)
            found[(*settlements)++] = make_settlement(entries, i, contracts->serving);
    share_providers(found, *settlements);
    *list = found;
    return ERR_OK;
}

/* By provider (none last), then by user. */
static int compare_provider(const void *a, const void *b)
{
    const struct settlement *x = *(const struct settlement *const *)a;
    const struct settlement *y = *(const struct settlement *const *)b;
    if (x->has_provider != y->has_provider)
        return x->has_provider ? -1 : 1;
    int order = compare_addresses(&x->provider, &y->provider);
    return order ? order : compare_addresses(&x->user, &y->user);
}

static bool belongs(const struct settlement_sum *sum, const struct settlement *s)
{
    return sum->has_provider == s->has_provider && address_equal(&sum->provider, &s->provider);
}

static void add(struct settlement_sum *sum, const struct settlement *s)
{
    bool settled = s->status == SETTLEMENT_SUCCESS || s->status == SETTLEMENT_PARTIAL;
    sum->count++;
    sum->partial += s->status == SETTLEMENT_PARTIAL;
    sum->failed += !settled;
    sum->unknown_fee += settled && !s->has_fee;
    if (s->has_fee && amount_add(sum->fees, s->fee, &sum->fees))
        sum->overflow = true;
    if (s->result->block > sum->last_block)
        sum->last_block = s->result->block;
    if (s->result->has_time && (!sum->has_last_time || s->result->time > sum->last_time)) {
        sum->last_time = s->result->time;
        sum->has_last_time = true;
    }
}

enum err settlement_sums(const struct settlement *list, size_t count, struct arena *arena,
                         struct settlement_sum **sums, size_t *rows)
{
    *sums = NULL;
    *rows = 0;
    const struct settlement **order = arena_array(arena, count, sizeof *order);
    struct settlement_sum *found = arena_array(arena, count, sizeof *found);
    if (!order || !found)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        order[i] = &list[i];
    qsort(order, count, sizeof *order, compare_provider);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct settlement *s = order[i];
        bool new_provider = !n || !belongs(&found[n - 1], s);
        if (new_provider)
            found[n++] =
                (struct settlement_sum){.provider = s->provider, .has_provider = s->has_provider};
        found[n - 1].users += new_provider || !address_equal(&order[i - 1]->user, &s->user);
        add(&found[n - 1], s);
    }
    *sums = found;
    *rows = n;
    return ERR_OK;
}

void settlement_sum_merge(struct settlement_sum *sum, const struct settlement_sum *later)
{
    sum->count += later->count;
    sum->partial += later->partial;
    sum->failed += later->failed;
    sum->unknown_fee += later->unknown_fee;
    if (later->overflow || amount_add(sum->fees, later->fees, &sum->fees))
        sum->overflow = true;
    if (later->last_block > sum->last_block)
        sum->last_block = later->last_block;
    if (later->has_last_time) {
        sum->last_time = later->last_time;
        sum->has_last_time = true;
    }
}
