/* The calls of a run, from the first to the last: warm-up, then the measured ones, one after the
 * other or at a fixed rate, over all endpoints in turn. Each call is a running job in the store
 * before it is sent and durable when it ends, before the next one starts (in an open loop: before
 * anything else is done). One thread at a time. */
#ifndef BENCH_COURSE_H
#define BENCH_COURSE_H

#include "bench/budget.h"
#include "bench/call.h"
#include "bench/gpu_watch.h"
#include "bench/order.h"
#include "store/runs.h"
#include "zerog/session.h"
#include <stdatomic.h>

struct course {
    const struct bench_means *means;
    struct bench_order *order; /* its arena holds the calls */
    const struct bench_head *head;
    struct store_writer *store;
    struct caller *caller;
    /* For what is asked between the calls, so that none of them finds its connection open but by an
     * earlier call. */
    struct http_client *aside;
    const atomic_bool *cancelled; /* by somebody; and by the end of the program: */
    const atomic_bool *stopping;
    /* A call ended and is durable: the last of `calls`. */
    void (*told)(void *user, const struct course *course);
    void *user;

    /* Read by whoever is told. */
    struct bench_call *calls; /* in the order in which they ended */
    const char **job_ids;     /* of the same */
    size_t count;
    struct budget budget;
    int64_t zero_us; /* the run's zero on the monotonic clock */

    struct session sessions[PLAN_MAX_ENDPOINTS]; /* secrets: course_close() wipes them */
    uint64_t generations[PLAN_MAX_ENDPOINTS];
    bool revoked[PLAN_MAX_ENDPOINTS]; /* the provider refused the token */
    struct gpu_watch gpu;
    unsigned failures;     /* in a row */
    int64_t not_before_us; /* a provider asked to wait */
    enum err err;          /* the store or the memory failed: nothing more is started */
};

/* What is given is filled in; the rest is zeroed. ERR_NO_MEMORY. */
enum err course_open(struct course *course);
void course_close(struct course *course);

/* Makes the calls. RUN_END_INTERRUPTED as well when the store failed. */
enum run_end course_run(struct course *course);

/* The session with the provider at that place of the head; made anew when it is due. NULL for an
 * endpoint of another kind, and without randomness. */
const struct session *course_session(struct course *course, unsigned endpoint);

/* Writes a call again, after something was added to its record. */
enum err course_keep(struct course *course, size_t place);

#endif
