#include "bench/calibrate.h"

#include "base/clock.h"
#include "bench/call.h"
#include "net/stub.h"
#include <stdlib.h>
#include <time.h>

enum { CALL_TIMEOUT_MS = 1000, CALIBRATION_TIMEOUT_MS = 3000 };

struct trial {
    bool done;
    enum outcome outcome;
    uint64_t events;
    int64_t latency_us;
};

static void on_done(void *user, const struct call_result *result)
{
    *(struct trial *)user = (struct trial){
        .done = true,
        .outcome = result->record.outcome,
        .events = result->record.events,
        .latency_us = result->record.end_us - result->record.start_us,
    };
}

static void put_reply(struct buf *reply)
{
    struct buf body = buf_make(BUF_NO_LIMIT);
    for (int i = 0; i < CALIBRATION_CHUNKS; i++)
        buf_printf(
            &body,
            "data: {\"id\":\"chatcmpl-0\",\"object\":\"chat.completion.chunk\",\"created\":0,"
            "\"model\":\"stub\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" %d\"},"
            "\"finish_reason\":null}]}\n\n",
            i);
    buf_puts(&body,
             "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
             "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,"
             "\"completion_tokens\":64}}\n\ndata: [DONE]\n\n");
    buf_printf(
        reply,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %zu\r\n\r\n%s",
        body.len, buf_str(&body));
    if (body.err)
        reply->err = body.err;
    buf_free(&body);
}

/* One call; *overhead_us is what it lasted beyond the stub's work. */
static enum err try_once(struct caller *caller, struct stub *stub, const struct endpoint *endpoint,
                         int64_t deadline_ms, int64_t *overhead_us)
{
    struct trial trial = {.done = false};
    const struct call_request request = {
        .endpoint = endpoint,
        .path = "/v1/chat/completions",
        .model = "stub",
        .prompt = "Count to 63.",
        .max_tokens = CALIBRATION_CHUNKS,
        .timeouts = {CALL_TIMEOUT_MS, CALL_TIMEOUT_MS, CALL_TIMEOUT_MS, CALL_TIMEOUT_MS},
        .due_us = -1,
        .done = on_done,
        .user = &trial,
    };
    int64_t stub_us = 0;
    struct call *call;
    enum err err = caller_start(caller, &request, &call);
    while (!err && !trial.done) {
        caller_run(caller, 0);
        const int64_t before_us = clock_mono_us();
        stub_step(stub);
        if (!trial.done)
            stub_us += clock_mono_us() - before_us;
        if (clock_mono_ms() > deadline_ms)
            err = ERR_TIMEOUT;
    }
    if (err) {
        caller_cancel_all(caller);
        return err;
    }
    *overhead_us = trial.latency_us > stub_us ? trial.latency_us - stub_us : 0;
    return trial.outcome == OUTCOME_OK && trial.events == CALIBRATION_CHUNKS ? ERR_OK
                                                                             : ERR_BAD_FORMAT;
}

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t rank(const int64_t *sorted, size_t count, size_t percent)
{
    return sorted[(percent * count + 99) / 100 - 1];
}

static enum err measure(struct caller *caller, struct stub *stub, const struct endpoint *endpoint,
                        struct bench_calibration *calibration)
{
    const int64_t deadline_ms = clock_mono_ms() + CALIBRATION_TIMEOUT_MS;
    int64_t overhead_us[CALIBRATION_CALLS], opening_us;
    enum err err = try_once(caller, stub, endpoint, deadline_ms, &opening_us);
    for (size_t i = 0; i < CALIBRATION_CALLS && !err; i++)
        err = try_once(caller, stub, endpoint, deadline_ms, &overhead_us[i]);
    if (err)
        return err;
    qsort(overhead_us, CALIBRATION_CALLS, sizeof *overhead_us, compare);
    calibration->calls = CALIBRATION_CALLS;
    calibration->p50_us = rank(overhead_us, CALIBRATION_CALLS, 50);
    calibration->p99_us = rank(overhead_us, CALIBRATION_CALLS, 99);
    return ERR_OK;
}

enum err calibrate(struct bench_calibration *calibration)
{
    struct arena arena = arena_make(1 << 16);
    struct buf reply = buf_make(BUF_NO_LIMIT), url = buf_make(BUF_NO_LIMIT);
    struct stub *stub = NULL;
    struct caller *caller = NULL;
    struct cidr_list loopback;
    struct endpoint endpoint;
    struct timespec resolution;

    *calibration = (struct bench_calibration){.calls = 0};
    if (clock_getres(CLOCK_MONOTONIC, &resolution) == 0)
        calibration->clock_resolution_ns = resolution.tv_nsec;
    put_reply(&reply);
    enum err err = reply.err;
    if (err || (err = cidr_list_parse("127.0.0.1/32", &loopback)) ||
        (err = stub_open(buf_str(&reply), reply.len, &stub)))
        goto out;
    buf_printf(&url, "http://127.0.0.1:%u", stub_port(stub));
    if ((err = url.err) ||
        (err = endpoint_make(&endpoint, "calibration", buf_str(&url), &loopback, &arena)))
        goto out;
    caller = caller_new();
    err = caller ? measure(caller, stub, &endpoint, calibration) : ERR_NO_MEMORY;
out:
    caller_free(caller);
    stub_close(stub);
    buf_free(&url);
    buf_free(&reply);
    arena_free(&arena);
    return err;
}
