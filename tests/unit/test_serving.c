#include "zerog/serving.h"

#include "support_chain.h"

#include <time.h>

/* A decoder that takes ten times what the project promises (2 ms of CPU for 1,000 services) is
 * broken, whatever the machine. The thread sanitizer makes all code many times slower. */
#ifdef __SANITIZE_THREAD__
enum { MAX_1000_US = 500000 };
#else
enum { MAX_1000_US = 20000 };
#endif

static struct arena arena;

static int reset_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static enum err decode(const struct buf *data, bool paged, struct service_page *page)
{
    size_t budget = SIZE_MAX;
    return serving_decode_services((const uint8_t *)data->data, data->len, paged, &budget, &arena,
                                   page);
}

static void assert_text(const struct serving_text *t, const char *expected)
{
    assert_int_equal(t->err, ERR_OK);
    assert_int_equal(t->text.len, strlen(expected));
    assert_memory_equal(t->text.bytes, expected, t->text.len);
}

static void assert_address(const struct address *address, const char *expected)
{
    char text[ADDRESS_TEXT_BYTES];
    assert_string_equal(address_text(address, text), expected);
}

static void assert_price(const struct serving_price *price, const char *expected)
{
    char text[AMOUNT_TEXT_BYTES];
    assert_int_equal(price->err, ERR_OK);
    assert_string_equal(amount_text(price->neuron, text), expected);
}

static void assert_registered(const struct service *s, const struct registered *r,
                              enum serving_generation generation)
{
    struct address provider = numbered_address(r->provider);
    assert_int_equal(s->err, ERR_OK);
    assert_true(address_equal(&s->provider, &provider));
    assert_text(&s->service_type, r->type);
    assert_text(&s->url, r->url);
    assert_text(&s->model, r->model);
    assert_text(&s->verifiability, r->verifiability);
    assert_true(!s->input_price.err && s->input_price.neuron == r->input_price);
    assert_true(!s->output_price.err && s->output_price.neuron == r->output_price);
    assert_int_equal(s->updated_at, r->updated_at);
    if (generation == SERVING_V1)
        assert_int_equal(s->additional_info.err, ERR_NOT_FOUND);
    else
        assert_text(&s->additional_info, r->info);
    assert_int_equal(s->has_tee, generation == SERVING_V3);
    if (generation == SERVING_V3) {
        struct address signer = numbered_address(r->tee_signer);
        assert_true(address_equal(&s->tee_signer, &signer));
        assert_int_equal(s->tee_acknowledged, r->acknowledged);
    }
}

/* --- calls --- */

static void assert_call(struct buf *data, const char *expected)
{
    struct buf text = buf_make(BUF_NO_LIMIT);
    hex_put(&text, (const uint8_t *)data->data, data->len);
    assert_string_equal(buf_str(&text), expected);
    buf_free(&text);
    buf_free(data);
}

static void calls_have_the_published_selectors(void **state)
{
    (void)state;
    cJSON *doc = load_json_vectors("compute.json");
    struct buf data = buf_make(BUF_NO_LIMIT);
    serving_put_get_services(&data, 0);
    assert_call(&data, vector_str(doc, "getAllServicesCalldata"));
    serving_put_get_all_services(&data);
    assert_call(&data, "0x21fe0f30");
    serving_put_ledger_address(&data);
    assert_call(&data, "0xd1d20056");
    struct address user;
    assert_int_equal(address_parse(vector_str(doc, "user"), &user), ERR_OK);
    serving_put_get_accounts(&data, &user, 100);
    assert_call(&data, "0x4fe63f4d"
                       "00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"
                       "0000000000000000000000000000000000000000000000000000000000000064"
                       "0000000000000000000000000000000000000000000000000000000000000032");
    serving_put_get_service(&data, &user);
    assert_call(&data, "0x15a52302"
                       "00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8");
    cJSON_Delete(doc);
}

/* --- services --- */

static void the_recorded_services_are_read_field_by_field(void **state)
{
    (void)state;
    cJSON *doc = load_json_vectors("compute.json");
    size_t len, budget = SIZE_MAX;
    const uint8_t *bytes = decode_hex(&arena, vector_str(doc, "getAllServicesReturn"), &len);
    struct service_page page;
    assert_int_equal(serving_decode_services(bytes, len, true, &budget, &arena, &page), ERR_OK);
    assert_int_equal(page.generation, SERVING_V3);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.total, 2);

    const struct service *a = &page.services[0], *b = &page.services[1];
    assert_int_equal(a->err, ERR_OK);
    assert_address(&a->provider, vector_str(doc, "providerA"));
    assert_text(&a->service_type, "chatbot");
    assert_text(&a->url, "http://127.0.0.1:19001");
    assert_text(&a->model, "openai/gpt-oss-20b");
    assert_text(&a->verifiability, "TeeML");
    assert_text(&a->additional_info, "{\"TargetSeparated\":false,\"TEEVerifier\":\"dstack\","
                                     "\"ProviderType\":\"decentralized\"}");
    assert_price(&a->input_price, "50000000000");
    assert_price(&a->output_price, "100000000000");
    assert_int_equal(a->updated_at, 0x6b02734a);
    assert_true(a->has_tee);
    assert_address(&a->tee_signer, vector_str(doc, "teeSigner"));
    assert_true(a->tee_acknowledged);

    assert_int_equal(b->err, ERR_OK);
    assert_address(&b->provider, vector_str(doc, "providerB"));
    assert_text(&b->service_type, "chatbot");
    assert_text(&b->url, "http://127.0.0.1:19002");
    assert_text(&b->model, "qwen/qwen-2.5-7b-instruct");
    assert_text(&b->verifiability, "TeeML");
    assert_text(&b->additional_info, "{}");
    assert_price(&b->input_price, "100000000000");
    assert_price(&b->output_price, "200000000000");
    assert_true(b->has_tee);
    assert_address(&b->tee_signer, vector_str(doc, "teeSigner"));
    assert_false(b->tee_acknowledged);
    cJSON_Delete(doc);
}

static void every_generation_is_told_apart_and_read(void **state)
{
    (void)state;
    struct registered rows[] = {make_registered(1, "\"quoted\" <b>&amp;\n"),
                                make_registered(2, "\xf0\x9f\xa6\x99 llama"),
                                make_registered(3, "")};
    rows[1].acknowledged = false;
    rows[2].url = "exactly thirty-two bytes of text";
    for (enum serving_generation g = SERVING_V1; g <= SERVING_V3; g++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        struct service_page page;
        put_services(&data, g, rows, COUNT(rows), 77, NULL);
        assert_int_equal(decode(&data, g == SERVING_V3, &page), ERR_OK);
        assert_int_equal(page.generation, g);
        assert_int_equal(page.count, COUNT(rows));
        assert_int_equal(page.total, g == SERVING_V3 ? 77 : COUNT(rows));
        for (size_t i = 0; i < COUNT(rows); i++)
            assert_registered(&page.services[i], &rows[i], g);
        buf_free(&data);
    }
}

static void one_service_is_read_like_a_row(void **state)
{
    (void)state;
    cJSON *doc = load_json_vectors("compute.json");
    struct service s;
    size_t len;
    const uint8_t *bytes = decode_hex(&arena, vector_str(doc, "getServiceReturn"), &len);
    assert_int_equal(serving_decode_service(bytes, len, &s), ERR_OK);
    assert_address(&s.provider, vector_str(doc, "providerA"));
    assert_text(&s.url, "http://127.0.0.1:19001");
    assert_text(&s.model, "openai/gpt-oss-20b");
    assert_true(s.has_tee && s.tee_acknowledged);
    assert_address(&s.tee_signer, vector_str(doc, "teeSigner"));
    for (size_t cut = 0; cut < len; cut++) {
        enum err err = serving_decode_service(bytes, cut, &s);
        if (cut == 0)
            assert_int_equal(err, ERR_NO_CONTRACT);
        else if (cut < (1 + 11) * 32)
            assert_int_not_equal(err, ERR_OK);
    }
    cJSON_Delete(doc);

    struct registered row = make_registered(7, "m");
    row.acknowledged = true;
    for (enum serving_generation g = SERVING_V1; g <= SERVING_V3; g++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        put_word(&data, 32);
        put_service_tuple(&data, g, &row);
        assert_int_equal(serving_decode_service((const uint8_t *)data.data, data.len, &s), ERR_OK);
        assert_registered(&s, &row, g);
        buf_free(&data);
    }
}

static void an_empty_list_is_a_list(void **state)
{
    (void)state;
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct service_page page;
    put_services(&data, SERVING_V3, NULL, 0, 3, NULL);
    assert_int_equal(decode(&data, true, &page), ERR_OK);
    assert_int_equal(page.count, 0);
    assert_int_equal(page.total, 3);
    buf_reset(&data);
    put_services(&data, SERVING_V2, NULL, 0, 0, NULL);
    assert_int_equal(decode(&data, false, &page), ERR_OK);
    assert_int_equal(page.count, 0);
    buf_free(&data);
}

static void no_data_means_no_contract(void **state)
{
    (void)state;
    struct service_page page;
    struct account_page accounts;
    size_t budget = SIZE_MAX;
    assert_int_equal(serving_decode_services(NULL, 0, true, &budget, &arena, &page),
                     ERR_NO_CONTRACT);
    assert_int_equal(serving_decode_accounts(NULL, 0, &arena, &accounts), ERR_NO_CONTRACT);
}

static void a_bad_row_stays_with_its_error_and_drops_no_other(void **state)
{
    (void)state;
    struct registered rows[] = {make_registered(1, "first"), make_registered(2, "second"),
                                make_registered(3, "third")};
    const struct {
        size_t word; /* of the second tuple */
        unsigned bit;
        enum err err;
    } cases[] = {
        {0, 160, ERR_BAD_FORMAT}, /* no address */
        {0, 255, ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        struct service_page page;
        size_t starts[COUNT(rows)];
        put_services(&data, SERVING_V3, rows, COUNT(rows), COUNT(rows), starts);
        set_power(&data, starts[1] + cases[i].word * 32, cases[i].bit);
        assert_int_equal(decode(&data, true, &page), ERR_OK);
        assert_int_equal(page.count, COUNT(rows));
        assert_registered(&page.services[0], &rows[0], SERVING_V3);
        assert_int_equal(page.services[1].err, cases[i].err);
        assert_registered(&page.services[2], &rows[2], SERVING_V3);
        buf_free(&data);
    }
}

static void a_tuple_outside_the_data_is_one_bad_row(void **state)
{
    (void)state;
    struct registered rows[] = {make_registered(1, "first"), make_registered(2, "second")};
    for (unsigned bit = 12; bit < 256; bit++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        struct service_page page;
        put_services(&data, SERVING_V3, rows, COUNT(rows), COUNT(rows), NULL);
        set_power(&data, 3 * 32, bit); /* the first tuple's offset */
        assert_int_equal(decode(&data, true, &page), ERR_OK);
        assert_int_equal(page.services[0].err, ERR_BAD_OFFSET);
        assert_registered(&page.services[1], &rows[1], SERVING_V3);
        buf_free(&data);
    }
}

static void a_bad_text_costs_that_text_alone(void **state)
{
    (void)state;
    static const size_t words[] = {1, 2, 6, 7, 8};
    struct registered rows[] = {make_registered(1, "first"), make_registered(2, "second")};
    for (size_t i = 0; i < COUNT(words); i++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        struct service_page page;
        size_t starts[COUNT(rows)];
        put_services(&data, SERVING_V3, rows, COUNT(rows), COUNT(rows), starts);
        set_power(&data, starts[0] + words[i] * 32, 255);
        assert_int_equal(decode(&data, true, &page), ERR_OK);
        const struct service *s = &page.services[0];
        const struct serving_text *texts[] = {&s->service_type, &s->url, &s->model,
                                              &s->verifiability, &s->additional_info};
        assert_int_equal(s->err, ERR_OK);
        for (size_t k = 0; k < COUNT(texts); k++)
            assert_int_equal(texts[k]->err, k == i ? ERR_BAD_OFFSET : ERR_OK);
        assert_int_equal(s->input_price.err, ERR_OK);
        assert_registered(&page.services[1], &rows[1], SERVING_V3);
        buf_free(&data);
    }
}

static void a_text_above_its_limit_is_refused_and_one_at_it_is_not(void **state)
{
    (void)state;
    char longest[SERVING_TEXT_MAX + 1], too_long[SERVING_TEXT_MAX + 2];
    memset(longest, 'x', sizeof longest);
    memset(too_long, 'x', sizeof too_long);
    longest[SERVING_TEXT_MAX] = too_long[SERVING_TEXT_MAX + 1] = '\0';
    struct registered rows[] = {make_registered(1, longest), make_registered(2, too_long)};
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct service_page page;
    put_services(&data, SERVING_V3, rows, COUNT(rows), COUNT(rows), NULL);
    assert_int_equal(decode(&data, true, &page), ERR_OK);
    assert_text(&page.services[0].model, longest);
    assert_int_equal(page.services[1].err, ERR_OK);
    assert_int_equal(page.services[1].model.err, ERR_TOO_LARGE);
    assert_text(&page.services[1].url, rows[1].url);
    buf_free(&data);
}

/* All rows may point to one text: what is made of the data can be far larger than the data. */
static void the_texts_of_all_rows_share_a_budget(void **state)
{
    (void)state;
    enum { ROWS = 40, BUDGET = 1000 };
    struct registered rows[ROWS];
    char model[101];
    memset(model, 'm', 100);
    model[100] = '\0';
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = make_registered(i + 1, model);
        rows[i].type = rows[i].url = rows[i].verifiability = rows[i].info = "";
    }
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct service_page page;
    size_t budget = BUDGET;
    put_services(&data, SERVING_V3, rows, ROWS, ROWS, NULL);
    assert_int_equal(
        serving_decode_services((uint8_t *)data.data, data.len, true, &budget, &arena, &page),
        ERR_OK);
    assert_int_equal(budget, 0);
    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(page.services[i].model.err, i < BUDGET / 100 ? ERR_OK : ERR_TOO_LARGE);
    buf_free(&data);
}

static void prices_are_exact_up_to_128_bits_and_no_further(void **state)
{
    (void)state;
    struct registered rows[] = {make_registered(1, "a"), make_registered(2, "b")};
    rows[0].input_price = (amount)1 << 96;
    rows[0].output_price = ~(amount)0;
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct service_page page;
    size_t starts[COUNT(rows)];
    put_services(&data, SERVING_V3, rows, COUNT(rows), COUNT(rows), starts);
    set_power(&data, starts[1] + WORD_INPUT_PRICE * 32, 128);
    assert_int_equal(decode(&data, true, &page), ERR_OK);
    assert_price(&page.services[0].input_price, "79228162514264337593543950336");
    assert_price(&page.services[0].output_price, "340282366920938463463374607431768211455");
    assert_int_equal(page.services[1].err, ERR_OK);
    assert_int_equal(page.services[1].input_price.err, ERR_OVERFLOW);
    assert_true(page.services[1].output_price.neuron == rows[1].output_price);
    assert_text(&page.services[1].model, "b");
    buf_free(&data);
}

static void an_impossible_count_breaks_the_page(void **state)
{
    (void)state;
    struct registered row = make_registered(1, "a");
    for (unsigned bit = 10; bit < 256; bit++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        struct service_page page;
        put_services(&data, SERVING_V3, &row, 1, 1, NULL);
        set_power(&data, 2 * 32, bit);
        assert_int_equal(decode(&data, true, &page), ERR_BAD_LENGTH);
        buf_reset(&data);
        put_services(&data, SERVING_V2, &row, 1, 1, NULL);
        set_power(&data, 32, bit);
        assert_int_equal(decode(&data, false, &page), ERR_BAD_LENGTH);
        buf_free(&data);
    }
}

static void a_total_above_64_bits_breaks_the_page(void **state)
{
    (void)state;
    struct registered row = make_registered(1, "a");
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct service_page page;
    put_services(&data, SERVING_V3, &row, 1, 1, NULL);
    set_power(&data, 32, 255);
    assert_int_equal(decode(&data, true, &page), ERR_OVERFLOW);
    buf_free(&data);
}

static void no_cut_of_the_data_is_read_past_its_end(void **state)
{
    (void)state;
    struct registered rows[] = {make_registered(1, "one"), make_registered(2, "two")};
    struct buf data = buf_make(BUF_NO_LIMIT);
    put_services(&data, SERVING_V3, rows, COUNT(rows), COUNT(rows), NULL);
    for (size_t len = 1; len < data.len; len++) {
        char *part = malloc(len); /* its own allocation: the sanitizer sees a byte too far */
        assert_non_null(part);
        memcpy(part, data.data, len);
        struct service_page page;
        const struct buf cut = {.data = part, .len = len};
        if (decode(&cut, true, &page) == ERR_OK) {
            /* Reading each kept text proves that it lies within the data. */
            for (size_t i = 0; i < page.count; i++) {
                const struct serving_text *info = &page.services[i].additional_info;
                if (!page.services[i].err && !info->err)
                    assert_memory_equal(info->text.bytes, "{}", 2);
            }
        }
        free(part);
    }
    buf_free(&data);
}

static void a_head_that_is_cut_off_is_a_bad_row(void **state)
{
    (void)state;
    struct registered row = make_registered(1, "one");
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct service_page page;
    size_t start;
    put_services(&data, SERVING_V3, &row, 1, 1, &start);
    data.len = start + 10 * 32; /* no word for the acknowledgement */
    assert_int_equal(decode(&data, true, &page), ERR_OK);
    assert_int_equal(page.services[0].err, ERR_TRUNCATED);
    buf_free(&data);
}

static void an_update_time_out_of_range_is_none(void **state)
{
    (void)state;
    struct registered row = make_registered(1, "one");
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct service_page page;
    size_t start;
    put_services(&data, SERVING_V3, &row, 1, 1, &start);
    set_power(&data, start + 5 * 32, 64);
    assert_int_equal(decode(&data, true, &page), ERR_OK);
    assert_int_equal(page.services[0].err, ERR_OK);
    assert_int_equal(page.services[0].updated_at, 0);
    buf_free(&data);
}

static void an_acknowledgement_that_is_no_boolean_is_not_a_yes(void **state)
{
    (void)state;
    struct registered row = make_registered(1, "one");
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct service_page page;
    size_t start;
    put_services(&data, SERVING_V3, &row, 1, 1, &start);
    set_word(&data, start + 10 * 32, 2);
    assert_int_equal(decode(&data, true, &page), ERR_OK);
    assert_false(page.services[0].has_tee);
    assert_text(&page.services[0].model, "one");
    buf_free(&data);
}

static struct buf many_services(size_t count)
{
    struct registered *rows = calloc(count, sizeof *rows);
    struct buf data = buf_make(BUF_NO_LIMIT);
    assert_non_null(rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = make_registered(i + 1, "openai/gpt-oss-20b");
    put_services(&data, SERVING_V3, rows, count, count, NULL);
    free(rows);
    return data;
}

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void a_thousand_services_are_read_in_no_time(void **state)
{
    (void)state;
    struct buf data = many_services(SERVING_MAX_SERVICES);
    struct service_page page;
    int64_t best = INT64_MAX;
    for (int i = 0; i < 5; i++) {
        arena_reset(&arena);
        int64_t start = cpu_us();
        assert_int_equal(decode(&data, true, &page), ERR_OK);
        int64_t took = cpu_us() - start;
        best = took < best ? took : best;
    }
    print_message("           1,000 services: %lld us of CPU\n", (long long)best);
    assert_int_equal(page.count, SERVING_MAX_SERVICES);
    for (size_t i = 0; i < page.count; i++) {
        struct registered row = make_registered(i + 1, "openai/gpt-oss-20b");
        assert_registered(&page.services[i], &row, SERVING_V3);
    }
    assert_true(best < MAX_1000_US);
    buf_free(&data);
}

static void more_services_than_we_keep_are_cut_and_still_counted(void **state)
{
    (void)state;
    struct buf data = many_services(SERVING_MAX_SERVICES + 5);
    struct service_page page;
    assert_int_equal(decode(&data, true, &page), ERR_OK);
    assert_int_equal(page.count, SERVING_MAX_SERVICES);
    assert_int_equal(page.total, SERVING_MAX_SERVICES + 5);
    buf_free(&data);
}

static void a_full_arena_is_said(void **state)
{
    (void)state;
    struct buf data = many_services(10);
    struct arena small = arena_make(64);
    struct service_page page;
    size_t budget = SIZE_MAX;
    assert_int_equal(
        serving_decode_services((uint8_t *)data.data, data.len, true, &budget, &small, &page),
        ERR_NO_MEMORY);
    arena_free(&small);
    buf_free(&data);
}

/* --- sub-accounts --- */

static enum err decode_accounts(const struct buf *data, struct account_page *page)
{
    return serving_decode_accounts((const uint8_t *)data->data, data->len, &arena, page);
}

/* getAccount gives one tuple; a page of one account is the same tuple behind another frame. */
static void the_recorded_account_is_read(void **state)
{
    (void)state;
    cJSON *doc = load_json_vectors("compute.json");
    size_t len;
    const uint8_t *bytes = decode_hex(&arena, vector_str(doc, "getAccountReturn"), &len);
    struct buf data = buf_make(BUF_NO_LIMIT);
    put_word(&data, 64);
    put_word(&data, 1);
    put_word(&data, 1);
    put_word(&data, 32);
    buf_put(&data, bytes + 32, len - 32);
    struct account_page page;
    char text[AMOUNT_TEXT_BYTES], generation[WORD_TEXT_BYTES];
    assert_int_equal(decode_accounts(&data, &page), ERR_OK);
    assert_int_equal(page.count, 1);
    assert_int_equal(page.total, 1);
    assert_address(&page.accounts[0].provider, vector_str(doc, "providerA"));
    assert_string_equal(amount_text(page.accounts[0].balance, text), "999876543211000000");
    assert_true(page.accounts[0].pending_refund == 0);
    assert_true(page.accounts[0].acknowledged);
    assert_string_equal(word_text(page.accounts[0].generation, generation), "0");
    buf_free(&data);
    cJSON_Delete(doc);
}

static const struct sub_account account_rows[] = {
    {.provider = 11, .balance = 5, .pending_refund = 2, .acknowledged = true, .generation = 3},
    {.provider = 12, .balance = ~(amount)0, .acknowledged = false, .generation = 0},
};

static void accounts_are_read_field_by_field(void **state)
{
    (void)state;
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct account_page page;
    put_accounts(&data, account_rows, COUNT(account_rows), 60);
    assert_int_equal(decode_accounts(&data, &page), ERR_OK);
    assert_int_equal(page.count, COUNT(account_rows));
    assert_int_equal(page.total, 60);
    for (size_t i = 0; i < page.count; i++) {
        struct address provider = numbered_address(account_rows[i].provider);
        assert_true(address_equal(&page.accounts[i].provider, &provider));
        assert_true(page.accounts[i].balance == account_rows[i].balance);
        assert_true(page.accounts[i].pending_refund == account_rows[i].pending_refund);
        assert_int_equal(page.accounts[i].acknowledged, account_rows[i].acknowledged);
        assert_int_equal(page.accounts[i].generation[31], account_rows[i].generation);
    }
    buf_free(&data);
}

static void one_broken_account_breaks_the_page(void **state)
{
    (void)state;
    static const struct {
        size_t word;
        unsigned bit;
        enum err err;
    } cases[] = {
        {1, 200, ERR_BAD_FORMAT},
        {3, 128, ERR_OVERFLOW},
        {4, 255, ERR_OVERFLOW},
        {7, 1, ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        struct account_page page;
        size_t second = (3 + 2 + 13) * 32;
        put_accounts(&data, account_rows, COUNT(account_rows), COUNT(account_rows));
        set_power(&data, second + cases[i].word * 32, cases[i].bit);
        assert_int_equal(decode_accounts(&data, &page), cases[i].err);
        buf_free(&data);
    }
}

static void more_accounts_than_asked_for_are_refused(void **state)
{
    (void)state;
    struct sub_account rows[SERVING_PAGE + 1] = {{0}};
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct account_page page;
    put_accounts(&data, rows, SERVING_PAGE, SERVING_PAGE);
    assert_int_equal(decode_accounts(&data, &page), ERR_OK);
    buf_reset(&data);
    put_accounts(&data, rows, SERVING_PAGE + 1, SERVING_PAGE + 1);
    assert_int_equal(decode_accounts(&data, &page), ERR_BAD_LENGTH);
    for (unsigned bit = 16; bit < 256; bit++) {
        set_power(&data, 2 * 32, bit);
        assert_int_equal(decode_accounts(&data, &page), ERR_BAD_LENGTH);
    }
    buf_free(&data);
}

#define TEST(function) cmocka_unit_test_setup(function, reset_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(calls_have_the_published_selectors),
        TEST(the_recorded_services_are_read_field_by_field),
        TEST(every_generation_is_told_apart_and_read),
        TEST(one_service_is_read_like_a_row),
        TEST(an_empty_list_is_a_list),
        TEST(no_data_means_no_contract),
        TEST(a_bad_row_stays_with_its_error_and_drops_no_other),
        TEST(a_tuple_outside_the_data_is_one_bad_row),
        TEST(a_bad_text_costs_that_text_alone),
        TEST(a_text_above_its_limit_is_refused_and_one_at_it_is_not),
        TEST(the_texts_of_all_rows_share_a_budget),
        TEST(prices_are_exact_up_to_128_bits_and_no_further),
        TEST(an_impossible_count_breaks_the_page),
        TEST(a_total_above_64_bits_breaks_the_page),
        TEST(no_cut_of_the_data_is_read_past_its_end),
        TEST(a_head_that_is_cut_off_is_a_bad_row),
        TEST(an_update_time_out_of_range_is_none),
        TEST(an_acknowledgement_that_is_no_boolean_is_not_a_yes),
        TEST(a_thousand_services_are_read_in_no_time),
        TEST(more_services_than_we_keep_are_cut_and_still_counted),
        TEST(a_full_arena_is_said),
        TEST(the_recorded_account_is_read),
        TEST(accounts_are_read_field_by_field),
        TEST(one_broken_account_breaks_the_page),
        TEST(more_accounts_than_asked_for_are_refused),
    };
    return cmocka_run_group_tests_name("serving", tests, NULL, reset_arena);
}
