/* The figures of a run against tests/vectors/latency-golden.json and the tables they come from. */
#include "bench/stats.h"

#include "support.h"

enum { MAX_SAMPLES = 128 };

struct samples {
    int64_t us[MAX_SAMPLES];
    size_t n;
};

static struct samples samples_of(const cJSON *vector)
{
    struct samples s = {.n = 0};
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(vector, "samples_us"))
    {
        assert_in_range(s.n, 0, MAX_SAMPLES - 1);
        s.us[s.n++] = (int64_t)item->valuedouble;
    }
    assert_in_range(s.n, 1, MAX_SAMPLES);
    stats_sort(s.us, s.n);
    return s;
}

static int64_t number(const cJSON *vector, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(vector, key);
    assert_true(cJSON_IsNumber(item));
    return (int64_t)item->valuedouble;
}

static void golden_vectors_are_met(void **state)
{
    (void)state;
    cJSON *doc = load_json_vectors("latency-golden.json");
    const cJSON *vector;
    size_t vectors = 0;
    cJSON_ArrayForEach(vector, doc)
    {
        const struct samples s = samples_of(vector);
        static const unsigned percents[] = {50, 95, 99};
        vectors++;
        for (size_t i = 0; i < COUNT(percents); i++) {
            char linear[8], rank[8];
            snprintf(linear, sizeof linear, "p%u", percents[i]);
            snprintf(rank, sizeof rank, "nr%u", percents[i]);
            assert_int_equal(stats_linear(s.us, s.n, percents[i]), number(vector, linear));
            assert_int_equal(s.us[stats_rank(s.n, percents[i]) - 1], number(vector, rank));
        }
        assert_int_equal(stats_mean(s.us, s.n), number(vector, "avg"));
        assert_int_equal(s.us[0], number(vector, "min"));
        assert_int_equal(s.us[s.n - 1], number(vector, "max"));
        int64_t ns;
        const cJSON *stdev = cJSON_GetObjectItem(vector, "sd_us");
        assert_int_equal(stats_stdev_ns(s.us, s.n, &ns), !cJSON_IsNull(stdev));
        if (!cJSON_IsNull(stdev)) {
            char text[32], expected[32];
            snprintf(text, sizeof text, "%lld.%03lld", (long long)ns / 1000, (long long)ns % 1000);
            snprintf(expected, sizeof expected, "%.3f", stdev->valuedouble);
            assert_string_equal(text, expected);
        }
    }
    assert_int_equal(vectors, 14);
    cJSON_Delete(doc);
}

/* Where a percentile by a running sum of doubles gives the next rank. */
static void ranks_are_counted_in_integers(void **state)
{
    (void)state;
    assert_int_equal(stats_rank(10, 90), 9);
    assert_int_equal(stats_rank(20, 50), 10);
    assert_int_equal(stats_rank(30, 90), 27);
    assert_int_equal(stats_rank(100, 10), 10);
    assert_int_equal(stats_rank(12, 95), 12);
    assert_int_equal(stats_rank(1, 1), 1);
    assert_int_equal(stats_rank(1000, 90), 900);
}

static const int64_t eight[] = {902000, 910000, 933000, 948000, 955000, 990000, 1010000, 1500000};

static void failed_calls_last_for_ever(void **state)
{
    (void)state;
    int64_t us = 0;
    assert_true(stats_adjusted(eight, 8, 2, 50, &us));
    assert_int_equal(us, 955000);
    assert_false(stats_adjusted(eight, 8, 2, 95, &us));
    assert_false(stats_adjusted(eight, 8, 2, 99, &us));
    assert_true(stats_adjusted(eight, 8, 0, 99, &us));
    assert_int_equal(us, 1500000);
    assert_false(stats_adjusted(NULL, 0, 3, 50, &us));
}

static const int64_t one_slow[] = {1180000, 1190000, 1198000, 1211000, 1225000,
                                   1244000, 1260000, 1275000, 1302000, 4870000};

static void outliers_are_flagged_by_the_median_deviation(void **state)
{
    (void)state;
    assert_int_equal(stats_outlier_score(one_slow, 10, 4870000), 9443); /* MAD 38.5 */
    assert_true(stats_is_outlier(one_slow, 10, 4870000));
    assert_false(stats_is_outlier(one_slow, 10, 1302000));
    assert_int_equal(stats_outlier_score(one_slow, 10, 1302000), 175); /* 67.5 / 38.5 */
}

/* 1234.5 + 14.826 * 38.5 = 1805.301 ms is the last that is none. */
static void the_threshold_is_exact(void **state)
{
    (void)state;
    assert_false(stats_is_outlier(one_slow, 10, 1805301));
    assert_true(stats_is_outlier(one_slow, 10, 1805302));
}

static void equal_calls_make_any_other_an_outlier(void **state)
{
    (void)state;
    const int64_t ties[] = {850, 850, 850, 850, 851};
    assert_false(stats_is_outlier(ties, 5, 850));
    assert_true(stats_is_outlier(ties, 5, 851));
    assert_int_equal(stats_outlier_score(ties, 5, 850), 0);
    assert_true(stats_outlier_score(ties, 5, 851) == INT64_MAX);
}

/* The deviation by sorting all distances, which the merge avoids. */
static void deviations_are_those_of_sorted_distances(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 500; round++) {
        int64_t us[20], distances[20];
        const size_t n = 1 + (size_t)(round % 20);
        for (size_t i = 0; i < n; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
            us[i] = (int64_t)(seed >> 56);
        }
        stats_sort(us, n);
        const int64_t median2 = us[(n - 1) / 2] + us[n / 2];
        for (size_t i = 0; i < n; i++)
            distances[i] = llabs(2 * us[i] - median2);
        stats_sort(distances, n);
        const int64_t deviation4 = distances[(n - 1) / 2] + distances[n / 2];
        const int64_t distance2 = llabs(2 * INT64_C(1000) - median2);
        const int64_t score =
            deviation4 ? (400 * distance2 + deviation4) / (2 * deviation4) : INT64_MAX;
        assert_int_equal(stats_outlier_score(us, n, 1000), score);
    }
}

static void rates_are_rounded_half_up(void **state)
{
    (void)state;
    assert_int_equal(stats_per_minute(9, 53288609), 1013);
    assert_int_equal(stats_per_minute(10, 53288609), 1126);
    assert_int_equal(stats_per_hour(9, 53288609), 6080);
    assert_int_equal(stats_per_second(1086, 53288609), 2038);
    assert_int_equal(stats_per_minute(1, 60 * INT64_C(20000000000)), 0);
    assert_int_equal(stats_per_minute(1, INT64_C(60) * 1000000 * 200), 1); /* 0.005 */
    assert_int_equal(stats_per_minute(3, 0), 0);
}

static void the_largest_durations_do_not_overflow(void **state)
{
    (void)state;
    static int64_t us[1000];
    const int64_t most = INT64_C(1) << 38;
    for (size_t i = 0; i < COUNT(us); i++)
        us[i] = i < COUNT(us) / 2 ? 0 : most;
    int64_t ns;
    assert_int_equal(stats_mean(us, COUNT(us)), most / 2);
    assert_true(stats_stdev_ns(us, COUNT(us), &ns));
    /* most / 2 * sqrt(1000 / 999) = 137507724531.3... us */
    assert_int_equal(ns / 1000000, 137507724);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_vectors_are_met),
        cmocka_unit_test(ranks_are_counted_in_integers),
        cmocka_unit_test(failed_calls_last_for_ever),
        cmocka_unit_test(outliers_are_flagged_by_the_median_deviation),
        cmocka_unit_test(the_threshold_is_exact),
        cmocka_unit_test(equal_calls_make_any_other_an_outlier),
        cmocka_unit_test(deviations_are_those_of_sorted_distances),
        cmocka_unit_test(rates_are_rounded_half_up),
        cmocka_unit_test(the_largest_durations_do_not_overflow),
    };
    return cmocka_run_group_tests_name("bench stats", tests, NULL, NULL);
}
