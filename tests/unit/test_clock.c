#include "base/clock.h"

#include "support.h"
#include <time.h>

static void moments_are_written_in_rfc_3339(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {-1000, "1969-12-31T23:59:59.000Z"},
        {1767225600000, "2026-01-01T00:00:00.000Z"},
        {1767323045678, "2026-01-02T03:04:05.678Z"},
        {951782400000, "2000-02-29T00:00:00.000Z"},
        {4107542399999, "2100-02-28T23:59:59.999Z"}, /* no leap year */
        {4107542400000, "2100-03-01T00:00:00.000Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
        {253402300800000, "9999-12-31T23:59:59.999Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999Z"},
        {-62167219200000, "0000-01-01T00:00:00.000Z"},
        {-62167219200001, "0000-01-01T00:00:00.000Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[TIME_TEXT_BYTES];
        assert_string_equal(time_text(cases[i].ms, text), cases[i].text);
        assert_int_equal(strlen(text), TIME_TEXT_BYTES - 1);
    }
}

static void the_time_zone_plays_no_part(void **state)
{
    (void)state;
    setenv("TZ", "Pacific/Kiritimati", 1);
    tzset();
    char text[TIME_TEXT_BYTES];
    assert_string_equal(time_text(0, text), "1970-01-01T00:00:00.000Z");
    unsetenv("TZ");
    tzset();
}

static void the_monotonic_clock_measures_a_pause(void **state)
{
    (void)state;
    int64_t ms = clock_mono_ms(), us = clock_mono_us();
    nanosleep(&(struct timespec){.tv_nsec = 20 * 1000000}, NULL);
    int64_t passed_us = clock_mono_us() - us, passed_ms = clock_mono_ms() - ms;
    assert_in_range(passed_us, 20000, 10000000);
    assert_in_range(passed_ms, 19, 10000);
}

static void the_wall_clock_is_that_of_the_system(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL) * 1000 - 1000;
    int64_t now = clock_wall_ms();
    int64_t after = (int64_t)time(NULL) * 1000 + 2000;
    assert_true(before <= now && now <= after);
}

static void moments_are_read_as_clients_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } right[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-01-02T03:04:05.678Z", 1767323045678},
        {"2026-01-02t03:04:05.6789999z", 1767323045678},
        {"2026-01-02T03:04:05.6Z", 1767323045600},
        {"2026-01-02T04:34:05.678+01:30", 1767323045678},
        {"2026-01-01T22:04:05.678-05:00", 1767323045678},
        {"2024-02-29T00:00:00Z", 1709164800000},
        {"2016-12-31T23:59:60Z", 1483228800000},
    };
    static const char *const wrong[] = {
        "",
        "2026",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05.Z",
        "2026-13-02T03:04:05Z",
        "2026-00-02T03:04:05Z",
        "2026-02-29T03:04:05Z",
        "2026-01-02T24:04:05Z",
        "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:61Z",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+0100",
        "2026-01-02T03:04:05Zx",
        " 2026-01-02T03:04:05Z",
        "2026-01-02T03:04Z",
    };
    for (size_t i = 0; i < COUNT(right); i++) {
        int64_t ms;
        assert_int_equal(time_parse(right[i].text, &ms), ERR_OK);
        assert_int_equal(ms, right[i].ms);
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        int64_t ms;
        if (!time_parse(wrong[i], &ms))
            fail_msg("%s is read", wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_written_in_rfc_3339),
        cmocka_unit_test(the_time_zone_plays_no_part),
        cmocka_unit_test(the_monotonic_clock_measures_a_pause),
        cmocka_unit_test(the_wall_clock_is_that_of_the_system),
        cmocka_unit_test(moments_are_read_as_clients_write_them),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
