#include "net/sse.h"

#include "support.h"

enum { MAX_EVENT = 64, MAX_SEEN = 512 };

static char seen[MAX_SEEN]; /* each event's data between < and > */

static enum err note(void *user, const char *data, size_t len)
{
    (void)user;
    assert_int_equal(data[len], '\0');
    size_t used = strlen(seen);
    assert_true(used + len + 3 < sizeof seen);
    snprintf(seen + used, sizeof seen - used, "<%s>", data);
    return strcmp(data, "stop") == 0 ? ERR_CANCELLED : ERR_OK;
}

static const struct {
    const char *stream, *events;
} streams[] = {
    {"data: one\n\ndata: two\n\n", "<one><two>"},
    {"data: one\r\n\r\ndata: two\r\n\r\n", "<one><two>"},
    {"data: one\r\rdata: two\r\r", "<one><two>"},
    {"data: one\r\n\ndata: two\n\r\n", "<one><two>"},
    {"data:one\n\n", "<one>"},
    {"data:  one\n\n", "< one>"},
    {"data\n\n", "<>"},
    {"data:\n\n", "<>"},
    {"data: a\r\ndata: b\r\n\r\n", "<a\nb>"}, /* CRLF is one end, not two */
    {"data: a\ndata: b\ndata\ndata:c\n\n", "<a\nb\n\nc>"},
    {": ping\n\ndata: one\n: ping\n\n", "<one>"},
    {"event: delta\nid: 7\nretry: 10\ndata: one\nother\n\n", "<one>"},
    {"dat: no\ndatax: no\ndata x: no\n Data: no\n\n", ""},
    {"\n\n\n\ndata: one\n\n\n\n", "<one>"},
    {"\xef\xbb\xbf"
     "data: one\n\n\xef\xbb\xbf"
     "data: two\n\n",
     "<one>"},
    {"data: \xf0\x9f\x8c\x8d\xe2\x82\xac\n\n", "<\xf0\x9f\x8c\x8d\xe2\x82\xac>"},
    {"data: {\"a\":\"data: b\"}\n\n", "<{\"a\":\"data: b\"}>"},
    {"data: no line end", "<no line end>"},
    {"data: no empty line\n", "<no empty line>"},
    {"data: no empty line\r", "<no empty line>"},
    {"", ""},
};

static void feed(struct sse_parser *p, const char *bytes, size_t len)
{
    assert_int_equal(sse_feed(p, bytes, len), ERR_OK);
}

static void expect_events(struct sse_parser *p, size_t which)
{
    assert_int_equal(sse_end(p), ERR_OK);
    assert_string_equal(seen, streams[which].events);
    sse_free(p);
}

static struct sse_parser parser(void)
{
    seen[0] = '\0';
    return sse_make(MAX_EVENT, note, NULL);
}

static void events_come_out_of_one_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(streams); i++) {
        struct sse_parser p = parser();
        feed(&p, streams[i].stream, strlen(streams[i].stream));
        expect_events(&p, i);
    }
}

/* Each read is in memory of its own, so that looking past its end is seen. */
static void feed_copy(struct sse_parser *p, const char *bytes, size_t len)
{
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    feed(p, copy, len);
    free(copy);
}

static void events_come_out_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(streams); i++) {
        struct sse_parser p = parser();
        for (const char *at = streams[i].stream; *at; at++)
            feed_copy(&p, at, 1);
        expect_events(&p, i);
    }
}

static void a_stream_may_be_cut_in_two_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(streams); i++) {
        const size_t len = strlen(streams[i].stream);
        for (size_t first = 0; first <= len; first++) {
            struct sse_parser p = parser();
            feed_copy(&p, streams[i].stream, first);
            feed_copy(&p, streams[i].stream + first, len - first);
            expect_events(&p, i);
        }
    }
}

/* A line, and the data of several lines; comments as well, which nobody would see grow. */
static void an_event_is_bounded(void **state)
{
    (void)state;
    char longer[MAX_EVENT + 2];
    memset(longer, 'x', sizeof longer);
    static const char *const beginnings[] = {"data: ", ": ", ""};
    for (size_t i = 0; i < COUNT(beginnings); i++) {
        struct sse_parser p = parser();
        feed(&p, beginnings[i], strlen(beginnings[i]));
        assert_int_equal(sse_feed(&p, longer, sizeof longer), ERR_TOO_LARGE);
        assert_int_equal(sse_feed(&p, "\n\ndata: one\n\n", 13), ERR_TOO_LARGE);
        assert_int_equal(sse_end(&p), ERR_TOO_LARGE);
        assert_string_equal(seen, "");
        sse_free(&p);
    }
    /* In one read, too. */
    struct sse_parser p = parser();
    memset(longer, ':', sizeof longer);
    longer[sizeof longer - 1] = '\n';
    assert_int_equal(sse_feed(&p, longer, sizeof longer), ERR_TOO_LARGE);
    sse_free(&p);
    p = parser();
    for (int i = 0; i < 6; i++)
        feed(&p, "data: 123456789\n", 16);
    assert_int_equal(sse_feed(&p, "data: 123456789\n", 16), ERR_TOO_LARGE);
    sse_free(&p);
}

static void a_stream_of_any_length_is_read(void **state)
{
    (void)state;
    struct sse_parser p = parser();
    for (int i = 0; i < 100000; i++)
        feed(&p, ": ping\n\n", 8);
    feed(&p, "data: one\n\n", 11);
    assert_string_equal(seen, "<one>");
    sse_free(&p);
}

static void the_reader_may_stop_the_stream(void **state)
{
    (void)state;
    struct sse_parser p = parser();
    static const char stream[] = "data: one\n\ndata: stop\n\ndata: two\n\n";
    assert_int_equal(sse_feed(&p, stream, sizeof stream - 1), ERR_CANCELLED);
    assert_int_equal(sse_feed(&p, stream, sizeof stream - 1), ERR_CANCELLED);
    assert_int_equal(sse_end(&p), ERR_CANCELLED);
    assert_string_equal(seen, "<one><stop>");
    sse_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_out_of_one_read),
        cmocka_unit_test(events_come_out_byte_by_byte),
        cmocka_unit_test(a_stream_may_be_cut_in_two_anywhere),
        cmocka_unit_test(an_event_is_bounded),
        cmocka_unit_test(a_stream_of_any_length_is_read),
        cmocka_unit_test(the_reader_may_stop_the_stream),
    };
    return cmocka_run_group_tests_name("sse", tests, NULL, NULL);
}
