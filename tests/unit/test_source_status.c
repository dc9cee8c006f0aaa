#include "panel/sources.h"

#include "support_settings.h"

#include "base/json.h"

#define A "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
#define B "0x0165878A594ca255338adfa4d48449f69242Eb8F"

static struct settings settings;
static struct source source;

static int set_up(void **state)
{
    (void)state;
    load_good(&settings, ENVIRONMENT("ZG_NETWORK=galileo"));
    source_init(&source, &source_rows[SOURCE_STATUS], &settings);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    source_free(&source);
    settings_free(&settings);
    return 0;
}

static enum err read_answer(const char *text)
{
    struct round *round = &source.round;
    round->count = 0;
    assert_int_equal(status_plan(round), ERR_OK);
    assert_string_equal(round->exchanges[0].path, "/health");
    round->exchanges[0].text = arena_strdup(&round->work, text);
    round->exchanges[0].text_len = strlen(text);
    enum err err = status_parse(round);
    source.value = err ? NULL : round->value;
    arena_reset(&round->work); /* as at a round's end: nothing of the answer may be left in use */
    return err;
}

static const struct service_health *find(const char *provider, const char *model)
{
    const struct status_value *v = source.value;
    struct address address;
    assert_int_equal(address_parse(provider, &address), ERR_OK);
    return status_find(&v->report, &address, model, strlen(model));
}

static void assert_rendered(const struct service_health *health, const char *expected)
{
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    status_render_health(&w, health);
    json_close_object(&w);
    assert_string_equal(buf_str(&text), expected);
    buf_free(&text);
}

#define ENTRY(provider, model, status)                                                             \
    "{\"provider\":\"" provider "\",\"model\":\"" model "\",\"status\":\"" status "\"}"

static void a_report_is_shown_with_all_its_figures(void **state)
{
    (void)state;
    assert_int_equal(
        read_answer(
            "{\"services\":[{\"provider\":\"0x70997970c51812dc3a010c7d01b50e0d17dc79c8\","
            "\"model\":\"m\",\"status\":\"warning\",\"checks\":{\"total\":8,\"uptime\":87.5},"
            "\"performance\":{\"response_time\":{\"avg\":300,\"p50\":250.5,\"unit\":\"ms\","
            "\"samples\":7},\"tokens_per_second\":{\"avg\":41.25}},"
            "\"lastCheck\":\"2026-01-02T03:04:05Z\"}]}"),
        ERR_OK);
    assert_rendered(find(A, "m"),
                    "{\"health\":{\"status\":\"warning\",\"uptime\":87.5,\"responseTime\":{"
                    "\"avgMs\":300,\"p50Ms\":250.5,\"p90Ms\":null,\"p95Ms\":null,\"p99Ms\":null,"
                    "\"minMs\":null,\"maxMs\":null,\"samples\":7},\"ttft\":null,"
                    "\"tokensPerSecond\":41.25,\"lastCheck\":\"2026-01-02T03:04:05.000Z\"}}");
}

static void what_the_prober_does_not_say_is_null(void **state)
{
    (void)state;
    assert_int_equal(read_answer("{\"services\":[{\"provider\":\"" A "\"}]}"), ERR_OK);
    assert_rendered(find(A, "any"),
                    "{\"health\":{\"status\":\"unknown\",\"uptime\":null,\"responseTime\":null,"
                    "\"ttft\":null,\"tokensPerSecond\":null,\"lastCheck\":null}}");
    assert_rendered(find(B, "any"), "{\"health\":null}");
}

static void services_are_joined_by_provider_then_model(void **state)
{
    (void)state;
    assert_int_equal(
        read_answer("{\"services\":[" ENTRY(A, "one", "healthy") "," //
                    ENTRY(A, "two", "critical") "," ENTRY(B, "old-name", "warning") "]}"),
        ERR_OK);
    assert_int_equal(find(A, "one")->health, HEALTH_HEALTHY);
    assert_int_equal(find(A, "two")->health, HEALTH_CRITICAL);
    assert_null(find(A, "three"));
    assert_int_equal(find(B, "new-name")->health, HEALTH_WARNING); /* its only entry */
}

static void a_model_that_stands_twice_keeps_its_first_entry(void **state)
{
    (void)state;
    assert_int_equal(read_answer("{\"services\":[" ENTRY(A, "one", "healthy") "," //
                                 ENTRY(A, "one", "critical") "," ENTRY(B, "one", "warning") "]}"),
                     ERR_OK);
    const struct status_value *v = source.value;
    assert_int_equal(v->report.count, 2);
    assert_int_equal(find(A, "one")->health, HEALTH_HEALTHY);
    assert_int_equal(find(B, "one")->health, HEALTH_WARNING);
}

static void what_is_no_report_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
    } cases[] = {
        {"<html>", ERR_NOT_JSON}, {"", ERR_NOT_JSON},
        {"{}", ERR_BAD_FORMAT},   {"{\"services\":{}}", ERR_BAD_FORMAT},
        {"[]", ERR_BAD_FORMAT},   {"{\"services\":[]}", ERR_OK},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum err err = read_answer(cases[i].text);
        if (err != cases[i].err)
            fail_msg("%s gives %s", cases[i].text, err_name(err));
    }
}

static void a_public_network_has_its_own_and_a_local_one_none(void **state)
{
    assert_string_equal(source.row->endpoint(&settings)->shown,
                        "https://compute-status-testnet.0g.ai");
    tear_down(state);
    load_good(&settings,
              ENVIRONMENT("ZG_CHAIN_RPC=http://127.0.0.1:8545", "ZG_SERVING_CONTRACT=" B));
    source_init(&source, &source_rows[SOURCE_STATUS], &settings);
    assert_non_null(strstr(source.off, "set ZG_STATUS_URL"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_report_is_shown_with_all_its_figures),
        TEST(what_the_prober_does_not_say_is_null),
        TEST(services_are_joined_by_provider_then_model),
        TEST(a_model_that_stands_twice_keeps_its_first_entry),
        TEST(what_is_no_report_is_refused),
        TEST(a_public_network_has_its_own_and_a_local_one_none),
    };
    return cmocka_run_group_tests_name("source_status", tests, NULL, NULL);
}
