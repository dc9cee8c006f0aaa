#include "base/arena.h"

#include "support.h"
#include <stdalign.h>

static void assert_zeroed(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], 0);
}

static void pieces_are_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    struct arena a = arena_make(0);
    unsigned char *pieces[300];
    for (size_t i = 0; i < COUNT(pieces); i++) {
        pieces[i] = arena_alloc(&a, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        assert_zeroed(pieces[i], i);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < COUNT(pieces); i++)
        for (size_t j = 0; j < i; j++)
            assert_int_equal(pieces[i][j], (unsigned char)i);
    arena_free(&a);
}

static void a_piece_may_be_larger_than_a_block(void **state)
{
    (void)state;
    struct arena a = arena_make(0);
    char *small = arena_strdup(&a, "before");
    unsigned char *large = arena_alloc(&a, 1000000);
    assert_non_null(large);
    assert_zeroed(large, 1000000);
    memset(large, 0xff, 1000000);
    assert_string_equal(small, "before");
    arena_free(&a);
}

static void the_limit_holds(void **state)
{
    (void)state;
    struct arena a = arena_make(4096);
    assert_null(arena_alloc(&a, 4097));
    assert_non_null(arena_alloc(&a, 4096));
    assert_null(arena_alloc(&a, 1));
    assert_true(a.used <= 4096);
    arena_free(&a);

    struct arena b = arena_make(100000);
    size_t total = 0;
    while (arena_alloc(&b, 1024))
        total += 1024;
    assert_in_range(total, 90000, 100000);
    assert_true(b.used <= 100000);
    arena_free(&b);
}

static void sizes_that_wrap_are_refused(void **state)
{
    (void)state;
    struct arena a = arena_make(0);
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 8));
    assert_null(arena_array(&a, SIZE_MAX / 8 + 1, 8));
    assert_null(arena_array(&a, 8, SIZE_MAX / 8 + 1));
    assert_null(arena_strndup(&a, "", SIZE_MAX));
    assert_non_null(arena_array(&a, 3, 8));
    assert_non_null(arena_array(&a, 0, 8));
    assert_non_null(arena_array(&a, SIZE_MAX, 0));
    arena_free(&a);
}

static void strings_are_copied_with_a_nul(void **state)
{
    (void)state;
    struct arena a = arena_make(0);
    char text[] = "copy me";
    char *whole = arena_strdup(&a, text);
    char *part = arena_strndup(&a, text, 4);
    char *none = arena_strndup(&a, NULL, 0);
    memset(text, 'x', sizeof text);
    assert_string_equal(whole, "copy me");
    assert_string_equal(part, "copy");
    assert_string_equal(none, "");
    arena_free(&a);
}

static void a_reset_keeps_one_block_and_zeroes_again(void **state)
{
    (void)state;
    struct arena a = arena_make(0);
    unsigned char *first = arena_alloc(&a, 64);
    memset(first, 0xff, 64);
    memset(arena_alloc(&a, 100000), 0xff, 100000);
    arena_reset(&a);
    assert_true(a.used < 100000);
    unsigned char *again = arena_alloc(&a, 64);
    assert_ptr_equal(again, first);
    assert_zeroed(again, 64);
    assert_non_null(arena_alloc(&a, 100000)); /* and it can still grow */
    arena_free(&a);
}

static void an_unused_arena_may_be_reset_and_freed(void **state)
{
    (void)state;
    struct arena a = arena_make(10);
    arena_reset(&a);
    arena_free(&a);
    assert_int_equal(a.limit, 10);
    assert_null(a.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
        cmocka_unit_test(a_piece_may_be_larger_than_a_block),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(sizes_that_wrap_are_refused),
        cmocka_unit_test(strings_are_copied_with_a_nul),
        cmocka_unit_test(a_reset_keeps_one_block_and_zeroes_again),
        cmocka_unit_test(an_unused_arena_may_be_reset_and_freed),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
