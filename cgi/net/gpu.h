/* The load of an operator's own GPUs and inference server, from what its exporter says: NVIDIA's
 * dcgm-exporter, nvidia_gpu_exporter, or vLLM itself.
 * Sources of names and units: NVIDIA/dcgm-exporter etc/default-counters.csv, utkuozdemir/
 * nvidia_gpu_exporter METRICS.md, vLLM docs/usage/metrics. What an exporter does not say, or says
 * outside the range that is possible, is absent. Pure, thread-safe. */
#ifndef NET_GPU_H
#define NET_GPU_H

#include "base/arena.h"
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GPU_MAX_DEVICES = 256, GPU_TEXT_BYTES = 128 };

enum {
    GPU_UTILIZATION = 1 << 0,
    GPU_MEMORY_USED = 1 << 1,
    GPU_MEMORY_TOTAL = 1 << 2,
    GPU_MEMORY = 1 << 3, /* memory_percent: used and total of the same devices are known */
    GPU_RUNNING = 1 << 4,
    GPU_WAITING = 1 << 5,
    GPU_KV_CACHE = 1 << 6,
};

struct gpu_device {
    char id[GPU_TEXT_BYTES];   /* UUID, else index; with a MIG instance's number behind it */
    char name[GPU_TEXT_BYTES]; /* "" when not said; foreign, cut to size */
    unsigned valid;            /* GPU_UTILIZATION to GPU_MEMORY */
    double utilization_percent, memory_percent;
    uint64_t memory_used, memory_total; /* bytes */
};

struct gpu_reading {
    struct gpu_device *devices; /* in the arena, in the order of their first mention */
    size_t count;
    unsigned valid; /* GPU_ bits */
    /* Utilisation: the busiest device, and the mean of those that say theirs. */
    double utilization_percent, utilization_mean_percent;
    /* Memory: sums over the devices that say both, their share, and that of the fullest device. */
    uint64_t memory_used, memory_total; /* bytes */
    double memory_percent, memory_worst_percent;
    /* The inference server: sums over its engines; the KV cache's fill is that of the fullest
     * engine. The cache is a part of GPU memory set aside at start: its fill says nothing about
     * GPU memory and never stands for it. */
    double running, waiting, kv_cache_percent;
};

/* Reads an exporter's answer. ERR_NOT_FOUND when it is well-formed and has none of the figures
 * above, ERR_TOO_LARGE for more than GPU_MAX_DEVICES, else the errors of prometheus_parse(). */
enum err gpu_read(const char *text, size_t len, struct arena *arena, struct gpu_reading *reading);

#endif
