#include "web/query.h"

#include "support.h"

static void the_first_parameter_of_the_name_is_given(void **state)
{
    (void)state;
    static const struct {
        const char *query, *value;
    } cases[] = {
        {"limit=5", "5"},
        {"before=0x1&limit=5", "5"},
        {"limit=5&limit=6", "5"},
        {"limit=5&before=0x1", "5"},
        {"limit=a=b", "a=b"},
        {"limit=%35", "%35"},
        {"&&limit=5&", "5"},
        {"limit=", ""},
        {"limit", ""},
        {"limit&limit=5", "5"},
        {"", ""},
        {"xlimit=5", ""},
        {"limits=5", ""},
        {"Limit=5", ""},
        {"a=limit=5", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char value[8] = "before";
        assert_int_equal(query_get(cases[i].query, "limit", value, sizeof value), ERR_OK);
        if (strcmp(value, cases[i].value) != 0)
            fail_msg("%s gives %s, not %s", cases[i].query, value, cases[i].value);
    }
}

static void a_value_that_does_not_fit_is_none(void **state)
{
    (void)state;
    char value[5] = "x";
    assert_int_equal(query_get("v=1234&v=1", "v", value, sizeof value), ERR_OK);
    assert_string_equal(value, "1234");
    assert_int_equal(query_get("v=12345&v=1", "v", value, sizeof value), ERR_TOO_LARGE);
    assert_string_equal(value, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_parameter_of_the_name_is_given),
        cmocka_unit_test(a_value_that_does_not_fit_is_none),
    };
    return cmocka_run_group_tests_name("web_query", tests, NULL, NULL);
}
