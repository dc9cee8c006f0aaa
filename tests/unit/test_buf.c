#include "base/buf.h"

#include "support.h"

static void an_empty_buffer_is_an_empty_string(void **state)
{
    (void)state;
    struct buf b = buf_make(10);
    assert_string_equal(buf_str(&b), "");
    assert_null(b.data);
    assert_null(buf_take(&b));
    buf_free(&b);
}

static void appends_follow_each_other(void **state)
{
    (void)state;
    struct buf b = buf_make(BUF_NO_LIMIT);
    buf_puts(&b, "one");
    buf_putc(&b, ' ');
    buf_put(&b, "two!", 3);
    buf_printf(&b, " %d %s", 3, "four");
    assert_string_equal(buf_str(&b), "one two 3 four");
    assert_int_equal(b.len, strlen("one two 3 four"));
    assert_int_equal(b.err, ERR_OK);
    buf_free(&b);
}

static void it_grows_and_keeps_its_content(void **state)
{
    (void)state;
    struct buf b = buf_make(BUF_NO_LIMIT);
    for (int i = 0; i < 100000; i++)
        buf_putc(&b, (char)('a' + i % 26));
    assert_int_equal(b.err, ERR_OK);
    assert_int_equal(b.len, 100000);
    for (size_t i = 0; i < b.len; i++)
        assert_int_equal(b.data[i], 'a' + (int)(i % 26));
    assert_int_equal(b.data[b.len], '\0');
    buf_free(&b);
}

static void bytes_may_be_nul(void **state)
{
    (void)state;
    struct buf b = buf_make(10);
    buf_put(&b, "a\0b", 3);
    assert_int_equal(b.len, 3);
    assert_memory_equal(b.data, "a\0b", 4);
    buf_free(&b);
}

static void nothing_may_be_appended(void **state)
{
    (void)state;
    struct buf b = buf_make(0);
    buf_put(&b, NULL, 0);
    buf_puts(&b, "");
    assert_int_equal(b.err, ERR_OK);
    assert_string_equal(buf_str(&b), "");
    buf_free(&b);
}

static void the_limit_is_reached_but_not_passed(void **state)
{
    (void)state;
    struct buf b = buf_make(4);
    buf_puts(&b, "1234");
    assert_int_equal(b.err, ERR_OK);
    buf_putc(&b, '5');
    assert_int_equal(b.err, ERR_TOO_LARGE);
    assert_string_equal(buf_str(&b), "1234");
    buf_free(&b);
}

static void the_first_error_stays_and_later_appends_do_nothing(void **state)
{
    (void)state;
    struct buf b = buf_make(4);
    buf_puts(&b, "12");
    buf_printf(&b, "%s", "345");
    assert_int_equal(b.err, ERR_TOO_LARGE);
    buf_putc(&b, '3');
    buf_printf(&b, "4");
    assert_string_equal(buf_str(&b), "12");
    assert_int_equal(b.err, ERR_TOO_LARGE);
    buf_free(&b);
}

static void a_huge_length_is_refused(void **state)
{
    (void)state;
    struct buf b = buf_make(SIZE_MAX);
    buf_putc(&b, 'x');
    buf_put(&b, "x", SIZE_MAX); /* not read: it is refused before */
    assert_int_equal(b.err, ERR_TOO_LARGE);
    assert_string_equal(buf_str(&b), "x");
    buf_free(&b);
}

static void taking_hands_the_bytes_over(void **state)
{
    (void)state;
    struct buf b = buf_make(10);
    buf_puts(&b, "mine");
    char *text = buf_take(&b);
    assert_string_equal(text, "mine");
    assert_string_equal(buf_str(&b), "");
    buf_puts(&b, "0123456789");
    assert_int_equal(b.err, ERR_OK);
    buf_putc(&b, 'x');
    assert_int_equal(b.err, ERR_TOO_LARGE); /* the limit is still the same */
    assert_string_equal(text, "mine");
    free(text);
    buf_free(&b);
}

static void a_reset_forgets_content_and_error_but_not_the_memory(void **state)
{
    (void)state;
    struct buf b = buf_make(4);
    buf_puts(&b, "1234");
    buf_putc(&b, '5');
    const char *data = b.data;
    buf_reset(&b);
    assert_int_equal(b.err, ERR_OK);
    assert_string_equal(buf_str(&b), "");
    buf_puts(&b, "abcd");
    assert_ptr_equal(b.data, data);
    assert_string_equal(buf_str(&b), "abcd");
    buf_free(&b);
}

static void a_zeroed_buffer_may_be_freed(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_free(&b);
    assert_null(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_an_empty_string),
        cmocka_unit_test(appends_follow_each_other),
        cmocka_unit_test(it_grows_and_keeps_its_content),
        cmocka_unit_test(bytes_may_be_nul),
        cmocka_unit_test(nothing_may_be_appended),
        cmocka_unit_test(the_limit_is_reached_but_not_passed),
        cmocka_unit_test(the_first_error_stays_and_later_appends_do_nothing),
        cmocka_unit_test(a_huge_length_is_refused),
        cmocka_unit_test(taking_hands_the_bytes_over),
        cmocka_unit_test(a_reset_forgets_content_and_error_but_not_the_memory),
        cmocka_unit_test(a_zeroed_buffer_may_be_freed),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
