#include "bench/interval.h"

#include "bench/integer.h"
#include "bench/natural.h"
#include "bench/stats.h"

enum { PER_MYRIAD = 10000 };  /* hundredths of a percent */
enum { OUTSIDE_PERCENT = 5 }; /* what 95 % confidence leaves */

/* --- mean ------------------------------------------------------------------------------------- */

/* Cornish-Fisher expansion of t around the normal quantile (Abramowitz and Stegun 26.7.5), exact to
 * four digits from 10 degrees on; below stand the quantiles themselves. */
uint32_t interval_student_t(unsigned degrees)
{
    static const uint32_t few[] = {0,     127062, 43027, 31824, 27764,
                                   25706, 24469,  23646, 23060, 22622};
    static const int64_t terms[] = {1959963984540, 2372271230299, 2822498615740, 2555849679508,
                                    1589534053394}; /* 10^-12 */
    const int64_t unit = 100000000;                 /* 10^-4 in 10^-12 */
    if (degrees < sizeof few / sizeof *few)
        return few[degrees];
    int64_t power = 1, t = 0;
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++, power *= degrees)
        t += terms[i] / power;
    return (uint32_t)((t + unit / 2) / unit);
}

bool interval_mean(const int64_t *us, size_t n, struct interval *out)
{
    if (n < 2)
        return false;
    const wide_uint t = interval_student_t((unsigned)n - 1);
    const int64_t mean = stats_mean(us, n);
    const int64_t half = (int64_t)integer_sqrt_ratio(
        t * t * stats_squares(us, n), (wide_uint)PER_MYRIAD * PER_MYRIAD * n * n * (n - 1));
    *out = (struct interval){.low = mean > half ? mean - half : 0, .high = mean + half};
    return true;
}

/* --- order statistics ------------------------------------------------------------------------- */

/* Binomial probabilities with p = percent / 100, as whole numbers out of 100^calls. */
struct binomial {
    unsigned calls, percent;
    unsigned at;         /* 0 to calls */
    struct natural term; /* C(calls, at) * percent^at * (100 - percent)^(calls - at) */
};

static struct natural power(uint32_t base, unsigned exponent)
{
    struct natural n = natural_from(1);
    for (unsigned i = 0; i < exponent; i++)
        natural_multiply(&n, base);
    return n;
}

static struct binomial binomial_start(unsigned calls, unsigned percent)
{
    return (struct binomial){
        .calls = calls, .percent = percent, .term = power(100 - percent, calls)};
}

static void binomial_next(struct binomial *b)
{
    natural_multiply(&b->term, (b->calls - b->at) * b->percent);
    natural_divide(&b->term, (b->at + 1) * (100 - b->percent));
    b->at++;
}

/* part / whole <= percent / 100 */
static bool is_at_most(const struct natural *part, const struct natural *whole, uint32_t percent)
{
    struct natural left = *part, right = *whole;
    natural_multiply(&left, 100);
    natural_multiply(&right, percent);
    return natural_compare(&left, &right) <= 0;
}

/* The largest rank for which `sides` times the probability that fewer than `rank` calls are below
 * the percentile is at most 5 %; *coverage is what it leaves, in hundredths of a percent. */
static unsigned tail_rank(unsigned calls, unsigned percent, unsigned sides, uint32_t *coverage)
{
    const struct natural whole = power(100, calls);
    struct binomial b = binomial_start(calls, percent);
    struct natural sum = natural_from(0), outside = sum;
    unsigned rank = 0;
    for (; rank < calls; rank++, binomial_next(&b)) {
        struct natural next = b.term;
        natural_multiply(&next, sides);
        natural_add(&sum, &next);
        if (!is_at_most(&sum, &whole, OUTSIDE_PERCENT))
            break;
        outside = sum;
    }
    *coverage = PER_MYRIAD - natural_share(&outside, &whole, PER_MYRIAD);
    return rank;
}

struct order_bound interval_median(unsigned calls)
{
    struct order_bound bound;
    bound.rank = tail_rank(calls, 50, 2, &bound.coverage);
    return bound;
}

struct order_bound interval_lower(unsigned calls, unsigned percent)
{
    struct order_bound bound;
    bound.rank = tail_rank(calls, percent, 1, &bound.coverage);
    return bound;
}

/* Seen from the slow end it is the lower bound of the opposite percentile. */
struct order_bound interval_upper(unsigned calls, unsigned percent)
{
    struct order_bound bound = interval_lower(calls, 100 - percent);
    bound.rank = bound.rank ? calls + 1 - bound.rank : 0;
    return bound;
}

unsigned interval_calls_needed(unsigned percent)
{
    struct natural unseen = natural_from(1), whole = natural_from(1);
    unsigned calls = 0;
    while (!is_at_most(&unseen, &whole, OUTSIDE_PERCENT)) {
        natural_multiply(&unseen, percent);
        natural_multiply(&whole, 100);
        calls++;
    }
    return calls;
}

uint32_t interval_unseen(unsigned calls, unsigned percent)
{
    const struct natural unseen = power(percent, calls), whole = power(100, calls);
    return natural_share(&unseen, &whole, 1000);
}

/* --- rates ------------------------------------------------------------------------------------ */

struct interval interval_wilson(unsigned successes, unsigned calls)
{
    const wide_uint unit = 1000000000000, z2 = 3841458820694; /* z^2 of 97.5 %, in 10^-12 */
    const wide_uint k = successes, n = calls;
    /* (2k + z^2 +- sqrt(z^2 (z^2 + 4k(n-k)/n))) / (2 (n + z^2)) */
    const wide_uint root = integer_sqrt_ratio(z2 * (z2 * n + 4 * k * (n - k) * unit), n);
    const wide_uint centre = 2 * k * unit + z2, whole = 2 * (n * unit + z2);
    return (struct interval){.low = (int64_t)integer_ratio((centre - root) * 1000, whole),
                             .high = (int64_t)integer_ratio((centre + root) * 1000, whole)};
}
