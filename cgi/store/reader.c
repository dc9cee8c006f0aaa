#include "store/reader.h"

#include "base/clock.h"
#include "store/row.h"
#include <stdlib.h>
#include <string.h>

/* A reader keeps few pages of its own: the operating system holds the file's. */
enum { BUSY_MS = 50, FIRST_PAUSE_MS = 100, LAST_PAUSE_MS = 5000 };
#define SET_UP "PRAGMA query_only = ON; PRAGMA cache_size = -64"

static const char *const sql[READ_STMT_COUNT] = {
    [READ_TOTALS] = "SELECT completed, since_ms FROM totals",
    [READ_WINDOW] = "SELECT sum(completed), sum(failed), sum(running), sum(output_tokens),"
                    " sum(timed_tokens), sum(timed_ms) FROM activity WHERE slot > ?1",
    [READ_LOST] = "SELECT sum(running) FROM activity WHERE slot > ?1 AND slot <= ?2",
    [READ_RECENT] = "SELECT finished_ms, latency_ms FROM jobs"
                    " WHERE status = 2 AND benchmark_id IS NULL"
                    " ORDER BY finished_ms DESC, seq DESC LIMIT ?1",
    [READ_PAGE] = "SELECT " ROW_COLUMNS " FROM jobs WHERE (timestamp_ms, id) < (?1, ?2)"
                  " ORDER BY timestamp_ms DESC, id DESC",
    [READ_HAS] = "SELECT 1 FROM jobs WHERE id = ?1",
    [READ_NEW_IDS] = "SELECT seq, id FROM jobs WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    [READ_TO_PROVE] = "SELECT " ROW_COLUMNS " FROM jobs"
                      " WHERE status = 2 AND proof = 1 AND provider IS NOT NULL"
                      " AND chat_id IS NOT NULL AND benchmark_id IS NULL AND finished_ms > ?1"
                      " ORDER BY finished_ms DESC LIMIT ?2",
    [READ_LAST_ID] = "SELECT coalesce(max(seq), 0) FROM jobs",
    [READ_DATA_VERSION] = "PRAGMA data_version",
};
_Static_assert(JOB_COMPLETED == 2, "READ_RECENT, READ_TO_PROVE and their indices name it");
_Static_assert(PROOF_REPORTED == 1, "READ_TO_PROVE and its index name it");

void store_readers_are_many(void)
{
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

struct store_reader *store_reader_new(const char *path, enum store_kind kind)
{
    struct store_reader *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->schema = kind == STORE_JOBS ? &schema_jobs : &schema_cache;
    r->opens_from = INT64_MIN;
    r->path = strdup(path);
    if (!r->path) {
        free(r);
        return NULL;
    }
    return r;
}

static void close_db(struct store_reader *r)
{
    db_finalize(r->stmts, READ_STMT_COUNT);
    sqlite3_close(r->db);
    r->db = NULL;
}

void store_reader_free(struct store_reader *r)
{
    if (!r)
        return;
    close_db(r);
    free(r->path);
    free(r);
}

uint64_t store_generation(const struct store_reader *r)
{
    return r->generation;
}

/* Closes after a failure. A store that is not there yet costs one system call to look for: no
 * pause. */
static enum err give_up(struct store_reader *r, enum err err)
{
    close_db(r);
    r->err = err;
    if (r->served || err == ERR_NOT_FOUND)
        r->pause_ms = 0;
    else if (r->pause_ms == 0)
        r->pause_ms = FIRST_PAUSE_MS;
    else
        r->pause_ms = r->pause_ms * 2 < LAST_PAUSE_MS ? r->pause_ms * 2 : LAST_PAUSE_MS;
    r->served = false;
    r->opens_from = clock_mono_ms() + r->pause_ms;
    return err;
}

/* What cannot be helped by opening anew. */
static bool is_passing(enum err err)
{
    return err == ERR_TIMEOUT || err == ERR_NO_MEMORY;
}

static enum err open_db(struct store_reader *r)
{
    if (clock_mono_ms() < r->opens_from)
        return r->err;
    r->served = false;
    enum err err = db_open(r->path, SQLITE_OPEN_READONLY, BUSY_MS, &r->db);
    if (!err)
        err = db_exec(r->db, SET_UP);
    if (err)
        return give_up(r, err);
    r->generation++;
    r->has_data_version = false;
    return ERR_OK;
}

/* Inside the transaction, because the writer may have upgraded the file since the last one. */
static enum err check_version(struct store_reader *r)
{
    struct buf problem = buf_make(BUF_NO_LIMIT);
    int version = 0;
    enum err err = schema_version(r->db, r->schema, &version, &problem);
    buf_free(&problem);
    if (!err && version == 0)
        return ERR_NOT_FOUND; /* the writer is about to make the tables */
    if (!err && version < r->schema->version)
        return ERR_CONFIG; /* the writer is about to upgrade it */
    return err;
}

enum err reader_begin(struct store_reader *r)
{
    if (r->db && db_has_moved(r->db))
        close_db(r);
    enum err err = r->db ? ERR_OK : open_db(r);
    if (err)
        return err;
    err = db_exec(r->db, "BEGIN");
    if (!err)
        err = check_version(r);
    if (!err && !r->stmts[0])
        err = db_prepare(r->db, sql, READ_STMT_COUNT, r->stmts);
    if (!err)
        return ERR_OK;
    return reader_end(r, err);
}

enum err reader_end(struct store_reader *r, enum err err)
{
    for (int i = 0; i < READ_STMT_COUNT; i++)
        sqlite3_reset(r->stmts[i]); /* NULL is accepted */
    enum err ended = db_end(r->db, err);
    if (!ended) {
        r->served = true;
        r->pause_ms = 0;
    } else if (!is_passing(ended)) {
        give_up(r, ended);
    }
    return ended;
}

static enum err read_data_version(struct store_reader *r, int64_t *version)
{
    sqlite3_stmt *stmt = r->stmts[READ_DATA_VERSION];
    int rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW)
        return rc == SQLITE_DONE ? ERR_BAD_FORMAT : db_err(rc);
    *version = sqlite3_column_int64(stmt, 0);
    return ERR_OK;
}

enum err store_changed(struct store_reader *r, bool *changed)
{
    int64_t version = 0;
    *changed = false;
    enum err err = reader_begin(r);
    if (!err)
        err = reader_end(r, read_data_version(r, &version));
    if (err)
        return err;
    *changed = !r->has_data_version || r->data_version != version;
    r->has_data_version = true;
    r->data_version = version;
    return ERR_OK;
}
