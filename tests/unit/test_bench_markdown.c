/* Foreign text in Markdown, and numbers as reports print them. */
#include "bench/markdown.h"

#include "bench/cost.h"
#include "bench/figure.h"
#include "support.h"

static void assert_text(const char *given, const char *expected)
{
    struct buf out = buf_make(BUF_NO_LIMIT);
    markdown_put_text(&out, given);
    assert_string_equal(buf_str(&out), expected);
    buf_free(&out);
}

static void assert_code(const char *given, const char *expected)
{
    struct buf out = buf_make(BUF_NO_LIMIT);
    markdown_put_code(&out, given);
    assert_string_equal(buf_str(&out), expected);
    buf_free(&out);
}

static void plain_text_stays_readable(void **state)
{
    (void)state;
    assert_text("2 CPU, Linux 6.18 (x86-64); 95 %", "2 CPU, Linux 6.18 (x86-64); 95 %");
    assert_text("caf\xc3\xa9", "caf\xc3\xa9");
    assert_text("", "");
    assert_text(NULL, "");
}

static void markup_is_text(void **state)
{
    (void)state;
    assert_text("a|b", "a&#124;b");
    assert_text("<script>", "&#60;script&#62;");
    assert_text("&lt;", "&#38;lt;");
    assert_text("[x](y) ![z]", "&#91;x&#93;(y) &#33;&#91;z&#93;");
    assert_text("*b* _i_ ~s~ `c` #h \\n $x$", "&#42;b&#42; &#95;i&#95; &#126;s&#126; &#96;c&#96; "
                                              "&#35;h &#92;n &#36;x&#36;");
    assert_text("a\nb\r\n\tc\x7f", "a b   c ");
}

static void addresses_are_not_linked(void **state)
{
    (void)state;
    assert_text("http://x.y", "http\xef\xbc\x9a//x.y");
    assert_text("WWW.x.y", "WWW\xef\xbc\x8ex.y");
    assert_text("a@b.c", "a\xef\xbc\xa0"
                         "b.c");
    assert_text("12:30", "12:30");
}

static void hidden_characters_show(void **state)
{
    (void)state;
    assert_text("a\xe2\x80\xae"
                "b",
                "a\xef\xbf\xbd"
                "b"); /* right-to-left override */
    assert_text("a\xe2\x80\x8b"
                "b",
                "a\xef\xbf\xbd"
                "b"); /* zero-width space */
    assert_text("a\xe2\x80\xa8"
                "b",
                "a\xef\xbf\xbd"
                "b"); /* line separator */
    assert_text("a\xc2\x85"
                "b",
                "a\xef\xbf\xbd"
                "b"); /* next line */
    assert_text("a\xff"
                "b",
                "a\xef\xbf\xbd"
                "b");
    assert_code("a\xe2\x80\xae"
                "b",
                "`a\xef\xbf\xbd"
                "b`");
}

static void code_stays_code(void **state)
{
    (void)state;
    assert_code("https://x.y/<a>&*_", "`https://x.y/<a>&*_`");
    assert_code("a\nb", "`a b`");
    assert_code("a|b", "a&#124;b");
    assert_code("a`b", "a&#96;b");
    assert_code("a\\", "a&#92;");
    assert_code(" a ", " a ");
    assert_code("", "");
}

/* No byte alone may reach the output as something that ends a cell, a line or a code span. */
static void no_byte_breaks_a_cell(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        const char text[] = {'a', (char)c, 'b', '\0'};
        struct buf out = buf_make(BUF_NO_LIMIT);
        markdown_put_text(&out, text);
        assert_null(strpbrk(out.data, "|\n\r`<>[]*_~\\!@"));
        buf_reset(&out);
        markdown_put_code(&out, text);
        assert_null(strpbrk(out.data, "|\n\r\\"));
        const char *inner = strchr(out.data + 1, '`');
        assert_true(!inner || !inner[1]);
        buf_free(&out);
    }
}

static const char *printed(struct buf *out, int64_t us)
{
    buf_reset(out);
    put_ms(out, us);
    return buf_str(out);
}

static void milliseconds_have_three_places(void **state)
{
    (void)state;
    struct buf out = buf_make(BUF_NO_LIMIT);
    assert_string_equal(printed(&out, 0), "0.000");
    assert_string_equal(printed(&out, 1234567), "1234.567");
    assert_string_equal(printed(&out, -45), "-0.045");
    assert_string_equal(printed(&out, -89000), "-89.000");
    buf_free(&out);
}

static void costs_are_those_of_the_table(void **state)
{
    (void)state;
    static const struct {
        const char *in_price, *out_price;
        uint64_t in, of;
        const char *neuron, *coins;
    } table[] = {
        {"100000000000", "400000000000", 137, 256, "116100000000000", "0.0001161"},
        {"50000000000", "100000000000", 24, 0, "1200000000000", "0.0000012"},
        {"1", "1", 0, 0, "0", "0.0"},
        {"18446744073709551616", "18446744073709551617", 1000000, 1000000,
         "36893488147419103233000000", "36893488.147419103233"},
        {"333333333333", "777777777777", 1999, 4001, "3778222222218444", "0.003778222222218444"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        amount in_price, out_price, cost;
        char neuron[AMOUNT_TEXT_BYTES], coins[COINS_TEXT_BYTES];
        assert_int_equal(amount_parse(table[i].in_price, &in_price), ERR_OK);
        assert_int_equal(amount_parse(table[i].out_price, &out_price), ERR_OK);
        assert_int_equal(cost_of(table[i].in, table[i].of, in_price, out_price, &cost), ERR_OK);
        assert_string_equal(amount_text(cost, neuron), table[i].neuron);
        assert_string_equal(amount_coins(cost, coins), table[i].coins);
    }
}

static void mean_costs_are_rounded_half_up(void **state)
{
    (void)state;
    assert_true(cost_mean(10, 3) == 3);
    assert_true(cost_mean(11, 2) == 6);
    assert_true(cost_mean((amount)-1, 1) == (amount)-1);
    assert_true(cost_mean((amount)-1, 2) == (amount)1 << 127);
}

static void costs_say_what_they_are(void **state)
{
    (void)state;
    struct buf out = buf_make(BUF_NO_LIMIT);
    put_cost(&out, true, false, 54200000000000);
    buf_putc(&out, '/');
    put_cost(&out, true, true, 54200000000000);
    buf_putc(&out, '/');
    put_cost(&out, false, false, 54200000000000);
    assert_string_equal(out.data, "0.0000542 0G/\xe2\x89\xa4 0.0000542 0G/n/a");
    buf_free(&out);
}

static void shares_and_probabilities_are_rounded(void **state)
{
    (void)state;
    struct buf out = buf_make(BUF_NO_LIMIT);
    put_share(&out, 9, 10);
    put_share(&out, 0, 0);
    put_share(&out, 1, 3);
    assert_string_equal(out.data, "9/10 (90.0 %)0/0 (0.0 %)1/3 (33.3 %)");
    buf_reset(&out);
    put_probability(&out, 97);
    buf_putc(&out, ' ');
    put_probability(&out, 31250);
    buf_putc(&out, ' ');
    put_probability(&out, 1000000);
    assert_string_equal(out.data, "below 0.0001 0.0313 1.0000");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_readable),
        cmocka_unit_test(markup_is_text),
        cmocka_unit_test(addresses_are_not_linked),
        cmocka_unit_test(hidden_characters_show),
        cmocka_unit_test(code_stays_code),
        cmocka_unit_test(no_byte_breaks_a_cell),
        cmocka_unit_test(milliseconds_have_three_places),
        cmocka_unit_test(costs_are_those_of_the_table),
        cmocka_unit_test(mean_costs_are_rounded_half_up),
        cmocka_unit_test(costs_say_what_they_are),
        cmocka_unit_test(shares_and_probabilities_are_rounded),
    };
    return cmocka_run_group_tests_name("bench markdown", tests, NULL, NULL);
}
