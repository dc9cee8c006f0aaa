#include "store/tally.h"

#include <string.h>

/* 9007199254740992 is 2^53: whatever an agent claims, sums over all kept slots fit in 63 bits. */
const char *const tally_sql[TALLY_COUNT] = {
    [TALLY_COMPLETED] = "UPDATE totals SET completed = completed + ?1",
    [TALLY_SINCE] = "UPDATE totals SET since_ms = ?1 WHERE since_ms IS NULL OR since_ms > ?1",
    [TALLY_SINCE_ANEW] =
        "UPDATE totals SET since_ms ="
        " (SELECT min(timestamp_ms) FROM jobs WHERE benchmark_id IS NULL) WHERE since_ms >= ?1",
    [TALLY_SLOT] =
        "INSERT INTO activity"
        " (slot, completed, failed, running, output_tokens, timed_tokens, timed_ms)"
        " VALUES (?1, max(0, ?2), max(0, ?3), max(0, ?4), max(0, ?5), max(0, ?6), max(0, ?7))"
        " ON CONFLICT (slot) DO UPDATE SET"
        " completed = max(0, completed + ?2),"
        " failed = max(0, failed + ?3),"
        " running = max(0, running + ?4),"
        " output_tokens = min(9007199254740992, max(0, output_tokens + ?5)),"
        " timed_tokens = min(9007199254740992, max(0, timed_tokens + ?6)),"
        " timed_ms = min(9007199254740992, max(0, timed_ms + ?7))",
    [TALLY_PRUNE] = "DELETE FROM activity WHERE slot < ?1",
};

/* The columns of a slot behind its number. */
enum column { COMPLETED, FAILED, RUNNING, OUTPUT_TOKENS, TIMED_TOKENS, TIMED_MS, COLUMN_COUNT };

struct share {
    int64_t slot;
    int64_t columns[COLUMN_COUNT];
};

static int64_t oldest_slot(int64_t now_ms)
{
    return now_ms / TALLY_SLOT_MS - TALLY_KEPT_SLOTS;
}

static struct share share_of(const struct job *job)
{
    struct share share = {0};
    if (!job || job->benchmark_id)
        return share;
    share.slot = (job_has_ended(job) ? job->finished_ms.value : job->updated_ms) / TALLY_SLOT_MS;
    share.columns[COMPLETED] = job->status == JOB_COMPLETED;
    share.columns[FAILED] = job->status == JOB_FAILED;
    share.columns[RUNNING] = job->status == JOB_RUNNING;
    if (job->status == JOB_COMPLETED && job->output_tokens.known) {
        share.columns[OUTPUT_TOKENS] = job->output_tokens.value;
        if (job->latency_ms.known) {
            share.columns[TIMED_TOKENS] = job->output_tokens.value;
            share.columns[TIMED_MS] = job->latency_ms.value;
        }
    }
    return share;
}

static enum err run_with(sqlite3_stmt *stmt, int64_t value)
{
    sqlite3_bind_int64(stmt, 1, value);
    return db_run(stmt);
}

static enum err add_to_slot(sqlite3_stmt *stmt, const struct share *share, int sign, int64_t now_ms)
{
    static const int64_t nothing[COLUMN_COUNT];
    if (memcmp(share->columns, nothing, sizeof nothing) == 0 || share->slot < oldest_slot(now_ms))
        return ERR_OK;
    sqlite3_bind_int64(stmt, 1, share->slot);
    for (int i = 0; i < COLUMN_COUNT; i++)
        sqlite3_bind_int64(stmt, 2 + i, sign * share->columns[i]);
    return db_run(stmt);
}

enum err tally_prune(sqlite3_stmt *const *stmts, int64_t now_ms)
{
    return run_with(stmts[TALLY_PRUNE], oldest_slot(now_ms));
}

enum err tally_move(sqlite3_stmt *const *stmts, const struct job *before, const struct job *after,
                    int64_t now_ms)
{
    const struct share old = share_of(before), new = share_of(after);
    enum err err = ERR_OK;
    if (old.columns[COMPLETED] != new.columns[COMPLETED])
        err = run_with(stmts[TALLY_COMPLETED], new.columns[COMPLETED] - old.columns[COMPLETED]);
    if (!err && memcmp(&old, &new, sizeof old) != 0) {
        err = add_to_slot(stmts[TALLY_SLOT], &old, -1, now_ms);
        if (!err)
            err = add_to_slot(stmts[TALLY_SLOT], &new, 1, now_ms);
    }
    if (!err && !before && !after->benchmark_id)
        err = run_with(stmts[TALLY_SINCE], after->timestamp_ms);
    if (!err && !after && !before->benchmark_id)
        err = run_with(stmts[TALLY_SINCE_ANEW], before->timestamp_ms);
    return err;
}
