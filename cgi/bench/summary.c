#include "bench/summary.h"

#include "bench/stats.h"

int64_t call_latency_us(const struct bench_call *call)
{
    return call->end_us - call->start_us;
}

int64_t call_ttft_us(const struct bench_call *call)
{
    return call->token_count ? (int64_t)call->token_us[0] : -1;
}

static bool has_tpot(const struct bench_call *call)
{
    return call->tokens && call->output_tokens >= 2 && call->events >= 2 && call->token_count;
}

static int64_t streaming_us(const struct bench_call *call)
{
    return call->last_token_us - call->token_us[0];
}

int64_t call_tpot_us(const struct bench_call *call)
{
    if (!has_tpot(call))
        return -1;
    return (int64_t)integer_ratio((wide_uint)streaming_us(call), call->output_tokens - 1);
}

/* A router or a baseline knows nothing of wallets and sub-accounts. */
const char *call_remedy(const struct bench_call *call, enum job_endpoint kind)
{
    if (kind == ENDPOINT_PROVIDER)
        return call->refused ? refusal_remedy(call->refusal) : NULL;
    if (call->outcome != OUTCOME_AUTH)
        return NULL;
    return kind == ENDPOINT_ROUTER ? "check the key in ZG_ROUTER_API_KEY"
                                   : "check the key in ZG_BASELINE_API_KEY";
}

bool call_counts(const struct bench_call *call, unsigned endpoint)
{
    return !call->warmup && call->endpoint == endpoint && call->outcome == OUTCOME_OK;
}

struct run_progress run_progress_of(const struct bench_record *record)
{
    struct run_progress progress = {.planned =
                                        record->head.plan.calls * record->head.endpoint_count};
    for (size_t i = 0; i < record->call_count; i++)
        progress.made += !record->calls[i].warmup;
    return progress;
}

static int64_t ttfo_us(const struct bench_call *call)
{
    return call->first_content_us;
}

/* What `value` says of each counting call, sorted; calls without a value are left out. */
static enum err collect(const struct bench_record *record, unsigned endpoint,
                        int64_t (*value)(const struct bench_call *), struct arena *arena,
                        struct series *series)
{
    int64_t *us = arena_array(arena, record->call_count + 1, sizeof *us);
    if (!us)
        return ERR_NO_MEMORY;
    *series = (struct series){.us = us};
    for (size_t i = 0; i < record->call_count; i++) {
        const struct bench_call *call = &record->calls[i];
        const int64_t found = call_counts(call, endpoint) ? value(call) : -1;
        if (found >= 0)
            us[series->n++] = found;
    }
    stats_sort(us, series->n);
    return ERR_OK;
}

static enum err collect_gaps(const struct bench_record *record, unsigned endpoint,
                             struct arena *arena, struct bench_summary *s)
{
    size_t most = 0;
    for (size_t i = 0; i < record->call_count; i++)
        most += record->calls[i].token_count;
    int64_t *us = arena_array(arena, most + 1, sizeof *us);
    if (!us)
        return ERR_NO_MEMORY;
    s->gaps = (struct series){.us = us};
    s->gaps_are_tokens = true;
    for (size_t i = 0; i < record->call_count; i++) {
        const struct bench_call *call = &record->calls[i];
        if (!call_counts(call, endpoint))
            continue;
        s->gaps_are_tokens &= call->tokens == TOKENS_USAGE && call->events == call->output_tokens;
        for (size_t t = 1; t < call->token_count; t++)
            us[s->gaps.n++] = (int64_t)call->token_us[t] - call->token_us[t - 1];
    }
    stats_sort(us, s->gaps.n);
    return ERR_OK;
}

static void add_times(struct bench_summary *s, const struct bench_call *call, int64_t *first_us,
                      int64_t *last_us)
{
    const int64_t queue_us = call->start_us - call->due_us;
    if (s->attempted == 1 || call->start_us < *first_us)
        *first_us = call->start_us;
    if (s->attempted == 1 || call->end_us > *last_us)
        *last_us = call->end_us;
    if (queue_us > s->largest_queue_us)
        s->largest_queue_us = queue_us;
    s->busy_us += call_latency_us(call);
    s->wall_us = *last_us - *first_us;
}

static bool meets_targets(const struct bench_plan *plan, const struct bench_call *call)
{
    const int64_t latency_us = plan->slo.latency_ms * 1000, ttft_us = plan->slo.ttft_ms * 1000;
    if (!latency_us && !ttft_us)
        return false;
    return (!latency_us || call_latency_us(call) <= latency_us) &&
           (!ttft_us || (call_ttft_us(call) >= 0 && call_ttft_us(call) <= ttft_us));
}

static void add_success(struct bench_summary *s, const struct bench_plan *plan,
                        const struct bench_call *call)
{
    s->succeeded++;
    s->proofs[call->proof]++;
    s->slo_met += meets_targets(plan, call);
    s->over_reported += call->over_reported;
    s->rerouted += call->rerouted;
    s->tokens_estimated |= call->tokens != TOKENS_USAGE;
    s->output_tokens += call->tokens ? call->output_tokens : 0;
    if (has_tpot(call)) {
        s->streamed_tokens += call->output_tokens - 1;
        s->streaming_us += streaming_us(call);
    }
    if (call->cached_tokens.known) {
        s->cached_tokens.known = true;
        s->cached_tokens.value += call->cached_tokens.value;
    }
}

static enum err add_cost(struct bench_summary *s, const struct bench_call *call, bool counts)
{
    s->cost_known &= call->cost_known;
    s->spent_at_most |= call->cost_at_most;
    s->cost_at_most |= counts && call->cost_at_most;
    enum err err = amount_add(s->spent, call->cost, &s->spent);
    if (!err && counts)
        err = amount_add(s->cost, call->cost, &s->cost);
    return err;
}

enum err summary_make(const struct bench_record *record, unsigned endpoint, struct arena *arena,
                      struct bench_summary *out)
{
    struct bench_summary s = {.endpoint = &record->head.endpoints[endpoint], .cost_known = true};
    int64_t first_us = 0, last_us = 0;
    enum err err = ERR_OK;
    for (size_t i = 0; i < record->call_count && !err; i++) {
        const struct bench_call *call = &record->calls[i];
        if (call->endpoint != endpoint)
            continue;
        err = add_cost(&s, call, call_counts(call, endpoint));
        if (call->new_connection && !s.connected)
            s.connected = call;
        if (call->warmup) {
            s.warmups++;
            continue;
        }
        s.attempted++;
        s.outcomes[call->outcome]++;
        add_times(&s, call, &first_us, &last_us);
        if (call->outcome == OUTCOME_OK)
            add_success(&s, &record->head.plan, call);
    }
    if (!err)
        err = collect(record, endpoint, call_latency_us, arena, &s.latency);
    if (!err)
        err = collect(record, endpoint, call_ttft_us, arena, &s.ttft);
    if (!err)
        err = collect(record, endpoint, ttfo_us, arena, &s.ttfo);
    if (!err)
        err = collect(record, endpoint, call_tpot_us, arena, &s.tpot);
    if (!err)
        err = collect_gaps(record, endpoint, arena, &s);
    *out = s;
    return err;
}
