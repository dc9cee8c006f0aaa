/* What a run shall do, from the body of a request and back from the store. */
#include "bench/plan.h"

#include "support.h"

#include <string.h>

#define ONE "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
#define TWO "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"

static enum err parse(const char *text, bool real, struct arena *arena, struct bench_plan *plan,
                      struct buf *problem)
{
    *problem = buf_make(4096);
    return plan_parse(text, strlen(text), real, arena, plan, problem);
}

static struct bench_plan good(const char *text, struct arena *arena)
{
    struct bench_plan plan;
    struct buf problem;
    if (parse(text, false, arena, &plan, &problem))
        fail_msg("%s: %s", text, buf_str(&problem));
    buf_free(&problem);
    return plan;
}

static void assert_refused(const char *text, const char *words)
{
    struct arena arena = arena_make(0);
    struct bench_plan plan;
    struct buf problem;
    assert_int_equal(parse(text, false, &arena, &plan, &problem), ERR_BAD_FORMAT);
    if (!strstr(buf_str(&problem), words))
        fail_msg("%s: expected \"%s\", got \"%s\"", text, words, buf_str(&problem));
    buf_free(&problem);
    arena_free(&arena);
}

static void an_empty_body_is_the_default_run(void **state)
{
    (void)state;
    struct arena arena = arena_make(0);
    struct bench_plan plan = good("{}", &arena);
    assert_int_equal(plan.kind, ENDPOINT_PROVIDER);
    assert_int_equal(plan.calls, 10);
    assert_int_equal(plan.warmup, 1);
    assert_int_equal(plan.rate_per_min, 0);
    assert_true(plan.max_spend == (amount)10000000000000000u);
    assert_int_equal(plan.timeouts.connect_ms, 10000);
    assert_int_equal(plan.timeouts.first_token_ms, 30000);
    assert_int_equal(plan.timeouts.total_ms, 120000);
    assert_int_equal(plan.timeouts.stall_ms, 30000);
    assert_int_equal(plan.provider_count, 0);
    assert_false(plan.cache_allowed);
    assert_false(plan.with_baseline);
    assert_true(plan.slo.cost == 0);
    arena_free(&arena);
}

static const char full[] =
    "{\"kind\":\"provider\",\"model\":\"m/1\",\"providers\":[\"" ONE "\",\"" TWO
    "\"],\"promptSet\":\"v1\",\"cache\":\"allow\",\"newConnections\":true,\"baseline\":true,"
    "\"maxSpendNeuron\":\"340282366920938463463374607431768211455\",\"calls\":3,\"warmup\":0,"
    "\"maxTokens\":64,\"seed\":9007199254740992,\"rate\":30,\"maxDurationMs\":5000,"
    "\"timeouts\":{\"connectMs\":1,\"firstTokenMs\":2,\"totalMs\":3,\"stallMs\":4},"
    "\"slo\":{\"latencyMs\":5,\"ttftMs\":6,\"costNeuron\":\"7\"}}";

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct arena arena = arena_make(0);
    struct buf first = buf_make(BUF_NO_LIMIT), second = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&first);
    struct bench_plan plan = good(full, &arena), again;
    cJSON *doc;
    plan_put(&w, NULL, &plan);
    assert_string_equal(buf_str(&first), full);
    assert_int_equal(json_parse(first.data, first.len, first.len, &doc), ERR_OK);
    assert_int_equal(plan_read(doc, &arena, &again), ERR_OK);
    w = json_writer_make(&second);
    plan_put(&w, NULL, &again);
    assert_string_equal(buf_str(&second), full);
    cJSON_DeleteItemFromObject(doc, "seed");
    assert_int_equal(plan_read(doc, &arena, &again), ERR_BAD_FORMAT);
    cJSON_Delete(doc);
    buf_free(&first);
    buf_free(&second);
    arena_free(&arena);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"[]", "not an object"},
        {"{\"concurrency\":2}", "concurrency is not a field"},
        {"{\"timeouts\":{\"connectms\":2}}", "timeouts.connectms is not a field"},
        {"{\"<b>\":2}", "a name is not a field"},
        {"{\"calls\":3,\"calls\":4}", "calls is given twice"},
        {"{\"calls\":0}", "calls is not a whole number from 1 to 1000"},
        {"{\"calls\":1.5}", "calls is not"},
        {"{\"calls\":\"3\"}", "calls is not"},
        {"{\"kind\":\"other\"}", "kind is none"},
        {"{\"model\":7}", "model is not"},
        {"{\"provider\":\"0x12\"}", "not an address"},
        {"{\"providers\":[\"" ONE "\",\"" ONE "\"]}", "named twice"},
        {"{\"provider\":\"" ONE "\",\"providers\":[]}", "one of the two"},
        {"{\"kind\":\"baseline\",\"provider\":\"" ONE "\"}", "a baseline has no providers"},
        {"{\"kind\":\"router\",\"model\":\"m\",\"providers\":[\"" ONE "\",\"" TWO "\"]}",
         "can be asked for one provider"},
        {"{\"kind\":\"baseline\",\"baseline\":true}", "for the kinds provider and router"},
        {"{\"baseline\":\"yes\"}", "baseline is neither"},
        {"{\"slo\":{\"costNeuron\":7}}", "slo.costNeuron is not"},
        {"{\"slo\":{\"costNeuron\":\"0\"}}", "slo.costNeuron is not"},
        {"{\"costNeuron\":\"7\"}", "costNeuron is not a field"},
        {"{\"calls\":501,\"baseline\":true}", "more than 1000"},
        {"{\"promptSet\":\"v2\"}", "promptSet is not"},
        {"{\"cache\":true}", "cache is neither"},
        {"{\"newConnections\":1}", "newConnections is neither"},
        {"{\"maxSpendNeuron\":5}", "maxSpendNeuron is not"},
        {"{\"maxSpendNeuron\":\"0\"}", "maxSpendNeuron is not"},
        {"{\"maxSpendNeuron\":\"340282366920938463463374607431768211456\"}", "maxSpendNeuron"},
        {"{\"timeouts\":[]}", "timeouts is not an object"},
        {"{\"timeouts\":{\"totalMs\":0}}", "timeouts.totalMs is not"},
        {"{\"timeouts\":{\"totalMs\":5,\"firstTokenMs\":6}}", "more than timeouts.totalMs"},
        {"{\"calls\":501,\"providers\":[\"" ONE "\",\"" TWO "\"]}", "more than 1000"},
        {"{\"calls\":1000,\"maxTokens\":501}", "more than 500000"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(wrong[i][0], wrong[i][1]);
    assert_refused("{\"calls\":0,\"rate\":-1}", "rate is not"); /* all of it, not the first */
}

static void real_money_is_spelled_out(void **state)
{
    (void)state;
    struct arena arena = arena_make(0);
    struct bench_plan plan;
    struct buf problem;
    assert_int_equal(parse("{}", true, &arena, &plan, &problem), ERR_BAD_FORMAT);
    assert_non_null(strstr(buf_str(&problem), "maxSpendNeuron is missing"));
    buf_free(&problem);
    assert_int_equal(parse("{\"maxSpendNeuron\":\"1\"}", true, &arena, &plan, &problem), ERR_OK);
    buf_free(&problem);
    assert_int_equal(parse("{", false, &arena, &plan, &problem), ERR_NOT_JSON);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_body_is_the_default_run),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(real_money_is_spelled_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
