#include "store/reader.h"
#include "store/tally.h"

/* The first slot within the last `ms`. */
static int64_t slot_before(int64_t now_ms, int64_t ms)
{
    return (now_ms - ms) / TALLY_SLOT_MS;
}

static enum err expect_row(sqlite3_stmt *stmt)
{
    int rc = sqlite3_step(stmt);
    return rc == SQLITE_DONE ? ERR_BAD_FORMAT : db_err(rc);
}

static enum err read_all_time(struct store_reader *r, struct store_totals *t)
{
    sqlite3_stmt *stmt = r->stmts[READ_TOTALS];
    enum err err = expect_row(stmt);
    if (err)
        return err;
    t->completed = sqlite3_column_int64(stmt, 0);
    t->since_ms.known = sqlite3_column_type(stmt, 1) == SQLITE_INTEGER;
    t->since_ms.value = sqlite3_column_int64(stmt, 1);
    return ERR_OK;
}

_Static_assert(TOTALS_WINDOW_MS == JOB_SILENT_MS, "one query sums both");

static enum err read_window(struct store_reader *r, int64_t now_ms, struct store_totals *t)
{
    sqlite3_stmt *stmt = r->stmts[READ_WINDOW];
    sqlite3_bind_int64(stmt, 1, slot_before(now_ms, TOTALS_WINDOW_MS));
    enum err err = expect_row(stmt);
    if (err)
        return err;
    t->window.completed = sqlite3_column_int64(stmt, 0);
    t->window.failed = sqlite3_column_int64(stmt, 1);
    t->active = sqlite3_column_int64(stmt, 2);
    t->window.output_tokens = sqlite3_column_int64(stmt, 3);
    t->window.timed_tokens = sqlite3_column_int64(stmt, 4);
    t->window.timed_ms = sqlite3_column_int64(stmt, 5);

    stmt = r->stmts[READ_LOST];
    sqlite3_bind_int64(stmt, 1, slot_before(now_ms, JOB_LOST_MS + TOTALS_WINDOW_MS));
    sqlite3_bind_int64(stmt, 2, slot_before(now_ms, JOB_LOST_MS));
    err = expect_row(stmt);
    if (!err)
        t->window.lost = sqlite3_column_int64(stmt, 0);
    return err;
}

static enum err read_recent(struct store_reader *r, struct store_totals *t)
{
    sqlite3_stmt *stmt = r->stmts[READ_RECENT];
    int rc;
    sqlite3_bind_int(stmt, 1, TOTALS_RECENT);
    t->recent_count = 0;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && t->recent_count < TOTALS_RECENT) {
        struct recent_job *job = &t->recent[t->recent_count++];
        job->finished_ms = sqlite3_column_int64(stmt, 0);
        job->latency_ms.known = sqlite3_column_type(stmt, 1) == SQLITE_INTEGER;
        job->latency_ms.value = sqlite3_column_int64(stmt, 1);
    }
    return db_err(rc);
}

static enum err read_all(struct store_reader *r, int64_t now_ms, struct store_totals *totals)
{
    *totals = (struct store_totals){0};
    enum err err = read_all_time(r, totals);
    if (!err)
        err = read_window(r, now_ms, totals);
    return err ? err : read_recent(r, totals);
}

enum err store_read_totals(struct store_reader *r, int64_t now_ms, struct store_totals *totals)
{
    enum err err = reader_begin(r);
    if (!err)
        err = reader_end(r, read_all(r, now_ms, totals));
    if (err)
        *totals = (struct store_totals){0};
    return err;
}

static size_t merge_recent(const struct store_totals *a, const struct store_totals *b,
                           struct recent_job merged[TOTALS_RECENT])
{
    size_t i = 0, k = 0, count = 0;
    while (count < TOTALS_RECENT && (i < a->recent_count || k < b->recent_count)) {
        bool from_a = k == b->recent_count ||
                      (i < a->recent_count && a->recent[i].finished_ms >= b->recent[k].finished_ms);
        merged[count++] = from_a ? a->recent[i++] : b->recent[k++];
    }
    return count;
}

void totals_add(struct store_totals *sum, const struct store_totals *more)
{
    struct recent_job merged[TOTALS_RECENT];
    sum->recent_count = merge_recent(sum, more, merged);
    for (size_t i = 0; i < sum->recent_count; i++)
        sum->recent[i] = merged[i];
    if (more->since_ms.known &&
        (!sum->since_ms.known || more->since_ms.value < sum->since_ms.value))
        sum->since_ms = more->since_ms;
    sum->completed += more->completed;
    sum->active += more->active;
    sum->window.completed += more->window.completed;
    sum->window.failed += more->window.failed;
    sum->window.lost += more->window.lost;
    sum->window.output_tokens += more->window.output_tokens;
    sum->window.timed_tokens += more->window.timed_tokens;
    sum->window.timed_ms += more->window.timed_ms;
}

struct job_number totals_mean_latency(const struct store_totals *totals, size_t *samples)
{
    int64_t sum = 0; /* at most 100 times 2^53 */
    int64_t count = 0;
    for (size_t i = 0; i < totals->recent_count; i++)
        if (totals->recent[i].latency_ms.known) {
            sum += totals->recent[i].latency_ms.value;
            count++;
        }
    *samples = (size_t)count;
    if (count == 0)
        return (struct job_number){0};
    return (struct job_number){.known = true, .value = (sum + count / 2) / count};
}
