#include "bench/observed.h"

#include "base/clock.h"
#include "bench/figure.h"
#include "bench/markdown.h"
#include "bench/stats.h"
#include <inttypes.h>
#include <stdlib.h>

struct seen {
    size_t completed, failed, running; /* running: or pending */
    size_t without_latency;            /* completed ones */
    size_t proofs[PROOF_COUNT];        /* of the completed ones */
    int64_t *latency_us;               /* ascending */
    size_t n;
    int64_t first_ms, last_ms; /* of the ended ones, by their timestamp and end */
};

static bool is_failed(const struct job *job, int64_t now_ms)
{
    return job->status == JOB_FAILED || job_is_lost(job, now_ms);
}

static void add_ended(struct seen *s, const struct job *job)
{
    const int64_t end_ms = job->finished_ms.known ? job->finished_ms.value : job->timestamp_ms;
    if (s->completed + s->failed == 1 || job->timestamp_ms < s->first_ms)
        s->first_ms = job->timestamp_ms;
    if (s->completed + s->failed == 1 || end_ms > s->last_ms)
        s->last_ms = end_ms;
}

static void add(struct seen *s, const struct job *job, int64_t now_ms)
{
    const bool failed = is_failed(job, now_ms), completed = job->status == JOB_COMPLETED;
    s->failed += failed;
    s->completed += completed;
    if (!failed && !completed) {
        s->running++;
        return;
    }
    add_ended(s, job);
    if (!completed)
        return;
    s->proofs[job->proof]++;
    if (job->latency_ms.known && job->latency_ms.value <= RECORD_MAX_US / 1000)
        s->latency_us[s->n++] = job->latency_ms.value * 1000;
    else
        s->without_latency++;
}

/* --- sections --------------------------------------------------------------------------------- */

static void put_number(struct buf *out, struct job_number number)
{
    if (number.known)
        buf_printf(out, "%" PRId64 " tok", number.value);
    else
        buf_puts(out, "not recorded");
}

static void put_environment(struct buf *out, const struct observed *o)
{
    char time[TIME_TEXT_BYTES];
    buf_puts(out, "# Observed traffic (not a benchmark): ");
    markdown_put_text(out, o->network);
    buf_puts(out, "\n\n## Test Environment\n\n| Item | Value |\n|---|---|\n");
    buf_printf(out, "| Date | %s", time_text(o->since_ms, time));
    buf_printf(out, " - %s |\n", time_text(o->now_ms, time));
    buf_puts(out,
             "| 0G Compute endpoint | as each job names it |\n| Model | as each job names it |\n");
    buf_puts(out, "| Inference agent | ");
    markdown_put_code(out, o->agent ? o->agent : "not configured");
    buf_puts(out, " |\n| Inference agent version | ");
    markdown_put_code(out, o->agent_version ? o->agent_version : "not supplied");
    buf_printf(out, " |\n| Number of test runs | none: %zu recorded jobs%s |\n", o->count,
               o->cut ? ", the newest of more in this time" : "");
}

static void put_methodology(struct buf *out)
{
    buf_puts(
        out,
        "\n## Methodology\n\n"
        "1. These are the jobs that the agent recorded, in whatever order and load it made "
        "them. Nothing was planned, repeated or held back.\n"
        "2. Latency is what the agent said of a completed job. Jobs whose record lacks a figure "
        "are shown without it and are left out of that figure only.\n"
        "3. A job without a word for an hour counts as failed; one that still runs counts "
        "nowhere.\n"
        "4. Percentiles: linear interpolation (type 7). No intervals: the jobs are no sample of "
        "anything.\n");
}

static void put_job(struct buf *out, const struct job *job, int64_t now_ms)
{
    char time[TIME_TEXT_BYTES];
    const char *proof = job_proof_name(job->proof);
    buf_puts(out, "| ");
    markdown_put_code(out, job->id);
    buf_puts(out, " | ");
    if (job->latency_ms.known)
        buf_printf(out, "%" PRId64, job->latency_ms.value);
    else
        buf_puts(out, "not recorded");
    buf_puts(out, " | ");
    put_number(out, job->input_tokens);
    buf_puts(out, " | ");
    put_number(out, job->output_tokens);
    buf_puts(out, " | not recorded | ");
    buf_puts(out, is_failed(job, now_ms) ? "failed" : job_status_name(job->status));
    if (job->error) {
        buf_puts(out, ": ");
        markdown_put_code(out, job->error);
    }
    buf_printf(out, " | %s | ",
               job->started_ms.known ? time_text(job->started_ms.value, time) : "not recorded");
    buf_printf(out, "%s | ",
               job->ended_ms.known ? time_text(job->ended_ms.value, time) : "not recorded");
    markdown_put_code(out, job->model);
    buf_printf(out, " | %s |\n", proof ? proof : "-");
}

static void put_raw_data(struct buf *out, const struct observed *o)
{
    buf_puts(out,
             "\n## Raw Data\n\n| Run | Latency (ms) | Input Size | Output Size | Cost | Status | "
             "Start (UTC) | End (UTC) | Model | Proof |\n"
             "|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < o->count; i++)
        put_job(out, &o->jobs[i], o->now_ms);
}

static void put_latency_row(struct buf *out, const char *name, const struct seen *s, int64_t us)
{
    buf_printf(out, "| %s | ", name);
    if (s->n) {
        put_ms(out, us);
        buf_printf(out, " ms | n=%zu |\n", s->n);
    } else {
        buf_puts(out, "n/a | no completed job has a latency |\n");
    }
}

static int64_t percentile(const struct seen *s, unsigned percent)
{
    return s->n ? stats_linear(s->latency_us, s->n, percent) : 0;
}

static void put_statistics(struct buf *out, const struct seen *s)
{
    const size_t ended = s->completed + s->failed;
    const int64_t wall_us = (s->last_ms - s->first_ms) * 1000;
    buf_puts(out, "\n## Summary Statistics\n\n| Metric | Value | Of |\n|---|---|---|\n");
    put_latency_row(out, "Average latency", s, s->n ? stats_mean(s->latency_us, s->n) : 0);
    put_latency_row(out, "P50 latency", s, percentile(s, 50));
    put_latency_row(out, "P95 latency", s, percentile(s, 95));
    put_latency_row(out, "P99 latency", s, percentile(s, 99));
    put_latency_row(out, "Min latency", s, s->n ? s->latency_us[0] : 0);
    put_latency_row(out, "Max latency", s, s->n ? s->latency_us[s->n - 1] : 0);
    buf_puts(out, "| Throughput (inferences/min) | ");
    if (s->completed && wall_us > 0) {
        put_hundredths(out, stats_per_minute(s->completed, wall_us));
        buf_puts(out,
                 " | from the first job's start to the last one's end; the agent's demand, not "
                 "the provider's capacity |\n");
    } else {
        buf_puts(out, "n/a | too few ended jobs |\n");
    }
    buf_puts(out,
             "| Avg Cost/Inference | n/a | the agent's records hold no cost |\n| Success Rate | ");
    put_share(out, s->completed, ended);
    buf_printf(out, " | ended jobs; %zu more had not ended |\n", s->running);
    buf_printf(out, "| Completed without a latency | %zu | completed jobs: %zu |\n",
               s->without_latency, s->completed);
}

static void put_proofs(struct buf *out, const struct seen *s)
{
    static const struct {
        enum job_proof proof;
        const char *meaning;
    } levels[] = {
        {PROOF_RESPONSE, "the listed signer signed, and the hashes of request and response match"},
        {PROOF_SIGNER, "the listed signer signed; the content cannot be compared"},
        {PROOF_REPORTED, "only the agent says so"},
        {PROOF_ABSENT, "the provider has no signature"},
        {PROOF_BAD, "the signature is wrong"},
        {PROOF_NONE, "not looked for"},
    };
    buf_puts(out, "\n### Proof levels of the completed jobs\n\n| Level | Share | Meaning |\n"
                  "|---|---|---|\n");
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const char *name = job_proof_name(levels[i].proof);
        buf_printf(out, "| %s | ", name ? name : "none");
        put_share(out, s->proofs[levels[i].proof], s->completed);
        buf_printf(out, " | %s |\n", levels[i].meaning);
    }
}

static void put_rest(struct buf *out, const struct seen *s)
{
    buf_puts(out, "\n## GPU Utilization\n\nNot observable from recorded jobs. What can be seen "
                  "instead is their completion: ");
    put_share(out, s->completed, s->completed + s->failed);
    buf_puts(out,
             ".\n\n## Analysis\n\n"
             "- **Is latency acceptable?** not determinable: observed traffic is no measurement.\n"
             "- **Is cost viable?** not determinable: the agent's records hold no cost.\n"
             "- **Decentralised vs centralised:** not compared: observed traffic is no "
             "measurement.\n");
}

enum err observed_put_markdown(struct buf *out, const struct observed *o)
{
    struct seen seen = {.latency_us = calloc(o->count + 1, sizeof *seen.latency_us)};
    if (!seen.latency_us)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < o->count; i++)
        add(&seen, &o->jobs[i], o->now_ms);
    stats_sort(seen.latency_us, seen.n);
    put_environment(out, o);
    put_methodology(out);
    put_raw_data(out, o);
    put_statistics(out, &seen);
    put_proofs(out, &seen);
    put_rest(out, &seen);
    free(seen.latency_us);
    return out->err;
}
