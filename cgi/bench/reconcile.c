#include "bench/reconcile.h"

#include "base/clock.h"
#include "base/json.h"
#include "bench/booked.h"
#include "net/fetch.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    TIMEOUT_MS = 3000,
    HASTY_TIMEOUT_MS = 200, /* a cancelled run ends within a second */
    REPLY_BYTES = 16 * 1024,
    BOOKED_WITHIN_MS = 2000,
    LOOK_MS = 200
};

static int timeout_of(const struct course *c)
{
    return atomic_load(c->cancelled) ? HASTY_TIMEOUT_MS : TIMEOUT_MS;
}

/* Whether there is a sub-account to read. */
static bool has_account(const struct course *c, size_t endpoint)
{
    return c->head->endpoints[endpoint].kind == ENDPOINT_PROVIDER;
}

static void read_unsettled(struct course *c, unsigned endpoint, struct money *money)
{
    const struct session *session = course_session(c, endpoint);
    char address[ADDRESS_TEXT_BYTES], path[96];
    struct arena arena = arena_make(0);
    cJSON *doc = NULL;
    money->unsettled_known = false;
    if (!session)
        return;
    snprintf(path, sizeof path, "/v1/user/%s/unsettledfee",
             address_text(signer_address(c->means->account), address));
    const struct http_request request = {.endpoint =
                                             &c->order->preflight.targets[endpoint].endpoint,
                                         .path = path,
                                         .bearer = session->authorization + strlen("Bearer "),
                                         .max_response = REPLY_BYTES,
                                         .connect_timeout_ms = timeout_of(c),
                                         .timeout_ms = timeout_of(c)};
    const struct fetched reply = fetch(c->aside, &request, &arena, c->stopping);
    if (!reply.err && reply.status == 200 &&
        json_parse(reply.body, reply.body_len, REPLY_BYTES, &doc) == ERR_OK) {
        const char *fee = json_get_str(doc, "unsettledFee");
        money->unsettled_known = fee && amount_parse(fee, &money->unsettled) == ERR_OK;
    }
    cJSON_Delete(doc);
    arena_free(&arena);
}

static void read_balances(struct course *c, struct money *money)
{
    struct onchain chain;
    struct arena arena = arena_make(0);
    const bool read = onchain_read(c->means->settings, signer_address(c->means->account), c->aside,
                                   timeout_of(c), &arena, c->stopping, &chain) == ERR_OK;
    for (size_t i = 0; i < c->head->endpoint_count; i++) {
        const struct serving_account *account =
            read && has_account(c, i)
                ? onchain_account(&chain, &c->order->preflight.targets[i].provider)
                : NULL;
        money[i].balance_known = account;
        money[i].balance = account ? account->balance : 0;
        money[i].block = read ? chain.block : 0;
    }
    arena_free(&arena);
}

void money_before(struct course *c, struct money *money)
{
    memset(money, 0, c->head->endpoint_count * sizeof *money);
    if (!has_account(c, 0)) /* a baseline beside providers stands behind them */
        return;
    read_balances(c, money);
    for (unsigned i = 0; i < c->head->endpoint_count; i++)
        read_unsettled(c, i, &money[i]);
}

/* What the calls of one endpoint cost by our count. */
struct metered {
    amount cost;
    bool at_most;
};

static struct metered meter(const struct course *c, unsigned endpoint)
{
    struct metered sum = {0};
    for (size_t i = 0; i < c->count; i++) {
        const struct bench_call *call = &c->calls[i];
        if (call->endpoint != endpoint || !call->cost_known)
            continue;
        sum.at_most |= call->cost_at_most;
        if (amount_add(sum.cost, call->cost, &sum.cost))
            sum.cost = ~(amount)0;
    }
    return sum;
}

static void fill_row(const struct money *before, const struct money *after,
                     struct bench_reconciliation *row)
{
    *row = (struct bench_reconciliation){
        .as_of_wall_ms = clock_wall_ms(),
        .unsettled_known = before->unsettled_known && after->unsettled_known,
        .unsettled_before = before->unsettled,
        .unsettled_after = after->unsettled,
        .balance_known = before->balance_known && after->balance_known,
        .balance_before = before->balance,
        .balance_after = after->balance,
        .block_before = before->block,
        .block_after = after->block,
    };
    row->settled_known = row->balance_known && row->balance_before >= row->balance_after;
    row->settled = row->settled_known ? row->balance_before - row->balance_after : 0;
}

/* A provider books when it has processed the whole response, a moment after we have. Where our own
 * count is a bound, what it says twice is what it says. */
static void await_booking(struct course *c, unsigned endpoint, const struct money *before,
                          int64_t deadline_ms, struct money *after)
{
    const struct metered metered = meter(c, endpoint);
    for (amount last = 0;; last = after->unsettled) {
        read_unsettled(c, endpoint, after);
        const bool is_known = after->unsettled_known && before->unsettled_known;
        const bool is_booked = is_known && after->unsettled >= before->unsettled &&
                               after->unsettled - before->unsettled >= metered.cost;
        const bool is_steady = metered.at_most && after->unsettled == last;
        if (!is_known || is_booked || is_steady || atomic_load(c->stopping) ||
            atomic_load(c->cancelled) || clock_mono_ms() >= deadline_ms)
            return;
        nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
    }
}

void money_after(struct course *c, const struct money *before, bool wait,
                 struct bench_reconciliation *rows)
{
    struct money after[PLAN_MAX_ENDPOINTS] = {0};
    const int64_t deadline = clock_mono_ms() + (wait ? BOOKED_WITHIN_MS : 0);
    if (has_account(c, 0) && !atomic_load(c->stopping)) {
        for (unsigned i = 0; i < c->head->endpoint_count; i++)
            await_booking(c, i, &before[i], deadline, &after[i]);
        read_balances(c, after);
    }
    for (unsigned i = 0; i < c->head->endpoint_count; i++) {
        const struct metered metered = meter(c, i);
        bool others = false;
        fill_row(&before[i], &after[i], &rows[i]);
        if (has_account(c, i) && c->count > 0 &&
            store_has_traffic(c->store, c->head->endpoints[i].provider, c->head->started_wall_ms,
                              &others))
            others = false;
        rows[i].state = has_account(c, i)
                            ? money_state(&rows[i], metered.cost, metered.at_most, others)
                            : RECONCILED_NONE;
    }
}
