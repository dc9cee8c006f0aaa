#include "eth/abi.h"

#include "support.h"

/* ---- recorded answers, field by field ---- */

struct service {
    struct address provider, tee_signer;
    struct abi_text type, url, model, verifiability, info;
    amount input_price, output_price;
    uint64_t updated_at;
    bool acknowledged;
};

static enum err read_service(const struct abi *tuple, struct service *s)
{
    const enum err errors[] = {
        abi_address(tuple, 0, &s->provider),
        abi_text(tuple, 1, &s->type),
        abi_text(tuple, 2, &s->url),
        abi_amount(tuple, 3, &s->input_price),
        abi_amount(tuple, 4, &s->output_price),
        abi_u64(tuple, 5, &s->updated_at),
        abi_text(tuple, 6, &s->model),
        abi_text(tuple, 7, &s->verifiability),
        abi_text(tuple, 8, &s->info),
        abi_address(tuple, 9, &s->tee_signer),
        abi_bool(tuple, 10, &s->acknowledged),
    };
    for (size_t i = 0; i < COUNT(errors); i++)
        if (errors[i])
            return errors[i];
    return ERR_OK;
}

static void assert_text(struct abi_text text, const char *expected)
{
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.len);
}

static void assert_address(const struct address *address, const char *expected)
{
    char text[ADDRESS_TEXT_BYTES];
    assert_string_equal(address_text(address, text), expected);
}

static void assert_service_a(const cJSON *vectors, const struct service *s)
{
    assert_address(&s->provider, vector_str(vectors, "providerA"));
    assert_text(s->type, "chatbot");
    assert_text(s->url, "http://127.0.0.1:19001");
    assert_true(s->input_price == 50000000000);
    assert_true(s->output_price == 100000000000);
    assert_int_equal(s->updated_at, 0x6b02734a);
    assert_text(s->model, "openai/gpt-oss-20b");
    assert_text(s->verifiability, "TeeML");
    assert_text(s->info, "{\"TargetSeparated\":false,\"TEEVerifier\":\"dstack\","
                         "\"ProviderType\":\"decentralized\"}");
    assert_address(&s->tee_signer, vector_str(vectors, "teeSigner"));
    assert_true(s->acknowledged);
}

static void assert_service_b(const cJSON *vectors, const struct service *s)
{
    assert_address(&s->provider, vector_str(vectors, "providerB"));
    assert_text(s->type, "chatbot");
    assert_text(s->url, "http://127.0.0.1:19002");
    assert_true(s->input_price == 100000000000);
    assert_true(s->output_price == 200000000000);
    assert_int_equal(s->updated_at, 0x6b02734a);
    assert_text(s->model, "qwen/qwen-2.5-7b-instruct");
    assert_text(s->verifiability, "TeeML");
    assert_text(s->info, "{}");
    assert_address(&s->tee_signer, vector_str(vectors, "teeSigner"));
    assert_false(s->acknowledged);
}

struct recorded {
    cJSON *vectors;
    struct arena arena;
};

static int open_recorded(void **state)
{
    static struct recorded recorded;
    recorded = (struct recorded){.vectors = load_json_vectors("compute.json")};
    *state = &recorded;
    return 0;
}

static int close_recorded(void **state)
{
    struct recorded *recorded = *state;
    cJSON_Delete(recorded->vectors);
    arena_free(&recorded->arena);
    return 0;
}

static struct abi view_of(struct recorded *recorded, const cJSON *object, const char *key)
{
    size_t len;
    const uint8_t *bytes = decode_hex(&recorded->arena, vector_str(object, key), &len);
    return abi_make(bytes, len);
}

static void all_services(void **state)
{
    struct recorded *recorded = *state;
    struct abi view = view_of(recorded, recorded->vectors, "getAllServicesReturn");
    struct abi body, tuple;
    size_t count;
    uint64_t total;
    struct service s;
    assert_int_equal(abi_array(&view, 0, 1, &body, &count), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(abi_u64(&view, 1, &total), ERR_OK);
    assert_int_equal(total, 2);
    assert_int_equal(abi_tuple(&body, 0, &tuple), ERR_OK);
    assert_int_equal(read_service(&tuple, &s), ERR_OK);
    assert_service_a(recorded->vectors, &s);
    assert_int_equal(abi_tuple(&body, 1, &tuple), ERR_OK);
    assert_int_equal(read_service(&tuple, &s), ERR_OK);
    assert_service_b(recorded->vectors, &s);
}

static void one_service(void **state)
{
    struct recorded *recorded = *state;
    struct abi view = view_of(recorded, recorded->vectors, "getServiceReturn"), tuple;
    struct service s;
    assert_int_equal(abi_tuple(&view, 0, &tuple), ERR_OK);
    assert_int_equal(read_service(&tuple, &s), ERR_OK);
    assert_service_a(recorded->vectors, &s);
}

static void account(void **state)
{
    struct recorded *recorded = *state;
    struct abi view = view_of(recorded, recorded->vectors, "getAccountReturn"), tuple, refunds;
    struct address user, provider;
    uint64_t nonce, generation;
    amount balance, pending_refund, valid_refunds, revoked;
    size_t refund_count;
    struct abi_text info;
    bool acknowledged;
    assert_int_equal(abi_tuple(&view, 0, &tuple), ERR_OK);
    assert_int_equal(abi_address(&tuple, 0, &user), ERR_OK);
    assert_int_equal(abi_address(&tuple, 1, &provider), ERR_OK);
    assert_int_equal(abi_u64(&tuple, 2, &nonce), ERR_OK);
    assert_int_equal(abi_amount(&tuple, 3, &balance), ERR_OK);
    assert_int_equal(abi_amount(&tuple, 4, &pending_refund), ERR_OK);
    assert_int_equal(abi_array(&tuple, 5, 4, &refunds, &refund_count), ERR_OK);
    assert_int_equal(abi_text(&tuple, 6, &info), ERR_OK);
    assert_int_equal(abi_bool(&tuple, 7, &acknowledged), ERR_OK);
    assert_int_equal(abi_amount(&tuple, 8, &valid_refunds), ERR_OK);
    assert_int_equal(abi_u64(&tuple, 9, &generation), ERR_OK);
    assert_int_equal(abi_amount(&tuple, 10, &revoked), ERR_OK);
    assert_address(&user, vector_str(recorded->vectors, "user"));
    assert_address(&provider, vector_str(recorded->vectors, "providerA"));
    assert_int_equal(nonce, 17600000000000000);
    assert_true(balance == 999876543211000000);
    assert_true(pending_refund == 0);
    assert_int_equal(refund_count, 0);
    assert_text(info, "");
    assert_true(acknowledged);
    assert_true(valid_refunds == 0);
    assert_int_equal(generation, 0);
    assert_true(revoked == 0);
}

static void ledger(void **state)
{
    struct recorded *recorded = *state;
    struct abi view = view_of(recorded, recorded->vectors, "getLedgerReturn"), tuple;
    struct address user;
    amount available, total;
    struct abi_text info;
    assert_int_equal(abi_tuple(&view, 0, &tuple), ERR_OK);
    assert_int_equal(abi_address(&tuple, 0, &user), ERR_OK);
    assert_int_equal(abi_amount(&tuple, 1, &available), ERR_OK);
    assert_int_equal(abi_amount(&tuple, 2, &total), ERR_OK);
    assert_int_equal(abi_text(&tuple, 3, &info), ERR_OK);
    assert_address(&user, vector_str(recorded->vectors, "user"));
    assert_true(available == 2000000000000000000);
    assert_true(total == 2999876543211000000);
    assert_text(info, "");
}

static const cJSON *get_log(const struct recorded *recorded, int index)
{
    const cJSON *logs = cJSON_GetObjectItemCaseSensitive(recorded->vectors, "logs");
    assert_int_equal(cJSON_GetArraySize(logs), 12);
    return cJSON_GetArrayItem(logs, index);
}

/* Indexed addresses of a log are padded words in its topics. */
static void assert_topic_address(struct recorded *recorded, const cJSON *log, int topic,
                                 const char *expected)
{
    const cJSON *topics = cJSON_GetObjectItemCaseSensitive(log, "topics");
    size_t len;
    const char *text = cJSON_GetStringValue(cJSON_GetArrayItem(topics, topic));
    assert_non_null(text);
    struct abi view = {.data = decode_hex(&recorded->arena, text, &len)};
    view.len = len;
    struct address address;
    assert_int_equal(len, 32);
    assert_int_equal(abi_address(&view, 0, &address), ERR_OK);
    assert_address(&address, expected);
}

static void assert_log_amounts(struct recorded *recorded, const cJSON *log, const amount *expected,
                               size_t count)
{
    struct abi data = view_of(recorded, log, "data");
    assert_int_equal(data.len, count * 32);
    for (size_t i = 0; i < count; i++) {
        amount value;
        assert_int_equal(abi_amount(&data, i, &value), ERR_OK);
        assert_true(value == expected[i]);
    }
}

static void logs_of_numbers(void **state)
{
    struct recorded *recorded = *state;
    static const char owner[] = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    static const char nobody[] = "0x0000000000000000000000000000000000000000";
    static const char beacon[] = "0x5FC8d32690cc91D4c39d9d3abcBD16989F875707";
    const char *user = vector_str(recorded->vectors, "user");
    const char *a = vector_str(recorded->vectors, "providerA");
    const char *b = vector_str(recorded->vectors, "providerB");
    const char *signer = vector_str(recorded->vectors, "teeSigner");
    const amount stake = (amount)100 * 1000000000000000000;
    const struct {
        int log;
        uint64_t block;
        const char *topics[2];
        size_t count;
        amount data[2];
    } cases[] = {
        {0, 7, {beacon}, 0, {0}},                        /* BeaconUpgraded */
        {1, 8, {nobody, owner}, 0, {0}},                 /* OwnershipTransferred */
        {3, 8, {NULL}, 1, {1}},                          /* Initialized */
        {4, 11, {a}, 1, {stake}},                        /* ProviderStaked */
        {6, 12, {b}, 1, {stake}},                        /* ProviderStaked */
        {8, 13, {a, signer}, 1, {1}},                    /* ...Acknowledged */
        {9, 15, {user, a}, 2, {1000000000000000000, 0}}, /* BalanceUpdated, before fees */
        {10, 16, {user, a}, 2, {999876543211000000, 0}}, /* BalanceUpdated, after them */
        {11, 16, {user}, 2, {0, 0}},                     /* TEESettlementResult: success */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *log = get_log(recorded, cases[i].log);
        uint64_t block;
        assert_int_equal(hex_quantity(vector_str(log, "blockNumber"), &block), ERR_OK);
        assert_int_equal(block, cases[i].block);
        struct address emitter;
        assert_int_equal(address_parse(vector_str(log, "address"), &emitter), ERR_OK);
        assert_address(&emitter, vector_str(recorded->vectors, "inference"));
        for (int t = 0; t < 2 && cases[i].topics[t]; t++)
            assert_topic_address(recorded, log, t + 1, cases[i].topics[t]);
        assert_log_amounts(recorded, log, cases[i].data, cases[i].count);
    }
}

static void log_of_the_initialisation(void **state)
{
    struct recorded *recorded = *state;
    const cJSON *log = get_log(recorded, 2);
    struct abi data = view_of(recorded, log, "data");
    uint64_t lock_time;
    struct address ledger_address;
    assert_topic_address(recorded, log, 1, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    assert_int_equal(abi_u64(&data, 0, &lock_time), ERR_OK);
    assert_int_equal(abi_address(&data, 1, &ledger_address), ERR_OK);
    assert_int_equal(lock_time, 86400);
    assert_address(&ledger_address, vector_str(recorded->vectors, "ledger"));
}

static void logs_of_service_updates(void **state)
{
    struct recorded *recorded = *state;
    static const struct {
        int log;
        const char *provider, *url, *model;
        uint64_t input_price, output_price;
    } cases[] = {
        {5, "providerA", "http://127.0.0.1:19001", "openai/gpt-oss-20b", 50000000000, 100000000000},
        {7, "providerB", "http://127.0.0.1:19002", "qwen/qwen-2.5-7b-instruct", 100000000000,
         200000000000},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *log = get_log(recorded, cases[i].log);
        struct abi data = view_of(recorded, log, "data");
        struct abi_text type, url, model, verifiability;
        uint64_t input_price, output_price, updated_at;
        assert_topic_address(recorded, log, 1, vector_str(recorded->vectors, cases[i].provider));
        assert_int_equal(abi_text(&data, 0, &type), ERR_OK);
        assert_int_equal(abi_text(&data, 1, &url), ERR_OK);
        assert_int_equal(abi_u64(&data, 2, &input_price), ERR_OK);
        assert_int_equal(abi_u64(&data, 3, &output_price), ERR_OK);
        assert_int_equal(abi_u64(&data, 4, &updated_at), ERR_OK);
        assert_int_equal(abi_text(&data, 5, &model), ERR_OK);
        assert_int_equal(abi_text(&data, 6, &verifiability), ERR_OK);
        assert_text(type, "chatbot");
        assert_text(url, cases[i].url);
        assert_int_equal(input_price, cases[i].input_price);
        assert_int_equal(output_price, cases[i].output_price);
        assert_int_equal(updated_at, 0x6b02734a);
        assert_text(model, cases[i].model);
        assert_text(verifiability, "TeeML");
    }
}

static void call_data_is_that_of_the_recorded_calls(void **state)
{
    struct recorded *recorded = *state;
    struct address user, provider;
    assert_int_equal(address_parse(vector_str(recorded->vectors, "user"), &user), ERR_OK);
    assert_int_equal(address_parse(vector_str(recorded->vectors, "providerA"), &provider), ERR_OK);

    struct buf call = buf_make(BUF_NO_LIMIT), text = buf_make(BUF_NO_LIMIT);
    abi_put_selector(&call, 0xa09cfca9);
    abi_put_u64(&call, 0);
    abi_put_u64(&call, 50);
    hex_put(&text, (const uint8_t *)call.data, call.len);
    assert_string_equal(buf_str(&text), vector_str(recorded->vectors, "getAllServicesCalldata"));

    buf_reset(&call);
    buf_reset(&text);
    abi_put_selector(&call, 0xfd590847);
    abi_put_address(&call, &user);
    abi_put_address(&call, &provider);
    hex_put(&text, (const uint8_t *)call.data, call.len);
    assert_string_equal(buf_str(&text), vector_str(recorded->vectors, "getAccountCalldata"));

    buf_reset(&text);
    buf_reset(&call);
    abi_put_u64(&call, UINT64_MAX);
    hex_put(&text, (const uint8_t *)call.data, call.len);
    assert_string_equal(buf_str(&text),
                        "0x000000000000000000000000000000000000000000000000ffffffffffffffff");
    buf_free(&text);
    buf_free(&call);
}

static enum err read_all_services(const struct abi *view, struct service *services, size_t max,
                                  size_t *count)
{
    struct abi body;
    enum err err = abi_array(view, 0, 1, &body, count);
    for (size_t i = 0; i < *count && i < max && !err; i++) {
        struct abi tuple;
        err = abi_tuple(&body, i, &tuple);
        if (!err)
            err = read_service(&tuple, &services[i]);
    }
    return err;
}

/* The last text is "{}": two bytes and 30 of padding, which may be missing. One byte less and an
 * answer that was cut must be noticed. */
static void an_answer_cut_anywhere_is_refused(void **state)
{
    struct recorded *recorded = *state;
    struct abi whole = view_of(recorded, recorded->vectors, "getAllServicesReturn");
    for (size_t len = 0; len <= whole.len; len++) {
        uint8_t *cut = malloc(len ? len : 1); /* of the exact length, for the tools */
        memcpy(cut, whole.data, len);
        struct abi view = abi_make(cut, len);
        struct service services[2];
        size_t count = 0;
        enum err err = read_all_services(&view, services, COUNT(services), &count);
        if ((err == ERR_OK) != (len >= whole.len - 30))
            fail_msg("%zu of %zu bytes: %s", len, whole.len, err_name(err));
        if (!err) {
            assert_service_a(recorded->vectors, &services[0]);
            assert_service_b(recorded->vectors, &services[1]);
        }
        free(cut);
    }
}

/* ---- hostile data ---- */

enum { MAX_WORDS = 8 };

/* Words given by their low 64 bits, with one byte of one word set afterwards; `cut` bytes are
 * missing at the end. On the heap with the exact length, for the tools. */
struct data {
    uint64_t words[MAX_WORDS];
    size_t count;
    size_t cut;
};

static uint8_t *build(const struct data *data, size_t *len)
{
    struct buf out = buf_make(BUF_NO_LIMIT);
    for (size_t i = 0; i < data->count; i++)
        abi_put_u64(&out, data->words[i]);
    *len = out.len - data->cut;
    uint8_t *bytes = malloc(*len ? *len : 1);
    if (*len)
        memcpy(bytes, out.data, *len);
    buf_free(&out);
    return bytes;
}

static void words_beyond_the_data_are_truncated(void **state)
{
    (void)state;
    static const struct {
        struct data data;
        size_t index;
        enum err err;
    } cases[] = {
        {{{0}, 0, 0}, 0, ERR_TRUNCATED},
        {{{1}, 1, 0}, 0, ERR_OK},
        {{{1}, 1, 1}, 0, ERR_TRUNCATED},
        {{{1}, 1, 31}, 0, ERR_TRUNCATED},
        {{{1}, 1, 0}, 1, ERR_TRUNCATED},
        {{{1, 2}, 2, 0}, 1, ERR_OK},
        {{{1, 2}, 2, 1}, 1, ERR_TRUNCATED},
        {{{1, 2}, 2, 1}, 0, ERR_OK},
        {{{1, 2}, 2, 0}, SIZE_MAX, ERR_TRUNCATED},
        {{{1, 2}, 2, 0}, SIZE_MAX / 32, ERR_TRUNCATED},
        {{{1, 2}, 2, 0}, SIZE_MAX / 32 + 1, ERR_TRUNCATED}, /* times 32 this wraps to 0 */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len;
        uint8_t *bytes = build(&cases[i].data, &len);
        struct abi view = abi_make(bytes, len);
        const uint8_t *word;
        if (abi_word(&view, cases[i].index, &word) != cases[i].err)
            fail_msg("case %zu", i);
        if (!cases[i].err)
            assert_ptr_equal(word, bytes + 32 * cases[i].index);
        struct address address;
        struct abi_text text;
        struct abi inner;
        uint64_t number;
        amount value;
        bool flag;
        size_t count;
        if (cases[i].err) {
            assert_int_equal(abi_address(&view, cases[i].index, &address), ERR_TRUNCATED);
            assert_int_equal(abi_bool(&view, cases[i].index, &flag), ERR_TRUNCATED);
            assert_int_equal(abi_u64(&view, cases[i].index, &number), ERR_TRUNCATED);
            assert_int_equal(abi_amount(&view, cases[i].index, &value), ERR_TRUNCATED);
            assert_int_equal(abi_text(&view, cases[i].index, &text), ERR_TRUNCATED);
            assert_int_equal(abi_tuple(&view, cases[i].index, &inner), ERR_TRUNCATED);
            assert_int_equal(abi_array(&view, cases[i].index, 1, &inner, &count), ERR_TRUNCATED);
        }
        free(bytes);
    }
}

static void texts_stay_within_the_data(void **state)
{
    (void)state;
    /* The view is the tuple behind the first offset, so that adding to its base can wrap. */
    static const struct {
        struct data data;
        enum err err;
        size_t at, len; /* of the text, when there is no error */
    } cases[] = {
        {{{0x20, 0x20, 5, 0}, 4, 0}, ERR_OK, 0x60, 5},
        {{{0x20, 0x20, 32, 0}, 4, 0}, ERR_OK, 0x60, 32},
        {{{0x20, 0x20, 0, 0}, 4, 0}, ERR_OK, 0x60, 0},
        {{{0x20, 0x20, 0}, 3, 0}, ERR_OK, 0x60, 0},
        /* behind the last word, or with less than a word left */
        {{{0x20, 0x40, 5, 0}, 4, 0}, ERR_OK, 0x80, 0},
        {{{0x20, 0x41, 5, 0}, 4, 0}, ERR_BAD_OFFSET, 0, 0},
        {{{0x20, 0x5f, 5, 0}, 4, 0}, ERR_BAD_OFFSET, 0, 0},
        {{{0x20, 0x60, 5, 0}, 4, 0}, ERR_BAD_OFFSET, 0, 0},
        {{{0x20, 0x80, 5, 0}, 4, 0}, ERR_BAD_OFFSET, 0, 0},
        {{{0x20, 0x20, 0}, 3, 1}, ERR_BAD_OFFSET, 0, 0},
        /* base + offset wraps to a place inside the data */
        {{{0x20, UINT64_MAX, 5, 0}, 4, 0}, ERR_BAD_OFFSET, 0, 0},
        {{{0x20, UINT64_MAX - 0x1f, 5, 0}, 4, 0}, ERR_BAD_OFFSET, 0, 0},
        {{{0x20, UINT64_MAX - 0x3f, 5, 0}, 4, 0}, ERR_BAD_OFFSET, 0, 0},
        {{{0x20, (uint64_t)1 << 63, 5, 0}, 4, 0}, ERR_BAD_OFFSET, 0, 0},
        /* one byte more than there is, and lengths that wrap */
        {{{0x20, 0x20, 33, 0}, 4, 0}, ERR_BAD_LENGTH, 0, 0},
        {{{0x20, 0x20, 1}, 3, 0}, ERR_BAD_LENGTH, 0, 0},
        {{{0x20, 0x20, UINT64_MAX, 0}, 4, 0}, ERR_BAD_LENGTH, 0, 0},
        {{{0x20, 0x20, UINT64_MAX - 0x5f, 0}, 4, 0}, ERR_BAD_LENGTH, 0, 0},
        {{{0x20, 0x20, (uint64_t)1 << 63, 0}, 4, 0}, ERR_BAD_LENGTH, 0, 0},
        /* padding may be missing, the text may not */
        {{{0x20, 0x20, 5, 0}, 4, 27}, ERR_OK, 0x60, 5},
        {{{0x20, 0x20, 5, 0}, 4, 28}, ERR_BAD_LENGTH, 0, 0},
        /* an offset need not be a multiple of 32, nor point forwards past the head */
        {{{0x20, 0x21, 0x200, 0}, 4, 0}, ERR_BAD_LENGTH, 0, 0}, /* read as 0x20000 */
        {{{0x20, 0x00, 0}, 3, 0}, ERR_OK, 0x40, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len;
        uint8_t *bytes = build(&cases[i].data, &len);
        struct abi view = abi_make(bytes, len), tuple;
        struct abi_text text = {NULL, 0};
        assert_int_equal(abi_tuple(&view, 0, &tuple), ERR_OK);
        enum err err = abi_text(&tuple, 0, &text);
        if (err != cases[i].err)
            fail_msg("case %zu: %s, not %s", i, err_name(err), err_name(cases[i].err));
        if (!err) {
            assert_ptr_equal(text.bytes, bytes + cases[i].at);
            assert_int_equal(text.len, cases[i].len);
        }
        free(bytes);
    }
}

static void counts_stay_within_the_data(void **state)
{
    (void)state;
    static const struct {
        struct data data;
        size_t min_words;
        enum err err;
        size_t count;
    } cases[] = {
        {{{0x20, 0}, 2, 0}, 1, ERR_OK, 0},
        {{{0x20, 0}, 2, 0}, 11, ERR_OK, 0},
        {{{0x20, 1}, 2, 0}, 1, ERR_BAD_LENGTH, 0},
        {{{0x20, 1, 7}, 3, 0}, 1, ERR_OK, 1},
        {{{0x20, 1, 7}, 3, 1}, 1, ERR_BAD_LENGTH, 0},
        {{{0x20, 2, 7}, 3, 0}, 1, ERR_BAD_LENGTH, 0},
        {{{0x20, 2, 7, 8, 9}, 5, 0}, 1, ERR_OK, 2},
        {{{0x20, 1, 7, 8, 9, 10}, 6, 0}, 4, ERR_OK, 1},
        {{{0x20, 1, 7, 8, 9, 10}, 6, 1}, 4, ERR_BAD_LENGTH, 0},
        {{{0x20, 1, 7, 8, 9}, 5, 0}, 4, ERR_BAD_LENGTH, 0},
        {{{0x20, 2, 7, 8, 9, 10}, 6, 0}, 4, ERR_BAD_LENGTH, 0},
        {{{0x20, UINT64_MAX, 7}, 3, 0}, 1, ERR_BAD_LENGTH, 0},
        {{{0x20, (uint64_t)1 << 63, 7}, 3, 0}, 1, ERR_BAD_LENGTH, 0},
        /* times 32, times 4 * 32 and times 8 these wrap to 0 */
        {{{0x20, (uint64_t)1 << 59, 7}, 3, 0}, 1, ERR_BAD_LENGTH, 0},
        {{{0x20, (uint64_t)1 << 57, 7}, 3, 0}, 4, ERR_BAD_LENGTH, 0},
        {{{0x20, (uint64_t)1 << 61, 7}, 3, 0}, 1, ERR_BAD_LENGTH, 0},
        {{{0x20, 1, 7}, 3, 0}, SIZE_MAX, ERR_BAD_LENGTH, 0},
        {{{0x21, 1, 7}, 3, 0}, 1, ERR_BAD_LENGTH, 0}, /* read as 256 */
        {{{0x60, 1, 7}, 3, 0}, 1, ERR_BAD_OFFSET, 0},
        {{{UINT64_MAX - 0x1f, 1, 7}, 3, 0}, 1, ERR_BAD_OFFSET, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len, count = 0;
        uint8_t *bytes = build(&cases[i].data, &len);
        struct abi view = abi_make(bytes, len), body;
        enum err err = abi_array(&view, 0, cases[i].min_words, &body, &count);
        if (err != cases[i].err)
            fail_msg("case %zu: %s, not %s", i, err_name(err), err_name(cases[i].err));
        assert_int_equal(count, cases[i].count);
        for (size_t word = 0; word < count * cases[i].min_words; word++) {
            uint64_t number;
            assert_int_equal(abi_u64(&body, word, &number), ERR_OK);
            assert_int_equal(number, 7 + word);
        }
        free(bytes);
    }
}

/* 2^255 and every other bit that no real offset, length or count has. */
static void every_high_bit_is_seen(void **state)
{
    (void)state;
    static const struct data data = {{0x20, 1, 0x20, 1, 0}, 5, 0};
    for (size_t byte = 0; byte < 24; byte++) {
        for (int bit = 0; bit < 8; bit++) {
            size_t len, count;
            uint8_t *bytes = build(&data, &len);
            struct abi view = abi_make(bytes, len), inner;
            struct abi_text text;
            const uint8_t high = (uint8_t)(1 << bit);

            bytes[byte] = high; /* the offset */
            assert_int_equal(abi_text(&view, 0, &text), ERR_BAD_OFFSET);
            assert_int_equal(abi_tuple(&view, 0, &inner), ERR_BAD_OFFSET);
            assert_int_equal(abi_array(&view, 0, 1, &inner, &count), ERR_BAD_OFFSET);
            bytes[byte] = 0;

            bytes[32 + byte] = high; /* the length or count */
            assert_int_equal(abi_text(&view, 0, &text), ERR_BAD_LENGTH);
            assert_int_equal(abi_array(&view, 0, 1, &inner, &count), ERR_BAD_LENGTH);
            bytes[32 + byte] = 0;

            assert_int_equal(abi_text(&view, 0, &text), ERR_OK);
            assert_int_equal(abi_array(&view, 0, 1, &inner, &count), ERR_OK);
            free(bytes);
        }
    }
}

static void values_that_do_not_fit_their_type_are_refused(void **state)
{
    (void)state;
    for (size_t byte = 0; byte < 32; byte++) {
        for (int bit = 0; bit < 8; bit++) {
            uint8_t word[32] = {0};
            word[byte] = (uint8_t)(1 << bit);
            struct abi view = abi_make(word, sizeof word);
            struct address address;
            uint64_t number;
            amount value;
            bool flag, is_one = byte == 31 && bit == 0;
            assert_int_equal(abi_address(&view, 0, &address), byte < 12 ? ERR_BAD_FORMAT : ERR_OK);
            assert_int_equal(abi_amount(&view, 0, &value), byte < 16 ? ERR_OVERFLOW : ERR_OK);
            assert_int_equal(abi_u64(&view, 0, &number), byte < 24 ? ERR_OVERFLOW : ERR_OK);
            assert_int_equal(abi_bool(&view, 0, &flag), is_one ? ERR_OK : ERR_BAD_FORMAT);
        }
    }
}

static void a_bool_is_0_or_1(void **state)
{
    (void)state;
    uint8_t word[32] = {0};
    struct abi view = abi_make(word, sizeof word);
    bool flag = true;
    assert_int_equal(abi_bool(&view, 0, &flag), ERR_OK);
    assert_false(flag);
    word[31] = 1;
    assert_int_equal(abi_bool(&view, 0, &flag), ERR_OK);
    assert_true(flag);
    word[31] = 2;
    assert_int_equal(abi_bool(&view, 0, &flag), ERR_BAD_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_services, open_recorded, close_recorded),
        cmocka_unit_test_setup_teardown(one_service, open_recorded, close_recorded),
        cmocka_unit_test_setup_teardown(account, open_recorded, close_recorded),
        cmocka_unit_test_setup_teardown(ledger, open_recorded, close_recorded),
        cmocka_unit_test_setup_teardown(logs_of_numbers, open_recorded, close_recorded),
        cmocka_unit_test_setup_teardown(log_of_the_initialisation, open_recorded, close_recorded),
        cmocka_unit_test_setup_teardown(logs_of_service_updates, open_recorded, close_recorded),
        cmocka_unit_test_setup_teardown(call_data_is_that_of_the_recorded_calls, open_recorded,
                                        close_recorded),
        cmocka_unit_test_setup_teardown(an_answer_cut_anywhere_is_refused, open_recorded,
                                        close_recorded),
        cmocka_unit_test(words_beyond_the_data_are_truncated),
        cmocka_unit_test(texts_stay_within_the_data),
        cmocka_unit_test(counts_stay_within_the_data),
        cmocka_unit_test(every_high_bit_is_seen),
        cmocka_unit_test(values_that_do_not_fit_their_type_are_refused),
        cmocka_unit_test(a_bool_is_0_or_1),
    };
    return cmocka_run_group_tests_name("abi", tests, NULL, NULL);
}
