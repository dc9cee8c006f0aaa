#include "bench/report_parts.h"

#include "base/clock.h"
#include "bench/figure.h"
#include "bench/interval.h"
#include "bench/markdown.h"
#include "bench/stats.h"
#include <inttypes.h>

static const char *const end_texts[RUN_END_COUNT] = {
    [RUN_END_DONE] = "all calls made",
    [RUN_END_CANCELLED] = "cancelled",
    [RUN_END_BUDGET] = "the next call could have passed the spending cap",
    [RUN_END_OVERRUN] = "a provider billed above its bound",
    [RUN_END_FAILURES] = "too many calls failed in a row",
    [RUN_END_DURATION] = "the time for the run was over",
    [RUN_END_INTERRUPTED] = "the program ended",
};

void put_state(struct buf *out, const struct bench_record *run)
{
    const struct run_progress progress = run_progress_of(run);
    if (progress.made >= progress.planned) {
        buf_puts(out, "COMPLETE");
        if (run->ended && run->tail.end == RUN_END_OVERRUN)
            buf_printf(out, ", but %s", end_texts[RUN_END_OVERRUN]);
        return;
    }
    buf_printf(out, "PARTIAL %zu/%zu: %s", progress.made, progress.planned,
               run->ended ? end_texts[run->tail.end] : "not ended");
}

bool is_closed_loop(const struct bench_record *run)
{
    return !run->head.plan.rate_per_min;
}

const char *outcome_class(enum outcome outcome)
{
    static const char *const names[OUTCOME_COUNT] = {
#define X(code, name) [code] = (name),
        OUTCOME_TABLE(X)
#undef X
    };
    return names[outcome];
}

void put_endpoint_heading(struct buf *out, const struct report *report, unsigned endpoint)
{
    const struct bench_endpoint *e = &report->run->head.endpoints[endpoint];
    if (report->run->head.endpoint_count < 2)
        return;
    buf_printf(out, "\n### Endpoint %c: ", endpoint_letter(endpoint));
    markdown_put_code(out, e->model);
    buf_puts(out, " at ");
    markdown_put_code(out, e->url);
    buf_puts(out, "\n");
}

void put_proof_shares(struct buf *out, const struct bench_summary *s)
{
    static const enum job_proof levels[] = {PROOF_RESPONSE, PROOF_SIGNER, PROOF_BAD, PROOF_ABSENT};
    size_t known = 0;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const size_t count = s->proofs[levels[i]];
        if (count)
            buf_printf(out, "%s%zu/%zu %s", known ? ", " : "", count, s->succeeded,
                       job_proof_name(levels[i]));
        known += count;
    }
    if (known < s->succeeded)
        buf_printf(out, "%s%zu/%zu not looked for", known ? ", " : "", s->succeeded - known,
                   s->succeeded);
    if (!s->succeeded)
        buf_puts(out, "no response to prove");
}

/* --- title and verdict ------------------------------------------------------------------------ */

static void put_title(struct buf *out, const struct bench_environment *e)
{
    buf_puts(out, "# Compute Metrics Report: ");
    markdown_put_text(out, e->network);
    buf_puts(out, "\n\n");
    if (e->simulated)
        buf_puts(out, "> Local network: the provider's delays are programmed and its signer is "
                      "simulated, without an enclave. Only client overhead, cost arithmetic and "
                      "proofs are claimed.\n\n");
}

static void put_verdict_of(struct buf *out, const struct bench_summary *s)
{
    const unsigned n = (unsigned)s->latency.n;
    buf_printf(out, "%zu of %zu calls succeeded", s->succeeded, s->attempted);
    if (n) {
        const struct order_bound median = interval_median(n);
        buf_puts(out, "; median ");
        put_ms(out, stats_linear(s->latency.us, n, 50));
        buf_puts(out, " ms");
        if (median.rank) {
            buf_puts(out, " [95 % CI ");
            put_ms(out, s->latency.us[median.rank - 1]);
            buf_puts(out, " - ");
            put_ms(out, s->latency.us[n - median.rank]);
            buf_puts(out, "]");
        }
        buf_puts(out, "; ");
        if (s->cost_known) {
            put_cost(out, true, s->cost_at_most, cost_mean(s->cost, s->succeeded));
            buf_puts(out, " per inference");
        } else {
            buf_puts(out, "cost not known");
        }
        buf_puts(out, "; proofs: ");
        put_proof_shares(out, s);
    }
    buf_puts(out, ".");
    for (unsigned i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++) {
        if (s->outcomes[i])
            buf_printf(out, " %zu x %s.", s->outcomes[i], outcome_class(i));
    }
    if (n && n < interval_calls_needed(95))
        buf_printf(out, " The tail is not bounded by %u calls.", n);
}

static void put_verdict(struct buf *out, const struct report *report)
{
    for (unsigned i = 0; i < report->run->head.endpoint_count; i++) {
        buf_puts(out, "**Verdict");
        if (report->run->head.endpoint_count > 1)
            buf_printf(out, " for endpoint %c", endpoint_letter(i));
        buf_puts(out, ":** ");
        put_verdict_of(out, &report->summaries[i]);
        buf_puts(out, "\n\n");
    }
}

/* --- test environment ------------------------------------------------------------------------- */

static void put_row(struct buf *out, const char *item)
{
    buf_printf(out, "| %s | ", item);
}

static void end_row(struct buf *out)
{
    buf_puts(out, " |\n");
}

static void put_code_row(struct buf *out, const char *item, const char *text)
{
    put_row(out, item);
    markdown_put_code(out, text);
    end_row(out);
}

static void put_endpoint(struct buf *out, const struct bench_head *head, unsigned index)
{
    static const char *const kinds[ENDPOINT_COUNT] = {
        [ENDPOINT_PROVIDER] = "provider, called directly",
        [ENDPOINT_ROUTER] = "router, 0G's own gateway",
        [ENDPOINT_BASELINE] = "baseline, a centralised endpoint: not 0G Compute"};
    const struct bench_endpoint *e = &head->endpoints[index];
    if (head->endpoint_count > 1)
        buf_printf(out, "%s%c: ", index ? "; " : "", endpoint_letter(index));
    markdown_put_code(out, e->url);
    buf_printf(out, " (%s", kinds[e->kind] ? kinds[e->kind] : "unknown");
    if (e->provider) {
        buf_puts(out, ", ");
        markdown_put_code(out, e->provider);
    }
    buf_puts(out, ")");
}

static void put_model(struct buf *out, const struct bench_head *head, unsigned index)
{
    if (head->endpoint_count > 1)
        buf_printf(out, "%s%c: ", index ? "; " : "", endpoint_letter(index));
    markdown_put_code(out, head->endpoints[index].model);
}

static void put_price(struct buf *out, const struct bench_head *head, unsigned index)
{
    const struct bench_endpoint *e = &head->endpoints[index];
    char in[AMOUNT_TEXT_BYTES], of[AMOUNT_TEXT_BYTES];
    buf_puts(out, "; ");
    if (head->endpoint_count > 1)
        buf_printf(out, "%c: ", endpoint_letter(index));
    if (e->priced)
        buf_printf(out, "in %s, out %s neuron/token", amount_text(e->input_price, in),
                   amount_text(e->output_price, of));
    else
        buf_puts(out, "price not known");
}

static void put_chain(struct buf *out, const struct bench_head *head)
{
    const struct bench_environment *e = &head->environment;
    put_row(out, "Network, contract, price block");
    markdown_put_text(out, e->network);
    if (e->chain_id)
        buf_printf(out, " (chain %" PRIu64 ")", e->chain_id);
    if (e->contract) {
        buf_puts(out, ", ");
        markdown_put_code(out, e->contract);
    }
    if (e->price_block)
        buf_printf(out, ", block %" PRIu64, e->price_block);
    for (unsigned i = 0; i < head->endpoint_count; i++)
        put_price(out, head, i);
    end_row(out);
}

static void put_host(struct buf *out, const struct bench_environment *e)
{
    put_row(out, "Client host");
    markdown_put_text(out, e->host);
    buf_puts(out, "; ");
    markdown_put_text(out, e->libraries);
    buf_puts(out, "; region ");
    if (e->region) {
        buf_puts(out, "(label supplied by the operator) ");
        markdown_put_code(out, e->region);
    } else {
        buf_puts(out, "not stated");
    }
    end_row(out);
}

/* Nobody's load: what a provider says that it has. */
static void put_hardware(struct buf *out, const struct bench_head *head)
{
    put_row(out, "GPU hardware, as declared and not verified");
    for (unsigned i = 0; i < head->endpoint_count; i++) {
        const struct bench_endpoint *e = &head->endpoints[i];
        if (head->endpoint_count > 1)
            buf_printf(out, "%s%c: ", i ? "; " : "", endpoint_letter(i));
        if (e->hardware) {
            markdown_put_code(out, e->hardware);
        } else {
            buf_puts(out, "not declared: ");
            markdown_put_text(out, e->no_hardware ? e->no_hardware : "not asked for");
        }
    }
    end_row(out);
}

static void put_counts(struct buf *out, const struct report *report)
{
    const struct bench_plan *plan = &report->run->head.plan;
    size_t warmups = 0;
    for (unsigned i = 0; i < report->run->head.endpoint_count; i++)
        warmups += report->summaries[i].warmups;
    put_row(out, "Number of test runs");
    buf_printf(out, "%zu", run_progress_of(report->run).made);
    if (report->run->head.endpoint_count > 1)
        buf_printf(out, " over %zu endpoints, in turns", report->run->head.endpoint_count);
    if (warmups)
        buf_printf(out, " (+ %zu warm-up, excluded)", warmups);
    if (plan->calls < PLAN_FULL_REPORT_CALLS)
        buf_printf(out, "; fewer than %d were asked for, so this is not a full report",
                   PLAN_FULL_REPORT_CALLS);
    end_row(out);
}

static void put_environment(struct buf *out, const struct report *report)
{
    const struct bench_head *head = &report->run->head;
    char time[TIME_TEXT_BYTES];
    buf_puts(out, "## Test Environment\n\n| Item | Value |\n|---|---|\n");
    put_row(out, "Date");
    buf_puts(out, time_text(head->started_wall_ms, time));
    end_row(out);
    put_row(out, "0G Compute endpoint");
    for (unsigned i = 0; i < head->endpoint_count; i++)
        put_endpoint(out, head, i);
    end_row(out);
    put_row(out, "Model");
    for (unsigned i = 0; i < head->endpoint_count; i++)
        put_model(out, head, i);
    end_row(out);
    put_row(out, "Inference agent version");
    if (head->environment.agent_version)
        markdown_put_code(out, head->environment.agent_version);
    else
        buf_puts(out, "not supplied");
    end_row(out);
    put_counts(out, report);
    put_row(out, "Run id / state");
    markdown_put_code(out, head->id);
    buf_puts(out, " / ");
    put_state(out, report->run);
    end_row(out);
    put_chain(out, head);
    put_hardware(out, head);
    put_host(out, &head->environment);
    put_code_row(out, "Benchmark client", head->environment.client);
}

/* --- methodology ------------------------------------------------------------------------------ */

/* What the code that measures says, then what is done with it here. */
static void put_methodology(struct buf *out, const struct report *report)
{
    static const char *const here[] = {
        "Percentiles: linear interpolation (type 7) over the successful calls; \"observed call\" "
        "is "
        "the nearest-rank one. Failed calls have rows of their own and count in the success rate, "
        "in the time of the throughput and in the failure-adjusted percentiles. No outlier is "
        "removed.",
        "Intervals take the calls as independent. Calls to one provider are serially correlated, "
        "so "
        "the intervals are somewhat optimistic.",
    };
    const struct bench_head *head = &report->run->head;
    size_t number = 0;
    buf_puts(out, "\n## Methodology\n\n");
    for (size_t i = 0; i < head->sentence_count; i++) {
        buf_printf(out, "%zu. ", ++number);
        markdown_put_text(out, head->sentences[i]);
        buf_putc(out, '\n');
    }
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        buf_printf(out, "%zu. %s\n", ++number, here[i]);
}

void report_put_markdown(struct buf *out, const struct report *report)
{
    put_title(out, &report->run->head.environment);
    put_verdict(out, report);
    put_environment(out, report);
    put_methodology(out, report);
    put_raw_data(out, report);
    put_statistics(out, report);
    put_reconciliation_table(out, report);
    put_gpu(out, report);
    put_analysis(out, report);
    put_details(out, report);
}
