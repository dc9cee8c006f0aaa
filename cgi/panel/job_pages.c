#include "panel/job_pages.h"

#include "base/clock.h"
#include "panel/job_view.h"
#include "web/query.h"
#include <stdlib.h>
#include <string.h>

enum { PAGE_REPLY_BYTES = 4 * 1024 * 1024, RETRY_AFTER_S = 1 };

/* What a worker reads with: the job store first, whose word on a job counts. */
struct connection {
    struct store_reader *stores[PAGE_MAX_STORES];
};

struct job_pages {
    pthread_mutex_t lock;
    size_t stores; /* of a connection; 0: there is nothing to read */
    size_t count, idle;
    struct connection connections[]; /* the first `idle` are free */
};

static bool open_connection(struct job_pages *pages, const char *const *paths)
{
    static const enum store_kind kinds[PAGE_MAX_STORES] = {STORE_JOBS, STORE_CACHE};
    struct connection *c = &pages->connections[pages->count++];
    for (size_t i = 0; i < pages->stores; i++)
        if (!(c->stores[i] = store_reader_new(paths[i], kinds[i])))
            return false;
    return true;
}

struct job_pages *job_pages_new(const char *recorded, const char *mirrored, size_t workers)
{
    const char *const paths[PAGE_MAX_STORES] = {recorded, mirrored};
    struct job_pages *pages = calloc(1, sizeof *pages + workers * sizeof *pages->connections);
    if (!pages)
        return NULL;
    pthread_mutex_init(&pages->lock, NULL);
    pages->stores = !recorded ? 0 : mirrored ? 2 : 1;
    while (pages->stores > 0 && pages->count < workers)
        if (!open_connection(pages, paths)) {
            job_pages_free(pages);
            return NULL;
        }
    pages->idle = pages->count;
    return pages;
}

void job_pages_free(struct job_pages *pages)
{
    if (!pages)
        return;
    for (size_t i = 0; i < pages->count; i++)
        for (size_t k = 0; k < pages->stores; k++)
            store_reader_free(pages->connections[i].stores[k]);
    pthread_mutex_destroy(&pages->lock);
    free(pages);
}

static struct connection take_connection(struct job_pages *pages)
{
    pthread_mutex_lock(&pages->lock);
    struct connection c = pages->connections[--pages->idle];
    pthread_mutex_unlock(&pages->lock);
    return c;
}

static void give_back(struct job_pages *pages, const struct connection *c)
{
    pthread_mutex_lock(&pages->lock);
    pages->connections[pages->idle++] = *c;
    pthread_mutex_unlock(&pages->lock);
}

/* ERR_NOT_FOUND without a store. */
static enum err read_page(struct job_pages *pages, const char *before, size_t limit,
                          struct arena *arena, struct job_page *page)
{
    if (pages->stores == 0)
        return ERR_NOT_FOUND;
    struct connection c = take_connection(pages);
    enum err err = store_read_page(c.stores, pages->stores, before, limit, arena, page);
    give_back(pages, &c);
    return err;
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
    enum err err =
        read_page(pages, *query.before ? query.before : NULL, query.limit, request->arena, &page);
    if (err == ERR_NOT_FOUND)
        err = ERR_OK; /* no job was recorded yet */
    if (!err)
        err = write_page(&page, &snapshot->bodies[BODY_SOURCES], request, reply);
    if (err)
        reply_failure(err, request, reply);
}
