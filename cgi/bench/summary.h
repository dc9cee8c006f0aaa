/* All figures of one endpoint of a run, derived from its raw data (docs/benchmark.md has every
 * definition). Warm-up calls count in what was spent and nowhere else. Pure, thread-safe. */
#ifndef BENCH_SUMMARY_H
#define BENCH_SUMMARY_H

#include "base/arena.h"
#include "bench/record.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Durations of the successful calls that have one, ascending. */
struct series {
    const int64_t *us;
    size_t n;
};

struct bench_summary {
    const struct bench_endpoint *endpoint;
    size_t attempted, succeeded, warmups;
    size_t outcomes[OUTCOME_COUNT]; /* of the measured calls */
    struct series latency, ttft, ttfo, tpot;
    struct series gaps;       /* between the events of a call, all calls together */
    bool gaps_are_tokens;     /* each event was one token: then they are inter-token latencies */
    int64_t wall_us;          /* from the first start to the last end, failed calls included */
    int64_t busy_us;          /* sum of the latencies, failed calls included */
    int64_t largest_queue_us; /* start - due */
    uint64_t output_tokens;   /* of the successful calls */
    uint64_t streamed_tokens; /* those after each call's first ... */
    int64_t streaming_us;     /* ... and the time they took */
    bool tokens_estimated;    /* of some successful call */
    size_t over_reported, rerouted;
    struct job_number cached_tokens;    /* unknown: no call said */
    size_t slo_met;                     /* successful and within all targets; 0 without a target */
    size_t proofs[PROOF_COUNT];         /* of the successful calls */
    bool cost_known;                    /* of every call */
    bool cost_at_most;                  /* of some successful call */
    bool spent_at_most;                 /* of some call */
    amount cost;                        /* of the successful calls */
    amount spent;                       /* of all, warm-up included */
    const struct bench_call *connected; /* the first that opened a connection; NULL: none */
};

/* Everything lives in `arena` and in the record. ERR_NO_MEMORY; ERR_OVERFLOW when the costs have no
 * sum. */
enum err summary_make(const struct bench_record *record, unsigned endpoint, struct arena *arena,
                      struct bench_summary *out);

/* Of one call; -1 where it has none. */
int64_t call_latency_us(const struct bench_call *call);
int64_t call_ttft_us(const struct bench_call *call);
int64_t call_tpot_us(const struct bench_call *call); /* rounded half up */

/* What the operator can do about a call that an endpoint of this kind refused; NULL where that is
 * not known. */
const char *call_remedy(const struct bench_call *call, enum job_endpoint kind);

/* Whether the call was measured at this endpoint and succeeded. */
bool call_counts(const struct bench_call *call, unsigned endpoint);

/* The measured calls that were made and those that were planned, of all endpoints. */
struct run_progress {
    size_t made, planned;
};

struct run_progress run_progress_of(const struct bench_record *record);

#endif
