#include "panel/money.h"

#include "support.h"

static void money_is_cut_or_rounded_up_to_four_decimals(void **state)
{
    (void)state;
    static const amount one = 1000000000000000000;
    static const struct {
        amount neuron;
        const char *cut, *up;
    } cases[] = {
        {0, "0 0G", "0 0G"},
        {1, "0 0G", "0.0001 0G"},
        {one, "1 0G", "1 0G"},
        {10 * one, "10 0G", "10 0G"},
        {one / 2, "0.5 0G", "0.5 0G"},
        {one - 1, "0.9999 0G", "1 0G"},
        {one + one / 10000, "1.0001 0G", "1.0001 0G"},
        {~(amount)0, "340282366920938463463.3746 0G", "340282366920938463463.3747 0G"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[MONEY_TEXT_BYTES];
        assert_string_equal(money_text(cases[i].neuron, false, text), cases[i].cut);
        assert_string_equal(money_text(cases[i].neuron, true, text), cases[i].up);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_is_cut_or_rounded_up_to_four_decimals),
    };
    return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
