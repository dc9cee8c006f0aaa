/* What every part of the store needs of SQLite: opening with safe settings, one mapping of its
 * codes, statements as a table. Internal to store/. A connection is used by one thread at a time.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/error.h"
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SQLITE_ROW and SQLITE_DONE are ERR_OK. Busy beyond the time-out: ERR_TIMEOUT. Damaged, or not
 * what our schema makes: ERR_BAD_FORMAT. Disk, permissions: ERR_SYSTEM. */
enum err db_err(int rc);

/* Opens the file with `flags` (SQLITE_OPEN_READONLY ...). `path` is a file name whatever it looks
 * like (SQLite reads some names as URIs or as memory). Views and triggers that a restored file may
 * bring do not run functions, and the schema cannot be written. ERR_NOT_FOUND when there is no file
 * and it may not be made; ERR_SYSTEM when it is to be written and cannot be. *db is NULL on
 * failure. */
enum err db_open(const char *path, int flags, int busy_timeout_ms, sqlite3 **db);

/* Runs SQL of ours that returns no rows. */
enum err db_exec(sqlite3 *db, const char *sql);

/* The first column of the first row, an integer (a PRAGMA, a count). */
enum err db_read_int(sqlite3 *db, const char *sql, int64_t *value);

/* Prepares sql[i] into stmts[i]. On failure none is left. */
enum err db_prepare(sqlite3 *db, const char *const *sql, size_t count, sqlite3_stmt **stmts);
void db_finalize(sqlite3_stmt **stmts, size_t count);

/* Steps a statement that returns no rows and resets it. */
enum err db_run(sqlite3_stmt *stmt);

/* Ends a transaction whichever way it can be ended: commit when `err` is ERR_OK, else roll back.
 * Returns the first failure. */
enum err db_end(sqlite3 *db, enum err err);

/* Whether the file was renamed, deleted or replaced since it was opened. */
bool db_has_moved(sqlite3 *db);

#endif
