/* What the Analysis says of a run beside others: a baseline, and the run before it. */
#include "bench/report_parts.h"

#include "bench/comparable.h"
#include "bench/figure.h"
#include "bench/markdown.h"
#include "bench/permutation.h"
#include "bench/stats.h"

/* False when one of them has no successful call. */
static bool compare_latency(struct buf *out, struct series from, struct series to,
                            struct difference *d)
{
    if (!from.n || !to.n)
        return false;
    const enum err err =
        difference_of((struct sample_us){from.us, from.n}, (struct sample_us){to.us, to.n}, d);
    if (err && !out->err)
        out->err = err;
    return !err;
}

/* True when these runs must not be compared; then what differs is named. */
static bool put_obstacles(struct buf *out, const struct bench_head *a, const struct bench_head *b,
                          enum comparison comparison)
{
    struct buf obstacles = buf_make(BUF_NO_LIMIT);
    const bool stands = comparable_put_obstacles(&obstacles, a, b, comparison) > 0;
    if (stands) {
        buf_puts(out, " not compared, because these differ: ");
        markdown_put_text(out, buf_str(&obstacles));
        buf_puts(out, ".");
    }
    if (obstacles.err && !out->err)
        out->err = obstacles.err;
    buf_free(&obstacles);
    return stands;
}

/* --- a baseline ------------------------------------------------------------------------------- */

static void put_shift(struct buf *out, struct series ours, struct series theirs)
{
    struct difference d;
    if (!compare_latency(out, theirs, ours, &d)) {
        buf_puts(out, " not determinable from 0 calls.");
        return;
    }
    buf_printf(out, " against %zu measured calls: median shift %s", theirs.n,
               d.shift_us < 0 ? "" : "+");
    put_ms(out, d.shift_us);
    buf_printf(out,
               " ms (Hodges-Lehmann), %s p = ", d.exact ? "exact permutation" : "Mann-Whitney");
    put_probability(out, d.p_millionths);
    buf_printf(out, ": %s.", difference_words(&d));
}

static void put_served(struct buf *out, const struct bench_endpoint *e)
{
    buf_puts(out, "model ");
    markdown_put_code(out, e->model);
    buf_puts(out, " at ");
    markdown_put_code(out, e->url);
}

/* The place of the baseline that was called in turn with the others; the number of endpoints
 * without one. */
static unsigned own_baseline(const struct bench_head *head)
{
    unsigned place = 0;
    while (place < head->endpoint_count && head->endpoints[place].kind != ENDPOINT_BASELINE)
        place++;
    return place;
}

void put_baseline_analysis(struct buf *out, const struct report *report, unsigned endpoint)
{
    const struct bench_head *head = &report->run->head;
    const struct bench_record *baseline = report->baseline;
    const struct series ours = report->summaries[endpoint].latency;
    const unsigned own = own_baseline(head);
    if (head->environment.simulated) {
        buf_puts(out, " " PROGRAMMED ".");
    } else if (head->endpoints[endpoint].kind == ENDPOINT_BASELINE) {
        buf_puts(out,
                 head->endpoint_count > 1 ? " it is the baseline." : " this run is the baseline.");
    } else if (own < head->endpoint_count) {
        buf_printf(out, " baseline endpoint %c, called in turn (", endpoint_letter(own));
        put_served(out, &head->endpoints[own]);
        buf_puts(out, "):");
        put_shift(out, ours, report->summaries[own].latency);
    } else if (!baseline || baseline->head.plan.kind != ENDPOINT_BASELINE) {
        buf_puts(out, " not compared: no baseline measured by this tool.");
    } else {
        buf_puts(out, " baseline run ");
        markdown_put_code(out, baseline->head.id);
        buf_puts(out, " (");
        put_served(out, &baseline->head.endpoints[0]);
        buf_puts(out, "):");
        if (!put_obstacles(out, head, &baseline->head, COMPARE_BASELINE))
            put_shift(out, ours, report->of_baseline[0].latency);
    }
}

/* --- the run before --------------------------------------------------------------------------- */

static void put_latency_change(struct buf *out, struct series before, struct series now)
{
    struct difference d;
    if (!compare_latency(out, before, now, &d)) {
        buf_puts(out, " P50 latency not determinable from 0 calls");
        return;
    }
    buf_puts(out, " P50 latency ");
    put_percent_change(out, (amount)stats_linear(before.us, before.n, 50),
                       (amount)stats_linear(now.us, now.n, 50));
    buf_printf(out, " (%s, p = ", difference_words(&d));
    put_probability(out, d.p_millionths);
    buf_puts(out, ")");
}

static void put_cost_change(struct buf *out, const struct bench_summary *before,
                            const struct bench_summary *now)
{
    buf_puts(out, ", average cost ");
    if (before->cost_known && before->succeeded && now->cost_known && now->succeeded)
        put_percent_change(out, cost_mean(before->cost, before->succeeded),
                           cost_mean(now->cost, now->succeeded));
    else
        buf_puts(out, "not known");
}

static void put_changes(struct buf *out, const struct report *report, unsigned endpoint)
{
    const struct bench_summary *before = &report->of_previous[endpoint];
    const struct bench_summary *now = &report->summaries[endpoint];
    if (report->run->head.endpoint_count > 1)
        buf_printf(out, " Endpoint %c:", endpoint_letter(endpoint));
    if (report->run->head.environment.simulated) {
        buf_puts(out, " " PROGRAMMED);
    } else {
        put_latency_change(out, before->latency, now->latency);
        put_cost_change(out, before, now);
    }
    buf_puts(out, ", success ");
    put_share(out, before->succeeded, before->attempted);
    buf_puts(out, " before, ");
    put_share(out, now->succeeded, now->attempted);
    buf_puts(out, " now.");
}

void put_previous_analysis(struct buf *out, const struct report *report)
{
    const struct bench_head *head = &report->run->head;
    if (!report->previous) {
        buf_puts(out,
                 "- **Changed since an earlier run:** not compared: no earlier run over the same "
                 "endpoints made all its calls.\n");
        return;
    }
    buf_puts(out, "- **Changed since run** ");
    markdown_put_code(out, report->previous->head.id);
    buf_puts(out, ":");
    if (!put_obstacles(out, &report->previous->head, head, COMPARE_SAME))
        for (unsigned i = 0; i < head->endpoint_count; i++)
            put_changes(out, report, i);
    buf_puts(out, "\n");
}
