#include "bench/excerpt.h"

#include "support.h"

static const char secret[] = "app-sk-eyJhZGRyZXNzIjoiMHg3MDk5Nzk3MEM1MTgxMg==";

static void expect(const char *bytes, size_t len, const char *text)
{
    char got[64];
    char *copy = malloc(len + 1); /* of its own, so that looking past the end is seen */
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    assert_string_equal(excerpt(copy, len, secret, got, sizeof got), text);
    free(copy);
}

#define EXPECT(bytes, text) expect(bytes, sizeof(bytes) - 1, text)

static void what_cannot_be_shown_becomes_a_space(void **state)
{
    (void)state;
    EXPECT("", "");
    EXPECT("plain", "plain");
    EXPECT("a\r\n\tb\0c\x1b[1m\x7f", "a   b c [1m ");
    EXPECT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8c\x8d",
           "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8c\x8d");
    EXPECT("\xff\xc3(\xe2\x82", "  (  ");
    EXPECT("\xc2\x85\xc2\x9f\xc2\xa0", "  \xc2\xa0");
    EXPECT("\xe2\x80\xa8\xe2\x80\xa9", "  ");
}

static void a_secret_is_masked_wherever_it_is_cut(void **state)
{
    (void)state;
    char text[256], got[64];
    const size_t len = strlen(secret);
    for (size_t from = 0; from < len; from++)
        for (size_t to = from; to <= len; to++) {
            const int used = snprintf(text, sizeof text, "<%.*s>", (int)(to - from), secret + from);
            excerpt(text, (size_t)used, secret, got, sizeof got);
            assert_string_equal(got, to - from >= EXCERPT_SECRET_RUN ? "<[...]>" : text);
        }
    EXPECT("app-sk-eyJhZGRyZXNzIjoiMHg3MDk5Nzk3MEM1MTgxMg==", "[...]");
    EXPECT("app-sk- is a prefix", "app-sk- is a prefix");
}

static void no_secret_masks_nothing(void **state)
{
    (void)state;
    char got[64];
    assert_string_equal(excerpt("app-sk-eyJhZGRyZXNz", 19, NULL, got, sizeof got),
                        "app-sk-eyJhZGRyZXNz");
    assert_string_equal(excerpt("app-sk-eyJhZGRyZXNz", 19, "", got, sizeof got),
                        "app-sk-eyJhZGRyZXNz");
}

static void it_ends_before_a_character_that_does_not_fit(void **state)
{
    (void)state;
    char got[6];
    assert_string_equal(excerpt("abcdefgh", 8, NULL, got, sizeof got), "abcde");
    assert_string_equal(excerpt("abc\xe2\x82\xac", 6, NULL, got, sizeof got), "abc");
    assert_string_equal(excerpt("ab\xe2\x82\xac", 5, NULL, got, sizeof got), "ab\xe2\x82\xac");
    assert_string_equal(excerpt(secret, strlen(secret), secret, got, sizeof got), "[...]");
    assert_string_equal(excerpt(secret, strlen(secret), secret, got, 5), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_shown_becomes_a_space),
        cmocka_unit_test(a_secret_is_masked_wherever_it_is_cut),
        cmocka_unit_test(no_secret_masks_nothing),
        cmocka_unit_test(it_ends_before_a_character_that_does_not_fit),
    };
    return cmocka_run_group_tests_name("excerpt", tests, NULL, NULL);
}
