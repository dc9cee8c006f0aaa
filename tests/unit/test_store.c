#include "support_store.h"

#include <pthread.h>

static const struct job full = {.id = "task-1'; DROP TABLE jobs; --",
                                .model = "llama-3-8b",
                                .status = JOB_COMPLETED,
                                .started_ms = {true, NOW_MS - 500},
                                .ended_ms = {true, NOW_MS - 380},
                                .input_tokens = {true, 512},
                                .output_tokens = {true, 128},
                                .total_tokens = {true, JOB_MAX_NUMBER},
                                .latency_ms = {true, 120},
                                .provider = "0xa48f0128Bc4E8D4Fd7D55f76B0d2B9C4E8D836",
                                .chat_id = "chatcmpl-1",
                                .request_sha256 = {true, {1, 2, 3}},
                                .response_sha256 = {true, {0, 0, 0xff}},
                                .endpoint = ENDPOINT_ROUTER,
                                .error = "\"quoted\"\n\xf0\x9f\x98\x80",
                                .agent_id = "agent",
                                .proof = PROOF_REPORTED};

static void assert_same_text(const char *a, const char *b)
{
    assert_int_equal(!a, !b);
    if (a)
        assert_string_equal(a, b);
}

static void assert_same_number(struct job_number a, struct job_number b)
{
    assert_int_equal(a.known, b.known);
    assert_int_equal(a.known ? a.value : 0, b.known ? b.value : 0);
}

/* All but the times that the store sets. */
static void assert_same_job(const struct job *a, const struct job *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->model, b->model);
    assert_int_equal(a->status, b->status);
    assert_same_number(a->started_ms, b->started_ms);
    assert_same_number(a->ended_ms, b->ended_ms);
    assert_same_number(a->input_tokens, b->input_tokens);
    assert_same_number(a->output_tokens, b->output_tokens);
    assert_same_number(a->total_tokens, b->total_tokens);
    assert_same_number(a->latency_ms, b->latency_ms);
    assert_same_text(a->provider, b->provider);
    assert_same_text(a->chat_id, b->chat_id);
    assert_int_equal(a->request_sha256.known, b->request_sha256.known);
    assert_memory_equal(a->request_sha256.bytes, b->request_sha256.bytes, JOB_SHA256_BYTES);
    assert_int_equal(a->response_sha256.known, b->response_sha256.known);
    assert_memory_equal(a->response_sha256.bytes, b->response_sha256.bytes, JOB_SHA256_BYTES);
    assert_int_equal(a->endpoint, b->endpoint);
    assert_same_text(a->error, b->error);
    assert_same_text(a->agent_id, b->agent_id);
    assert_same_text(a->benchmark_id, b->benchmark_id);
    assert_int_equal(a->proof, b->proof);
}

static void every_field_comes_back(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct arena arena = arena_make(0);
    struct store_writer *writer = open_writer(f.store);
    const struct job bare = {.id = "bare", .model = "m", .status = JOB_PENDING};
    struct job call = full;
    call.id = "call";
    call.benchmark_id = "run-1";
    assert_int_equal(put_job(writer, &full), JOB_INSERTED);
    assert_int_equal(put_job(writer, &bare), JOB_INSERTED);
    assert_int_equal(put_job(writer, &call), JOB_INSERTED);
    struct job got = get_job(f.store, full.id, &arena);
    assert_same_job(&got, &full);
    assert_int_equal(got.timestamp_ms, NOW_MS - 500);
    assert_int_equal(got.received_ms, NOW_MS);
    assert_int_equal(got.updated_ms, NOW_MS);
    assert_number(got.finished_ms, NOW_MS - 380);
    got = get_job(f.store, "bare", &arena);
    assert_same_job(&got, &bare);
    assert_int_equal(got.timestamp_ms, NOW_MS);
    assert_false(got.finished_ms.known);
    got = get_job(f.store, "call", &arena);
    assert_same_job(&got, &call);
    store_writer_close(writer);
    arena_free(&arena);
    folder_remove(&f);
}

static void outcomes_are_told_one_by_one(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    const struct job batch[] = {
        {.id = "a", .status = JOB_RUNNING},
        {.id = "", .status = JOB_RUNNING},
        {.id = "a", .status = JOB_COMPLETED, .latency_ms = {true, 7}},
        {.id = "a", .status = JOB_COMPLETED, .latency_ms = {true, 7}},
        {.id = "a", .status = JOB_FAILED},
        {.id = "b", .status = JOB_FAILED},
    };
    struct store_outcome outcomes[COUNT(batch)];
    assert_int_equal(store_put_jobs(writer, batch, COUNT(batch), NOW_MS, outcomes), ERR_OK);
    static const enum job_outcome expected[] = {JOB_INSERTED,  JOB_REFUSED, JOB_UPDATED,
                                                JOB_UNCHANGED, JOB_REFUSED, JOB_INSERTED};
    for (size_t i = 0; i < COUNT(batch); i++) {
        assert_int_equal(outcomes[i].outcome, expected[i]);
        assert_int_equal(outcomes[i].why != NULL, expected[i] == JOB_REFUSED);
    }
    assert_int_equal(ask(f.store, "SELECT count(*) FROM jobs"), 2);
    assert_int_equal(store_put_jobs(writer, batch, 0, NOW_MS, outcomes), ERR_OK);
    store_writer_close(writer);
    assert_sound(f.store, NOW_MS);
    folder_remove(&f);
}

static bool has_changed(struct store_reader *reader)
{
    bool changed;
    assert_int_equal(store_changed(reader, &changed), ERR_OK);
    return changed;
}

static void the_same_again_writes_nothing(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    put_job(writer, &full);
    assert_true(has_changed(reader));
    assert_false(has_changed(reader));
    assert_int_equal(put_at(writer, &full, NOW_MS + JOB_LOST_MS).outcome, JOB_UNCHANGED);
    assert_false(has_changed(reader));
    struct job other = full;
    other.status = JOB_FAILED;
    assert_int_equal(put_job(writer, &other), JOB_REFUSED);
    assert_false(has_changed(reader));
    other.id = "other";
    assert_int_equal(put_job(writer, &other), JOB_INSERTED);
    assert_true(has_changed(reader));
    assert_false(has_changed(reader));
    store_reader_free(reader);
    store_writer_close(writer);
    folder_remove(&f);
}

static void figures_follow_the_definitions(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    size_t samples;
    struct store_totals t = totals_at(f.store, NOW_MS);
    assert_int_equal(t.completed, 0);
    assert_false(t.since_ms.known);
    assert_false(totals_mean_latency(&t, &samples).known);
    assert_int_equal(samples, 0);

    put_job(writer, &full);
    const struct job jobs[] = {
        {.id = "r1", .status = JOB_RUNNING},
        {.id = "r2", .status = JOB_RUNNING, .benchmark_id = "run"},
        {.id = "p1", .status = JOB_PENDING, .started_ms = {true, NOW_MS - 9000000}},
        {.id = "f1", .status = JOB_FAILED},
        {.id = "c1", .status = JOB_COMPLETED, .output_tokens = {true, 72}},
        {.id = "c2", .status = JOB_COMPLETED, .latency_ms = {true, 240}, .benchmark_id = "run"},
        {.id = "c3", .status = JOB_COMPLETED, .latency_ms = {true, 141}},
        {.id = "old", .status = JOB_COMPLETED, .ended_ms = {true, NOW_MS - 3600000}},
    };
    struct store_outcome outcomes[COUNT(jobs)];
    assert_int_equal(store_put_jobs(writer, jobs, COUNT(jobs), NOW_MS, outcomes), ERR_OK);
    t = totals_at(f.store, NOW_MS);
    assert_int_equal(t.completed, 4);
    assert_number(t.since_ms, NOW_MS - 9000000);
    assert_int_equal(t.active, 1);
    assert_int_equal(t.window.completed, 3);
    assert_int_equal(t.window.failed, 1);
    assert_int_equal(t.window.lost, 0);
    assert_int_equal(t.window.output_tokens, 200);
    assert_int_equal(t.window.timed_tokens, 128);
    assert_int_equal(t.window.timed_ms, 120);
    assert_int_equal(t.recent_count, 4);
    assert_int_equal(t.recent[3].finished_ms, NOW_MS - 3600000);
    assert_number(totals_mean_latency(&t, &samples), 131); /* 130.5 rounded */
    assert_int_equal(samples, 2);
    store_writer_close(writer);
    assert_sound(f.store, NOW_MS);
    folder_remove(&f);
}

static void silence_makes_a_job_inactive_then_lost(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    const struct job job = {.id = "a", .status = JOB_RUNNING};
    enum { STEP = 5000 };
    put_job(writer, &job);
    assert_int_equal(totals_at(f.store, NOW_MS + JOB_SILENT_MS - 1).active, 1);
    assert_int_equal(totals_at(f.store, NOW_MS + JOB_SILENT_MS + STEP).active, 0);
    assert_int_equal(totals_at(f.store, NOW_MS + JOB_LOST_MS - 1).window.lost, 0);
    assert_int_equal(totals_at(f.store, NOW_MS + JOB_LOST_MS + STEP).window.lost, 1);
    assert_int_equal(totals_at(f.store, NOW_MS + JOB_LOST_MS + JOB_SILENT_MS - 1).window.lost, 1);
    assert_int_equal(totals_at(f.store, NOW_MS + JOB_LOST_MS + JOB_SILENT_MS + STEP).window.lost,
                     0);

    const int64_t later = NOW_MS + JOB_LOST_MS + 2 * STEP;
    put_at(writer, &job, later); /* a sign of life */
    struct store_totals t = totals_at(f.store, later);
    assert_int_equal(t.active, 1);
    assert_int_equal(t.window.lost, 0);
    const struct job end = {.id = "a", .status = JOB_COMPLETED};
    put_at(writer, &end, later);
    t = totals_at(f.store, later);
    assert_int_equal(t.active, 0);
    assert_int_equal(t.window.completed, 1);
    assert_int_equal(t.completed, 1);
    store_writer_close(writer);
    assert_sound(f.store, later);
    folder_remove(&f);
}

static void the_mean_is_of_the_last_hundred(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    size_t samples;
    for (int i = 0; i < 150; i++) { /* the order of recording plays no part */
        int k = i * 7 % 150;
        char id[16];
        snprintf(id, sizeof id, "job-%d", k);
        const struct job job = {.id = id,
                                .status = JOB_COMPLETED,
                                .ended_ms = known(NOW_MS - 1000 + k),
                                .latency_ms = known(k)};
        put_job(writer, &job);
    }
    struct store_totals t = totals_at(f.store, NOW_MS);
    assert_number(totals_mean_latency(&t, &samples), 100); /* (50 + ... + 149) / 100 = 99.5 */
    assert_int_equal(samples, 100);
    assert_int_equal(t.completed, 150);
    for (size_t i = 0; i < TOTALS_RECENT; i++)
        assert_number(t.recent[i].latency_ms, 149 - (int64_t)i);
    store_writer_close(writer);
    folder_remove(&f);
}

static void a_late_word_changes_the_figures_once(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    size_t samples;
    struct job job = {.id = "a", .status = JOB_COMPLETED};
    put_job(writer, &job);
    job.latency_ms = known(50);
    job.output_tokens = known(10);
    job.ended_ms = known(NOW_MS - 60000);
    assert_int_equal(put_job(writer, &job), JOB_UPDATED);
    assert_int_equal(put_job(writer, &job), JOB_UNCHANGED);
    struct store_totals t = totals_at(f.store, NOW_MS);
    assert_int_equal(t.completed, 1);
    assert_int_equal(t.window.completed, 1);
    assert_int_equal(t.window.timed_ms, 50);
    assert_number(totals_mean_latency(&t, &samples), 50);
    store_writer_close(writer);
    assert_sound(f.store, NOW_MS);
    folder_remove(&f);
}

/* Hostile numbers: sums of an agent's claims must not overflow and make reading fail. */
static void the_largest_claims_do_no_harm(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    size_t samples;
    for (int i = 0; i < 1100; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        const struct job job = {.id = id,
                                .status = JOB_COMPLETED,
                                .ended_ms = known(NOW_MS - i * 800),
                                .output_tokens = known(JOB_MAX_NUMBER),
                                .latency_ms = known(JOB_MAX_NUMBER)};
        put_job(writer, &job);
    }
    struct store_totals t = totals_at(f.store, NOW_MS);
    assert_true(t.window.output_tokens >= JOB_MAX_NUMBER);
    assert_number(totals_mean_latency(&t, &samples), JOB_MAX_NUMBER);
    store_writer_close(writer);
    folder_remove(&f);
}

static void old_slots_go_and_history_stays(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    const int64_t day_ms = 24 * 3600 * 1000;
    for (int i = 0; i < 50; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        const struct job job = {.id = id, .status = i % 2 ? JOB_COMPLETED : JOB_RUNNING};
        put_at(writer, &job, NOW_MS + i * day_ms);
    }
    assert_int_equal(ask(f.store, "SELECT count(*) FROM activity"), 1);
    assert_int_equal(totals_at(f.store, NOW_MS + 49 * day_ms).completed, 25);
    /* A job whose slot is gone goes on. */
    const struct job late = {.id = "0", .status = JOB_COMPLETED};
    put_at(writer, &late, NOW_MS + 49 * day_ms);
    struct store_totals t = totals_at(f.store, NOW_MS + 49 * day_ms);
    assert_int_equal(t.completed, 26);
    assert_int_equal(t.window.completed, 2);
    assert_int_equal(t.active, 0);
    store_writer_close(writer);
    folder_remove(&f);
}

/* A job's story in three records that agree where they overlap. */
struct story {
    char id[16];
    struct job records[3];
};

static int64_t pick(unsigned *seed, int64_t below)
{
    return (int64_t)rand_r(seed) % below;
}

static struct job_number maybe(unsigned *seed, int64_t value)
{
    return pick(seed, 2) ? known(value) : (struct job_number){0};
}

static void tell_story(struct story *s, int number, unsigned *seed)
{
    snprintf(s->id, sizeof s->id, "job-%d", number);
    const int64_t start_ms = NOW_MS - pick(seed, 2000000), input = pick(seed, 1000);
    const char *benchmark = pick(seed, 5) ? NULL : "run";
    for (int i = 0; i < 3; i++)
        s->records[i] = (struct job){.id = s->id,
                                     .status = (enum job_status)i,
                                     .started_ms = known(start_ms),
                                     .model = pick(seed, 2) ? "m" : NULL,
                                     .provider = pick(seed, 2) ? "0xaa" : NULL,
                                     .input_tokens = maybe(seed, input),
                                     .benchmark_id = benchmark};
    struct job *end = &s->records[2];
    end->status = pick(seed, 4) ? JOB_COMPLETED : JOB_FAILED;
    end->ended_ms = known(start_ms + pick(seed, 5000));
    end->output_tokens = maybe(seed, pick(seed, 500));
    end->latency_ms = maybe(seed, pick(seed, 5000));
}

/* Whatever the order and however often records come, the rows and the figures are the same. */
static void the_order_of_records_plays_no_part(void **state)
{
    (void)state;
    enum { STORIES = 12, TELLINGS = 30, RECORDS = 3 * STORIES * 2 };
    unsigned seed = 20261122;
    struct arena arena = arena_make(0);
    struct story stories[STORIES];
    for (int i = 0; i < STORIES; i++)
        tell_story(&stories[i], i, &seed);
    struct job expected[STORIES];
    struct store_totals expected_totals = {0};
    for (int telling = 0; telling < TELLINGS; telling++) {
        struct folder f = folder_make();
        struct store_writer *writer = open_writer(f.store);
        const struct job *order[RECORDS];
        for (int i = 0; i < RECORDS; i++) /* each twice */
            order[i] = &stories[i / 6].records[i % 3];
        for (int i = RECORDS - 1; telling > 0 && i > 0; i--) { /* the first is in order */
            int k = (int)pick(&seed, i + 1);
            const struct job *other = order[i];
            order[i] = order[k];
            order[k] = other;
        }
        for (int i = 0; i < RECORDS;) { /* in transactions of any size */
            struct job batch[RECORDS];
            struct store_outcome outcomes[RECORDS];
            int count = 1 + (int)pick(&seed, 7);
            count = count < RECORDS - i ? count : RECORDS - i;
            for (int k = 0; k < count; k++)
                batch[k] = *order[i + k];
            assert_int_equal(store_put_jobs(writer, batch, (size_t)count, NOW_MS + i, outcomes),
                             ERR_OK);
            for (int k = 0; k < count; k++)
                assert_int_not_equal(outcomes[k].outcome, JOB_REFUSED);
            i += count;
        }
        store_writer_close(writer);
        assert_sound(f.store, NOW_MS + RECORDS);
        struct store_totals t = totals_at(f.store, NOW_MS + RECORDS);
        for (int i = 0; i < STORIES; i++) {
            struct job got = get_job(f.store, stories[i].id, &arena);
            if (telling == 0)
                expected[i] = got;
            assert_same_job(&got, &expected[i]);
            assert_int_equal(got.timestamp_ms, expected[i].timestamp_ms);
            assert_same_number(got.finished_ms, expected[i].finished_ms);
        }
        if (telling == 0)
            expected_totals = t;
        for (size_t i = 0; i < t.recent_count; i++)
            assert_int_equal(t.recent[i].finished_ms, expected_totals.recent[i].finished_ms);
        assert_int_equal(t.completed, expected_totals.completed);
        assert_int_equal(t.recent_count, expected_totals.recent_count);
        assert_memory_equal(&t.window, &expected_totals.window, sizeof t.window);
        folder_remove(&f);
    }
    arena_free(&arena);
}

static void removed_jobs_were_never_there(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    const struct job jobs[] = {
        {.id = "a", .status = JOB_COMPLETED, .started_ms = {true, 1000}, .latency_ms = {true, 5}},
        {.id = "b", .status = JOB_RUNNING, .started_ms = {true, 2000}},
        {.id = "c", .status = JOB_COMPLETED, .latency_ms = {true, 7}},
    };
    struct store_outcome outcomes[COUNT(jobs)];
    assert_int_equal(store_put_jobs(writer, jobs, COUNT(jobs), NOW_MS, outcomes), ERR_OK);
    assert_number(totals_at(f.store, NOW_MS).since_ms, 1000);
    static const char *const gone[] = {"a", "unknown", "b"};
    assert_int_equal(store_remove_jobs(writer, gone, COUNT(gone), NOW_MS), ERR_OK);
    struct store_totals t = totals_at(f.store, NOW_MS);
    assert_int_equal(t.completed, 1);
    assert_int_equal(t.active, 0);
    assert_int_equal(t.window.completed, 1);
    assert_number(t.since_ms, NOW_MS);
    assert_sound(f.store, NOW_MS);
    static const char *const last[] = {"c"};
    assert_int_equal(store_remove_jobs(writer, last, 1, NOW_MS), ERR_OK);
    assert_false(totals_at(f.store, NOW_MS).since_ms.known);
    assert_int_equal(put_job(writer, &jobs[0]), JOB_INSERTED);
    store_writer_close(writer);
    folder_remove(&f);
}

static void new_ids_come_in_order_and_once(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct arena arena = arena_make(0);
    struct store_writer *writer = open_writer(f.store);
    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    const char *ids[3];
    size_t count;
    int64_t after = 0, last;
    assert_int_equal(store_last_id(reader, &last), ERR_OK);
    assert_int_equal(last, 0);
    for (int i = 0; i < 7; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", 9 - i);
        const struct job job = {.id = id, .status = JOB_RUNNING};
        put_job(writer, &job);
    }
    int seen = 0;
    do {
        assert_int_equal(store_read_new_ids(reader, &after, ids, COUNT(ids), &arena, &count),
                         ERR_OK);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(atoi(ids[i]), 9 - seen++);
    } while (count > 0);
    assert_int_equal(seen, 7);
    assert_int_equal(store_last_id(reader, &last), ERR_OK);
    assert_int_equal(last, after);
    const struct job old = {.id = "9", .status = JOB_COMPLETED};
    const struct job new = {.id = "new", .status = JOB_COMPLETED};
    put_job(writer, &old);
    put_job(writer, &new);
    assert_int_equal(store_read_new_ids(reader, &after, ids, COUNT(ids), &arena, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_string_equal(ids[0], "new");
    assert_int_equal(store_generation(reader), 1);
    store_reader_free(reader);
    store_writer_close(writer);
    arena_free(&arena);
    folder_remove(&f);
}

static void it_is_said_which_jobs_are_there(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    const char *const ids[] = {"a", "b", "", "a'--", "a"};
    static const bool expected[] = {true, false, false, false, true};
    bool has[COUNT(ids)];
    const struct job job = {.id = "a", .status = JOB_RUNNING};
    put_job(writer, &job);
    assert_int_equal(store_has_jobs(reader, ids, COUNT(ids), has), ERR_OK);
    assert_memory_equal(has, expected, sizeof has);
    store_reader_free(reader);
    store_writer_close(writer);
    folder_remove(&f);
}

static void figures_of_two_stores_add_up(void **state)
{
    (void)state;
    size_t samples;
    struct store_totals a = {.completed = 2, .active = 1, .since_ms = known(500)};
    struct store_totals b = {.completed = 3, .since_ms = known(100)}, none = {0};
    a.window.failed = 1;
    b.window.failed = 2;
    b.window.lost = 4;
    for (int64_t i = 0; i < TOTALS_RECENT; i++) { /* a: 1000, 998 ...; b: 999, 997 ... */
        a.recent[a.recent_count++] = (struct recent_job){1000 - 2 * i, known(10)};
        b.recent[b.recent_count++] = (struct recent_job){999 - 2 * i, known(20)};
    }
    totals_add(&a, &b);
    totals_add(&a, &none);
    assert_int_equal(a.completed, 5);
    assert_int_equal(a.active, 1);
    assert_number(a.since_ms, 100);
    assert_int_equal(a.window.failed, 3);
    assert_int_equal(a.window.lost, 4);
    assert_int_equal(a.recent_count, TOTALS_RECENT);
    for (int64_t i = 0; i < TOTALS_RECENT; i++)
        assert_int_equal(a.recent[i].finished_ms, 1000 - i);
    assert_number(totals_mean_latency(&a, &samples), 15);
    totals_add(&none, &b);
    assert_number(none.since_ms, 100);
    assert_int_equal(none.recent_count, TOTALS_RECENT);
}

enum { THREADS = 4, PUTS = 40 };

struct putter {
    struct store_writer *writer;
    int number;
    int failures;
};

static void *put_many(void *user)
{
    struct putter *p = user;
    for (int i = 0; i < PUTS; i++) {
        char own[32], shared[32];
        snprintf(own, sizeof own, "own-%d-%d", p->number, i);
        snprintf(shared, sizeof shared, "shared-%d", i);
        const struct job jobs[] = {{.id = own, .status = JOB_COMPLETED},
                                   {.id = shared, .status = JOB_COMPLETED}};
        struct store_outcome outcomes[2];
        p->failures += store_put_jobs(p->writer, jobs, 2, NOW_MS, outcomes) != ERR_OK;
    }
    return NULL;
}

static void threads_take_turns(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    struct putter putters[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        putters[i] = (struct putter){.writer = writer, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, put_many, &putters[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(putters[i].failures, 0);
    }
    store_writer_close(writer);
    assert_int_equal(totals_at(f.store, NOW_MS).completed, THREADS * PUTS + PUTS);
    assert_sound(f.store, NOW_MS);
    folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(outcomes_are_told_one_by_one),
        cmocka_unit_test(the_same_again_writes_nothing),
        cmocka_unit_test(figures_follow_the_definitions),
        cmocka_unit_test(silence_makes_a_job_inactive_then_lost),
        cmocka_unit_test(the_mean_is_of_the_last_hundred),
        cmocka_unit_test(a_late_word_changes_the_figures_once),
        cmocka_unit_test(the_largest_claims_do_no_harm),
        cmocka_unit_test(old_slots_go_and_history_stays),
        cmocka_unit_test(the_order_of_records_plays_no_part),
        cmocka_unit_test(removed_jobs_were_never_there),
        cmocka_unit_test(new_ids_come_in_order_and_once),
        cmocka_unit_test(it_is_said_which_jobs_are_there),
        cmocka_unit_test(figures_of_two_stores_add_up),
        cmocka_unit_test(threads_take_turns),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
