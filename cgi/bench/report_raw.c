#include "bench/report_parts.h"

#include "base/clock.h"
#include "bench/figure.h"
#include "bench/markdown.h"
#include "bench/stats.h"
#include "eth/hex.h"
#include <inttypes.h>

static bool is_outlier(const struct report *report, const struct bench_call *call)
{
    const struct series latency = report->summaries[call->endpoint].latency;
    return call_counts(call, call->endpoint) &&
           stats_is_outlier(latency.us, latency.n, call_latency_us(call));
}

static void put_tokens(struct buf *out, const struct bench_call *call, uint64_t tokens,
                       uint64_t bytes)
{
    if (call->tokens)
        buf_printf(out, "%s%" PRIu64 " tok", call->tokens == TOKENS_ESTIMATED ? "~" : "", tokens);
    else
        buf_puts(out, "-");
    buf_printf(out, " / %" PRIu64 " B | ", bytes);
}

static void put_status(struct buf *out, const struct bench_call *call)
{
    char text[OUTCOME_TEXT_BYTES];
    if (call->warmup)
        buf_puts(out, "warm-up (excluded)");
    if (call->outcome != OUTCOME_OK)
        buf_printf(out, "%sfailed: %s", call->warmup ? ", " : "",
                   outcome_text(call->outcome, call->http_status, text));
    else if (!call->warmup)
        buf_puts(out, "ok");
    if (call->rerouted)
        buf_puts(out, ", rerouted");
    if (call->over_reported)
        buf_puts(out, ", tokens over-reported");
}

static void put_call(struct buf *out, const struct report *report, const struct bench_call *call)
{
    char time[TIME_TEXT_BYTES];
    const char *proof = job_proof_name(call->proof);
    buf_puts(out, "| ");
    put_run_label(out, report->run, call);
    buf_printf(out, "%s | %s", is_outlier(report, call) ? " \\*" : "",
               outcome_is_timeout(call->outcome) ? "&gt;" : "");
    put_ms(out, call_latency_us(call));
    buf_puts(out, " | ");
    put_tokens(out, call, call->input_tokens, call->input_bytes);
    put_tokens(out, call, call->output_tokens, call->output_bytes);
    put_cost(out, call->cost_known, call->cost_at_most, call->cost);
    buf_puts(out, " | ");
    put_status(out, call);
    buf_printf(out, " | %s | ", time_text(call->start_wall_ms, time));
    buf_printf(out, "%s | ", time_text(call->end_wall_ms, time));
    markdown_put_code(out, report->run->head.endpoints[call->endpoint].model);
    buf_printf(out, " | %s |\n", proof ? proof : "-");
}

static void put_outliers(struct buf *out, const struct report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->run->call_count; i++) {
        const struct bench_call *call = &report->run->calls[i];
        if (!is_outlier(report, call))
            continue;
        const struct series latency = report->summaries[call->endpoint].latency;
        const int64_t score = stats_outlier_score(latency.us, latency.n, call_latency_us(call));
        buf_puts(out, count++ ? ", run " : "\n`*` statistical outlier, kept: run ");
        put_run_label(out, report->run, call);
        if (score == INT64_MAX) {
            buf_puts(out, " (half of the calls or more took the same time)");
        } else {
            buf_puts(out, " (");
            put_hundredths(out, (uint64_t)score);
            buf_puts(out, " median absolute deviations from the median; the limit is 14.826)");
        }
        if (call->number == 1)
            buf_puts(out, " - it is the first measured call: the warm-up may be too short");
    }
    if (count)
        buf_puts(out, ".\n");
}

static void put_root(struct buf *out, const struct bench_record *run)
{
    char digits[2 * JOB_SHA256_BYTES];
    buf_puts(out, "\nMachine-readable: the JSON of this report. ");
    if (!run->ended || !run->tail.root.known) {
        buf_puts(out, "Not sealed: the run has no root hash.\n");
        return;
    }
    hex_digits(run->tail.root.bytes, sizeof run->tail.root.bytes, digits);
    buf_printf(out, "SHA-256 chain over the run's head and its calls, root `0x%.*s`, ",
               (int)sizeof digits, digits);
    if (run->tail.signer) {
        buf_puts(out, "signed by ");
        markdown_put_code(out, run->tail.signer);
        buf_puts(out, " (EIP-191).\n");
    } else {
        buf_puts(out, "not signed: no wallet key.\n");
    }
}

void put_raw_data(struct buf *out, const struct report *report)
{
    buf_puts(out, "\n## Raw Data\n\n"
                  "| Run | Latency (ms) | Input Size | Output Size | Cost | Status | Start (UTC) | "
                  "End (UTC) | Model | Proof |\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (int warmup = 0; warmup < 2; warmup++)
        for (size_t i = 0; i < report->run->call_count; i++)
            if (report->run->calls[i].warmup == (warmup == 1))
                put_call(out, report, &report->run->calls[i]);
    put_outliers(out, report);
    put_root(out, report->run);
}
