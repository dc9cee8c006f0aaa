/* What a run shall do, as POST /admin/api/benchmarks asks for it: checked, completed by defaults,
 * and never changed afterwards. Durations are milliseconds, money is neuron. */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "eth/address.h"
#include "eth/amount.h"
#include "store/job.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PLAN_MAX_PROVIDERS = 8,
    PLAN_MAX_ENDPOINTS = PLAN_MAX_PROVIDERS + 1, /* with the baseline */
    PLAN_MAX_CALLS = 1000,                       /* of all endpoints together, without warm-up */
    PLAN_MAX_WARMUP = 10,
    PLAN_MAX_TOKENS = 4096,
    PLAN_FULL_REPORT_CALLS = 10, /* with fewer the report says that it is not a full one */
    PLAN_MAX_IN_FLIGHT = 8,      /* open loop */
    PLAN_MAX_CONSECUTIVE_FAILURES = 5,
    PLAN_MAX_STAMPS = 500 * 1000 /* calls x maxTokens: bounds the raw data of a run */
};

/* Of one call, all of them positive: until the connection is ready for the request; from the start
 * to the first token; from the start to the end; and, after the first token, without a byte. */
struct bench_timeouts {
    int connect_ms, first_token_ms, total_ms, stall_ms;
};

/* All numbers are what the run uses: defaults are filled in. */
struct bench_plan {
    enum job_endpoint kind; /* provider, router or baseline; never ENDPOINT_NONE */
    const char *model;      /* NULL: what the endpoint serves */
    struct address providers[PLAN_MAX_PROVIDERS]; /* called in turn: A, B, C, A ... */
    size_t provider_count; /* 0: of kind provider found by the model, of kind router its own choice;
                            * a router can be asked for one */
    bool with_baseline;    /* the configured baseline is called in turn with the others */
    unsigned calls;        /* measured ones, for each endpoint */
    unsigned warmup;       /* per endpoint, before the measured ones */
    unsigned max_tokens;
    const char *prompt_set; /* "v1" */
    uint64_t seed;
    unsigned rate_per_min; /* open loop: starts a minute; 0: closed loop, one after the other */
    amount max_spend;      /* neuron: no call starts whose worst case would pass it */
    int64_t max_duration_ms;
    struct bench_timeouts timeouts;
    struct {
        int64_t latency_ms, ttft_ms; /* 0: no target */
        amount cost;                 /* neuron, of one inference on average; 0: no limit */
    } slo;
    bool cache_allowed;   /* identical prompts; else each begins with a nonce */
    bool new_connections; /* one for each call */
};

/* From the request's body. Unknown, repeated and ill-typed fields are refused; so is a run on a
 * network with real money (`spends_real_money`) that does not spell out maxSpendNeuron. `problem`
 * gets one line for people on ERR_BAD_FORMAT. Strings live in `arena`. ERR_NOT_JSON, ERR_NO_MEMORY.
 * Thread-safe. */
enum err plan_parse(const char *text, size_t len, bool spends_real_money, struct arena *arena,
                    struct bench_plan *plan, struct buf *problem);

/* The plan as JSON, every field, under `key`; plan_read() takes it back: report.json and the store
 * keep it so. ERR_BAD_FORMAT for anything that plan_put() does not write. */
void plan_put(struct json_writer *w, const char *key, const struct bench_plan *plan);
enum err plan_read(const cJSON *object, struct arena *arena, struct bench_plan *plan);

#endif
