#include "net/gpu.h"

#include "net/prometheus.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MIB            1048576.0
#define MAX_BYTES      1125899906842624.0 /* 2^50; DCGM's "blank" of 2^31-16 MiB is above */
#define MAX_REQUESTS   1e9
#define MIG_INSTANCE   "GPU_I_ID"
#define LINE_MAX_BYTES (4 * 1024 * 1024)

/* What the exporters' series say, in the units of this program. */
enum field {
    UTILIZATION,   /* percent */
    ENGINE_ACTIVE, /* percent; in place of UTILIZATION where a device has none */
    USED,          /* bytes, as are the next three */
    FREE,
    RESERVED, /* counts neither as used nor as free */
    TOTAL,
    DEVICE_FIELDS,
    RUNNING = DEVICE_FIELDS,
    WAITING,
    KV_CACHE, /* percent */
    FIELD_COUNT,
    INFO = FIELD_COUNT, /* no figure: carries the device's name */
};

/* Series of one field are of one device, or of one engine, or the same device's once more: with
 * time slicing dcgm-exporter repeats a device for each pod that uses it. */
static const struct metric {
    const char *name;
    enum field field;
    double scale, max; /* figure times scale; above max it is none */
} metrics[] = {
    {"DCGM_FI_DEV_GPU_UTIL", UTILIZATION, 1, 100},
    {"DCGM_FI_PROF_GR_ENGINE_ACTIVE", ENGINE_ACTIVE, 100, 100},
    {"DCGM_FI_DEV_FB_USED", USED, MIB, MAX_BYTES},
    {"DCGM_FI_DEV_FB_FREE", FREE, MIB, MAX_BYTES},
    {"DCGM_FI_DEV_FB_RESERVED", RESERVED, MIB, MAX_BYTES},
    {"DCGM_FI_DEV_FB_TOTAL", TOTAL, MIB, MAX_BYTES},
    {"nvidia_smi_utilization_gpu_ratio", UTILIZATION, 100, 100},
    {"nvidia_smi_memory_used_bytes", USED, 1, MAX_BYTES},
    {"nvidia_smi_memory_free_bytes", FREE, 1, MAX_BYTES},
    {"nvidia_smi_memory_reserved_bytes", RESERVED, 1, MAX_BYTES},
    {"nvidia_smi_memory_total_bytes", TOTAL, 1, MAX_BYTES},
    {"nvidia_smi_gpu_info", INFO, 1, 1},
    {"vllm:num_requests_running", RUNNING, 1, MAX_REQUESTS},
    {"vllm:num_requests_waiting", WAITING, 1, MAX_REQUESTS},
    {"vllm:kv_cache_usage_perc", KV_CACHE, 100, 100},
    {"vllm:gpu_cache_usage_perc", KV_CACHE, 100, 100}, /* its name until 2025 */
};

static const struct metric *find_metric(const char *name)
{
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        if (strcmp(metrics[i].name, name) == 0)
            return &metrics[i];
    return NULL;
}

struct figures {
    double value[FIELD_COUNT];
    bool known[FIELD_COUNT];
};

struct collection {
    struct gpu_reading *reading;
    struct figures *of_device; /* GPU_MAX_DEVICES */
    struct figures server;
};

static void copy_text(char out[GPU_TEXT_BYTES], const char *text)
{
    snprintf(out, GPU_TEXT_BYTES, "%s", text);
}

static const char *first_label(const struct prometheus_sample *sample, const char *const *names)
{
    for (; *names; names++) {
        const char *value = prometheus_label(sample, *names);
        if (value && *value)
            return value;
    }
    return NULL;
}

/* The name under which a device is known in all its series: its UUID, which the exporters write
 * with and without "GPU-"; else its index, on its host. */
static void identify(const struct prometheus_sample *sample, char id[GPU_TEXT_BYTES])
{
    static const char *const uuids[] = {"UUID", "uuid", NULL};
    static const char *const indexes[] = {"gpu", "index", "minor_number", NULL};
    static const char *const hosts[] = {"Hostname", "hostname", NULL};
    const char *uuid = first_label(sample, uuids), *index = first_label(sample, indexes);
    const char *host = first_label(sample, hosts);
    const char *instance = prometheus_label(sample, MIG_INSTANCE);
    if (uuid && strncasecmp(uuid, "GPU-", 4) == 0)
        uuid += 4;
    char device[GPU_TEXT_BYTES];
    if (uuid)
        copy_text(device, uuid);
    else
        snprintf(device, sizeof device, "%.90s%s%.30s", host ? host : "", host ? "/" : "",
                 index ? index : "0");
    bool is_part = instance && *instance;
    snprintf(id, GPU_TEXT_BYTES, "%.100s%s%.20s", device, is_part ? "/" : "",
             is_part ? instance : "");
}

static enum err find_device(struct collection *all, const struct prometheus_sample *sample,
                            size_t *index)
{
    struct gpu_reading *r = all->reading;
    char id[GPU_TEXT_BYTES];
    identify(sample, id);
    for (*index = 0; *index < r->count; ++*index)
        if (strcasecmp(r->devices[*index].id, id) == 0)
            return ERR_OK;
    if (r->count == GPU_MAX_DEVICES)
        return ERR_TOO_LARGE;
    copy_text(r->devices[r->count++].id, id);
    return ERR_OK;
}

static void keep_largest(struct figures *f, enum field field, double value)
{
    if (!f->known[field] || value > f->value[field])
        f->value[field] = value;
    f->known[field] = true;
}

static void add_up(struct figures *f, enum field field, double value)
{
    f->value[field] += value;
    f->known[field] = true;
}

static bool is_figure(const struct metric *metric, const struct prometheus_sample *sample)
{
    /* Written so that NaN is none. */
    if (!(sample->value >= 0 && sample->value * metric->scale <= metric->max))
        return false;
    /* For a part of a device DCGM writes 0 here whatever it does (NVIDIA/dcgm-exporter#216). */
    return metric->field != UTILIZATION || !prometheus_label(sample, MIG_INSTANCE);
}

static enum err take_device(struct collection *all, const struct metric *metric,
                            const struct prometheus_sample *sample)
{
    static const char *const names[] = {"modelName", "name", NULL};
    size_t i;
    enum err err = find_device(all, sample, &i);
    if (err)
        return err;
    struct gpu_device *device = &all->reading->devices[i];
    const char *name = first_label(sample, names);
    if (name && !device->name[0])
        copy_text(device->name, name);
    if (metric->field != INFO)
        keep_largest(&all->of_device[i], metric->field, sample->value * metric->scale);
    return ERR_OK;
}

static enum err take(void *user, const struct prometheus_sample *sample)
{
    struct collection *all = user;
    const struct metric *metric = find_metric(sample->name);
    if (!metric || !is_figure(metric, sample))
        return ERR_OK;
    if (metric->field < DEVICE_FIELDS || metric->field == INFO)
        return take_device(all, metric, sample);
    double value = sample->value * metric->scale;
    if (metric->field == KV_CACHE)
        keep_largest(&all->server, KV_CACHE, value);
    else
        add_up(&all->server, metric->field, value);
    return ERR_OK;
}

/* 0 when it is not said. dcgm-exporter by default says only the parts; those that it does not know
 * are 0 here. */
static double find_total(const struct figures *f)
{
    if (f->known[TOTAL])
        return f->value[TOTAL];
    bool has_parts = f->known[USED] && f->known[FREE];
    return has_parts ? f->value[USED] + f->value[FREE] + f->value[RESERVED] : 0;
}

static void finish_device(struct gpu_device *d, const struct figures *f)
{
    enum field busy = f->known[UTILIZATION] ? UTILIZATION : ENGINE_ACTIVE;
    if (f->known[busy]) {
        d->valid |= GPU_UTILIZATION;
        d->utilization_percent = f->value[busy];
    }
    d->memory_used = (uint64_t)f->value[USED];
    d->memory_total = (uint64_t)find_total(f);
    if (f->known[USED])
        d->valid |= GPU_MEMORY_USED;
    if (d->memory_total)
        d->valid |= GPU_MEMORY_TOTAL;
    /* From the whole bytes that are shown, so that the shares add up. */
    if (f->known[USED] && d->memory_total && d->memory_used <= d->memory_total) {
        d->valid |= GPU_MEMORY;
        d->memory_percent = 100 * (double)d->memory_used / (double)d->memory_total;
    }
}

static void aggregate(struct gpu_reading *r)
{
    size_t busy_count = 0;
    double busy_sum = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct gpu_device *d = &r->devices[i];
        if (d->valid & GPU_UTILIZATION) {
            r->valid |= GPU_UTILIZATION;
            r->utilization_percent = fmax(r->utilization_percent, d->utilization_percent);
            busy_sum += d->utilization_percent;
            busy_count++;
        }
        if (d->valid & GPU_MEMORY) {
            r->valid |= GPU_MEMORY | GPU_MEMORY_USED | GPU_MEMORY_TOTAL;
            r->memory_used += d->memory_used;
            r->memory_total += d->memory_total;
            r->memory_worst_percent = fmax(r->memory_worst_percent, d->memory_percent);
        }
    }
    if (busy_count)
        r->utilization_mean_percent = busy_sum / (double)busy_count;
    if (r->valid & GPU_MEMORY)
        r->memory_percent = 100 * (double)r->memory_used / (double)r->memory_total;
}

static void finish_server(struct gpu_reading *r, const struct figures *f)
{
    const struct {
        enum field field;
        unsigned bit;
        double *out;
    } rows[] = {{RUNNING, GPU_RUNNING, &r->running},
                {WAITING, GPU_WAITING, &r->waiting},
                {KV_CACHE, GPU_KV_CACHE, &r->kv_cache_percent}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!f->known[rows[i].field])
            continue;
        r->valid |= rows[i].bit;
        *rows[i].out = f->value[rows[i].field];
    }
}

static enum err read_devices(const char *text, size_t len, struct arena *scratch,
                             struct gpu_reading *reading, struct collection *all)
{
    reading->devices = arena_array(scratch, GPU_MAX_DEVICES, sizeof *reading->devices);
    all->of_device = arena_array(scratch, GPU_MAX_DEVICES, sizeof *all->of_device);
    if (!reading->devices || !all->of_device)
        return ERR_NO_MEMORY;
    struct arena line = arena_make(LINE_MAX_BYTES);
    enum err err = prometheus_parse(text, len, &line, take, all);
    arena_free(&line);
    for (size_t i = 0; i < reading->count; i++)
        finish_device(&reading->devices[i], &all->of_device[i]);
    return err;
}

/* Moves the devices from their scratch memory. */
static enum err keep_devices(struct gpu_reading *reading, struct arena *arena)
{
    size_t bytes = reading->count * sizeof *reading->devices;
    struct gpu_device *kept = arena_alloc(arena, bytes);
    if (!kept)
        return ERR_NO_MEMORY;
    memcpy(kept, reading->devices, bytes);
    reading->devices = kept;
    return ERR_OK;
}

enum err gpu_read(const char *text, size_t len, struct arena *arena, struct gpu_reading *reading)
{
    *reading = (struct gpu_reading){0};
    struct gpu_reading r = {0};
    struct collection all = {.reading = &r};
    struct arena scratch = arena_make(0);
    enum err err = read_devices(text, len, &scratch, &r, &all);
    if (!err) {
        aggregate(&r);
        finish_server(&r, &all.server);
        err = r.valid ? keep_devices(&r, arena) : ERR_NOT_FOUND;
    }
    arena_free(&scratch);
    if (!err)
        *reading = r;
    return err;
}
