#include "bench/cost.h"

#include "support.h"

static amount parse(const char *digits)
{
    amount a;
    assert_int_equal(amount_parse(digits, &a), ERR_OK);
    return a;
}

static void costs_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *input_price, *output_price;
        uint64_t input_tokens, output_tokens;
        const char *cost;
    } cases[] = {
        {"100000000000", "400000000000", 137, 256, "116100000000000"},
        {"50000000000", "100000000000", 24, 0, "1200000000000"},
        {"1", "1", 0, 0, "0"},
        {"18446744073709551616", "18446744073709551617", 1000000, 1000000,
         "36893488147419103233000000"},
        {"333333333333", "777777777777", 1999, 4001, "3778222222218444"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        amount cost;
        char text[AMOUNT_TEXT_BYTES];
        assert_int_equal(cost_of(cases[i].input_tokens, cases[i].output_tokens,
                                 parse(cases[i].input_price), parse(cases[i].output_price), &cost),
                         ERR_OK);
        assert_string_equal(amount_text(cost, text), cases[i].cost);
    }
}

static const amount price_max = (amount)1 << 96;

static void a_price_beyond_reason_is_refused(void **state)
{
    (void)state;
    amount cost = 7;
    assert_int_equal(cost_of(0, 0, price_max + 1, 0, &cost), ERR_OVERFLOW);
    assert_int_equal(cost_of(0, 0, 0, price_max + 1, &cost), ERR_OVERFLOW);
    assert_int_equal(cost_worst(0, 1, price_max + 1, 0, &cost), ERR_OVERFLOW);
    assert_true(cost == 7);
    assert_int_equal(cost_of(1, 1, price_max, price_max, &cost), ERR_OK);
    assert_true(cost == 2 * price_max);
}

static void what_does_not_fit_is_no_number(void **state)
{
    (void)state;
    const uint64_t most = UINT64_C(1) << 32; /* 2^32 x 2^96 is one too many */
    amount cost;
    assert_int_equal(cost_of(most - 1, 0, price_max, 0, &cost), ERR_OK);
    assert_int_equal(cost_of(most, 0, price_max, 0, &cost), ERR_OVERFLOW);
    assert_int_equal(cost_of(0, most, 0, price_max, &cost), ERR_OVERFLOW);
    assert_int_equal(cost_of(most / 2, most / 2, price_max, price_max, &cost), ERR_OVERFLOW);
    assert_int_equal(cost_worst(SIZE_MAX, 1, 0, 0, &cost), ERR_OVERFLOW);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *seed >> 20;
}

/* Whatever the prices: an honest provider never bills more than the worst case. */
static void the_worst_case_bounds_every_honest_call(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int i = 0; i < 100000; i++) {
        const size_t bytes = next_random(&seed) % 4096;
        const unsigned max_tokens = 1 + (unsigned)(next_random(&seed) % 4096);
        const unsigned shift = (unsigned)(next_random(&seed) % 52);
        const amount in = (amount)next_random(&seed) << shift, out = next_random(&seed);
        amount worst, cost;
        assert_int_equal(cost_worst(bytes, max_tokens, in, out, &worst), ERR_OK);
        assert_int_equal(cost_of(next_random(&seed) % (bytes + COST_TEMPLATE_TOKENS + 1),
                                 next_random(&seed) % (max_tokens + 1), in, out, &cost),
                         ERR_OK);
        assert_true(cost <= worst);
    }
    amount worst;
    assert_int_equal(cost_worst(10, 8, 100, 400, &worst), ERR_OK);
    assert_true(worst == (10 + 256) * 100 + 8 * 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_are_exact),
        cmocka_unit_test(a_price_beyond_reason_is_refused),
        cmocka_unit_test(what_does_not_fit_is_no_number),
        cmocka_unit_test(the_worst_case_bounds_every_honest_call),
    };
    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
