#include "bench/stats.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void stats_sort(int64_t *us, size_t n)
{
    qsort(us, n, sizeof *us, compare);
}

int64_t stats_linear(const int64_t *sorted, size_t n, unsigned percent)
{
    const size_t h = (n - 1) * percent, k = h / 100, r = h % 100;
    int64_t hundredths = sorted[k] * 100;
    if (r)
        hundredths += (sorted[k + 1] - sorted[k]) * (int64_t)r;
    return (hundredths + 50) / 100;
}

size_t stats_rank(size_t n, unsigned percent)
{
    const size_t rank = (n * percent + 99) / 100;
    return rank ? rank : 1;
}

bool stats_adjusted(const int64_t *sorted, size_t n, size_t failed, unsigned percent, int64_t *us)
{
    const size_t rank = stats_rank(n + failed, percent);
    if (rank > n)
        return false;
    *us = sorted[rank - 1];
    return true;
}

static wide_uint sum_of(const int64_t *us, size_t n)
{
    wide_uint sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)us[i];
    return sum;
}

int64_t stats_mean(const int64_t *us, size_t n)
{
    return (int64_t)integer_ratio(sum_of(us, n), n);
}

wide_uint stats_squares(const int64_t *us, size_t n)
{
    const wide_uint sum = sum_of(us, n);
    wide_uint squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (wide_uint)us[i] * (uint64_t)us[i];
    return n * squares - sum * sum;
}

bool stats_stdev_ns(const int64_t *us, size_t n, int64_t *ns)
{
    if (n < 2)
        return false;
    const wide_uint ns_per_us = 1000;
    *ns = (int64_t)integer_sqrt_ratio(stats_squares(us, n) * ns_per_us * ns_per_us,
                                      (wide_uint)n * (n - 1));
    return true;
}

/* Twice the median, which may lie half way between two. */
static int64_t twice_median(const int64_t *sorted, size_t n)
{
    return sorted[(n - 1) / 2] + sorted[n / 2];
}

/* Twice the distance from the median. */
static int64_t twice_distance(int64_t us, int64_t median2)
{
    return llabs(2 * us - median2);
}

/* Four times the median absolute deviation. The distances to the left of the median and those to
 * its right are ascending already, going outwards: they are merged until the middle. */
static int64_t four_deviations(const int64_t *sorted, size_t n)
{
    const int64_t median2 = twice_median(sorted, n);
    size_t right = 0;
    while (right < n && 2 * sorted[right] < median2)
        right++;
    size_t left = right; /* one behind the next to the left */
    int64_t middle[2] = {0, 0};
    for (size_t i = 0; i <= n / 2; i++) {
        const int64_t to_left = left ? twice_distance(sorted[left - 1], median2) : INT64_MAX;
        const int64_t to_right = right < n ? twice_distance(sorted[right], median2) : INT64_MAX;
        const int64_t nearest = to_left < to_right ? to_left : to_right;
        if (to_left < to_right)
            left--;
        else
            right++;
        if (i == (n - 1) / 2)
            middle[0] = nearest;
        if (i == n / 2)
            middle[1] = nearest;
    }
    return middle[0] + middle[1];
}

int64_t stats_outlier_score(const int64_t *sorted, size_t n, int64_t us)
{
    const int64_t distance2 = twice_distance(us, twice_median(sorted, n));
    const int64_t deviation4 = four_deviations(sorted, n);
    if (!deviation4)
        return distance2 ? INT64_MAX : 0;
    return (int64_t)integer_ratio((wide_uint)distance2 * 2 * 100, (wide_uint)deviation4);
}

bool stats_is_outlier(const int64_t *sorted, size_t n, int64_t us)
{
    const int64_t distance2 = twice_distance(us, twice_median(sorted, n));
    return (wide_uint)distance2 * 2 * 1000 > (wide_uint)four_deviations(sorted, n) * 14826;
}

/* `unit_us` is the unit of time, times the parts of one that are counted. */
static uint64_t rate(uint64_t count, uint64_t unit_us, int64_t wall_us)
{
    return wall_us <= 0 ? 0
                        : (uint64_t)integer_ratio((wide_uint)count * unit_us, (wide_uint)wall_us);
}

uint64_t stats_per_second(uint64_t count, int64_t wall_us)
{
    return rate(count, UINT64_C(1000000) * 100, wall_us);
}

uint64_t stats_per_minute(uint64_t count, int64_t wall_us)
{
    return rate(count, UINT64_C(60000000) * 100, wall_us);
}

uint64_t stats_per_hour(uint64_t count, int64_t wall_us)
{
    return rate(count, UINT64_C(3600000000) * 10, wall_us);
}
