#include "base/log.h"

#include "support.h"
#include "support_stderr.h"

#include "base/json.h"
#include <pthread.h>

static struct buf captured(void (*act)(void))
{
    struct kept_stderr kept = stderr_keep();
    act();
    struct buf text = stderr_kept(&kept);
    stderr_restore(&kept);
    return text;
}

static cJSON *parse_line(const char *line, size_t len)
{
    cJSON *doc;
    assert_int_equal(json_parse(line, len, len, &doc), ERR_OK);
    return doc;
}

static void write_one(void)
{
    log_event(LOG_WARN, "source_failed", "source", "chain", "reason", "no answer", NULL);
}

static void an_event_is_one_line_of_json(void **state)
{
    (void)state;
    log_open("tester");
    struct buf text = captured(write_one);
    assert_int_equal(strcspn(buf_str(&text), "\n"), text.len - 1);
    cJSON *doc = parse_line(text.data, text.len);
    assert_string_equal(json_get_str(doc, "level"), "warn");
    assert_string_equal(json_get_str(doc, "program"), "tester");
    assert_string_equal(json_get_str(doc, "event"), "source_failed");
    assert_string_equal(json_get_str(doc, "source"), "chain");
    assert_string_equal(json_get_str(doc, "reason"), "no answer");
    assert_int_equal(strlen(json_get_str(doc, "t")), strlen("2026-01-02T03:04:05.678Z"));
    assert_int_equal(cJSON_GetArraySize(doc), 6);
    cJSON_Delete(doc);
    buf_free(&text);
}

static const char hostile[] = "\"}\n{\"level\":\"error\"}\r\n\x1b[2J\xff</script>\xe2\x80\xa8";

static void write_hostile(void)
{
    log_event(LOG_INFO, "seen", "value", hostile, NULL);
}

static void a_hostile_value_stays_one_string(void **state)
{
    (void)state;
    struct buf text = captured(write_hostile);
    assert_int_equal(strcspn(buf_str(&text), "\n"), text.len - 1);
    for (size_t i = 0; i < text.len - 1; i++)
        assert_true((unsigned char)text.data[i] >= 0x20 && text.data[i] != '<');
    cJSON *doc = parse_line(text.data, text.len);
    assert_string_equal(json_get_str(doc, "level"), "info");
    assert_memory_equal(json_get_str(doc, "value"), hostile, 24);
    cJSON_Delete(doc);
    buf_free(&text);
}

static void write_with_null_value(void)
{
    log_event(LOG_ERROR, "seen", "first", "1", "second", NULL, "third", "3", NULL);
}

static void a_null_value_ends_the_list(void **state)
{
    (void)state;
    struct buf text = captured(write_with_null_value);
    cJSON *doc = parse_line(text.data, text.len);
    assert_string_equal(json_get_str(doc, "level"), "error");
    assert_string_equal(json_get_str(doc, "first"), "1");
    assert_null(json_get(doc, "second"));
    assert_null(json_get(doc, "third"));
    cJSON_Delete(doc);
    buf_free(&text);
}

static void write_too_long(void)
{
    char value[10000];
    memset(value, 'x', sizeof value);
    value[sizeof value - 1] = '\0';
    log_event(LOG_INFO, "long", "value", value, NULL);
    log_event(LOG_INFO, "short", NULL);
}

static void a_line_that_is_too_long_is_never_written_broken(void **state)
{
    (void)state;
    struct buf text = captured(write_too_long);
    cJSON *doc = parse_line(text.data, text.len); /* one line: the second */
    assert_string_equal(json_get_str(doc, "event"), "short");
    cJSON_Delete(doc);
    buf_free(&text);
}

enum { THREADS = 8, LINES = 200 };

static void *write_many(void *user)
{
    (void)user;
    char value[512];
    memset(value, 'y', sizeof value);
    value[sizeof value - 1] = '\0';
    for (int i = 0; i < LINES; i++)
        log_event(LOG_INFO, "many", "value", value, NULL);
    return NULL;
}

static void write_from_threads(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void lines_of_threads_do_not_mix(void **state)
{
    (void)state;
    struct buf text = captured(write_from_threads);
    int lines = 0;
    for (const char *line = buf_str(&text); *line; lines++) {
        size_t len = strcspn(line, "\n");
        cJSON_Delete(parse_line(line, len));
        line += len + 1;
    }
    assert_int_equal(lines, THREADS * LINES);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_one_line_of_json),
        cmocka_unit_test(a_hostile_value_stays_one_string),
        cmocka_unit_test(a_null_value_ends_the_list),
        cmocka_unit_test(a_line_that_is_too_long_is_never_written_broken),
        cmocka_unit_test(lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
