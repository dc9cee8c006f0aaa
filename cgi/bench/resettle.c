#include "bench/resettle.h"

#include "base/clock.h"
#include "bench/archive.h"
#include "bench/reconcile.h"

#define LONGEST_MS (INT64_C(24) * 60 * 60 * 1000)

static bool is_pending(const struct bench_record *record)
{
    if (!record->ended || record->call_count == 0 || record->head.plan.kind != ENDPOINT_PROVIDER ||
        clock_wall_ms() - record->head.started_wall_ms > LONGEST_MS)
        return false;
    for (size_t i = 0; i < record->tail.reconciliation_count; i++)
        if (record->tail.reconciliations[i].state == RECONCILED_PENDING)
            return true;
    return false;
}

static enum err put_rows(struct store_writer *store, const struct bench_record *record,
                         const struct bench_reconciliation *rows)
{
    struct buf text = buf_make(RUN_TEXT_BYTES);
    struct bench_tail tail = record->tail;
    tail.reconciliations = rows;
    record_put_tail(&text, &tail);
    enum err err = text.err ? text.err
                            : store_end_run(store, record->head.id,
                                            (struct run_text){buf_str(&text), text.len},
                                            "interrupted", clock_wall_ms());
    buf_free(&text);
    return err;
}

static struct money before_of(const struct bench_reconciliation *row)
{
    return (struct money){.unsettled_known = row->unsettled_known,
                          .unsettled = row->unsettled_before,
                          .balance_known = row->balance_known,
                          .balance = row->balance_before,
                          .block = row->block_before};
}

static bool all_listed(const struct preflight *p, size_t count)
{
    for (size_t i = 0; i < p->target_count; i++)
        if (p->targets[i].kind == ENDPOINT_PROVIDER && !p->targets[i].service)
            return false;
    return p->target_count == count;
}

/* The calls are looked at as those of a run that is on, with what the chain says today. */
static enum err read_again(const struct bench_means *means, struct store_writer *store,
                           const atomic_bool *stop, struct bench_order *order,
                           const struct bench_record *record)
{
    struct money before[PLAN_MAX_ENDPOINTS];
    struct bench_reconciliation rows[PLAN_MAX_ENDPOINTS];
    struct http_client *http = http_client_new();
    const atomic_bool unhurried = false;
    struct course course = {.means = means,
                            .order = order,
                            .head = &record->head,
                            .store = store,
                            .aside = http,
                            .cancelled = &unhurried,
                            .stopping = stop};
    enum err err =
        http ? preflight(means, &record->head.plan, http, &order->arena, stop, &order->preflight)
             : ERR_NO_MEMORY;
    if (!err && !all_listed(&order->preflight, record->head.endpoint_count))
        err = ERR_CHANGED;
    if (!err)
        err = course_open(&course);
    if (err)
        goto out;
    for (size_t i = 0; i < record->call_count; i++)
        course.calls[i] = record->calls[i];
    course.count = record->call_count;
    for (size_t i = 0; i < record->head.endpoint_count; i++)
        before[i] = before_of(&record->tail.reconciliations[i]);
    money_after(&course, before, false, rows);
    for (size_t i = 0; i < record->head.endpoint_count && !err; i++)
        if (rows[i].state != RECONCILED_NONE &&
            (!rows[i].balance_known || (before[i].unsettled_known && !rows[i].unsettled_known)))
            err = ERR_TIMEOUT; /* what was known stays */
    if (!err)
        err = put_rows(store, record, rows);
out:
    course_close(&course);
    http_client_free(http);
    return err;
}

enum err resettle(const struct bench_means *means, struct store_writer *store,
                  const atomic_bool *stop, bool *pending)
{
    struct bench_order *order = order_new();
    const struct run_summary *runs;
    struct bench_record record;
    size_t count = 0;
    *pending = false;
    enum err err = order ? store_list_runs(store, 1, &order->arena, &runs, &count) : ERR_NO_MEMORY;
    if (!err && count > 0 && means->account) {
        err = archive_read(store, runs[0].id, &order->arena, &record);
        *pending = !err && is_pending(&record);
        if (*pending)
            err = read_again(means, store, stop, order, &record);
    }
    order_free(order);
    return err;
}
