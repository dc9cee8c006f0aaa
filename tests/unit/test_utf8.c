#include "base/utf8.h"

#include "support.h"

static const struct {
    const char *text;
    size_t len, sequence;
} cases[] = {
    {"", 0, 0},
    {"a", 1, 1},
    {"\0", 1, 1},
    {"\x7f", 1, 1},
    {"ab", 2, 1},
    {"\xc2\x80", 2, 2},         /* U+0080, the first of two bytes */
    {"\xdf\xbf", 2, 2},         /* U+07FF */
    {"\xe0\xa0\x80", 3, 3},     /* U+0800 */
    {"\xed\x9f\xbf", 3, 3},     /* U+D7FF, before the surrogates */
    {"\xee\x80\x80", 3, 3},     /* U+E000, behind them */
    {"\xef\xbf\xbf", 3, 3},     /* U+FFFF */
    {"\xf0\x90\x80\x80", 4, 4}, /* U+10000 */
    {"\xf0\x9f\x98\x80", 4, 4}, /* an emoji */
    {"\xf4\x8f\xbf\xbf", 4, 4}, /* U+10FFFF, the last */
    /* tails without a head, heads that do not exist */
    {"\x80", 1, 0},
    {"\xbf", 1, 0},
    {"\xf5\x80\x80\x80", 4, 0},
    {"\xf8\x88\x80\x80\x80", 5, 0},
    {"\xfe", 1, 0},
    {"\xff", 1, 0},
    /* overlong forms */
    {"\xc0\x80", 2, 0},
    {"\xc1\xbf", 2, 0},
    {"\xe0\x9f\xbf", 3, 0},
    {"\xf0\x8f\xbf\xbf", 4, 0},
    /* surrogates, above the last */
    {"\xed\xa0\x80", 3, 0},
    {"\xed\xbf\xbf", 3, 0},
    {"\xf4\x90\x80\x80", 4, 0},
    /* cut off: the bytes behind the length are not looked at */
    {"\xc2\x80", 1, 0},
    {"\xe2\x82\xac", 2, 0},
    {"\xe2\x82\xac", 1, 0},
    {"\xf0\x9f\x98\x80", 3, 0},
    {"\xf0\x9f\x98\x80", 1, 0},
    /* a byte within is no tail */
    {"\xc2 ", 2, 0},
    {"\xe2 \xac", 3, 0},
    {"\xe2\x82 ", 3, 0},
    {"\xf0 \x98\x80", 4, 0},
    {"\xf0\x9f \x80", 4, 0},
    {"\xf0\x9f\x98 ", 4, 0},
    {"\xf0\x9f\x98\xc0", 4, 0},
};

static void sequences_are_told_from_what_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        /* On the heap with the exact length, so that a tool sees a byte read too many. */
        char *text = malloc(cases[i].len ? cases[i].len : 1);
        memcpy(text, cases[i].text, cases[i].len);
        size_t sequence = utf8_sequence(text, cases[i].len);
        free(text);
        if (sequence != cases[i].sequence)
            fail_msg("case %zu: %zu bytes, not %zu", i, sequence, cases[i].sequence);
    }
}

/* Every code point, encoded by the definition, is one sequence; nothing else of that length is. */
static void all_code_points_are_accepted(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char text[4];
        size_t len;
        if (c < 0x80) {
            len = 1;
            text[0] = (char)c;
        } else if (c < 0x800) {
            len = 2;
            text[0] = (char)(0xc0 | c >> 6);
        } else if (c < 0x10000) {
            len = 3;
            text[0] = (char)(0xe0 | c >> 12);
        } else {
            len = 4;
            text[0] = (char)(0xf0 | c >> 18);
        }
        for (size_t i = 1; i < len; i++)
            text[i] = (char)(0x80 | (c >> 6 * (len - 1 - i) & 0x3f));
        size_t expected = c >= 0xd800 && c <= 0xdfff ? 0 : len;
        if (utf8_sequence(text, len) != expected)
            fail_msg("U+%04X", c);
    }
}

static void line_separators_are_two(void **state)
{
    (void)state;
    assert_true(utf8_is_line_separator("\xe2\x80\xa8", 3));
    assert_true(utf8_is_line_separator("\xe2\x80\xa9", 3));
    assert_false(utf8_is_line_separator("\xe2\x80\xa7", 3));
    assert_false(utf8_is_line_separator("\xe2\x80\xaa", 3));
    assert_false(utf8_is_line_separator("\xe2\x81\xa8", 3));
    assert_false(utf8_is_line_separator("\xe3\x80\xa8", 3));
    assert_false(utf8_is_line_separator("\n", 1));
    assert_false(utf8_is_line_separator("\xe2\x80\xa8", 0));
}

static void the_replacement_is_valid_itself(void **state)
{
    (void)state;
    assert_int_equal(utf8_sequence(UTF8_REPLACEMENT, strlen(UTF8_REPLACEMENT)), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_are_told_from_what_is_none),
        cmocka_unit_test(all_code_points_are_accepted),
        cmocka_unit_test(line_separators_are_two),
        cmocka_unit_test(the_replacement_is_valid_itself),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
