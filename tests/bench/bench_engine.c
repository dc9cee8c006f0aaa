/*
 * bench_engine URL STREAMS SECONDS: the benchmark's engine as a run uses it, with parsing and a row
 * of raw data for every call, the store left out. STREAMS calls are always in flight, none starts
 * after SECONDS. Prints a line of JSON.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "bench/call.h"
#include "bench/record.h"
#include "net/endpoint.h"
#include "net/http.h"
#include "times.h"

enum {
    TIMEOUT_MS = 10000,
    MEMORY_EVERY = 64, /* calls between two looks at our memory */
};

struct load {
    struct caller *caller;
    struct call_request request;
    int64_t end_us; /* no call starts after it */
    struct buf row;
    struct buf latencies, first_tokens; /* int64_t microseconds each */
    unsigned calls, failures;
    long anon_kb; /* the most that was seen */
    enum err err;
};

static long private_memory_kb(void)
{
    char line[256];
    long kb = 0;
    FILE *file = fopen("/proc/self/status", "re");

    if (!file)
        return 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "RssAnon: %ld kB", &kb) == 1)
            break;
    fclose(file);
    return kb;
}

static void start_call(struct load *load)
{
    enum err err = caller_start(load->caller, &load->request, NULL);

    if (err)
        load->err = err;
}

static void on_done(void *user, const struct call_result *result)
{
    struct load *load = user;
    const struct bench_call *record = &result->record;
    int64_t latency_us = record->end_us - record->start_us;

    buf_reset(&load->row);
    record_put_call(&load->row, record);
    if (record->outcome == OUTCOME_OK) {
        times_add(&load->latencies, latency_us);
        times_add(&load->first_tokens, record->token_us[0]);
    } else {
        load->failures++;
    }
    if (load->calls++ % MEMORY_EVERY == 0) {
        long kb = private_memory_kb();
        load->anon_kb = kb > load->anon_kb ? kb : load->anon_kb;
    }
    if (clock_mono_us() < load->end_us)
        start_call(load);
}

static double cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void make_load(struct load *load, unsigned streams, unsigned seconds)
{
    int64_t start_us = clock_mono_us();
    double cpu_before = cpu_us();
    double elapsed_s;

    load->request.zero_us = start_us;
    load->end_us = start_us + (int64_t)seconds * 1000000;
    for (unsigned i = 0; i < streams; i++)
        start_call(load);
    while (caller_in_flight(load->caller) > 0)
        caller_run(load->caller, TIMEOUT_MS);
    elapsed_s = (double)(clock_mono_us() - start_us) / 1e6;
    printf("{\"calls\":%u,\"failures\":%u,\"seconds\":%.3f,\"p50Us\":%lld,\"p99Us\":%lld,"
           "\"firstP50Us\":%lld,\"firstP99Us\":%lld,\"cpuUs\":%.1f,\"anonBytes\":%ld}\n",
           load->calls, load->failures, elapsed_s,
           (long long)times_percentile(&load->latencies, 50),
           (long long)times_percentile(&load->latencies, 99),
           (long long)times_percentile(&load->first_tokens, 50),
           (long long)times_percentile(&load->first_tokens, 99),
           load->calls ? (cpu_us() - cpu_before) / load->calls : 0, load->anon_kb * 1024);
}

int main(int argc, char **argv)
{
    struct arena arena = arena_make(1 << 20);
    struct load load = {
        .row = buf_make(BUF_NO_LIMIT),
        .latencies = buf_make(BUF_NO_LIMIT),
        .first_tokens = buf_make(BUF_NO_LIMIT),
    };
    struct cidr_list loopback;
    struct endpoint endpoint;
    unsigned streams, seconds;
    enum err err;

    streams = argc == 4 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    seconds = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
    if (streams < 1 || streams > CALLS_TOGETHER_MAX || seconds < 1) {
        fprintf(stderr, "usage: bench_engine URL STREAMS SECONDS\n");
        return EXIT_FAILURE;
    }
    signal(SIGPIPE, SIG_IGN);
    err = http_global_init();
    if (!err)
        err = cidr_list_parse("127.0.0.0/8", &loopback);
    if (!err)
        err = endpoint_make(&endpoint, "URL", argv[1], &loopback, &arena);
    load.caller = caller_new();
    if (!err && load.caller) {
        load.request = (struct call_request){
            .endpoint = &endpoint,
            .model = "openai/gpt-oss-20b",
            .prompt = "Count to 64.",
            .max_tokens = 64,
            .seed = 42,
            .timeouts = {TIMEOUT_MS, TIMEOUT_MS, TIMEOUT_MS, TIMEOUT_MS},
            .due_us = -1,
            .priced = true,
            .input_price = 100000000000,
            .output_price = 400000000000,
            .done = on_done,
            .user = &load,
        };
        make_load(&load, streams, seconds);
        err = load.err ? load.err : load.latencies.err;
    }
    if (err)
        fprintf(stderr, "bench_engine: %s\n", err_name(err));
    caller_free(load.caller);
    buf_free(&load.row);
    buf_free(&load.latencies);
    buf_free(&load.first_tokens);
    arena_free(&arena);
    http_global_cleanup();
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
