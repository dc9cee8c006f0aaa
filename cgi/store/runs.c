#include "store/runs.h"

#include "store/row.h"
#include "store/writer.h"
#include <string.h>

static const char sql_begin[] = "INSERT INTO runs (id, created_ms, head) VALUES (?1, ?2, ?3)";
static const char sql_put_call[] =
    "INSERT INTO run_calls (run, sequence, record) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (run, sequence) DO UPDATE SET record = ?3";
static const char sql_end[] = "UPDATE runs SET tail = ?2 WHERE id = ?1";
static const char sql_running[] = "SELECT id FROM jobs WHERE benchmark_id = ?1 AND status = 1";
static const char sql_has[] = "SELECT 1 FROM runs WHERE id = ?1";
#define SUMMARY                                                                                    \
    "SELECT id, created_ms, head, tail,"                                                           \
    " (SELECT count(*) FROM run_calls WHERE run = runs.id) FROM runs "
static const char sql_list[] = SUMMARY "ORDER BY created_ms DESC, id DESC LIMIT ?1";
static const char sql_read[] = SUMMARY "WHERE id = ?1";
static const char sql_calls[] = "SELECT record FROM run_calls WHERE run = ?1 ORDER BY sequence";
/* A job that began an hour earlier and still runs is left out: the index is by the beginning. */
static const char sql_traffic[] =
    "SELECT 1 FROM jobs WHERE timestamp_ms > ?2 - 3600000 AND updated_ms >= ?2"
    " AND benchmark_id IS NULL AND provider = ?1 COLLATE NOCASE LIMIT 1";
_Static_assert(JOB_RUNNING == 1, "sql_running and an index name it");

static enum err prepare(struct store_writer *w, const char *sql, sqlite3_stmt **stmt)
{
    return db_prepare(w->db, &sql, 1, stmt);
}

static void bind_text(sqlite3_stmt *stmt, int index, struct run_text text)
{
    sqlite3_bind_text(stmt, index, text.bytes, (int)text.len, SQLITE_STATIC);
}

static struct run_text whole(const char *text)
{
    return (struct run_text){text, strlen(text)};
}

static enum err begin_run(struct store_writer *w, const char *id, struct run_text head,
                          int64_t now_ms)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = prepare(w, sql_begin, &stmt);
    if (err)
        return err;
    bind_text(stmt, 1, whole(id));
    sqlite3_bind_int64(stmt, 2, now_ms);
    bind_text(stmt, 3, head);
    err = db_run(stmt);
    sqlite3_finalize(stmt);
    return err;
}

enum err store_begin_run(struct store_writer *w, const char *id, struct run_text head,
                         int64_t now_ms)
{
    if (head.len > RUN_TEXT_BYTES)
        return ERR_TOO_LARGE;
    enum err err = writer_begin(w);
    if (!err)
        err = begin_run(w, id, head, now_ms);
    return writer_end(w, err);
}

static enum err has_run(struct store_writer *w, const char *id)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = prepare(w, sql_has, &stmt);
    if (err)
        return err;
    bind_text(stmt, 1, whole(id));
    int rc = sqlite3_step(stmt);
    err = rc == SQLITE_DONE ? ERR_NOT_FOUND : db_err(rc);
    sqlite3_finalize(stmt);
    return err;
}

static enum err put_record(struct store_writer *w, const char *id, unsigned sequence,
                           struct run_text record)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = prepare(w, sql_put_call, &stmt);
    if (err)
        return err;
    bind_text(stmt, 1, whole(id));
    sqlite3_bind_int64(stmt, 2, sequence);
    bind_text(stmt, 3, record);
    err = db_run(stmt);
    sqlite3_finalize(stmt);
    return err;
}

enum err store_put_call(struct store_writer *w, unsigned sequence, const struct run_text *record,
                        const struct job *job, int64_t now_ms)
{
    struct store_outcome outcome = {.outcome = JOB_REFUSED};
    if (!job->benchmark_id)
        return ERR_BAD_FORMAT;
    if (record && record->len > RUN_TEXT_BYTES)
        return ERR_TOO_LARGE;
    enum err err = writer_begin(w);
    if (!err)
        err = has_run(w, job->benchmark_id);
    if (!err && record)
        err = put_record(w, job->benchmark_id, sequence, *record);
    if (!err)
        err = writer_put_job(w, job, now_ms, &outcome);
    if (!err && outcome.outcome == JOB_REFUSED)
        err = ERR_BAD_FORMAT;
    return writer_end(w, err);
}

static enum err put_tail(struct store_writer *w, const char *id, struct run_text tail)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = prepare(w, sql_end, &stmt);
    if (err)
        return err;
    bind_text(stmt, 1, whole(id));
    bind_text(stmt, 2, tail);
    err = db_run(stmt);
    sqlite3_finalize(stmt);
    return err;
}

/* The ids are collected first: failing a job changes what the query walks over. */
static enum err running_jobs(struct store_writer *w, const char *id, struct arena *arena,
                             const char **ids, size_t max, size_t *count)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = prepare(w, sql_running, &stmt);
    int rc = SQLITE_DONE;
    *count = 0;
    if (err)
        return err;
    bind_text(stmt, 1, whole(id));
    while (*count < max && (rc = sqlite3_step(stmt)) == SQLITE_ROW && !err) {
        ids[*count] = arena_strdup(arena, (const char *)sqlite3_column_text(stmt, 0));
        err = ids[*count] ? ERR_OK : ERR_NO_MEMORY;
        (*count)++;
    }
    sqlite3_finalize(stmt);
    return err ? err : db_err(rc);
}

enum { RUNNING_MAX = 64 }; /* far above what a run has in flight */

static enum err fail_running(struct store_writer *w, const char *id, const char *why,
                             int64_t now_ms)
{
    struct arena arena = arena_make(0);
    const char *ids[RUNNING_MAX];
    size_t count;
    enum err err = running_jobs(w, id, &arena, ids, RUNNING_MAX, &count);
    for (size_t i = 0; i < count && !err; i++) {
        const struct job failed = {.id = ids[i],
                                   .status = JOB_FAILED,
                                   .error = why,
                                   .benchmark_id = id,
                                   .ended_ms = {.known = true, .value = now_ms}};
        struct store_outcome outcome;
        err = writer_put_job(w, &failed, now_ms, &outcome);
    }
    arena_free(&arena);
    return err;
}

enum err store_end_run(struct store_writer *w, const char *id, struct run_text tail,
                       const char *why, int64_t now_ms)
{
    if (tail.len > RUN_TEXT_BYTES)
        return ERR_TOO_LARGE;
    enum err err = writer_begin(w);
    if (!err)
        err = has_run(w, id);
    if (!err)
        err = put_tail(w, id, tail);
    if (!err)
        err = fail_running(w, id, why, now_ms);
    return writer_end(w, err);
}

/* NULL text for NULL. */
static enum err take_text(sqlite3_stmt *stmt, int column, struct arena *arena,
                          struct run_text *text)
{
    const char *bytes = (const char *)sqlite3_column_text(stmt, column);
    *text = (struct run_text){0};
    if (!bytes)
        return sqlite3_column_type(stmt, column) == SQLITE_NULL ? ERR_OK : ERR_NO_MEMORY;
    text->len = (size_t)sqlite3_column_bytes(stmt, column);
    text->bytes = arena_strndup(arena, bytes, text->len);
    return text->bytes ? ERR_OK : ERR_NO_MEMORY;
}

static enum err take_summary(sqlite3_stmt *stmt, struct arena *arena, struct run_summary *run)
{
    struct run_text id;
    enum err err = take_text(stmt, 0, arena, &id);
    if (!err)
        err = take_text(stmt, 2, arena, &run->head);
    if (!err)
        err = take_text(stmt, 3, arena, &run->tail);
    run->id = id.bytes;
    run->created_ms = sqlite3_column_int64(stmt, 1);
    run->call_count = (size_t)sqlite3_column_int64(stmt, 4);
    return err;
}

static enum err list_runs(struct store_writer *w, size_t max, struct arena *arena,
                          struct run_summary *runs, size_t *count)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = prepare(w, sql_list, &stmt);
    int rc = SQLITE_DONE;
    if (err)
        return err;
    sqlite3_bind_int64(stmt, 1, (int64_t)max);
    while (!err && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        err = take_summary(stmt, arena, &runs[(*count)++]);
    sqlite3_finalize(stmt);
    return err ? err : db_err(rc);
}

enum err store_list_runs(struct store_writer *w, size_t max, struct arena *arena,
                         const struct run_summary **runs, size_t *count)
{
    if (max > RUN_LIST_MAX)
        return ERR_BAD_LENGTH;
    struct run_summary *list = arena_array(arena, max, sizeof *list);
    *runs = list;
    *count = 0;
    if (!list)
        return ERR_NO_MEMORY;
    enum err err = writer_begin(w);
    if (!err)
        err = list_runs(w, max, arena, list, count);
    return writer_end(w, err);
}

static enum err read_summary(struct store_writer *w, const char *id, struct arena *arena,
                             struct run_summary *run)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = prepare(w, sql_read, &stmt);
    if (err)
        return err;
    bind_text(stmt, 1, whole(id));
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        err = take_summary(stmt, arena, run);
    else
        err = rc == SQLITE_DONE ? ERR_NOT_FOUND : db_err(rc);
    sqlite3_finalize(stmt);
    return err;
}

static enum err read_calls(struct store_writer *w, const char *id, struct arena *arena,
                           struct run_text *calls, size_t count)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = prepare(w, sql_calls, &stmt);
    size_t got = 0;
    int rc = SQLITE_DONE;
    if (err)
        return err;
    bind_text(stmt, 1, whole(id));
    while (!err && (rc = sqlite3_step(stmt)) == SQLITE_ROW && got < count)
        err = take_text(stmt, 0, arena, &calls[got++]);
    sqlite3_finalize(stmt);
    return err ? err : db_err(rc);
}

enum err store_read_run(struct store_writer *w, const char *id, struct arena *arena,
                        struct stored_run *run)
{
    struct run_text *calls = NULL;
    enum err err = writer_begin(w);
    if (!err)
        err = read_summary(w, id, arena, &run->summary);
    if (!err) {
        calls = arena_array(arena, run->summary.call_count + 1, sizeof *calls);
        err = calls ? read_calls(w, id, arena, calls, run->summary.call_count) : ERR_NO_MEMORY;
    }
    run->calls = calls;
    return writer_end(w, err);
}

static enum err has_traffic(struct store_writer *w, const char *provider, int64_t since_ms,
                            bool *found)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = prepare(w, sql_traffic, &stmt);
    if (err)
        return err;
    bind_text(stmt, 1, whole(provider));
    sqlite3_bind_int64(stmt, 2, since_ms);
    int rc = sqlite3_step(stmt);
    *found = rc == SQLITE_ROW;
    sqlite3_finalize(stmt);
    return db_err(rc);
}

enum err store_has_traffic(struct store_writer *w, const char *provider, int64_t since_ms,
                           bool *found)
{
    *found = false;
    enum err err = writer_begin(w);
    if (!err)
        err = has_traffic(w, provider, since_ms, found);
    return writer_end(w, err);
}
