/* What 0G's own prober says of the health of each service: its measurements, from its place, and
 * shown as such. */
#include "panel/sources.h"

#include <string.h>

const char *status_off(const struct settings *settings)
{
    return settings->has_status_api
               ? NULL
               : "no status API is configured · since the start · set ZG_STATUS_URL";
}

const struct endpoint *status_endpoint(const struct settings *settings)
{
    return &settings->status_api;
}

enum err status_plan(struct round *round)
{
    const struct endpoint *endpoint = status_endpoint(round->settings);
    return round_get(round, endpoint, STATUS_HEALTH_PATH) ? ERR_OK : ERR_NO_MEMORY;
}

static const char *model_of(const struct service_health *s)
{
    return s->valid & SERVICE_MODEL ? s->model : "";
}

static bool is_known(const struct health_report *report, size_t count,
                     const struct service_health *s)
{
    for (size_t i = 0; i < count; i++)
        if (address_equal(&report->services[i].provider, &s->provider) &&
            strcmp(model_of(&report->services[i]), model_of(s)) == 0)
            return true;
    return false;
}

/* The document ends with the round: what is shown of it moves. A model that a provider has twice
 * keeps its first entry, the one that status_find() gives. */
static enum err keep_report(struct health_report *report, struct arena *keep)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++) {
        struct service_health s = report->services[i];
        if (is_known(report, count, &s))
            continue;
        s.service_type = NULL;
        s.valid &= ~(unsigned)SERVICE_TYPE;
        if (s.valid & SERVICE_MODEL)
            s.model = arena_strdup(keep, s.model);
        if ((s.valid & SERVICE_MODEL) && !s.model)
            return ERR_NO_MEMORY;
        report->services[count++] = s;
    }
    report->count = count;
    return ERR_OK;
}

enum err status_parse(struct round *round)
{
    const struct exchange *x = &round->exchanges[0];
    struct status_value *v = arena_alloc(&round->keep, sizeof *v);
    if (!v)
        return ERR_NO_MEMORY;
    cJSON *doc = NULL;
    enum err err = json_parse(x->text, x->text_len, EXCHANGE_MAX_BYTES, &doc);
    if (!err)
        err = status_read(doc, &round->keep, &v->report);
    if (!err)
        err = keep_report(&v->report, &round->keep);
    cJSON_Delete(doc);
    round->value = v;
    return err;
}

static void put_figure(struct json_writer *w, const char *key, bool known, double figure)
{
    if (known)
        json_put_decimal(w, key, figure, 2);
    else
        json_put_null(w, key);
}

static void put_spread(struct json_writer *w, const char *key, const struct health_spread *s)
{
    if (!s->valid) {
        json_put_null(w, key);
        return;
    }
    json_open_object(w, key);
    put_figure(w, "avgMs", s->valid & SPREAD_AVG, s->avg);
    put_figure(w, "p50Ms", s->valid & SPREAD_P50, s->p50);
    put_figure(w, "p90Ms", s->valid & SPREAD_P90, s->p90);
    put_figure(w, "p95Ms", s->valid & SPREAD_P95, s->p95);
    put_figure(w, "p99Ms", s->valid & SPREAD_P99, s->p99);
    put_figure(w, "minMs", s->valid & SPREAD_MIN, s->min);
    put_figure(w, "maxMs", s->valid & SPREAD_MAX, s->max);
    if (s->valid & SPREAD_SAMPLES)
        json_put_int(w, "samples", (int64_t)s->samples);
    else
        json_put_null(w, "samples");
    json_close_object(w);
}

void status_render_health(struct json_writer *w, const struct service_health *health)
{
    if (!health) {
        json_put_null(w, "health");
        return;
    }
    json_open_object(w, "health");
    json_put_str(w, "status", health_text(health->health));
    put_figure(w, "uptime", health->valid & SERVICE_UPTIME, health->uptime_percent);
    put_spread(w, "responseTime", &health->response_ms);
    put_spread(w, "ttft", &health->ttft_ms);
    put_figure(w, "tokensPerSecond", health->tokens_per_second.valid & SPREAD_AVG,
               health->tokens_per_second.avg);
    if (health->valid & SERVICE_LAST_CHECK)
        json_put_time(w, "lastCheck", health->last_check_ms);
    else
        json_put_null(w, "lastCheck");
    json_close_object(w);
}

void status_render_report(struct json_writer *w, const struct source *source)
{
    const struct status_value *v = source->value;
    json_open_array(w, "services");
    for (size_t i = 0; v && i < v->report.count; i++) {
        const struct service_health *health = &v->report.services[i];
        char provider[ADDRESS_TEXT_BYTES];
        json_open_object(w, NULL);
        json_put_str(w, "provider", address_text(&health->provider, provider));
        json_put_str(w, "model", health->valid & SERVICE_MODEL ? health->model : NULL);
        status_render_health(w, health);
        json_close_object(w);
    }
    json_close_array(w);
}
