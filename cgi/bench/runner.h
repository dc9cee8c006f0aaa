/* The one run that is on: a thread of its own carries it out, others start it, watch it and cancel
 * it. Thread-safe. */
#ifndef BENCH_RUNNER_H
#define BENCH_RUNNER_H

#include "bench/order.h"
#include "store/store.h"

struct runner;

/* Closes what an earlier process left without an end, and starts the thread. `means` and `store`
 * outlive the runner. ERR_SYSTEM, ERR_NO_MEMORY, and what the store may come to. */
enum err runner_new(const struct bench_means *means, struct store_writer *store,
                    struct runner **runner);

/* Ends a run that is on as PARTIAL, within two seconds. NULL is accepted. */
void runner_free(struct runner *runner);

/* Starts the run and takes the order; `id` gets its name. When one is on already: ERR_OWN_LIMIT,
 * `id` is that one's, and the order stays the caller's, as with every other failure. Takes as long
 * as the calibration. */
enum err runner_start(struct runner *runner, struct bench_order *order, char id[RUN_ID_BYTES]);

/* Asks the run of this id to end; false when it is not on. */
bool runner_cancel(struct runner *runner, const char *id);

/* Whether the run of this id is on. */
bool runner_has(struct runner *runner, const char *id);

enum watched {
    WATCH_EVENT,  /* appended to `out` (bench/events.h) */
    WATCH_SILENT, /* nothing new within `wait_ms` */
    WATCH_OTHER   /* this run is not the last one that was on: the store knows it */
};

/* Event `place` of the run of this id, once it is there. */
enum watched runner_watch(struct runner *runner, const char *id, size_t place, int wait_ms,
                          struct buf *out);

/* Waits at most `wait_ms` for the end of the run; true when it is not on (any more). */
bool runner_wait(struct runner *runner, const char *id, int wait_ms);

#endif
