/* Times of many replies, and what is said of them. Not thread-safe. */
#ifndef TESTS_BENCH_TIMES_H
#define TESTS_BENCH_TIMES_H

#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>

static inline void times_add(struct buf *times, int64_t us)
{
    buf_put(times, &us, sizeof us);
}

static int compare_times(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Nearest rank; 0 of nothing. Sorts. */
static inline int64_t times_percentile(struct buf *times, size_t percent)
{
    const size_t count = times->len / sizeof(int64_t);
    if (count == 0)
        return 0;
    qsort(times->data, count, sizeof(int64_t), compare_times);
    return ((const int64_t *)(const void *)times->data)[(percent * count + 99) / 100 - 1];
}

#endif
