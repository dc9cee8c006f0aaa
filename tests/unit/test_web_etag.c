#include "web/etag.h"

#include "support.h"

static void well_formed_tags(void **state)
{
    (void)state;
    assert_true(etag_valid("\"\""));
    assert_true(etag_valid("\"a,b\\\""));
    assert_true(etag_valid("W/\"a\""));
    assert_true(etag_valid("\"\xc3\xa9\""));

    assert_false(etag_valid(""));
    assert_false(etag_valid("a"));
    assert_false(etag_valid("\""));
    assert_false(etag_valid("\"a"));
    assert_false(etag_valid("w/\"a\""));
    assert_false(etag_valid("W/"));
    assert_false(etag_valid("\"a\" "));
    assert_false(etag_valid("\"a b\""));
    assert_false(etag_valid("\"a\"\r\nX: y"));
    assert_false(etag_valid("\"a\r\nX: y\""));
    assert_false(etag_valid("\"a\x7f\""));
}

static void weak_comparison(void **state)
{
    (void)state;
    /* the table of RFC 9110 section 8.8.3.2 */
    assert_true(etag_matches("W/\"1\"", "W/\"1\""));
    assert_false(etag_matches("W/\"1\"", "W/\"2\""));
    assert_true(etag_matches("W/\"1\"", "\"1\""));
    assert_true(etag_matches("\"1\"", "W/\"1\""));
    assert_true(etag_matches("\"1\"", "\"1\""));
    assert_false(etag_matches("\"1\"", "\"11\""));
    assert_false(etag_matches("\"11\"", "\"1\""));
}

static void lists_and_star(void **state)
{
    (void)state;
    assert_true(etag_matches("*", "\"a\""));
    assert_true(etag_matches(" * ", "\"a\""));
    assert_true(etag_matches("\"x\", W/\"y\" ,\t\"a\"", "\"a\""));
    assert_true(etag_matches(", ,\"x\",,\"a\"", "\"a\""));
    assert_true(etag_matches("\"x,\", \"a,b\"", "\"a,b\""));
    assert_false(etag_matches("\"a,b\"", "\"a\""));
    assert_false(etag_matches("\"x\", \"y\"", "\"a\""));
}

static void malformed_conditions_do_not_match(void **state)
{
    (void)state;
    assert_false(etag_matches("", "\"a\""));
    assert_false(etag_matches(",", "\"a\""));
    assert_false(etag_matches("a", "\"a\""));
    assert_false(etag_matches("\"a", "\"a\""));
    assert_false(etag_matches("*, \"a\"", "\"a\""));
    assert_false(etag_matches("\"a\"x", "\"a\""));
    assert_false(etag_matches("\"x\" \"a\"", "\"a\""));
    assert_false(etag_matches("x, \"a\"", "\"a\""));
    assert_false(etag_matches("*", "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_tags),
        cmocka_unit_test(weak_comparison),
        cmocka_unit_test(lists_and_star),
        cmocka_unit_test(malformed_conditions_do_not_match),
    };
    return cmocka_run_group_tests_name("web/etag", tests, NULL, NULL);
}
