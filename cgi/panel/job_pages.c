#include "panel/job_pages.h"

#include "base/clock.h"
#include "panel/job_view.h"
#include "web/query.h"
#include <stdlib.h>
#include <string.h>

enum { PAGE_REPLY_BYTES = 4 * 1024 * 1024, RETRY_AFTER_S = 1 };

struct job_pages {
    pthread_mutex_t lock;
    size_t count, idle; /* readers[0..idle) are free */
    struct store_reader *readers[];
};

struct job_pages *job_pages_new(const char *path, size_t readers)
{
    struct job_pages *pages = calloc(1, sizeof *pages + readers * sizeof *pages->readers);
    if (!pages)
        return NULL;
    pthread_mutex_init(&pages->lock, NULL);
    for (; path && pages->count < readers; pages->count++) {
        pages->readers[pages->count] = store_reader_new(path, STORE_JOBS);
        if (!pages->readers[pages->count]) {
            job_pages_free(pages);
            return NULL;
        }
        pages->idle++;
    }
    return pages;
}

void job_pages_free(struct job_pages *pages)
{
    if (!pages)
        return;
    for (size_t i = 0; i < pages->count; i++)
        store_reader_free(pages->readers[i]);
    pthread_mutex_destroy(&pages->lock);
    free(pages);
}

/* NULL without a store. */
static struct store_reader *take_reader(struct job_pages *pages)
{
    pthread_mutex_lock(&pages->lock);
    struct store_reader *reader = pages->idle > 0 ? pages->readers[--pages->idle] : NULL;
    pthread_mutex_unlock(&pages->lock);
    return reader;
}

static void give_back(struct job_pages *pages, struct store_reader *reader)
{
    pthread_mutex_lock(&pages->lock);
    pages->readers[pages->idle++] = reader;
    pthread_mutex_unlock(&pages->lock);
}

struct page_query {
    size_t limit;
    char before[512]; /* "" for the first page; longer ones are no cursors of ours */
};

static bool read_limit(const char *text, size_t *limit)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 3 || text[digits])
        return false;
    *limit = (size_t)strtoul(text, NULL, 10);
    return *limit >= 1 && *limit <= PAGE_MAX_JOBS;
}

/* NULL, or the code of what is wrong. */
static const char *read_query(const char *text, struct page_query *query)
{
    char limit[8];
    query->limit = FIRST_PAGE_JOBS;
    enum err limit_err = query_get(text, "limit", limit, sizeof limit);
    enum err before_err = query_get(text, "before", query->before, sizeof query->before);
    if (limit_err || (*limit && !read_limit(limit, &query->limit)))
        return "bad_limit";
    return before_err ? "bad_cursor" : NULL;
}

bool job_pages_is_first(const char *text)
{
    struct page_query query;
    return !read_query(text, &query) && !*query.before && query.limit == FIRST_PAGE_JOBS;
}

static void reply_failure(enum err err, const struct web_request *request, struct web_reply *reply)
{
    if (err == ERR_NO_MEMORY) {
        web_problem(request, reply, 500, "no_memory", NULL);
        return;
    }
    web_problem(request, reply, 503, "store_unavailable", err_text(err));
    reply->retry_after_s = RETRY_AFTER_S;
}

/* The page's members before those that the snapshot has rendered: {"sources":...}. */
static enum err write_page(const struct job_page *page, const struct body *sources,
                           const struct web_request *request, struct web_reply *reply)
{
    struct buf text = buf_make(PAGE_REPLY_BYTES);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    put_jobs(&w, page->jobs, page->count, clock_wall_ms());
    json_put_str(&w, "next", page->next);
    buf_putc(&text, ',');
    buf_put(&text, sources->bytes + 1, sources->len - 1);
    char *body = text.err ? NULL : arena_strndup(request->arena, text.data, text.len);
    char *etag = arena_alloc(request->arena, ETAG_BYTES);
    if (body && etag) {
        snapshot_make_etag(body, text.len, etag);
        reply->content_type = "application/json; charset=utf-8";
        reply->etag = etag;
        reply->body = body;
        reply->body_len = text.len;
    }
    buf_free(&text);
    return body && etag ? ERR_OK : ERR_NO_MEMORY;
}

void job_pages_reply(struct job_pages *pages, struct snapshot *snapshot,
                     const struct web_request *request, struct web_reply *reply)
{
    struct page_query query;
    struct job_page page = {.count = 0};
    const char *wrong = read_query(request->query, &query);
    if (!wrong && *query.before && !store_cursor_valid(query.before, request->arena))
        wrong = "bad_cursor";
    if (wrong) {
        web_problem(request, reply, 400, wrong,
                    "limit is a number from 1 to 100, before is the next of an earlier page");
        return;
    }
    struct store_reader *reader = take_reader(pages);
    enum err err = reader ? store_read_page(&reader, 1, *query.before ? query.before : NULL,
                                            query.limit, request->arena, &page)
                          : ERR_NOT_FOUND;
    if (reader)
        give_back(pages, reader);
    if (err == ERR_NOT_FOUND)
        err = ERR_OK; /* no job was recorded yet */
    if (!err)
        err = write_page(&page, &snapshot->bodies[BODY_SOURCES], request, reply);
    if (err)
        reply_failure(err, request, reply);
}
