/* The mirror source over a real cache and a real job store; the mirror node is the test. */
#include "panel/sources.h"

#include "support_settings.h"
#include "support_stderr.h"
#include "support_store.h"

#include <sys/stat.h>

#define SERVER_SECONDS 1789999000 /* of the first message; before NOW_MS */

static struct folder folder;
static char jobs_folder[96], jobs_path[128], run_line[96], cache_line[128];
static struct settings settings;
static struct cache *cache;
static struct source source, jobs;
static struct buf page; /* of the mirror node, being written */

static void open_cache(void)
{
    struct buf problem = buf_make(BUF_NO_LIMIT);
    assert_int_equal(cache_open(folder.store, &problem, &cache), ERR_OK);
    buf_free(&problem);
    source.round.cache = jobs.round.cache = cache;
}

static void load_settings(const char *topic)
{
    load_good(&settings, ENVIRONMENT("ZG_NETWORK=galileo", run_line, cache_line, (char *)topic));
    source_init(&source, &source_rows[SOURCE_MIRROR], &settings);
    source_init(&jobs, &source_rows[SOURCE_JOBS], &settings);
}

static void drop_sources(void)
{
    source_free(&source);
    source_free(&jobs);
    settings_free(&settings);
}

static int set_up(void **state)
{
    (void)state;
    folder = folder_make();
    snprintf(run_line, sizeof run_line, "RUN=%s", folder.path);
    snprintf(cache_line, sizeof cache_line, "ZG_CACHE_DB=%s", folder.store);
    snprintf(jobs_folder, sizeof jobs_folder, "%s/jobs", folder.path);
    snprintf(jobs_path, sizeof jobs_path, "%s/jobs.db", jobs_folder);
    assert_int_equal(mkdir(jobs_folder, 0700), 0);
    load_settings("ZG_MIRROR_TOPIC=0.0.4210");
    open_cache();
    page = buf_make(BUF_NO_LIMIT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    struct folder inner;
    buf_free(&page);
    cache_close(cache);
    drop_sources();
    snprintf(inner.path, sizeof inner.path, "%.63s", jobs_folder);
    folder_remove(&inner);
    folder_remove(&folder);
    return 0;
}

/* --- the mirror node --- */

static void begin_page(void)
{
    buf_reset(&page);
    buf_puts(&page, "{\"messages\":[");
}

static void put_base64(const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t len = strlen(text), i = 0; i < len; i += 3) {
        unsigned bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < len ? (unsigned char)text[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_putc(&page, i + k > len ? '=' : digits[bits >> (18 - 6 * k) & 63]);
    }
}

static void put_chunk(unsigned number, const char *text, const char *chunk)
{
    buf_printf(&page, "%s{\"consensus_timestamp\":\"%u.000000001\",\"sequence_number\":%u,",
               page.data[page.len - 1] == '[' ? "" : ",", SERVER_SECONDS + number, number);
    buf_printf(&page, "\"chunk_info\":%s,\"message\":\"", chunk);
    put_base64(text);
    buf_puts(&page, "\"}");
}

static void put_message(unsigned number, const char *text)
{
    put_chunk(number, text, "null");
}

static void put_result(unsigned number, const char *id)
{
    char text[512];
    snprintf(text, sizeof text,
             "{\"type\":\"task_result\",\"sender\":\"agent-1\",\"task_id\":\"%s\",\"payload\":"
             "{\"task_id\":\"%s\",\"status\":\"completed\",\"duration_ms\":120,"
             "\"tokens_used\":640}}",
             id, id);
    put_message(number, text);
}

static void end_page(bool more)
{
    buf_printf(&page, "],\"links\":{\"next\":%s}}", more ? "\"http://elsewhere/\"" : "null");
}

/* --- rounds --- */

static enum err begin_round(struct source *s)
{
    struct round *round = &s->round;
    arena_reset(&round->work);
    arena_reset(&round->keep);
    round->value = NULL;
    round->progress = NULL;
    round->step = 0;
    round->count = 0;
    round->same = round->more = false;
    return s->row->plan(round);
}

static const char *asked(void)
{
    return strstr(source.round.exchanges[0].path, "timestamp=");
}

/* The page of the test as the answer of the step that was planned. */
static enum err answer(void)
{
    struct round *round = &source.round;
    round->exchanges[0].text = arena_strdup(&round->work, buf_str(&page));
    round->exchanges[0].text_len = page.len;
    round->more = false;
    return source.row->parse(round);
}

static enum err read_round(void)
{
    enum err err = begin_round(&source);
    return err ? err : answer();
}

static enum err next_step(void)
{
    assert_true(source.round.more);
    source.round.step++;
    source.round.count = 0;
    return source.row->plan(&source.round);
}

static const struct jobs_value *read_jobs(void)
{
    assert_int_equal(begin_round(&jobs), ERR_OK);
    assert_int_equal(jobs.row->parse(&jobs.round), ERR_OK);
    return jobs.round.value;
}

static int64_t cached(const char *where)
{
    char sql[256];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM jobs WHERE %s", where);
    return ask(folder.store, sql);
}

/* --- tests --- */

static void without_address_topic_or_file_it_is_off(void **state)
{
    (void)state;
    static const char local[] = "ZG_CHAIN_RPC=http://127.0.0.1:1";
    static const char serving[] = "ZG_SERVING_CONTRACT=0x0165878A594ca255338adfa4d48449f69242Eb8F";
    struct settings s;
    load_good(&s, ENVIRONMENT((char *)local, (char *)serving, "ZG_MIRROR_TOPIC=0.0.1"));
    assert_non_null(strstr(mirror_off(&s), "set ZG_MIRROR_URL"));
    settings_free(&s);
    load_good(&s, ENVIRONMENT("ZG_NETWORK=galileo"));
    assert_non_null(strstr(mirror_off(&s), "set ZG_MIRROR_TOPIC"));
    settings_free(&s);
    load_good(&s, ENVIRONMENT("ZG_NETWORK=galileo", "ZG_MIRROR_TOPIC=0.0.1"));
    assert_non_null(strstr(mirror_off(&s), "set ZG_CACHE_DB"));
    settings_free(&s);
    load_good(&s, ENVIRONMENT("ZG_NETWORK=galileo", "ZG_MIRROR_TOPIC=0.0.1", cache_line));
    assert_non_null(strstr(mirror_off(&s), "set RUN"));
    assert_null(mirror_store(&s));
    settings_free(&s);
    assert_null(source.off);
    assert_string_equal(mirror_store(&settings), folder.store);
    assert_string_equal(source.row->endpoint(&settings)->shown,
                        "https://testnet.mirrornode.hedera.com");
}

static void a_task_result_is_a_job(void **state)
{
    (void)state;
    begin_page();
    put_message(1, "{\"type\":\"task_result\",\"sender\":\"agent-1\",\"task_id\":\"t\","
                   "\"timestamp\":\"2026-09-21T12:00:00.5Z\",\"payload\":{\"task_id\":\"t\","
                   "\"status\":\"failed\",\"duration_ms\":120,\"tokens_used\":640,"
                   "\"error\":\"out of credit\"}}");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    assert_string_equal(asked(), "timestamp=gt:0.000000000");
    const struct jobs_value *v = read_jobs();
    assert_true(v->exists);
    assert_int_equal(v->count, 1);
    const struct job *job = &v->jobs[0];
    assert_string_equal(job->id, "t");
    assert_string_equal(job->model, JOB_MODEL_UNKNOWN);
    assert_string_equal(job->agent_id, "agent-1");
    assert_string_equal(job->error, "out of credit");
    assert_int_equal(job->status, JOB_FAILED);
    assert_number(job->total_tokens, 640);
    assert_number(job->latency_ms, 120);
    assert_false(job->input_tokens.known || job->output_tokens.known || job->started_ms.known);
    assert_number(job->ended_ms, 1789992000500);
    assert_int_equal(job->updated_ms, (SERVER_SECONDS + 1) * INT64_C(1000));
    assert_int_equal(job->proof, PROOF_REPORTED);
}

static void what_is_none_is_passed_over_and_hostile_text_is_inert(void **state)
{
    (void)state;
    static const char *const passed[] = {
        "",
        "no JSON",
        "[]",
        "{\"type\":\"task_assignment\",\"payload\":{\"task_id\":\"x\",\"status\":\"completed\"}}",
        "{\"type\":\"task_result\"}",
        "{\"type\":\"task_result\",\"payload\":{\"task_id\":7,\"status\":\"completed\"}}",
        "{\"type\":\"task_result\",\"payload\":{\"task_id\":\"x\",\"status\":\"great\"}}",
        "{\"type\":\"task_result\",\"payload\":{\"task_id\":\"\",\"status\":\"completed\"}}",
        "{\"type\":\"task_result\",\"payload\":{\"task_id\":\"a\\nb\",\"status\":\"completed\"}}",
        "{\"type\":\"task_result\",\"payload\":{\"task_id\":\"\xff\",\"status\":\"completed\"}}",
    };
    enum { ODD = 6 }; /* task results all the same: those from the fifth on */
    struct kept_stderr kept = stderr_keep();
    begin_page();
    for (unsigned i = 0; i < COUNT(passed); i++)
        put_message(i + 1, passed[i]);
    buf_printf(&page,
               ",{\"consensus_timestamp\":\"%u.5%08d\",\"sequence_number\":%zu,"
               "\"message\":\"!\"}",
               SERVER_SECONDS + (unsigned)COUNT(passed), 0, COUNT(passed) + 1);
    put_message(20, "{\"type\":\"task_result\",\"sender\":\" <b>\\u0007a\\n\","
                    "\"task_id\":\"'; DROP TABLE jobs; --\",\"timestamp\":"
                    "\"9999-01-01T00:00:00Z\",\"payload\":{\"status\":\"completed\","
                    "\"duration_ms\":-1,\"tokens_used\":1e300,\"error\":\"\"}}");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    struct buf said = stderr_kept(&kept);
    stderr_restore(&kept);
    char expected[64];
    snprintf(expected, sizeof expected,
             "\"event\":\"task_results_not_understood\",\"count\":\"%d\"", ODD);
    if (!strstr(buf_str(&said), expected) || strstr(buf_str(&said), "great"))
        fail_msg("%s", buf_str(&said));
    buf_free(&said);
    const struct jobs_value *v = read_jobs();
    assert_int_equal(v->count, 1);
    assert_string_equal(v->jobs[0].id, "'; DROP TABLE jobs; --");
    assert_string_equal(v->jobs[0].agent_id, "<b>a");
    assert_null(v->jobs[0].error);
    assert_false(v->jobs[0].latency_ms.known || v->jobs[0].total_tokens.known);
    assert_int_equal(v->jobs[0].timestamp_ms, (SERVER_SECONDS + 20) * INT64_C(1000));
}

static void it_goes_on_behind_the_last_message_after_a_restart_too(void **state)
{
    (void)state;
    begin_page();
    put_result(1, "a");
    put_result(2, "b");
    end_page(true);
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(next_step(), ERR_OK);
    assert_string_equal(asked(), "timestamp=gt:1789999002.000000001");
    assert_true(source.round.exchanges[0].optional);

    cache_close(cache); /* another run, before the second page came */
    open_cache();
    begin_page();
    put_result(3, "c");
    end_page(false);
    assert_int_equal(begin_round(&source), ERR_OK);
    assert_string_equal(asked(), "timestamp=gt:1789999002.000000001");
    assert_false(source.round.exchanges[0].optional);
    assert_int_equal(answer(), ERR_OK);
    assert_false(source.round.more);
    const struct mirror_value *v = source.round.value;
    assert_int_equal(v->sequence, 3);
    assert_true(v->complete);
    assert_int_equal(read_jobs()->completed, 3);
}

static void a_round_reads_a_bounded_number_of_pages(void **state)
{
    (void)state;
    size_t pages = 0;
    assert_int_equal(begin_round(&source), ERR_OK);
    do {
        char id[16];
        snprintf(id, sizeof id, "%zu", pages);
        begin_page();
        put_result((unsigned)++pages, id);
        end_page(true);
        assert_int_equal(answer(), ERR_OK);
    } while (source.round.more && next_step() == ERR_OK);
    assert_int_equal(pages, 8);
    assert_false(((const struct mirror_value *)source.round.value)->complete);
}

static void a_further_page_that_does_not_come_is_no_failure(void **state)
{
    (void)state;
    begin_page();
    put_result(1, "a");
    end_page(true);
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(next_step(), ERR_OK);
    source.round.exchanges[0].err = ERR_RATE_LIMITED;
    source.round.more = false;
    assert_int_equal(source.row->parse(&source.round), ERR_OK);
    assert_false(source.round.more);
    assert_int_equal(cached("1"), 1);
}

static void deleting_the_cache_at_any_time_only_reads_the_topic_again(void **state)
{
    (void)state;
    char name[PATH_MAX];
    begin_page();
    put_result(1, "a");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    begin_page();
    put_result(2, "b");
    end_page(false);
    assert_int_equal(begin_round(&source), ERR_OK);
    unlink(folder.store); /* while the request is under way */
    unlink(beside(&folder, "jobs.db-wal", name));
    unlink(beside(&folder, "jobs.db-shm", name));
    assert_int_equal(answer(), ERR_OK);
    assert_int_equal(next_step(), ERR_OK);
    assert_string_equal(asked(), "timestamp=gt:0.000000000");
    begin_page();
    put_result(1, "a");
    put_result(2, "b");
    end_page(false);
    assert_int_equal(answer(), ERR_OK);
    assert_int_equal(cached("1"), 2);
}

static void a_topic_that_began_anew_or_another_one_replaces_the_jobs(void **state)
{
    (void)state;
    begin_page();
    put_result(7, "old");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);

    begin_page(); /* later by time, and yet the second message of its topic */
    buf_printf(&page, "{\"consensus_timestamp\":\"1799999000.000000000\",\"sequence_number\":2,"
                      "\"message\":\"\"}");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(next_step(), ERR_OK);
    assert_string_equal(asked(), "timestamp=gt:0.000000000");
    begin_page();
    put_result(1, "new");
    end_page(false);
    assert_int_equal(answer(), ERR_OK);
    assert_int_equal(cached("id = 'new'"), 1);
    assert_int_equal(cached("1"), 1);

    drop_sources();
    load_settings("ZG_MIRROR_TOPIC=0.0.4211");
    source.round.cache = jobs.round.cache = cache;
    begin_page();
    put_result(5, "other");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    assert_non_null(strstr(source.round.exchanges[0].path, "/0.0.4211/"));
    assert_string_equal(asked(), "timestamp=gt:0.000000000");
    assert_int_equal(cached("id = 'other'"), 1);
    assert_int_equal(cached("1"), 1);
}

#define CHUNK(number)                                                                              \
    "{\"number\":" number ",\"total\":2,\"initial_transaction_id\":"                               \
    "{\"account_id\":\"0.0.1\",\"transaction_valid_start\":\"1.1\"}}"
#define HALF  "{\"type\":\"task_result\",\"payload\":{\"task_id\":"
#define OTHER "\"halves\",\"status\":\"completed\"}}"

static void a_message_whose_chunks_are_not_all_there_is_waited_for(void **state)
{
    (void)state;
    begin_page();
    put_result(1, "a");
    put_chunk(2, HALF, CHUNK("1"));
    put_result(3, "c");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(cached("1"), 2); /* the one behind it is not kept waiting */

    for (int i = 0; i < 2; i++) {
        begin_page();
        put_chunk(2, HALF, CHUNK("1"));
        put_result(3, "c");
        if (i == 1)
            put_chunk(4, OTHER, CHUNK("2"));
        end_page(false);
        assert_int_equal(read_round(), ERR_OK);
        assert_string_equal(asked(), "timestamp=gt:1789999001.000000001");
    }
    assert_int_equal(cached("id = 'halves' AND updated_ms = 1789999004000"), 1);
    assert_int_equal(cached("1"), 3);
    assert_int_equal(begin_round(&source), ERR_OK);
    assert_string_equal(asked(), "timestamp=gt:1789999004.000000001");
}

static void a_message_that_is_never_complete_does_not_hold_up_the_topic(void **state)
{
    (void)state;
    begin_page();
    put_chunk(1, HALF, CHUNK("1"));
    put_result(2, "b");
    end_page(true);
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(next_step(), ERR_OK);
    assert_string_equal(asked(), "timestamp=gt:1789999002.000000001");
}

static void what_is_no_page_is_a_failure_and_moves_nothing(void **state)
{
    (void)state;
    begin_page();
    put_result(3, "c");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(read_round(), ERR_BAD_FORMAT); /* the same again: not behind what was asked */
    buf_reset(&page);
    buf_puts(&page, "<html>");
    assert_int_equal(read_round(), ERR_NOT_JSON);
    buf_reset(&page);
    buf_puts(&page, "{\"messages\":7}");
    assert_int_equal(read_round(), ERR_BAD_FORMAT);
    assert_int_equal(begin_round(&source), ERR_OK);
    assert_string_equal(asked(), "timestamp=gt:1789999003.000000001");
}

static void a_job_in_both_counts_once_as_recorded(void **state)
{
    (void)state;
    struct store_writer *writer = open_writer(jobs_path);
    const struct job before = {.id = "before", .model = "m", .status = JOB_COMPLETED};
    const struct job later = {.id = "later", .model = "m", .status = JOB_COMPLETED};
    put_at(writer, &before, NOW_MS);
    begin_page();
    put_result(1, "before");
    put_result(2, "later");
    put_result(3, "only");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    const struct jobs_value *v = read_jobs();
    assert_int_equal(v->completed, 3);
    assert_int_equal(v->count, 3);
    assert_int_equal(cached("1"), 2);

    put_at(writer, &later, NOW_MS);
    v = read_jobs();
    assert_int_equal(v->completed, 3);
    assert_int_equal(v->count, 3);
    assert_int_equal(cached("1"), 1);
    assert_string_equal(v->jobs[0].model, "m");
    store_writer_close(writer);
}

static void what_was_recorded_while_nobody_looked_is_taken_out(void **state)
{
    (void)state;
    struct store_writer *writer = open_writer(jobs_path);
    const struct job first = {.id = "first", .status = JOB_COMPLETED};
    const struct job second = {.id = "second", .status = JOB_COMPLETED};
    put_at(writer, &first, NOW_MS);
    begin_page();
    put_result(1, "second");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(read_jobs()->completed, 2);

    drop_sources(); /* the program ends, the job is recorded, the program starts */
    put_at(writer, &second, NOW_MS);
    load_settings("ZG_MIRROR_TOPIC=0.0.4210");
    source.round.cache = jobs.round.cache = cache;
    assert_int_equal(read_jobs()->completed, 2);
    assert_int_equal(cached("1"), 0);
    store_writer_close(writer);
}

static void an_older_copy_of_the_job_store_brings_the_topic_s_jobs_back(void **state)
{
    (void)state;
    struct store_writer *writer = open_writer(jobs_path);
    const struct job both = {.id = "both", .status = JOB_COMPLETED};
    put_at(writer, &both, NOW_MS);
    assert_int_equal(read_jobs()->completed, 1);
    begin_page();
    put_result(1, "both");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(cached("1"), 0);
    store_writer_close(writer);

    char name[160];
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        snprintf(name, sizeof name, "%s%s", jobs_path, suffixes[i]);
        unlink(name);
    }
    assert_false(read_jobs()->exists);
    assert_int_equal(begin_round(&source), ERR_OK);
    assert_string_equal(asked(), "timestamp=gt:0.000000000");
    assert_int_equal(answer(), ERR_OK);
    assert_int_equal(read_jobs()->completed, 1);
}

static void a_cache_that_is_gone_is_noticed_at_once(void **state)
{
    (void)state;
    char name[PATH_MAX];
    const struct job own = {.id = "own", .status = JOB_COMPLETED};
    struct store_writer *writer = open_writer(jobs_path);
    put_at(writer, &own, NOW_MS);
    begin_page();
    put_result(1, "a");
    end_page(false);
    assert_int_equal(read_round(), ERR_OK);
    assert_int_equal(read_jobs()->completed, 2);
    /* As if kept: what it says is current until something changes. */
    struct jobs_value kept = *(const struct jobs_value *)jobs.round.value;
    jobs.value = &kept;
    read_jobs(); /* sees what the first reading wrote to the cache by itself */
    assert_null(read_jobs());
    unlink(folder.store);
    unlink(beside(&folder, "jobs.db-wal", name));
    unlink(beside(&folder, "jobs.db-shm", name));
    assert_int_equal(read_jobs()->completed, 1);
    jobs.value = NULL;
    store_writer_close(writer);
}

static void without_a_cache_it_fails_and_the_jobs_do_not(void **state)
{
    (void)state;
    char text[REASON_BYTES];
    const struct job own = {.id = "own", .status = JOB_COMPLETED};
    struct store_writer *writer = open_writer(jobs_path);
    put_at(writer, &own, NOW_MS);
    source.round.cache = jobs.round.cache = NULL;
    assert_int_equal(begin_round(&source), ERR_SYSTEM);
    source.err = ERR_SYSTEM;
    assert_non_null(strstr(source_reason(&source, text), "the file in ZG_CACHE_DB"));
    assert_int_equal(read_jobs()->completed, 1);
    store_writer_close(writer);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_address_topic_or_file_it_is_off),
        TEST(a_task_result_is_a_job),
        TEST(what_is_none_is_passed_over_and_hostile_text_is_inert),
        TEST(it_goes_on_behind_the_last_message_after_a_restart_too),
        TEST(a_round_reads_a_bounded_number_of_pages),
        TEST(a_further_page_that_does_not_come_is_no_failure),
        TEST(deleting_the_cache_at_any_time_only_reads_the_topic_again),
        TEST(a_topic_that_began_anew_or_another_one_replaces_the_jobs),
        TEST(a_message_whose_chunks_are_not_all_there_is_waited_for),
        TEST(a_message_that_is_never_complete_does_not_hold_up_the_topic),
        TEST(what_is_no_page_is_a_failure_and_moves_nothing),
        TEST(a_job_in_both_counts_once_as_recorded),
        TEST(what_was_recorded_while_nobody_looked_is_taken_out),
        TEST(an_older_copy_of_the_job_store_brings_the_topic_s_jobs_back),
        TEST(a_cache_that_is_gone_is_noticed_at_once),
        TEST(without_a_cache_it_fails_and_the_jobs_do_not),
    };
    return cmocka_run_group_tests_name("source_mirror", tests, NULL, NULL);
}
