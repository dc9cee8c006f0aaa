#include "bench/api.h"

#include "base/clock.h"
#include "base/log.h"
#include "bench/api_reports.h"
#include "bench/archive.h"
#include "bench/events.h"
#include "bench/hardware.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_BODY = 64 * 1024,
    RUNS_LISTED = 20,
    LOOK_MS = 250, /* how late the end of the program may be noticed */
    PING_MS = 10000,
    CANCEL_WAIT_MS = 1500
};

#define BASE "/admin/api/benchmarks"

enum err bench_api_open(struct bench_api *api, const struct bench_means *means,
                        struct store_writer *store)
{
    api->means = *means;
    api->store = store;
    return runner_new(&api->means, store, &api->runner);
}

void bench_api_close(struct bench_api *api)
{
    runner_free(api->runner);
    api->runner = NULL;
}

/* Replies -------------------------------------------------------------------------------------- */

/* One of the few replies that last; false with the reply filled in. */
static bool take_stream(struct bench_api *api, const struct web_request *request,
                        struct web_reply *reply)
{
    if (atomic_fetch_add(&api->streams, 1) < BENCH_STREAMS_MAX)
        return true;
    atomic_fetch_sub(&api->streams, 1);
    web_problem(request, reply, 503, "too_many_streams", "4 streams or waiting requests are open");
    reply->retry_after_s = RETRY_AFTER_S;
    return false;
}

static const char *run_location(const struct web_request *request, const char *id)
{
    char text[sizeof BASE + RUN_ID_BYTES + 1];
    snprintf(text, sizeof text, BASE "/%s", id);
    return arena_strdup(request->arena, text);
}

/* Starting ------------------------------------------------------------------------------------- */

static const char empty_plan[] = "{}";

/* What the providers declare about their GPUs; false with the reply filled in. */
static bool read_hardware(const struct web_request *request, struct web_reply *reply,
                          struct bench_order *order)
{
    struct http_client *http = http_client_new();
    const enum err err =
        http ? hardware_read(&order->preflight, http, &order->arena, request->stopping)
             : ERR_NO_MEMORY;
    if (err)
        web_problem(request, reply, 500, "no_memory", NULL);
    http_client_free(http);
    return !err;
}

/* The plan of the body and what stands against it; false with the reply filled in. */
static bool read_order(struct bench_api *api, const struct web_request *request,
                       struct web_reply *reply, struct bench_order *order)
{
    const bool has_body = request->body_len > 0;
    struct buf problem = buf_make(8192);
    struct http_client *http = NULL;
    if (has_body && !web_has_json(request, reply))
        return false;
    enum err err = plan_parse(
        has_body ? request->body : empty_plan, has_body ? request->body_len : sizeof empty_plan - 1,
        api->means.settings->network->real_money, &order->arena, &order->plan, &problem);
    if (err == ERR_BAD_FORMAT)
        web_problem(request, reply, 400, "bad_plan", buf_str(&problem));
    else if (err == ERR_NOT_JSON || err == ERR_TOO_LARGE)
        web_problem(request, reply, 400, "not_json", "the body is not JSON");
    else if (err)
        web_problem(request, reply, 500, "no_memory", NULL);
    if (err)
        goto out;
    http = http_client_new();
    err = http ? preflight(&api->means, &order->plan, http, &order->arena, request->stopping,
                           &order->preflight)
               : ERR_NO_MEMORY;
    if (err)
        web_problem(request, reply, 503, err_name(err), err_text(err));
out:
    http_client_free(http);
    buf_free(&problem);
    return !err;
}

static void post_preflight(const struct web_request *request, struct web_reply *reply)
{
    struct bench_api *api = request->app;
    struct bench_order *order = order_new();
    struct buf text = buf_make(REPLY_MAX);
    struct json_writer w = json_writer_make(&text);
    if (!order) {
        web_problem(request, reply, 500, "no_memory", NULL);
    } else if (read_order(api, request, reply, order)) {
        preflight_put(&w, &api->means, &order->plan, &order->preflight);
        reply_text(request, reply, REPLY_JSON, &text);
    }
    buf_free(&text);
    order_free(order);
}

/* All that is missing, as a problem: RFC 9457 lets it have members of its own. */
static void reply_not_ready(struct bench_api *api, const struct web_request *request,
                            struct web_reply *reply, const struct bench_order *order)
{
    struct buf text = buf_make(REPLY_MAX), detail = buf_make(REPLY_MAX);
    struct json_writer w = json_writer_make(&text);
    for (size_t i = 0; i < order->preflight.problem_count; i++)
        buf_printf(&detail, "%s%s", i ? "; " : "", order->preflight.problems[i].text);
    json_open_object(&w, NULL);
    json_put_str(&w, "type", "about:blank");
    json_put_str(&w, "title", "Unprocessable Content");
    json_put_int(&w, "status", 422);
    json_put_str(&w, "code", "not_ready");
    json_put_str(&w, "detail", buf_str(&detail));
    buf_putc(&text, ',');
    buf_puts(&text, "\"preflight\":");
    struct json_writer inner = json_writer_make(&text);
    preflight_put(&inner, &api->means, &order->plan, &order->preflight);
    json_close_object(&w);
    reply_text(request, reply, "application/problem+json", &text);
    reply->status = 422;
    buf_free(&detail);
    buf_free(&text);
}

static void reply_started(const struct web_request *request, struct web_reply *reply,
                          const char *id)
{
    struct buf text = buf_make(REPLY_MAX);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    json_put_str(&w, "id", id);
    json_put_str(&w, "state", "RUNNING");
    json_put_str(&w, "url", reply->location);
    json_close_object(&w);
    reply_text(request, reply, REPLY_JSON, &text);
    reply->status = 202;
    buf_free(&text);
}

/* A client that leaves does not cancel the run. */
static void reply_when_ended(struct bench_api *api, const struct web_request *request,
                             struct web_reply *reply, const char *id)
{
    struct arena arena = arena_make(0);
    struct bench_record record;
    while (!runner_wait(api->runner, id, LOOK_MS) && !atomic_load(request->stopping)) {
    }
    enum err err = archive_read(api->store, id, &arena, &record);
    if (err)
        reply_error(request, reply, err);
    else if (record.call_count == 0)
        web_problem(request, reply, 503, "no_call_made", "the run ended before its first call");
    else
        reply_report(api, request, reply, id, report_form_find("report.md"));
    arena_free(&arena);
}

static bool accepts_markdown(const struct web_request *request)
{
    return strstr(request->accept, "text/markdown");
}

/* With the slot for a reply that lasts, where one is wanted. */
static void start(struct bench_api *api, const struct web_request *request, struct web_reply *reply,
                  struct bench_order *order)
{
    char id[RUN_ID_BYTES];
    enum err err = runner_start(api->runner, order, id);
    if (err != ERR_OK)
        order_free(order);
    if (err == ERR_OK || err == ERR_OWN_LIMIT)
        reply->location = run_location(request, id);
    if (err == ERR_OWN_LIMIT)
        web_problem(request, reply, 409, "busy", "a run is on; its URL stands in Location");
    else if (err)
        reply_error(request, reply, err);
    else if (accepts_markdown(request))
        reply_when_ended(api, request, reply, id);
    else
        reply_started(request, reply, id);
}

static void post_benchmarks(const struct web_request *request, struct web_reply *reply)
{
    struct bench_api *api = request->app;
    const bool waits = accepts_markdown(request);
    if (waits && !take_stream(api, request, reply))
        return;
    struct bench_order *order = order_new();
    if (!order) {
        web_problem(request, reply, 500, "no_memory", NULL);
    } else if (!read_order(api, request, reply, order)) {
        order_free(order);
    } else if (order->preflight.problem_count > 0) {
        reply_not_ready(api, request, reply, order);
        order_free(order);
    } else if (!read_hardware(request, reply, order)) {
        order_free(order);
    } else {
        start(api, request, reply, order);
    }
    if (waits)
        atomic_fetch_sub(&api->streams, 1);
}

/* Reading -------------------------------------------------------------------------------------- */

static enum err put_summary(struct bench_api *api, const char *id, struct json_writer *w)
{
    struct arena arena = arena_make(0);
    struct bench_record record;
    enum err err = archive_read(api->store, id, &arena, &record);
    if (!err)
        events_put_summary(w, NULL, &record);
    arena_free(&arena);
    return err;
}

static void get_benchmarks(const struct web_request *request, struct web_reply *reply)
{
    struct bench_api *api = request->app;
    struct arena arena = arena_make(0);
    struct buf text = buf_make(REPLY_MAX);
    struct json_writer w = json_writer_make(&text);
    const struct run_summary *runs;
    size_t count;
    enum err err = store_list_runs(api->store, RUNS_LISTED, &arena, &runs, &count);
    json_open_object(&w, NULL);
    json_open_array(&w, "runs");
    for (size_t i = 0; i < count && !err; i++)
        err = put_summary(api, runs[i].id, &w);
    json_close_array(&w);
    json_close_object(&w);
    if (err)
        reply_error(request, reply, err);
    else
        reply_text(request, reply, REPLY_JSON, &text);
    buf_free(&text);
    arena_free(&arena);
}

static void reply_summary(struct bench_api *api, const struct web_request *request,
                          struct web_reply *reply, const char *id)
{
    struct buf text = buf_make(REPLY_MAX);
    struct json_writer w = json_writer_make(&text);
    enum err err = put_summary(api, id, &w);
    if (err)
        reply_error(request, reply, err);
    else
        reply_text(request, reply, REPLY_JSON, &text);
    buf_free(&text);
}

/* Events --------------------------------------------------------------------------------------- */

struct watching {
    struct bench_api *api;
    char id[RUN_ID_BYTES];
    size_t place; /* of the next event */
};

static void end_watching(void *owner)
{
    struct watching *watching = owner;
    atomic_fetch_sub(&watching->api->streams, 1);
}

/* What a run of the past has to tell; false when the stream has to end before that. */
static bool tell_stored(struct watching *w, struct web_stream *out)
{
    struct arena arena = arena_make(0);
    struct buf event = buf_make(REPLY_MAX);
    struct bench_record record;
    bool goes_on = archive_read(w->api->store, w->id, &arena, &record) == ERR_OK;
    while (goes_on && events_put(&event, &record, w->place)) {
        goes_on = !event.err && web_stream_put(out, event.data, event.len);
        buf_reset(&event);
        w->place++;
    }
    buf_free(&event);
    arena_free(&arena);
    return goes_on;
}

static void tell_events(void *owner, struct web_stream *out)
{
    static const char ping[] = ": ping\n\n";
    struct watching *w = owner;
    struct buf event = buf_make(REPLY_MAX);
    int64_t silent_since = clock_mono_ms();
    bool goes_on = true;
    while (goes_on) {
        buf_reset(&event);
        switch (runner_watch(w->api->runner, w->id, w->place, LOOK_MS, &event)) {
        case WATCH_EVENT:
            w->place++;
            break;
        case WATCH_SILENT:
            if (clock_mono_ms() - silent_since >= PING_MS)
                buf_puts(&event, ping);
            break;
        case WATCH_OTHER:
            tell_stored(w, out);
            goes_on = false;
        }
        if (event.len > 0)
            silent_since = clock_mono_ms();
        goes_on = goes_on && !event.err && web_stream_put(out, buf_str(&event), event.len);
    }
    buf_free(&event);
}

/* Where the reader left off: behind the event whose id it names. */
static size_t first_place(const char *last_event_id)
{
    const size_t digits = strspn(last_event_id, "0123456789");
    if (digits == 0 || digits > 6 || last_event_id[digits])
        return 0;
    return (size_t)strtoul(last_event_id, NULL, 10) + 1;
}

static void reply_events(struct bench_api *api, const struct web_request *request,
                         struct web_reply *reply, const char *id)
{
    struct arena arena = arena_make(0);
    struct stored_run run;
    struct watching *watching = arena_alloc(request->arena, sizeof *watching);
    enum err err = watching ? store_read_run(api->store, id, &arena, &run) : ERR_NO_MEMORY;
    arena_free(&arena);
    if (err) {
        reply_error(request, reply, err);
        return;
    }
    if (!take_stream(api, request, reply))
        return;
    *watching = (struct watching){.api = api, .place = first_place(request->last_event_id)};
    snprintf(watching->id, sizeof watching->id, "%s", id);
    reply->content_type = "text/event-stream";
    reply->cache_control = "no-store";
    reply->stream = tell_events;
    reply->owner = watching;
    reply->release = end_watching;
}

/* One run -------------------------------------------------------------------------------------- */

/* Splits "<id>/<part>"; false when it is no path of ours. */
static bool read_tail(const char *tail, char id[RUN_ID_BYTES], const char **part)
{
    const size_t len = strspn(tail, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (len == 0 || len >= RUN_ID_BYTES || (tail[len] && tail[len] != '/'))
        return false;
    memcpy(id, tail, len);
    id[len] = '\0';
    *part = tail[len] ? tail + len + 1 : "";
    return true;
}

static void get_benchmark(const struct web_request *request, struct web_reply *reply)
{
    struct bench_api *api = request->app;
    char id[RUN_ID_BYTES];
    const char *part;
    const bool known = read_tail(request->tail, id, &part);
    const struct report_form *form = known ? report_form_find(part) : NULL;
    if (form)
        reply_report(api, request, reply, id, form);
    else if (known && strcmp(part, "events") == 0)
        reply_events(api, request, reply, id);
    else if (known && !*part)
        reply_summary(api, request, reply, id);
    else
        web_problem(request, reply, 404, "not_found", NULL);
}

static void delete_benchmark(const struct web_request *request, struct web_reply *reply)
{
    struct bench_api *api = request->app;
    char id[RUN_ID_BYTES];
    const char *part;
    if (!read_tail(request->tail, id, &part) || *part) {
        web_problem(request, reply, 404, "not_found", NULL);
        return;
    }
    if (runner_cancel(api->runner, id))
        runner_wait(api->runner, id, CANCEL_WAIT_MS);
    reply_summary(api, request, reply, id);
}

const struct web_route bench_routes[] = {
    {.path = "/admin/api/preflight",
     .methods = WEB_POST,
     .handler = post_preflight,
     .max_body = MAX_BODY},
    {.path = BASE, .methods = WEB_POST, .handler = post_benchmarks, .max_body = MAX_BODY},
    {.path = BASE, .methods = WEB_GET, .handler = get_benchmarks},
    {.path = BASE "/*", .methods = WEB_GET, .handler = get_benchmark},
    {.path = BASE "/*", .methods = WEB_DELETE, .handler = delete_benchmark},
    {.path = "/admin/api/compare.md", .methods = WEB_GET, .handler = get_compare_markdown},
    {.path = "/admin/api/compare.json", .methods = WEB_GET, .handler = get_compare_json},
    {.path = "/admin/api/reports/observed.md", .methods = WEB_GET, .handler = get_observed},
};
const size_t bench_route_count = sizeof bench_routes / sizeof *bench_routes;
