#include "panel/prometheus_text.h"

#include "panel/prometheus_fees.h"
#include "panel/prometheus_put.h"
#include "panel/sources.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Samples of one family, in the order of the text. */
struct family {
    const char *name, *help;
    void (*put)(struct buf *out, const char *name, const struct view *view);
};

/* The program --------------------------------------------------------------------------------- */

static void put_build(struct buf *out, const char *name, const struct view *view)
{
    const struct network *network = view->settings->network;
    put_series(out, name,
               LABELS({"version", VERSION}, {"network", network->name},
                      {"simulated", network->simulated ? "true" : "false"}));
    put_number(out, 1);
}

static void put_rendered(struct buf *out, const char *name, const struct view *view)
{
    put_series(out, name, NULL, 0);
    put_seconds(out, view->wall_ms);
}

/* The sources; one that is off has no sample --------------------------------------------------- */

static void put_source_fresh(struct buf *out, const char *name, const struct view *view)
{
    for (int i = 0; i < SOURCE_COUNT; i++) {
        const struct source *s = &view->sources[i];
        if (s->off)
            continue;
        put_series(out, name, LABELS({"source", s->row->key}));
        put_number(out, source_state(s, view->mono_ms) == STATE_FRESH);
    }
}

static void put_source_fetched(struct buf *out, const char *name, const struct view *view)
{
    for (int i = 0; i < SOURCE_COUNT; i++) {
        const struct source *s = &view->sources[i];
        if (s->off || !s->value)
            continue;
        put_series(out, name, LABELS({"source", s->row->key}));
        put_seconds(out, s->fetched_wall_ms);
    }
}

static void put_source_failures(struct buf *out, const char *name, const struct view *view)
{
    for (int i = 0; i < SOURCE_COUNT; i++) {
        const struct source *s = &view->sources[i];
        if (s->off)
            continue;
        put_series(out, name, LABELS({"source", s->row->key}));
        put_number(out, s->failures);
    }
}

/* The chain ----------------------------------------------------------------------------------- */

static void put_head_block(struct buf *out, const char *name, const struct view *view)
{
    const struct source *chain = &view->sources[SOURCE_CHAIN];
    if (!chain->has_head)
        return;
    put_series(out, name, NULL, 0);
    buf_printf(out, "%" PRIu64 "\n", chain->head.number);
}

static void put_head_time(struct buf *out, const char *name, const struct view *view)
{
    const struct source *chain = &view->sources[SOURCE_CHAIN];
    if (!chain->has_head)
        return;
    put_series(out, name, NULL, 0);
    put_seconds(out, chain->head.time_ms);
}

static void put_head_limit(struct buf *out, const char *name, const struct view *view)
{
    put_gauge(out, name, true, (double)view->settings->head_max_age_ms / 1000);
}

static void put_wallet(struct buf *out, const char *name, const struct view *view)
{
    const struct chain_value *v = view->sources[SOURCE_CHAIN].value;
    if (!v || !v->has_balance)
        return;
    put_series(out, name, NULL, 0);
    put_neuron(out, v->balance);
}

static void put_ledger(struct buf *out, const char *name, const struct view *view)
{
    const struct ledger_value *v = view->sources[SOURCE_LEDGER].value;
    if (!v || !v->exists)
        return;
    put_series(out, name, NULL, 0);
    put_neuron(out, v->ledger.available);
}

static void put_services(struct buf *out, const char *name, const struct view *view)
{
    const struct compute_value *v = view->sources[SOURCE_COMPUTE].value;
    put_gauge(out, name, v, v ? (double)v->total : 0);
}

/* The operator's own node ---------------------------------------------------------------------- */

static const struct gpu_reading *gpu_of(const struct view *view)
{
    static const struct gpu_reading nothing;
    const struct gpu_value *v = view->sources[SOURCE_GPU].value;
    return v ? &v->reading : &nothing;
}

static void put_gpus(struct buf *out, const char *name, const struct view *view)
{
    put_gauge(out, name, view->sources[SOURCE_GPU].value, (double)gpu_of(view)->count);
}

static void put_gpu_load(struct buf *out, const char *name, const struct view *view)
{
    const struct gpu_reading *r = gpu_of(view);
    put_gauge(out, name, r->valid & GPU_UTILIZATION, r->utilization_mean_percent / 100);
}

static void put_gpu_worst_load(struct buf *out, const char *name, const struct view *view)
{
    const struct gpu_reading *r = gpu_of(view);
    put_gauge(out, name, r->valid & GPU_UTILIZATION, r->utilization_percent / 100);
}

static void put_gpu_memory(struct buf *out, const char *name, const struct view *view)
{
    const struct gpu_reading *r = gpu_of(view);
    put_gauge(out, name, r->valid & GPU_MEMORY, r->memory_percent / 100);
}

static void put_gpu_worst_memory(struct buf *out, const char *name, const struct view *view)
{
    const struct gpu_reading *r = gpu_of(view);
    put_gauge(out, name, r->valid & GPU_MEMORY, r->memory_worst_percent / 100);
}

static void put_running(struct buf *out, const char *name, const struct view *view)
{
    const struct gpu_reading *r = gpu_of(view);
    put_gauge(out, name, r->valid & GPU_RUNNING, r->running);
}

static void put_waiting(struct buf *out, const char *name, const struct view *view)
{
    const struct gpu_reading *r = gpu_of(view);
    put_gauge(out, name, r->valid & GPU_WAITING, r->waiting);
}

static void put_kv_cache(struct buf *out, const char *name, const struct view *view)
{
    const struct gpu_reading *r = gpu_of(view);
    put_gauge(out, name, r->valid & GPU_KV_CACHE, r->kv_cache_percent / 100);
}

/* The agent's jobs; no sample before the first was recorded ------------------------------------ */

static const struct jobs_value *jobs_of(const struct view *view)
{
    static const struct jobs_value nothing;
    const struct jobs_value *v = view->sources[SOURCE_JOBS].value;
    return v ? v : &nothing;
}

static void put_jobs_completed(struct buf *out, const char *name, const struct view *view)
{
    const struct jobs_value *v = jobs_of(view);
    put_gauge(out, name, v->exists, (double)v->completed);
}

static void put_jobs_active(struct buf *out, const char *name, const struct view *view)
{
    const struct jobs_value *v = jobs_of(view);
    put_gauge(out, name, v->exists, (double)v->active);
}

static void put_jobs_recent(struct buf *out, const char *name, const struct view *view)
{
    const struct jobs_value *v = jobs_of(view);
    const struct {
        const char *outcome;
        int64_t count;
    } ended[] = {{"completed", v->window_completed},
                 {"failed", v->window_failed - v->window_lost},
                 {"lost", v->window_lost}};
    for (size_t i = 0; v->exists && i < sizeof ended / sizeof *ended; i++) {
        put_series(out, name, LABELS({"outcome", ended[i].outcome}));
        put_number(out, (double)ended[i].count);
    }
}

static void put_jobs_latency(struct buf *out, const char *name, const struct view *view)
{
    const struct jobs_value *v = jobs_of(view);
    put_gauge(out, name, v->mean_latency_ms.known, (double)v->mean_latency_ms.value / 1000);
}

static void put_jobs_tokens(struct buf *out, const char *name, const struct view *view)
{
    const struct jobs_value *v = jobs_of(view);
    put_gauge(out, name, v->exists, (double)v->window_output_tokens);
}

static void put_jobs_speed(struct buf *out, const char *name, const struct view *view)
{
    double speed = 0;
    bool known = jobs_token_speed(jobs_of(view), &speed);
    put_gauge(out, name, known, speed);
}

/* 0G's prober ---------------------------------------------------------------------------------- */

/* One sample for each entry of the report that has the figure. */
static void put_prober(struct buf *out, const char *name, const struct view *view,
                       bool (*figure)(const struct service_health *s, double *number))
{
    const struct status_value *v = view->sources[SOURCE_STATUS].value;
    for (size_t i = 0; v && i < v->report.count; i++) {
        const struct service_health *s = &v->report.services[i];
        char provider[ADDRESS_TEXT_BYTES];
        double number;
        if (!figure(s, &number) || !isfinite(number))
            continue;
        put_series(out, name,
                   LABELS({"provider", address_text(&s->provider, provider)},
                          {"model", s->valid & SERVICE_MODEL ? s->model : ""}));
        put_number(out, number);
    }
}

static bool is_healthy(const struct service_health *s, double *number)
{
    *number = s->health == HEALTH_HEALTHY;
    return s->health != HEALTH_UNKNOWN;
}

static bool uptime_of(const struct service_health *s, double *number)
{
    *number = s->uptime_percent / 100;
    return s->valid & SERVICE_UPTIME;
}

static bool response_of(const struct service_health *s, double *number)
{
    *number = s->response_ms.avg / 1000;
    return s->response_ms.valid & SPREAD_AVG;
}

static void put_healthy(struct buf *out, const char *name, const struct view *view)
{
    put_prober(out, name, view, is_healthy);
}

static void put_uptime(struct buf *out, const char *name, const struct view *view)
{
    put_prober(out, name, view, uptime_of);
}

static void put_response(struct buf *out, const char *name, const struct view *view)
{
    put_prober(out, name, view, response_of);
}

/* The topic ------------------------------------------------------------------------------------ */

static void put_last_message(struct buf *out, const char *name, const struct view *view)
{
    const struct mirror_value *v = view->sources[SOURCE_MIRROR].value;
    put_gauge(out, name, v, v ? (double)v->sequence : 0);
}

static void put_topic_complete(struct buf *out, const char *name, const struct view *view)
{
    const struct mirror_value *v = view->sources[SOURCE_MIRROR].value;
    put_gauge(out, name, v, v && v->complete);
}

/* Our own probe -------------------------------------------------------------------------------- */

static void put_probe(struct buf *out, const char *name, const struct view *view,
                      bool (*figure)(const struct probe_result *r, double *number))
{
    const struct probe_value *v = view->sources[SOURCE_PROBE].value;
    for (size_t i = 0; v && i < v->count; i++) {
        char provider[ADDRESS_TEXT_BYTES];
        double number;
        if (!figure(&v->results[i], &number))
            continue;
        put_series(out, name,
                   LABELS({"provider", address_text(&v->results[i].provider, provider)}));
        put_number(out, number);
    }
}

static bool is_reachable(const struct probe_result *r, double *number)
{
    *number = r->answer != PROBE_NOTHING;
    return true;
}

static bool latency_of(const struct probe_result *r, double *number)
{
    *number = (double)r->latency_ms / 1000;
    return r->answer != PROBE_NOTHING;
}

static void put_reachable(struct buf *out, const char *name, const struct view *view)
{
    put_probe(out, name, view, is_reachable);
}

static void put_probe_latency(struct buf *out, const char *name, const struct view *view)
{
    put_probe(out, name, view, latency_of);
}

static const struct family families[] = {
    {"zg_build_info", "Version of this program and the network it reads.", put_build},
    {"zg_rendered_timestamp_seconds", "When these figures were put together.", put_rendered},
    {"zg_source_fresh", "1 while the source's last good answer is recent.", put_source_fresh},
    {"zg_source_fetched_timestamp_seconds", "When the source's last good answer was complete.",
     put_source_fetched},
    {"zg_source_failures_in_a_row", "Failed reads of the source since the last good one.",
     put_source_failures},
    {"zg_chain_head_block", "Number of the newest block.", put_head_block},
    {"zg_chain_head_timestamp_seconds", "Time of the newest block.", put_head_time},
    {"zg_chain_head_max_age_seconds", "A newest block older than this makes the chain stale.",
     put_head_limit},
    {"zg_wallet_balance_neuron", "Native balance of the agent's wallet; 10^18 are 1 0G.",
     put_wallet},
    {"zg_ledger_available_neuron", "What the wallet's ledger holds for no provider yet.",
     put_ledger},
    {"zg_account_balance_neuron", "The wallet's sub-account with the provider.", put_accounts},
    {"zg_account_pending_refund_neuron", "What of it is on its way back.", put_refunds},
    {"zg_account_spendable_neuron", "The rest, which pays requests.", put_spendable},
    {"zg_provider_minimum_neuron",
     "A provider refuses requests unless this is left above its fees.", put_provider_minimum},
    {"zg_settled_fees_neuron", "What the wallet paid the provider by settlements.",
     put_settled_fees},
    {"zg_settlements", "Settlements of the wallet's fees by their result.", put_settlements},
    {"zg_settlement_scan_progress_ratio",
     "Below 1 the two above are lower bounds: older logs are being read.", put_settlement_progress},
    {"zg_provider_listed", "1 while the contract lists the operator's own provider.",
     put_provider_listed},
    {"zg_provider_signer_acknowledged", "1 while its TEE signer is acknowledged.",
     put_provider_acknowledged},
    {"zg_provider_stake_neuron", "What it has staked.", put_provider_stake},
    {"zg_provider_payers", "Accounts that pay it.", put_provider_payers},
    {"zg_provider_held_neuron", "What they hold for it.", put_provider_held},
    {"zg_provider_fees_neuron", "What it was paid by settlements of the last hours.",
     put_provider_fees},
    {"zg_provider_settlements", "Its settlements of the last hours by their result.",
     put_provider_settlements},
    {"zg_provider_last_settlement_timestamp_seconds", "When it was paid last.", put_provider_last},
    {"zg_provider_scan_progress_ratio", "Below 1 the three above are lower bounds.",
     put_provider_progress},
    {"zg_services", "Compute services that the InferenceServing contract lists.", put_services},
    {"zg_gpus", "GPUs of the operator's own node.", put_gpus},
    {"zg_gpu_utilization_ratio", "Mean load of the operator's own GPUs.", put_gpu_load},
    {"zg_gpu_worst_utilization_ratio", "Load of the busiest of them.", put_gpu_worst_load},
    {"zg_gpu_memory_utilization_ratio", "Used share of the memory of the operator's own GPUs.",
     put_gpu_memory},
    {"zg_gpu_worst_memory_utilization_ratio", "Used share of the fullest of them.",
     put_gpu_worst_memory},
    {"zg_server_running_requests", "Requests that the operator's own inference server works on.",
     put_running},
    {"zg_server_waiting_requests", "Requests that wait there.", put_waiting},
    {"zg_server_kv_cache_utilization_ratio", "Fill of its KV cache, which is not GPU memory.",
     put_kv_cache},
    {"zg_jobs_completed_total", "Inference jobs that the agent recorded as completed.",
     put_jobs_completed},
    {"zg_jobs_active", "Running jobs that the agent spoke of in the last 15 minutes.",
     put_jobs_active},
    {"zg_jobs_recent", "Jobs that ended in the last 15 minutes; lost: no word for an hour.",
     put_jobs_recent},
    {"zg_jobs_mean_latency_seconds", "Mean latency of the last 100 completed jobs.",
     put_jobs_latency},
    {"zg_jobs_recent_output_tokens", "Output tokens of the jobs completed in the last 15 minutes.",
     put_jobs_tokens},
    {"zg_jobs_output_tokens_per_second", "Their output tokens by the time they took.",
     put_jobs_speed},
    {"zg_prober_healthy", "1 when 0G's own prober calls the service healthy, else 0.", put_healthy},
    {"zg_prober_uptime_ratio", "Share of good checks by 0G's own prober.", put_uptime},
    {"zg_prober_response_seconds", "Mean response time measured by 0G's own prober.", put_response},
    {"zg_probe_reachable", "1 when the provider's broker answered our own probe, else 0.",
     put_reachable},
    {"zg_probe_latency_seconds", "How long that answer took, measured from here.",
     put_probe_latency},
    {"zg_topic_last_message", "Number of the topic's last message that was read.",
     put_last_message},
    {"zg_topic_complete", "1 when no message of the topic is left to be read, else 0.",
     put_topic_complete},
};

/* The names of counters, and no others, end so:
 * https://prometheus.io/docs/practices/naming/#metric-names */
static const char *type_of(const char *name)
{
    size_t len = strlen(name), end = strlen("_total");
    return len > end && strcmp(name + len - end, "_total") == 0 ? "counter" : "gauge";
}

void prometheus_text(struct buf *out, const struct view *view)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        const struct family *f = &families[i];
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name,
                   type_of(f->name));
        f->put(out, f->name, view);
    }
}
