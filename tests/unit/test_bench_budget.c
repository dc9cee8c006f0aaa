/* The cap on a run's money, over random prices, tokens and caps; and whether the money agrees with
 * the calls. */
#include "bench/booked.h"
#include "bench/budget.h"
#include "bench/cost.h"

#include "support.h"

#include <stdlib.h>

static uint64_t state_of_random = 88172645463325252u;

/* xorshift64: the same numbers on every machine. */
static uint64_t random_below(uint64_t end)
{
    state_of_random ^= state_of_random << 13;
    state_of_random ^= state_of_random >> 7;
    state_of_random ^= state_of_random << 17;
    return state_of_random % end;
}

/* From nothing to far above any honest price. */
static amount random_price(void)
{
    const unsigned bits = (unsigned)random_below(96);
    return ((amount)random_below(UINT64_MAX) << 32 | random_below(UINT32_MAX)) >> (95 - bits);
}

static void no_honest_run_passes_its_cap(void **state)
{
    (void)state;
    for (int run = 0; run < 2000; run++) {
        const amount in = random_price(), out = random_price();
        const unsigned max_tokens = 1 + (unsigned)random_below(4096);
        amount worst_one;
        assert_int_equal(cost_worst(300, max_tokens, in, out, &worst_one), ERR_OK);
        struct budget budget = {.cap = worst_one * (1 + random_below(8)) + random_below(1000)};
        amount reserved[8], cost[8];
        size_t in_flight = 0;
        for (int call = 0; call < 40; call++) {
            const size_t bytes = (size_t)random_below(300);
            amount worst;
            assert_int_equal(cost_worst(bytes, max_tokens, in, out, &worst), ERR_OK);
            if (in_flight < 8 && budget_reserve(&budget, worst)) {
                assert_int_equal(cost_of(random_below(bytes + COST_TEMPLATE_TOKENS + 1),
                                         random_below(max_tokens + 1), in, out, &cost[in_flight]),
                                 ERR_OK);
                reserved[in_flight++] = worst;
            } else if (in_flight > 0) {
                in_flight--;
                budget_book(&budget, reserved[in_flight], cost[in_flight]);
            }
            assert_true(budget.spent + budget.reserved <= budget.cap);
            assert_false(budget.overrun);
        }
    }
}

static void one_neuron_too_much_does_not_fit(void **state)
{
    (void)state;
    struct budget budget = {.cap = 100};
    assert_true(budget_reserve(&budget, 60));
    assert_false(budget_reserve(&budget, 41));
    assert_true(budget_reserve(&budget, 40));
    budget_book(&budget, 60, 10);
    assert_false(budget_reserve(&budget, 51));
    assert_true(budget_reserve(&budget, 50));
    assert_false(budget_reserve(&budget, ~(amount)0)); /* nor what overflows */
}

static void a_call_above_its_bound_is_an_overrun(void **state)
{
    (void)state;
    struct budget budget = {.cap = 100};
    assert_true(budget_reserve(&budget, 10));
    budget_book(&budget, 10, 10);
    assert_false(budget.overrun);
    assert_true(budget_reserve(&budget, 10));
    budget_book(&budget, 10, 11);
    assert_true(budget.overrun);
    struct budget huge = {.cap = ~(amount)0};
    assert_true(budget_reserve(&huge, 1) && budget_reserve(&huge, 1));
    budget_book(&huge, 1, ~(amount)0);
    budget_book(&huge, 1, ~(amount)0);
    assert_true(huge.overrun && huge.spent == ~(amount)0);
}

static void money_agrees_or_says_how_it_does_not(void **state)
{
    (void)state;
    const struct bench_reconciliation settled = {.unsettled_known = true,
                                                 .unsettled_before = 7,
                                                 .balance_known = true,
                                                 .balance_before = 100,
                                                 .balance_after = 63};
    struct bench_reconciliation row = settled;
    assert_int_equal(money_state(&row, 30, false, false), RECONCILED_MATCH);
    assert_int_equal(money_state(&row, 30, false, true), RECONCILED_OTHER_TRAFFIC);
    assert_int_equal(money_state(&row, 29, false, false), RECONCILED_MISMATCH);
    assert_int_equal(money_state(&row, 31, false, false), RECONCILED_PENDING);
    assert_int_equal(money_state(&row, 31, true, false), RECONCILED_MATCH); /* 31 is a bound */

    row = (struct bench_reconciliation){.unsettled_known = true,
                                        .unsettled_after = 30,
                                        .balance_known = true,
                                        .balance_before = 100,
                                        .balance_after = 100};
    assert_int_equal(money_state(&row, 30, false, false), RECONCILED_PENDING);
    row.balance_after = 200; /* money came in */
    assert_int_equal(money_state(&row, 30, false, false), RECONCILED_PENDING);
    row = settled;
    row.unsettled_known = false;
    assert_int_equal(money_state(&row, 30, false, false), RECONCILED_PENDING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_honest_run_passes_its_cap),
        cmocka_unit_test(one_neuron_too_much_does_not_fit),
        cmocka_unit_test(a_call_above_its_bound_is_an_overrun),
        cmocka_unit_test(money_agrees_or_says_how_it_does_not),
    };
    return cmocka_run_group_tests_name("bench_budget", tests, NULL, NULL);
}
