#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/retry_after.h"

/* 2026-01-02T03:04:05.500Z */
static const int64_t now_ms = INT64_C(1767323045500);

static void seconds_are_read(void **state)
{
    (void)state;
    assert_int_equal(retry_after_ms("0", now_ms), 0);
    assert_int_equal(retry_after_ms("120", now_ms), 120000);
    assert_int_equal(retry_after_ms("00120", now_ms), 120000);
    assert_int_equal(retry_after_ms("99999999", now_ms), INT64_C(99999999000));
}

static void a_longer_number_is_cut(void **state)
{
    (void)state;
    assert_int_equal(retry_after_ms("100000000", now_ms), INT64_C(99999999000));
    assert_int_equal(retry_after_ms("99999999999999999999999999", now_ms), INT64_C(99999999000));
}

static void a_date_is_read(void **state)
{
    (void)state;
    /* the three forms of RFC 9110, 5.6.7 */
    assert_int_equal(retry_after_ms("Fri, 02 Jan 2026 03:05:05 GMT", now_ms), 59500);
    assert_int_equal(retry_after_ms("Friday, 02-Jan-26 03:05:05 GMT", now_ms), 59500);
    assert_int_equal(retry_after_ms("Fri Jan  2 03:05:05 2026", now_ms), 59500);
}

static void a_date_that_has_passed_is_now(void **state)
{
    (void)state;
    assert_int_equal(retry_after_ms("Fri, 02 Jan 2026 03:04:05 GMT", now_ms), 0);
    assert_int_equal(retry_after_ms("Thu, 01 Jan 1970 00:00:00 GMT", now_ms), 0);
}

static void anything_else_is_not_said(void **state)
{
    (void)state;
    static const char *const values[] = {"",    " ",    "soon", "-1",     "+5",
                                         "1.5", "12 s", "0x10", "10, 20", "Fri, 02 Jan"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (retry_after_ms(values[i], now_ms) != -1)
            fail_msg("\"%s\" is taken", values[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_are_read),
        cmocka_unit_test(a_longer_number_is_cut),
        cmocka_unit_test(a_date_is_read),
        cmocka_unit_test(a_date_that_has_passed_is_now),
        cmocka_unit_test(anything_else_is_not_said),
    };
    return cmocka_run_group_tests_name("retry_after", tests, NULL, NULL);
}
