/* The report in its three forms: what stands in it, for runs that went well and runs that did not,
 * and what hostile providers put into it. */
#include "bench/report.h"

#include "bench/report_json.h"
#include "support_record.h"

static struct arena arena;
static struct sample sample, other;
static struct buf out;

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    out = buf_make(BUF_NO_LIMIT);
    sample_make(&sample);
    sample_make(&other);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    buf_free(&out);
    return 0;
}

static const char *markdown_beside(const struct bench_record *baseline,
                                   const struct bench_record *previous)
{
    struct report report;
    assert_int_equal(report_make(&sample.record, baseline, previous, &arena, &report), ERR_OK);
    buf_reset(&out);
    report_put_markdown(&out, &report);
    assert_int_equal(out.err, ERR_OK);
    return out.data;
}

static const char *markdown_with(const struct bench_record *baseline)
{
    return markdown_beside(baseline, NULL);
}

static const char *markdown(void)
{
    return markdown_with(NULL);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("not there: %s\nin:\n%s", part, text);
}

static void assert_has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("there: %s\nin:\n%s", part, text);
}

static void sections_stand_in_the_order_of_the_template(void **state)
{
    (void)state;
    static const char *const sections[] = {
        "# Compute Metrics Report: 0G mainnet\n",
        "\n## Test Environment\n",
        "\n## Methodology\n",
        "\n## Raw Data\n",
        "\n## Summary Statistics\n",
        "\n### Cost reconciliation\n",
        "\n## GPU Utilization\n",
        "\n## Analysis\n",
        "\n## Details\n",
    };
    const char *at = markdown();
    for (size_t i = 0; i < COUNT(sections); i++) {
        const char *found = strstr(at, sections[i]);
        if (!found)
            fail_msg("no %s in its place", sections[i]);
        at = found;
    }
}

static void rows_of_the_template_are_all_there(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "| Date | 2026-01-15T10:22:31.004Z |\n",
        "| 0G Compute endpoint | `https://provider.example/v1/proxy` (provider, called directly, ",
        "| Model | `example/model-27b` |\n",
        "| Inference agent version | not supplied |\n",
        "; region (label supplied by the operator) `eu-1` |\n",
        "| Number of test runs | 10 (+ 1 warm-up, excluded) |\n",
        "| Run | Latency (ms) | Input Size | Output Size | Cost | Status | Start (UTC) | "
        "End (UTC) | Model | Proof |\n",
        "| Average latency | 2584.623 ms | 1782.840 - 3386.406 (Student's t) | |\n",
        "| P50 latency | 2233.489 ms | 2077.611 - 2651.903 (order statistics, 96.09 %) | "
        "run 3: 2233.489 |\n",
        "| P95 latency | 4249.702 ms | at least 2412.318 (one-sided, 99.16 %); "
        "no upper bound from 9 calls (needs 59) | run 9: 5314.902 |\n",
        "| P99 latency | 5101.862 ms | ",
        "no upper bound from 9 calls (needs 299) | run 9: 5314.902 |\n",
        "| Min latency | 1987.455 ms | | run 4: 1987.455 |\n",
        "| Max latency | 5314.902 ms | | run 9: 5314.902 |\n",
        "| Throughput (inferences/min) | 10.13 inferences/min (608.0/hour) by one sequential "
        "caller; not the provider's capacity | attempts 11.26/min; ",
        "| Avg Cost/Inference | 0.000054066666666667 0G | ",
        "| Success Rate | 9/10 (90.0 %) | 59.6 - 98.2 % (Wilson) | |\n",
        "| Gas per call | none | a call is an HTTPS request and makes no transaction",
    };
    const char *text = markdown();
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_has(text, rows[i]);
}

static void calls_have_their_rows(void **state)
{
    (void)state;
    const char *text = markdown();
    assert_has(text, "| 1 | 2412.318 | 58 tok / 214 B | 121 tok / 484 B | 0.0000542 0G | ok | "
                     "2026-01-15T10:22:33.907Z | 2026-01-15T10:22:36.319Z | `example/model-27b` | "
                     "response |\n");
    assert_has(text, "| 7 | &gt;30000.000 | - / 214 B | - / 0 B | 0.0 0G | failed: "
                     "timeout_first_token | ");
    assert_has(text, "| 9 \\* | 5314.902 | ");
    assert_has(text, "| W1 | 2890.110 | 58 tok / 214 B | 120 tok / 480 B | 0.0000538 0G | warm-up "
                     "(excluded) | ");
    assert_has(text, "kept: run 9 (19.77 median absolute deviations");
}

static void failed_calls_are_infinite_in_the_adjusted_view(void **state)
{
    (void)state;
    assert_has(markdown(), "| Failure-adjusted P50 / P95 / P99 (nearest rank over 10) | 2233.489 / "
                           "&gt; time-out (failed) / &gt; time-out (failed) ms |\n");
}

static void a_slow_first_call_is_a_warning(void **state)
{
    (void)state;
    assert_has_not(markdown(), "warm-up may be too short");
    sample.calls[1].end_us += 20000000;
    assert_has(markdown(), "it is the first measured call: the warm-up may be too short");
}

static void costs_without_usage_are_upper_bounds(void **state)
{
    (void)state;
    sample.calls[1].cost_at_most = true;
    const char *text = markdown();
    assert_has(text, "| \xe2\x89\xa4 0.0000542 0G | ok |");
    assert_has(text, "| Avg Cost/Inference | \xe2\x89\xa4 0.0000540");
    assert_has(text,
               "| Calculated from tokens and prices | \xe2\x89\xa4 0.0005404 0G | 10 measured "
               "and 1 warm-up calls; calls without final usage at their worst case |\n");
}

static void missing_usage_is_said(void **state)
{
    (void)state;
    sample.calls[1].tokens = TOKENS_ESTIMATED;
    assert_has(markdown(), "| ~58 tok / 214 B | ~121 tok / 484 B |");
    assert_has(markdown(), "ESTIMATED: some replies had no usage");
}

static void an_incomplete_run_says_how_far_it_came(void **state)
{
    (void)state;
    sample.record.call_count = 4;
    sample.record.tail.end = RUN_END_CANCELLED;
    assert_has(markdown(), "/ PARTIAL 3/10: cancelled |");
    sample.record.ended = false;
    const char *text = markdown();
    assert_has(text, "/ PARTIAL 3/10: not ended |");
    assert_has(text, "Not sealed: the run has no root hash.");
    assert_has(text, "| **State** | | **not read** |");
}

static void an_overrun_is_shown_wherever_it_came(void **state)
{
    (void)state;
    sample.record.tail.end = RUN_END_OVERRUN;
    assert_has(markdown(), "/ COMPLETE, but a provider billed above its bound |");
    sample.record.call_count = 4;
    assert_has(markdown(), "/ PARTIAL 3/10: a provider billed above its bound |");
}

static void nothing_is_divided_by_no_success(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SAMPLE_CALLS; i++)
        sample_fail(&sample.calls[i], OUTCOME_HTTP_5XX, 503);
    const char *text = markdown();
    assert_has(text, "**Verdict:** 0 of 10 calls succeeded. 10 x http_5xx.");
    assert_has(text, "| Average latency | n/a | no call succeeded | |\n");
    assert_has(text, "| Throughput (inferences/min) | 0.00 inferences/min");
    assert_has(text, "| Avg Cost/Inference | n/a | no successful call whose cost is known | |\n");
    assert_has(text, "| Success Rate | 0/10 (0.0 %) | 0.0 - 27.8 % (Wilson) | |\n");
    assert_has(text, "P50 latency at most 3000 ms: not determinable from 0 calls");
    assert_has(text, "failed: http_5xx:503");
}

static void a_run_without_calls_is_a_report(void **state)
{
    (void)state;
    sample.record.call_count = 0;
    sample.record.tail.end = RUN_END_BUDGET;
    const char *text = markdown();
    assert_has(text, "/ PARTIAL 0/10: the next call could have passed the spending cap |");
    assert_has(text, "| Throughput (inferences/min) | n/a | no call was made | |\n");
    assert_has(text, "| Success Rate | 0/0 (0.0 %) | not determinable from 0 calls | |\n");
}

static void targets_are_judged_by_intervals(void **state)
{
    (void)state;
    assert_has(markdown(), "Target P50 latency at most 3000 ms: met (its interval ends at 2651.903 "
                           "ms). P95: not determinable from 9 calls. Calls within all targets: "
                           "8/10 (80.0 %).");
    sample.record.head.plan.slo.latency_ms = 2000;
    assert_has(markdown(), "not met (its interval begins at 2077.611 ms). P95: not met.");
    sample.record.head.plan.slo.latency_ms = 2100;
    assert_has(markdown(), "at most 2100 ms: not determinable from 9 calls. P95: not met.");
    sample.record.head.plan.slo.latency_ms = 0;
    assert_has(markdown(), "not determinable: the run was given no target.");
}

static void the_local_network_claims_no_latency(void **state)
{
    (void)state;
    sample.record.head.environment.simulated = true;
    sample.record.head.environment.network = "Local network";
    const char *text = markdown_with(&other.record);
    assert_has(text, "# Compute Metrics Report: Local network\n\n> Local network: the provider's "
                     "delays are programmed");
    const char *analysis = strstr(text, "## Analysis");
    assert_has(analysis, "**Is latency acceptable?** not determinable: provider delays are "
                         "programmed.");
    assert_has(analysis, "**Is cost viable?** not determinable: provider delays are programmed");
    assert_has(analysis, "**Decentralised vs centralised:** not determinable: provider delays are "
                         "programmed.");
    assert_has(analysis, "Simulated signer, no enclave.");
    assert_has_not(analysis, "Target P50");
}

static void only_a_measured_baseline_is_compared(void **state)
{
    (void)state;
    struct bench_record *baseline = &other.record;
    assert_has(markdown(), "not compared: no baseline measured by this tool.");
    /* a run against 0G is no baseline */
    assert_has(markdown_with(baseline), "not compared: no baseline measured by this tool.");
    baseline->head.plan.kind = ENDPOINT_BASELINE;
    other.endpoints[0].priced = false;
    assert_has(markdown_with(baseline),
               "against 9 measured calls: median shift +0.000 ms (Hodges-Lehmann), exact "
               "permutation p = 1.0000: no evidence of a difference.");
    for (unsigned i = 0; i < SAMPLE_CALLS; i++)
        other.calls[i].end_us -= 1500000;
    assert_has(markdown_with(baseline), "median shift +1500.000 ms");
    baseline->head.plan.max_tokens = 80;
    assert_has(markdown_with(baseline),
               "not compared, because these differ: maxTokens (160 against 80).");
}

static void a_baseline_of_the_same_run_goes_before_another(void **state)
{
    (void)state;
    sample_add_endpoint(&sample);
    sample.record.head.plan.with_baseline = true;
    sample.endpoints[1] = (struct bench_endpoint){.kind = ENDPOINT_BASELINE,
                                                  .url = "https://central.example/v1",
                                                  .model = "other/model",
                                                  .no_hardware = "only providers publish a quote"};
    for (size_t i = 0; i < sample.record.call_count; i++)
        if (sample.calls[i].endpoint == 1)
            sample.calls[i].cost_known = false;
    other.record.head.plan.kind = ENDPOINT_BASELINE;
    const char *text = markdown_with(&other.record);
    assert_has(text, "**Decentralised vs centralised:** Endpoint A: baseline endpoint B, called in "
                     "turn (model `other/model` at `https://central.example/v1`): against 9 "
                     "measured calls: median shift -400.000 ms (Hodges-Lehmann), exact permutation "
                     "p = ");
    assert_has(text, " Endpoint B: it is the baseline.\n");
    assert_has(text, "B: `https://central.example/v1` (baseline, a centralised endpoint: not 0G "
                     "Compute)");
    assert_has(text, "A: not declared: its quote names no GPU; B: not declared: only providers");
    assert_has(text,
               "**Is cost viable?** Endpoint A: not determinable: the run was given no limit. "
               "Calculated: 0.054066666666667 0G per 1000 inferences. Endpoint B: not "
               "determinable: the cost of the calls is not known.\n");
}

static void the_run_before_is_compared(void **state)
{
    (void)state;
    struct bench_record *before = &other.record;
    struct report report;
    assert_has(markdown(), "- **Changed since an earlier run:** not compared: no earlier run over "
                           "the same endpoints made all its calls.\n");
    for (unsigned i = 0; i < SAMPLE_CALLS; i++)
        other.calls[i].end_us -= 223348;
    other.calls[2].cost *= 2;
    assert_has(markdown_beside(NULL, before),
               "- **Changed since run** `b-20260115-102231-7f3a`: P50 latency +11.1 % (no evidence "
               "of a difference, p = 0.");
    assert_has(out.data, "), average cost -9.8 %, success 9/10 (90.0 %) before, 9/10 (90.0 %) "
                         "now.\n");
    other.endpoints[0].input_price--;
    assert_has(markdown_beside(NULL, before), "not compared, because these differ: input price "
                                              "(99999999999 against 100000000000).\n");
    sample.record.head.environment.simulated = before->head.environment.simulated = true;
    other.endpoints[0].input_price++;
    assert_has(markdown_beside(NULL, before),
               "`: not determinable: provider delays are programmed, "
               "success 9/10 (90.0 %) before");
    other.endpoints[0].provider = "0xf07240Efa67755B5311bc75784a061eDB47165Dd";
    assert_int_equal(report_make(&sample.record, NULL, before, &arena, &report), ERR_BAD_FORMAT);
}

static void cost_is_judged_by_the_limit(void **state)
{
    (void)state;
    amount *limit = &sample.record.head.plan.slo.cost; /* the mean is 54066666666667 */
    assert_has(markdown(), "**Is cost viable?** not determinable: the run was given no limit. "
                           "Calculated: 0.054066666666667 0G per 1000 inferences.\n");
    *limit = 100000000000000;
    assert_has(markdown(), "**Is cost viable?** Limit 0.0001 0G per inference: met, 45 % headroom "
                           "with these prompts. Calculated:");
    *limit = 54066666666667;
    assert_has(markdown(), "met, 0 % headroom");
    *limit = 54066666666666;
    assert_has(markdown(), "per inference: not met with these prompts.");
    sample.calls[1].cost_at_most = true;
    assert_has(markdown(), "per inference: not determinable: only bounds of some costs are known.");
    *limit = 100000000000000;
    assert_has(markdown(), "met, 45 % headroom");
}

static void hardware_is_what_is_declared(void **state)
{
    (void)state;
    assert_has(markdown(), "| GPU hardware, as declared and not verified | not declared: its quote "
                           "names no GPU |\n");
    sample.endpoints[0].hardware = "8 NVIDIA GPUs (HOPPER)";
    sample.endpoints[0].no_hardware = NULL;
    assert_has(markdown(),
               "| GPU hardware, as declared and not verified | `8 NVIDIA GPUs (HOPPER)` "
               "|\n");
}

static void several_endpoints_stand_apart(void **state)
{
    (void)state;
    sample_add_endpoint(&sample);
    const char *text = markdown();
    assert_has(text, "**Verdict for endpoint B:** 9 of 10 calls succeeded; median 2633.489 ms");
    assert_has(text, "### Endpoint B: `example/model-27b` at `https://other.example/v1/proxy`");
    assert_has(text,
               "| Number of test runs | 20 over 2 endpoints, in turns (+ 2 warm-up, excluded)");
    assert_has(text, "| B3 | 2633.489 | ");
    assert_has(text, "| BW1 | ");
    assert_has(text,
               "| P50 latency | 2633.489 ms | 2477.611 - 3051.903 (order statistics, 96.09 %) "
               "| run B3: 2633.489 |\n");
    assert_has(text, " ms in its own calls, failed calls included | |\n");
}

static void gpu_figures_come_from_the_exporter_alone(void **state)
{
    (void)state;
    assert_has(markdown(), "Not observable from the client");
    sample.record.tail.gpu = (struct bench_gpu){.configured = true, .origin = "gpu.example:9400"};
    assert_has(markdown(), "the configured exporter gave no sample during the run");
    sample.record.tail.gpu.samples = 7;
    sample.record.tail.gpu.mean_percent = 61;
    sample.record.tail.gpu.max_percent = 90;
    assert_has(markdown(), "Mean 61 %, min 0 %, max 90 % over 7 samples");
    assert_has(markdown(), "`gpu.example:9400`");
}

static void proofs_are_counted_by_level(void **state)
{
    (void)state;
    sample.calls[1].proof = PROOF_SIGNER;
    sample.calls[2].proof = PROOF_BAD;
    sample.calls[3].proof = PROOF_ABSENT;
    sample.calls[4].proof = PROOF_NONE;
    assert_has(markdown(), "**Are the responses proven?** 5/9 response, 1/9 signer, 1/9 bad, "
                           "1/9 absent, 1/9 not looked for.");
    assert_has(markdown(), "this proves that the key 0G's contract lists signed it; hardware "
                           "attestation was not verified by this tool");
}

static void every_reconciliation_has_its_words(void **state)
{
    (void)state;
    static const struct {
        enum reconciliation_state state;
        const char *words;
    } states[] = {{RECONCILED_NONE, "**not read**"},
                  {RECONCILED_MATCH, "**match**"},
                  {RECONCILED_PENDING, "**pending: the provider settles in batches**"},
                  {RECONCILED_MISMATCH, "**mismatch**"},
                  {RECONCILED_OTHER_TRAFFIC, "**not comparable: other traffic**"}};
    for (size_t i = 0; i < COUNT(states); i++) {
        sample.reconciliations[0].state = states[i].state;
        assert_has(markdown(), states[i].words);
    }
    sample.reconciliations[0].balance_after -= 540400000000000;
    assert_has(markdown(), "| Sub-account balance, change | -0.0005404 | 2.0 before, "
                           "1.9994596 after |\n");
}

static void a_bound_gives_way_to_what_was_booked(void **state)
{
    (void)state;
    static const char row[] = "| In place of the bound | 0.0005404 | what the provider booked";
    assert_has_not(markdown(), "In place of the bound");
    sample.calls[1].cost_at_most = true;
    sample.calls[1].cost += 100000000000000;
    assert_has(markdown(), row);
    sample.reconciliations[0].state = RECONCILED_OTHER_TRAFFIC;
    assert_has_not(markdown(), "In place of the bound");
    sample.reconciliations[0].state = RECONCILED_PENDING;
    sample.reconciliations[0].unsettled_after += 100000000000000;
    assert_has_not(markdown(), "In place of the bound"); /* it says no less */
    sample.reconciliations[0].unsettled_known = false;
    assert_has_not(markdown(), "In place of the bound");
}

static void a_refused_call_says_what_to_do(void **state)
{
    (void)state;
    struct bench_call *call = &sample.calls[7];
    sample_fail(call, OUTCOME_BALANCE, 400);
    assert_has(markdown(), "| 7 | balance | - | `-` |\n");
    call->refused = true;
    call->refusal = REFUSAL_NO_ACCOUNT;
    assert_has(markdown(),
               "| 7 | balance | transfer funds to the provider; it takes effect within 5 "
               "minutes | `-` |\n");
    sample_fail(call, OUTCOME_AUTH, 401);
    call->refusal = REFUSAL_CREDENTIAL;
    sample.endpoints[0].kind = ENDPOINT_ROUTER; /* which knows no wallet */
    assert_has(markdown(), "| 7 | auth | check the key in ZG_ROUTER_API_KEY | `-` |\n");
    sample.endpoints[0].kind = ENDPOINT_BASELINE;
    assert_has(markdown(), "| 7 | auth | check the key in ZG_BASELINE_API_KEY | `-` |\n");
    sample_fail(call, OUTCOME_HTTP_5XX, 503);
    assert_has(markdown(), "| 7 | http_5xx:503 | - | `-` |\n");
}

/* Everything that comes from outside, as nasty as it gets. */
#define NASTY "=1|2\n# H <img src=x onerror=alert(1)> [a](http://b) `c` \xe2\x80\xae\xff\\"

static void make_nasty(void)
{
    struct bench_endpoint *e = &sample.endpoints[0];
    e->url = e->model = e->hardware = NASTY;
    sample.record.head.environment.network = NASTY;
    sample.record.head.environment.agent_version = NASTY;
    sample.record.head.environment.region = NASTY;
    sample.record.head.environment.host = NASTY;
    sample.record.tail.gpu = (struct bench_gpu){.configured = true, .samples = 1, .origin = NASTY};
    for (size_t i = 0; i < SAMPLE_CALLS; i++) {
        sample.calls[i].finish_reason = NASTY;
        sample.calls[i].chat_id = NASTY;
        sample.calls[i].excerpt = NASTY;
    }
    sample_set_root(&sample.record);
}

static void foreign_text_stays_text_in_markdown(void **state)
{
    (void)state;
    const size_t lines_before = strlen(markdown());
    size_t cells = 0;
    make_nasty();
    const char *text = markdown();
    assert_true(strlen(text) > lines_before);
    assert_has_not(text, "<img");
    assert_has_not(text, "](");
    assert_has_not(text, "http://b");
    assert_has_not(text, "\n# H");
    assert_has_not(text, "\xe2\x80\xae");
    /* each row of the raw data has its ten cells */
    const char *row = strstr(text, "\n| 1 | 2412.318");
    assert_non_null(row);
    for (row++; *row != '\n'; row++)
        cells += *row == '|';
    assert_int_equal(cells, 11);
}

static void csv_fields_are_no_formulas(void **state)
{
    (void)state;
    struct report report;
    make_nasty();
    sample.calls[1].excerpt = "\"quoted\", and\r\nmore";
    sample.calls[2].excerpt = "+1";
    sample.calls[3].excerpt = "-1";
    sample.calls[4].excerpt = "@x";
    sample.calls[5].excerpt = "\tx";
    sample.calls[6].excerpt = "\rx";
    sample.calls[7].excerpt = "x=1";
    assert_int_equal(report_make(&sample.record, NULL, NULL, &arena, &report), ERR_OK);
    report_put_csv(&out, &report);
    assert_has(out.data, ",\"'=1|2\n# H ");
    assert_has(out.data, ",\"\"\"quoted\"\", and\r\nmore\"\r\n");
    assert_has(out.data, ",\"'+1\"\r\n");
    assert_has(out.data, ",\"'-1\"\r\n");
    assert_has(out.data, ",\"'@x\"\r\n");
    assert_has(out.data, ",\"'\tx\"\r\n");
    assert_has(out.data, ",\"'\rx\"\r\n");
    assert_has(out.data, ",\"x=1\"\r\n");
    assert_has_not(out.data, ",=");
    assert_has_not(out.data, ",\"=");
}

static void csv_rows_have_the_header_s_fields(void **state)
{
    (void)state;
    struct report report;
    assert_int_equal(report_make(&sample.record, NULL, NULL, &arena, &report), ERR_OK);
    report_put_csv(&out, &report);
    size_t commas = 0, expected = 0, rows = 0;
    for (const char *c = out.data; *c; c++) {
        commas += *c == ',';
        if (*c != '\n')
            continue;
        assert_int_equal(c[-1], '\r');
        expected = expected ? expected : commas;
        assert_int_equal(commas, expected);
        commas = 0;
        rows++;
    }
    assert_int_equal(expected, 36);
    assert_int_equal(rows, 1 + SAMPLE_CALLS);
    assert_has(out.data,
               "\r\n1,false,\"provider\",\"0xa48f01287233509FD694a22Bf840225062E67836\",");
    assert_has(out.data, ",timeout_first_token,,");
}

/* --- report.json ------------------------------------------------------------------------------ */

static void put_json(const struct bench_record *baseline, const struct bench_record *previous,
                     struct buf *to)
{
    struct report report;
    assert_int_equal(report_make(&sample.record, baseline, previous, &arena, &report), ERR_OK);
    report_put_json(to, &report);
    assert_int_equal(to->err, ERR_OK);
}

static void raw_data_comes_back_from_json(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        const struct bench_record *baseline = i & 1 ? &other.record : NULL;
        const struct bench_record *previous = i & 2 ? &other.record : NULL;
        struct report_raw raw;
        struct report report;
        struct buf again = buf_make(BUF_NO_LIMIT);
        size_t line;
        make_nasty();
        buf_reset(&out);
        put_json(baseline, previous, &out);
        assert_int_equal(report_read(out.data, out.len, &arena, &raw, &line), ERR_OK);
        assert_int_equal(raw.has_baseline, baseline != NULL);
        assert_int_equal(raw.has_previous, previous != NULL);
        assert_int_equal(report_make(&raw.run, raw.has_baseline ? &raw.baseline : NULL,
                                     raw.has_previous ? &raw.previous : NULL, &arena, &report),
                         ERR_OK);
        report_put_json(&again, &report);
        assert_string_equal(again.data, out.data);
        buf_free(&again);
    }
}

static void json_is_json_and_safe_in_html(void **state)
{
    (void)state;
    make_nasty();
    put_json(&other.record, NULL, &out);
    cJSON *doc = cJSON_Parse(out.data);
    assert_non_null(doc);
    const cJSON *run = cJSON_GetObjectItem(doc, "run");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(run, "calls")), SAMPLE_CALLS);
    assert_true(cJSON_IsString(cJSON_GetObjectItem(
        cJSON_GetArrayItem(cJSON_GetObjectItem(run, "calls"), 1), "costNeuron")));
    assert_null(strpbrk(out.data, "<>&"));
    cJSON_Delete(doc);
}

static void an_unfinished_run_is_read_back(void **state)
{
    (void)state;
    struct report_raw raw;
    size_t line;
    sample.record.ended = false;
    sample.record.call_count = 0;
    put_json(NULL, NULL, &out);
    assert_int_equal(report_read(out.data, out.len, &arena, &raw, &line), ERR_OK);
    assert_false(raw.run.ended);
    assert_int_equal(raw.run.call_count, 0);
}

/* Cut anywhere, the raw data is not taken for whole. */
static void a_cut_json_is_refused(void **state)
{
    (void)state;
    struct report_raw raw;
    size_t line;
    put_json(NULL, NULL, &out);
    const size_t raw_len = (size_t)(strstr(out.data, "\"derived\"") - out.data);
    for (size_t len = 0; len < raw_len; len += 7) {
        assert_int_not_equal(report_read(out.data, len, &arena, &raw, &line), ERR_OK);
        arena_reset(&arena);
    }
}

static void calls_of_no_endpoint_are_refused(void **state)
{
    (void)state;
    struct report report;
    struct report_raw raw;
    size_t line;
    put_json(NULL, NULL, &out);
    char *at = strstr(out.data, "\"number\":3,\"warmup\":false,\"endpoint\":0");
    assert_non_null(at);
    at[strlen("\"number\":3,\"warmup\":false,\"endpoint\":")] = '1';
    assert_int_equal(report_read(out.data, out.len, &arena, &raw, &line), ERR_BAD_FORMAT);
    assert_int_equal(line, 8);
    sample.calls[3].endpoint = 1;
    assert_int_equal(report_make(&sample.record, NULL, NULL, &arena, &report), ERR_BAD_FORMAT);
}

static void costs_without_a_sum_are_an_error(void **state)
{
    (void)state;
    struct report report;
    sample.calls[1].cost = (amount)-1;
    assert_int_equal(report_make(&sample.record, NULL, NULL, &arena, &report), ERR_OVERFLOW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sections_stand_in_the_order_of_the_template),
        TEST(rows_of_the_template_are_all_there),
        TEST(calls_have_their_rows),
        TEST(failed_calls_are_infinite_in_the_adjusted_view),
        TEST(a_slow_first_call_is_a_warning),
        TEST(costs_without_usage_are_upper_bounds),
        TEST(missing_usage_is_said),
        TEST(an_incomplete_run_says_how_far_it_came),
        TEST(an_overrun_is_shown_wherever_it_came),
        TEST(nothing_is_divided_by_no_success),
        TEST(a_run_without_calls_is_a_report),
        TEST(targets_are_judged_by_intervals),
        TEST(the_local_network_claims_no_latency),
        TEST(only_a_measured_baseline_is_compared),
        TEST(a_baseline_of_the_same_run_goes_before_another),
        TEST(the_run_before_is_compared),
        TEST(cost_is_judged_by_the_limit),
        TEST(hardware_is_what_is_declared),
        TEST(several_endpoints_stand_apart),
        TEST(gpu_figures_come_from_the_exporter_alone),
        TEST(proofs_are_counted_by_level),
        TEST(every_reconciliation_has_its_words),
        TEST(a_bound_gives_way_to_what_was_booked),
        TEST(a_refused_call_says_what_to_do),
        TEST(foreign_text_stays_text_in_markdown),
        TEST(csv_fields_are_no_formulas),
        TEST(csv_rows_have_the_header_s_fields),
        TEST(raw_data_comes_back_from_json),
        TEST(json_is_json_and_safe_in_html),
        TEST(an_unfinished_run_is_read_back),
        TEST(a_cut_json_is_refused),
        TEST(calls_of_no_endpoint_are_refused),
        TEST(costs_without_a_sum_are_an_error),
    };
    return cmocka_run_group_tests_name("bench report", tests, NULL, NULL);
}
