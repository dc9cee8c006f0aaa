#include "bench/hardware.h"

#include "net/http.h"
#include "zerog/attestation.h"
#include <stdio.h>

enum { TIMEOUT_MS = 2000, LOOK_MS = 50 };

/* A provider's quote, or its model's attestation report. */
struct question {
    struct http_call *call; /* NULL: not asked, or answered */
    enum err err;           /* ERR_NOT_FOUND: it names no GPU */
    int status;
    const char *hardware;
    struct arena *arena;
    unsigned *open;
};

static void answered(void *user, const struct http_response *response)
{
    struct question *q = user;
    q->call = NULL;
    --*q->open;
    q->status = response->status;
    q->err = response->err;
    if (!q->err && response->status != 200)
        q->err = ERR_HTTP_STATUS;
    if (!q->err)
        q->err = attestation_hardware(response->body, response->body_len, q->arena, &q->hardware);
}

static void ask(struct question *q, struct http_client *http, const struct endpoint *endpoint,
                const char *path)
{
    const struct http_request request = {.endpoint = endpoint,
                                         .path = path,
                                         .max_response = ATTESTATION_REPLY_BYTES,
                                         .connect_timeout_ms = TIMEOUT_MS,
                                         .timeout_ms = TIMEOUT_MS,
                                         .done = answered,
                                         .user = q};
    q->err = http_submit(http, &request, &q->call);
    *q->open += !q->err;
}

static const char *reason(const struct question *quote, struct arena *arena)
{
    char text[256];
    if (quote->err == ERR_NOT_FOUND)
        return "its quote names no GPU";
    if (quote->err == ERR_HTTP_STATUS)
        snprintf(text, sizeof text, "its quote cannot be read: status %d", quote->status);
    else
        snprintf(text, sizeof text, "its quote cannot be read: %s", err_text(quote->err));
    return arena_strdup(arena, text);
}

static enum err conclude(struct bench_target *target, const struct question *quote,
                         const struct question *report, struct arena *arena)
{
    target->hardware = report->hardware ? report->hardware : quote->hardware;
    if (target->hardware)
        return ERR_OK;
    target->no_hardware =
        target->kind == ENDPOINT_PROVIDER ? reason(quote, arena) : "only providers publish a quote";
    return target->no_hardware ? ERR_OK : ERR_NO_MEMORY;
}

enum err hardware_read(struct preflight *p, struct http_client *http, struct arena *arena,
                       const atomic_bool *stop)
{
    struct question quotes[PLAN_MAX_ENDPOINTS] = {0}, reports[PLAN_MAX_ENDPOINTS] = {0};
    unsigned open = 0;
    enum err err = ERR_OK;
    for (size_t i = 0; i < p->target_count; i++) {
        struct bench_target *target = &p->targets[i];
        struct buf path = buf_make(ENDPOINT_URL_MAX);
        quotes[i] = reports[i] = (struct question){.arena = arena, .open = &open};
        if (target->kind == ENDPOINT_PROVIDER) {
            attestation_put_path(&path, target->model);
            ask(&quotes[i], http, &target->endpoint, QUOTE_PATH);
            ask(&reports[i], http, &target->endpoint, buf_str(&path));
        }
        buf_free(&path);
    }
    while (open > 0 && !atomic_load(stop))
        http_client_run(http, LOOK_MS);
    for (size_t i = 0; i < p->target_count; i++) {
        if (quotes[i].call)
            http_call_cancel(quotes[i].call);
        if (reports[i].call)
            http_call_cancel(reports[i].call);
        err = err ? err : conclude(&p->targets[i], &quotes[i], &reports[i], arena);
    }
    return err;
}
