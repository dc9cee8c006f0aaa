#include "bench/api_reports.h"

#include "base/clock.h"
#include "base/log.h"
#include "bench/archive.h"
#include "bench/compare.h"
#include "bench/observed.h"
#include "web/query.h"
#include <stdlib.h>
#include <string.h>

enum { OBSERVED_MAX = 10000, DAY_MS = 24 * 60 * 60 * 1000 };

#define MARKDOWN "text/markdown; charset=utf-8"

/* Replies -------------------------------------------------------------------------------------- */

static void free_body(void *owner)
{
    free(owner);
}

void reply_text(const struct web_request *request, struct web_reply *reply,
                const char *content_type, struct buf *text)
{
    if (text->err) {
        web_problem(request, reply, 500, err_name(text->err), NULL);
        return;
    }
    reply->content_type = content_type;
    reply->cache_control = "no-store";
    reply->body_len = text->len;
    reply->body = reply->owner = buf_take(text);
    reply->release = free_body;
}

void reply_error(const struct web_request *request, struct web_reply *reply, enum err err)
{
    if (err == ERR_NOT_FOUND) {
        web_problem(request, reply, 404, "not_found", "there is no such run");
        return;
    }
    log_event(LOG_ERROR, "benchmark_not_served", "error", err_name(err), NULL);
    web_problem(request, reply, 503, "store_unavailable", err_text(err));
    reply->retry_after_s = RETRY_AFTER_S;
}

/* Reports -------------------------------------------------------------------------------------- */

static const struct report_form forms[] = {
    {"report.md", "text/markdown; charset=utf-8", report_put_markdown},
    {"report.json", REPLY_JSON, report_put_json},
    {"report.csv", "text/csv; charset=utf-8", report_put_csv},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* With the runs that this one is compared with, where there are such. */
static enum err put_report(struct bench_api *api, const struct bench_record *record,
                           const struct report_form *form, struct arena *arena, struct buf *out)
{
    struct bench_record baseline, previous;
    struct report report;
    const bool has_own =
        record->head.plan.kind == ENDPOINT_BASELINE || record->head.plan.with_baseline;
    const enum err none =
        has_own ? ERR_NOT_FOUND : archive_find_baseline(api->store, arena, &baseline);
    const enum err first = archive_find_previous(api->store, &record->head, arena, &previous);
    if (none && none != ERR_NOT_FOUND)
        return none;
    if (first && first != ERR_NOT_FOUND)
        return first;
    enum err err =
        report_make(record, none ? NULL : &baseline, first ? NULL : &previous, arena, &report);
    if (!err)
        form->put(out, &report);
    return err;
}

void reply_report(struct bench_api *api, const struct web_request *request, struct web_reply *reply,
                  const char *id, const struct report_form *form)
{
    struct arena arena = arena_make(0);
    struct buf text = buf_make(REPLY_MAX);
    struct bench_record record;
    enum err err = archive_read(api->store, id, &arena, &record);
    if (!err)
        err = put_report(api, &record, form, &arena, &text);
    if (err)
        reply_error(request, reply, err);
    else
        reply_text(request, reply, form->content_type, &text);
    buf_free(&text);
    arena_free(&arena);
}

const struct report_form *report_form_find(const char *name)
{
    for (size_t i = 0; i < FORMS; i++)
        if (strcmp(name, forms[i].name) == 0)
            return &forms[i];
    return NULL;
}

/* Differences ---------------------------------------------------------------------------------- */

/* The run that a parameter of the query names. */
static enum err read_named(struct bench_api *api, const struct web_request *request,
                           const char *name, struct arena *arena, struct report *report)
{
    char id[RUN_ID_BYTES];
    struct bench_record *record = arena_alloc(arena, sizeof *record);
    enum err err = record ? query_get(request->query, name, id, sizeof id) : ERR_NO_MEMORY;
    if (!err)
        err = archive_read(api->store, id, arena, record);
    return err ? err : report_make(record, NULL, NULL, arena, report);
}

static void compare(const struct web_request *request, struct web_reply *reply,
                    const char *content_type,
                    void (*put)(struct buf *, const struct report *, const struct report *))
{
    struct bench_api *api = request->app;
    struct arena arena = arena_make(0);
    struct buf text = buf_make(REPLY_MAX);
    struct report a, b;
    enum err err = read_named(api, request, "a", &arena, &a);
    if (!err)
        err = read_named(api, request, "b", &arena, &b);
    if (err) {
        reply_error(request, reply, err == ERR_TOO_LARGE ? ERR_NOT_FOUND : err);
    } else {
        put(&text, &a, &b);
        reply_text(request, reply, content_type, &text);
    }
    buf_free(&text);
    arena_free(&arena);
}

void get_compare_markdown(const struct web_request *request, struct web_reply *reply)
{
    compare(request, reply, MARKDOWN, compare_put_markdown);
}

void get_compare_json(const struct web_request *request, struct web_reply *reply)
{
    compare(request, reply, REPLY_JSON, compare_put_json);
}

/* Observed traffic ----------------------------------------------------------------------------- */

/* Adds a page's jobs of the agent; false when the rest is of another time, or there is no room. */
static bool add_page(struct observed *observed, struct job *jobs, const struct job_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        const struct job *job = &page->jobs[i];
        if (job->timestamp_ms < observed->since_ms)
            return false;
        if (job->benchmark_id || job->timestamp_ms > observed->now_ms)
            continue;
        if (observed->count == OBSERVED_MAX) {
            observed->cut = true;
            return false;
        }
        jobs[observed->count++] = *job;
    }
    return true;
}

static enum err read_observed(struct bench_api *api, struct arena *arena, struct observed *observed)
{
    struct store_reader *reader = store_reader_new(api->means.settings->jobs_path, STORE_JOBS);
    struct job *jobs = arena_array(arena, OBSERVED_MAX, sizeof *jobs);
    struct job_page page = {0};
    enum err err = reader && jobs ? ERR_OK : ERR_NO_MEMORY;
    bool more = !err;
    while (more) {
        err = store_read_page(&reader, 1, page.next, PAGE_MAX_JOBS, arena, &page);
        more = !err && add_page(observed, jobs, &page) && page.next;
    }
    observed->jobs = jobs;
    store_reader_free(reader);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

void get_observed(const struct web_request *request, struct web_reply *reply)
{
    struct bench_api *api = request->app;
    const struct settings *settings = api->means.settings;
    struct arena arena = arena_make(0);
    struct buf text = buf_make(REPLY_MAX);
    struct observed observed = {.network = settings->network->display_name,
                                .agent = settings->agent_name,
                                .agent_version = settings->agent_version,
                                .now_ms = clock_wall_ms()};
    char since[64];
    observed.since_ms = observed.now_ms - DAY_MS;
    enum err err = query_get(request->query, "since", since, sizeof since);
    if (err || (*since && time_parse(since, &observed.since_ms))) {
        web_problem(request, reply, 400, "bad_since", "since is no RFC 3339 time");
    } else {
        err = read_observed(api, &arena, &observed);
        if (!err)
            err = observed_put_markdown(&text, &observed);
        if (err)
            reply_error(request, reply, err);
        else
            reply_text(request, reply, MARKDOWN, &text);
    }
    buf_free(&text);
    arena_free(&arena);
}
