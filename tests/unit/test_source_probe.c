/* The probe source; the providers' answers are the test's. */
#include "panel/sources.h"

#include "support_settings.h"

#define A "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
#define B "0x0165878A594ca255338adfa4d48449f69242Eb8F"
#define C "0x5FbDB2315678afecb367f032d93F642f64180aa3"

static struct settings settings;
static struct source source, compute;
static struct service services[PROBE_PROVIDERS_MAX + 1];
static const struct service *listed[PROBE_PROVIDERS_MAX + 1];
static struct compute_value list;

static void load_settings(const char *providers)
{
    load_good(&settings, ENVIRONMENT("ZG_NETWORK=galileo", (char *)providers));
    source_init(&source, &source_rows[SOURCE_PROBE], &settings);
    source_init(&compute, &source_rows[SOURCE_COMPUTE], &settings);
    source.partner = &compute;
    list = (struct compute_value){.services = listed};
    compute.value = &list;
}

static int set_up(void **state)
{
    (void)state;
    load_settings("ZG_PROBE_PROVIDERS=" A ", " B);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    source_free(&source);
    source_free(&compute);
    settings_free(&settings);
    return 0;
}

static void list_service(const char *provider, const char *url)
{
    struct service *s = &services[list.count];
    *s = (struct service){.url.text = {url, strlen(url)}};
    assert_int_equal(address_parse(provider, &s->provider), ERR_OK);
    listed[list.count++] = s;
}

static void list_three(void)
{
    list_service(C, "https://c.example");
    list_service(A, "https://a.example/base");
    list_service(B, "https://b.example");
}

static enum err begin_round(void)
{
    struct round *round = &source.round;
    arena_reset(&round->work);
    round->value = round->progress = NULL;
    round->same = round->more = false;
    round->step = round->again_ms = 0;
    round->count = 0;
    return source.row->plan(round);
}

static const struct exchange *exchange(size_t index)
{
    assert_true(index < source.round.count);
    return &source.round.exchanges[index];
}

static void answer(size_t index, enum err err, int status, const char *text)
{
    struct exchange *x = &source.round.exchanges[index];
    exchange(index);
    x->err = err;
    x->status = status;
    x->took_us = 12400;
    x->text = text ? arena_strdup(&source.round.work, text) : NULL;
    x->text_len = text ? strlen(text) : 0;
}

/* As the poller does: another step, or the value is kept. */
static void end_step(bool more)
{
    struct round *round = &source.round;
    round->more = false;
    assert_int_equal(source.row->parse(round), ERR_OK);
    assert_int_equal(round->more, more);
    if (more) {
        round->count = 0;
        round->step++;
        assert_int_equal(source.row->plan(round), ERR_OK);
        return;
    }
    struct arena before = source.keep;
    source.keep = round->keep;
    source.value = round->value;
    round->keep = before;
    arena_reset(&round->keep);
}

static const struct probe_result *found(const char *provider)
{
    struct address address;
    assert_int_equal(address_parse(provider, &address), ERR_OK);
    return probe_find(&source, &address);
}

#define QUOTE   "{\"quote\":\"00\"}"
#define REFUSAL "{\"error\":\"missing or invalid Authorization header\"}"

static void without_a_name_it_is_off(void **state)
{
    (void)state;
    struct settings none;
    load_good(&none, ENVIRONMENT("ZG_NETWORK=galileo"));
    assert_non_null(strstr(probe_off(&none), "set ZG_PROBE_PROVIDERS"));
    settings_free(&none);
    assert_null(source.off);
}

static void only_those_that_are_named_are_asked(void **state)
{
    (void)state;
    list_three();
    assert_int_equal(begin_round(), ERR_OK);
    assert_int_equal(source.round.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(exchange(i)->path, "/v1/quote");
        assert_null(exchange(i)->post);
        assert_true(exchange(i)->optional);
        assert_ptr_equal(exchange(i)->endpoint->allow, &settings.allow_private);
    }
    assert_string_equal(exchange(0)->endpoint->url, "https://a.example/base");
    assert_string_equal(exchange(1)->endpoint->url, "https://b.example/");
    answer(0, ERR_OK, 200, QUOTE);
    answer(1, ERR_OK, 200, "{\"compose_content\":\"\",\"evidence\":\"\"}");
    end_step(false);
    assert_int_equal(found(A)->answer, PROBE_QUOTE);
    assert_int_equal(found(A)->latency_ms, 12);
    assert_int_equal(found(B)->answer, PROBE_QUOTE);
    assert_null(found(C));
}

static void where_the_report_is_shut_a_refused_chat_proves_as_much(void **state)
{
    (void)state;
    list_three();
    assert_int_equal(begin_round(), ERR_OK);
    answer(0, ERR_HTTP_STATUS, 404, "<html>");
    answer(1, ERR_OK, 200, QUOTE);
    end_step(true);
    assert_int_equal(source.round.count, 1);
    assert_string_equal(exchange(0)->path, "/v1/proxy/chat/completions");
    assert_string_equal(exchange(0)->post, "{}");
    assert_string_equal(exchange(0)->endpoint->url, "https://a.example/base");
    answer(0, ERR_HTTP_STATUS, 400, REFUSAL);
    end_step(false);
    assert_int_equal(found(A)->answer, PROBE_REFUSAL);
    assert_int_equal(found(A)->err, ERR_OK);
    assert_int_equal(found(B)->answer, PROBE_QUOTE);
}

static void what_is_no_broker_is_not_reachable(void **state)
{
    (void)state;
    static const struct {
        enum err err;
        int status;
        const char *text;
        enum err expected;
    } cases[] = {
        {ERR_OK, 200, "<html>", ERR_BAD_FORMAT},
        {ERR_OK, 200, "{}", ERR_BAD_FORMAT},
        {ERR_OK, 200, REFUSAL, ERR_BAD_FORMAT},
        {ERR_HTTP_STATUS, 500, REFUSAL, ERR_HTTP_STATUS},
        {ERR_HTTP_STATUS, 302, QUOTE, ERR_HTTP_STATUS},
        {ERR_TIMEOUT, 0, NULL, ERR_TIMEOUT},
        {ERR_TOO_LARGE, 200, NULL, ERR_TOO_LARGE},
        {ERR_REFUSED_ADDRESS, 0, NULL, ERR_REFUSED_ADDRESS},
    };
    list_three();
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(begin_round(), ERR_OK);
        answer(0, cases[i].err, cases[i].status, cases[i].text);
        answer(1, ERR_OK, 200, QUOTE);
        end_step(false);
        assert_int_equal(found(A)->answer, PROBE_NOTHING);
        assert_int_equal(found(A)->err, cases[i].expected);
        assert_int_equal(found(B)->answer, PROBE_QUOTE); /* the other one does not notice */
    }
    /* A front door that says no to everything is no broker either. */
    assert_int_equal(begin_round(), ERR_OK);
    answer(0, ERR_HTTP_STATUS, 403, "<html>");
    answer(1, ERR_OK, 200, QUOTE);
    end_step(true);
    answer(0, ERR_HTTP_STATUS, 403, "<html>");
    end_step(false);
    assert_int_equal(found(A)->answer, PROBE_NOTHING);
    assert_int_equal(found(A)->status, 403);
}

static void a_wish_to_be_asked_less_is_an_answer_and_heeded(void **state)
{
    (void)state;
    list_three();
    assert_int_equal(begin_round(), ERR_OK);
    answer(0, ERR_OK, 200, QUOTE);
    answer(1, ERR_RATE_LIMITED, 429, NULL);
    end_step(false);
    assert_int_equal(found(B)->answer, PROBE_RATE_LIMIT);

    /* What is not sent then leaves the last word as it is, with its time. */
    ((struct probe_result *)found(A))->at_ms = 7;
    assert_int_equal(begin_round(), ERR_OK);
    answer(0, ERR_OWN_LIMIT, 0, NULL);
    answer(1, ERR_RATE_LIMITED, 0, NULL);
    end_step(false);
    assert_int_equal(found(A)->answer, PROBE_QUOTE);
    assert_int_equal(found(A)->at_ms, 7);
    assert_int_equal(found(B)->answer, PROBE_RATE_LIMIT);
}

static void what_the_chain_says_may_be_anything(void **state)
{
    (void)state;
    static const char *const urls[] = {"",
                                       "no url",
                                       "file:///etc/passwd",
                                       "gopher://a.example",
                                       "https://a.example/#x",
                                       "https://[fe80::1%25eth0]/"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        list.count = 0;
        list_service(A, urls[i]);
        list_service(B, "https://b.example");
        assert_int_equal(begin_round(), ERR_OK);
        assert_int_equal(source.round.count, 1);
        answer(0, ERR_OK, 200, QUOTE);
        end_step(false);
        assert_int_equal(found(A)->err, ERR_BAD_URL);
    }
    services[0].url.text = (struct abi_text){"https://a\0.example", 18};
    assert_int_equal(begin_round(), ERR_OK);
    assert_int_equal(source.round.count, 1);
    services[0].url.err = ERR_BAD_FORMAT;
    assert_int_equal(begin_round(), ERR_OK);
    assert_int_equal(source.round.count, 1);
}

static void it_waits_for_the_services_and_says_when_none_is_listed(void **state)
{
    (void)state;
    char text[REASON_BYTES];
    compute.value = NULL;
    assert_int_equal(begin_round(), ERR_OK);
    assert_int_equal(source.row->parse(&source.round), ERR_OK);
    assert_true(source.round.same);
    assert_in_range(source.round.again_ms, 1, 1000);
    compute.err = ERR_TIMEOUT;
    assert_int_equal(begin_round(), ERR_NOT_LISTED);

    compute.value = &list;
    compute.err = ERR_OK;
    list_service(C, "https://c.example");
    assert_int_equal(begin_round(), ERR_NOT_LISTED);
    source.err = ERR_NOT_LISTED;
    assert_non_null(strstr(source_reason(&source, text), "addresses in ZG_PROBE_PROVIDERS"));
    source.err = ERR_OK;

    list_service(B, "https://b.example");
    assert_int_equal(begin_round(), ERR_OK);
    answer(0, ERR_OK, 200, QUOTE);
    end_step(false);
    assert_int_equal(found(A)->err, ERR_NOT_LISTED);
}

static void many_are_asked_at_once(void **state)
{
    tear_down(state);
    struct buf line = buf_make(BUF_NO_LIMIT);
    buf_puts(&line, "ZG_PROBE_PROVIDERS=");
    for (int i = 0; i < PROBE_PROVIDERS_MAX; i++)
        buf_printf(&line, "%s0x%040x", i ? "," : "", i + 1);
    load_settings(buf_str(&line));
    char addresses[PROBE_PROVIDERS_MAX][ADDRESS_TEXT_BYTES];
    for (int i = 0; i < PROBE_PROVIDERS_MAX; i++) {
        snprintf(addresses[i], sizeof addresses[i], "0x%040x", i + 1);
        list_service(addresses[i], "https://all.example");
    }
    assert_int_equal(begin_round(), ERR_OK);
    assert_int_equal(source.round.count, PROBE_PROVIDERS_MAX);
    for (size_t i = 0; i < source.round.count; i++)
        answer(i, ERR_OK, 200, QUOTE);
    end_step(false);
    for (int i = 0; i < PROBE_PROVIDERS_MAX; i++)
        assert_int_equal(found(addresses[i])->answer, PROBE_QUOTE);
    buf_free(&line);
}

static void assert_rendered(const struct probe_result *result, const char *expected)
{
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    probe_render(&w, result);
    json_close_object(&w);
    assert_string_equal(buf_str(&text), expected);
    buf_free(&text);
}

static void a_result_is_shown_with_its_answer_or_why_there_is_none(void **state)
{
    (void)state;
    const struct probe_result good = {
        .answer = PROBE_REFUSAL, .status = 400, .latency_ms = 12, .at_ms = 1767323045678};
    const struct probe_result bad = {
        .err = ERR_HTTP_STATUS, .status = 502, .latency_ms = 12, .at_ms = 1767323045678};
    assert_rendered(NULL, "{\"probe\":null}");
    assert_rendered(&good, "{\"probe\":{\"reachable\":true,\"answer\":\"refusal\",\"latencyMs\":12,"
                           "\"error\":null,\"checkedAt\":\"2026-01-02T03:04:05.678Z\"}}");
    assert_rendered(&bad, "{\"probe\":{\"reachable\":false,\"answer\":null,\"latencyMs\":null,"
                          "\"error\":\"the HTTP status is not a success: 502\","
                          "\"checkedAt\":\"2026-01-02T03:04:05.678Z\"}}");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_name_it_is_off),
        TEST(only_those_that_are_named_are_asked),
        TEST(where_the_report_is_shut_a_refused_chat_proves_as_much),
        TEST(what_is_no_broker_is_not_reachable),
        TEST(a_wish_to_be_asked_less_is_an_answer_and_heeded),
        TEST(what_the_chain_says_may_be_anything),
        TEST(it_waits_for_the_services_and_says_when_none_is_listed),
        TEST(many_are_asked_at_once),
        TEST(a_result_is_shown_with_its_answer_or_why_there_is_none),
    };
    return cmocka_run_group_tests_name("source_probe", tests, NULL, NULL);
}
