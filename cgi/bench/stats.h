/* Figures of a set of durations in microseconds. `sorted` is ascending, n is 1 or more, durations
 * are 0 to RECORD_MAX_US and at most 10,000 of them, so that nothing here overflows. All rounding
 * is half up. Pure, thread-safe. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include "bench/integer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void stats_sort(int64_t *us, size_t n);

/* Percentile by linear interpolation, type 7 of Hyndman and Fan (The American Statistician 50,
 * 1996): numpy's default. */
int64_t stats_linear(const int64_t *sorted, size_t n, unsigned percent);

/* Place (1 to n) of the nearest-rank percentile: ceil(percent * n / 100), at least 1. A value that
 * was observed. */
size_t stats_rank(size_t n, unsigned percent);

/* The nearest-rank percentile when each of `failed` calls lasted for ever; false when it is one of
 * these. n may be 0. */
bool stats_adjusted(const int64_t *sorted, size_t n, size_t failed, unsigned percent, int64_t *us);

int64_t stats_mean(const int64_t *us, size_t n);

/* n * sum of squares - (sum)^2: n * (n - 1) times the sample variance. */
wide_uint stats_squares(const int64_t *us, size_t n);

/* Sample standard deviation (n - 1) in nanoseconds; false when n is 1. */
bool stats_stdev_ns(const int64_t *us, size_t n, int64_t *ns);

/* How far a value lies from the median, in hundredths of the median absolute deviation; INT64_MAX
 * when the deviation is 0 and the value is another. */
int64_t stats_outlier_score(const int64_t *sorted, size_t n, int64_t us);

/* hyperfine's rule: a score above 14.826. */
bool stats_is_outlier(const int64_t *sorted, size_t n, int64_t us);

/* `count` in `wall_us`, rounded half up; 0 when no time passed. */
uint64_t stats_per_second(uint64_t count, int64_t wall_us); /* hundredths */
uint64_t stats_per_minute(uint64_t count, int64_t wall_us); /* hundredths */
uint64_t stats_per_hour(uint64_t count, int64_t wall_us);   /* tenths */

#endif
