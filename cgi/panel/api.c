#include "panel/api.h"

#include "base/clock.h"
#include "panel/evidence_view.h"
#include "panel/render.h"
#include <string.h>

static const char JSON[] = "application/json; charset=utf-8";
static const char PROMETHEUS[] = "text/plain; version=0.0.4; charset=utf-8";

static void release(void *snapshot)
{
    snapshot_release(snapshot);
}

/* The board holds a snapshot before the first request is accepted. */
static struct snapshot *current(const struct web_request *request)
{
    struct api *api = request->app;
    return snapshot_acquire(&api->board);
}

static void reply_body(const struct web_request *request, struct web_reply *reply, enum body_id id)
{
    struct snapshot *snapshot = current(request);
    const struct body *body = &snapshot->bodies[id];
    reply->content_type = JSON;
    reply->etag = body->etag;
    reply->body = body->bytes;
    reply->body_len = body->len;
    reply->release = release;
    reply->owner = snapshot;
}

static void get_metrics(const struct web_request *request, struct web_reply *reply)
{
    reply_body(request, reply, BODY_METRICS);
}

static void get_compute(const struct web_request *request, struct web_reply *reply)
{
    reply_body(request, reply, BODY_COMPUTE);
}

static void get_storage(const struct web_request *request, struct web_reply *reply)
{
    reply_body(request, reply, BODY_STORAGE);
}

static void get_inft(const struct web_request *request, struct web_reply *reply)
{
    reply_body(request, reply, BODY_INFT);
}

static void get_jobs(const struct web_request *request, struct web_reply *reply)
{
    struct api *api = request->app;
    if (job_pages_is_first(request->query)) {
        reply_body(request, reply, BODY_JOBS);
        return;
    }
    struct snapshot *snapshot = current(request);
    job_pages_reply(api->pages, snapshot, request, reply);
    snapshot_release(snapshot);
}

static void get_history(const struct web_request *request, struct web_reply *reply)
{
    reply_body(request, reply, BODY_HISTORY);
}

static void get_prometheus(const struct web_request *request, struct web_reply *reply)
{
    reply_body(request, reply, BODY_PROMETHEUS);
    reply->content_type = PROMETHEUS;
}

static void put_health(struct json_writer *w, const struct snapshot *snapshot)
{
    int64_t now = clock_mono_ms();
    json_open_object(w, NULL);
    json_put_str(w, "status", "ok");
    json_open_object(w, "sources");
    for (int i = 0; i < SOURCE_COUNT; i++) {
        const struct source_brief *s = &snapshot->sources[i];
        enum source_state state = s->state;
        if (state == STATE_FRESH && now > s->stale_from_ms)
            state = STATE_STALE;
        json_open_object(w, s->key);
        json_put_str(w, "state", source_state_name(state));
        json_put_str(w, "reason", *s->reason ? s->reason : NULL);
        json_close_object(w);
    }
    json_close_object(w);
    json_put_time(w, "renderedAt", snapshot->rendered_wall_ms);
    render_build(w);
    json_close_object(w);
}

/* A reply that is built at the moment of the request and kept by nobody. Frees `text`. */
static void reply_uncached(const struct web_request *request, struct web_reply *reply,
                           struct buf *text)
{
    char *body = text->err ? NULL : arena_strndup(request->arena, text->data, text->len);
    if (body) {
        reply->content_type = JSON;
        reply->cache_control = "no-store";
        reply->body = body;
        reply->body_len = text->len;
    } else {
        web_problem(request, reply, 500, "no_memory", NULL);
    }
    buf_free(text);
}

/* It is asked when a snapshot may no longer be renewed. */
static void get_health(const struct web_request *request, struct web_reply *reply)
{
    struct snapshot *snapshot = current(request);
    struct buf text = buf_make(64 * 1024);
    struct json_writer w = json_writer_make(&text);
    put_health(&w, snapshot);
    reply_uncached(request, reply, &text);
    snapshot_release(snapshot);
}

static const struct source_brief *find_source(const struct snapshot *snapshot, const char *key)
{
    for (int i = 0; i < SOURCE_COUNT; i++)
        if (strcmp(snapshot->sources[i].key, key) == 0)
            return &snapshot->sources[i];
    return NULL;
}

static void get_evidence(const struct web_request *request, struct web_reply *reply)
{
    struct api *api = request->app;
    struct snapshot *snapshot = current(request);
    const struct source_brief *source = find_source(snapshot, request->tail);
    if (source) {
        const struct evidence_view view = {
            .settings = api->settings,
            .board = &api->evidence,
            .source = (enum source_id)(source - snapshot->sources),
            .reason = source->reason,
            .here = request->is_direct,
            .site = request->site,
        };
        struct buf text = buf_make(EVIDENCE_REPLY_BYTES);
        struct json_writer w = json_writer_make(&text);
        evidence_put(&w, &view);
        reply_uncached(request, reply, &text);
    } else {
        web_problem(request, reply, 404, "not_found", NULL);
    }
    snapshot_release(snapshot);
}

const struct web_route api_routes[] = {
    {.path = "/api/metrics", .methods = WEB_GET, .handler = get_metrics},
    {.path = "/api/compute", .methods = WEB_GET, .handler = get_compute},
    {.path = "/api/storage", .methods = WEB_GET, .handler = get_storage},
    {.path = "/api/inft", .methods = WEB_GET, .handler = get_inft},
    {.path = "/api/jobs", .methods = WEB_GET, .handler = get_jobs},
    {.path = "/api/history", .methods = WEB_GET, .handler = get_history},
    {.path = "/api/evidence/*", .methods = WEB_GET, .handler = get_evidence},
    {.path = "/api/health", .methods = WEB_GET, .handler = get_health},
    {.path = "/metrics", .methods = WEB_GET, .handler = get_prometheus},
};

const size_t api_route_count = sizeof api_routes / sizeof *api_routes;
