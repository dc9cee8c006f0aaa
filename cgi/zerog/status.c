#include "zerog/status.h"

#include "base/json.h"
#include "zerog/members.h"
#include <string.h>

static const char *const health_texts[] = {
    [HEALTH_UNKNOWN] = "unknown",
    [HEALTH_CRITICAL] = "critical",
    [HEALTH_WARNING] = "warning",
    [HEALTH_HEALTHY] = "healthy",
};

const char *health_text(enum health health)
{
    return health_texts[health];
}

static enum health read_health(const cJSON *service)
{
    const char *text = json_get_str(service, "status");
    for (enum health h = HEALTH_UNKNOWN; text && h <= HEALTH_HEALTHY; h++)
        if (strcmp(text, health_texts[h]) == 0)
            return h;
    return HEALTH_UNKNOWN;
}

#define FIELD(name) offsetof(struct health_spread, name)

static const struct member spread_members[] = {
    {"avg", MEMBER_DECIMAL, FIELD(avg), SPREAD_AVG},
    {"p50", MEMBER_DECIMAL, FIELD(p50), SPREAD_P50},
    {"p90", MEMBER_DECIMAL, FIELD(p90), SPREAD_P90},
    {"p95", MEMBER_DECIMAL, FIELD(p95), SPREAD_P95},
    {"p99", MEMBER_DECIMAL, FIELD(p99), SPREAD_P99},
    {"min", MEMBER_DECIMAL, FIELD(min), SPREAD_MIN},
    {"max", MEMBER_DECIMAL, FIELD(max), SPREAD_MAX},
    {"samples", MEMBER_UINT, FIELD(samples), SPREAD_SAMPLES},
};

#undef FIELD
#define FIELD(name) offsetof(struct service_health, name)

static const struct member service_members[] = {
    {"provider", MEMBER_ADDRESS, FIELD(provider), 0},
    {"model", MEMBER_TEXT, FIELD(model), SERVICE_MODEL},
    {"serviceType", MEMBER_TEXT, FIELD(service_type), SERVICE_TYPE},
    {"lastCheck", MEMBER_TIME, FIELD(last_check_ms), SERVICE_LAST_CHECK},
};

static const struct member check_members[] = {
    {"total", MEMBER_UINT, FIELD(checks), SERVICE_CHECKS},
    {"successful", MEMBER_UINT, FIELD(successful), SERVICE_SUCCESSFUL},
    {"failed", MEMBER_UINT, FIELD(failed), SERVICE_FAILED},
    {"uptime", MEMBER_DECIMAL, FIELD(uptime_percent), SERVICE_UPTIME},
};

/* The three measurements of `performance`. The prober writes the unit beside the figures; what has
 * none is in the usual one. */
static const struct {
    const char *key, *unit;
    size_t offset;
} spreads[] = {
    {"response_time", "ms", FIELD(response_ms)},
    {"ttft", "ms", FIELD(ttft_ms)},
    {"tokens_per_second", NULL, FIELD(tokens_per_second)},
};

#undef FIELD
#define COUNT(array) (sizeof(array) / sizeof *(array))

static void read_performance(const cJSON *performance, struct service_health *s)
{
    for (size_t i = 0; i < COUNT(spreads); i++) {
        const cJSON *figures = json_get(performance, spreads[i].key);
        const char *unit = json_get_str(figures, "unit");
        if (spreads[i].unit && unit && strcmp(unit, spreads[i].unit) != 0)
            continue;
        struct health_spread *spread = (struct health_spread *)((char *)s + spreads[i].offset);
        spread->valid = members_read(figures, spread_members, COUNT(spread_members), spread);
    }
}

static void read_service(const cJSON *service, struct service_health *s)
{
    s->valid = members_read(service, service_members, COUNT(service_members), s);
    s->valid |= members_read(json_get(service, "checks"), check_members, COUNT(check_members), s);
    if (s->uptime_percent > 100)
        s->valid &= ~(unsigned)SERVICE_UPTIME;
    s->health = read_health(service);
    read_performance(json_get(service, "performance"), s);
}

enum err status_read(const cJSON *doc, struct arena *arena, struct health_report *report)
{
    static const struct member times[] = {
        {"timestamp", MEMBER_TIME, offsetof(struct health_report, time_ms), 1},
    };
    *report = (struct health_report){0};
    const cJSON *services = json_get(doc, "services");
    if (!cJSON_IsArray(services))
        return ERR_BAD_FORMAT;
    size_t total = (size_t)cJSON_GetArraySize(services);
    if (total > STATUS_MAX_SERVICES)
        return ERR_TOO_LARGE;
    report->services = arena_array(arena, total, sizeof *report->services);
    if (!report->services)
        return ERR_NO_MEMORY;
    report->has_time = members_read(doc, times, COUNT(times), report) != 0;
    const cJSON *service;
    cJSON_ArrayForEach(service, services)
    {
        struct service_health s = {0};
        read_service(service, &s);
        if (!address_is_zero(&s.provider))
            report->services[report->count++] = s;
    }
    report->skipped = total - report->count;
    return ERR_OK;
}

const struct service_health *status_find(const struct health_report *report,
                                         const struct address *provider, const char *model,
                                         size_t model_len)
{
    const struct service_health *only = NULL;
    size_t entries = 0;
    for (size_t i = 0; i < report->count; i++) {
        const struct service_health *s = &report->services[i];
        if (!address_equal(&s->provider, provider))
            continue;
        bool same_model = (s->valid & SERVICE_MODEL) && strlen(s->model) == model_len &&
                          memcmp(s->model, model, model_len) == 0;
        if (same_model)
            return s;
        only = s;
        entries++;
    }
    return entries == 1 ? only : NULL;
}
