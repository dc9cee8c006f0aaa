/* What the job store costs: reading figures and pages at 10^4 and at 10^6 jobs, and accepting jobs
 * at full durability with the machine's own syncs per second beside it.
 *
 *   bench_store [FOLDER]     FOLDER on the disk in question; default /var/tmp
 *
 * Prints a Markdown table. Exits 1 when a promise is broken: figures under 2 ms and a page under
 * 5 ms at 10^6 jobs, neither more than twice what it costs at 10^4. */
#include "base/clock.h"
#include "store/store.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SMALL = 10000, LARGE = 1000000, BATCH = 1000, RUNS = 1001, PAGE = 30, SPAN_MS = 7200000 };

enum measure { FIGURES, CHANGED, FIRST_PAGE, DEEP_PAGE, MERGED_PAGE, MEASURE_COUNT };

static const struct {
    const char *name;
    int64_t limit_us; /* at LARGE; 0: none */
} measures[MEASURE_COUNT] = {
    [FIGURES] = {"figures (totals, averages, activity)", 2000},
    [CHANGED] = {"has anything changed", 0},
    [FIRST_PAGE] = {"first page of 30", 5000},
    [DEEP_PAGE] = {"page of 30 in the middle", 5000},
    [MERGED_PAGE] = {"page of 30 of two stores", 5000},
};

struct figure {
    int64_t p50_us, p99_us;
};

static void check(enum err err, const char *what)
{
    if (!err)
        return;
    fprintf(stderr, "bench_store: %s: %s\n", what, err_text(err));
    exit(2);
}

static struct store_writer *open_writer(const char *path)
{
    struct buf problem = buf_make(BUF_NO_LIMIT);
    struct store_writer *writer;
    check(store_writer_open(path, STORE_JOBS, &problem, &writer), path);
    buf_free(&problem);
    return writer;
}

static struct job make_job(char kind, int number, int count, int64_t now_ms, char id[32])
{
    snprintf(id, 32, "%c-%08x", kind, (unsigned)number * 2654435761u); /* in no order */
    const int64_t start_ms = now_ms - SPAN_MS + (int64_t)number * SPAN_MS / count;
    struct job job = {.id = id,
                      .model = "meta-llama/llama-3.1-8b-instruct",
                      .status = number % 10 == 0 ? JOB_RUNNING : JOB_COMPLETED,
                      .started_ms = {true, start_ms},
                      .input_tokens = {true, 512},
                      .provider = "0xa48f01287233509FD694a22Bf840225062E67836",
                      .endpoint = ENDPOINT_PROVIDER,
                      .proof = PROOF_REPORTED};
    if (job.status == JOB_COMPLETED) {
        job.ended_ms = (struct job_number){true, start_ms + 120};
        job.output_tokens = (struct job_number){true, 128};
        job.latency_ms = (struct job_number){true, 120};
    }
    return job;
}

/* Returns jobs a second. */
static double fill(const char *path, char kind, int count, int64_t now_ms)
{
    struct store_writer *writer = open_writer(path);
    static struct job jobs[BATCH];
    static char ids[BATCH][32];
    static struct store_outcome outcomes[BATCH];
    int64_t start_us = clock_mono_us();
    for (int i = 0; i < count; i += BATCH) {
        for (int k = 0; k < BATCH; k++)
            jobs[k] = make_job(kind, i + k, count, now_ms, ids[k]);
        check(store_put_jobs(writer, jobs, BATCH, now_ms, outcomes), "put");
    }
    double seconds = (double)(clock_mono_us() - start_us) / 1e6;
    store_writer_close(writer);
    return count / seconds;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t once(enum measure m, struct store_reader *const readers[2], int64_t now_ms,
                    const char *middle, struct arena *arena)
{
    struct store_totals totals;
    struct job_page page;
    bool changed;
    arena_reset(arena);
    int64_t start_us = clock_mono_us();
    switch (m) {
    case FIGURES:
        check(store_read_totals(readers[0], now_ms, &totals), "totals");
        break;
    case CHANGED:
        check(store_changed(readers[0], &changed), "changed");
        break;
    case FIRST_PAGE:
        check(store_read_page(readers, 1, NULL, PAGE, arena, &page), "page");
        break;
    case DEEP_PAGE:
        check(store_read_page(readers, 1, middle, PAGE, arena, &page), "page");
        break;
    default:
        check(store_read_page(readers, 2, middle, PAGE, arena, &page), "page");
        break;
    }
    return clock_mono_us() - start_us;
}

static struct figure figure_of(int64_t times[RUNS])
{
    qsort(times, RUNS, sizeof *times, by_value);
    return (struct figure){times[RUNS / 2], times[RUNS * 99 / 100]};
}

/* Reads the small and the large store by turns, so that a neighbour's work meets both. */
static void measure(const char *small, const char *large, const char *other, int64_t now_ms,
                    struct figure few[MEASURE_COUNT], struct figure many[MEASURE_COUNT])
{
    static int64_t few_us[RUNS], many_us[RUNS];
    struct store_reader *more = store_reader_new(other, STORE_JOBS);
    struct store_reader *at_few[] = {store_reader_new(small, STORE_JOBS), more};
    struct store_reader *at_many[] = {store_reader_new(large, STORE_JOBS), more};
    struct arena arena = arena_make(PAGE_MAX_BYTES);
    char middle[64];
    snprintf(middle, sizeof middle, "0x%016llx6a", (long long)now_ms - SPAN_MS / 2);
    for (int m = 0; m < MEASURE_COUNT; m++) {
        for (int i = 0; i < RUNS; i++) {
            few_us[i] = once((enum measure)m, at_few, now_ms, middle, &arena);
            many_us[i] = once((enum measure)m, at_many, now_ms, middle, &arena);
        }
        few[m] = figure_of(few_us);
        many[m] = figure_of(many_us);
    }
    arena_free(&arena);
    store_reader_free(at_few[0]);
    store_reader_free(at_many[0]);
    store_reader_free(more);
}

static double durable_puts(const char *path, int64_t now_ms)
{
    enum { PUTS = 300 };
    struct store_writer *writer = open_writer(path);
    int64_t start_us = clock_mono_us();
    for (int i = 0; i < PUTS; i++) {
        char id[32];
        struct store_outcome outcome;
        const struct job job = make_job('n', LARGE + i, LARGE, now_ms, id);
        check(store_put_jobs(writer, &job, 1, now_ms, &outcome), "put");
    }
    double seconds = (double)(clock_mono_us() - start_us) / 1e6;
    store_writer_close(writer);
    return PUTS / seconds;
}

/* Of 4 KB appended each. */
static double plain_syncs(const char *path)
{
    enum { SYNCS = 300 };
    static const char page[4096];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int64_t start_us = clock_mono_us();
    for (int i = 0; i < SYNCS; i++)
        if (write(fd, page, sizeof page) != sizeof page || fdatasync(fd) != 0)
            check(ERR_SYSTEM, path);
    double seconds = (double)(clock_mono_us() - start_us) / 1e6;
    close(fd);
    return SYNCS / seconds;
}

static void remove_all(const char *folder, const char *const *names, size_t count)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char path[PATH_MAX];
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof suffixes / sizeof *suffixes; k++) {
            snprintf(path, sizeof path, "%s/%s%s", folder, names[i], suffixes[k]);
            unlink(path);
        }
    rmdir(folder);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"small.db", "large.db", "other.db", "plain"};
    char folder[PATH_MAX - 32], small[PATH_MAX], large[PATH_MAX], other[PATH_MAX], plain[PATH_MAX];
    struct figure few[MEASURE_COUNT], many[MEASURE_COUNT];
    const int64_t now_ms = clock_wall_ms();
    bool kept = true;
    snprintf(folder, sizeof folder, "%s/bench-store-XXXXXX", argc > 1 ? argv[1] : "/var/tmp");
    if (!mkdtemp(folder))
        check(ERR_SYSTEM, folder);
    snprintf(small, sizeof small, "%s/%s", folder, names[0]);
    snprintf(large, sizeof large, "%s/%s", folder, names[1]);
    snprintf(other, sizeof other, "%s/%s", folder, names[2]);
    snprintf(plain, sizeof plain, "%s/%s", folder, names[3]);

    fill(other, 'o', SMALL, now_ms);
    fill(small, 'a', SMALL, now_ms);
    double bulk = fill(large, 'a', LARGE, now_ms);
    measure(small, large, other, now_ms, few, many);
    double puts = durable_puts(large, now_ms), syncs = plain_syncs(plain);
    remove_all(folder, names, sizeof names / sizeof *names);

    printf("| read, microseconds p50 / p99 | 10^4 jobs | 10^6 jobs | ratio of p50 |\n");
    printf("|---|---|---|---|\n");
    for (int m = 0; m < MEASURE_COUNT; m++) {
        double ratio = (double)many[m].p50_us / (double)(few[m].p50_us ? few[m].p50_us : 1);
        printf("| %s | %lld / %lld | %lld / %lld | %.2f |\n", measures[m].name,
               (long long)few[m].p50_us, (long long)few[m].p99_us, (long long)many[m].p50_us,
               (long long)many[m].p99_us, ratio);
        kept &= !measures[m].limit_us || (many[m].p50_us < measures[m].limit_us && ratio <= 2);
    }
    printf("\n| write | a second |\n|---|---|\n");
    printf("| jobs, 1000 a transaction, up to 10^6 | %.0f |\n", bulk);
    printf("| jobs, one a transaction, each on the disk | %.0f |\n", puts);
    printf("| plain syncs of 4 KB on this disk | %.0f |\n", syncs);
    return kept ? 0 : 1;
}
