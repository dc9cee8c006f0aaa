/* Whether two runs differ by more than chance: deterministic tests on durations in microseconds.
 * Both sets hold 1 to NATURAL_MAX_CALLS values. Thread-safe. */
#ifndef BENCH_PERMUTATION_H
#define BENCH_PERMUTATION_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PERMUTATION_MAX_SPLITS = 200000 };

struct sample_us {
    const int64_t *us;
    size_t n;
};

struct difference {
    /* Two-sided test of "both come from one distribution". Exact: of all `splits` ways to divide
     * the values into two such sets, `extreme` have means at least as far apart. Beyond
     * PERMUTATION_MAX_SPLITS of them: Mann-Whitney's U with midranks, normal approximation and
     * continuity correction. */
    bool exact;
    uint64_t extreme, splits; /* 0 unless exact */
    uint32_t p_millionths;    /* rounded half up */
    /* Hodges and Lehmann: the median of all differences b - a, rounded half up. */
    int64_t shift_us;
};

/* ERR_NO_MEMORY. */
enum err difference_of(struct sample_us a, struct sample_us b, struct difference *out);

/* "faster" or "slower" is what b is, where p is below 0.05; else "no evidence of a difference". */
const char *difference_words(const struct difference *d);

#endif
