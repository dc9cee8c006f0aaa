/* report.json: the raw data exactly as recorded, one part a line, so that the hash chain can be
 * computed again, and behind it what was derived. report_read() takes the raw data back. */
#include "bench/report_json.h"

#include "base/json.h"
#include "bench/figure.h"
#include "bench/interval.h"
#include "bench/stats.h"
#include <string.h>

/* --- raw data --------------------------------------------------------------------------------- */

static const char opening[] = "{\"format\":1,";
static const char run_line[] = "\"run\":{";
static const char head_key[] = "\"head\":";
static const char calls_line[] = "\"calls\":[";
static const char calls_end[] = "],";
static const char tail_key[] = "\"tail\":";
static const char record_end[] = "},";
/* A run beside the report's own: the line that begins it, and the one that stands for none. */
struct beside {
    const char *line, *none;
};
static const struct beside baseline_lines = {"\"baseline\":{", "\"baseline\":null,"};
static const struct beside previous_lines = {"\"previous\":{", "\"previous\":null,"};

static void put_record(struct buf *out, const struct bench_record *record)
{
    buf_printf(out, "%s", head_key);
    record_put_head(out, &record->head);
    buf_printf(out, ",\n%s\n", calls_line);
    for (size_t i = 0; i < record->call_count; i++) {
        record_put_call(out, &record->calls[i]);
        buf_puts(out, i + 1 < record->call_count ? ",\n" : "\n");
    }
    buf_printf(out, "%s\n%s", calls_end, tail_key);
    if (record->ended)
        record_put_tail(out, &record->tail);
    else
        buf_puts(out, "null");
    buf_printf(out, "\n%s\n", record_end);
}

static void put_beside(struct buf *out, const struct beside *lines,
                       const struct bench_record *record)
{
    buf_printf(out, "%s\n", record ? lines->line : lines->none);
    if (record)
        put_record(out, record);
}

/* --- derived ---------------------------------------------------------------------------------- */

/* A number with `places` decimals, from its integer parts. */
static void put_fixed(struct json_writer *w, const char *key, uint64_t parts, int places)
{
    struct buf text = buf_make(64);
    if (places == 1)
        put_tenths(&text, parts);
    else
        put_hundredths(&text, parts);
    json_put_raw(w, key, buf_str(&text), text.len);
    if (text.err && !w->out->err)
        w->out->err = text.err;
    buf_free(&text);
}

static void put_amount(struct json_writer *w, const char *key, bool known, amount value)
{
    char text[AMOUNT_TEXT_BYTES];
    json_put_str(w, key, known ? amount_text(value, text) : NULL);
}

static void put_interval(struct json_writer *w, const char *key, bool known, int64_t low,
                         int64_t high)
{
    if (!known) {
        json_put_null(w, key);
        return;
    }
    json_open_array(w, key);
    json_put_int(w, NULL, low);
    json_put_int(w, NULL, high);
    json_close_array(w);
}

static void put_bound(struct json_writer *w, const char *key, struct order_bound bound,
                      struct series series)
{
    if (bound.rank)
        json_put_int(w, key, series.us[bound.rank - 1]);
    else
        json_put_null(w, key);
}

static void put_series(struct json_writer *w, const char *key, struct series series)
{
    int64_t ns;
    if (!series.n) {
        json_put_null(w, key);
        return;
    }
    json_open_object(w, key);
    json_put_int(w, "n", (int64_t)series.n);
    json_put_int(w, "average", stats_mean(series.us, series.n));
    json_put_int(w, "p50", stats_linear(series.us, series.n, 50));
    json_put_int(w, "p95", stats_linear(series.us, series.n, 95));
    json_put_int(w, "p99", stats_linear(series.us, series.n, 99));
    json_put_int(w, "min", series.us[0]);
    json_put_int(w, "max", series.us[series.n - 1]);
    if (stats_stdev_ns(series.us, series.n, &ns))
        json_put_int(w, "stdevNs", ns);
    else
        json_put_null(w, "stdevNs");
    json_close_object(w);
}

static void put_confidence(struct json_writer *w, struct series latency)
{
    const unsigned n = (unsigned)latency.n;
    struct interval mean = {0};
    const bool has_mean = n && interval_mean(latency.us, n, &mean);
    const struct order_bound median = interval_median(n);
    json_open_object(w, "latencyConfidence95Us");
    put_interval(w, "average", has_mean, mean.low, mean.high);
    put_interval(w, "p50", median.rank, median.rank ? latency.us[median.rank - 1] : 0,
                 median.rank ? latency.us[n - median.rank] : 0);
    put_bound(w, "p95AtLeast", interval_lower(n, 95), latency);
    put_bound(w, "p95AtMost", interval_upper(n, 95), latency);
    put_bound(w, "p99AtLeast", interval_lower(n, 99), latency);
    put_bound(w, "p99AtMost", interval_upper(n, 99), latency);
    json_close_object(w);
}

static void put_ranks(struct json_writer *w, const struct bench_summary *s)
{
    static const struct {
        unsigned percent;
        const char *key;
    } ranks[] = {{50, "p50"}, {95, "p95"}, {99, "p99"}};
    json_open_object(w, "latencyNearestRankUs");
    for (size_t i = 0; s->latency.n && i < sizeof ranks / sizeof *ranks; i++)
        json_put_int(w, ranks[i].key,
                     s->latency.us[stats_rank(s->latency.n, ranks[i].percent) - 1]);
    json_close_object(w);
    json_open_object(w, "latencyFailureAdjustedUs"); /* null: a failed call */
    for (size_t i = 0; s->attempted && i < sizeof ranks / sizeof *ranks; i++) {
        int64_t us;
        if (stats_adjusted(s->latency.us, s->latency.n, s->attempted - s->succeeded,
                           ranks[i].percent, &us))
            json_put_int(w, ranks[i].key, us);
        else
            json_put_null(w, ranks[i].key);
    }
    json_close_object(w);
}

static void put_success(struct json_writer *w, const struct bench_summary *s)
{
    if (!s->attempted) {
        json_put_null(w, "successRatePercent");
        json_put_null(w, "successRateConfidence95Percent");
        return;
    }
    const struct interval rate = interval_wilson((unsigned)s->succeeded, (unsigned)s->attempted);
    put_fixed(w, "successRatePercent",
              (uint64_t)integer_ratio((wide_uint)s->succeeded * 1000, s->attempted), 1);
    json_open_array(w, "successRateConfidence95Percent");
    put_fixed(w, NULL, (uint64_t)rate.low, 1);
    put_fixed(w, NULL, (uint64_t)rate.high, 1);
    json_close_array(w);
}

static void put_costs(struct json_writer *w, const struct bench_summary *s)
{
    const bool has_mean = s->cost_known && s->succeeded;
    put_amount(w, "averageCostNeuron", has_mean, has_mean ? cost_mean(s->cost, s->succeeded) : 0);
    put_amount(w, "spentPerSuccessNeuron", has_mean,
               has_mean ? cost_mean(s->spent, s->succeeded) : 0);
    put_amount(w, "spentNeuron", s->cost_known, s->spent);
    json_put_bool(w, "spentAtMost", s->spent_at_most);
}

static void put_summary(struct json_writer *w, const struct report *report,
                        const struct bench_summary *s)
{
    const int64_t us = report->run->head.endpoint_count > 1 ? s->busy_us : s->wall_us;
    json_open_object(w, NULL);
    json_put_int(w, "attempted", (int64_t)s->attempted);
    json_put_int(w, "succeeded", (int64_t)s->succeeded);
    json_put_int(w, "warmups", (int64_t)s->warmups);
    put_success(w, s);
    put_series(w, "latencyUs", s->latency);
    put_confidence(w, s->latency);
    put_ranks(w, s);
    put_series(w, "ttftUs", s->ttft);
    put_series(w, "ttfoUs", s->ttfo);
    put_series(w, "tpotUs", s->tpot);
    put_series(w, s->gaps_are_tokens ? "interTokenUs" : "interChunkUs", s->gaps);
    json_put_int(w, "wallUs", s->wall_us);
    json_put_int(w, "busyUs", s->busy_us);
    put_fixed(w, "inferencesPerMinute", stats_per_minute(s->succeeded, us), 2);
    put_fixed(w, "attemptsPerMinute", stats_per_minute(s->attempted, us), 2);
    put_fixed(w, "outputTokensPerSecond", stats_per_second(s->output_tokens, us), 2);
    put_fixed(w, "streamTokensPerSecond", stats_per_second(s->streamed_tokens, s->streaming_us), 2);
    json_put_bool(w, "tokensEstimated", s->tokens_estimated);
    put_costs(w, s);
    json_open_object(w, "proofs");
    for (unsigned i = PROOF_NONE + 1; i < PROOF_COUNT; i++)
        json_put_int(w, job_proof_name(i), (int64_t)s->proofs[i]);
    json_close_object(w);
    json_close_object(w);
}

void report_put_json(struct buf *out, const struct report *report)
{
    buf_printf(out, "%s\n%s\n", opening, run_line);
    put_record(out, report->run);
    put_beside(out, &baseline_lines, report->baseline);
    put_beside(out, &previous_lines, report->previous);
    buf_puts(out, "\"derived\":[");
    struct json_writer w = json_writer_make(out);
    for (unsigned i = 0; i < report->run->head.endpoint_count; i++)
        put_summary(&w, report, &report->summaries[i]);
    buf_puts(out, "]}\n");
}

/* --- reading the raw data back ---------------------------------------------------------------- */

struct line {
    const char *text;
    size_t len;
};

struct reader {
    const char *at, *end;
    struct arena *arena;
    size_t number; /* of the line that was read last */
    enum err err;
};

static struct line next_line(struct reader *r)
{
    const char *stop = r->at < r->end ? memchr(r->at, '\n', (size_t)(r->end - r->at)) : NULL;
    if (!stop) {
        r->err = r->err ? r->err : ERR_TRUNCATED;
        return (struct line){"", 0};
    }
    const struct line line = {r->at, (size_t)(stop - r->at)};
    r->at = stop + 1;
    r->number++;
    return line;
}

static bool line_is(struct line line, const char *text)
{
    return line.len == strlen(text) && memcmp(line.text, text, line.len) == 0;
}

static void expect(struct reader *r, const char *text)
{
    const struct line line = next_line(r);
    if (!r->err && !line_is(line, text))
        r->err = ERR_BAD_FORMAT;
}

/* The part behind its key and before its comma. */
static struct line next_part(struct reader *r, const char *key, bool comma)
{
    struct line line = next_line(r);
    const size_t skip = strlen(key);
    if (r->err)
        return line;
    if (line.len < skip + comma || memcmp(line.text, key, skip) != 0 ||
        (comma && line.text[line.len - 1] != ',')) {
        r->err = ERR_BAD_FORMAT;
        return line;
    }
    return (struct line){line.text + skip, line.len - skip - comma};
}

static size_t count_calls(const struct reader *r)
{
    struct reader ahead = *r;
    size_t count = 0;
    while (!line_is(next_line(&ahead), calls_end) && !ahead.err)
        count++;
    return count;
}

static void read_calls(struct reader *r, struct bench_record *record)
{
    expect(r, calls_line);
    record->call_count = r->err ? 0 : count_calls(r);
    struct bench_call *calls = arena_array(r->arena, record->call_count + 1, sizeof *calls);
    if (!calls)
        r->err = ERR_NO_MEMORY;
    for (size_t i = 0; i < record->call_count && !r->err; i++) {
        const struct line line = next_part(r, "", i + 1 < record->call_count);
        if (!r->err)
            r->err = record_read_call(line.text, line.len, r->arena, &calls[i]);
        if (!r->err && calls[i].endpoint >= record->head.endpoint_count)
            r->err = ERR_BAD_FORMAT;
    }
    record->calls = calls;
    if (!r->err)
        expect(r, calls_end);
}

static void read_record(struct reader *r, struct bench_record *record)
{
    struct line part = next_part(r, head_key, true);
    if (!r->err)
        r->err = record_read_head(part.text, part.len, r->arena, &record->head);
    if (!r->err)
        read_calls(r, record);
    if (r->err)
        return;
    part = next_part(r, tail_key, false);
    record->ended = !r->err && !line_is(part, "null");
    if (record->ended)
        r->err = record_read_tail(part.text, part.len, r->arena, &record->tail);
    if (!r->err)
        expect(r, record_end);
}

static bool read_beside(struct reader *r, const struct beside *lines, struct bench_record *record)
{
    const struct line line = next_line(r);
    const bool is_there = !r->err && line_is(line, lines->line);
    if (is_there)
        read_record(r, record);
    else if (!r->err && !line_is(line, lines->none))
        r->err = ERR_BAD_FORMAT;
    return is_there;
}

enum err report_read(const char *text, size_t len, struct arena *arena, struct report_raw *raw,
                     size_t *line)
{
    struct reader r = {.at = text, .end = text + len, .arena = arena};
    *raw = (struct report_raw){.has_baseline = false};
    expect(&r, opening);
    if (!r.err)
        expect(&r, run_line);
    if (!r.err)
        read_record(&r, &raw->run);
    if (!r.err)
        raw->has_baseline = read_beside(&r, &baseline_lines, &raw->baseline);
    if (!r.err)
        raw->has_previous = read_beside(&r, &previous_lines, &raw->previous);
    *line = r.number;
    return r.err;
}
