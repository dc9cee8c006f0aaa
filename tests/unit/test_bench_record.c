/* The raw data of a run, written and read back, and its hash chain. */
#include "bench/record.h"

#include "base/crypto.h"
#include "support_record.h"

static struct arena arena;
static struct sample sample;

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    sample_make(&sample);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

typedef void (*put_part)(struct buf *out, const void *part);
typedef enum err (*read_part)(const char *text, size_t len, void *part);

static void put_head(struct buf *out, const void *part)
{
    record_put_head(out, part);
}

static void put_call(struct buf *out, const void *part)
{
    record_put_call(out, part);
}

static void put_tail(struct buf *out, const void *part)
{
    record_put_tail(out, part);
}

static enum err read_head(const char *text, size_t len, void *part)
{
    return record_read_head(text, len, &arena, part);
}

static enum err read_call(const char *text, size_t len, void *part)
{
    return record_read_call(text, len, &arena, part);
}

static enum err read_tail(const char *text, size_t len, void *part)
{
    return record_read_tail(text, len, &arena, part);
}

union any_part {
    struct bench_head head;
    struct bench_call call;
    struct bench_tail tail;
};

/* Writes, reads and writes again. */
static void assert_round_trip(put_part put, read_part read, const void *part)
{
    struct buf first = buf_make(BUF_NO_LIMIT), second = buf_make(BUF_NO_LIMIT);
    union any_part again;
    put(&first, part);
    assert_int_equal(first.err, ERR_OK);
    if (read(first.data, first.len, &again))
        fail_msg("not read back: %s", first.data);
    put(&second, &again);
    assert_string_equal(first.data, second.data);
    buf_free(&first);
    buf_free(&second);
}

static void parts_are_read_back_as_they_were_written(void **state)
{
    (void)state;
    assert_round_trip(put_head, read_head, &sample.record.head);
    assert_round_trip(put_tail, read_tail, &sample.record.tail);
    for (size_t i = 0; i < sample.record.call_count; i++)
        assert_round_trip(put_call, read_call, &sample.calls[i]);
}

static void values_arrive(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct bench_call call;
    record_put_call(&text, &sample.calls[1]);
    assert_int_equal(record_read_call(text.data, text.len, &arena, &call), ERR_OK);
    assert_int_equal(call.end_us - call.start_us, 2412318);
    assert_int_equal(call.start_wall_ms, sample.calls[1].start_wall_ms);
    assert_int_equal(call.token_count, SAMPLE_TOKENS);
    assert_int_equal(call.token_us[SAMPLE_TOKENS - 1], sample.stamps[1][SAMPLE_TOKENS - 1]);
    assert_true(call.cost_known && call.cost == sample.calls[1].cost);
    assert_memory_equal(call.response_sha256.bytes, sample.calls[1].response_sha256.bytes, 32);
    assert_int_equal(call.proof, PROOF_RESPONSE);
    assert_string_equal(call.finish_reason, "stop");
    assert_null(call.excerpt);
    buf_free(&text);
}

/* A generator of its own, so that a failure comes back: xorshift64*. */
static uint64_t random_state = 88172645463325252U;

static uint64_t random_below(uint64_t bound)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (random_state * UINT64_C(2685821657736338717) >> 11) % bound;
}

static const char *random_text(void)
{
    static const char *const pieces[] = {"a",   "|",        "\n",           "\"", "\\",
                                         "<b>", "\xc3\xa9", "\xe2\x80\xa8", "`",  "=1+1"};
    char text[64] = "";
    for (uint64_t n = random_below(8); n; n--)
        strcat(text, pieces[random_below(COUNT(pieces))]);
    return arena_strdup(&arena, text);
}

static const char *random_text_or_null(void)
{
    return random_below(2) ? random_text() : NULL;
}

static amount random_amount(void)
{
    const amount wide = (amount)random_below(UINT64_C(1) << 50) << 62 | random_below(1U << 30);
    return random_below(2) ? wide : random_below(1000);
}

static struct job_hash random_hash(void)
{
    struct job_hash hash = {.known = random_below(2)};
    for (size_t i = 0; hash.known && i < sizeof hash.bytes; i++)
        hash.bytes[i] = (uint8_t)random_below(256);
    return hash;
}

static int64_t random_us(void)
{
    return (int64_t)random_below(RECORD_MAX_US / 2);
}

static struct bench_call random_call(void)
{
    static uint32_t stamps[64];
    struct bench_call c = {
        .number = (unsigned)random_below(1000),
        .warmup = random_below(2),
        .endpoint = (unsigned)random_below(PLAN_MAX_ENDPOINTS),
        .outcome = (enum outcome)random_below(OUTCOME_COUNT),
        .http_status = (int)random_below(600),
        .start_wall_ms = (int64_t)random_below((uint64_t)JOB_MAX_TIME_MS),
        .end_wall_ms = (int64_t)random_below((uint64_t)JOB_MAX_TIME_MS),
        .due_us = random_us(),
        .start_us = random_us(),
        .new_connection = random_below(2),
        .dns_us = random_us(),
        .first_byte_us = random_below(2) ? random_us() : -1,
        .first_content_us = random_below(2) ? random_us() : -1,
        .last_token_us = -1,
        .tokens = (enum token_source)random_below(3),
        .reasoning_tokens = {.known = true, .value = (int64_t)random_below((UINT64_C(1) << 53))},
        .input_bytes = random_below((UINT64_C(1) << 53)),
        .output_bytes = random_below((UINT64_C(1) << 53)),
        .finish_reason = random_text_or_null(),
        .done_marker = random_below(2),
        .over_reported = random_below(2),
        .rerouted = random_below(2),
        .cost_known = random_below(2),
        .cost_at_most = random_below(2),
        .request_sha256 = random_hash(),
        .response_sha256 = random_hash(),
        .chat_id = random_text_or_null(),
        .proof = (enum job_proof)random_below(PROOF_COUNT),
        .refused = random_below(2),
        .excerpt = random_text_or_null(),
    };
    if (c.outcome != OUTCOME_HTTP_4XX && c.outcome != OUTCOME_HTTP_5XX)
        c.http_status = 200;
    else
        c.http_status = c.outcome == OUTCOME_HTTP_4XX ? 404 : 503;
    c.end_us = c.start_us + random_us();
    if (c.tokens) {
        c.input_tokens = random_below((UINT64_C(1) << 53));
        c.output_tokens = random_below((UINT64_C(1) << 53));
    }
    if (c.cost_known)
        c.cost = random_amount();
    if (c.refused)
        c.refusal = (enum refusal)random_below(REFUSAL_COUNT);
    c.token_count = random_below(COUNT(stamps) + 1);
    c.events = c.token_count + random_below(3);
    for (size_t i = 0; i < c.token_count; i++)
        stamps[i] = (i ? stamps[i - 1] : 0) + (uint32_t)random_below(60000000);
    c.token_us = stamps;
    if (c.token_count)
        c.last_token_us = stamps[c.token_count - 1];
    return c;
}

static void random_calls_are_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        const struct bench_call call = random_call();
        assert_round_trip(put_call, read_call, &call);
        arena_reset(&arena);
    }
}

static void random_heads_and_tails_are_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < 500; i++) {
        struct bench_head head = sample.record.head;
        struct bench_tail tail = sample.record.tail;
        struct bench_endpoint *endpoint = &sample.endpoints[0];
        endpoint->url = random_text();
        endpoint->model = random_text();
        endpoint->kind = (enum job_endpoint)(ENDPOINT_PROVIDER + random_below(3));
        endpoint->hardware = random_text_or_null();
        endpoint->no_hardware = random_text_or_null();
        endpoint->priced = random_below(2);
        endpoint->input_price = endpoint->priced ? random_amount() : 0;
        endpoint->output_price = endpoint->priced ? random_amount() : 0;
        head.environment.network = random_text();
        head.environment.agent_version = random_text_or_null();
        head.environment.price_block = random_below((UINT64_C(1) << 53));
        head.sentence_count = random_below(3);
        assert_round_trip(put_head, read_head, &head);
        sample.reconciliations[0].state = (enum reconciliation_state)random_below(RECONCILED_COUNT);
        sample.reconciliations[0].balance_before = random_amount();
        tail.end = (enum run_end)random_below(RUN_END_COUNT);
        tail.root = random_hash();
        tail.signature = random_text_or_null();
        tail.gpu = (struct bench_gpu){.configured = true,
                                      .samples = 7,
                                      .max_percent = (unsigned)random_below(101),
                                      .origin = random_text_or_null()};
        assert_round_trip(put_tail, read_tail, &tail);
        arena_reset(&arena);
    }
}

/* Every single byte of a record matters: changed, left out or doubled it is another record (its
 * bytes differ, so the chain shows it) or none. */
static void no_other_bytes_are_the_same_record(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    record_put_call(&text, &sample.calls[1]);
    for (size_t i = 0; i <= text.len; i++) {
        struct buf other = buf_make(BUF_NO_LIMIT), again = buf_make(BUF_NO_LIMIT);
        struct bench_call call;
        buf_put(&other, text.data, i);
        buf_putc(&other, ' ');
        buf_put(&other, text.data + i, text.len - i);
        if (!record_read_call(other.data, other.len, &arena, &call)) {
            record_put_call(&again, &call);
            assert_string_equal(again.data, other.data);
        }
        if (i < text.len)
            assert_int_not_equal(record_read_call(text.data, i, &arena, &call), ERR_OK);
        buf_free(&other);
        buf_free(&again);
        arena_reset(&arena);
    }
    buf_free(&text);
}

/* `text` with its first `from` replaced. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *found = strstr(text, from);
    if (!found)
        fail_msg("%s is not in %s", from, text);
    struct buf out = buf_make(BUF_NO_LIMIT);
    buf_put(&out, text, (size_t)(found - text));
    buf_puts(&out, to);
    buf_puts(&out, found + strlen(from));
    return buf_take(&out);
}

static void what_we_never_write_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"\"number\":1,", ""},                           /* missing */
        {"\"number\":1,", "\"number\":1,\"number\":1,"}, /* twice */
        {"\"number\":1,", "\"number\":1,\"extra\":1,"},  /* unknown */
        {"\"number\":1,", "\"number\":1.0,"},            /* another form */
        {"\"number\":1,", "\"number\":\"1\","},          /* another type */
        {"\"number\":1,", "\"number\":null,"},
        {"\"number\":1,", "\"number\":-1,"},
        {"\"number\":1,", "\"number\":1e300,"},
        {"\"warmup\":false", "\"warmup\":0"},
        {"\"endpoint\":0", "\"endpoint\":9"},                   /* more than there can be */
        {"\"outcome\":\"ok\"", "\"outcome\":\"fine\""},         /* no class */
        {"\"outcome\":\"ok\"", "\"outcome\":\"http_5xx:503\""}, /* not the status beside it */
        {"\"httpStatus\":200", "\"httpStatus\":2000"},
        {"\"endUs\":", "\"endUs\":99999"},                /* later than a run may last */
        {"\"startUs\":2903000", "\"startUs\":290300000"}, /* begins after its end */
        {"\"tokenUs\":[", "\"tokenUs\":[4294967296,"},
        {"\"tokenUs\":[603079", "\"tokenUs\":[903079"},  /* not in order */
        {"\"tokenUs\":[", "\"tokenUs\":[1,"},            /* more than events */
        {"\"events\":8", "\"events\":9007199254740993"}, /* not exact in a double */
        {"\"tokens\":\"usage\"", "\"tokens\":\"guess\""},
        {"\"tokens\":\"usage\"", "\"tokens\":null"}, /* but their number is there */
        {"\"costNeuron\":\"", "\"costNeuron\":\"0"}, /* leading zero */
        {"\"costNeuron\":\"", "\"costNeuron\":\"-"},
        {"\"costNeuron\":\"", "\"costNeuron\":\"9999999999999999999999"}, /* above 2^112 */
        {"\"proof\":\"response\"", "\"proof\":\"verified\""},
        {"\"requestSha256\":\"01", "\"requestSha256\":\"0x"},
        {"\"chatId\":\"chat-1\"", "\"chatId\":\"chat\\u002d1\""}, /* another escape */
        {"\"chatId\":\"chat-1\"", "\"chatId\":\"chat-1\\u0000\""},
        {"\"startedAt\":\"2", "\"startedAt\":\"12"},
    };
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct bench_call call;
    record_put_call(&text, &sample.calls[1]);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char *other = replaced(text.data, wrong[i][0], wrong[i][1]);
        if (!record_read_call(other, strlen(other), &arena, &call))
            fail_msg("%s was read", wrong[i][1]);
        free(other);
    }
    buf_free(&text);
}

static void other_formats_are_refused(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct bench_head head;
    record_put_head(&text, &sample.record.head);
    static const char *const wrong[][2] = {
        {"\"format\":1", "\"format\":0"},
        {"\"format\":1", "\"format\":2"},
        {"\"id\":\"b-", "\"id\":\"b-00000000000000000000000000000000000000000"},
        {"\"endpoints\":[{", "\"endpoints\":[[],{"},
        {"\"methodology\":[\"", "\"methodology\":[1,\""},
        {"\"plan\":{", "\"plan\":[],\"plan2\":{"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char *other = replaced(text.data, wrong[i][0], wrong[i][1]);
        assert_int_not_equal(record_read_head(other, strlen(other), &arena, &head), ERR_OK);
        free(other);
    }
    buf_free(&text);
}

static void a_head_without_endpoint_is_refused(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct bench_head head = sample.record.head;
    head.endpoint_count = 0;
    record_put_head(&text, &head);
    assert_int_equal(record_read_head(text.data, text.len, &arena, &head), ERR_BAD_FORMAT);
    buf_free(&text);
}

static void memory_is_bounded_by_the_arena(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct bench_call call;
    struct arena small = arena_make(16);
    record_put_call(&text, &sample.calls[1]);
    assert_int_equal(record_read_call(text.data, text.len, &small, &call), ERR_NO_MEMORY);
    arena_free(&small);
    buf_free(&text);
}

/* h(0) = SHA-256(head), h(i) = SHA-256(h(i-1) || record), here by hand. */
static void the_chain_is_the_one_of_the_definition(void **state)
{
    (void)state;
    uint8_t joined[32 + 2], expected[32];
    struct job_hash link = chain_start("head", 4);
    crypto_sha256("head", 4, joined);
    assert_true(link.known);
    assert_memory_equal(link.bytes, joined, 32);
    memcpy(joined + 32, "{}", 2);
    crypto_sha256(joined, sizeof joined, expected);
    assert_int_equal(chain_add(&link, "{}", 2), ERR_OK);
    assert_memory_equal(link.bytes, expected, 32);
}

static void the_chain_shows_order_and_absence(void **state)
{
    (void)state;
    const struct job_hash whole = sample.record.tail.root;
    struct bench_call first = sample.calls[1];
    sample.calls[1] = sample.calls[2];
    sample.calls[2] = first;
    sample_set_root(&sample.record);
    assert_memory_not_equal(sample.record.tail.root.bytes, whole.bytes, 32);
    sample_make(&sample);
    sample.record.call_count--;
    sample_set_root(&sample.record);
    assert_memory_not_equal(sample.record.tail.root.bytes, whole.bytes, 32);
    sample_make(&sample);
    assert_memory_equal(sample.record.tail.root.bytes, whole.bytes, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_are_read_back_as_they_were_written, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(values_arrive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_calls_are_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_heads_and_tails_are_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_other_bytes_are_the_same_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_we_never_write_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_formats_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_without_endpoint_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_is_bounded_by_the_arena, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_chain_is_the_one_of_the_definition, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_chain_shows_order_and_absence, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("bench record", tests, NULL, NULL);
}
