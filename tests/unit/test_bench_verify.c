/* A report against its raw data: true ones hold, and whatever is changed is found and named. */
#include "bench/verify.h"

#include "bench/report.h"
#include "support_record.h"

static struct arena arena;
static struct sample sample, other;
static struct buf markdown, json, words;

/* The report of the sample as it is now. */
static void make_beside(const struct bench_record *baseline, const struct bench_record *previous)
{
    struct report report;
    buf_reset(&markdown);
    buf_reset(&json);
    assert_int_equal(report_make(&sample.record, baseline, previous, &arena, &report), ERR_OK);
    report_put_markdown(&markdown, &report);
    report_put_json(&json, &report);
    assert_int_equal(markdown.err, ERR_OK);
    assert_int_equal(json.err, ERR_OK);
}

static void make(const struct bench_record *baseline)
{
    make_beside(baseline, NULL);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    markdown = json = words = buf_make(BUF_NO_LIMIT);
    sample_make(&sample);
    sample_sign(&sample);
    sample_make(&other);
    make(NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    buf_free(&markdown);
    buf_free(&json);
    buf_free(&words);
    return 0;
}

static bool holds(void)
{
    buf_reset(&words);
    return verify_report((struct verify_text){"x.md", markdown.data, markdown.len},
                         (struct verify_text){"x.json", json.data, json.len}, &words);
}

static void assert_fails_with(const char *part)
{
    if (holds())
        fail_msg("verified, although: %s", part);
    if (!strstr(words.data, part))
        fail_msg("not said: %s\nbut: %s", part, words.data);
}

static void a_true_report_holds(void **state)
{
    (void)state;
    assert_true(holds());
    assert_non_null(strstr(words.data, "the chain over the head and 11 calls gives 0x"));
    assert_non_null(strstr(words.data, "the root is signed by 0x"));
    assert_non_null(strstr(words.data, "x.md is what the raw data gives, byte for byte"));
}

static void several_endpoints_and_a_baseline_hold(void **state)
{
    (void)state;
    sample_add_endpoint(&sample);
    sample_sign(&sample);
    other.record.head.plan.kind = ENDPOINT_BASELINE;
    sample_set_root(&other.record);
    make(&other.record);
    assert_true(holds());
    assert_non_null(strstr(words.data, "not signed, so anybody may have made these figures"));
}

static void an_earlier_run_is_checked_too(void **state)
{
    (void)state;
    make_beside(NULL, &other.record);
    assert_true(holds());
    other.calls[3].end_us++;
    make_beside(NULL, &other.record);
    assert_fails_with("the head or a call was changed, added, removed or moved");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One digit after the other, in both files. */
static void every_changed_digit_is_found(void **state)
{
    (void)state;
    struct buf *texts[] = {&markdown, &json};
    make(&other.record);
    for (size_t t = 0; t < COUNT(texts); t++) {
        size_t changed = 0;
        for (size_t i = 0; i < texts[t]->len; i++) {
            char *c = &texts[t]->data[i];
            if (!is_digit(*c) || changed++ % 13)
                continue; /* some of them, for the time it takes */
            const char before = *c;
            *c = before == '9' ? '8' : (char)(before + 1);
            if (holds())
                fail_msg("digit %zu of file %zu may be changed", i, t);
            *c = before;
        }
        assert_true(changed > 500);
    }
    assert_true(holds());
}

static void the_place_of_a_change_is_named(void **state)
{
    (void)state;
    char *at = strstr(markdown.data, "| 2233.489 ms |");
    assert_non_null(at);
    at[2] = '1';
    assert_fails_with("x.md differs in line ");
    assert_non_null(strstr(words.data, "1233.489"));
    assert_non_null(strstr(words.data, ", the raw data gives "));
}

static void a_cut_or_longer_markdown_is_found(void **state)
{
    (void)state;
    markdown.len--;
    assert_fails_with("(its end)");
    markdown.len++;
    buf_puts(&markdown, "And more.\n");
    assert_fails_with("(its end)");
}

static void derived_figures_in_the_json_are_checked(void **state)
{
    (void)state;
    char *at = strstr(json.data, "\"average\":2584623");
    assert_non_null(at);
    at[strlen("\"average\":")] = '1';
    assert_fails_with("x.json differs in line ");
}

/* Consistent in itself: the figures follow from the changed call, the chain does not. */
static void a_changed_call_breaks_the_chain(void **state)
{
    (void)state;
    sample.calls[9].end_us -= 3000000;
    make(NULL);
    assert_fails_with("the head or a call was changed, added, removed or moved");
}

static void a_missing_call_breaks_the_chain(void **state)
{
    (void)state;
    memmove(&sample.calls[7], &sample.calls[8], 3 * sizeof sample.calls[0]);
    sample.record.call_count--;
    make(NULL);
    assert_fails_with("the chain over the head and 10 calls gives");
}

/* With a new root as well, the signature is what is left. */
static void a_new_root_is_not_signed(void **state)
{
    (void)state;
    sample.calls[9].end_us -= 3000000;
    sample_set_root(&sample.record);
    make(NULL);
    assert_fails_with("the signature is of 0x");
}

static void the_signer_is_the_wallet(void **state)
{
    (void)state;
    sample_sign(&other);
    sample.record.head.environment.wallet = "0xf07240Efa67755B5311bc75784a061eDB47165Dd";
    sample_set_root(&sample.record);
    struct signer *signer;
    struct signature signature;
    assert_int_equal(
        signer_parse("1111111111111111111111111111111111111111111111111111111111111111", &signer),
        ERR_OK);
    signer_sign_message(signer, sample.record.tail.root.bytes, 32, &signature);
    signature_text(&signature, sample.signature);
    signer_free(signer);
    make(NULL);
    assert_fails_with("which is not the wallet of the run");
}

static void half_a_signature_is_none(void **state)
{
    (void)state;
    sample.record.tail.signer = NULL;
    make(NULL);
    assert_fails_with("the signature is none");
    sample.record.tail.signer = sample.signer;
    sample.record.tail.signature = "0x12";
    make(NULL);
    assert_fails_with("the signature is none");
}

static void costs_follow_from_tokens(void **state)
{
    (void)state;
    sample.calls[2].cost--;
    sample_sign(&sample);
    make(NULL);
    assert_fails_with("call 2 costs 52999999999999 neuron in its record, 53000000000000 by its "
                      "tokens and prices");
    sample.calls[2].cost_at_most = true; /* then it is the worst case that counts */
    sample_sign(&sample);
    make(NULL);
    assert_fails_with("111000000000000 by its tokens and prices");
    sample.calls[2].cost =
        (214 + 256) * SAMPLE_INPUT_PRICE + 160 * SAMPLE_OUTPUT_PRICE; /* bytes + template */
    sample_sign(&sample);
    make(NULL);
    assert_true(holds());
    sample.calls[7].cost = 1; /* nothing came */
    sample_sign(&sample);
    make(NULL);
    assert_fails_with("call 7 costs 1 neuron in its record, 0 by its");
}

static void an_unsealed_report_does_not_hold(void **state)
{
    (void)state;
    sample.record.ended = false;
    make(NULL);
    assert_fails_with("not sealed");
    sample.record.ended = true;
    sample.record.tail.root.known = false;
    make(NULL);
    assert_fails_with("not sealed");
}

static void a_baseline_is_checked_as_well(void **state)
{
    (void)state;
    other.calls[4].end_us--;
    make(&other.record);
    assert_fails_with("the head or a call was changed");
}

static void what_is_no_report_is_named_by_its_line(void **state)
{
    (void)state;
    char *at = strstr(json.data, "\"number\":3");
    assert_non_null(at);
    at[1] = 'N';
    assert_fails_with("x.json, line 8: not as this program writes it");
    json.len = 0;
    assert_fails_with("x.json, line 0: not as this program writes it");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_true_report_holds),
        TEST(several_endpoints_and_a_baseline_hold),
        TEST(an_earlier_run_is_checked_too),
        TEST(every_changed_digit_is_found),
        TEST(the_place_of_a_change_is_named),
        TEST(a_cut_or_longer_markdown_is_found),
        TEST(derived_figures_in_the_json_are_checked),
        TEST(a_changed_call_breaks_the_chain),
        TEST(a_missing_call_breaks_the_chain),
        TEST(a_new_root_is_not_signed),
        TEST(the_signer_is_the_wallet),
        TEST(half_a_signature_is_none),
        TEST(costs_follow_from_tokens),
        TEST(an_unsealed_report_does_not_hold),
        TEST(a_baseline_is_checked_as_well),
        TEST(what_is_no_report_is_named_by_its_line),
    };
    return cmocka_run_group_tests_name("bench verify", tests, NULL, NULL);
}
