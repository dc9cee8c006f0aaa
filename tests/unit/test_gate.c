#include "net/gate.h"

#include "support.h"

enum { MINUTE = 60000 };

static void lets_n_pass_in_any_sixty_seconds(void **state)
{
    (void)state;
    /* A caller that always takes what it may get, at uneven moments. */
    enum { N = 7, STEPS = 20000, STEP_MS = 37 };
    static int64_t passed[STEPS];
    size_t count = 0;
    struct gate gate;
    assert_true(gate_init(&gate, N));
    for (int64_t i = 0; i < STEPS; i++) {
        int64_t now = i * STEP_MS + i * i % 31;
        if (gate_wait_ms(&gate, now))
            continue;
        gate_pass(&gate, now);
        passed[count++] = now;
    }
    assert_true(count > N * 10);
    for (size_t i = N; i < count; i++)
        if (passed[i] - passed[i - N] < MINUTE)
            fail_msg("requests %zu and %zu are %lld ms apart", i - N, i,
                     (long long)(passed[i] - passed[i - N]));
    /* And no less than it may: each went as soon as the one N before it was a minute old. */
    for (size_t i = N; i < count; i++)
        assert_true(passed[i] - passed[i - N] <= MINUTE + 2 * (STEP_MS + 31));
    gate_free(&gate);
}

/* A live read every 3 s, and a scan that takes whatever it gets. */
static void scans_get_at_most_half_of_what_live_reads_leave(void **state)
{
    (void)state;
    enum { N = 60, STEPS = 30000, STEP_MS = 20, LIVE_EVERY_MS = 3000 };
    static struct gate_passage passed[STEPS];
    size_t count = 0, scans = 0;
    struct gate gate;
    assert_true(gate_init(&gate, N));
    for (int64_t i = 0; i < STEPS; i++) {
        int64_t now = i * STEP_MS;
        if (now % LIVE_EVERY_MS == 0) {
            assert_int_equal(gate_wait_ms(&gate, now), 0); /* never in the way of a live read */
            gate_pass(&gate, now);
            passed[count++] = (struct gate_passage){.at_ms = now};
        }
        int64_t wait = gate_scan_wait_ms(&gate, now);
        assert_in_range(wait, 0, MINUTE);
        if (wait)
            continue;
        gate_pass_scan(&gate, now);
        passed[count++] = (struct gate_passage){.at_ms = now, .is_scan = true};
        scans++;
        size_t live_now = 0, scans_now = 0;
        for (size_t k = count; k > 0 && now - passed[k - 1].at_ms < MINUTE; k--)
            passed[k - 1].is_scan ? scans_now++ : live_now++;
        assert_true(2 * scans_now <= N - live_now);
    }
    /* 20 live reads a minute leave 40, of which the scan has 20: in ten minutes about 200. */
    assert_in_range(scans, 190, 215);
    gate_free(&gate);
}

static void a_scan_waits_exactly_until_one_more_fits(void **state)
{
    (void)state;
    struct gate gate;
    assert_true(gate_init(&gate, 4));
    gate_pass_scan(&gate, 1000);
    assert_int_equal(gate_scan_wait_ms(&gate, 1500), 0);
    gate_pass_scan(&gate, 2000);
    assert_int_equal(gate_scan_wait_ms(&gate, 2000), 1000 + MINUTE - 2000);
    assert_int_equal(gate_scan_wait_ms(&gate, 1000 + MINUTE - 1), 1);
    assert_int_equal(gate_scan_wait_ms(&gate, 1000 + MINUTE), 0);
    gate_close(&gate, 3 * MINUTE);
    assert_int_equal(gate_scan_wait_ms(&gate, 2 * MINUTE + 1000), MINUTE - 1000);
    gate_free(&gate);
    assert_true(gate_init(&gate, 0));
    assert_int_equal(gate_scan_wait_ms(&gate, 0), 0);
    gate_pass_scan(&gate, 0);
    assert_int_equal(gate_scan_wait_ms(&gate, 0), 0);
    gate_free(&gate);
}

static void says_exactly_how_long_to_wait(void **state)
{
    (void)state;
    struct gate gate;
    assert_true(gate_init(&gate, 2));
    assert_int_equal(gate_wait_ms(&gate, 1000), 0);
    gate_pass(&gate, 1000);
    assert_int_equal(gate_wait_ms(&gate, 1500), 0);
    gate_pass(&gate, 1500);
    assert_int_equal(gate_wait_ms(&gate, 1500), MINUTE - 500);
    assert_int_equal(gate_wait_ms(&gate, 1000 + MINUTE - 1), 1);
    assert_int_equal(gate_wait_ms(&gate, 1000 + MINUTE), 0);
    gate_pass(&gate, 1000 + MINUTE);
    assert_int_equal(gate_wait_ms(&gate, 1000 + MINUTE), 500);
    gate_free(&gate);
}

static void is_open_at_first_even_right_after_boot(void **state)
{
    (void)state;
    struct gate gate;
    assert_true(gate_init(&gate, 1));
    assert_int_equal(gate_wait_ms(&gate, 0), 0);
    assert_false(gate_is_closed(&gate, 0));
    gate_free(&gate);
}

static void without_a_limit_only_a_closing_holds_back(void **state)
{
    (void)state;
    struct gate gate;
    assert_true(gate_init(&gate, 0));
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(gate_wait_ms(&gate, 5), 0);
        gate_pass(&gate, 5);
    }
    gate_close(&gate, 105);
    assert_int_equal(gate_wait_ms(&gate, 5), 100);
    assert_int_equal(gate_wait_ms(&gate, 105), 0);
    gate_free(&gate);
}

static void a_shorter_closing_never_shortens_a_longer_one(void **state)
{
    (void)state;
    struct gate gate;
    assert_true(gate_init(&gate, 60));
    gate_close(&gate, 5000);
    gate_close(&gate, 3000);
    assert_int_equal(gate_wait_ms(&gate, 1000), 4000);
    gate_close(&gate, 6000);
    assert_int_equal(gate_wait_ms(&gate, 1000), 5000);
    gate_free(&gate);
}

static void tells_the_host_s_wish_from_our_own_limit(void **state)
{
    (void)state;
    struct gate gate;
    assert_true(gate_init(&gate, 1));
    gate_pass(&gate, 1000);
    assert_false(gate_is_closed(&gate, 2000));
    assert_int_equal(gate_wait_ms(&gate, 2000), MINUTE - 1000);
    gate_close(&gate, 3000);
    assert_true(gate_is_closed(&gate, 2000));
    assert_int_equal(gate_wait_ms(&gate, 2000), MINUTE - 1000); /* the later of the two */
    assert_false(gate_is_closed(&gate, 3000));
    gate_free(&gate);
}

static void a_limit_above_the_greatest_is_cut_to_it(void **state)
{
    (void)state;
    struct gate gate;
    assert_true(gate_init(&gate, SIZE_MAX));
    for (int i = 0; i < GATE_MAX_PER_MINUTE; i++) {
        assert_int_equal(gate_wait_ms(&gate, 0), 0);
        gate_pass(&gate, 0);
    }
    assert_int_equal(gate_wait_ms(&gate, 0), MINUTE);
    gate_free(&gate);
}

static void each_host_has_its_own_gate(void **state)
{
    (void)state;
    struct gate_table table = {0};
    struct gate *one = gate_table_find(&table, "one:443", 1);
    struct gate *other = gate_table_find(&table, "other:443", 1);
    assert_non_null(one);
    assert_ptr_not_equal(one, other);
    assert_ptr_equal(one, gate_table_find(&table, "one:443", 1));
    gate_pass(one, 1000);
    assert_int_equal(gate_wait_ms(one, 1000), 60000);
    assert_int_equal(gate_wait_ms(other, 1000), 0);
    gate_table_free(&table);
}

/* The URL of a token's metadata is forgotten with the round that read it. */
static void the_table_keeps_a_host_s_name_itself(void **state)
{
    (void)state;
    struct gate_table table = {0};
    char host[] = "one:443";
    struct gate *one = gate_table_find(&table, host, 1);
    memcpy(host, "two:443", sizeof host);
    assert_ptr_equal(one, gate_table_find(&table, "one:443", 1));
    assert_ptr_not_equal(one, gate_table_find(&table, host, 1));
    gate_table_free(&table);
}

static void hosts_beyond_the_table_share_a_gate(void **state)
{
    (void)state;
    static char hosts[GATE_HOSTS_MAX + 2][16];
    struct gate_table table = {0};
    struct gate *last = NULL;
    for (int i = 0; i < GATE_HOSTS_MAX; i++) {
        snprintf(hosts[i], sizeof hosts[i], "host-%d:80", i);
        last = gate_table_find(&table, hosts[i], 1);
    }
    assert_ptr_equal(gate_table_find(&table, "one-more:80", 1), last);
    assert_ptr_equal(gate_table_find(&table, "another:80", 1), last);
    gate_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scans_get_at_most_half_of_what_live_reads_leave),
        cmocka_unit_test(a_scan_waits_exactly_until_one_more_fits),
        cmocka_unit_test(lets_n_pass_in_any_sixty_seconds),
        cmocka_unit_test(says_exactly_how_long_to_wait),
        cmocka_unit_test(is_open_at_first_even_right_after_boot),
        cmocka_unit_test(without_a_limit_only_a_closing_holds_back),
        cmocka_unit_test(a_shorter_closing_never_shortens_a_longer_one),
        cmocka_unit_test(tells_the_host_s_wish_from_our_own_limit),
        cmocka_unit_test(a_limit_above_the_greatest_is_cut_to_it),
        cmocka_unit_test(each_host_has_its_own_gate),
        cmocka_unit_test(the_table_keeps_a_host_s_name_itself),
        cmocka_unit_test(hosts_beyond_the_table_share_a_gate),
    };
    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
