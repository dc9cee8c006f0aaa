#include "base/config.h"

#include "support.h"

struct subject {
    const char *text, *checked;
    int64_t number, other;
};

static enum err check_starts_with_a(const char *text)
{
    return text[0] == 'a' ? ERR_OK : ERR_BAD_FORMAT;
}

static const struct config_row rows[] = {
    {.name = "T_TEXT", .offset = offsetof(struct subject, text)},
    {.name = "T_CHECKED",
     .offset = offsetof(struct subject, checked),
     .check = check_starts_with_a,
     .expects = "a text that starts with a"},
    {.name = "T_NUMBER",
     .kind = CONFIG_NUMBER,
     .offset = offsetof(struct subject, number),
     .fallback = 7,
     .min = -5,
     .max = 100},
    {.name = "T_OTHER",
     .kind = CONFIG_NUMBER,
     .offset = offsetof(struct subject, other),
     .fallback = INT64_MIN,
     .min = INT64_MIN,
     .max = INT64_MAX},
};

static const char *const *given; /* name, value, name, value, ..., NULL */

static const char *look_up(const char *name)
{
    for (size_t i = 0; given[i]; i += 2)
        if (strcmp(given[i], name) == 0)
            return given[i + 1];
    return NULL;
}

#define GIVEN(...) ((const char *const[]){__VA_ARGS__, NULL})

static enum err read_given(const char *const *table, struct subject *subject, struct buf *problems)
{
    given = table;
    memset(subject, 0x5a, sizeof *subject);
    return config_read(rows, COUNT(rows), look_up, subject, problems);
}

static void unset_and_empty_give_null_and_the_fallback(void **state)
{
    (void)state;
    struct subject s;
    struct buf problems = buf_make(BUF_NO_LIMIT);
    assert_int_equal(read_given(GIVEN("T_TEXT", "", "T_NUMBER", ""), &s, &problems), ERR_OK);
    assert_null(s.text);
    assert_null(s.checked);
    assert_int_equal(s.number, 7);
    assert_true(s.other == INT64_MIN);
    assert_string_equal(buf_str(&problems), "");
}

static void values_reach_their_fields(void **state)
{
    (void)state;
    struct subject s;
    struct buf problems = buf_make(BUF_NO_LIMIT);
    const char *const *table = GIVEN("T_TEXT", " as it is ", "T_CHECKED", "abc", "T_NUMBER", "-5",
                                     "T_OTHER", "9223372036854775807");
    assert_int_equal(read_given(table, &s, &problems), ERR_OK);
    assert_string_equal(s.text, " as it is ");
    assert_string_equal(s.checked, "abc");
    assert_int_equal(s.number, -5);
    assert_true(s.other == INT64_MAX);
}

static void a_number_is_digits_within_its_bounds(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "101", "-6", "1x",  "0x10", "1e1", " 1",  "1 ",
        "+1",  "-",  "--1", "1.0",  "",    "\n1", "99999999999999999999"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct subject s;
        struct buf problems = buf_make(BUF_NO_LIMIT);
        enum err err = read_given(GIVEN("T_NUMBER", bad[i]), &s, &problems);
        if (err != (*bad[i] ? ERR_CONFIG : ERR_OK))
            fail_msg("\"%s\" gives %s", bad[i], err_name(err));
        assert_int_equal(s.number, 7); /* the fallback, never half a number */
        if (*bad[i])
            assert_string_equal(buf_str(&problems),
                                "T_NUMBER: expected a whole number from -5 to 100\n");
        buf_free(&problems);
    }
}

static void all_problems_are_said_at_once_and_no_value(void **state)
{
    (void)state;
    struct subject s;
    struct buf problems = buf_make(BUF_NO_LIMIT);
    const char *const *table =
        GIVEN("T_CHECKED", "hunter2", "T_NUMBER", "hunter3", "T_OTHER", "hunter4");
    assert_int_equal(read_given(table, &s, &problems), ERR_CONFIG);
    assert_string_equal(buf_str(&problems),
                        "T_CHECKED: expected a text that starts with a\n"
                        "T_NUMBER: expected a whole number from -5 to 100\n"
                        "T_OTHER: expected a whole number from -9223372036854775808 to "
                        "9223372036854775807\n");
    assert_null(strstr(buf_str(&problems), "hunter"));
    buf_free(&problems);
}

static void a_wrong_row_leaves_the_others_read(void **state)
{
    (void)state;
    struct subject s;
    struct buf problems = buf_make(BUF_NO_LIMIT);
    const char *const *table = GIVEN("T_CHECKED", "no", "T_NUMBER", "42");
    assert_int_equal(read_given(table, &s, &problems), ERR_CONFIG);
    assert_int_equal(s.number, 42);
    assert_string_equal(s.checked, "no");
    buf_free(&problems);
}

static void unknown_names_with_the_prefix_are_named(void **state)
{
    (void)state;
    char *const environment[] = {"T_TEXT=1", "T_TEX=2",  "T_TEXTS=hunter2", "OTHER_T_X=3",
                                 "T_",       "T_NUMBER", "T_WITHOUT_VALUE", "T_EQUALS==hunter3",
                                 NULL};
    struct buf warnings = buf_make(BUF_NO_LIMIT);
    config_unknown(rows, COUNT(rows), environment, "T_", &warnings);
    assert_string_equal(buf_str(&warnings), "T_TEX: not a setting of this program\n"
                                            "T_TEXTS: not a setting of this program\n"
                                            "T_: not a setting of this program\n"
                                            "T_WITHOUT_VALUE: not a setting of this program\n"
                                            "T_EQUALS: not a setting of this program\n");
    buf_free(&warnings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unset_and_empty_give_null_and_the_fallback),
        cmocka_unit_test(values_reach_their_fields),
        cmocka_unit_test(a_number_is_digits_within_its_bounds),
        cmocka_unit_test(all_problems_are_said_at_once_and_no_value),
        cmocka_unit_test(a_wrong_row_leaves_the_others_read),
        cmocka_unit_test(unknown_names_with_the_prefix_are_named),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
