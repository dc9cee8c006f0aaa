#include "bench/report_parts.h"

#include "base/clock.h"
#include "bench/booked.h"
#include "bench/figure.h"
#include "bench/interval.h"
#include "bench/stats.h"
#include <inttypes.h>

/* The call that was observed at a place of the sorted latencies; of equal ones the first. */
static void put_observed(struct buf *out, const struct report *report, unsigned endpoint,
                         size_t rank)
{
    const int64_t us = report->summaries[endpoint].latency.us[rank - 1];
    const struct bench_call *call = report->run->calls;
    while (!call_counts(call, endpoint) || call_latency_us(call) != us)
        call++;
    buf_puts(out, "run ");
    put_run_label(out, report->run, call);
    buf_puts(out, ": ");
    put_ms(out, us);
}

static void put_mean_interval(struct buf *out, struct series latency)
{
    struct interval mean;
    if (!interval_mean(latency.us, latency.n, &mean)) {
        buf_puts(out, "not determinable from 1 call");
        return;
    }
    put_ms(out, mean.low);
    buf_puts(out, " - ");
    put_ms(out, mean.high);
    buf_puts(out, " (Student's t)");
}

static void put_median_interval(struct buf *out, struct series latency)
{
    const struct order_bound median = interval_median((unsigned)latency.n);
    if (!median.rank) {
        buf_printf(out, "not determinable from %zu calls (needs 6)", latency.n);
        return;
    }
    put_ms(out, latency.us[median.rank - 1]);
    buf_puts(out, " - ");
    put_ms(out, latency.us[latency.n - median.rank]);
    buf_puts(out, " (order statistics, ");
    put_hundredths(out, median.coverage);
    buf_puts(out, " %)");
}

/* One-sided, both ways. */
static void put_tail_bounds(struct buf *out, struct series latency, unsigned percent)
{
    const unsigned n = (unsigned)latency.n;
    const struct order_bound lower = interval_lower(n, percent), upper = interval_upper(n, percent);
    if (lower.rank) {
        buf_puts(out, "at least ");
        put_ms(out, latency.us[lower.rank - 1]);
        buf_puts(out, " (one-sided, ");
        put_hundredths(out, lower.coverage);
        buf_puts(out, " %); ");
    }
    if (upper.rank) {
        buf_puts(out, "at most ");
        put_ms(out, latency.us[upper.rank - 1]);
        buf_puts(out, " (one-sided, ");
        put_hundredths(out, upper.coverage);
        buf_puts(out, " %)");
    } else {
        buf_printf(out, "no upper bound from %u %s (needs %u)", n, n == 1 ? "call" : "calls",
                   interval_calls_needed(percent));
    }
}

static void put_latency_rows(struct buf *out, const struct report *report, unsigned endpoint)
{
    const struct series latency = report->summaries[endpoint].latency;
    buf_puts(out, "| Average latency | ");
    put_ms(out, stats_mean(latency.us, latency.n));
    buf_puts(out, " ms | ");
    put_mean_interval(out, latency);
    buf_puts(out, " | |\n");
    static const unsigned percents[] = {50, 95, 99};
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        buf_printf(out, "| P%u latency | ", percents[i]);
        put_ms(out, stats_linear(latency.us, latency.n, percents[i]));
        buf_puts(out, " ms | ");
        if (percents[i] == 50)
            put_median_interval(out, latency);
        else
            put_tail_bounds(out, latency, percents[i]);
        buf_puts(out, " | ");
        put_observed(out, report, endpoint, stats_rank(latency.n, percents[i]));
        buf_puts(out, " |\n");
    }
    buf_puts(out, "| Min latency | ");
    put_ms(out, latency.us[0]);
    buf_puts(out, " ms | | ");
    put_observed(out, report, endpoint, 1);
    buf_puts(out, " |\n| Max latency | ");
    put_ms(out, latency.us[latency.n - 1]);
    buf_puts(out, " ms | | ");
    put_observed(out, report, endpoint, latency.n);
    buf_puts(out, " |\n");
}

static void put_no_latency_rows(struct buf *out)
{
    static const char *const names[] = {"Average", "P50", "P95", "P99", "Min", "Max"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        buf_printf(out, "| %s latency | n/a | no call succeeded | |\n", names[i]);
}

/* The time of a run over several endpoints is shared, so each is measured by its own. */
static void put_throughput(struct buf *out, const struct report *report, unsigned endpoint)
{
    const struct bench_summary *s = &report->summaries[endpoint];
    const bool shared = report->run->head.endpoint_count > 1;
    const int64_t us = shared ? s->busy_us : s->wall_us;
    buf_puts(out, "| Throughput (inferences/min) | ");
    if (!us) {
        buf_puts(out, "n/a | no call was made | |\n");
        return;
    }
    put_hundredths(out, stats_per_minute(s->succeeded, us));
    buf_puts(out, " inferences/min (");
    put_tenths(out, stats_per_hour(s->succeeded, us));
    if (is_closed_loop(report->run))
        buf_puts(out, "/hour) by one sequential caller; not the provider's capacity");
    else
        buf_printf(out, "/hour) at %u starts a minute; not the provider's capacity",
                   report->run->head.plan.rate_per_min);
    buf_puts(out, " | attempts ");
    put_hundredths(out, stats_per_minute(s->attempted, us));
    buf_puts(out, "/min; ");
    put_ms(out, us);
    buf_puts(out, shared ? " ms in its own calls" : " ms from the first start to the last end");
    if (s->attempted > s->succeeded)
        buf_puts(out, ", failed calls included");
    buf_puts(out, " | |\n");
}

static void put_average_cost(struct buf *out, const struct bench_summary *s)
{
    buf_puts(out, "| Avg Cost/Inference | ");
    put_cost(out, s->cost_known && s->succeeded, s->cost_at_most,
             s->succeeded ? cost_mean(s->cost, s->succeeded) : 0);
    buf_puts(out, " | ");
    if (s->cost_known && s->succeeded) {
        buf_puts(out, "exact; ");
        put_cost(out, true, s->spent_at_most, cost_mean(s->spent, s->succeeded));
        buf_puts(out, " per success with failed and warm-up calls");
    } else {
        buf_puts(out, "no successful call whose cost is known");
    }
    buf_puts(out, " | |\n");
}

static void put_success_rate(struct buf *out, const struct bench_summary *s)
{
    buf_puts(out, "| Success Rate | ");
    put_share(out, s->succeeded, s->attempted);
    buf_puts(out, " | ");
    if (s->attempted) {
        const struct interval rate =
            interval_wilson((unsigned)s->succeeded, (unsigned)s->attempted);
        put_tenths(out, (uint64_t)rate.low);
        buf_puts(out, " - ");
        put_tenths(out, (uint64_t)rate.high);
        buf_puts(out, " % (Wilson)");
    } else {
        buf_puts(out, "not determinable from 0 calls");
    }
    buf_puts(out, " | |\n");
}

void put_statistics(struct buf *out, const struct report *report)
{
    buf_puts(out, "\n## Summary Statistics\n");
    for (unsigned i = 0; i < report->run->head.endpoint_count; i++) {
        const struct bench_summary *s = &report->summaries[i];
        put_endpoint_heading(out, report, i);
        buf_puts(out,
                 "\n| Metric | Value | 95 % confidence | Observed call |\n|---|---|---|---|\n");
        if (s->latency.n)
            put_latency_rows(out, report, i);
        else
            put_no_latency_rows(out);
        put_throughput(out, report, i);
        put_average_cost(out, s);
        put_success_rate(out, s);
    }
}

/* --- cost reconciliation ---------------------------------------------------------------------- */

static void put_change(struct buf *out, bool known, amount before, amount after)
{
    char text[COINS_TEXT_BYTES];
    if (!known) {
        buf_puts(out, "n/a | not read");
        return;
    }
    const bool less = after < before;
    buf_printf(out, "%s%s | ", less ? "-" : "",
               amount_coins(less ? before - after : after - before, text));
    buf_printf(out, "%s before, ", amount_coins(before, text));
    buf_printf(out, "%s after", amount_coins(after, text));
}

static void put_calculated(struct buf *out, const struct bench_summary *s)
{
    buf_puts(out, "| Calculated from tokens and prices | ");
    put_cost(out, s->cost_known, s->spent_at_most, s->spent);
    buf_printf(out, " | %zu measured and %zu warm-up calls%s |\n", s->attempted, s->warmups,
               s->spent_at_most ? "; calls without final usage at their worst case" : "");
}

/* A bound gives way to what the provider says, where nobody else's calls are in it. */
static void put_below_bound(struct buf *out, const struct bench_summary *s,
                            const struct bench_reconciliation *r)
{
    char text[COINS_TEXT_BYTES];
    amount sum;
    if (s->spent_at_most && r->state != RECONCILED_OTHER_TRAFFIC && booked(r, &sum) &&
        sum < s->spent)
        buf_printf(
            out,
            "| In place of the bound | %s | what the provider booked up to now, unsettled and "
            "settled |\n",
            amount_coins(sum, text));
}

static void put_reconciliation(struct buf *out, const struct bench_reconciliation *r)
{
    static const char *const states[RECONCILED_COUNT] = {
        [RECONCILED_NONE] = "not read",
        [RECONCILED_MATCH] = "match",
        [RECONCILED_PENDING] = "pending: the provider settles in batches",
        [RECONCILED_MISMATCH] = "mismatch",
        [RECONCILED_OTHER_TRAFFIC] = "not comparable: other traffic",
    };
    char text[COINS_TEXT_BYTES], time[TIME_TEXT_BYTES];
    buf_puts(out, "| Provider-reported unsettled fee, change | ");
    put_change(out, r->unsettled_known, r->unsettled_before, r->unsettled_after);
    buf_puts(out, " |\n| Settled on chain | ");
    if (r->settled_known)
        buf_printf(out, "%s | blocks %" PRIu64 " - %" PRIu64, amount_coins(r->settled, text),
                   r->block_before, r->block_after);
    else
        buf_puts(out, "n/a | not read");
    buf_puts(out, " |\n| Sub-account balance, change | ");
    put_change(out, r->balance_known, r->balance_before, r->balance_after);
    buf_printf(out, " |\n| **State** | | **%s** |\n", states[r->state]);
    buf_printf(out,
               "| As of | | %s; outside the signed root, because it changes while fees settle |\n",
               time_text(r->as_of_wall_ms, time));
}

void put_reconciliation_table(struct buf *out, const struct report *report)
{
    const struct bench_record *run = report->run;
    buf_puts(out, "\n### Cost reconciliation\n");
    for (unsigned i = 0; i < run->head.endpoint_count; i++) {
        put_endpoint_heading(out, report, i);
        buf_puts(out, "\n| Source | Amount (0G) | State |\n|---|---|---|\n");
        put_calculated(out, &report->summaries[i]);
        if (run->ended && i < run->tail.reconciliation_count) {
            put_below_bound(out, &report->summaries[i], &run->tail.reconciliations[i]);
            put_reconciliation(out, &run->tail.reconciliations[i]);
        } else
            buf_puts(out, "| **State** | | **not read** |\n");
        buf_puts(out,
                 "| Gas per call | none | a call is an HTTPS request and makes no transaction; "
                 "the provider pays the gas of its settlements |\n");
    }
}
