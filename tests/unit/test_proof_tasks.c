/* What the prover remembers: tasks, and the providers that they name. */
#include "proof/providers.h"
#include "proof/tasks.h"
#include "support_chain.h"

#define NOW_MS    INT64_C(5000000)
#define WALL_MS   INT64_C(1790000000000)
#define MINUTE_MS 60000

static struct tasks tasks; /* large */

static struct job job_of(const char *id)
{
    return (struct job){.id = id,
                        .provider = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                        .chat_id = "chat",
                        .finished_ms = {true, WALL_MS}};
}

static struct task *find(const char *id)
{
    for (size_t i = 0; i < TASKS_MAX; i++)
        if (strcmp(tasks.items[i].id, id) == 0)
            return &tasks.items[i];
    return NULL;
}

static int reset(void **state)
{
    (void)state;
    tasks = (struct tasks){0};
    return 0;
}

static void tasks_follow_the_list(void **state)
{
    (void)state;
    struct job jobs[] = {job_of("a"), job_of("b"), job_of("odd")};
    jobs[2].provider = "nowhere";
    tasks_update(&tasks, jobs, 3, NOW_MS);
    assert_non_null(find("a"));
    assert_null(find("odd"));
    assert_int_equal(find("b")->due_ms, NOW_MS);
    assert_int_equal(find("b")->until_ms, WALL_MS + 20 * MINUTE_MS);

    task_put_off(find("b"), NOW_MS);
    jobs[1].request_sha256.known = true;
    tasks_update(&tasks, jobs + 1, 1, NOW_MS + 1);
    assert_null(find("a"));
    assert_int_equal(find("b")->tries, 1);
    assert_int_equal(find("b")->due_ms, NOW_MS + TASK_FIRST_PAUSE_MS);
    assert_true(find("b")->request_sha256.known); /* said later than the rest */
}

static void who_is_being_asked_keeps_the_place(void **state)
{
    (void)state;
    struct job a = job_of("a"), b = job_of("b");
    tasks_update(&tasks, &a, 1, NOW_MS);
    struct task *task = find("a");
    task->asking = true;
    tasks_update(&tasks, &b, 1, NOW_MS);
    tasks_expire(&tasks, WALL_MS + 21 * MINUTE_MS);
    assert_ptr_equal(find("a"), task);
    assert_null(find("b"));
    task->asking = false;
    tasks_expire(&tasks, WALL_MS + 20 * MINUTE_MS - 1);
    assert_ptr_equal(find("a"), task);
    tasks_expire(&tasks, WALL_MS + 20 * MINUTE_MS);
    assert_null(find("a"));
}

static void pauses_double_up_to_a_limit_and_end(void **state)
{
    (void)state;
    static const int64_t pauses[TASK_TRIES - 1] = {250,  500,   1000,  2000, 4000,
                                                   8000, 16000, 32000, 60000};
    struct job a = job_of("a");
    tasks_update(&tasks, &a, 1, NOW_MS);
    struct task *task = find("a");
    for (size_t i = 0; i < COUNT(pauses); i++) {
        task_put_off(task, NOW_MS);
        assert_int_equal(task->due_ms, NOW_MS + pauses[i]);
    }
    task_put_off(task, NOW_MS);
    assert_true(task->due_ms == INT64_MAX);
    tasks_update(&tasks, &a, 1, NOW_MS); /* the list does not bring it back */
    assert_true(find("a")->due_ms == INT64_MAX);
}

static void more_than_there_are_places_for_wait(void **state)
{
    (void)state;
    enum { JOBS = TASKS_MAX + 1 };
    static struct job jobs[JOBS];
    static char ids[JOBS][8];
    for (int i = 0; i < JOBS; i++) {
        snprintf(ids[i], sizeof ids[i], "%d", i);
        jobs[i] = job_of(ids[i]);
    }
    tasks_update(&tasks, jobs, JOBS, NOW_MS);
    assert_non_null(find("511"));
    assert_null(find("512"));
    tasks_update(&tasks, jobs + 1, JOBS - 1, NOW_MS);
    assert_non_null(find("512"));
}

/* Providers ---------------------------------------------------------------------------------- */

static struct providers providers;

static struct provider *provider_of(uint64_t number, int64_t now_ms)
{
    struct address address = numbered_address(number);
    return providers_find(&providers, &address, now_ms);
}

static void the_one_not_needed_for_longest_makes_room(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= PROVIDERS_MAX; i++)
        assert_non_null(provider_of(i, NOW_MS + (int64_t)i));
    struct provider *first = provider_of(1, NOW_MS + 1000); /* needed again */
    struct provider *second = provider_of(2, NOW_MS + 2);
    second->asking = 1;
    assert_ptr_not_equal(provider_of(100, NOW_MS + 1001), second); /* 3 has gone */
    assert_ptr_equal(provider_of(1, NOW_MS + 1002), first);
    assert_ptr_equal(provider_of(2, NOW_MS + 1002), second);
    for (size_t i = 0; i < PROVIDERS_MAX; i++)
        providers.items[i].asking_chain = true;
    assert_null(provider_of(200, NOW_MS + 2000));
    providers_free(&providers);
}

static void pauses_grow_until_it_answers(void **state)
{
    (void)state;
    static const int64_t pauses[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    struct provider *p = provider_of(1, NOW_MS);
    assert_int_equal(p->closed_until_ms, NOW_MS);
    for (size_t i = 0; i < COUNT(pauses); i++) {
        provider_close(p, NOW_MS);
        assert_int_equal(p->closed_until_ms, NOW_MS + pauses[i]);
    }
    provider_open(p);
    provider_close(p, NOW_MS);
    assert_int_equal(p->closed_until_ms, NOW_MS + 1000);
    providers_free(&providers);
}

static enum err take(struct provider *p, const struct registered *row)
{
    struct buf data = buf_make(BUF_NO_LIMIT);
    put_word(&data, 32);
    put_service_tuple(&data, SERVING_V3, row);
    enum err err = provider_take(p, (const uint8_t *)data.data, data.len, NULL, NOW_MS);
    buf_free(&data);
    return err;
}

static void what_the_contract_says_counts_for_a_minute(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        uint64_t number;
        bool acknowledged;
        enum err err;
        const char *expected;
    } cases[] = {
        {"https://provider.example", 1, true, ERR_OK, "https://provider.example/"},
        {"https://provider.example/base//", 1, true, ERR_OK, "https://provider.example/base"},
        {"https://provider.example", 1, false, ERR_NOT_FOUND, NULL},
        {"https://provider.example", 2, true, ERR_BAD_FORMAT, NULL}, /* another one's service */
        {"ftp://provider.example", 1, true, ERR_BAD_URL, NULL},
        {"", 1, true, ERR_BAD_URL, NULL},
        {"///", 1, true, ERR_BAD_URL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct provider *p = provider_of(1, NOW_MS);
        struct registered row = make_registered(cases[i].number, "a model");
        row.url = cases[i].url;
        row.acknowledged = cases[i].acknowledged;
        enum err err = take(p, &row);
        if (err != cases[i].err)
            fail_msg("%s: %s", cases[i].url, err_name(err));
        assert_int_equal(p->fresh_until_ms, err ? NOW_MS : NOW_MS + MINUTE_MS);
        if (err)
            continue;
        struct address signer = numbered_address(row.tee_signer);
        assert_true(address_equal(&p->signer, &signer));
        assert_string_equal(p->endpoint.url, cases[i].expected);
        assert_string_equal(p->model.bytes, "a model");
    }
    providers_free(&providers);
}

#define TEST(function) cmocka_unit_test_setup(function, reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tasks_follow_the_list),
        TEST(who_is_being_asked_keeps_the_place),
        TEST(pauses_double_up_to_a_limit_and_end),
        TEST(more_than_there_are_places_for_wait),
        TEST(the_one_not_needed_for_longest_makes_room),
        TEST(pauses_grow_until_it_answers),
        TEST(what_the_contract_says_counts_for_a_minute),
    };
    return cmocka_run_group_tests_name("proof_tasks", tests, NULL, NULL);
}
