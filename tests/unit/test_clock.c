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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_written_in_rfc_3339),
        cmocka_unit_test(the_time_zone_plays_no_part),
        cmocka_unit_test(the_monotonic_clock_measures_a_pause),
        cmocka_unit_test(the_wall_clock_is_that_of_the_system),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
