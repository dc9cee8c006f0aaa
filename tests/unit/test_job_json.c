/* What agents send, right and wrong. */
#include "store/job_json.h"

#include "support.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct job_batch parse(const char *text)
{
    struct job_batch batch;
    assert_int_equal(job_json_parse(text, strlen(text), &arena, &batch), ERR_OK);
    return batch;
}

static const char *refusal(const char *text)
{
    const struct job_batch batch = parse(text);
    assert_int_equal(batch.count, 1);
    assert_int_equal(batch.record_count, 0);
    assert_non_null(batch.entries[0].refused);
    return batch.entries[0].refused;
}

static void every_field_arrives(void **state)
{
    (void)state;
    const struct job_batch batch = parse(
        "{\"id\":\"a\",\"model\":\"m\",\"status\":\"completed\","
        "\"startedAt\":\"2026-01-02T03:04:05.678Z\",\"endedAt\":\"2026-01-02T04:04:06+01:00\","
        "\"inputTokens\":1,\"outputTokens\":2,\"totalTokens\":3,\"latencyMs\":4.6,"
        "\"provider\":\"0xp\",\"chatId\":\"c\","
        "\"requestSha256\":\"00000000000000000000000000000000000000000000000000000000000000ff\","
        "\"responseSha256\":\"0x000000000000000000000000000000000000000000000000000000000000fe01\","
        "\"endpointKind\":\"router\",\"error\":\"e\"}");
    assert_int_equal(batch.record_count, 1);
    const struct job *j = &batch.records[0];
    assert_string_equal(batch.entries[0].id, "a");
    assert_string_equal(j->id, "a");
    assert_string_equal(j->model, "m");
    assert_int_equal(j->status, JOB_COMPLETED);
    assert_int_equal(j->started_ms.value, 1767323045678);
    assert_int_equal(j->ended_ms.value, 1767323046000);
    assert_int_equal(j->input_tokens.value, 1);
    assert_int_equal(j->output_tokens.value, 2);
    assert_int_equal(j->total_tokens.value, 3);
    assert_int_equal(j->latency_ms.value, 5);
    assert_string_equal(j->provider, "0xp");
    assert_string_equal(j->chat_id, "c");
    assert_true(j->request_sha256.known && j->response_sha256.known);
    assert_int_equal(j->request_sha256.bytes[31], 0xff);
    assert_int_equal(j->response_sha256.bytes[31], 0x01);
    assert_int_equal(j->endpoint, ENDPOINT_ROUTER);
    assert_string_equal(j->error, "e");
}

static void null_is_not_given(void **state)
{
    (void)state;
    const struct job_batch batch =
        parse("{\"id\":\"a\",\"status\":\"running\",\"model\":null,\"latencyMs\":null,"
              "\"startedAt\":null,\"requestSha256\":null,\"endpointKind\":null}");
    const struct job *j = &batch.records[0];
    assert_int_equal(batch.record_count, 1);
    assert_null(j->model);
    assert_false(j->latency_ms.known || j->started_ms.known || j->request_sha256.known);
    assert_int_equal(j->endpoint, ENDPOINT_NONE);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *members, *complaint;
    } wrong[] = {
        {"\"status\":\"running\"", "id is not"},
        {"\"id\":null,\"status\":\"running\"", "id is not"},
        {"\"id\":7,\"status\":\"running\"", "id is not a string"},
        {"\"id\":\"a\"", "status is missing"},
        {"\"id\":\"a\",\"status\":null", "status is missing"},
        {"\"id\":\"a\",\"status\":\"done\"", "status is none of"},
        {"\"id\":\"a\",\"status\":\"running\",\"status\":\"failed\"", "status stands there twice"},
        {"\"id\":\"a\",\"status\":\"running\",\"inputToken\":1", "inputToken is no field"},
        {"\"id\":\"a\",\"status\":\"running\",\"inputTokens\":1.5", "inputTokens is not a whole"},
        {"\"id\":\"a\",\"status\":\"running\",\"inputTokens\":-1", "inputTokens is not a whole"},
        {"\"id\":\"a\",\"status\":\"running\",\"inputTokens\":1e30", "inputTokens is not a whole"},
        {"\"id\":\"a\",\"status\":\"running\",\"inputTokens\":\"1\"", "inputTokens is not a whole"},
        {"\"id\":\"a\",\"status\":\"running\",\"latencyMs\":1e999", "latencyMs is not"},
        {"\"id\":\"a\",\"status\":\"running\",\"startedAt\":\"yesterday\"", "startedAt is not"},
        {"\"id\":\"a\",\"status\":\"running\",\"startedAt\":\"1969-12-31T23:59:59Z\"",
         "startedAt is not within"},
        {"\"id\":\"a\",\"status\":\"running\",\"requestSha256\":\"ff\"", "requestSha256 is not"},
        {"\"id\":\"a\",\"status\":\"running\",\"requestSha256\":"
         "\"00000000000000000000000000000000000000000000000000000000000000ff0\"",
         "requestSha256 is not"},
        {"\"id\":\"a\",\"status\":\"running\",\"endpointKind\":\"x\"", "endpointKind is none"},
        {"\"id\":\"a\",\"status\":\"running\",\"model\":\"a\\u0007b\"", "model is not"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char text[512];
        snprintf(text, sizeof text, "{%s}", wrong[i].members);
        const char *refused = refusal(text);
        if (strncmp(refused, wrong[i].complaint, strlen(wrong[i].complaint)) != 0)
            fail_msg("%s: %s", text, refused);
    }
}

static void one_wrong_record_hinders_no_other(void **state)
{
    (void)state;
    const struct job_batch batch =
        parse("[{\"id\":\"a\",\"status\":\"running\"}, 7, {\"id\":\"b\"},"
              "{\"id\":\"c\",\"status\":\"failed\"}]");
    assert_int_equal(batch.count, 4);
    assert_int_equal(batch.record_count, 2);
    assert_null(batch.entries[0].refused);
    assert_null(batch.entries[1].id);
    assert_non_null(batch.entries[1].refused);
    assert_string_equal(batch.entries[2].id, "b");
    assert_non_null(batch.entries[2].refused);
    assert_int_equal(batch.entries[3].record, 1);
    assert_string_equal(batch.records[1].id, "c");
    assert_int_equal(parse("[]").count, 0);
}

static enum err error_of(const char *text, size_t len)
{
    struct job_batch batch;
    return job_json_parse(text, len, &arena, &batch);
}

static void what_is_no_batch_is_refused_as_a_whole(void **state)
{
    (void)state;
    static const char nul[] = "{\"id\":\"a\",\"status\":\"running\"}\0";
    static const char *const texts[] = {"", "{", "[",
                                        "{\"id\":\"a\\u0000b\",\"status\":\"running\"}"};
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(error_of(texts[i], strlen(texts[i])), ERR_NOT_JSON);
    assert_int_equal(error_of(nul, sizeof nul - 1), ERR_NOT_JSON);
    assert_int_equal(error_of("7", 1), ERR_BAD_FORMAT);
    assert_int_equal(error_of("null", 4), ERR_BAD_FORMAT);
    assert_int_equal(
        parse("{\"id\":\"a\",\"status\":\"failed\",\"error\":\"\\\\u0000\"}").record_count, 1);

    struct buf many = buf_make(BUF_NO_LIMIT);
    buf_puts(&many, "[1");
    for (int i = 1; i < JOB_BATCH_MAX; i++)
        buf_puts(&many, ",1");
    buf_puts(&many, "]");
    assert_int_equal(error_of(many.data, many.len), ERR_OK);
    many.len--;
    buf_puts(&many, ",1]");
    assert_int_equal(error_of(many.data, many.len), ERR_TOO_LARGE);
    buf_free(&many);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_field_arrives),
        TEST(null_is_not_given),
        TEST(what_is_wrong_is_named),
        TEST(one_wrong_record_hinders_no_other),
        TEST(what_is_no_batch_is_refused_as_a_whole),
    };
    return cmocka_run_group_tests_name("job_json", tests, NULL, NULL);
}
