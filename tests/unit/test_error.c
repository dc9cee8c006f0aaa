#include "base/error.h"

#include "support.h"

static void every_code_has_a_name_and_a_text_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_COUNT; i++) {
        assert_int_not_equal(err_name((enum err)i)[0], '\0');
        assert_int_not_equal(err_text((enum err)i)[0], '\0');
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(err_name((enum err)i), err_name((enum err)j));
            assert_string_not_equal(err_text((enum err)i), err_text((enum err)j));
        }
    }
}

static void names_are_words_for_machines(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_COUNT; i++) {
        const char *name = err_name((enum err)i);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
    }
    assert_string_equal(err_name(ERR_OK), "ok");
    assert_string_equal(err_name(ERR_TIMEOUT), "timeout");
    assert_string_equal(err_text(ERR_TIMEOUT), "no complete answer within the deadline");
}

static void success_is_zero(void **state)
{
    (void)state;
    assert_int_equal(ERR_OK, 0);
}

static void a_foreign_number_is_not_looked_up(void **state)
{
    (void)state;
    assert_string_equal(err_name((enum err)ERR_COUNT), err_name(ERR_SYSTEM));
    assert_string_equal(err_text((enum err) - 1), err_text(ERR_SYSTEM));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_and_a_text_of_its_own),
        cmocka_unit_test(names_are_words_for_machines),
        cmocka_unit_test(success_is_zero),
        cmocka_unit_test(a_foreign_number_is_not_looked_up),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
