/* What n calls say about the calls that were not made, at 95 % confidence, when calls are
 * independent. Closed forms, no resampling. `calls` is at most NATURAL_MAX_CALLS. Pure,
 * thread-safe. */
#ifndef BENCH_INTERVAL_H
#define BENCH_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interval {
    int64_t low, high;
};

/* Mean +- t(0.975, n - 1) * s / sqrt(n), in microseconds; a low end below 0 is 0. False when n is
 * 1: nothing can be said. */
bool interval_mean(const int64_t *us, size_t n, struct interval *out);

/* Student's t, 97.5 %, in ten-thousandths. `degrees` is 1 or more. */
uint32_t interval_student_t(unsigned degrees);

/* One end of an interval at an observed call. */
struct order_bound {
    unsigned rank;     /* 1 is the fastest; 0: no such bound exists for so few calls */
    uint32_t coverage; /* hundredths of a percent */
};

/* The median lies between the rank-th fastest and the rank-th slowest call (order statistics). */
struct order_bound interval_median(unsigned calls);

/* The true percentile is at least, or at most, the rank-th fastest call (one-sided). */
struct order_bound interval_lower(unsigned calls, unsigned percent);
struct order_bound interval_upper(unsigned calls, unsigned percent);

/* The fewest calls with an upper bound of this percentile: 59 for 95, 299 for 99. */
unsigned interval_calls_needed(unsigned percent);

/* Probability, in tenths of a percent, that none of `calls` calls is as slow as the true
 * percentile. */
uint32_t interval_unseen(unsigned calls, unsigned percent);

/* Wilson's interval for a rate, in tenths of a percent (E. B. Wilson, JASA 22, 1927). `calls` is 1
 * or more. */
struct interval interval_wilson(unsigned successes, unsigned calls);

#endif
