/* The load of the operator's own GPUs while a run lasts, read from the configured exporter once a
 * second by the thread that runs it. */
#ifndef BENCH_GPU_WATCH_H
#define BENCH_GPU_WATCH_H

#include "bench/record.h"
#include "net/http.h"
#include "zerog/settings.h"

struct gpu_watch {
    struct http_client *http;
    const struct endpoint *exporter; /* NULL: none is configured */
    struct http_call *call;          /* in flight */
    int64_t due_ms;
    unsigned samples;
    double sum, min, max; /* percent, of the busiest device */
};

void gpu_watch_open(struct gpu_watch *watch, const struct settings *settings,
                    struct http_client *http);

/* Asks when a second has passed. Between two rounds of the client. */
void gpu_watch_tick(struct gpu_watch *watch);

/* Ends what is in flight and gives what was seen. */
void gpu_watch_close(struct gpu_watch *watch, struct bench_gpu *gpu);

#endif
