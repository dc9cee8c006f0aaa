#include "zerog/status.h"

#include "support.h"

static struct arena arena;

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

#define PROVIDER_A "\"provider\":\"0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC\""
#define PROVIDER_B "\"provider\":\"0x90f79bf6eb2c4f870365e785982e1f101e93b906\""

static const char whole[] =
    "{\"status\":\"ok\",\"timestamp\":\"2026-01-02T03:04:05.678Z\",\"isMonitoring\":true,"
    "\"services\":[{\"serviceType\":\"chatbot\",\"model\":\"qwen\"," PROVIDER_A
    ",\"status\":\"warning\",\"checks\":{\"total\":100,\"successful\":97,\"failed\":3,"
    "\"uptime\":97.25},\"performance\":{\"response_time\":{\"avg\":812.5,\"p50\":800,\"p90\":900,"
    "\"p95\":950,\"p99\":990,\"min\":700,\"max\":1000,\"unit\":\"ms\",\"samples\":97},"
    "\"ttft\":{\"avg\":120},\"tokens_per_second\":{\"avg\":41.5}},"
    "\"lastCheck\":\"2026-01-02T03:04:00Z\"}]}";

static cJSON *read_report(const char *text, enum err expected, struct health_report *report)
{
    cJSON *doc = cJSON_Parse(text);
    enum err err = status_read(doc, &arena, report);
    if (err != expected)
        fail_msg("%s: %s", text, err_name(err));
    return doc;
}

static void a_whole_report_is_read(void **state)
{
    (void)state;
    struct health_report report;
    cJSON *doc = read_report(whole, ERR_OK, &report);
    assert_true(report.has_time && report.time_ms == 1767323045678);
    assert_int_equal(report.count, 1);
    const struct service_health *s = report.services;
    assert_int_equal(s->valid, 0x7f);
    assert_string_equal(s->model, "qwen");
    assert_string_equal(s->service_type, "chatbot");
    assert_int_equal(s->health, HEALTH_WARNING);
    assert_string_equal(health_text(s->health), "warning");
    assert_int_equal(s->checks, 100);
    assert_int_equal(s->successful, 97);
    assert_int_equal(s->failed, 3);
    assert_true(s->uptime_percent == 97.25);
    assert_int_equal(s->response_ms.valid, 0xff);
    assert_true(s->response_ms.avg == 812.5 && s->response_ms.p50 == 800);
    assert_true(s->response_ms.p90 == 900 && s->response_ms.p95 == 950);
    assert_true(s->response_ms.p99 == 990 && s->response_ms.min == 700);
    assert_true(s->response_ms.max == 1000 && s->response_ms.samples == 97);
    assert_int_equal(s->ttft_ms.valid, SPREAD_AVG);
    assert_true(s->ttft_ms.avg == 120 && s->tokens_per_second.avg == 41.5);
    assert_int_equal(s->last_check_ms, 1767323040000);
    cJSON_Delete(doc);
}

static void every_member_may_be_missing_or_odd(void **state)
{
    (void)state;
    static const struct {
        const char *member; /* beside the provider */
        unsigned valid;
        enum health health;
    } cases[] = {
        {"", 0, HEALTH_UNKNOWN},
        {",\"status\":\"healthy\"", 0, HEALTH_HEALTHY},
        {",\"status\":\"critical\"", 0, HEALTH_CRITICAL},
        {",\"status\":\"Healthy\"", 0, HEALTH_UNKNOWN},
        {",\"status\":7", 0, HEALTH_UNKNOWN},
        {",\"model\":null", 0, HEALTH_UNKNOWN},
        {",\"checks\":[]", 0, HEALTH_UNKNOWN},
        {",\"checks\":{\"total\":-1,\"successful\":1.5,\"failed\":\"3\"}", 0, HEALTH_UNKNOWN},
        {",\"checks\":{\"uptime\":100}", SERVICE_UPTIME, HEALTH_UNKNOWN},
        {",\"checks\":{\"uptime\":100.01}", 0, HEALTH_UNKNOWN},
        {",\"checks\":{\"uptime\":-0.5}", 0, HEALTH_UNKNOWN},
        {",\"checks\":{\"uptime\":1e999}", 0, HEALTH_UNKNOWN},
        {",\"lastCheck\":\"yesterday\"", 0, HEALTH_UNKNOWN},
        {",\"performance\":7", 0, HEALTH_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = buf_make(BUF_NO_LIMIT);
        buf_printf(&text, "{\"services\":[{" PROVIDER_A "%s}]}", cases[i].member);
        struct health_report report;
        cJSON *doc = read_report(buf_str(&text), ERR_OK, &report);
        assert_int_equal(report.count, 1);
        const struct service_health *s = report.services;
        if (s->valid != cases[i].valid || s->health != cases[i].health)
            fail_msg("%s: %x %s", cases[i].member, s->valid, health_text(s->health));
        assert_int_equal(s->response_ms.valid, 0);
        assert_false(report.has_time);
        cJSON_Delete(doc);
        buf_free(&text);
    }
}

static void figures_in_another_unit_are_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *unit;
        unsigned valid;
    } cases[] = {{"\"ms\"", SPREAD_P50}, {"\"s\"", 0}, {"null", SPREAD_P50}, {"\"\"", 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = buf_make(BUF_NO_LIMIT);
        buf_printf(&text,
                   "{\"services\":[{" PROVIDER_A
                   ",\"performance\":{\"ttft\":{\"p50\":5,\"unit\":%s}}}]}",
                   cases[i].unit);
        struct health_report report;
        cJSON *doc = read_report(buf_str(&text), ERR_OK, &report);
        assert_int_equal(report.services->ttft_ms.valid, cases[i].valid);
        cJSON_Delete(doc);
        buf_free(&text);
    }
}

static void entries_without_a_provider_are_counted_and_left_out(void **state)
{
    (void)state;
    struct health_report report;
    cJSON *doc = read_report("{\"services\":[{},7,null,{\"provider\":\"0x12\"},{" PROVIDER_B
                             "},{\"provider\":\"0x0000000000000000000000000000000000000000\"}]}",
                             ERR_OK, &report);
    assert_int_equal(report.count, 1);
    assert_int_equal(report.skipped, 5);
    cJSON_Delete(doc);
}

static void what_is_no_report_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"null", "[]", "{}", "{\"services\":{}}", "\"ok\""};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct health_report report;
        cJSON_Delete(read_report(bad[i], ERR_BAD_FORMAT, &report));
        assert_int_equal(report.count, 0);
    }
    cJSON *doc = cJSON_Parse("{\"services\":[]}"), *list = doc->child;
    for (size_t i = 0; i <= STATUS_MAX_SERVICES; i++)
        cJSON_AddItemToArray(list, cJSON_CreateNull());
    struct health_report report;
    assert_int_equal(status_read(doc, &arena, &report), ERR_TOO_LARGE);
    cJSON_DeleteItemFromArray(list, 0);
    assert_int_equal(status_read(doc, &arena, &report), ERR_OK);
    struct arena small = arena_make(64);
    assert_int_equal(status_read(doc, &small, &report), ERR_NO_MEMORY);
    arena_free(&small);
    cJSON_Delete(doc);
}

static void entries_are_found_by_provider_and_model(void **state)
{
    (void)state;
    static const char text[] =
        "{\"services\":[{" PROVIDER_A ",\"model\":\"a\"},{" PROVIDER_A
        ",\"model\":\"b\"},{" PROVIDER_A "},{" PROVIDER_B ",\"model\":\"c\"}]}";
    struct health_report report;
    cJSON *doc = read_report(text, ERR_OK, &report);
    struct address a = report.services[0].provider, b = report.services[3].provider;
    struct address other = {{1}};
    static const struct {
        char provider;
        const char *model;
        int index; /* -1: none */
    } cases[] = {
        {'a', "a", 0}, {'a', "b", 1},  {'a', "c", -1}, {'a', "", -1},
        {'b', "c", 3}, {'b', "zz", 3}, {'o', "a", -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct address *p = cases[i].provider == 'a'   ? &a
                                  : cases[i].provider == 'b' ? &b
                                                             : &other;
        const struct service_health *s =
            status_find(&report, p, cases[i].model, strlen(cases[i].model));
        const struct service_health *expected =
            cases[i].index < 0 ? NULL : &report.services[cases[i].index];
        if (s != expected)
            fail_msg("%c %s", cases[i].provider, cases[i].model);
    }
    cJSON_Delete(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_report_is_read),
        cmocka_unit_test(every_member_may_be_missing_or_odd),
        cmocka_unit_test(figures_in_another_unit_are_left_out),
        cmocka_unit_test(entries_without_a_provider_are_counted_and_left_out),
        cmocka_unit_test(what_is_no_report_is_refused),
        cmocka_unit_test(entries_are_found_by_provider_and_model),
    };
    return cmocka_run_group_tests_name("status", tests, NULL, free_arena);
}
