#include "panel/sources.h"

#include "support_settings.h"

#include "base/json.h"

static struct settings settings;
static struct source source, compute, jobs; /* the latter two have read nothing */

static void set_up(char *url)
{
    char line[256];
    snprintf(line, sizeof line, "ZG_GPU_EXPORTER_URL=%s", url);
    load_good(&settings, ENVIRONMENT("ZG_NETWORK=galileo", line));
    source_init(&source, &source_rows[SOURCE_GPU], &settings);
}

static int tear_down(void **state)
{
    (void)state;
    source_free(&source);
    settings_free(&settings);
    return 0;
}

/* What a round makes of that answer; its value becomes the source's. */
static enum err read_answer(const char *text)
{
    struct round *round = &source.round;
    round->count = 0;
    assert_int_equal(gpu_plan(round), ERR_OK);
    assert_int_equal(round->count, 1);
    round->exchanges[0].text = arena_strdup(&round->work, text);
    round->exchanges[0].text_len = strlen(text);
    enum err err = gpu_parse(round);
    source.value = err ? NULL : round->value;
    return err;
}

static char *rendered(struct buf *text)
{
    struct json_writer w = json_writer_make(text);
    json_open_object(&w, NULL);
    gpu_render(&w, &source, &compute, &jobs);
    json_close_object(&w);
    return text->data;
}

#define DCGM_CARD(n, name, load, used, free)                                                       \
    "DCGM_FI_DEV_GPU_UTIL{gpu=\"" n "\",UUID=\"GPU-" n "\",modelName=\"" name "\"} " load "\n"     \
    "DCGM_FI_DEV_FB_USED{gpu=\"" n "\",UUID=\"GPU-" n "\"} " used "\n"                             \
    "DCGM_FI_DEV_FB_FREE{gpu=\"" n "\",UUID=\"GPU-" n "\"} " free "\n"

#define NO_SERVER                                                                                  \
    "\"runningRequests\":null,\"waitingRequests\":null,\"kvCacheUtilization\":null,\"ranJobs\":"   \
    "null}}"

static void every_exporter_fills_what_it_says_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *what, *text, *json;
    } cases[] = {
        {"one card of DCGM",
         "# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).\n" DCGM_CARD("0", "A100", "78", "450",
                                                                           "550"),
         "{\"gpuUtilization\":78,\"memoryUtilization\":45,\"gpu\":{\"exporter\":\"dcgm-exporter\","
         "\"name\":\"A100\",\"count\":1,\"worstUtilization\":78,\"worstMemoryUtilization\":45,"
         "\"memoryUsedBytes\":471859200,\"memoryTotalBytes\":1048576000," NO_SERVER},
        {"two cards of DCGM: the mean, and the worst beside it",
         DCGM_CARD("0", "A100", "10", "100", "900") DCGM_CARD("1", "A100", "90", "800", "200"),
         "{\"gpuUtilization\":50,\"memoryUtilization\":45,\"gpu\":{\"exporter\":\"dcgm-exporter\","
         "\"name\":\"A100\",\"count\":2,\"worstUtilization\":90,\"worstMemoryUtilization\":80,"
         "\"memoryUsedBytes\":943718400,\"memoryTotalBytes\":2097152000," NO_SERVER},
        {"cards of two kinds have no common name",
         DCGM_CARD("0", "A100", "10", "100", "900") DCGM_CARD("1", "H100", "10", "100", "900"),
         "{\"gpuUtilization\":10,\"memoryUtilization\":10,\"gpu\":{\"exporter\":\"dcgm-exporter\","
         "\"name\":null,\"count\":2,\"worstUtilization\":10,\"worstMemoryUtilization\":10,"
         "\"memoryUsedBytes\":209715200,\"memoryTotalBytes\":2097152000," NO_SERVER},
        {"nvidia_gpu_exporter",
         "nvidia_smi_gpu_info{uuid=\"a\",name=\"RTX 4090\"} 1\n"
         "nvidia_smi_utilization_gpu_ratio{uuid=\"a\"} 0.5\n"
         "nvidia_smi_memory_used_bytes{uuid=\"a\"} 600\n"
         "nvidia_smi_memory_total_bytes{uuid=\"a\"} 1000\n",
         "{\"gpuUtilization\":50,\"memoryUtilization\":60,\"gpu\":{"
         "\"exporter\":\"nvidia_gpu_exporter\",\"name\":\"RTX 4090\",\"count\":1,"
         "\"worstUtilization\":50,\"worstMemoryUtilization\":60,\"memoryUsedBytes\":600,"
         "\"memoryTotalBytes\":1000," NO_SERVER},
        {"vLLM: its KV cache is no GPU memory",
         "vllm:num_requests_running{model_name=\"m\"} 3\n"
         "vllm:num_requests_waiting{model_name=\"m\"} 1\n"
         "vllm:kv_cache_usage_perc{model_name=\"m\"} 0.25\n",
         "{\"gpuUtilization\":null,\"memoryUtilization\":null,\"gpu\":{\"exporter\":\"vLLM\","
         "\"name\":null,\"count\":0,\"worstUtilization\":null,\"worstMemoryUtilization\":null,"
         "\"memoryUsedBytes\":null,\"memoryTotalBytes\":null,\"runningRequests\":3,"
         "\"waitingRequests\":1,\"kvCacheUtilization\":25,\"ranJobs\":null}}"},
        {"a load of nothing is 0 and not null", "DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 0\n",
         "{\"gpuUtilization\":0,\"memoryUtilization\":null,\"gpu\":{"
         "\"exporter\":\"dcgm-exporter\",\"name\":null,\"count\":1,\"worstUtilization\":0,"
         "\"worstMemoryUtilization\":null,\"memoryUsedBytes\":null,\"memoryTotalBytes\":null," //
         NO_SERVER},
    };
    set_up("https://gpu.example");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = buf_make(BUF_NO_LIMIT);
        assert_int_equal(read_answer(cases[i].text), ERR_OK);
        if (strcmp(rendered(&text), cases[i].json) != 0)
            fail_msg("%s: %s", cases[i].what, text.data);
        buf_free(&text);
    }
}

static void what_is_no_answer_of_an_exporter_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
    } cases[] = {
        {"", ERR_NO_FIGURES},
        {"node_load1 0.5\n", ERR_NO_FIGURES},
        {"# HELP DCGM_FI_DEV_GPU_UTIL x\n", ERR_NO_FIGURES},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 101\n", ERR_NO_FIGURES},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} NaN\n", ERR_NO_FIGURES},
        {"<html><body>", ERR_BAD_FORMAT},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 5\n{]", ERR_BAD_FORMAT},
    };
    set_up("https://gpu.example");
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum err err = read_answer(cases[i].text);
        if (err != cases[i].err)
            fail_msg("\"%s\" gives %s", cases[i].text, err_name(err));
    }
}

static void nothing_read_yet_is_null(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    set_up("https://gpu.example");
    assert_string_equal(rendered(&text),
                        "{\"gpuUtilization\":null,\"memoryUtilization\":null,\"gpu\":null}");
    buf_free(&text);
}

static void a_url_without_a_path_means_that_of_exporters(void **state)
{
    (void)state;
    static const struct {
        char *url;
        const char *path;
    } cases[] = {
        {"http://gpu.example:9400", "/metrics"}, {"http://gpu.example:9400/", "/metrics"},
        {"http://gpu.example:9400/metrics", ""}, {"http://gpu.example/dcgm/metrics", ""},
        {"http://gpu.example/?format=text", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (i > 0)
            tear_down(NULL);
        set_up(cases[i].url);
        assert_int_equal(gpu_plan(&source.round), ERR_OK);
        assert_string_equal(source.round.exchanges[0].path, cases[i].path);
        assert_ptr_equal(source.round.exchanges[0].endpoint, &settings.gpu_exporter);
    }
}

static void it_is_off_until_an_exporter_is_named(void **state)
{
    (void)state;
    set_up("");
    assert_int_equal(source_state(&source, 0), STATE_OFF);
    assert_non_null(strstr(source.off, "set ZG_GPU_EXPORTER_URL"));
    tear_down(NULL);
    set_up("https://gpu.example");
    assert_null(source.off);
}

#define SERVED    "0x0165878A594ca255338adfa4d48449f69242Eb8F"
#define ELSEWHERE "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
#define UNLISTED  "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"

static struct service service_at(const char *provider, const char *url)
{
    struct service s = {.url.text = {.bytes = url, .len = strlen(url)}};
    assert_int_equal(address_parse(provider, &s.provider), ERR_OK);
    return s;
}

/* The exporter is at gpu.example. */
static void it_says_whether_the_jobs_ran_on_that_machine(void **state)
{
    (void)state;
    const struct service here = service_at(SERVED, "https://GPU.example:8443/v1"),
                         there = service_at(ELSEWHERE, "http://gpu.example.org:9400"),
                         garbled = service_at(ELSEWHERE, "\x01");
    static const struct {
        const char *what, *provider, *benchmark, *said;
        bool garbled;
    } cases[] = {
        {"at its provider", SERVED, NULL, "\"ranJobs\":true", false},
        {"at another", ELSEWHERE, NULL, "\"ranJobs\":false", false},
        {"at one without a proper URL", ELSEWHERE, NULL, "\"ranJobs\":false", true},
        {"at one that is not listed", UNLISTED, NULL, "\"ranJobs\":null", false},
        {"at no provider's", "no address", NULL, "\"ranJobs\":null", false},
        {"nobody says where", NULL, NULL, "\"ranJobs\":null", false},
        {"benchmark calls are not the agent's", ELSEWHERE, "b", "\"ranJobs\":null", false},
    };
    set_up("https://gpu.example");
    assert_int_equal(read_answer(DCGM_CARD("0", "A100", "78", "450", "550")), ERR_OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct service *services[] = {&here, cases[i].garbled ? &garbled : &there};
        const struct compute_value listed = {.services = services, .count = COUNT(services)};
        const struct job job = {
            .id = "a", .provider = cases[i].provider, .benchmark_id = cases[i].benchmark};
        const struct jobs_value recorded = {.exists = true, .jobs = &job, .count = 1};
        struct buf text = buf_make(BUF_NO_LIMIT);
        compute.value = &listed;
        jobs.value = &recorded;
        if (!strstr(rendered(&text), cases[i].said))
            fail_msg("%s: %s", cases[i].what, text.data);
        buf_free(&text);
    }
    compute.value = jobs.value = NULL;
}

/* The operator's word about which provider is theirs goes before what URLs look like. */
static void the_own_provider_decides_where_it_is_named(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {ELSEWHERE, "\"ranJobs\":true"},
        {SERVED, "\"ranJobs\":false"},
        {UNLISTED, "\"ranJobs\":false"},
        {"no address", "\"ranJobs\":null"},
    };
    const struct service here = service_at(SERVED, "https://gpu.example/v1");
    const struct service *services[] = {&here};
    const struct compute_value listed = {.services = services, .count = 1};
    set_up("https://gpu.example");
    assert_int_equal(read_answer(DCGM_CARD("0", "A100", "78", "450", "550")), ERR_OK);
    assert_int_equal(address_parse(ELSEWHERE, &settings.provider), ERR_OK);
    settings.has_provider = true;
    compute.value = &listed;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct job job = {.id = "a", .provider = cases[i][0]};
        const struct jobs_value recorded = {.exists = true, .jobs = &job, .count = 1};
        struct buf text = buf_make(BUF_NO_LIMIT);
        jobs.value = &recorded;
        if (!strstr(rendered(&text), cases[i][1]))
            fail_msg("%s: %s", cases[i][0], text.data);
        buf_free(&text);
    }
    compute.value = jobs.value = NULL;
}

#define TEST(function) cmocka_unit_test_teardown(function, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_exporter_fills_what_it_says_and_nothing_else),
        TEST(what_is_no_answer_of_an_exporter_is_refused),
        TEST(nothing_read_yet_is_null),
        TEST(it_says_whether_the_jobs_ran_on_that_machine),
        TEST(the_own_provider_decides_where_it_is_named),
        TEST(a_url_without_a_path_means_that_of_exporters),
        TEST(it_is_off_until_an_exporter_is_named),
    };
    return cmocka_run_group_tests_name("source_gpu", tests, NULL, NULL);
}
