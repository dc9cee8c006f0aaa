#include "store/reader.h"
#include "store/row.h"

static enum err read_jobs(struct store_reader *r, int64_t since_ms, struct job *jobs, size_t max,
                          struct arena *arena, size_t *count)
{
    sqlite3_stmt *stmt = r->stmts[READ_TO_PROVE];
    enum err err = ERR_OK;
    int rc = SQLITE_DONE;
    sqlite3_bind_int64(stmt, 1, since_ms);
    sqlite3_bind_int64(stmt, 2, (int64_t)max);
    while (!err && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        err = row_read(stmt, arena, &jobs[(*count)++]);
    return err ? err : db_err(rc);
}

enum err store_read_to_prove(struct store_reader *r, int64_t since_ms, struct job *jobs, size_t max,
                             struct arena *arena, size_t *count)
{
    *count = 0;
    enum err err = reader_begin(r);
    if (!err)
        err = reader_end(r, read_jobs(r, since_ms, jobs, max, arena, count));
    if (err)
        *count = 0;
    return err;
}
