/* The measuring engine: inference calls to OpenAI-compatible endpoints, each timed, classed and
 * handed back as the record of a run's raw data. One caller has one HTTP client and belongs to one
 * thread; calls run together (one in a closed loop, more in an open one) and never retry.
 *
 * A call starts when caller_start() hands it to libcurl: run the caller at once after it, whatever
 * lies in between counts as latency. Its callbacks run inside caller_run(), call_cancel(),
 * caller_cancel_all() and caller_free(); they may start and cancel calls, but not run the caller.
 * Not thread-safe, except caller_wake(). The program ignores SIGPIPE and called http_global_init().
 */
#ifndef BENCH_CALL_H
#define BENCH_CALL_H

#include "base/error.h"
#include "bench/plan.h"
#include "bench/record.h"
#include "eth/amount.h"
#include "net/endpoint.h"
#include "net/http.h"
#include "zerog/refusal.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    CALLS_TOGETHER_MAX = 128,         /* in flight; a run has at most PLAN_MAX_IN_FLIGHT */
    CALL_BODY_MAX = 16 * 1024 * 1024, /* bytes of a reply; it is read, not kept */
};

struct caller;
struct call; /* in flight */

/* What came of a call. All it points to is valid during `done` only. */
struct call_result {
    struct bench_call record; /* `proof` is PROOF_NONE: nobody looked yet */
    enum err err;             /* how the transfer ended; ERR_OK also for a reply of 4xx or 5xx */
    int64_t retry_after_ms;   /* -1 when not said */
};

/* The first byte of the reply came: the call is seen to run. At most once, always before `done`.
 * While it runs nothing else is stamped. */
typedef void (*call_first_byte)(void *user, struct call *call);
/* The call ended and is gone afterwards. Exactly once for each that was started. */
typedef void (*call_done)(void *user, const struct call_result *result);

/* All but `endpoint` is copied. */
struct call_request {
    const struct endpoint *endpoint; /* it and its allow list outlive the call */
    const char *path;                /* "/v1/proxy/chat/completions" */
    const char *bearer;              /* secret of the Authorization header; NULL: none */
    const char *model;
    const char *prompt;
    unsigned max_tokens;  /* 1 to PLAN_MAX_TOKENS */
    uint64_t seed;        /* at most INT64_MAX */
    const char *provider; /* router: the one asked for, sent along; NULL: whichever it takes */
    struct bench_timeouts timeouts;
    bool new_connection; /* one for this call alone */

    /* For the record. */
    unsigned number;
    bool warmup;
    unsigned endpoint_index; /* place in the head */
    int64_t zero_us;         /* the run's zero on the monotonic clock */
    int64_t due_us;          /* since then; -1: now (closed loop) */
    bool priced;             /* else the cost is not known */
    amount input_price, output_price;

    call_first_byte first_byte; /* may be NULL */
    call_done done;
    void *user;
};

struct caller *caller_new(void); /* NULL without memory */

/* Cancels what is in flight. Not from a callback. NULL is accepted. */
void caller_free(struct caller *caller);

/* On failure nothing was started and no callback will run: ERR_OVERFLOW when the worst case cannot
 * be told (bench/cost.h), ERR_BAD_FORMAT for a bearer that is no header value, ERR_TOO_LARGE with
 * CALLS_TOGETHER_MAX in flight, ERR_BAD_URL, ERR_NO_MEMORY, ERR_CANCELLED while the caller is being
 * freed. `call` may be NULL. */
enum err caller_start(struct caller *caller, const struct call_request *request,
                      struct call **call);

/* Moves calls on, ends those past a time-out, runs the callbacks; waits at most `wait_ms` when
 * nothing happens. */
void caller_run(struct caller *caller, int wait_ms);

unsigned caller_in_flight(const struct caller *caller);

/* Ends calls now, with OUTCOME_CANCELLED. From its own `done` it does nothing. */
void call_cancel(struct call *call);
void caller_cancel_all(struct caller *caller);

/* Makes a waiting caller_run() return early. Thread-safe. */
void caller_wake(struct caller *caller);

/* The client beneath, for what is asked between the calls (signatures, fees): it runs with the
 * caller, and shares its connections. */
struct http_client *caller_http(struct caller *caller);

#endif
