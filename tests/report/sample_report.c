/* sample_report DIR: writes reports of made-up runs, each as NAME.md, NAME.json and NAME.csv, for
 * the tests that read them from outside. The figures are invented and come from nowhere. */
#include "bench/report.h"

#include "../unit/support_record.h"

static struct arena arena;

static void write_file(const char *dir, const char *name, const char *ending, struct buf *content)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.%s", dir, name, ending);
    FILE *file = fopen(path, "wb");
    if (!file || content->err || fwrite(content->data, 1, content->len, file) != content->len ||
        fclose(file) != 0) {
        perror(path);
        exit(1);
    }
    buf_free(content);
}

static void write_report(const char *dir, const char *name, struct sample *sample,
                         const struct bench_record *baseline, const struct bench_record *previous)
{
    struct report report;
    struct buf markdown = buf_make(BUF_NO_LIMIT), json = markdown, csv = markdown;
    sample_sign(sample);
    if (report_make(&sample->record, baseline, previous, &arena, &report)) {
        fprintf(stderr, "%s: no report\n", name);
        exit(1);
    }
    report_put_markdown(&markdown, &report);
    report_put_json(&json, &report);
    report_put_csv(&csv, &report);
    write_file(dir, name, "md", &markdown);
    write_file(dir, name, "json", &json);
    write_file(dir, name, "csv", &csv);
}

/* Latencies that no formula of ours made: a linear congruential generator's. */
static void scatter(struct sample *sample, uint64_t seed)
{
    for (size_t i = 0; i < sample->record.call_count; i++) {
        struct bench_call *call = &sample->calls[i];
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        call->end_us = call->start_us + call->last_token_us + 1 + (int64_t)(seed >> 44);
        if (call->tokens) {
            call->output_tokens += seed >> 60;
            call->cost =
                call->input_tokens * SAMPLE_INPUT_PRICE + call->output_tokens * SAMPLE_OUTPUT_PRICE;
        }
    }
}

int main(int argc, char **argv)
{
    static struct sample sample, baseline;
    if (argc != 2) {
        fprintf(stderr, "usage: %s DIR\n", argv[0]);
        return 2;
    }
    arena = arena_make(0);
    sample_make(&sample);
    write_report(argv[1], "plain", &sample, NULL, NULL);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        char name[32];
        snprintf(name, sizeof name, "scattered-%02u", (unsigned)seed);
        sample_make(&sample);
        scatter(&sample, seed);
        write_report(argv[1], name, &sample, NULL, NULL);
    }
    sample_make(&sample);
    sample_add_endpoint(&sample);
    write_report(argv[1], "two-endpoints", &sample, NULL, NULL);
    sample_make(&sample);
    sample.record.call_count = 1;
    sample.record.tail.end = RUN_END_CANCELLED;
    write_report(argv[1], "no-measured-call", &sample, NULL, NULL);
    sample_make(&sample);
    for (unsigned i = 1; i < SAMPLE_CALLS; i++)
        sample_fail(&sample.calls[i], OUTCOME_HTTP_5XX, 503);
    write_report(argv[1], "all-failed", &sample, NULL, NULL);
    sample_make(&sample);
    sample_make(&baseline);
    baseline.record.head.plan.kind = ENDPOINT_BASELINE;
    sample_set_root(&baseline.record);
    write_report(argv[1], "with-baseline", &sample, &baseline.record, NULL);
    sample_make(&baseline);
    write_report(argv[1], "with-earlier-run", &sample, NULL, &baseline.record);
    arena_free(&arena);
    return 0;
}
