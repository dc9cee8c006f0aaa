#include "bench/report_parts.h"

#include "base/crypto.h"
#include "bench/figure.h"
#include "bench/markdown.h"
#include "bench/stats.h"
#include "eth/hex.h"
#include <inttypes.h>

enum { QUEUE_SHOWN_US = 1000 };

static void put_stdev(struct buf *out, struct series latency)
{
    int64_t ns;
    buf_puts(out, "| Stdev latency (n-1) | ");
    if (latency.n && stats_stdev_ns(latency.us, latency.n, &ns))
        buf_printf(out, "%" PRId64 ".%06" PRId64 " ms", ns / 1000000, ns % 1000000);
    else
        buf_puts(out, "n/a");
    buf_puts(out, " |\n");
}

static void put_tail_ratio(struct buf *out, struct series latency)
{
    const int64_t p50 = latency.n ? stats_linear(latency.us, latency.n, 50) : 0;
    buf_puts(out, "| Tail ratio P99/P50 | ");
    if (p50)
        put_hundredths(
            out, (uint64_t)integer_ratio((wide_uint)stats_linear(latency.us, latency.n, 99) * 100,
                                         (wide_uint)p50));
    else
        buf_puts(out, "n/a");
    buf_puts(out, " |\n");
}

static void put_adjusted(struct buf *out, const struct bench_summary *s)
{
    static const unsigned percents[] = {50, 95, 99};
    buf_printf(out, "| Failure-adjusted P50 / P95 / P99 (nearest rank over %zu) | ", s->attempted);
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        int64_t us;
        buf_puts(out, i ? " / " : "");
        if (stats_adjusted(s->latency.us, s->latency.n, s->attempted - s->succeeded, percents[i],
                           &us))
            put_ms(out, us);
        else
            buf_puts(out, s->attempted ? "&gt; time-out (failed)" : "n/a");
    }
    buf_puts(out, s->latency.n ? " ms |\n" : " |\n");
}

static void put_series(struct buf *out, const char *name, struct series series)
{
    buf_printf(out, "| %s avg / P50 / P95 / P99 | ", name);
    if (!series.n) {
        buf_puts(out, "n/a |\n");
        return;
    }
    put_ms(out, stats_mean(series.us, series.n));
    static const unsigned percents[] = {50, 95, 99};
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        buf_puts(out, " / ");
        put_ms(out, stats_linear(series.us, series.n, percents[i]));
    }
    buf_printf(out, " ms (n=%zu) |\n", series.n);
}

static void put_speed(struct buf *out, const struct report *report, const struct bench_summary *s)
{
    const int64_t us = report->run->head.endpoint_count > 1 ? s->busy_us : s->wall_us;
    buf_puts(out, "| Stream speed; output tokens per second of the run | ");
    if (s->streaming_us > 0) {
        put_hundredths(out, stats_per_second(s->streamed_tokens, s->streaming_us));
        buf_puts(out, " tok/s; ");
    } else {
        buf_puts(out, "n/a; ");
    }
    put_hundredths(out, stats_per_second(s->output_tokens, us));
    buf_printf(out, " tok/s%s |\n",
               s->tokens_estimated ? " (ESTIMATED: some replies had no usage)" : "");
}

static void put_goodput(struct buf *out, const struct bench_plan *plan,
                        const struct bench_summary *s)
{
    if (!plan->slo.latency_ms && !plan->slo.ttft_ms)
        return;
    buf_puts(out, "| Goodput (calls within all targets, failed ones count against it) | ");
    put_share(out, s->slo_met, s->attempted);
    buf_puts(out, " |\n");
}

static void put_connection(struct buf *out, const struct report *report,
                           const struct bench_summary *s)
{
    buf_puts(out, "| Connection set-up | ");
    if (s->connected) {
        buf_puts(out, "DNS ");
        put_ms(out, s->connected->dns_us);
        buf_puts(out, ", TCP ");
        put_ms(out, s->connected->tcp_us);
        buf_puts(out, ", TLS ");
        put_ms(out, s->connected->tls_us);
        buf_puts(out, " ms (run ");
        put_run_label(out, report->run, s->connected);
        buf_puts(out, report->run->head.plan.new_connections ? ", one for each call) |\n"
                                                             : ", then kept) |\n");
    } else {
        buf_puts(out, "n/a |\n");
    }
}

static void put_cached(struct buf *out, const struct bench_summary *s)
{
    buf_puts(out, "| Cached input tokens, as the provider says | ");
    if (s->cached_tokens.known)
        buf_printf(out, "%" PRId64 " |\n", s->cached_tokens.value);
    else
        buf_puts(out, "not said |\n");
}

static void put_measures(struct buf *out, const struct report *report, unsigned endpoint)
{
    const struct bench_summary *s = &report->summaries[endpoint];
    put_endpoint_heading(out, report, endpoint);
    buf_puts(out, "\n| Measure | Value |\n|---|---|\n");
    put_stdev(out, s->latency);
    put_tail_ratio(out, s->latency);
    put_adjusted(out, s);
    put_goodput(out, &report->run->head.plan, s);
    put_series(out, "TTFT", s->ttft);
    put_series(out, "TTFO (first content after reasoning)", s->ttfo);
    put_series(out, "TPOT", s->tpot);
    put_series(out, s->gaps_are_tokens ? "ITL (inter-token)" : "ICL (inter-chunk)", s->gaps);
    put_speed(out, report, s);
    put_connection(out, report, s);
    put_cached(out, s);
    buf_puts(out, "| Proofs | ");
    put_proof_shares(out, s);
    buf_puts(out, " |\n");
    if (s->largest_queue_us > QUEUE_SHOWN_US) {
        buf_puts(out, "| Longest wait between due and start | ");
        put_ms(out, s->largest_queue_us);
        buf_puts(out, " ms |\n");
    }
}

static void put_call(struct buf *out, const struct report *report, const struct bench_call *call)
{
    buf_puts(out, "| ");
    put_run_label(out, report->run, call);
    if (call->http_status)
        buf_printf(out, " | %d | ", call->http_status);
    else
        buf_puts(out, " | - | ");
    put_ms_or_dash(out, call->first_byte_us);
    buf_puts(out, " | ");
    put_ms_or_dash(out, call_ttft_us(call));
    buf_puts(out, " | ");
    put_ms_or_dash(out, call_tpot_us(call));
    buf_printf(out, " | %" PRIu64 " | ", call->events);
    if (call->reasoning_tokens.known)
        buf_printf(out, "%" PRId64, call->reasoning_tokens.value);
    else
        buf_puts(out, "-");
    buf_puts(out, " | ");
    markdown_put_code(out, call->finish_reason ? call->finish_reason : "-");
    buf_printf(out, " | %s |\n", call->done_marker ? "yes" : "no");
}

static void put_calls(struct buf *out, const struct report *report)
{
    buf_puts(out,
             "\n### Calls\n\n| Run | HTTP | First byte (ms) | TTFT (ms) | TPOT (ms) | Events | "
             "Reasoning tokens | Finish | Done marker |\n"
             "|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < report->run->call_count; i++)
        put_call(out, report, &report->run->calls[i]);
}

static void put_failures(struct buf *out, const struct report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->run->call_count; i++) {
        const struct bench_call *call = &report->run->calls[i];
        char text[OUTCOME_TEXT_BYTES];
        if (call->outcome == OUTCOME_OK)
            continue;
        if (!count++)
            buf_puts(out, "\n### Failed calls\n\n| Run | Class | What to do | What came, cleaned "
                          "|\n|---|---|---|---|\n");
        buf_puts(out, "| ");
        put_run_label(out, report->run, call);
        const char *remedy = call_remedy(call, report->run->head.endpoints[call->endpoint].kind);
        buf_printf(out, " | %s | %s | ", outcome_text(call->outcome, call->http_status, text),
                   remedy ? remedy : "-");
        markdown_put_code(out, call->excerpt ? call->excerpt : "-");
        buf_puts(out, " |\n");
    }
}

static void put_calibration(struct buf *out, const struct bench_calibration *c)
{
    buf_puts(out, "\n### Client\n\nOverhead of this client: ");
    if (c->calls) {
        buf_puts(out, "P50 ");
        put_ms(out, c->p50_us);
        buf_puts(out, " ms, P99 ");
        put_ms(out, c->p99_us);
        buf_printf(out, " ms (%u calls to a stub in its own process before the run). ", c->calls);
    } else {
        buf_puts(out, "not measured. ");
    }
    buf_printf(out, "Resolution of the clock: %" PRId64 " ns.\n", c->clock_resolution_ns);
}

/* Everything in the JSON leaves its mark here, also what no figure is made from. */
static void put_tail_hash(struct buf *out, const char *of, const struct bench_record *record)
{
    if (!record->ended)
        return;
    uint8_t digest[JOB_SHA256_BYTES];
    struct buf part = buf_make(BUF_NO_LIMIT);
    record_put_tail(&part, &record->tail);
    crypto_sha256(buf_str(&part), part.len, digest);
    if (part.err && !out->err)
        out->err = part.err;
    buf_free(&part);
    char digits[2 * sizeof digest];
    hex_digits(digest, sizeof digest, digits);
    buf_printf(out, "- %s, outside the signed root (end, settlement, GPU): SHA-256 `%.*s`\n", of,
               (int)sizeof digits, digits);
}

static void put_hashes(struct buf *out, const struct report *report)
{
    const struct bench_head *head = &report->run->head;
    buf_puts(out, "\n### Hashes\n\n- Prompts ");
    markdown_put_code(out, head->prompts.set);
    buf_puts(out, ": SHA-256 ");
    markdown_put_code(out, head->prompts.sha256);
    buf_puts(out, "\n");
    if (report->run->ended && report->run->tail.signature) {
        buf_puts(out, "- Signature of the root: ");
        markdown_put_code(out, report->run->tail.signature);
        buf_puts(out, "\n");
    }
    put_tail_hash(out, "This run", report->run);
    if (report->baseline)
        put_tail_hash(out, "The baseline", report->baseline);
    if (report->previous)
        put_tail_hash(out, "The earlier run", report->previous);
    buf_puts(out,
             "- SHA-256 of each request and response stand in the JSON of this report, as they "
             "crossed the wire.\n");
}

void put_details(struct buf *out, const struct report *report)
{
    buf_puts(out, "\n## Details\n");
    for (unsigned i = 0; i < report->run->head.endpoint_count; i++)
        put_measures(out, report, i);
    put_calls(out, report);
    put_failures(out, report);
    put_calibration(out, &report->run->head.calibration);
    put_hashes(out, report);
}
