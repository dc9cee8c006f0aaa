#include "bench/compare.h"

#include "base/clock.h"
#include "base/json.h"
#include "bench/comparable.h"
#include "bench/figure.h"
#include "bench/markdown.h"
#include "bench/permutation.h"
#include "bench/stats.h"
#include <inttypes.h>

/* A figure in microseconds; -1 where there is none. */
struct measure {
    const char *name, *key;
    int64_t (*of)(const struct bench_summary *s);
};

static int64_t percentile(struct series series, unsigned percent)
{
    return series.n ? stats_linear(series.us, series.n, percent) : -1;
}

static int64_t average(const struct bench_summary *s)
{
    return s->latency.n ? stats_mean(s->latency.us, s->latency.n) : -1;
}

static int64_t p50(const struct bench_summary *s)
{
    return percentile(s->latency, 50);
}

static int64_t p95(const struct bench_summary *s)
{
    return percentile(s->latency, 95);
}

static int64_t p99(const struct bench_summary *s)
{
    return percentile(s->latency, 99);
}

static int64_t ttft(const struct bench_summary *s)
{
    return percentile(s->ttft, 50);
}

static int64_t tpot(const struct bench_summary *s)
{
    return percentile(s->tpot, 50);
}

static const struct measure measures[] = {
    {"Average latency", "averageLatencyUs", average},
    {"P50 latency", "p50LatencyUs", p50},
    {"P95 latency", "p95LatencyUs", p95},
    {"P99 latency", "p99LatencyUs", p99},
    {"P50 TTFT", "p50TtftUs", ttft},
    {"P50 TPOT", "p50TpotUs", tpot},
};

enum { MEASURES = sizeof measures / sizeof *measures };

static bool test_latency(struct buf *out, const struct bench_summary *a,
                         const struct bench_summary *b, struct difference *d)
{
    if (!a->latency.n || !b->latency.n)
        return false;
    const enum err err = difference_of((struct sample_us){a->latency.us, a->latency.n},
                                       (struct sample_us){b->latency.us, b->latency.n}, d);
    if (err && !out->err)
        out->err = err;
    return !err;
}

static const char *verdict(const struct report *a, const struct difference *d)
{
    if (a->run->head.environment.simulated)
        return "not determinable: provider delays are programmed";
    return difference_words(d);
}

/* --- Markdown --------------------------------------------------------------------------------- */

static void put_change(struct buf *out, int64_t from, int64_t to)
{
    if (from < 0 || to < 0)
        buf_puts(out, "n/a");
    else
        put_percent_change(out, (amount)from, (amount)to);
}

static void put_measure(struct buf *out, const struct measure *m, const struct bench_summary *a,
                        const struct bench_summary *b)
{
    buf_printf(out, "| %s (ms) | ", m->name);
    put_ms_or_dash(out, m->of(a));
    buf_puts(out, " | ");
    put_ms_or_dash(out, m->of(b));
    buf_puts(out, " | ");
    put_change(out, m->of(a), m->of(b));
    buf_puts(out, " |\n");
}

static void put_mean_cost(struct buf *out, const struct bench_summary *s)
{
    put_cost(out, s->cost_known && s->succeeded, s->cost_at_most,
             s->succeeded ? cost_mean(s->cost, s->succeeded) : 0);
}

static void put_endpoint(struct buf *out, const struct report *ra, const struct bench_summary *a,
                         const struct bench_summary *b)
{
    struct difference d;
    buf_puts(out, "\n## ");
    markdown_put_code(out, a->endpoint->model);
    buf_puts(out, "\n\n| Metric | A | B | Change |\n|---|---|---|---|\n| Endpoint | ");
    markdown_put_code(out, a->endpoint->url);
    buf_puts(out, " | ");
    markdown_put_code(out, b->endpoint->url);
    buf_puts(out, " | |\n");
    for (size_t i = 0; i < MEASURES; i++)
        put_measure(out, &measures[i], a, b);
    buf_puts(out, "| Success rate | ");
    put_share(out, a->succeeded, a->attempted);
    buf_puts(out, " | ");
    put_share(out, b->succeeded, b->attempted);
    buf_puts(out, " | |\n| Avg Cost/Inference | ");
    put_mean_cost(out, a);
    buf_puts(out, " | ");
    put_mean_cost(out, b);
    buf_puts(out, " | |\n\n");
    if (!test_latency(out, a, b, &d)) {
        buf_puts(out, "**Latency:** not determinable: one of the runs has no successful call.\n");
        return;
    }
    buf_printf(out, "**Latency:** %s. Shift from A to B (Hodges-Lehmann): %s", verdict(ra, &d),
               d.shift_us < 0 ? "" : "+");
    put_ms(out, d.shift_us);
    buf_puts(out, " ms; p = ");
    put_probability(out, d.p_millionths);
    if (d.exact)
        buf_printf(out, " (exact permutation test, %" PRIu64 " of %" PRIu64 " splits).\n",
                   d.extreme, d.splits);
    else
        buf_puts(out, " (Mann-Whitney, normal approximation).\n");
}

static void put_run(struct buf *out, char letter, const struct bench_record *run)
{
    char time[TIME_TEXT_BYTES];
    buf_printf(out, "- %c: run ", letter);
    markdown_put_code(out, run->head.id);
    buf_printf(out, ", %s, ", time_text(run->head.started_wall_ms, time));
    markdown_put_text(out, run->head.environment.network);
    const struct run_progress progress = run_progress_of(run);
    buf_printf(out, ", %zu of %zu calls\n", progress.made, progress.planned);
}

void compare_put_markdown(struct buf *out, const struct report *a, const struct report *b)
{
    struct buf obstacles = buf_make(BUF_NO_LIMIT);
    buf_puts(out, "# Comparison of two benchmark runs\n\n");
    put_run(out, 'A', a->run);
    put_run(out, 'B', b->run);
    if (comparable_put_obstacles(&obstacles, &a->run->head, &b->run->head, COMPARE_SAME)) {
        buf_puts(out, "\n**Not compared**, because these differ: ");
        markdown_put_text(out, buf_str(&obstacles));
        buf_puts(out, ".\n");
    } else {
        for (size_t i = 0; i < a->run->head.endpoint_count; i++)
            put_endpoint(out, a, &a->summaries[i], &b->summaries[i]);
        buf_puts(out, "\nThe test takes the calls as independent; calls to one provider are "
                      "serially correlated, so p is somewhat too small.\n");
    }
    if (obstacles.err && !out->err)
        out->err = obstacles.err;
    buf_free(&obstacles);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void put_int_or_null(struct json_writer *w, const char *key, int64_t number)
{
    if (number < 0)
        json_put_null(w, key);
    else
        json_put_int(w, key, number);
}

static void put_side(struct json_writer *w, const char *key, const struct bench_summary *s)
{
    char text[AMOUNT_TEXT_BYTES];
    json_open_object(w, key);
    for (size_t i = 0; i < MEASURES; i++)
        put_int_or_null(w, measures[i].key, measures[i].of(s));
    json_put_int(w, "attempted", (int64_t)s->attempted);
    json_put_int(w, "succeeded", (int64_t)s->succeeded);
    json_put_str(w, "averageCostNeuron",
                 s->cost_known && s->succeeded ? amount_text(cost_mean(s->cost, s->succeeded), text)
                                               : NULL);
    json_put_bool(w, "costAtMost", s->cost_at_most);
    json_close_object(w);
}

static void put_test(struct json_writer *w, const struct report *ra, const struct bench_summary *a,
                     const struct bench_summary *b)
{
    struct difference d;
    if (!test_latency(w->out, a, b, &d)) {
        json_put_null(w, "latencyTest");
        return;
    }
    json_open_object(w, "latencyTest");
    json_put_str(w, "method", d.exact ? "permutation" : "mann-whitney");
    json_put_int(w, "extreme", (int64_t)d.extreme);
    json_put_int(w, "splits", (int64_t)d.splits);
    json_put_int(w, "pMillionths", d.p_millionths);
    json_put_int(w, "shiftUs", d.shift_us);
    json_put_str(w, "verdict", verdict(ra, &d));
    json_close_object(w);
}

void compare_put_json(struct buf *out, const struct report *a, const struct report *b)
{
    struct buf obstacles = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(out);
    const bool same =
        !comparable_put_obstacles(&obstacles, &a->run->head, &b->run->head, COMPARE_SAME);
    json_open_object(&w, NULL);
    json_put_str(&w, "a", a->run->head.id);
    json_put_str(&w, "b", b->run->head.id);
    json_put_bool(&w, "comparable", same);
    json_put_str(&w, "differs", same ? NULL : buf_str(&obstacles));
    json_open_array(&w, "endpoints");
    for (size_t i = 0; same && i < a->run->head.endpoint_count; i++) {
        json_open_object(&w, NULL);
        put_side(&w, "a", &a->summaries[i]);
        put_side(&w, "b", &b->summaries[i]);
        put_test(&w, a, &a->summaries[i], &b->summaries[i]);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    if (obstacles.err && !out->err)
        out->err = obstacles.err;
    buf_free(&obstacles);
}
