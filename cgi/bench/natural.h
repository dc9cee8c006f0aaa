/* Natural numbers as wide as the binomial sums of a thousand calls need (100^1000 has 6,644 bits):
 * probabilities at small n are compared exactly, not through rounded logarithms. No operation
 * checks its limit: NATURAL_LIMBS is more than the sums of NATURAL_MAX_CALLS calls need.
 * Pure, thread-safe. */
#ifndef BENCH_NATURAL_H
#define BENCH_NATURAL_H

#include <stdint.h>

enum { NATURAL_MAX_CALLS = 1000, NATURAL_LIMBS = 216 };

struct natural {
    uint32_t limbs[NATURAL_LIMBS]; /* least first */
    unsigned used;
};

struct natural natural_from(uint32_t value);
void natural_multiply(struct natural *n, uint32_t factor);
/* Exact divisions only: the remainder is lost. */
void natural_divide(struct natural *n, uint32_t divisor);
void natural_add(struct natural *n, const struct natural *other);
/* -1, 0 or 1, as a is less than, equal to or greater than b. */
int natural_compare(const struct natural *a, const struct natural *b);
/* part / whole in units of 1/scale, rounded half up. part <= whole, whole is not 0. */
uint32_t natural_share(const struct natural *part, const struct natural *whole, uint32_t scale);

#endif
