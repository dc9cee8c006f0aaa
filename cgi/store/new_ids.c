#include "store/reader.h"

static enum err read_ids(struct store_reader *r, int64_t after, const char **ids, size_t max,
                         struct arena *arena, size_t *count, int64_t *last)
{
    sqlite3_stmt *stmt = r->stmts[READ_NEW_IDS];
    int rc;
    *count = 0;
    *last = after;
    sqlite3_bind_int64(stmt, 1, after);
    sqlite3_bind_int64(stmt, 2, (int64_t)max);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *id = (const char *)sqlite3_column_text(stmt, 1);
        ids[*count] = id ? arena_strdup(arena, id) : NULL;
        if (!ids[*count])
            return ERR_NO_MEMORY;
        (*count)++;
        *last = sqlite3_column_int64(stmt, 0);
    }
    return db_err(rc);
}

enum err store_read_new_ids(struct store_reader *r, int64_t *after, const char **ids, size_t max,
                            struct arena *arena, size_t *count)
{
    int64_t last = *after;
    enum err err = reader_begin(r);
    if (!err)
        err = reader_end(r, read_ids(r, *after, ids, max, arena, count, &last));
    if (err)
        *count = 0;
    else
        *after = last;
    return err;
}

static enum err read_last(struct store_reader *r, int64_t *last)
{
    sqlite3_stmt *stmt = r->stmts[READ_LAST_ID];
    int rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW)
        return rc == SQLITE_DONE ? ERR_BAD_FORMAT : db_err(rc);
    *last = sqlite3_column_int64(stmt, 0);
    return ERR_OK;
}

enum err store_last_id(struct store_reader *r, int64_t *last)
{
    enum err err = reader_begin(r);
    return err ? err : reader_end(r, read_last(r, last));
}

static enum err look_for(struct store_reader *r, const char *const *ids, size_t count, bool *has)
{
    sqlite3_stmt *stmt = r->stmts[READ_HAS];
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && !err; i++) {
        sqlite3_bind_text(stmt, 1, ids[i], -1, SQLITE_STATIC);
        int rc = sqlite3_step(stmt);
        has[i] = rc == SQLITE_ROW;
        err = db_err(rc);
        sqlite3_reset(stmt);
    }
    return err;
}

enum err store_has_jobs(struct store_reader *r, const char *const *ids, size_t count, bool *has)
{
    enum err err = reader_begin(r);
    return err ? err : reader_end(r, look_for(r, ids, count, has));
}
