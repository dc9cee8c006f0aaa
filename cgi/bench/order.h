/* A run that was asked for and judged: what shall be done, and with what. It owns its memory, so
 * that the thread that runs it does not depend on the request that asked. */
#ifndef BENCH_ORDER_H
#define BENCH_ORDER_H

#include "base/arena.h"
#include "bench/plan.h"
#include "bench/preflight.h"
#include "bench/record.h"

struct bench_order {
    struct arena arena; /* of all that is below */
    struct bench_plan plan;
    struct preflight preflight; /* without problems */
};

struct bench_order *order_new(void);        /* NULL without memory */
void order_free(struct bench_order *order); /* NULL is accepted */

/* The head of the run's record: a new id, this moment, the endpoints as they will be called, this
 * machine and the rules by which is measured. Lives in the order's arena. ERR_NO_MEMORY, ERR_SYSTEM
 * without randomness. */
enum err order_head(struct bench_order *order, const struct bench_means *means,
                    const struct bench_calibration *calibration, struct bench_head *head);

#endif
