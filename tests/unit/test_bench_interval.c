/* Intervals and tests at small n, against the tables of their definitions. */
#include "bench/interval.h"

#include "bench/permutation.h"
#include "support.h"

static void student_quantiles_are_those_of_the_table(void **state)
{
    (void)state;
    static const uint32_t table[][2] = {
        {2, 127062}, {3, 43027},  {4, 31824},  {5, 27764},  {6, 25706},   {7, 24469},
        {8, 23646},  {9, 23060},  {10, 22622}, {11, 22281}, {12, 22010},  {15, 21448},
        {20, 20930}, {25, 20639}, {30, 20452}, {50, 20096}, {100, 19842}, {1000, 19623},
    };
    for (size_t i = 0; i < COUNT(table); i++)
        assert_int_equal(interval_student_t(table[i][0] - 1), table[i][1]);
}

static const int64_t one_slow[] = {1180000, 1190000, 1198000, 1211000, 1225000,
                                   1244000, 1260000, 1275000, 1302000, 4870000};

static void the_mean_has_a_t_interval(void **state)
{
    (void)state;
    struct interval mean;
    assert_true(interval_mean(one_slow, 10, &mean));
    assert_int_equal(mean.low, 771960);
    assert_int_equal(mean.high, 2419040);
    const int64_t two[] = {1000, 2000};
    assert_true(interval_mean(two, 2, &mean));
    assert_int_equal(mean.low, 0); /* 1500 - 12.7062 * 500 */
    assert_int_equal(mean.high, 1500 + 6353);
    assert_false(interval_mean(two, 1, &mean));
}

static void the_median_lies_between_two_calls(void **state)
{
    (void)state;
    static const unsigned ranks[] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6};
    for (unsigned n = 1; n < 6; n++)
        assert_int_equal(interval_median(n).rank, 0);
    for (unsigned n = 6; n <= 20; n++)
        assert_int_equal(interval_median(n).rank, ranks[n - 6]);
    assert_int_equal(interval_median(10).coverage, 9785);
    assert_int_equal(interval_median(9).coverage, 9609);
    assert_int_equal(interval_median(1000).rank, 469);
    assert_int_equal(interval_median(1000).coverage, 9537);
}

static void high_percentiles_are_bounded_on_one_side(void **state)
{
    (void)state;
    assert_int_equal(interval_lower(10, 95).rank, 8);
    assert_int_equal(interval_lower(10, 95).coverage, 9885);
    assert_int_equal(interval_lower(10, 99).rank, 9);
    assert_int_equal(interval_lower(10, 99).coverage, 9957);
    assert_int_equal(interval_lower(1, 95).rank, 1); /* 0.95 is enough */
    assert_int_equal(interval_upper(58, 95).rank, 0);
    assert_int_equal(interval_upper(59, 95).rank, 59);
    assert_int_equal(interval_upper(298, 99).rank, 0);
    assert_int_equal(interval_upper(299, 99).rank, 299);
    assert_int_equal(interval_calls_needed(95), 59);
    assert_int_equal(interval_calls_needed(99), 299);
}

static void the_upper_bound_is_the_first_that_is_enough(void **state)
{
    (void)state;
    assert_int_equal(interval_upper(1000, 95).rank, 962);
    assert_int_equal(interval_upper(1000, 95).coverage, 9567);
}

static void the_unseen_tail_is_said(void **state)
{
    (void)state;
    assert_int_equal(interval_unseen(10, 99), 904);
    assert_int_equal(interval_unseen(10, 95), 599);
    assert_int_equal(interval_unseen(1000, 99), 0);
}

static void rates_have_wilson_intervals(void **state)
{
    (void)state;
    static const struct {
        unsigned successes, calls;
        int64_t low, high;
    } table[] = {
        {10, 10, 722, 1000}, {9, 10, 596, 982},   {8, 10, 490, 943},   {5, 10, 237, 763},
        {0, 10, 0, 278},     {20, 20, 839, 1000}, {99, 100, 946, 998}, {1000, 1000, 996, 1000},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        const struct interval rate = interval_wilson(table[i].successes, table[i].calls);
        assert_int_equal(rate.low, table[i].low);
        assert_int_equal(rate.high, table[i].high);
    }
}

static struct difference compare(const int64_t *a, size_t na, const int64_t *b, size_t nb)
{
    struct difference d;
    assert_int_equal(difference_of((struct sample_us){a, na}, (struct sample_us){b, nb}, &d),
                     ERR_OK);
    return d;
}

static void ten_against_ten_is_exact(void **state)
{
    (void)state;
    static const int64_t a[] = {1180, 1225, 1190, 1302, 1244, 1211, 1275, 1198, 1260, 1233};
    static const int64_t b[] = {1320, 1290, 1345, 1301, 1388, 1275, 1333, 1310, 1299, 1362};
    const struct difference d = compare(a, 10, b, 10), back = compare(b, 10, a, 10);
    assert_true(d.exact);
    assert_int_equal(d.extreme, 18);
    assert_int_equal(d.splits, 184756);
    assert_int_equal(d.p_millionths, 97); /* 9.7426e-05 */
    assert_int_equal(d.shift_us, 90);
    assert_int_equal(back.extreme, 18);
    assert_int_equal(back.shift_us, -89);
}

/* 3 values, 1 against 2: all splits can be written down. */
static void small_sets_are_exact(void **state)
{
    (void)state;
    const int64_t a[] = {10}, b[] = {20, 40};
    const struct difference d = compare(a, 1, b, 2);
    assert_int_equal(d.splits, 3);
    assert_int_equal(d.extreme, 2); /* 40 against 10 and 20 is as far: 25 and 20 */
    assert_int_equal(d.shift_us, 20);
    const int64_t odd[] = {10, 21};
    assert_int_equal(compare(a, 1, odd, 2).shift_us, 6);  /* 5.5, half up */
    assert_int_equal(compare(odd, 2, a, 1).shift_us, -5); /* -5.5, half up */
}

static void the_same_set_does_not_differ(void **state)
{
    (void)state;
    const struct difference d = compare(one_slow, 10, one_slow, 10);
    assert_int_equal(d.extreme, d.splits);
    assert_int_equal(d.p_millionths, 1000000);
    assert_int_equal(d.shift_us, 0);
}

/* Reference: the same formulas at 30 digits. */
static void many_calls_are_compared_by_ranks(void **state)
{
    (void)state;
    static const int64_t a[] = {1030, 1075, 1069, 1016, 1047, 1077, 1060, 1080,
                                1074, 1008, 1077, 1001, 1060, 1033, 1070};
    static const int64_t b[] = {1059, 1054, 1121, 1090, 1099, 1100, 1090,
                                1080, 1111, 1049, 1059, 1111, 1049, 1096};
    struct difference d = compare(a, 15, b, 14);
    assert_false(d.exact);
    assert_int_equal(d.p_millionths, 9961);
    assert_int_equal(d.shift_us, 30);
    assert_int_equal(compare(b, 14, a, 15).p_millionths, 9961);

    int64_t c[100], e[100];
    for (int i = 0; i < 100; i++) {
        c[i] = i * 7 % 101;
        e[i] = c[i] + 9;
    }
    d = compare(c, 100, e, 100);
    assert_int_equal(d.p_millionths, 37135);
    assert_int_equal(compare(c, 100, c, 100).p_millionths, 1000000);
    for (int i = 0; i < 100; i++)
        e[i] = c[i] + 1000;
    assert_int_equal(compare(c, 100, e, 100).p_millionths, 0);
    memset(c, 0, sizeof c);
    assert_int_equal(compare(c, 100, c, 100).p_millionths, 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_quantiles_are_those_of_the_table),
        cmocka_unit_test(the_mean_has_a_t_interval),
        cmocka_unit_test(the_median_lies_between_two_calls),
        cmocka_unit_test(high_percentiles_are_bounded_on_one_side),
        cmocka_unit_test(the_upper_bound_is_the_first_that_is_enough),
        cmocka_unit_test(the_unseen_tail_is_said),
        cmocka_unit_test(rates_have_wilson_intervals),
        cmocka_unit_test(ten_against_ten_is_exact),
        cmocka_unit_test(small_sets_are_exact),
        cmocka_unit_test(the_same_set_does_not_differ),
        cmocka_unit_test(many_calls_are_compared_by_ranks),
    };
    return cmocka_run_group_tests_name("bench interval", tests, NULL, NULL);
}
