#include "store/cursor.h"
#include "store/reader.h"
#include "store/row.h"
#include <string.h>

/* The jobs of one store from the cursor on, newest first. */
struct stream {
    struct store_reader *reader; /* NULL: the store is not there */
    struct job job;
    bool has_job;
    enum err err; /* of reading this store */
};

/* Whether the store has a job of this id, whatever its timestamp. */
static bool has_id(struct stream *s, const char *id)
{
    sqlite3_stmt *stmt = s->reader->stmts[READ_HAS];
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    int rc = sqlite3_step(stmt);
    s->err = db_err(rc);
    sqlite3_reset(stmt);
    return rc == SQLITE_ROW;
}

/* Whether one of the streams before this one has its row's job too, perhaps elsewhere in its order.
 */
static bool is_double(struct stream *streams, const struct stream *own)
{
    const char *id = (const char *)sqlite3_column_text(own->reader->stmts[READ_PAGE], 0);
    for (struct stream *s = streams; s != own; s++)
        if (s->reader && id && has_id(s, id))
            return true;
    return false;
}

/* Moves to the stream's next job that is in no earlier stream. */
static void advance(struct stream *streams, struct stream *s, struct arena *arena)
{
    sqlite3_stmt *stmt = s->reader->stmts[READ_PAGE];
    int rc;
    do
        rc = sqlite3_step(stmt);
    while (rc == SQLITE_ROW && is_double(streams, s));
    s->err = rc == SQLITE_ROW ? row_read(stmt, arena, &s->job) : db_err(rc);
    s->has_job = rc == SQLITE_ROW && !s->err;
}

static void bind_cursor(struct stream *s, const struct cursor *before)
{
    sqlite3_stmt *stmt = s->reader->stmts[READ_PAGE];
    sqlite3_bind_int64(stmt, 1, before->timestamp_ms);
    sqlite3_bind_text(stmt, 2, before->id, -1, SQLITE_STATIC);
}

/* As pages are ordered; ids compare by bytes, in SQLite as here. */
static bool is_newer(const struct job *a, const struct job *b)
{
    if (a->timestamp_ms != b->timestamp_ms)
        return a->timestamp_ms > b->timestamp_ms;
    return strcmp(a->id, b->id) > 0;
}

/* The stream whose job comes next; NULL when all are at their end. The first one wins a tie. */
static struct stream *newest(struct stream *streams, size_t count)
{
    struct stream *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (streams[i].has_job && (!best || is_newer(&streams[i].job, &best->job)))
            best = &streams[i];
    return best;
}

static enum err first_error(const struct stream *streams, size_t count)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && !err; i++)
        err = streams[i].err;
    return err;
}

/* Fills the page and looks one job further, to know whether there is a next one. */
static enum err merge(struct stream *streams, size_t count, size_t limit, struct arena *arena,
                      struct job *jobs, struct job_page *page)
{
    struct stream *s;
    while (!first_error(streams, count) && (s = newest(streams, count)) != NULL) {
        if (page->count == limit) {
            const struct job *last = &jobs[limit - 1];
            struct cursor next = {.timestamp_ms = last->timestamp_ms, .id = last->id};
            page->next = cursor_text(&next, arena);
            return page->next ? ERR_OK : ERR_NO_MEMORY;
        }
        jobs[page->count++] = s->job;
        advance(streams, s, arena);
    }
    return first_error(streams, count);
}

static enum err begin_all(struct stream *streams, struct store_reader *const *readers, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        enum err err = reader_begin(readers[i]);
        if (err && err != ERR_NOT_FOUND)
            return err;
        streams[i].reader = err ? NULL : readers[i];
        any |= !err;
    }
    return any ? ERR_OK : ERR_NOT_FOUND;
}

/* Each store is read in a transaction of its own. */
static enum err read_page(struct store_reader *const *readers, size_t count,
                          const struct cursor *before, size_t limit, struct arena *arena,
                          struct job_page *page)
{
    struct stream streams[PAGE_MAX_STORES] = {0};
    struct job *jobs = arena_array(arena, limit, sizeof *jobs);
    *page = (struct job_page){.jobs = jobs};
    if (!jobs)
        return ERR_NO_MEMORY;
    enum err err = begin_all(streams, readers, count);
    if (!err) {
        for (size_t i = 0; i < count; i++)
            if (streams[i].reader) {
                bind_cursor(&streams[i], before);
                advance(streams, &streams[i], arena);
            }
        err = merge(streams, count, limit, arena, jobs, page);
    }
    for (size_t i = 0; i < count; i++)
        if (streams[i].reader) {
            enum err ended = reader_end(streams[i].reader, streams[i].err);
            err = err ? err : ended;
        }
    return err;
}

enum err store_read_page(struct store_reader *const *readers, size_t count, const char *before,
                         size_t limit, struct arena *arena, struct job_page *page)
{
    struct cursor cursor = {.timestamp_ms = INT64_MAX, .id = ""};
    *page = (struct job_page){0};
    if (count == 0 || count > PAGE_MAX_STORES || limit == 0 || limit > PAGE_MAX_JOBS)
        return ERR_BAD_LENGTH;
    enum err err = before ? cursor_parse(before, arena, &cursor) : ERR_OK;
    if (err)
        return err;
    err = read_page(readers, count, &cursor, limit, arena, page);
    if (err)
        *page = (struct job_page){0};
    return err;
}
