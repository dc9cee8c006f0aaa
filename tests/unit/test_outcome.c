#include "bench/classify.h"
#include "bench/outcome.h"

#include "support.h"

static void every_outcome_is_written_and_read(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        char text[OUTCOME_TEXT_BYTES];
        const int status = i == OUTCOME_HTTP_4XX ? 404 : i == OUTCOME_HTTP_5XX ? 503 : 0;
        enum outcome outcome;
        int http_status = -1;
        outcome_text(i, status, text);
        assert_int_equal(outcome_parse(text, &outcome, &http_status), ERR_OK);
        assert_int_equal(outcome, i);
        assert_int_equal(http_status, status);
    }
    char text[OUTCOME_TEXT_BYTES];
    assert_string_equal(outcome_text(OUTCOME_OK, 200, text), "ok");
    assert_string_equal(outcome_text(OUTCOME_HTTP_4XX, 404, text), "http_4xx:404");
    assert_string_equal(outcome_text(OUTCOME_RATE_LIMITED, 429, text), "rate_limited");
}

static void other_words_are_refused(void **state)
{
    (void)state;
    static const char *const words[] = {
        "",
        "OK",
        "o",
        "okay",
        "ok:200",
        "ok:",
        "http_4xx",
        "http_4xx:",
        "http_4xx:44",
        "http_4xx:4040",
        "http_4xx:4o4",
        "http_4xx:099",
        "http_3xx:302",
        "http_4xx:-40",
        " ok",
        "timeout",
        "timeout_stall ",
    };
    for (size_t i = 0; i < COUNT(words); i++) {
        enum outcome outcome;
        int status;
        assert_int_equal(outcome_parse(words[i], &outcome, &status), ERR_BAD_FORMAT);
    }
}

static void time_outs_are_lower_bounds(void **state)
{
    (void)state;
    unsigned count = 0;
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        char text[OUTCOME_TEXT_BYTES];
        const bool is_timeout = strncmp(outcome_text(i, 500, text), "timeout_", 8) == 0;
        assert_int_equal(outcome_is_timeout(i), is_timeout);
        count += is_timeout;
    }
    assert_int_equal(count, 4);
}

/* What the way through a server cannot show: which of several reasons wins. */
static void the_first_class_that_fits_wins(void **state)
{
    (void)state;
    static const struct {
        struct call_facts facts;
        enum outcome outcome;
    } cases[] = {
        {{.connected = true, .http_status = 200, .anything = true, .whole = true, .text = true},
         OUTCOME_OK},
        {{.err = ERR_REFUSED_ADDRESS, .stopped = OUTCOME_CANCELLED}, OUTCOME_REFUSED_ADDRESS},
        {{.err = ERR_TIMEOUT}, OUTCOME_TIMEOUT_CONNECT},
        {{.err = ERR_TIMEOUT, .connected = true}, OUTCOME_TIMEOUT_TOTAL},
        {{.err = ERR_TIMEOUT, .connected = true, .http_status = 500}, OUTCOME_TIMEOUT_TOTAL},
        {{.err = ERR_CANCELLED, .stopped = OUTCOME_TIMEOUT_FIRST_TOKEN}, OUTCOME_TIMEOUT_CONNECT},
        {{.err = ERR_CANCELLED,
          .stopped = OUTCOME_TIMEOUT_STALL,
          .connected = true,
          .http_status = 200,
          .error_object = true},
         OUTCOME_TIMEOUT_STALL},
        {{.err = ERR_CANCELLED, .stopped = OUTCOME_CANCELLED}, OUTCOME_CANCELLED},
        {{.err = ERR_CANCELLED,
          .stopped = OUTCOME_CANCELLED,
          .connected = true,
          .http_status = 200,
          .anything = true},
         OUTCOME_CANCELLED},
        {{.err = ERR_BAD_FORMAT, .connected = true}, OUTCOME_CONNECT},
        {{.err = ERR_TLS}, OUTCOME_TLS},
        {{.err = ERR_TLS, .connected = true, .http_status = 200, .anything = true},
         OUTCOME_TRUNCATED},
        {{.connected = true, .http_status = 429, .refusal = REFUSAL_MODEL}, OUTCOME_RATE_LIMITED},
        {{.connected = true, .http_status = 400, .refusal = REFUSAL_RATE}, OUTCOME_RATE_LIMITED},
        {{.connected = true, .http_status = 400, .refusal = REFUSAL_OLD_BROKER}, OUTCOME_AUTH},
        {{.connected = true, .http_status = 400, .refusal = REFUSAL_NOT_APPROVED},
         OUTCOME_NOT_ACKNOWLEDGED},
        {{.connected = true, .http_status = 403, .refusal = REFUSAL_FORBIDDEN}, OUTCOME_HTTP_4XX},
        {{.connected = true, .http_status = 500, .refusal = REFUSAL_BALANCE}, OUTCOME_HTTP_5XX},
        {{.err = ERR_TRUNCATED, .connected = true, .http_status = 400, .refusal = REFUSAL_REQUEST},
         OUTCOME_HTTP_4XX},
        {{.err = ERR_TRUNCATED, .connected = true, .http_status = 200, .error_object = true},
         OUTCOME_STREAM_ERROR},
        {{.connected = true, .http_status = 200, .anything = true, .text = true},
         OUTCOME_TRUNCATED},
        {{.connected = true, .http_status = 200, .anything = true, .whole = true}, OUTCOME_EMPTY},
        {{.connected = true, .http_status = 204}, OUTCOME_EMPTY},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (classify(&cases[i].facts) != cases[i].outcome)
            fail_msg("case %zu has class %d", i, classify(&cases[i].facts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_is_written_and_read),
        cmocka_unit_test(other_words_are_refused),
        cmocka_unit_test(time_outs_are_lower_bounds),
        cmocka_unit_test(the_first_class_that_fits_wins),
    };
    return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
