#include "eth/amount.h"

#include "support.h"

#define MAX_AMOUNT ((amount)-1)

static const struct {
    const char *word, *decimal;
} values[] = {
    {"0x0000000000000000000000000000000000000000000000000000000000000000", "0"},
    {"0x0000000000000000000000000000000000000000000000000000000000000009", "9"},
    {"0x000000000000000000000000000000000000000000000000000000000000000a", "10"},
    /* 10^18, one 0G */
    {"0x0000000000000000000000000000000000000000000000000de0b6b3a7640000", "1000000000000000000"},
    /* 10^19 - 1 and 10^19, where the text gets a second piece */
    {"0x0000000000000000000000000000000000000000000000008ac7230489e7ffff", "9999999999999999999"},
    {"0x0000000000000000000000000000000000000000000000008ac7230489e80000", "10000000000000000000"},
    /* around 2^64 */
    {"0x000000000000000000000000000000000000000000000000ffffffffffffffff", "18446744073709551615"},
    {"0x0000000000000000000000000000000000000000000000010000000000000000", "18446744073709551616"},
    {"0x0000000000000000000000000000000000000000000000010000000000000001", "18446744073709551617"},
    /* 2^96 */
    {"0x0000000000000000000000000000000000000001000000000000000000000000",
     "79228162514264337593543950336"},
    /* 10^38 - 1 and 10^38, where it gets a third */
    {"0x000000000000000000000000000000004b3b4ca85a86c47a098a223fffffffff",
     "99999999999999999999999999999999999999"},
    {"0x000000000000000000000000000000004b3b4ca85a86c47a098a224000000000",
     "100000000000000000000000000000000000000"},
    /* 2^127, 2^128 - 1 */
    {"0x0000000000000000000000000000000080000000000000000000000000000000",
     "170141183460469231731687303715884105728"},
    {"0x00000000000000000000000000000000ffffffffffffffffffffffffffffffff",
     "340282366920938463463374607431768211455"},
};

static void words_amounts_and_decimals_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        uint8_t word[32];
        assert_int_equal(hex_decode_fixed(values[i].word, word, sizeof word), ERR_OK);
        amount from_word, from_text;
        assert_int_equal(amount_from_word(word, &from_word), ERR_OK);
        assert_int_equal(amount_parse(values[i].decimal, &from_text), ERR_OK);
        assert_true(from_word == from_text);
        char text[AMOUNT_TEXT_BYTES];
        assert_string_equal(amount_text(from_word, text), values[i].decimal);
        char whole[WORD_TEXT_BYTES];
        assert_string_equal(word_text(word, whole), values[i].decimal);
    }
}

static void the_lowest_bit_too_high_overflows(void **state)
{
    (void)state;
    for (size_t byte = 0; byte < 16; byte++) {
        for (int bit = 0; bit < 8; bit++) {
            uint8_t word[32] = {0};
            word[byte] = (uint8_t)(1 << bit);
            amount out = 7;
            assert_int_equal(amount_from_word(word, &out), ERR_OVERFLOW);
            assert_true(out == 7);
        }
    }
}

static void large_words_have_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *word, *decimal;
    } cases[] = {
        /* 2^128, 2^255, 2^256 - 1 */
        {"0x0000000000000000000000000000000100000000000000000000000000000000",
         "340282366920938463463374607431768211456"},
        {"0x8000000000000000000000000000000000000000000000000000000000000000",
         "57896044618658097711785492504343953926634992332820282019728792003956564819968"},
        {"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
         "115792089237316195423570985008687907853269984665640564039457584007913129639935"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t word[32], before[32];
        assert_int_equal(hex_decode_fixed(cases[i].word, word, sizeof word), ERR_OK);
        memcpy(before, word, sizeof word);
        char text[WORD_TEXT_BYTES];
        assert_string_equal(word_text(word, text), cases[i].decimal);
        assert_memory_equal(word, before, sizeof word);
    }
}

static void only_digits_are_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
    } cases[] = {
        {"", ERR_BAD_FORMAT},
        {"-1", ERR_BAD_FORMAT},
        {"+1", ERR_BAD_FORMAT},
        {" 1", ERR_BAD_FORMAT},
        {"1 ", ERR_BAD_FORMAT},
        {"1.0", ERR_BAD_FORMAT},
        {"1e3", ERR_BAD_FORMAT},
        {"0x1", ERR_BAD_FORMAT},
        {"1\xd9\xa1", ERR_BAD_FORMAT},
        /* 2^128 and above, 39 digits */
        {"340282366920938463463374607431768211456", ERR_OVERFLOW},
        {"340282366920938463463374607431768211460", ERR_OVERFLOW},
        {"999999999999999999999999999999999999999", ERR_OVERFLOW},
        /* 40 digits, even when the first are zeros */
        {"3402823669209384634633746074317682114550", ERR_BAD_FORMAT},
        {"0000000000000000000000000000000000000001", ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        amount out = 7;
        if (amount_parse(cases[i].text, &out) != cases[i].err)
            fail_msg("%s", cases[i].text);
        assert_true(out == 7);
    }
    amount out;
    assert_int_equal(amount_parse("000000000000000000000000000000000000042", &out), ERR_OK);
    assert_true(out == 42);
}

static void sums_say_when_they_overflow(void **state)
{
    (void)state;
    amount out = 7;
    assert_int_equal(amount_add(MAX_AMOUNT, 1, &out), ERR_OVERFLOW);
    assert_int_equal(amount_add(1, MAX_AMOUNT, &out), ERR_OVERFLOW);
    assert_int_equal(amount_add(MAX_AMOUNT, MAX_AMOUNT, &out), ERR_OVERFLOW);
    assert_true(out == 7);
    assert_int_equal(amount_add(MAX_AMOUNT - 1, 1, &out), ERR_OK);
    assert_true(out == MAX_AMOUNT);
    assert_int_equal(amount_add(UINT64_MAX, UINT64_MAX, &out), ERR_OK);
    assert_true(out == (amount)UINT64_MAX * 2);
}

static void differences_are_never_negative(void **state)
{
    (void)state;
    amount out = 7;
    assert_int_equal(amount_sub(0, 1, &out), ERR_OVERFLOW);
    assert_int_equal(amount_sub(MAX_AMOUNT - 1, MAX_AMOUNT, &out), ERR_OVERFLOW);
    assert_true(out == 7);
    assert_int_equal(amount_sub(5, 5, &out), ERR_OK);
    assert_true(out == 0);
    assert_int_equal(amount_sub(MAX_AMOUNT, 1, &out), ERR_OK);
    assert_true(out == MAX_AMOUNT - 1);
}

static void products_say_when_they_overflow(void **state)
{
    (void)state;
    const amount two64 = (amount)1 << 64;
    amount out = 7;
    assert_int_equal(amount_mul(two64, two64, &out), ERR_OVERFLOW);
    assert_int_equal(amount_mul(MAX_AMOUNT, 2, &out), ERR_OVERFLOW);
    assert_int_equal(amount_mul(2, MAX_AMOUNT, &out), ERR_OVERFLOW);
    assert_int_equal(amount_mul(MAX_AMOUNT / 3 + 1, 3, &out), ERR_OVERFLOW);
    assert_true(out == 7);
    assert_int_equal(amount_mul(MAX_AMOUNT / 3, 3, &out), ERR_OK);
    assert_true(out == MAX_AMOUNT); /* 2^128 - 1 divides by 3 */
    assert_int_equal(amount_mul(two64, two64 - 1, &out), ERR_OK);
    assert_true(out == MAX_AMOUNT - UINT64_MAX);
    assert_int_equal(amount_mul(0, MAX_AMOUNT, &out), ERR_OK);
    assert_true(out == 0);
    assert_int_equal(amount_mul(MAX_AMOUNT, 0, &out), ERR_OK);
    assert_true(out == 0);
}

static void coins_are_exact(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"0", "0.0"},
        {"1", "0.000000000000000001"},
        {"116100000000000", "0.0001161"},
        {"3000000000000000000", "3.0"},
        {"1000000000000000001", "1.000000000000000001"},
        {"36893488147419103233000000", "36893488.147419103233"},
        {"340282366920938463463374607431768211455", "340282366920938463463.374607431768211455"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        amount a;
        char text[COINS_TEXT_BYTES];
        assert_int_equal(amount_parse(cases[i][0], &a), ERR_OK);
        assert_string_equal(amount_coins(a, text), cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coins_are_exact),
        cmocka_unit_test(words_amounts_and_decimals_agree),
        cmocka_unit_test(the_lowest_bit_too_high_overflows),
        cmocka_unit_test(large_words_have_a_text),
        cmocka_unit_test(only_digits_are_parsed),
        cmocka_unit_test(sums_say_when_they_overflow),
        cmocka_unit_test(differences_are_never_negative),
        cmocka_unit_test(products_say_when_they_overflow),
    };
    return cmocka_run_group_tests_name("amount", tests, NULL, NULL);
}
