#include "support_store.h"

static const struct job running = {.id = "a",
                                   .model = "llama",
                                   .status = JOB_RUNNING,
                                   .started_ms = {true, 1000},
                                   .input_tokens = {true, 256}};
static const struct job completed = {.id = "a",
                                     .status = JOB_COMPLETED,
                                     .ended_ms = {true, 1120},
                                     .input_tokens = {true, 260},
                                     .output_tokens = {true, 128},
                                     .latency_ms = {true, 120}};
static const struct job failed = {
    .id = "a", .status = JOB_FAILED, .ended_ms = {true, 1500}, .error = "503"};

/* Adds the record to the row; it must not be refused. */
static bool merge(struct job *row, const struct job *record, int64_t now_ms)
{
    bool changed;
    assert_null(job_merge(row, record, now_ms, &changed));
    return changed;
}

static void the_timestamp_is_start_else_end_else_receipt(void **state)
{
    (void)state;
    const struct job neither = {.id = "a", .status = JOB_PENDING};
    assert_int_equal(job_first(&running, 5000).timestamp_ms, 1000);
    assert_int_equal(job_first(&completed, 5000).timestamp_ms, 1120);
    assert_int_equal(job_first(&neither, 5000).timestamp_ms, 5000);

    struct job row = job_first(&completed, 5000);
    assert_true(merge(&row, &running, 6000)); /* says the start, late */
    assert_number(row.started_ms, 1000);
    assert_int_equal(row.timestamp_ms, 1120);
}

static void a_job_runs_and_completes(void **state)
{
    (void)state;
    struct job row = job_first(&running, 1001);
    assert_false(row.finished_ms.known);
    assert_true(merge(&row, &completed, 1130));
    assert_int_equal(row.status, JOB_COMPLETED);
    assert_string_equal(row.model, "llama");
    assert_number(row.started_ms, 1000);
    assert_number(row.input_tokens, 260); /* the later word */
    assert_number(row.output_tokens, 128);
    assert_number(row.finished_ms, 1120);
    assert_int_equal(row.received_ms, 1001);
    assert_int_equal(row.updated_ms, 1130);
}

static void an_ended_job_never_runs_again(void **state)
{
    (void)state;
    struct job row = job_first(&completed, 2000);
    assert_true(merge(&row, &running, 900000)); /* it completes what was unknown */
    assert_int_equal(row.status, JOB_COMPLETED);
    assert_number(row.input_tokens, 260); /* what was known stays */
    assert_string_equal(row.model, "llama");
    assert_number(row.finished_ms, 1120);
    assert_false(merge(&row, &running, 990000));
    assert_int_equal(row.updated_ms, 900000);
}

static void a_running_job_never_waits_again(void **state)
{
    (void)state;
    struct job waiting = running;
    waiting.status = JOB_PENDING;
    waiting.input_tokens = known(200);
    waiting.provider = "0xaa";
    struct job row = job_first(&running, 2000);
    assert_true(merge(&row, &waiting, 2001)); /* it names the provider */
    assert_int_equal(row.status, JOB_RUNNING);
    assert_number(row.input_tokens, 256);
    assert_string_equal(row.provider, "0xaa");
}

static void what_ended_otherwise_is_refused(void **state)
{
    (void)state;
    struct job row = job_first(&completed, 2000), before = row;
    bool changed = true;
    assert_non_null(job_merge(&row, &failed, 3000, &changed));
    assert_false(changed);
    assert_memory_equal(&row, &before, sizeof row);
    row = job_first(&failed, 2000);
    assert_non_null(job_merge(&row, &completed, 3000, &changed));
    assert_string_equal(row.error, "503");
}

static void a_lost_job_may_still_complete(void **state)
{
    (void)state;
    struct job row = job_first(&running, 1000);
    assert_false(job_is_lost(&row, 1000 + JOB_LOST_MS - 1));
    assert_true(job_is_lost(&row, 1000 + JOB_LOST_MS));
    assert_true(merge(&row, &completed, 1000 + 2 * JOB_LOST_MS));
    assert_false(job_is_lost(&row, 1000 + 4 * JOB_LOST_MS));
    row = job_first(&failed, 1000);
    assert_false(job_is_lost(&row, 1000 + JOB_LOST_MS));
}

static void benchmark_calls_and_agent_jobs_do_not_mix(void **state)
{
    (void)state;
    bool changed;
    struct job call = running, other = running;
    call.benchmark_id = "run-1";
    other.benchmark_id = "run-2";
    struct job row = job_first(&call, 1000);
    assert_non_null(job_merge(&row, &completed, 2000, &changed));
    assert_non_null(job_merge(&row, &other, 2000, &changed));
    assert_int_equal(row.status, JOB_RUNNING);
    row = job_first(&running, 1000);
    assert_non_null(job_merge(&row, &call, 2000, &changed));
    assert_null(row.benchmark_id);
}

static void being_heard_of_again_counts_until_the_end(void **state)
{
    (void)state;
    struct job row = job_first(&running, 1000);
    assert_false(merge(&row, &running, 1999));
    assert_true(merge(&row, &running, 2000));
    assert_int_equal(row.updated_ms, 2000);
    assert_true(merge(&row, &running, 500)); /* the clock was set */
    assert_int_equal(row.updated_ms, 500);
    row = job_first(&failed, 2000);
    assert_false(merge(&row, &failed, 2000 + JOB_LOST_MS));
    assert_int_equal(row.updated_ms, 2000);
}

static void proof_grows_and_bad_stays(void **state)
{
    (void)state;
    static const enum job_proof order[] = {PROOF_NONE,   PROOF_REPORTED, PROOF_ABSENT,
                                           PROOF_SIGNER, PROOF_RESPONSE, PROOF_BAD};
    for (size_t i = 0; i < COUNT(order); i++)
        for (size_t k = 0; k < COUNT(order); k++) {
            struct job first = completed, second = completed;
            first.proof = order[i];
            second.proof = order[k];
            struct job row = job_first(&first, 2000);
            assert_int_equal(merge(&row, &second, 2000), k > i);
            assert_int_equal(row.proof, order[i > k ? i : k]);
        }
}

static void what_was_proven_cannot_be_exchanged(void **state)
{
    (void)state;
    struct job first = completed, second = completed;
    first.model = "honest";
    first.provider = "0xaa";
    first.chat_id = "chat-1";
    first.response_sha256 = (struct job_hash){.known = true, .bytes = {1}};
    first.endpoint = ENDPOINT_PROVIDER;
    second.model = "other";
    second.provider = "0xbb";
    second.chat_id = "chat-2";
    second.response_sha256 = (struct job_hash){.known = true, .bytes = {2}};
    second.endpoint = ENDPOINT_BASELINE;
    second.output_tokens = known(1000000);
    struct job row = job_first(&first, 2000);
    assert_false(merge(&row, &second, 3000));
    assert_string_equal(row.model, "honest");
    assert_string_equal(row.provider, "0xaa");
    assert_string_equal(row.chat_id, "chat-1");
    assert_int_equal(row.response_sha256.bytes[0], 1);
    assert_int_equal(row.endpoint, ENDPOINT_PROVIDER);
    assert_number(row.output_tokens, 128);
}

static void an_end_in_the_future_is_now(void **state)
{
    (void)state;
    assert_number(job_first(&completed, 1119).finished_ms, 1119);
    struct job silent = completed;
    silent.ended_ms.known = false;
    struct job row = job_first(&silent, 5000);
    assert_number(row.finished_ms, 5000);
    assert_true(merge(&row, &completed, 9000)); /* now the end is known */
    assert_number(row.finished_ms, 1120);
}

static const char *check_with_text(size_t offset, size_t len, char fill)
{
    static char text[2048];
    struct job job = completed;
    memset(text, fill, len);
    text[len] = '\0';
    *(const char **)((char *)&job + offset) = text;
    return job_check(&job);
}

static void texts_have_limits(void **state)
{
    (void)state;
    static const struct {
        size_t offset, max;
        const char *word;
    } texts[] = {
        {offsetof(struct job, id), 128, "id "},
        {offsetof(struct job, model), 256, "model "},
        {offsetof(struct job, provider), 128, "provider "},
        {offsetof(struct job, chat_id), 256, "chatId "},
        {offsetof(struct job, agent_id), 128, "agentId "},
        {offsetof(struct job, benchmark_id), 64, "benchmarkId "},
        {offsetof(struct job, error), 1000, "error "},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *why = check_with_text(texts[i].offset, texts[i].max + 1, 'x');
        assert_non_null(why);
        assert_memory_equal(why, texts[i].word, strlen(texts[i].word));
        assert_non_null(check_with_text(texts[i].offset, 0, 'x'));
        assert_non_null(check_with_text(texts[i].offset, 5, '\xff'));
        assert_null(check_with_text(texts[i].offset, texts[i].max, 'x'));
        bool is_error = texts[i].offset == offsetof(struct job, error);
        assert_int_equal(check_with_text(texts[i].offset, 5, '\n') == NULL, is_error);
    }
    struct job job = completed;
    job.id = NULL;
    assert_non_null(job_check(&job));
    job.id = "a\xc2\x85z"; /* U+0085, a control character */
    assert_non_null(job_check(&job));
    job.id = "a\xe2\x80\xa8z"; /* U+2028, a line end in scripts */
    assert_non_null(job_check(&job));
    job.id = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
    assert_null(job_check(&job));
}

static void numbers_have_limits(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        int64_t max;
    } numbers[] = {
        {offsetof(struct job, started_ms), JOB_MAX_TIME_MS},
        {offsetof(struct job, ended_ms), JOB_MAX_TIME_MS},
        {offsetof(struct job, input_tokens), JOB_MAX_NUMBER},
        {offsetof(struct job, output_tokens), JOB_MAX_NUMBER},
        {offsetof(struct job, total_tokens), JOB_MAX_NUMBER},
        {offsetof(struct job, latency_ms), JOB_MAX_NUMBER},
    };
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct job job = completed;
        struct job_number *number = (struct job_number *)((char *)&job + numbers[i].offset);
        *number = known(numbers[i].max);
        assert_null(job_check(&job));
        *number = known(numbers[i].max + 1);
        assert_non_null(job_check(&job));
        *number = known(-1);
        assert_non_null(job_check(&job));
        number->known = false;
        assert_null(job_check(&job));
    }
    struct job job = completed;
    job.status = JOB_STATUS_COUNT;
    assert_non_null(job_check(&job));
    job = completed;
    job.endpoint = ENDPOINT_COUNT;
    assert_non_null(job_check(&job));
    job = completed;
    job.proof = PROOF_COUNT;
    assert_non_null(job_check(&job));
}

static void words_go_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < JOB_STATUS_COUNT; i++) {
        enum job_status status;
        assert_int_equal(job_status_parse(job_status_name((enum job_status)i), &status), ERR_OK);
        assert_int_equal(status, i);
    }
    for (int i = 1; i < ENDPOINT_COUNT; i++) {
        enum job_endpoint endpoint;
        assert_int_equal(job_endpoint_parse(job_endpoint_name((enum job_endpoint)i), &endpoint),
                         ERR_OK);
        assert_int_equal(endpoint, i);
    }
    enum job_status status;
    enum job_endpoint endpoint;
    assert_int_equal(job_status_parse("Running", &status), ERR_BAD_FORMAT);
    assert_int_equal(job_status_parse("", &status), ERR_BAD_FORMAT);
    assert_int_equal(job_endpoint_parse("local", &endpoint), ERR_BAD_FORMAT);
    assert_null(job_proof_name(PROOF_NONE));
    assert_string_equal(job_proof_name(PROOF_BAD), "bad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_timestamp_is_start_else_end_else_receipt),
        cmocka_unit_test(a_job_runs_and_completes),
        cmocka_unit_test(an_ended_job_never_runs_again),
        cmocka_unit_test(a_running_job_never_waits_again),
        cmocka_unit_test(what_ended_otherwise_is_refused),
        cmocka_unit_test(a_lost_job_may_still_complete),
        cmocka_unit_test(benchmark_calls_and_agent_jobs_do_not_mix),
        cmocka_unit_test(being_heard_of_again_counts_until_the_end),
        cmocka_unit_test(proof_grows_and_bad_stays),
        cmocka_unit_test(what_was_proven_cannot_be_exchanged),
        cmocka_unit_test(an_end_in_the_future_is_now),
        cmocka_unit_test(texts_have_limits),
        cmocka_unit_test(numbers_have_limits),
        cmocka_unit_test(words_go_both_ways),
    };
    return cmocka_run_group_tests_name("store job", tests, NULL, NULL);
}
