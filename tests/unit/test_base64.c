#include "base/base64.h"

#include "support.h"

static void bytes_come_back(void **state)
{
    (void)state;
    static const struct {
        const char *text, *bytes;
    } cases[] = {{"", ""},
                 {"aA==", "h"},
                 {"aA", "h"},
                 {"aGk=", "hi"},
                 {"aGkh", "hi!"},
                 {"-_-_", "\xfb\xff\xbf"},
                 {"+/+/", "\xfb\xff\xbf"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_make(16);
        assert_int_equal(base64_decode(cases[i].text, strlen(cases[i].text), &out), ERR_OK);
        assert_string_equal(buf_str(&out), cases[i].bytes);
        buf_free(&out);
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"a",    "aGkha", "aGl=", "aGk==", "aGk===", "=",
                                        "====", "aG k",  "aG=k", "aGk\n", "\xff",   "a%3D"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_make(16);
        if (base64_decode(cases[i], strlen(cases[i]), &out) != ERR_BAD_FORMAT)
            fail_msg("%s is taken", cases[i]);
        buf_free(&out);
    }
}

static void the_buffer_s_limit_holds(void **state)
{
    (void)state;
    struct buf out = buf_make(2);
    assert_int_equal(base64_decode("aGkh", 4, &out), ERR_TOO_LARGE);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_back),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(the_buffer_s_limit_holds),
    };
    return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
