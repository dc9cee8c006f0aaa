#include "bench/permutation.h"

#include "bench/integer.h"
#include "bench/stats.h"
#include <stdlib.h>
#include <string.h>

/* C(20, 10) is below the limit and C(21, 10) above: the smaller set has at most 10 values. */
enum { MAX_CHOSEN = 10, MILLION = 1000000 };

/* C(n, k); anything above the limit is the limit + 1. */
static uint64_t count_splits(size_t n, size_t k)
{
    uint64_t count = 1;
    for (size_t i = 1; i <= k; i++) {
        count = count * (n - k + i) / i;
        if (count > PERMUTATION_MAX_SPLITS)
            return PERMUTATION_MAX_SPLITS + 1;
    }
    return count;
}

/* |n * (sum of the chosen) - k * (sum of all)|: n(n-k)k times the distance of the means. */
static int64_t distance(int64_t chosen, int64_t all, size_t n, size_t k)
{
    return llabs((int64_t)n * chosen - (int64_t)k * all);
}

/* The next choice of k out of n in lexical order, its sum kept up to date; false after the last. */
static bool next_choice(const int64_t *values, size_t n, size_t k, size_t *chosen, int64_t *sum)
{
    size_t i = k;
    while (i > 0 && chosen[i - 1] == n - k + i - 1)
        i--;
    if (!i)
        return false;
    size_t place = chosen[i - 1];
    for (i--; i < k; i++) {
        *sum -= values[chosen[i]];
        chosen[i] = ++place;
        *sum += values[chosen[i]];
    }
    return true;
}

/* The smaller set stands first among the n values. */
static void test_exactly(const int64_t *values, size_t n, size_t k, struct difference *out)
{
    size_t chosen[MAX_CHOSEN] = {0};
    int64_t sum = 0, all = 0;
    for (size_t i = 0; i < n; i++)
        all += values[i];
    for (size_t i = 0; i < k; i++) {
        chosen[i] = i;
        sum += values[i];
    }
    const int64_t observed = distance(sum, all, n, k);
    do {
        out->splits++;
        out->extreme += distance(sum, all, n, k) >= observed;
    } while (next_choice(values, n, k, chosen, &sum));
    out->exact = true;
    out->p_millionths = (uint32_t)integer_ratio((wide_uint)out->extreme * MILLION, out->splits);
}

/* Probability, in millionths, that a standard normal variable is farther from 0 than z, which is in
 * units of 2^-30. The series of the density's integral: sum of (-1)^k z^(2k+1) / (2^k k! (2k+1)).
 * Its largest term is e^(z^2/2), so 2^-60 leaves ten good digits at z = 6, beyond which the
 * probability is below the unit. */
static uint32_t two_tails(uint64_t z)
{
    const wide_int one = (wide_int)1 << 60;
    const wide_int density = 459949134171706403; /* 2^60 / sqrt(2 pi) */
    if (z >= (uint64_t)6 << 30)
        return 0;
    const wide_int z2 = (wide_int)z * z >> 30;
    wide_int term = (wide_int)z << 30, sum = 0;
    for (int k = 0; term; k++) {
        sum += (k % 2 ? -term : term) / (2 * k + 1);
        term = (term * z2 >> 30) / (2 * (k + 1));
    }
    const wide_int outside = one - 2 * (sum * (density >> 20) >> 40);
    return outside < 0 ? 0 : (uint32_t)(((wide_uint)outside * MILLION + (one >> 1)) >> 60);
}

struct ranked {
    int64_t us;
    bool first; /* of the first set */
};

static int compare_ranked(const void *a, const void *b)
{
    const int64_t x = ((const struct ranked *)a)->us, y = ((const struct ranked *)b)->us;
    return (x > y) - (x < y);
}

static void test_ranks(struct ranked *values, size_t first, size_t n, struct difference *out)
{
    uint64_t ranks2 = 0, ties = 0; /* twice the rank sum of the first set; sum of t^3 - t */
    qsort(values, n, sizeof *values, compare_ranked);
    for (size_t i = 0, end; i < n; i = end) {
        size_t of_first = 0;
        for (end = i; end < n && values[end].us == values[i].us; end++)
            of_first += values[end].first;
        ranks2 += of_first * (i + 1 + end);
        ties += (end - i) * ((end - i) * (end - i) - 1);
    }
    const uint64_t pairs = first * (n - first), u2 = ranks2 - first * (first + 1);
    uint64_t off2 = u2 > pairs ? u2 - pairs : pairs - u2;
    off2 -= off2 > 0;
    const wide_uint spread = (wide_uint)n * (n - 1) * (n + 1) - ties;
    /* z^2 = (off2 / 2)^2 / (pairs * spread / (12 n (n - 1))) */
    const wide_uint over = (wide_uint)off2 * off2 * 3 * n * (n - 1), under = pairs * spread;
    out->p_millionths = !spread              ? MILLION
                        : over / under >= 36 ? 0
                                             : two_tails(integer_sqrt((over << 60) / under));
}

static enum err find_shift(struct sample_us a, struct sample_us b, int64_t *shift)
{
    const size_t n = a.n * b.n;
    int64_t *differences = malloc(n * sizeof *differences);
    if (!differences)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < a.n; i++)
        for (size_t j = 0; j < b.n; j++)
            differences[i * b.n + j] = b.us[j] - a.us[i];
    stats_sort(differences, n);
    const int64_t twice = differences[(n - 1) / 2] + differences[n / 2];
    *shift = (twice + 1) >> 1; /* floor, also below 0 */
    free(differences);
    return ERR_OK;
}

enum err difference_of(struct sample_us a, struct sample_us b, struct difference *out)
{
    const size_t n = a.n + b.n;
    *out = (struct difference){.exact = false};
    enum err err = find_shift(a, b, &out->shift_us);
    if (err)
        return err;
    const struct sample_us small = a.n < b.n ? a : b, large = a.n < b.n ? b : a;
    if (count_splits(n, small.n) <= PERMUTATION_MAX_SPLITS) {
        int64_t *values = malloc(n * sizeof *values);
        if (!values)
            return ERR_NO_MEMORY;
        memcpy(values, small.us, small.n * sizeof *values);
        memcpy(values + small.n, large.us, large.n * sizeof *values);
        test_exactly(values, n, small.n, out);
        free(values);
        return ERR_OK;
    }
    struct ranked *values = malloc(n * sizeof *values);
    if (!values)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        values[i] = (struct ranked){.us = i < a.n ? a.us[i] : b.us[i - a.n], .first = i < a.n};
    test_ranks(values, a.n, n, out);
    free(values);
    return ERR_OK;
}

const char *difference_words(const struct difference *d)
{
    enum { EVIDENCE_MILLIONTHS = 50000 }; /* p below 0.05 */
    if (d->p_millionths >= EVIDENCE_MILLIONTHS)
        return "no evidence of a difference";
    return d->shift_us < 0 ? "faster" : "slower";
}
