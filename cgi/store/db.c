#include "store/db.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

enum err db_err(int rc)
{
    switch (rc & 0xff) { /* the primary code of an extended one */
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_NOMEM:
        return ERR_NO_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_TIMEOUT;
    case SQLITE_TOOBIG:
        return ERR_TOO_LARGE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* our statements do not fit the tables */
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return ERR_BAD_FORMAT;
    default:
        return ERR_SYSTEM;
    }
}

static bool is_missing(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

enum err db_open(const char *path, int flags, int busy_timeout_ms, sqlite3 **db)
{
    char name[PATH_MAX];
    int len = snprintf(name, sizeof name, "%s%s", path[0] == '/' ? "" : "./", path);
    *db = NULL;
    if (len < 0 || (size_t)len >= sizeof name)
        return ERR_TOO_LARGE;
    enum err err = ERR_OK;
    int rc = sqlite3_open_v2(name, db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(*db, busy_timeout_ms);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* Each thread has connections of its own; memory set aside for small objects would be most of
     * what one takes. */
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(*db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 0, 0);
    /* Of a file that cannot be written SQLite makes a reader, which it stays for good. */
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_READWRITE) && sqlite3_db_readonly(*db, "main") == 1)
        rc = SQLITE_READONLY;
    if (rc == SQLITE_OK)
        return ERR_OK;
    err = is_missing(name) && !(flags & SQLITE_OPEN_CREATE) ? ERR_NOT_FOUND : db_err(rc);
    sqlite3_close(*db);
    *db = NULL;
    return err;
}

enum err db_exec(sqlite3 *db, const char *sql)
{
    return db_err(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

enum err db_read_int(sqlite3 *db, const char *sql, int64_t *value)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *value = sqlite3_column_int64(stmt, 0);
    enum err err = rc == SQLITE_DONE ? ERR_BAD_FORMAT : db_err(rc);
    sqlite3_finalize(stmt);
    return err;
}

enum err db_prepare(sqlite3 *db, const char *const *sql, size_t count, sqlite3_stmt **stmts)
{
    for (size_t i = 0; i < count; i++)
        stmts[i] = NULL;
    for (size_t i = 0; i < count; i++) {
        int rc = sqlite3_prepare_v3(db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &stmts[i], NULL);
        if (rc != SQLITE_OK) {
            db_finalize(stmts, count);
            return db_err(rc);
        }
    }
    return ERR_OK;
}

void db_finalize(sqlite3_stmt **stmts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sqlite3_finalize(stmts[i]);
        stmts[i] = NULL;
    }
}

enum err db_run(sqlite3_stmt *stmt)
{
    sqlite3_step(stmt);
    return db_err(sqlite3_reset(stmt)); /* repeats the step's code */
}

enum err db_end(sqlite3 *db, enum err err)
{
    if (!err)
        err = db_exec(db, "COMMIT");
    if (!sqlite3_get_autocommit(db)) /* some failures have rolled back already */
        db_exec(db, "ROLLBACK");
    return err;
}

bool db_has_moved(sqlite3 *db)
{
    int moved = 0;
    int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return rc != SQLITE_OK || moved;
}
