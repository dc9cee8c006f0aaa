/* A program as small as web/server.h allows, for the tests of it: echo_server [socket path].
 * Environment: THREADS (default 8), START=fail lets start() fail. */
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "web/server.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

struct app {
    atomic_int lent; /* bodies that were handed out and not released */
};

static unsigned long number_after(const char *query, const char *name)
{
    const char *at = strstr(query, name);
    return at ? strtoul(at + strlen(name), NULL, 10) : 0;
}

static void give_back(void *body)
{
    free(body);
}

static void echo(const struct web_request *request, struct web_reply *reply)
{
    struct buf text = buf_make(64 * 1024);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    json_put_int(&w, "method", request->method);
    json_put_str(&w, "path", request->path);
    json_put_str(&w, "tail", request->tail);
    json_put_str(&w, "query", request->query);
    json_put_str(&w, "requestId", request->request_id);
    json_close_object(&w);
    reply->body_len = text.len;
    reply->body = buf_take(&text);
    reply->owner = (void *)reply->body;
    reply->release = give_back;
}

static void slow(const struct web_request *request, struct web_reply *reply)
{
    const unsigned long ms = number_after(request->query, "ms=");
    nanosleep(&(struct timespec){(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L}, NULL);
    reply->body = "{\"slow\":true}";
    reply->body_len = strlen(reply->body);
}

static void tagged(const struct web_request *request, struct web_reply *reply)
{
    (void)request;
    reply->etag = "\"v1\"";
    reply->cache_control = "public, max-age=1";
    reply->body = "{\"version\":1}";
    reply->body_len = strlen(reply->body);
}

struct loan {
    struct app *app;
    char bytes[];
};

static void end_loan(void *owner)
{
    struct loan *loan = owner;
    atomic_fetch_sub(&loan->app->lent, 1);
    free(loan);
}

/* `bytes` times an x, lent to the reply. */
static void large(const struct web_request *request, struct web_reply *reply)
{
    struct app *app = request->app;
    const size_t len = number_after(request->query, "bytes=");
    struct loan *loan = malloc(sizeof *loan + len);
    if (!loan) {
        web_problem(request, reply, 500, "out_of_memory", NULL);
        return;
    }
    loan->app = app;
    memset(loan->bytes, 'x', len);
    atomic_fetch_add(&app->lent, 1);
    *reply = (struct web_reply){.status = 200,
                                .content_type = "text/plain",
                                .etag = "\"large\"",
                                .body = loan->bytes,
                                .body_len = len,
                                .release = end_loan,
                                .owner = loan};
}

/* Writes a line every 20 ms until the client or the program ends. */
static void tell_lines(void *owner, struct web_stream *out)
{
    (void)owner;
    while (web_stream_put(out, "line\n", 5))
        nanosleep(&(struct timespec){.tv_nsec = 20 * 1000000L}, NULL);
}

static void lines(const struct web_request *request, struct web_reply *reply)
{
    struct app *app = request->app;
    struct loan *loan = malloc(sizeof *loan);
    if (!loan)
        return;
    loan->app = app;
    atomic_fetch_add(&app->lent, 1);
    *reply = (struct web_reply){.status = 200,
                                .content_type = "text/plain",
                                .location = "/elsewhere",
                                .stream = tell_lines,
                                .release = end_loan,
                                .owner = loan};
}

static void lent(const struct web_request *request, struct web_reply *reply)
{
    struct app *app = request->app;
    char *text = arena_alloc(request->arena, 32);
    if (!text)
        return;
    snprintf(text, 32, "{\"lent\":%d}", atomic_load(&app->lent));
    reply->body = text;
    reply->body_len = strlen(text);
}

/* Takes `bytes` of the request's arena. */
static void take_arena(const struct web_request *request, struct web_reply *reply)
{
    if (arena_alloc(request->arena, number_after(request->query, "bytes=")))
        reply->status = 200;
    else
        web_problem(request, reply, 503, "arena_full", "<no room>");
}

static const struct web_route routes[] = {
    {.path = "/echo", .methods = WEB_GET, .handler = echo},
    {.path = "/echo/*", .methods = WEB_GET, .handler = echo},
    {.path = "/item", .methods = WEB_GET, .handler = echo},
    {.path = "/item", .methods = WEB_POST | WEB_DELETE, .handler = echo},
    {.path = "/slow", .methods = WEB_GET, .handler = slow},
    {.path = "/tagged", .methods = WEB_GET, .handler = tagged},
    {.path = "/large", .methods = WEB_GET, .handler = large},
    {.path = "/lines", .methods = WEB_GET, .handler = lines},
    {.path = "/lent", .methods = WEB_GET, .handler = lent},
    {.path = "/arena", .methods = WEB_GET, .handler = take_arena},
};

static enum err start(void *app)
{
    (void)app;
    const char *order = getenv("START");
    return order && strcmp(order, "fail") == 0 ? ERR_CONFIG : ERR_OK;
}

static void stop(void *app)
{
    (void)app;
    log_event(LOG_INFO, "stop_called", NULL);
}

int main(int argc, char **argv)
{
    static struct app app;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that is cut off leaves nothing behind */
    const char *threads = getenv("THREADS");
    log_open("echo_server");
    const struct web_config config = {
        .socket_path = argc > 1 ? argv[1] : NULL,
        .threads = threads ? atoi(threads) : 8,
        .routes = routes,
        .route_count = sizeof routes / sizeof routes[0],
        .app = &app,
        .start = start,
        .stop = stop,
    };
    return web_serve(&config);
}
