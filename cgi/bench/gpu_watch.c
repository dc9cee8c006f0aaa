#include "bench/gpu_watch.h"

#include "base/clock.h"
#include "net/gpu.h"
#include <math.h>

enum { EVERY_MS = 1000, TIMEOUT_MS = 900, REPLY_MAX = 4 * 1024 * 1024 };

void gpu_watch_open(struct gpu_watch *watch, const struct settings *settings,
                    struct http_client *http)
{
    *watch = (struct gpu_watch){
        .http = http, .exporter = settings->has_gpu_exporter ? &settings->gpu_exporter : NULL};
}

static void take(void *user, const struct http_response *response)
{
    struct gpu_watch *watch = user;
    struct arena arena = arena_make(0);
    struct gpu_reading reading;
    watch->call = NULL;
    if (!response->err && response->status == 200 &&
        gpu_read(response->body, response->body_len, &arena, &reading) == ERR_OK &&
        (reading.valid & GPU_UTILIZATION)) {
        const double percent = reading.utilization_percent;
        watch->min = watch->samples && watch->min < percent ? watch->min : percent;
        watch->max = watch->samples && watch->max > percent ? watch->max : percent;
        watch->sum += percent;
        watch->samples++;
    }
    arena_free(&arena);
}

void gpu_watch_tick(struct gpu_watch *watch)
{
    const int64_t now = clock_mono_ms();
    if (!watch->exporter || watch->call || now < watch->due_ms)
        return;
    const struct http_request request = {.endpoint = watch->exporter,
                                         .max_response = REPLY_MAX,
                                         .connect_timeout_ms = TIMEOUT_MS,
                                         .timeout_ms = TIMEOUT_MS,
                                         .done = take,
                                         .user = watch};
    watch->due_ms = now + EVERY_MS;
    if (http_submit(watch->http, &request, &watch->call))
        watch->call = NULL;
}

void gpu_watch_close(struct gpu_watch *watch, struct bench_gpu *gpu)
{
    if (watch->call)
        http_call_cancel(watch->call);
    *gpu = (struct bench_gpu){.configured = watch->exporter, .samples = watch->samples};
    if (watch->exporter)
        gpu->origin = watch->exporter->shown;
    if (watch->samples == 0)
        return;
    gpu->min_percent = (unsigned)lround(watch->min);
    gpu->max_percent = (unsigned)lround(watch->max);
    gpu->mean_percent = (unsigned)lround(watch->sum / watch->samples);
}
