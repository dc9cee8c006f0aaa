/* An exporter's answer: what the parser hands out must be whole C strings within its bounds, and
 * what is made of it in the range that its kind has. */
#include "net/gpu.h"
#include "net/prometheus.h"
#include "require.h"

#include <math.h>
#include <string.h>

enum { MAX_TEXT = 1 << 16 };

static enum err look(void *user, const struct prometheus_sample *sample)
{
    size_t *samples = user;
    require(++*samples <= PROMETHEUS_MAX_SAMPLES);
    require(sample->name[0] && !strpbrk(sample->name, " \t\r\n{}\",="));
    require(sample->label_count <= PROMETHEUS_MAX_LABELS);
    for (size_t i = 0; i < sample->label_count; i++) {
        const struct prometheus_label *label = &sample->labels[i];
        require(label->name[0] && !strpbrk(label->name, " \t\r\n{}\",=:"));
        require(strlen(label->value) <= MAX_TEXT);
        require(prometheus_label(sample, label->name) != NULL);
    }
    require(!prometheus_label(sample, ""));
    return ERR_OK;
}

static void require_percent(unsigned valid, unsigned bit, double value)
{
    if (valid & bit)
        require(value >= 0 && value <= 100);
}

static void read_gpus(const char *text, size_t len)
{
    struct arena arena = arena_make(1 << 20);
    struct gpu_reading r;
    enum err err = gpu_read(text, len, &arena, &r);
    require(!err == !!r.valid && r.count <= GPU_MAX_DEVICES);
    require_percent(r.valid, GPU_UTILIZATION, r.utilization_percent);
    require_percent(r.valid, GPU_UTILIZATION, r.utilization_mean_percent);
    require_percent(r.valid, GPU_MEMORY, r.memory_percent);
    require_percent(r.valid, GPU_MEMORY, r.memory_worst_percent);
    require_percent(r.valid, GPU_KV_CACHE, r.kv_cache_percent);
    require(r.utilization_mean_percent <= r.utilization_percent + 1e-9);
    require(r.memory_used <= r.memory_total && r.memory_percent <= r.memory_worst_percent + 1e-9);
    require(isfinite(r.running) && isfinite(r.waiting));
    for (size_t i = 0; i < r.count; i++) {
        const struct gpu_device *d = &r.devices[i];
        require(strlen(d->id) < GPU_TEXT_BYTES && strlen(d->name) < GPU_TEXT_BYTES);
        require_percent(d->valid, GPU_UTILIZATION, d->utilization_percent);
        require_percent(d->valid, GPU_MEMORY, d->memory_percent);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > MAX_TEXT)
        return 0;
    struct arena work = arena_make(1 << 20);
    size_t samples = 0;
    enum err err = prometheus_parse((const char *)data, len, &work, look, &samples);
    require(!err || err == ERR_BAD_FORMAT || err == ERR_TOO_LARGE || err == ERR_NO_MEMORY);
    arena_free(&work);
    read_gpus((const char *)data, len);
    return 0;
}
