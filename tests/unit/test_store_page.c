#include "store/cursor.h"

#include "support_store.h"

struct two_stores {
    struct folder first, second;
    struct store_writer *writers[2];
    struct store_reader *readers[2];
    struct arena arena;
};

static struct two_stores open_two(void)
{
    struct two_stores s = {.first = folder_make(), .second = folder_make(), .arena = arena_make(0)};
    s.writers[0] = open_writer(s.first.store);
    s.writers[1] = open_writer(s.second.store);
    s.readers[0] = store_reader_new(s.first.store, STORE_JOBS);
    s.readers[1] = store_reader_new(s.second.store, STORE_JOBS);
    return s;
}

static void close_two(struct two_stores *s)
{
    for (int i = 0; i < 2; i++) {
        store_writer_close(s->writers[i]);
        store_reader_free(s->readers[i]);
    }
    folder_remove(&s->first);
    folder_remove(&s->second);
    arena_free(&s->arena);
}

static void put_numbered(struct store_writer *writer, int number, int64_t timestamp_ms,
                         const char *model)
{
    char id[16];
    snprintf(id, sizeof id, "job-%04d", number);
    const struct job job = {
        .id = id, .model = model, .status = JOB_RUNNING, .started_ms = known(timestamp_ms)};
    assert_int_equal(put_job(writer, &job), JOB_INSERTED);
}

/* Reads all pages: every job once, in order. Returns how many there are. */
static size_t read_all(struct two_stores *s, size_t stores, size_t limit, bool seen[], size_t ids)
{
    struct job_page page = {0};
    struct job last = {0};
    size_t total = 0;
    memset(seen, 0, ids * sizeof *seen);
    do {
        assert_int_equal(store_read_page(s->readers, stores, page.next, limit, &s->arena, &page),
                         ERR_OK);
        assert_true(page.count <= limit);
        if (page.next)
            assert_int_equal(page.count, limit);
        for (size_t i = 0; i < page.count; i++) {
            const struct job *job = &page.jobs[i];
            size_t number = strtoul(job->id + 4, NULL, 10);
            assert_true(number < ids && !seen[number]);
            seen[number] = true;
            if (total++ > 0) {
                assert_true(job->timestamp_ms <= last.timestamp_ms);
                if (job->timestamp_ms == last.timestamp_ms)
                    assert_true(strcmp(job->id, last.id) < 0);
            }
            last = *job;
        }
    } while (page.next);
    return total;
}

static void pages_lack_and_repeat_nothing(void **state)
{
    (void)state;
    enum { JOBS = 120 };
    bool seen[JOBS];
    struct two_stores s = open_two();
    for (int i = 0; i < JOBS; i++) /* few moments, many jobs in each */
        put_numbered(s.writers[0], i * 7 % JOBS, 1000 + i % 4, NULL);
    for (size_t limit = 1; limit <= PAGE_MAX_JOBS; limit += limit < 10 ? 1 : 10)
        assert_int_equal(read_all(&s, 1, limit, seen, JOBS), JOBS);
    close_two(&s);
}

static void the_last_full_page_knows_that_it_is_the_last(void **state)
{
    (void)state;
    struct two_stores s = open_two();
    struct job_page page;
    assert_int_equal(store_read_page(s.readers, 1, NULL, 5, &s.arena, &page), ERR_OK);
    assert_int_equal(page.count, 0);
    assert_null(page.next);
    for (int i = 0; i < 5; i++)
        put_numbered(s.writers[0], i, 1000, NULL);
    assert_int_equal(store_read_page(s.readers, 1, NULL, 5, &s.arena, &page), ERR_OK);
    assert_int_equal(page.count, 5);
    assert_null(page.next);
    put_numbered(s.writers[0], 5, 999, NULL);
    assert_int_equal(store_read_page(s.readers, 1, NULL, 5, &s.arena, &page), ERR_OK);
    assert_non_null(page.next);
    close_two(&s);
}

static void a_page_stays_where_it_is_while_new_jobs_come(void **state)
{
    (void)state;
    struct two_stores s = open_two();
    struct job_page first, second, again;
    for (int i = 0; i < 20; i++)
        put_numbered(s.writers[0], i, 1000 + i, NULL);
    assert_int_equal(store_read_page(s.readers, 1, NULL, 10, &s.arena, &first), ERR_OK);
    assert_int_equal(store_read_page(s.readers, 1, first.next, 10, &s.arena, &second), ERR_OK);
    for (int i = 20; i < 40; i++)
        put_numbered(s.writers[0], i, 1000 + i, NULL);
    assert_int_equal(store_read_page(s.readers, 1, first.next, 10, &s.arena, &again), ERR_OK);
    assert_int_equal(again.count, second.count);
    for (size_t i = 0; i < again.count; i++)
        assert_string_equal(again.jobs[i].id, second.jobs[i].id);
    close_two(&s);
}

static void two_stores_read_as_one(void **state)
{
    (void)state;
    enum { JOBS = 150 };
    bool seen[JOBS];
    struct two_stores s = open_two();
    for (int i = 0; i < JOBS; i++) {
        int64_t timestamp_ms = 1000 + i * 13 % 10;
        if (i % 3 != 0)
            put_numbered(s.writers[0], i, timestamp_ms, "first");
        if (i % 3 != 1) /* a third is in both, most of them at another moment */
            put_numbered(s.writers[1], i, timestamp_ms + i % 4, "second");
    }
    for (size_t limit = 1; limit <= PAGE_MAX_JOBS; limit += 9)
        assert_int_equal(read_all(&s, 2, limit, seen, JOBS), JOBS);

    struct job_page page = {0};
    do {
        assert_int_equal(store_read_page(s.readers, 2, page.next, 30, &s.arena, &page), ERR_OK);
        for (size_t i = 0; i < page.count; i++) {
            bool only_second = strtoul(page.jobs[i].id + 4, NULL, 10) % 3 == 0;
            assert_string_equal(page.jobs[i].model, only_second ? "second" : "first");
        }
    } while (page.next);
    close_two(&s);
}

static void a_store_that_is_not_there_is_empty(void **state)
{
    (void)state;
    struct two_stores s = open_two();
    struct folder nowhere = folder_make();
    struct store_reader *none = store_reader_new(nowhere.store, STORE_JOBS);
    struct job_page page;
    put_numbered(s.writers[0], 1, 1000, NULL);
    struct store_reader *const orders[][2] = {{s.readers[0], none}, {none, s.readers[0]}};
    for (size_t i = 0; i < COUNT(orders); i++) {
        assert_int_equal(store_read_page(orders[i], 2, NULL, 10, &s.arena, &page), ERR_OK);
        assert_int_equal(page.count, 1);
    }
    assert_int_equal(store_read_page(&none, 1, NULL, 10, &s.arena, &page), ERR_NOT_FOUND);
    assert_int_equal(page.count, 0);
    store_reader_free(none);
    close_two(&s);
    folder_remove(&nowhere);
}

/* Jobs must not go missing in silence. */
static void a_damaged_store_fails_the_page_and_harms_not_the_other(void **state)
{
    (void)state;
    struct two_stores s = open_two();
    struct folder damaged = folder_make();
    struct job_page page;
    FILE *file = fopen(damaged.store, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no database ", file);
    fclose(file);
    struct store_reader *broken = store_reader_new(damaged.store, STORE_JOBS);
    struct store_reader *const both[] = {s.readers[0], broken};
    put_numbered(s.writers[0], 1, 1000, NULL);
    for (int i = 0; i < 5; i++)
        assert_int_equal(store_read_page(both, 2, NULL, 10, &s.arena, &page), ERR_BAD_FORMAT);
    assert_int_equal(store_read_page(s.readers, 1, NULL, 10, &s.arena, &page), ERR_OK);
    assert_int_equal(page.count, 1);
    store_reader_free(broken);
    close_two(&s);
    folder_remove(&damaged);
}

static void limits_are_checked(void **state)
{
    (void)state;
    struct two_stores s = open_two();
    struct job_page page;
    struct arena *a = &s.arena;
    assert_int_equal(store_read_page(s.readers, 1, NULL, 0, a, &page), ERR_BAD_LENGTH);
    assert_int_equal(store_read_page(s.readers, 1, NULL, 101, a, &page), ERR_BAD_LENGTH);
    assert_int_equal(store_read_page(s.readers, 1, NULL, SIZE_MAX, a, &page), ERR_BAD_LENGTH);
    assert_int_equal(store_read_page(s.readers, 0, NULL, 1, a, &page), ERR_BAD_LENGTH);
    assert_int_equal(store_read_page(s.readers, 3, NULL, 1, a, &page), ERR_BAD_LENGTH);
    struct arena tiny = arena_make(64);
    assert_int_equal(store_read_page(s.readers, 1, NULL, 1, &tiny, &page), ERR_NO_MEMORY);
    arena_free(&tiny);
    close_two(&s);
}

static void a_page_of_the_longest_jobs_fits(void **state)
{
    (void)state;
    struct two_stores s = open_two();
    char text[JOB_ERROR_BYTES + 1];
    memset(text, 'x', JOB_ERROR_BYTES);
    text[JOB_ERROR_BYTES] = '\0';
#define LAST(bytes) (text + JOB_ERROR_BYTES - (bytes))
    struct job job = {.model = LAST(JOB_MODEL_BYTES),
                      .status = JOB_FAILED,
                      .provider = LAST(JOB_PROVIDER_BYTES),
                      .chat_id = LAST(JOB_CHAT_ID_BYTES),
                      .agent_id = LAST(JOB_AGENT_ID_BYTES),
                      .error = text};
    char id[JOB_ID_BYTES + 1];
    for (int i = 0; i <= PAGE_MAX_JOBS; i++) {
        snprintf(id, sizeof id, "%.*s%03d", JOB_ID_BYTES - 3, text, i);
        job.id = id;
        put_job(s.writers[0], &job);
    }
    struct job_page page;
    struct arena bounded = arena_make(PAGE_MAX_BYTES);
    enum err err = store_read_page(s.readers, 1, NULL, PAGE_MAX_JOBS, &bounded, &page);
    assert_int_equal(err, ERR_OK);
    assert_int_equal(page.count, PAGE_MAX_JOBS);
    assert_non_null(page.next);
    arena_free(&bounded);
    close_two(&s);
}

static void cursors_go_both_ways(void **state)
{
    (void)state;
    struct arena arena = arena_make(0);
    static const struct cursor cursors[] = {
        {0, "a"}, {JOB_MAX_TIME_MS, "b"}, {1790000000123, "\xc3\xa9\xf0\x9f\x98\x80 x"}};
    for (size_t i = 0; i < COUNT(cursors); i++) {
        struct cursor back;
        const char *text = cursor_text(&cursors[i], &arena);
        assert_int_equal(strspn(text, "0123456789abcdefx"), strlen(text));
        assert_int_equal(cursor_parse(text, &arena, &back), ERR_OK);
        assert_int_equal(back.timestamp_ms, cursors[i].timestamp_ms);
        assert_string_equal(back.id, cursors[i].id);
    }
    arena_free(&arena);
}

static void other_cursors_are_refused(void **state)
{
    (void)state;
    struct two_stores s = open_two();
    struct job_page page;
    char long_id[2 + 16 + 2 * (JOB_ID_BYTES + 1) + 1];
    memset(long_id, '4', sizeof long_id - 1);
    memcpy(long_id, "0x0000000000000001", 18);
    long_id[sizeof long_id - 1] = '\0';
    char endless[5000];
    memset(endless, '0', sizeof endless - 1);
    endless[1] = 'x';
    endless[sizeof endless - 1] = '\0';
    const char *const texts[] = {
        "",
        "0",
        "0x",
        "0x0000000000000001",     /* no id */
        "0x00000000000000016",    /* half a byte */
        "0x0000000000000001zz",   /* no hexadecimal */
        "0x000000000000000161 ",  /* more behind */
        "0x00000000000000016100", /* a NUL in the id */
        "0x00000000000000010a",   /* a control character */
        "0x0000000000000001ff",   /* no UTF-8 */
        "0xffffffffffffffff61",   /* before 1970 */
        "0x7fffffffffffffff61",   /* after 9999 */
        "1790000000000,job-0001",
        "' OR 1=1 --",
        long_id,
        endless,
    };
    put_numbered(s.writers[0], 1, 1000, NULL);
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(store_read_page(s.readers, 1, texts[i], 10, &s.arena, &page),
                         ERR_BAD_FORMAT);
        assert_int_equal(page.count, 0);
    }
    assert_int_equal(store_read_page(s.readers, 1, "0x000000000000ffff61", 10, &s.arena, &page),
                     ERR_OK);
    assert_int_equal(page.count, 1);
    close_two(&s);
}

/* Whatever is changed in a cursor, the answer is a refusal or a page, never a fault. */
static void a_cursor_may_be_tampered_with(void **state)
{
    (void)state;
    struct two_stores s = open_two();
    struct job_page page;
    unsigned seed = 7;
    int pages = 0, refusals = 0;
    for (int i = 0; i < 30; i++)
        put_numbered(s.writers[0], i, NOW_MS + i, NULL);
    assert_int_equal(store_read_page(s.readers, 1, NULL, 5, &s.arena, &page), ERR_OK);
    const char *good = arena_strdup(&s.arena, page.next);
    for (int i = 0; i < 2000; i++) {
        char text[128];
        snprintf(text, sizeof text, "%s", good);
        size_t len = strlen(text);
        for (int k = rand_r(&seed) % 3; k >= 0; k--)
            text[(size_t)rand_r(&seed) % len] = (char)(rand_r(&seed) % 255 + 1);
        if (rand_r(&seed) % 4 == 0)
            text[(size_t)rand_r(&seed) % len] = '\0';
        enum err err = store_read_page(s.readers, 1, text, 5, &s.arena, &page);
        assert_true(err == ERR_OK || err == ERR_BAD_FORMAT);
        pages += err == ERR_OK;
        refusals += err != ERR_OK;
    }
    assert_true(pages > 10 && refusals > 10);
    close_two(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_lack_and_repeat_nothing),
        cmocka_unit_test(the_last_full_page_knows_that_it_is_the_last),
        cmocka_unit_test(a_page_stays_where_it_is_while_new_jobs_come),
        cmocka_unit_test(two_stores_read_as_one),
        cmocka_unit_test(a_store_that_is_not_there_is_empty),
        cmocka_unit_test(a_damaged_store_fails_the_page_and_harms_not_the_other),
        cmocka_unit_test(limits_are_checked),
        cmocka_unit_test(a_page_of_the_longest_jobs_fits),
        cmocka_unit_test(cursors_go_both_ways),
        cmocka_unit_test(other_cursors_are_refused),
        cmocka_unit_test(a_cursor_may_be_tampered_with),
    };
    return cmocka_run_group_tests_name("store page", tests, NULL, NULL);
}
