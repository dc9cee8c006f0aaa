#include "panel/prometheus_text.h"

#include "support_settings.h"

#include "net/prometheus.h"
#include "panel/sources.h"

#define WALLET   "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
#define PROVIDER "0x0165878A594ca255338adfa4d48449f69242Eb8F"

static struct settings settings;
static struct source sources[SOURCE_AND_SCAN_COUNT];
static struct view view;
static struct buf text;

static int set_up(void **state)
{
    (void)state;
    load_good(&settings, ENVIRONMENT("ZG_NETWORK=galileo", "ZG_WALLET_ADDRESS=" WALLET,
                                     "ZG_GPU_EXPORTER_URL=http://gpu.example:9400"));
    sources_init(sources, &settings);
    view = (struct view){
        .settings = &settings, .sources = sources, .mono_ms = 100000, .wall_ms = 1767323100000};
    text = buf_make(BUF_NO_LIMIT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++)
        source_free(&sources[i]);
    settings_free(&settings);
    buf_free(&text);
    return 0;
}

static void give(enum source_id id, const void *value)
{
    sources[id].value = value;
    sources[id].fetched_mono_ms = view.mono_ms - 1000;
    sources[id].fetched_wall_ms = view.wall_ms - 1000;
}

static void render(void)
{
    buf_reset(&text);
    prometheus_text(&text, &view);
    assert_int_equal(text.err, ERR_OK);
}

static void assert_line(const char *line)
{
    char whole[512];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    if (!strstr(text.data, whole))
        fail_msg("no line %s in:\n%s", line, text.data);
}

/* Neither a 0 nor anything else. */
static void assert_no_sample(const char *name)
{
    char start[128];
    snprintf(start, sizeof start, "\n%s", name);
    for (const char *at = text.data; (at = strstr(at, start)); at++)
        if (at[strlen(start)] == ' ' || at[strlen(start)] == '{')
            fail_msg("%s has a sample", name);
}

static size_t count_of(const char *part)
{
    size_t count = 0;
    for (const char *at = text.data; (at = strstr(at, part)); at++)
        count++;
    return count;
}

static enum err count_sample(void *user, const struct prometheus_sample *sample)
{
    assert_int_equal(strncmp(sample->name, "zg_", 3), 0);
    ++*(size_t *)user;
    return ERR_OK;
}

static void what_is_not_known_has_help_and_type_and_no_sample(void **state)
{
    (void)state;
    render();
    static const char *const figures[] = {
        "zg_chain_head_block",
        "zg_chain_head_timestamp_seconds",
        "zg_wallet_balance_neuron",
        "zg_ledger_available_neuron",
        "zg_account_balance_neuron",
        "zg_services",
        "zg_gpus",
        "zg_gpu_utilization_ratio",
        "zg_gpu_worst_utilization_ratio",
        "zg_gpu_memory_utilization_ratio",
        "zg_gpu_worst_memory_utilization_ratio",
        "zg_server_running_requests",
        "zg_server_waiting_requests",
        "zg_server_kv_cache_utilization_ratio",
        "zg_jobs_active",
        "zg_jobs_recent",
        "zg_jobs_mean_latency_seconds",
        "zg_jobs_recent_output_tokens",
        "zg_jobs_output_tokens_per_second",
        "zg_prober_healthy",
        "zg_prober_uptime_ratio",
        "zg_prober_response_seconds",
        "zg_probe_reachable",
        "zg_probe_latency_seconds",
        "zg_topic_last_message",
        "zg_topic_complete",
        "zg_source_fetched_timestamp_seconds",
    };
    for (size_t i = 0; i < COUNT(figures); i++) {
        char part[128];
        assert_no_sample(figures[i]);
        snprintf(part, sizeof part, "# HELP %s ", figures[i]);
        assert_int_equal(count_of(part), 1);
        snprintf(part, sizeof part, "# TYPE %s gauge\n", figures[i]);
        assert_int_equal(count_of(part), 1);
    }
    assert_line("zg_source_fresh{source=\"gpu\"} 0");
    assert_int_equal(count_of("source=\"mirror\""), 0); /* off */
}

static void what_is_known_is_said_in_base_units(void **state)
{
    (void)state;
    const struct chain_value chain = {.balance = ~(amount)0, .has_balance = true};
    const struct compute_value compute = {.total = 7};
    const struct gpu_value gpu = {.reading = {.count = 2,
                                              .valid = GPU_UTILIZATION | GPU_MEMORY | GPU_RUNNING,
                                              .utilization_percent = 90,
                                              .utilization_mean_percent = 57,
                                              .memory_percent = 12.5,
                                              .memory_worst_percent = 25,
                                              .running = 3}};
    give(SOURCE_CHAIN, &chain);
    sources[SOURCE_CHAIN].head = (struct head){.number = 22874461, .time_ms = 1767323097042};
    sources[SOURCE_CHAIN].has_head = true;
    give(SOURCE_COMPUTE, &compute);
    give(SOURCE_GPU, &gpu);
    render();
    static const char *const lines[] = {
        "zg_rendered_timestamp_seconds 1767323100.000",
        "zg_source_fresh{source=\"gpu\"} 1",
        "zg_source_fetched_timestamp_seconds{source=\"chain\"} 1767323099.000",
        "zg_chain_head_block 22874461",
        "zg_chain_head_timestamp_seconds 1767323097.042",
        "zg_chain_head_max_age_seconds 60",
        "zg_wallet_balance_neuron 340282366920938463463374607431768211455",
        "zg_services 7",
        "zg_gpus 2",
        "zg_gpu_utilization_ratio 0.57",
        "zg_gpu_worst_utilization_ratio 0.9",
        "zg_gpu_memory_utilization_ratio 0.125",
        "zg_gpu_worst_memory_utilization_ratio 0.25",
        "zg_server_running_requests 3",
    };
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_line(lines[i]);
    assert_no_sample("zg_server_waiting_requests");
    assert_no_sample("zg_server_kv_cache_utilization_ratio");
}

static void the_agent_s_jobs_are_counted_by_how_they_ended(void **state)
{
    (void)state;
    static const struct jobs_value none, jobs = {.exists = true,
                                                 .active = 2,
                                                 .completed = 5678,
                                                 .mean_latency_ms = {true, 120},
                                                 .window_completed = 118,
                                                 .window_failed = 5,
                                                 .window_lost = 3,
                                                 .window_output_tokens = 900,
                                                 .window_tokens = 820,
                                                 .window_token_ms = 20000};
    give(SOURCE_JOBS, &jobs);
    render();
    assert_int_equal(count_of("# TYPE zg_jobs_completed_total counter\n"), 1);
    static const char *const lines[] = {
        "zg_jobs_completed_total 5678",
        "zg_jobs_active 2",
        "zg_jobs_recent{outcome=\"completed\"} 118",
        "zg_jobs_recent{outcome=\"failed\"} 2",
        "zg_jobs_recent{outcome=\"lost\"} 3",
        "zg_jobs_mean_latency_seconds 0.12",
        "zg_jobs_recent_output_tokens 900",
        "zg_jobs_output_tokens_per_second 41",
    };
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_line(lines[i]);

    give(SOURCE_JOBS, &none); /* nobody ever recorded one */
    render();
    assert_no_sample("zg_jobs_completed_total");
    assert_no_sample("zg_jobs_recent");
}

static struct service_health service_of(const char *provider, const char *model)
{
    struct service_health s = {.valid = SERVICE_MODEL | SERVICE_UPTIME,
                               .model = model,
                               .health = HEALTH_HEALTHY,
                               .uptime_percent = 97.5};
    assert_int_equal(address_parse(provider, &s.provider), ERR_OK);
    return s;
}

static void foreign_text_cannot_break_out_of_its_label(void **state)
{
    (void)state;
    struct service_health services[] = {
        service_of(PROVIDER, "a\"} 1\nzg_evil{x=\"\\ \xff\xc3\xa9")};
    const struct status_value status = {.report = {.services = services, .count = 1}};
    size_t samples = 0;
    struct arena work = arena_make(0);
    give(SOURCE_STATUS, &status);
    render();
    assert_line("zg_prober_uptime_ratio{provider=\"" PROVIDER "\",model=\"a\\\"} 1\\nzg_evil{x=\\\""
                "\\\\ \xef\xbf\xbd\xc3\xa9\"} 0.975");
    assert_int_equal(prometheus_parse(text.data, text.len, &work, count_sample, &samples), ERR_OK);
    assert_true(samples > 5);
    arena_free(&work);
}

static void a_prober_that_does_not_know_is_neither_healthy_nor_not(void **state)
{
    (void)state;
    struct service_health services[] = {service_of(PROVIDER, "sick"),
                                        service_of(WALLET, "unknown")};
    services[0].health = HEALTH_WARNING;
    services[1].health = HEALTH_UNKNOWN;
    const struct status_value status = {.report = {.services = services, .count = 2}};
    give(SOURCE_STATUS, &status);
    render();
    assert_line("zg_prober_healthy{provider=\"" PROVIDER "\",model=\"sick\"} 0");
    assert_int_equal(count_of("zg_prober_healthy{"), 1);
    assert_no_sample("zg_prober_response_seconds");
}

/* A series that stands twice makes a scraper refuse all of them. */
static void no_series_stands_twice(void **state)
{
    (void)state;
    struct serving_account accounts[2] = {{.balance = 5}, {.balance = 6}};
    assert_int_equal(address_parse(PROVIDER, &accounts[0].provider), ERR_OK);
    accounts[1].provider = accounts[0].provider;
    const struct ledger_value ledger = {
        .exists = true, .accounts = accounts, .account_count = 2, .accounts_total = 2};
    give(SOURCE_LEDGER, &ledger);
    render();
    assert_line("zg_account_balance_neuron{provider=\"" PROVIDER "\"} 5");
    assert_int_equal(count_of("zg_account_balance_neuron{"), 1);
    assert_line("zg_ledger_available_neuron 0"); /* known, and nothing */
}

static void our_own_probe_is_apart_from_the_prober(void **state)
{
    (void)state;
    struct probe_result results[2] = {{.answer = PROBE_QUOTE, .latency_ms = 12},
                                      {.err = ERR_TIMEOUT, .latency_ms = 5000}};
    assert_int_equal(address_parse(PROVIDER, &results[0].provider), ERR_OK);
    assert_int_equal(address_parse(WALLET, &results[1].provider), ERR_OK);
    const struct probe_value probe = {.results = results, .count = 2};
    give(SOURCE_PROBE, &probe);
    render();
    assert_line("zg_probe_reachable{provider=\"" PROVIDER "\"} 1");
    assert_line("zg_probe_reachable{provider=\"" WALLET "\"} 0");
    assert_line("zg_probe_latency_seconds{provider=\"" PROVIDER "\"} 0.012");
    assert_int_equal(count_of("zg_probe_latency_seconds{"), 1);
}

static void a_topic_that_is_behind_says_so(void **state)
{
    (void)state;
    const struct mirror_value topic = {.sequence = 4210};
    give(SOURCE_MIRROR, &topic);
    render();
    assert_line("zg_topic_last_message 4210");
    assert_line("zg_topic_complete 0");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_known_has_help_and_type_and_no_sample),
        TEST(what_is_known_is_said_in_base_units),
        TEST(the_agent_s_jobs_are_counted_by_how_they_ended),
        TEST(foreign_text_cannot_break_out_of_its_label),
        TEST(a_prober_that_does_not_know_is_neither_healthy_nor_not),
        TEST(no_series_stands_twice),
        TEST(our_own_probe_is_apart_from_the_prober),
        TEST(a_topic_that_is_behind_says_so),
    };
    return cmocka_run_group_tests_name("prometheus_text", tests, NULL, NULL);
}
