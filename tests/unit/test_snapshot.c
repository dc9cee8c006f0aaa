#include "panel/snapshot.h"

#include "support.h"

#include <pthread.h>

static struct snapshot *make_snapshot(const char *text)
{
    struct snapshot *s = snapshot_new();
    assert_non_null(s);
    for (int id = 0; id < BODY_COUNT; id++) {
        struct buf bytes = buf_make(BUF_NO_LIMIT);
        buf_printf(&bytes, "%s %d", text, id);
        snapshot_set_body(s, (enum body_id)id, &bytes);
        assert_int_equal(bytes.len, 0); /* taken over */
    }
    return s;
}

static void nothing_is_there_before_the_first(void **state)
{
    (void)state;
    struct snapshot_board board;
    snapshot_board_init(&board);
    assert_null(snapshot_acquire(&board));
    snapshot_release(NULL);
    snapshot_board_free(&board);
}

static void the_tag_is_the_hash_of_the_bytes(void **state)
{
    (void)state;
    struct snapshot *s = snapshot_new();
    struct buf bytes = buf_make(BUF_NO_LIMIT);
    assert_non_null(s);
    buf_puts(&bytes, "abc");
    snapshot_set_body(s, BODY_METRICS, &bytes);
    assert_string_equal(s->bodies[BODY_METRICS].etag, "\"ba7816bf8f01cfea414140de5dae2223\"");
    assert_int_equal(s->bodies[BODY_METRICS].len, 3);
    snapshot_release(s);
}

static void the_tag_changes_exactly_when_the_bytes_do(void **state)
{
    (void)state;
    struct snapshot *a = make_snapshot("one"), *same = make_snapshot("one"),
                    *other = make_snapshot("onf");
    for (int id = 0; id < BODY_COUNT; id++) {
        assert_string_equal(a->bodies[id].etag, same->bodies[id].etag);
        assert_string_not_equal(a->bodies[id].etag, other->bodies[id].etag);
        for (int k = 0; k < id; k++)
            assert_string_not_equal(a->bodies[id].etag, a->bodies[k].etag);
    }
    snapshot_release(a);
    snapshot_release(same);
    snapshot_release(other);
}

static void a_reader_keeps_what_it_took(void **state)
{
    (void)state;
    struct snapshot_board board;
    snapshot_board_init(&board);
    snapshot_publish(&board, make_snapshot("old"));
    struct snapshot *taken = snapshot_acquire(&board);
    snapshot_publish(&board, make_snapshot("new"));
    assert_string_equal(taken->bodies[BODY_COMPUTE].bytes, "old 1");
    struct snapshot *current = snapshot_acquire(&board);
    assert_string_equal(current->bodies[BODY_COMPUTE].bytes, "new 1");
    snapshot_release(taken);
    snapshot_board_free(&board); /* the reader outlives the board */
    assert_string_equal(current->bodies[BODY_COMPUTE].bytes, "new 1");
    snapshot_release(current);
}

enum { READERS = 8, READS = 3000, PUBLICATIONS = 600 };

struct reader {
    struct snapshot_board *board;
    size_t torn, backwards;
};

/* Every body of a snapshot holds its number: they must agree, and never go back. */
static void *read_on(void *user)
{
    struct reader *reader = user;
    int last = 0;
    for (int i = 0; i < READS; i++) {
        struct snapshot *s = snapshot_acquire(reader->board);
        int first = atoi(s->bodies[0].bytes);
        for (int id = 0; id < BODY_COUNT; id++)
            reader->torn += atoi(s->bodies[id].bytes) != first;
        reader->backwards += first < last;
        last = first;
        snapshot_release(s);
    }
    return NULL;
}

static void one_publisher_and_eight_readers(void **state)
{
    (void)state;
    struct snapshot_board board;
    struct reader readers[READERS];
    pthread_t threads[READERS];
    snapshot_board_init(&board);
    snapshot_publish(&board, make_snapshot("0"));
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.board = &board};
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
    }
    for (int i = 1; i <= PUBLICATIONS; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        snapshot_publish(&board, make_snapshot(text));
    }
    for (int i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(readers[i].torn, 0);
        assert_int_equal(readers[i].backwards, 0);
    }
    struct snapshot *last = snapshot_acquire(&board);
    assert_int_equal(atoi(last->bodies[0].bytes), PUBLICATIONS);
    assert_int_equal(atomic_load(&last->references), 2); /* the board's and ours */
    snapshot_release(last);
    snapshot_board_free(&board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_there_before_the_first),
        cmocka_unit_test(the_tag_is_the_hash_of_the_bytes),
        cmocka_unit_test(the_tag_changes_exactly_when_the_bytes_do),
        cmocka_unit_test(a_reader_keeps_what_it_took),
        cmocka_unit_test(one_publisher_and_eight_readers),
    };
    return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
