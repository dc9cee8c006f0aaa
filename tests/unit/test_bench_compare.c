/* Two runs side by side, and the agent's own traffic in the report's template. */
#include "bench/compare.h"

#include "bench/observed.h"
#include "support_record.h"

static struct arena arena;
static struct sample a, b;
static struct buf out;

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    out = buf_make(BUF_NO_LIMIT);
    sample_make(&a);
    sample_make(&b);
    snprintf(b.record.head.id, sizeof b.record.head.id, "b-20260116-102231-0001");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    buf_free(&out);
    return 0;
}

typedef void (*put_comparison)(struct buf *out, const struct report *a, const struct report *b);

static const char *compared(put_comparison put)
{
    struct report x, y;
    assert_int_equal(report_make(&a.record, NULL, NULL, &arena, &x), ERR_OK);
    assert_int_equal(report_make(&b.record, NULL, NULL, &arena, &y), ERR_OK);
    buf_reset(&out);
    put(&out, &x, &y);
    assert_int_equal(out.err, ERR_OK);
    return out.data;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("not there: %s\nin:\n%s", part, text);
}

static void make_slower(int64_t by_us)
{
    for (unsigned i = 0; i < SAMPLE_CALLS; i++)
        b.calls[i].end_us += by_us;
}

static void equal_runs_show_no_difference(void **state)
{
    (void)state;
    const char *text = compared(compare_put_markdown);
    assert_has(text, "| P50 latency (ms) | 2233.489 | 2233.489 | unchanged |\n");
    assert_has(text, "**Latency:** no evidence of a difference. Shift from A to B "
                     "(Hodges-Lehmann): +0.000 ms; p = 1.0000 (exact permutation test, 48620 of "
                     "48620 splits).");
}

static void a_slower_run_is_slower(void **state)
{
    (void)state;
    make_slower(3000000);
    const char *text = compared(compare_put_markdown);
    assert_has(text, "| Average latency (ms) | 2584.623 | 5584.623 | +116.1 % |\n");
    assert_has(text, "**Latency:** slower. Shift from A to B (Hodges-Lehmann): +3000.000 ms; p = ");
    assert_has(text, "| Success rate | 9/10 (90.0 %) | 9/10 (90.0 %) | |\n");
    assert_has(text, "| Avg Cost/Inference | 0.000054066666666667 0G | ");
    struct sample first = a;
    a = b;
    b = first;
    a.record.calls = a.calls;
    b.record.calls = b.calls;
    a.record.head.endpoints = a.endpoints;
    b.record.head.endpoints = b.endpoints;
    assert_has(compared(compare_put_markdown), "**Latency:** faster.");
}

static void json_says_the_same(void **state)
{
    (void)state;
    make_slower(3000000);
    cJSON *doc = cJSON_Parse(compared(compare_put_json));
    assert_non_null(doc);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(doc, "comparable")));
    const cJSON *endpoint = cJSON_GetArrayItem(cJSON_GetObjectItem(doc, "endpoints"), 0);
    const cJSON *test = cJSON_GetObjectItem(endpoint, "latencyTest");
    assert_string_equal(vector_str(test, "method"), "permutation");
    assert_string_equal(vector_str(test, "verdict"), "slower");
    assert_int_equal(cJSON_GetObjectItem(test, "shiftUs")->valuedouble, 3000000);
    assert_int_equal(cJSON_GetObjectItem(test, "splits")->valuedouble, 48620);
    const cJSON *side = cJSON_GetObjectItem(endpoint, "b");
    assert_int_equal(cJSON_GetObjectItem(side, "averageLatencyUs")->valuedouble, 5584623);
    assert_string_equal(vector_str(side, "averageCostNeuron"), "54066666666667");
    cJSON_Delete(doc);
}

static void a_run_without_success_is_not_judged(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SAMPLE_CALLS; i++)
        sample_fail(&b.calls[i], OUTCOME_AUTH, 400);
    const char *text = compared(compare_put_markdown);
    assert_has(text, "| P50 latency (ms) | 2233.489 | - | n/a |\n");
    assert_has(text, "not determinable: one of the runs has no successful call.");
}

static void programmed_delays_are_not_judged(void **state)
{
    (void)state;
    a.record.head.environment.simulated = b.record.head.environment.simulated = true;
    make_slower(3000000);
    assert_has(compared(compare_put_markdown),
               "**Latency:** not determinable: provider delays are programmed.");
}

static void assert_refused(const char *part)
{
    const char *text = compared(compare_put_markdown);
    assert_has(text, "**Not compared**, because these differ: ");
    assert_has(text, part);
    assert_null(strstr(text, "P50"));
    assert_has(compared(compare_put_json), "\"comparable\":false,\"differs\":\"");
    sample_make(&b);
}

static void what_differs_is_refused_and_named(void **state)
{
    (void)state;
    struct bench_plan *plan = &b.record.head.plan;
    b.record.head.prompts.sha256 = "00";
    assert_refused("prompts' SHA-256 (5d1c");
    b.record.head.prompts.set = "v2";
    assert_refused("prompt set (v1 against v2)");
    plan->seed = 43;
    assert_refused("seed (42 against 43)");
    plan->max_tokens = 161;
    assert_refused("maxTokens (160 against 161)");
    plan->rate_per_min = 6;
    assert_refused("starts a minute (0 against 6)");
    plan->cache_allowed = true;
    assert_refused("cache (fresh against allow)");
    plan->new_connections = true;
    assert_refused("connections (kept against new)");
    plan->timeouts.stall_ms = 1;
    assert_refused("stall time-out, ms (30000 against 1)");
    b.endpoints[0].kind = ENDPOINT_ROUTER;
    assert_refused("kind of endpoint (provider against router)");
    b.endpoints[0].model = "other|model";
    assert_refused("model (example/model-27b against other&#124;model)");
    b.endpoints[0].output_price++;
    assert_refused("output price (400000000000 against 400000000001)");
    b.record.head.environment.simulated = true;
    assert_refused("provider delays (real against programmed)");
    sample_add_endpoint(&b);
    assert_refused("number of endpoints (1 against 2)");
}

/* --- observed traffic ------------------------------------------------------------------------- */

static struct job job_of(const char *id, enum job_status status, int64_t latency_ms)
{
    return (struct job){
        .id = id,
        .model = "m|x",
        .status = status,
        .started_ms = {true, 1768472551004},
        .ended_ms = {status != JOB_RUNNING, 1768472551004 + 60000},
        .finished_ms = {status != JOB_RUNNING, 1768472551004 + 60000},
        .latency_ms = {latency_ms >= 0, latency_ms},
        .input_tokens = {true, 12},
        .timestamp_ms = 1768472551004,
        .updated_ms = 1768472551004,
        .proof = PROOF_REPORTED,
    };
}

static const char *observed(const struct job *jobs, size_t count)
{
    buf_reset(&out);
    assert_int_equal(observed_put_markdown(&out, &(struct observed){.network = "0G mainnet",
                                                                    .since_ms = 1768472551004,
                                                                    .now_ms = 1768472551004 + 60000,
                                                                    .jobs = jobs,
                                                                    .count = count}),
                     ERR_OK);
    return out.data;
}

static void observed_traffic_is_no_benchmark(void **state)
{
    (void)state;
    struct job jobs[] = {
        job_of("j1", JOB_COMPLETED, 1000), job_of("j2", JOB_COMPLETED, 2000),
        job_of("j3", JOB_COMPLETED, -1),   job_of("j4", JOB_FAILED, -1),
        job_of("j5", JOB_RUNNING, -1),
    };
    jobs[0].proof = PROOF_RESPONSE;
    jobs[3].error = "x|`y`\nz";
    const char *text = observed(jobs, COUNT(jobs));
    assert_has(text, "# Observed traffic (not a benchmark): 0G mainnet\n");
    assert_has(text, "| Number of test runs | none: 5 recorded jobs |\n");
    assert_has(text,
               "| `j1` | 1000 | 12 tok | not recorded | not recorded | completed | "
               "2026-01-15T10:22:31.004Z | 2026-01-15T10:23:31.004Z | m&#124;x | response |\n");
    assert_has(text, "| failed: x&#124;&#96;y&#96; z | ");
    assert_has(text, "| Average latency | 1500.000 ms | n=2 |\n");
    assert_has(text, "| P95 latency | 1950.000 ms | n=2 |\n");
    assert_has(text, "| Throughput (inferences/min) | 3.00 | ");
    assert_has(text, "| Success Rate | 3/4 (75.0 %) | ended jobs; 1 more had not ended |\n");
    assert_has(text, "| Completed without a latency | 1 | completed jobs: 3 |\n");
    assert_has(text, "| response | 1/3 (33.3 %) | ");
    assert_has(text, "| reported | 2/3 (66.7 %) | only the agent says so |\n");
    assert_has(text, "| Avg Cost/Inference | n/a | the agent's records hold no cost |\n");
}

static void silent_jobs_count_as_failed(void **state)
{
    (void)state;
    struct job job = job_of("j", JOB_RUNNING, -1);
    job.updated_ms -= JOB_LOST_MS;
    const char *text = observed(&job, 1);
    assert_has(text, "| Success Rate | 0/1 (0.0 %) | ended jobs; 0 more had not ended |\n");
    assert_has(text, " | failed | ");
}

static void no_traffic_is_a_report(void **state)
{
    (void)state;
    const char *text = observed(NULL, 0);
    assert_has(text, "| P50 latency | n/a | no completed job has a latency |\n");
    assert_has(text, "| Success Rate | 0/0 (0.0 %) | ended jobs; 0 more had not ended |\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_runs_show_no_difference),
        TEST(a_slower_run_is_slower),
        TEST(json_says_the_same),
        TEST(a_run_without_success_is_not_judged),
        TEST(programmed_delays_are_not_judged),
        TEST(what_differs_is_refused_and_named),
        TEST(observed_traffic_is_no_benchmark),
        TEST(silent_jobs_count_as_failed),
        TEST(no_traffic_is_a_report),
    };
    return cmocka_run_group_tests_name("bench compare", tests, NULL, NULL);
}
