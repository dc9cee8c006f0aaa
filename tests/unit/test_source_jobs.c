/* The jobs source and the pages, over a store in the states in which its writer leaves it. */
#include "panel/sources.h"

#include "support_settings.h"
#include "support_store.h"

#include "base/clock.h"
#include "panel/job_pages.h"
#include "panel/job_view.h"
#include <sys/stat.h>

static struct folder folder;
static char jobs_folder[96], path[128], run_line[96];
static struct settings settings;
static struct source source;

static int set_up(void **state)
{
    (void)state;
    folder = folder_make();
    snprintf(run_line, sizeof run_line, "RUN=%s", folder.path);
    snprintf(jobs_folder, sizeof jobs_folder, "%s/jobs", folder.path);
    snprintf(path, sizeof path, "%s/jobs.db", jobs_folder);
    assert_int_equal(mkdir(jobs_folder, 0700), 0);
    load_good(&settings, ENVIRONMENT("ZG_NETWORK=galileo", run_line));
    source_init(&source, &source_rows[SOURCE_JOBS], &settings);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    struct folder jobs;
    source_free(&source);
    settings_free(&settings);
    snprintf(jobs.path, sizeof jobs.path, "%.63s", jobs_folder);
    folder_remove(&jobs);
    folder_remove(&folder);
    return 0;
}

/* A round as the poller runs it. */
static enum err read_round(void)
{
    struct round *round = &source.round;
    round->value = NULL;
    round->same = false;
    enum err err = source.row->plan(round);
    if (!err)
        err = source.row->parse(round);
    if (!err && !round->same) {
        struct arena before = source.keep;
        source.keep = round->keep;
        round->keep = before;
        source.value = round->value;
    }
    source.err = err;
    arena_reset(&round->keep);
    return err;
}

static const struct jobs_value *value(void)
{
    return source.value;
}

static cJSON *render(void)
{
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&text);
    cJSON *doc;
    json_open_object(&w, NULL);
    jobs_put_figures(&w, &source);
    jobs_render(&w, &source);
    jobs_put_next(&w, &source);
    json_close_object(&w);
    assert_int_equal(json_parse(text.data, text.len, text.len, &doc), ERR_OK);
    buf_free(&text);
    return doc;
}

static void without_a_folder_it_is_off(void **state)
{
    (void)state;
    struct settings bare;
    load_good(&bare, ENVIRONMENT("ZG_NETWORK=galileo"));
    assert_non_null(strstr(source_rows[SOURCE_JOBS].off(&bare), "set RUN"));
    assert_null(source_rows[SOURCE_JOBS].off(&settings));
    settings_free(&bare);
}

static void a_store_that_was_never_made_is_unknown_and_no_failure(void **state)
{
    (void)state;
    assert_int_equal(read_round(), ERR_OK);
    assert_false(value()->exists);
    cJSON *doc = render();
    static const char *const unknown[] = {"activeJobs", "avgLatencyMs", "totalInferences",
                                          "totalSince", "recent",       "next"};
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_true(cJSON_IsNull(json_get(doc, unknown[i])));
    assert_int_equal(cJSON_GetArraySize(json_get(doc, "jobs")), 0);
    cJSON_Delete(doc);
}

static void it_follows_the_writer_through_its_life(void **state)
{
    (void)state;
    const struct job running = {.id = "a", .model = "m", .status = JOB_RUNNING};
    const struct job done = {.id = "a", .status = JOB_COMPLETED, .latency_ms = known(120)};
    assert_int_equal(read_round(), ERR_OK);

    struct store_writer *writer = open_writer(path);
    put_at(writer, &running, clock_wall_ms());
    assert_int_equal(read_round(), ERR_OK);
    assert_true(value()->exists);
    assert_int_equal(value()->active, 1);
    assert_false(value()->last_completed_ms.known);
    assert_int_equal(value()->count, 1);

    put_at(writer, &done, clock_wall_ms());
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(value()->active, 0);
    assert_int_equal(value()->completed, 1);
    assert_number(value()->mean_latency_ms, 120);
    assert_true(value()->last_completed_ms.known);

    store_writer_close(writer);
    source.err = ERR_SYSTEM; /* as after a failure: read again whatever changed */
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(value()->completed, 1);
}

static void what_did_not_change_is_not_read_again(void **state)
{
    (void)state;
    const struct job done = {.id = "a", .status = JOB_COMPLETED};
    struct store_writer *writer = open_writer(path);
    put_at(writer, &done, clock_wall_ms());
    assert_int_equal(read_round(), ERR_OK);
    assert_false(source.round.same);
    const void *before = source.value;
    assert_int_equal(read_round(), ERR_OK);
    assert_true(source.round.same);
    assert_ptr_equal(source.value, before);

    ((struct jobs_value *)source.value)->read_ms -= 6000;
    assert_int_equal(read_round(), ERR_OK);
    assert_false(source.round.same);
    store_writer_close(writer);
}

static void a_file_that_is_no_store_says_what_to_do(void **state)
{
    (void)state;
    char text[REASON_BYTES];
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 100; i++)
        fputs("this is not a database, whatever its name says. ", file);
    fclose(file);
    assert_int_equal(read_round(), ERR_BAD_FORMAT);
    assert_non_null(strstr(source_reason(&source, text), "(jobs.db)"));
    assert_non_null(strstr(text, "restore it from a backup"));
}

static void a_lost_job_is_shown_as_failed(void **state)
{
    (void)state;
    const struct job job = {.id = "a",
                            .status = JOB_RUNNING,
                            .timestamp_ms = NOW_MS,
                            .updated_ms = NOW_MS,
                            .proof = PROOF_REPORTED};
    static const struct {
        int64_t later_ms;
        const char *status;
    } moments[] = {{JOB_LOST_MS - 1000, "running"}, {JOB_LOST_MS + 1000, "failed"}};
    for (size_t i = 0; i < COUNT(moments); i++) {
        struct buf text = buf_make(BUF_NO_LIMIT);
        struct json_writer w = json_writer_make(&text);
        json_open_object(&w, NULL);
        put_jobs(&w, &job, 1, NOW_MS + moments[i].later_ms);
        json_close_object(&w);
        cJSON *doc;
        assert_int_equal(json_parse(text.data, text.len, text.len, &doc), ERR_OK);
        const cJSON *shown = json_get(doc, "jobs")->child;
        assert_string_equal(json_get_str(shown, "status"), moments[i].status);
        assert_string_equal(json_get_str(shown, "model"), "unknown");
        assert_string_equal(json_get_str(shown, "proof"), "reported");
        cJSON_Delete(doc);
        buf_free(&text);
    }
}

static void the_first_page_is_the_snapshot_s(void **state)
{
    (void)state;
    static const char *const first[] = {"", "limit=30", "other=1", "limit="};
    static const char *const others[] = {"limit=5", "before=0x00", "limit=30&before=0x00",
                                         "limit=0", "limit=-1",    "limit=1000000000000",
                                         "limit=3x"};
    for (size_t i = 0; i < COUNT(first); i++)
        assert_true(job_pages_is_first(first[i]));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(job_pages_is_first(others[i]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_folder_it_is_off),
        TEST(a_store_that_was_never_made_is_unknown_and_no_failure),
        TEST(it_follows_the_writer_through_its_life),
        TEST(what_did_not_change_is_not_read_again),
        TEST(a_file_that_is_no_store_says_what_to_do),
        TEST(a_lost_job_is_shown_as_failed),
        TEST(the_first_page_is_the_snapshot_s),
    };
    return cmocka_run_group_tests_name("source_jobs", tests, NULL, NULL);
}
