#include "panel/history.h"

#include "support_settings.h"

#include "panel/sources.h"

static struct settings settings;
static struct source sources[SOURCE_AND_SCAN_COUNT];
static struct history history;
static struct view view;
static struct gpu_value gpu;

static int set_up(void **state)
{
    (void)state;
    load_good(&settings, ENVIRONMENT("ZG_NETWORK=galileo", "ZG_GPU_EXPORTER_URL=http://8.8.8.8",
                                     "RUN=/nowhere"));
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++)
        source_init(&sources[i], &source_rows[i], &settings);
    history = (struct history){0};
    view = (struct view){.settings = &settings,
                         .sources = sources,
                         .mono_ms = 100000,
                         .wall_ms = 1767323100000,
                         .history = &history};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++)
        source_free(&sources[i]);
    settings_free(&settings);
    return 0;
}

static void pass(int64_t ms)
{
    view.mono_ms += ms;
    view.wall_ms += ms;
}

static void read_gpu(double load)
{
    gpu.reading.valid = GPU_UTILIZATION;
    gpu.reading.utilization_mean_percent = load;
    sources[SOURCE_GPU].value = &gpu;
    sources[SOURCE_GPU].fetched_mono_ms = view.mono_ms;
}

static cJSON *rendered(void)
{
    cJSON *doc;
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    history_put(&w, &history);
    json_close_object(&w);
    assert_int_equal(json_parse(text.data, text.len, SIZE_MAX, &doc), ERR_OK);
    buf_free(&text);
    return doc;
}

/* "4.5 null 7 " */
static const char *series(const char *name)
{
    static char text[HISTORY_POINTS * 8];
    cJSON *doc = rendered();
    const cJSON *item;
    text[0] = '\0';
    cJSON_ArrayForEach(item, json_get(json_get(doc, "series"), name))
    {
        size_t len = strlen(text);
        if (cJSON_IsNull(item))
            snprintf(text + len, sizeof text - len, "null ");
        else
            snprintf(text + len, sizeof text - len, "%g ", item->valuedouble);
    }
    cJSON_Delete(doc);
    return text;
}

static void a_point_stands_every_five_seconds(void **state)
{
    (void)state;
    for (int i = 0; i < 21; i++) { /* 20 s in steps of one */
        read_gpu(i);
        history_sample(&history, &view);
        pass(1000);
    }
    assert_string_equal(series("gpuUtilization"), "0 5 10 15 20 ");
}

static void the_unknown_is_null_and_never_zero(void **state)
{
    (void)state;
    history_sample(&history, &view);
    pass(HISTORY_STEP_MS);
    read_gpu(42.25);
    history_sample(&history, &view);
    assert_string_equal(series("gpuUtilization"), "null 42.2 ");
    assert_string_equal(series("memoryUtilization"), "null null ");
    assert_string_equal(series("activeJobs"), "null null ");
    assert_string_equal(series("usedStorageGb"), "null null ");
    assert_string_equal(series("headAgeMs"), "null null ");
}

static void a_stale_source_leaves_a_gap(void **state)
{
    (void)state;
    read_gpu(1);
    for (int i = 0; i < 6; i++) {
        if (i == 5)
            read_gpu(2);
        history_sample(&history, &view);
        pass(HISTORY_STEP_MS);
    }
    /* staleAfterMs is 15000 */
    assert_string_equal(series("gpuUtilization"), "1 1 1 1 null 2 ");
}

static void time_in_which_nobody_sampled_is_a_gap(void **state)
{
    (void)state;
    read_gpu(1);
    history_sample(&history, &view);
    pass(22000);
    read_gpu(2);
    history_sample(&history, &view);
    assert_string_equal(series("gpuUtilization"), "1 null null null 2 ");
    cJSON *doc = rendered();
    const cJSON *times = json_get(doc, "times");
    assert_string_equal(cJSON_GetArrayItem(times, 0)->valuestring, "2026-01-02T03:05:00.000Z");
    assert_string_equal(cJSON_GetArrayItem(times, 3)->valuestring, "2026-01-02T03:05:15.000Z");
    cJSON_Delete(doc);
}

static void the_ring_keeps_the_last_fifteen_minutes(void **state)
{
    (void)state;
    for (int i = 0; i < HISTORY_POINTS + 10; i++) {
        read_gpu(i % 100);
        history_sample(&history, &view);
        pass(HISTORY_STEP_MS);
    }
    cJSON *doc = rendered();
    const cJSON *loads = json_get(json_get(doc, "series"), "gpuUtilization");
    assert_int_equal(cJSON_GetArraySize(json_get(doc, "times")), HISTORY_POINTS);
    assert_int_equal(cJSON_GetArraySize(loads), HISTORY_POINTS);
    assert_int_equal(cJSON_GetArrayItem(loads, 0)->valueint, 10);
    assert_int_equal(cJSON_GetArrayItem(loads, HISTORY_POINTS - 1)->valueint, 89);
    cJSON_Delete(doc);
}

/* However long the machine slept, its steps are not counted one by one. */
static void a_long_sleep_empties_the_ring_at_once(void **state)
{
    (void)state;
    read_gpu(1);
    history_sample(&history, &view);
    pass(INT64_C(300000000000000));
    read_gpu(2);
    history_sample(&history, &view);
    cJSON *doc = rendered();
    const cJSON *loads = json_get(json_get(doc, "series"), "gpuUtilization");
    assert_int_equal(cJSON_GetArraySize(loads), HISTORY_POINTS);
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(loads, 0)));
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(loads, HISTORY_POINTS - 2)));
    assert_int_equal(cJSON_GetArrayItem(loads, HISTORY_POINTS - 1)->valueint, 2);
    cJSON_Delete(doc);
    /* and the steps go on from there */
    pass(HISTORY_STEP_MS);
    read_gpu(3);
    history_sample(&history, &view);
    doc = rendered();
    loads = json_get(json_get(doc, "series"), "gpuUtilization");
    assert_int_equal(cJSON_GetArrayItem(loads, HISTORY_POINTS - 1)->valueint, 3);
    cJSON_Delete(doc);
}

/* The wall clock names moments; it does not space them. */
static void a_wall_clock_that_is_set_moves_no_point(void **state)
{
    (void)state;
    read_gpu(1);
    history_sample(&history, &view);
    view.wall_ms -= 3600000;
    history_sample(&history, &view);
    pass(HISTORY_STEP_MS);
    history_sample(&history, &view);
    assert_string_equal(series("gpuUtilization"), "1 1 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_point_stands_every_five_seconds),
        TEST(the_unknown_is_null_and_never_zero),
        TEST(a_stale_source_leaves_a_gap),
        TEST(time_in_which_nobody_sampled_is_a_gap),
        TEST(the_ring_keeps_the_last_fifteen_minutes),
        TEST(a_long_sleep_empties_the_ring_at_once),
        TEST(a_wall_clock_that_is_set_moves_no_point),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
