/* The health report of 0G's own prober (compute-status), which its CLI reads too. These are 0G's
 * measurements, made from one place, and shown as such.
 * Source: 0gfoundation/0g-compute-ts-sdk read-only-model.ts (ServiceHealthMetric): every member is
 * optional. Pure, thread-safe. */
#ifndef ZEROG_STATUS_H
#define ZEROG_STATUS_H

#include "base/arena.h"
#include "base/error.h"
#include "eth/address.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATUS_HEALTH_PATH "/health"

enum { STATUS_MAX_SERVICES = 1000 };

enum health { HEALTH_UNKNOWN, HEALTH_CRITICAL, HEALTH_WARNING, HEALTH_HEALTHY };

/* "healthy" and so on. Static storage. */
const char *health_text(enum health health);

enum {
    SPREAD_AVG = 1 << 0,
    SPREAD_P50 = 1 << 1,
    SPREAD_P90 = 1 << 2,
    SPREAD_P95 = 1 << 3,
    SPREAD_P99 = 1 << 4,
    SPREAD_MIN = 1 << 5,
    SPREAD_MAX = 1 << 6,
    SPREAD_SAMPLES = 1 << 7,
};

struct health_spread {
    unsigned valid; /* SPREAD_ bits; 0 when the report has none of it */
    double avg, p50, p90, p95, p99, min, max;
    uint64_t samples;
};

enum {
    SERVICE_MODEL = 1 << 0,
    SERVICE_TYPE = 1 << 1,
    SERVICE_CHECKS = 1 << 2,
    SERVICE_SUCCESSFUL = 1 << 3,
    SERVICE_FAILED = 1 << 4,
    SERVICE_UPTIME = 1 << 5,
    SERVICE_LAST_CHECK = 1 << 6,
};

struct service_health {
    unsigned valid; /* SERVICE_ bits */
    struct address provider;
    const char *model, *service_type; /* foreign; owned by the document */
    enum health health;
    uint64_t checks, successful, failed;
    double uptime_percent; /* 0 to 100 */
    struct health_spread response_ms, ttft_ms, tokens_per_second;
    int64_t last_check_ms; /* wall */
};

struct health_report {
    struct service_health *services; /* in the arena */
    size_t count;
    size_t skipped;  /* entries without a provider's address */
    int64_t time_ms; /* wall; has_time only */
    bool has_time;
};

/* ERR_BAD_FORMAT when the document has no array `services`, ERR_TOO_LARGE above
 * STATUS_MAX_SERVICES, ERR_NO_MEMORY. Figures in an unknown unit are left out. */
enum err status_read(const cJSON *doc, struct arena *arena, struct health_report *report);

/* The entry of a provider's model. The prober's model id may drift from the one on chain, so the
 * only entry of a provider is taken whatever its model; NULL when several are there and none fits.
 * `model` need not be NUL-terminated. */
const struct service_health *status_find(const struct health_report *report,
                                         const struct address *provider, const char *model,
                                         size_t model_len);

#endif
