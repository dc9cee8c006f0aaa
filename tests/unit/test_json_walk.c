#include "base/json_walk.h"

#include "support.h"

#include "base/buf.h"

static struct buf seen;
static int leaves_wanted;

static bool note(void *user, const char *way, const char *value, size_t len)
{
    (void)user;
    buf_printf(&seen, "%s=%.*s ", way, (int)len, value);
    return --leaves_wanted != 0;
}

/* Gives "way=value " for each. */
static const char *walk(const char *text, bool whole)
{
    buf_free(&seen);
    seen = buf_make(BUF_NO_LIMIT);
    leaves_wanted = -1;
    assert_int_equal(json_walk(text, strlen(text), note, NULL), whole);
    return buf_str(&seen);
}

static void every_single_value_has_its_way(void **state)
{
    (void)state;
    assert_string_equal(
        walk("{\"a\":1,\"b\":{\"c\":[true,{\"d\":null}],\"e\":\"x\"},\"f\":-0.5}", true),
        "a=1 b.c[0]=true b.c[1].d=null b.e=\"x\" f=-0.5 ");
    assert_string_equal(walk("[[1,2],[3]]", true), "[0][0]=1 [0][1]=2 [1][0]=3 ");
    assert_string_equal(walk("{\"a\":{},\"b\":[],\"c\":2}", true), "c=2 ");
}

static void what_looks_like_structure_inside_a_string_is_none(void **state)
{
    (void)state;
    assert_string_equal(walk("{\"a\":\"],}{[\\\"\\\\\",\"b\":1}", true),
                        "a=\"],}{[\\\"\\\\\" b=1 ");
}

static void numbers_come_as_they_stand(void **state)
{
    (void)state;
    assert_string_equal(walk("[9007199254740993,0.000000001]", true),
                        "[0]=9007199254740993 [1]=0.000000001 ");
}

static void text_that_was_cut_off_gives_what_is_whole(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":12,\"b\":[\"cd\",true],\"e\":3}";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        char *cut = strndup(text, len); /* so that valgrind sees who reads behind it */
        walk(cut, false);
        free(cut);
        if (len < sizeof "{\"a\":12" || strncmp(buf_str(&seen), "a=12 ", 5) == 0)
            continue;
        fail_msg("after %zu bytes: %s", len, buf_str(&seen));
    }
    assert_string_equal(walk("{\"a\":1", false), "");
    assert_string_equal(walk("{\"a\":\"1", false), "");
}

static void the_reader_may_end_it(void **state)
{
    (void)state;
    seen = buf_make(BUF_NO_LIMIT);
    leaves_wanted = 2;
    assert_false(json_walk("[1,2,3]", 7, note, NULL));
    assert_string_equal(buf_str(&seen), "[0]=1 [1]=2 ");
}

static void depth_and_length_of_a_way_are_limited(void **state)
{
    (void)state;
    char deep[2 * JSON_WALK_DEPTH + 4], *at = deep;
    for (int i = 0; i < JSON_WALK_DEPTH; i++)
        *at++ = '[';
    *at++ = '1';
    for (int i = 0; i < JSON_WALK_DEPTH; i++)
        *at++ = ']';
    *at = '\0';
    walk(deep, false);
    char inner[sizeof deep];
    snprintf(inner, sizeof inner, "%.*s", (int)strlen(deep) - 2, deep + 1);
    walk(inner, true);
    char wide[JSON_WAY_BYTES + 16];
    snprintf(wide, sizeof wide, "{\"%0*d\":1}", JSON_WAY_BYTES - 1, 0);
    walk(wide, true);
    snprintf(wide, sizeof wide, "{\"%0*d\":1}", JSON_WAY_BYTES, 0);
    walk(wide, false);
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&seen);
    return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_single_value_has_its_way),
        TEST(what_looks_like_structure_inside_a_string_is_none),
        TEST(numbers_come_as_they_stand),
        TEST(text_that_was_cut_off_gives_what_is_whole),
        TEST(the_reader_may_end_it),
        TEST(depth_and_length_of_a_way_are_limited),
    };
    return cmocka_run_group_tests_name("json_walk", tests, NULL, NULL);
}
