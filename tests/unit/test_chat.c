#include "bench/chat.h"

#include "bench/plan.h"
#include "support.h"
#include <inttypes.h>

enum { START_US = 1000000, STEP_US = 1000 };

/* --- requests --- */

static void a_request_has_always_the_same_bytes(void **state)
{
    (void)state;
    struct chat_request request = {
        .model = "openai/gpt-oss-20b", .prompt = "Say \"OK\"", .max_tokens = 8, .seed = 42};
    struct buf out = buf_make(BUF_NO_LIMIT);
    chat_put_request(&out, &request);
    assert_string_equal(buf_str(&out),
                        "{\"model\":\"openai/gpt-oss-20b\",\"messages\":[{\"role\":\"user\","
                        "\"content\":\"Say \\\"OK\\\"\"}],\"max_tokens\":8,\"temperature\":0,"
                        "\"seed\":42,\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    buf_free(&out);
}

/* --- replies --- */

#define CHUNK(delta, finish)                                                                       \
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\","           \
    "\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":" finish "}]}\n\n"
#define TOKEN(text)   CHUNK("{\"content\":\"" text "\"}", "null")
#define THOUGHT(text) CHUNK("{\"reasoning_content\":\"" text "\"}", "null")
#define ROLE          CHUNK("{\"role\":\"assistant\",\"content\":\"\"}", "null")
#define STOP          CHUNK("{}", "\"stop\"")
#define USAGE_OF(in, out)                                                                          \
    "\"usage\":{\"prompt_tokens\":" #in ",\"completion_tokens\":" #out ",\"total_tokens\":0}"
#define USAGE(in, out) "data: {\"id\":\"chatcmpl-1\",\"choices\":[]," USAGE_OF(in, out) "}\n\n"
#define TOKEN_AND_USAGE(text, in, out)                                                             \
    "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]," USAGE_OF(in, out) "}\n\n"
#define DONE "data: [DONE]\n\n"

/* What is to be seen of a reply: its figures as one line. */
static const char *figures(const struct chat_reply *r)
{
    static char line[256];
    int used = snprintf(line, sizeof line, "%" PRIu64 " events, %" PRIu64 " bytes", r->events,
                        r->output_bytes);
    if (r->usage.known)
        used += snprintf(line + used, sizeof line - (size_t)used, ", usage %" PRIu64 "+%" PRIu64,
                         r->usage.input_tokens, r->usage.output_tokens);
    if (r->finish_reason[0])
        used += snprintf(line + used, sizeof line - (size_t)used, ", %s", r->finish_reason);
    if (r->done_marker)
        used += snprintf(line + used, sizeof line - (size_t)used, ", done");
    if (r->error.len > 0)
        used += snprintf(line + used, sizeof line - (size_t)used, ", error");
    if (!r->anything)
        snprintf(line + used, sizeof line - (size_t)used, ", nothing");
    return line;
}

static const struct {
    const char *what, *body, *figures;
} replies[] = {
    {"a plain stream", ROLE TOKEN("Hi") TOKEN(" you") STOP USAGE(9, 2) DONE,
     "2 events, 6 bytes, usage 9+2, stop, done"},
    {"usage on the last chunk", TOKEN("Hi") TOKEN_AND_USAGE(" you", 9, 2) STOP DONE,
     "2 events, 6 bytes, usage 9+2, stop, done"},
    {"usage in every chunk",
     TOKEN_AND_USAGE("a", 9, 1) TOKEN_AND_USAGE("b", 9, 2) TOKEN_AND_USAGE("c", 9, 3) STOP DONE,
     "3 events, 3 bytes, usage 9+3, stop, done"},
    {"usage of zeros before and after", USAGE(0, 0) TOKEN("a") USAGE(9, 1) STOP USAGE(0, 0) DONE,
     "1 events, 1 bytes, usage 9+1, stop, done"},
    {"no usage", TOKEN("a") TOKEN("b") STOP DONE, "2 events, 2 bytes, stop, done"},
    {"usage that is null", "data: {\"choices\":[],\"usage\":null}\n\n" TOKEN("a") STOP DONE,
     "1 events, 1 bytes, stop, done"},
    {"usage that is no number",
     TOKEN("a") "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":\"9\","
                "\"completion_tokens\":-1}}\n\n" STOP DONE,
     "1 events, 1 bytes, stop, done"},
    {"no [DONE]", TOKEN("a") STOP USAGE(9, 1), "1 events, 1 bytes, usage 9+1, stop"},
    {"no finish_reason", TOKEN("a") USAGE(9, 1) DONE, "1 events, 1 bytes, usage 9+1, done"},
    {"[DONE] without its empty line", TOKEN("a") "data: [DONE]", "1 events, 1 bytes, done"},
    {"cut in the middle", TOKEN("a") TOKEN("b") "data: {\"choi", "2 events, 2 bytes"},
    {"a role and no text", ROLE ROLE STOP DONE, "0 events, 0 bytes, stop, done"},
    {"text that is null or an array",
     CHUNK("{\"content\":null}", "null") CHUNK("{\"content\":[\"a\"]}", "null") STOP,
     "0 events, 0 bytes, stop"},
    {"reasoning", THOUGHT("hm") THOUGHT("mm") TOKEN("a") TOKEN("b") STOP USAGE(9, 4) DONE,
     "4 events, 6 bytes, usage 9+4, stop, done"},
    {"reasoning by its other name", CHUNK("{\"reasoning\":\"hm\"}", "null") TOKEN("a") STOP,
     "2 events, 3 bytes, stop"},
    {"reasoning by both names",
     CHUNK("{\"reasoning\":\"hm\",\"reasoning_content\":\"hm\"}", "null") TOKEN("a") STOP,
     "2 events, 3 bytes, stop"},
    {"reasoning beside an empty content",
     CHUNK("{\"content\":\"\",\"reasoning_content\":\"hm\"}", "null")
         CHUNK("{\"content\":\"\",\"reasoning_content\":\"mm\"}", "null") STOP,
     "2 events, 4 bytes, stop"},
    {"escapes", TOKEN("a") TOKEN("\\n") TOKEN("\\u20ac") TOKEN("b") STOP,
     "4 events, 6 bytes, stop"},
    {"UTF-8", TOKEN("\xe2\x82\xac") TOKEN("\xf0\x9f\x8c\x8d") STOP, "2 events, 7 bytes, stop"},
    {"text that names its own key", TOKEN("a") TOKEN("\\\"content\\\":\\\"b\\\"") TOKEN("c") STOP,
     "3 events, 15 bytes, stop"},
    {"two keys of the same name",
     "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"content\":\"\"}]}\n\n"
     "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"content\":\"b\"}]}\n\n" STOP,
     "1 events, 1 bytes, stop"},
    {"two keys, the first of them plain",
     "data: {\"content\":\"ab\",\"choices\":[{\"delta\":{\"content\":\"ab\"}}]}\n\n"
     "data: {\"content\":\"cd\",\"choices\":[{\"delta\":{\"content\":\"ab\"}}]}\n\n"
     "data: {\"content\":\"cdef\",\"choices\":[{\"delta\":{\"content\":\"ab\"}}]}\n\n" STOP,
     "3 events, 6 bytes, stop"},
    {"an error object", TOKEN("a") "data: {\"error\":{\"message\":\"overloaded\"}}\n\n" DONE,
     "1 events, 1 bytes, done, error"},
    {"an error text", "data: {\"error\":\"overloaded\"}\n\n", "0 events, 0 bytes, error"},
    {"an error by its object's name", "data: {\"object\":\"error\",\"message\":\"overloaded\"}\n\n",
     "0 events, 0 bytes, error"},
    {"an error that is null",
     "data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" STOP,
     "1 events, 1 bytes, stop"},
    {"what is no JSON", "data: overloaded\n\n" TOKEN("a") "data: {\"choices\":\n\n" STOP DONE,
     "1 events, 1 bytes, stop, done"},
    {"JSON of another kind",
     "data: 7\n\ndata: []\n\ndata: \"x\"\n\ndata: {\"choices\":{\"a\":1}}\n\n" TOKEN("a") STOP,
     "1 events, 1 bytes, stop"},
    {"only comments", ": ping\n\n: ping\n\n", "0 events, 0 bytes, nothing"},
    {"a page", "<html>Oops</html>\n", "0 events, 0 bytes, nothing"},
    {"nothing", "", "0 events, 0 bytes, nothing"},
    {"a reply that is not streamed",
     "{\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
     "\"content\":\"OK\"},\"finish_reason\":\"stop\"}]," USAGE_OF(10, 2) "}",
     "0 events, 2 bytes, usage 10+2, stop"},
    {"an error that is not streamed", " \r\n{\"error\":{\"message\":\"overloaded\"}}",
     "0 events, 0 bytes, error"},
    {"half a reply that is not streamed", "{\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,",
     "0 events, 0 bytes, nothing"},
};

static void read_in_two(struct chat_reply *r, const char *body, size_t first)
{
    const size_t len = strlen(body);
    chat_reply_init(r, NULL);
    r->start_us = START_US;
    char *copy = malloc(len + 1); /* of its own, so that looking past the end is seen */
    assert_non_null(copy);
    memcpy(copy, body, first);
    assert_int_equal(chat_reply_feed(r, copy, first, START_US + STEP_US), ERR_OK);
    memcpy(copy, body + first, len - first);
    assert_int_equal(chat_reply_feed(r, copy, len - first, START_US + 2 * STEP_US), ERR_OK);
    assert_int_equal(chat_reply_end(r), ERR_OK);
    free(copy);
}

static void a_reply_is_read_wherever_it_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++)
        for (size_t first = 0; first <= strlen(replies[i].body); first++) {
            struct chat_reply r;
            read_in_two(&r, replies[i].body, first);
            if (strcmp(figures(&r), replies[i].figures) != 0)
                fail_msg("%s, cut at %zu: %s", replies[i].what, first, figures(&r));
            chat_reply_free(&r);
        }
}

static void a_reply_is_read_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++) {
        struct chat_reply r;
        chat_reply_init(&r, NULL);
        for (const char *at = replies[i].body; *at; at++)
            assert_int_equal(chat_reply_feed(&r, at, 1, 0), ERR_OK);
        assert_int_equal(chat_reply_end(&r), ERR_OK);
        assert_string_equal(figures(&r), replies[i].figures);
        chat_reply_free(&r);
    }
}

/* Feeds one event a step, the first at the first. */
static void read_in_steps(struct chat_reply *r, const char *const *events, size_t count)
{
    chat_reply_init(r, NULL);
    r->start_us = START_US;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(
            chat_reply_feed(r, events[i], strlen(events[i]), START_US + ((int64_t)i + 1) * STEP_US),
            ERR_OK);
    assert_int_equal(chat_reply_end(r), ERR_OK);
}

static void every_event_with_text_has_its_stamp(void **state)
{
    (void)state;
    static const char *const events[] = {ROLE,          THOUGHT("hm"), ": ping\n\n",
                                         THOUGHT("mm"), TOKEN("a"),    TOKEN("\\n"),
                                         TOKEN("b"),    STOP,          DONE};
    static const uint32_t stamps[] = {2 * STEP_US, 4 * STEP_US, 5 * STEP_US, 6 * STEP_US,
                                      7 * STEP_US};
    struct chat_reply r;
    read_in_steps(&r, events, COUNT(events));
    assert_int_equal(r.events, COUNT(stamps));
    assert_int_equal(r.token_us.len, sizeof stamps);
    assert_memory_equal(r.token_us.data, stamps, sizeof stamps);
    assert_int_equal(r.first_content_us, 5 * STEP_US);
    assert_int_equal(r.last_token_us, 7 * STEP_US);
    chat_reply_free(&r);
}

static void a_reply_without_text_has_no_stamp(void **state)
{
    (void)state;
    static const char *const events[] = {ROLE, STOP, DONE};
    struct chat_reply r;
    read_in_steps(&r, events, COUNT(events));
    assert_int_equal(r.token_us.len, 0);
    assert_int_equal(r.first_content_us, -1);
    assert_int_equal(r.last_token_us, -1);
    assert_true(chat_reply_is_whole(&r));
    chat_reply_free(&r);
}

static void stamps_are_bounded_and_events_counted(void **state)
{
    (void)state;
    struct chat_reply r;
    chat_reply_init(&r, NULL);
    for (int i = 0; i < PLAN_MAX_TOKENS + 10; i++)
        assert_int_equal(chat_reply_feed(&r, TOKEN("a"), strlen(TOKEN("a")), i), ERR_OK);
    assert_int_equal(r.events, PLAN_MAX_TOKENS + 10);
    assert_int_equal(r.token_us.len, PLAN_MAX_TOKENS * sizeof(uint32_t));
    assert_int_equal(r.last_token_us, PLAN_MAX_TOKENS + 9);
    chat_reply_free(&r);
}

/* Most chunks need no parser; what they say has to be the same. */
static void chunks_of_one_shape_are_recognised(void **state)
{
    (void)state;
    struct chat_reply r;
    chat_reply_init(&r, NULL);
    const char *chunk = TOKEN("a");
    assert_int_equal(chat_reply_feed(&r, chunk, strlen(chunk), 0), ERR_OK);
    assert_int_not_equal(r.shape.before, 0);
    assert_int_equal(r.shape.before + 1 + r.shape.after, r.shape.event.len);
    assert_int_equal(buf_str(&r.shape.event)[r.shape.before], 'a');
    chat_reply_free(&r);
}

static void details_of_usage_are_read(void **state)
{
    (void)state;
    static const char *const events[] = {
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":7,"
        "\"completion_tokens_details\":{\"reasoning_tokens\":5},"
        "\"prompt_tokens_details\":{\"cached_tokens\":0}}}\n\n"};
    struct chat_reply r;
    read_in_steps(&r, events, COUNT(events));
    assert_true(r.usage.reasoning_tokens.known);
    assert_int_equal(r.usage.reasoning_tokens.value, 5);
    assert_true(r.usage.cached_tokens.known);
    assert_int_equal(r.usage.cached_tokens.value, 0);
    chat_reply_free(&r);

    static const char *const without[] = {USAGE(9, 7)};
    read_in_steps(&r, without, COUNT(without));
    assert_false(r.usage.reasoning_tokens.known);
    assert_false(r.usage.cached_tokens.known);
    chat_reply_free(&r);
}

static void the_first_id_is_kept(void **state)
{
    (void)state;
    static const char *const events[] = {"data: {\"choices\":[]}\n\n", TOKEN("a"),
                                         "data: {\"id\":\"other\",\"choices\":[]}\n\n"};
    struct chat_reply r;
    read_in_steps(&r, events, COUNT(events));
    assert_string_equal(r.id, "chatcmpl-1");
    chat_reply_free(&r);
}

static void too_long_an_id_is_none(void **state)
{
    (void)state;
    char event[JOB_CHAT_ID_BYTES + 64];
    snprintf(event, sizeof event, "data: {\"id\":\"%0*d\"}\n\n", JOB_CHAT_ID_BYTES + 1, 0);
    const char *const events[] = {event};
    struct chat_reply r;
    read_in_steps(&r, events, COUNT(events));
    assert_string_equal(r.id, "");
    chat_reply_free(&r);
}

static void another_provider_is_noticed(void **state)
{
    (void)state;
    static const char chunk[] = "data: {\"choices\":[],\"x_0g_trace\":{\"provider\":\"0xAb\"}}\n\n";
    static const struct {
        const char *asked;
        bool rerouted;
    } cases[] = {{NULL, false}, {"0xaB", false}, {"0xcd", true}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct chat_reply r;
        chat_reply_init(&r, cases[i].asked);
        assert_int_equal(chat_reply_feed(&r, chunk, sizeof chunk - 1, 0), ERR_OK);
        assert_int_equal(r.rerouted, cases[i].rerouted);
        chat_reply_free(&r);
    }
}

static void a_reply_is_bounded(void **state)
{
    (void)state;
    static char flood[CHAT_EVENT_MAX + 16];
    static const char *const beginnings[] = {"{\"a\":\"", "data: \""};
    memset(flood, 'x', sizeof flood);
    for (size_t i = 0; i < COUNT(beginnings); i++) {
        struct chat_reply r;
        chat_reply_init(&r, NULL);
        memcpy(flood, beginnings[i], strlen(beginnings[i]));
        assert_int_equal(chat_reply_feed(&r, flood, sizeof flood, 0), ERR_TOO_LARGE);
        chat_reply_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_has_always_the_same_bytes),
        cmocka_unit_test(a_reply_is_read_wherever_it_is_cut),
        cmocka_unit_test(a_reply_is_read_byte_by_byte),
        cmocka_unit_test(every_event_with_text_has_its_stamp),
        cmocka_unit_test(a_reply_without_text_has_no_stamp),
        cmocka_unit_test(stamps_are_bounded_and_events_counted),
        cmocka_unit_test(chunks_of_one_shape_are_recognised),
        cmocka_unit_test(details_of_usage_are_read),
        cmocka_unit_test(the_first_id_is_kept),
        cmocka_unit_test(too_long_an_id_is_none),
        cmocka_unit_test(another_provider_is_noticed),
        cmocka_unit_test(a_reply_is_bounded),
    };
    return cmocka_run_group_tests_name("chat", tests, NULL, NULL);
}
