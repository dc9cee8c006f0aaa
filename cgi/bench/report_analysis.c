#include "bench/report_parts.h"

#include "bench/figure.h"
#include "bench/interval.h"
#include "bench/markdown.h"
#include "bench/stats.h"
#include <inttypes.h>

/* --- GPU -------------------------------------------------------------------------------------- */

static void put_measured_gpu(struct buf *out, const struct bench_gpu *gpu)
{
    if (!gpu->samples) {
        buf_puts(out, "Not measured: the configured exporter gave no sample during the run.");
        return;
    }
    buf_printf(out,
               "Mean %u %%, min %u %%, max %u %% over %u samples during the run, from the "
               "operator's exporter ",
               gpu->mean_percent, gpu->min_percent, gpu->max_percent, gpu->samples);
    markdown_put_code(out, gpu->origin ? gpu->origin : "(not named)");
    buf_puts(out, ". It tells of the GPU of that host, which serves these calls only if the "
                  "operator runs the provider there.");
}

void put_gpu(struct buf *out, const struct report *report)
{
    const struct bench_record *run = report->run;
    buf_puts(out, "\n## GPU Utilization\n\n");
    if (run->ended && run->tail.gpu.configured)
        put_measured_gpu(out, &run->tail.gpu);
    else
        buf_puts(out,
                 "Not observable from the client: the provider's GPU is remote and no exporter "
                 "is configured. What can be seen instead is the completion of the jobs.");
    for (unsigned i = 0; i < run->head.endpoint_count; i++) {
        const struct bench_summary *s = &report->summaries[i];
        buf_puts(out, " Proxy");
        if (run->head.endpoint_count > 1)
            buf_printf(out, " of endpoint %c", endpoint_letter(i));
        buf_puts(out, ", derived and not measured: ");
        put_share(out, s->succeeded, s->attempted);
        buf_puts(out, " jobs completed");
        if (s->streaming_us > 0) {
            buf_puts(out, ", ");
            put_hundredths(out, stats_per_second(s->streamed_tokens, s->streaming_us));
            buf_puts(out, " tok/s per stream");
        }
        buf_puts(out, ".");
        if (s->endpoint->hardware) {
            buf_puts(out,
                     " Hardware as declared in the provider's quote, not verified by this tool: ");
            markdown_put_code(out, s->endpoint->hardware);
            buf_puts(out, ".");
        }
    }
    buf_puts(out, "\n");
}

/* --- analysis --------------------------------------------------------------------------------- */

static void put_median_verdict(struct buf *out, struct series series, int64_t target_us)
{
    const unsigned n = (unsigned)series.n;
    const struct order_bound median = interval_median(n);
    if (median.rank && series.us[n - median.rank] <= target_us) {
        buf_puts(out, "met (its interval ends at ");
        put_ms(out, series.us[n - median.rank]);
        buf_puts(out, " ms)");
    } else if (median.rank && series.us[median.rank - 1] > target_us) {
        buf_puts(out, "not met (its interval begins at ");
        put_ms(out, series.us[median.rank - 1]);
        buf_puts(out, " ms)");
    } else {
        buf_printf(out, "not determinable from %u calls", n);
    }
}

static void put_tail_verdict(struct buf *out, struct series series, int64_t target_us)
{
    const unsigned n = (unsigned)series.n;
    const struct order_bound lower = interval_lower(n, 95), upper = interval_upper(n, 95);
    if (upper.rank && series.us[upper.rank - 1] <= target_us)
        buf_puts(out, "met");
    else if (lower.rank && series.us[lower.rank - 1] > target_us)
        buf_puts(out, "not met");
    else
        buf_printf(out, "not determinable from %u calls", n);
}

static void put_target(struct buf *out, const char *what, struct series series, int64_t target_ms)
{
    if (!target_ms)
        return;
    buf_printf(out, " Target P50 %s at most %" PRId64 " ms: ", what, target_ms);
    put_median_verdict(out, series, target_ms * 1000);
    buf_puts(out, ". P95: ");
    put_tail_verdict(out, series, target_ms * 1000);
    buf_puts(out, ".");
}

static void put_latency_analysis(struct buf *out, const struct report *report, unsigned endpoint)
{
    const struct bench_plan *plan = &report->run->head.plan;
    const struct bench_summary *s = &report->summaries[endpoint];
    if (report->run->head.environment.simulated) {
        buf_puts(out, " " PROGRAMMED ".");
        return;
    }
    if (!plan->slo.latency_ms && !plan->slo.ttft_ms) {
        buf_puts(out, " not determinable: the run was given no target.");
        return;
    }
    put_target(out, "latency", s->latency, plan->slo.latency_ms);
    put_target(out, "TTFT", s->ttft, plan->slo.ttft_ms);
    buf_puts(out, " Calls within all targets: ");
    put_share(out, s->slo_met, s->attempted);
    buf_puts(out, ".");
}

/* The part of the limit by which the cost differs from it, in percent. */
static uint64_t percent_of(amount difference, amount limit)
{
    return limit ? (uint64_t)(difference * 100 / limit) : 0;
}

/* The cost of these calls is known exactly, so there is no interval; but it is that of these
 * prompts. */
static void put_cost_verdict(struct buf *out, const struct bench_summary *s, amount limit)
{
    const amount mean = cost_mean(s->cost, s->succeeded);
    buf_puts(out, " Limit ");
    put_cost(out, true, false, limit);
    buf_puts(out, " per inference: ");
    if (mean <= limit)
        buf_printf(out, "met, %" PRIu64 " %% headroom with these prompts.",
                   percent_of(limit - mean, limit));
    else if (s->cost_at_most)
        buf_puts(out, "not determinable: only bounds of some costs are known.");
    else
        buf_puts(out, "not met with these prompts.");
}

static void put_cost_analysis(struct buf *out, const struct report *report, unsigned endpoint)
{
    const struct bench_summary *s = &report->summaries[endpoint];
    const amount limit = report->run->head.plan.slo.cost;
    const bool known = s->cost_known && s->succeeded;
    if (report->run->head.environment.simulated)
        buf_puts(out, " " PROGRAMMED ", and its prices are the local network's.");
    else if (!known)
        buf_puts(out, " not determinable: the cost of the calls is not known.");
    else if (!limit)
        buf_puts(out, " not determinable: the run was given no limit.");
    else
        put_cost_verdict(out, s, limit);
    if (known) {
        buf_puts(out, " Calculated: ");
        put_cost(out, true, s->cost_at_most, cost_mean(s->cost, s->succeeded) * 1000);
        buf_puts(out, " per 1000 inferences.");
    }
}

static void put_reliability(struct buf *out, const struct report *report, unsigned endpoint)
{
    const struct bench_summary *s = &report->summaries[endpoint];
    buf_puts(out, " ");
    put_share(out, s->succeeded, s->attempted);
    buf_puts(out, " succeeded");
    for (unsigned i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++) {
        if (s->outcomes[i])
            buf_printf(out, ", %zu %s", s->outcomes[i], outcome_class(i));
    }
    buf_puts(out, ".");
    if (s->over_reported)
        buf_printf(out, " In %zu replies more tokens were billed than bytes came: not possible.",
                   s->over_reported);
    if (s->rerouted)
        buf_printf(out, " %zu calls were answered by another provider than the one asked for.",
                   s->rerouted);
}

static void put_proof_analysis(struct buf *out, const struct report *report, unsigned endpoint)
{
    buf_puts(out, " ");
    put_proof_shares(out, &report->summaries[endpoint]);
    buf_puts(out, ".");
}

static void put_limits(struct buf *out, const struct report *report)
{
    buf_puts(out, "- **Limits:** one client location, one time of day, the network path included; "
                  "the calls of one provider are not independent.");
    for (unsigned i = 0; i < report->run->head.endpoint_count; i++) {
        const unsigned n = (unsigned)report->summaries[i].latency.n;
        if (!n)
            continue;
        buf_puts(out, " ");
        if (report->run->head.endpoint_count > 1)
            buf_printf(out, "Endpoint %c: ", endpoint_letter(i));
        buf_printf(out, "n=%u: ", n);
        if (n >= 2 && n <= 20)
            buf_puts(out, "P95 and P99 are interpolations between the two slowest calls; ");
        buf_puts(out, "the probability that none of these calls is as slow as the true P95 is ");
        put_tenths(out, interval_unseen(n, 95));
        buf_puts(out, " %, the true P99 ");
        put_tenths(out, interval_unseen(n, 99));
        buf_puts(out, " %.");
    }
    buf_puts(out, "\n");
}

typedef void (*analysis)(struct buf *out, const struct report *report, unsigned endpoint);

static void put_bullet(struct buf *out, const struct report *report, const char *question,
                       analysis answer)
{
    buf_printf(out, "- **%s**", question);
    for (unsigned i = 0; i < report->run->head.endpoint_count; i++) {
        if (report->run->head.endpoint_count > 1)
            buf_printf(out, " Endpoint %c:", endpoint_letter(i));
        answer(out, report, i);
    }
    buf_puts(out, "\n");
}

void put_analysis(struct buf *out, const struct report *report)
{
    buf_puts(out, "\n## Analysis\n\n");
    put_bullet(out, report, "Is latency acceptable?", put_latency_analysis);
    put_bullet(out, report, "Is cost viable?", put_cost_analysis);
    put_bullet(out, report, "Decentralised vs centralised:", put_baseline_analysis);
    put_previous_analysis(out, report);
    put_bullet(out, report, "Is it reliable?", put_reliability);
    put_bullet(out, report, "Are the responses proven?", put_proof_analysis);
    buf_puts(out, "  Of a response with a good signature " PROOF_SENTENCE);
    buf_puts(out,
             report->run->head.environment.simulated ? ". Simulated signer, no enclave.\n" : ".\n");
    put_limits(out, report);
}
