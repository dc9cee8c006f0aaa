#include "store/schema.h"

#include "store/backup.h"
#include <limits.h>
#include <stdio.h>

/* jobs_by_time orders pages. jobs_by_end answers "the last completed ones" by itself: it holds the
 * latency. `totals` and `activity` are kept by tally.c in the transaction that changes the jobs, so
 * that no reader ever counts rows. */
#define JOBS_V1                                                                                    \
    "CREATE TABLE jobs ("                                                                          \
    " seq INTEGER PRIMARY KEY,"                                                                    \
    " id TEXT NOT NULL UNIQUE,"                                                                    \
    " timestamp_ms INTEGER NOT NULL,"                                                              \
    " received_ms INTEGER NOT NULL,"                                                               \
    " updated_ms INTEGER NOT NULL,"                                                                \
    " finished_ms INTEGER,"                                                                        \
    " model TEXT NOT NULL,"                                                                        \
    " status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 3),"                                     \
    " started_ms INTEGER,"                                                                         \
    " ended_ms INTEGER,"                                                                           \
    " input_tokens INTEGER,"                                                                       \
    " output_tokens INTEGER,"                                                                      \
    " total_tokens INTEGER,"                                                                       \
    " latency_ms INTEGER,"                                                                         \
    " provider TEXT,"                                                                              \
    " chat_id TEXT,"                                                                               \
    " request_sha256 BLOB,"                                                                        \
    " response_sha256 BLOB,"                                                                       \
    " endpoint INTEGER NOT NULL,"                                                                  \
    " error TEXT,"                                                                                 \
    " agent_id TEXT,"                                                                              \
    " benchmark_id TEXT,"                                                                          \
    " proof INTEGER NOT NULL"                                                                      \
    ") STRICT;"                                                                                    \
    "CREATE INDEX jobs_by_time ON jobs (timestamp_ms, id);"                                        \
    "CREATE INDEX jobs_by_end ON jobs (finished_ms, seq, latency_ms)"                              \
    " WHERE status = 2 AND benchmark_id IS NULL;"                                                  \
    "CREATE TABLE totals ("                                                                        \
    " single INTEGER PRIMARY KEY CHECK (single = 1),"                                              \
    " completed INTEGER NOT NULL,"                                                                 \
    " since_ms INTEGER"                                                                            \
    ") STRICT;"                                                                                    \
    "INSERT INTO totals VALUES (1, 0, NULL);"                                                      \
    "CREATE TABLE activity ("                                                                      \
    " slot INTEGER PRIMARY KEY,"                                                                   \
    " completed INTEGER NOT NULL,"                                                                 \
    " failed INTEGER NOT NULL,"                                                                    \
    " running INTEGER NOT NULL,"                                                                   \
    " output_tokens INTEGER NOT NULL,"                                                             \
    " timed_tokens INTEGER NOT NULL,"                                                              \
    " timed_ms INTEGER NOT NULL"                                                                   \
    ") STRICT;"

/* Holds what is still to be proven, and nothing else. */
#define TO_PROVE_V1                                                                                \
    "CREATE INDEX jobs_to_prove ON jobs (finished_ms)"                                             \
    " WHERE status = 2 AND proof = 1 AND provider IS NOT NULL AND chat_id IS NOT NULL"             \
    " AND benchmark_id IS NULL;"

/* A run's calls stand apart, so that each is one small write. What runs of a run is found by its
 * own index, which is empty but while one is on. */
#define RUNS_V1                                                                                    \
    "CREATE TABLE runs ("                                                                          \
    " id TEXT PRIMARY KEY,"                                                                        \
    " created_ms INTEGER NOT NULL,"                                                                \
    " head TEXT NOT NULL,"                                                                         \
    " tail TEXT"                                                                                   \
    ") STRICT;"                                                                                    \
    "CREATE TABLE run_calls ("                                                                     \
    " run TEXT NOT NULL REFERENCES runs (id),"                                                     \
    " sequence INTEGER NOT NULL,"                                                                  \
    " record TEXT NOT NULL,"                                                                       \
    " PRIMARY KEY (run, sequence)"                                                                 \
    ") STRICT, WITHOUT ROWID;"                                                                     \
    "CREATE INDEX jobs_of_run_on ON jobs (benchmark_id)"                                           \
    " WHERE status = 1 AND benchmark_id IS NOT NULL;"

#define SCANS_V1                                                                                   \
    "CREATE TABLE scans ("                                                                         \
    " name TEXT NOT NULL,"                                                                         \
    " chain_id INTEGER NOT NULL,"                                                                  \
    " contract TEXT NOT NULL,"                                                                     \
    " wallet TEXT NOT NULL,"                                                                       \
    " from_block INTEGER NOT NULL,"                                                                \
    " next_block INTEGER NOT NULL,"                                                                \
    " totals TEXT NOT NULL,"                                                                       \
    " PRIMARY KEY (name, chain_id, contract, wallet)"                                              \
    ") STRICT, WITHOUT ROWID;"

static const char *const jobs_steps[] = {JOBS_V1, TO_PROVE_V1, RUNS_V1};
static const char *const cache_steps[] = {JOBS_V1 SCANS_V1};

/* "ZGjb" and "ZGca" */
const struct schema schema_jobs = {0x5a476a62, jobs_steps, sizeof jobs_steps / sizeof *jobs_steps};
const struct schema schema_cache = {0x5a476361, cache_steps,
                                    sizeof cache_steps / sizeof *cache_steps};

enum err schema_version(sqlite3 *db, const struct schema *schema, int *version, struct buf *problem)
{
    int64_t application = 0, user_version = 0, objects = 0;
    enum err err = db_read_int(db, "PRAGMA application_id", &application);
    if (!err)
        err = db_read_int(db, "PRAGMA user_version", &user_version);
    if (!err)
        err = db_read_int(db, "SELECT count(*) FROM sqlite_schema", &objects);
    if (err == ERR_BAD_FORMAT)
        buf_puts(problem, "the file is damaged or no database · restore a copy\n");
    if (err)
        return err;
    if (application == 0 && user_version == 0 && objects == 0) {
        *version = 0;
        return ERR_OK;
    }
    if (application != schema->application_id || user_version < 1) {
        buf_puts(problem, "the file belongs to another program · give another path\n");
        return ERR_BAD_FORMAT;
    }
    if (user_version > schema->version) {
        buf_printf(problem,
                   "a newer program wrote the file (version %lld, this program knows %d) · "
                   "install the newer program, or restore the copy made before the upgrade\n",
                   (long long)user_version, schema->version);
        return ERR_CONFIG;
    }
    *version = (int)user_version;
    return ERR_OK;
}

static enum err run_steps(sqlite3 *db, const struct schema *schema, int version)
{
    enum err err = ERR_OK;
    for (int i = version; i < schema->version && !err; i++)
        err = db_exec(db, schema->steps[i]);
    char mark[96];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             schema->application_id, schema->version);
    return err ? err : db_exec(db, mark);
}

enum err schema_migrate(sqlite3 *db, const struct schema *schema, const char *path,
                        struct buf *problem)
{
    int version, at_copy;
    enum err err = schema_version(db, schema, &version, problem);
    if (err || version == schema->version)
        return err;
    at_copy = version;
    if (version > 0) {
        char copy[PATH_MAX];
        int len = snprintf(copy, sizeof copy, "%s.v%d", path, version);
        if (len < 0 || (size_t)len >= sizeof copy)
            return ERR_TOO_LARGE;
        err = store_backup(path, copy);
        if (err) {
            buf_printf(problem,
                       "the file cannot be copied before its upgrade (%s) · make room beside it\n",
                       err_text(err));
            return err;
        }
    }
    err = db_exec(db, "BEGIN IMMEDIATE");
    if (err)
        return err;
    /* Somebody else may have been quicker. */
    err = schema_version(db, schema, &version, problem);
    if (!err && version != schema->version)
        err = version == at_copy ? run_steps(db, schema, version) : ERR_TIMEOUT;
    return db_end(db, err);
}
