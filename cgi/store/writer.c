#include "store/writer.h"

#include "base/log.h"
#include "store/row.h"
#include "store/schema.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 5000, ROW_MAX_BYTES = 64 * 1024 };

static const char *const sql[WRITE_STMT_COUNT] = {
    [WRITE_FIND] = "SELECT " ROW_COLUMNS ", seq FROM jobs WHERE id = ?1",
    [WRITE_INSERT] = "INSERT INTO jobs (" ROW_COLUMNS ") VALUES (" ROW_PARAMETERS ")",
    [WRITE_UPDATE] =
        "UPDATE jobs SET (" ROW_MOVING ") = (" ROW_MOVING_PARAMETERS ") WHERE seq = ?23",
    [WRITE_DELETE] = "DELETE FROM jobs WHERE seq = ?1",
};
_Static_assert(ROW_NEXT_PARAMETER == 23, "WRITE_UPDATE names it");

static enum err enter_wal(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    enum err err = db_err(rc);
    if (rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") != 0)
        err = ERR_SYSTEM; /* a file system without shared memory */
    sqlite3_finalize(stmt);
    return err;
}

/* The write-ahead log stays when the last connection closes, emptied: without it a reader who may
 * not write in the folder could not open the file. So it is with a file that is refused. */
static enum err keep_log(sqlite3 *db)
{
    int persist = 1;
    return db_err(sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &persist));
}

static enum err set_up(sqlite3 *db, enum store_kind kind)
{
    enum err err = enter_wal(db);
    if (!err)
        err = db_exec(db, "PRAGMA journal_size_limit = 0");
    /* FULL syncs the log at each commit; NORMAL may lose the last commits with the power. */
    if (!err)
        err = db_exec(db, kind == STORE_JOBS ? "PRAGMA synchronous = FULL"
                                             : "PRAGMA synchronous = NORMAL");
    return err;
}

static void log_path(const struct store_writer *w, const char *suffix, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s%s", w->path, suffix);
}

static void close_db(struct store_writer *w)
{
    db_finalize(w->stmts, WRITE_STMT_COUNT);
    db_finalize(w->tally, TALLY_COUNT);
    sqlite3_close(w->db);
    w->db = NULL;
}

static enum err open_db(struct store_writer *w, struct buf *problem)
{
    const struct schema *schema = w->kind == STORE_JOBS ? &schema_jobs : &schema_cache;
    int version;
    enum err err = db_open(w->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, BUSY_MS, &w->db);
    if (!err)
        err = keep_log(w->db);
    if (!err)
        err = schema_version(w->db, schema, &version, problem);
    if (!err)
        err = set_up(w->db, w->kind);
    if (!err)
        err = schema_migrate(w->db, schema, w->path, problem);
    if (!err)
        err = db_prepare(w->db, sql, WRITE_STMT_COUNT, w->stmts);
    if (!err)
        err = db_prepare(w->db, tally_sql, TALLY_COUNT, w->tally);
    if (!err) {
        char log[PATH_MAX];
        log_path(w, "-wal", log);
        err = stat(log, &w->log) == 0 ? ERR_OK : ERR_SYSTEM;
    }
    if (err && problem->len == 0)
        buf_printf(problem, "the file cannot be opened for writing (%s) · check its folder\n",
                   err_text(err));
    if (err)
        close_db(w);
    return err;
}

enum err store_writer_open(const char *path, enum store_kind kind, struct buf *problem,
                           struct store_writer **writer)
{
    *writer = NULL;
    struct store_writer *w = calloc(1, sizeof *w);
    if (!w)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&w->lock, NULL);
    w->arena = arena_make(ROW_MAX_BYTES);
    w->kind = kind;
    w->path = strdup(path);
    enum err err = w->path ? open_db(w, problem) : ERR_NO_MEMORY;
    if (err)
        store_writer_close(w);
    else
        *writer = w;
    return err;
}

void store_writer_close(struct store_writer *w)
{
    if (!w)
        return;
    close_db(w);
    arena_free(&w->arena);
    free(w->path);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

/* The log of the file that was replaced must not be played into the one that came. */
static void remove_stale_log(const struct store_writer *w)
{
    struct stat st;
    char log[PATH_MAX], index[PATH_MAX];
    log_path(w, "-wal", log);
    log_path(w, "-shm", index);
    if (stat(log, &st) == 0 && st.st_dev == w->log.st_dev && st.st_ino == w->log.st_ino) {
        unlink(log);
        unlink(index);
    }
}

enum err writer_begin(struct store_writer *w)
{
    struct buf problem = buf_make(BUF_NO_LIMIT);
    enum err err = ERR_OK;
    pthread_mutex_lock(&w->lock);
    if (w->db && db_has_moved(w->db)) {
        log_event(LOG_WARN, "store_replaced", "path", w->path, NULL);
        close_db(w);
        remove_stale_log(w);
    }
    if (!w->db)
        err = open_db(w, &problem);
    buf_free(&problem);
    return err ? err : db_exec(w->db, "BEGIN IMMEDIATE");
}

enum err writer_end(struct store_writer *w, enum err err)
{
    if (w->db)
        err = db_end(w->db, err);
    pthread_mutex_unlock(&w->lock);
    return err;
}

/* ERR_NOT_FOUND when there is no such job. The row lives in w->arena. */
static enum err find(struct store_writer *w, const char *id, struct job *row, int64_t *seq)
{
    sqlite3_stmt *stmt = w->stmts[WRITE_FIND];
    enum err err = ERR_NOT_FOUND;
    arena_reset(&w->arena);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        err = row_read(stmt, &w->arena, row);
        *seq = sqlite3_column_int64(stmt, sqlite3_column_count(stmt) - 1);
    }
    sqlite3_reset(stmt);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? err : db_err(rc);
}

static enum err insert(struct store_writer *w, const struct job *row, int64_t now_ms)
{
    enum err err = row_bind(w->stmts[WRITE_INSERT], row);
    if (!err)
        err = db_run(w->stmts[WRITE_INSERT]);
    return err ? err : tally_move(w->tally, NULL, row, now_ms);
}

static enum err update(struct store_writer *w, int64_t seq, const struct job *before,
                       const struct job *after, int64_t now_ms)
{
    enum err err = row_bind(w->stmts[WRITE_UPDATE], after);
    sqlite3_bind_int64(w->stmts[WRITE_UPDATE], ROW_NEXT_PARAMETER, seq);
    if (!err)
        err = db_run(w->stmts[WRITE_UPDATE]);
    return err ? err : tally_move(w->tally, before, after, now_ms);
}

enum err writer_put_job(struct store_writer *w, const struct job *record, int64_t now_ms,
                        struct store_outcome *outcome)
{
    struct job before = {0}, after;
    int64_t seq = 0;
    bool changed;
    *outcome = (struct store_outcome){.outcome = JOB_REFUSED, .why = job_check(record)};
    if (outcome->why)
        return ERR_OK;
    enum err err = find(w, record->id, &before, &seq);
    if (err == ERR_NOT_FOUND) {
        outcome->outcome = JOB_INSERTED;
        after = job_first(record, now_ms);
        return insert(w, &after, now_ms);
    }
    if (err)
        return err;
    after = before;
    outcome->why = job_merge(&after, record, now_ms, &changed);
    if (outcome->why)
        return ERR_OK;
    outcome->outcome = changed ? JOB_UPDATED : JOB_UNCHANGED;
    return changed ? update(w, seq, &before, &after, now_ms) : ERR_OK;
}

enum err store_put_jobs(struct store_writer *w, const struct job *records, size_t count,
                        int64_t now_ms, struct store_outcome *outcomes)
{
    bool wrote = false;
    enum err err = writer_begin(w);
    for (size_t i = 0; i < count && !err; i++) {
        err = writer_put_job(w, &records[i], now_ms, &outcomes[i]);
        wrote |= outcomes[i].outcome == JOB_INSERTED || outcomes[i].outcome == JOB_UPDATED;
    }
    if (!err && wrote)
        err = tally_prune(w->tally, now_ms);
    return writer_end(w, err);
}

static enum err prove(struct store_writer *w, const char *id, enum job_proof proof, int64_t now_ms)
{
    struct job before = {0}, after;
    int64_t seq = 0;
    bool changed;
    enum err err = find(w, id, &before, &seq);
    if (err)
        return err;
    after = before;
    const struct job record = {
        .id = id, .status = before.status, .benchmark_id = before.benchmark_id, .proof = proof};
    job_merge(&after, &record, now_ms, &changed); /* refuses no record of the same job */
    after.updated_ms = before.updated_ms;         /* it is not the agent that says so */
    return changed ? update(w, seq, &before, &after, now_ms) : ERR_OK;
}

enum err store_prove_job(struct store_writer *w, const char *id, enum job_proof proof,
                         int64_t now_ms)
{
    enum err err = writer_begin(w);
    if (!err)
        err = prove(w, id, proof, now_ms);
    return writer_end(w, err);
}

static enum err take_out(struct store_writer *w, const char *id, int64_t now_ms)
{
    struct job row = {0};
    int64_t seq = 0;
    enum err err = find(w, id, &row, &seq);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    sqlite3_bind_int64(w->stmts[WRITE_DELETE], 1, seq);
    err = db_run(w->stmts[WRITE_DELETE]);
    return err ? err : tally_move(w->tally, &row, NULL, now_ms);
}

enum err store_remove_jobs(struct store_writer *w, const char *const *ids, size_t count,
                           int64_t now_ms)
{
    enum err err = writer_begin(w);
    for (size_t i = 0; i < count && !err; i++)
        err = take_out(w, ids[i], now_ms);
    return writer_end(w, err);
}
