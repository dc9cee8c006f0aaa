#include "zerog/session.h"

#include "support.h"

#define KEY     "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
#define NONCE   "00112233445566778899aabbccddeeff"
#define NOW_MS  INT64_C(1767225600000)
#define DAY_MS  INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

static struct session_terms terms_of(uint64_t generation, uint8_t token_id)
{
    struct session_terms terms = {.generation = generation, .token_id = token_id};
    assert_int_equal(address_parse("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", &terms.provider),
                     ERR_OK);
    return terms;
}

static struct session make(uint64_t generation, uint8_t token_id)
{
    struct signer *signer = NULL;
    struct session session;
    assert_int_equal(signer_parse(KEY, &signer), ERR_OK);
    struct session_terms terms = terms_of(generation, token_id);
    session_make(signer, &terms, NONCE, NOW_MS, &session);
    signer_free(signer);
    return session;
}

static void recorded_tokens_are_made_byte_for_byte(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        uint64_t generation;
        uint8_t token_id;
        int64_t expires_ms;
    } cases[] = {{"EPHEMERAL", 0, SESSION_EPHEMERAL, NOW_MS + DAY_MS}, {"PERSISTENT", 3, 7, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON *doc = load_token_vectors(cases[i].title);
        struct session session = make(cases[i].generation, cases[i].token_id);
        assert_string_equal(session.authorization, vector_str(doc, "authorization"));
        assert_int_equal(session.expires_ms, cases[i].expires_ms);
        cJSON_Delete(doc);
    }
}

static void the_longest_token_fits(void **state)
{
    (void)state;
    struct signer *signer = NULL;
    struct session session;
    assert_int_equal(signer_parse(KEY, &signer), ERR_OK);
    struct session_terms terms = terms_of(UINT64_MAX, 254);
    session_make(signer, &terms, NONCE, INT64_MAX, &session);
    signer_free(signer);
    size_t len = strlen(session.authorization);
    assert_in_range(len, 500, SESSION_HEADER_BYTES - 1);
    assert_int_equal((len - strlen("Bearer app-sk-")) % 4, 0); /* whole, and padded */
}

static void a_token_is_renewed_before_it_expires(void **state)
{
    (void)state;
    struct session day = make(0, SESSION_EPHEMERAL), forever = make(0, 0);
    assert_false(session_is_due(&day, NOW_MS));
    assert_false(session_is_due(&day, NOW_MS + DAY_MS - HOUR_MS));
    assert_true(session_is_due(&day, NOW_MS + DAY_MS - HOUR_MS + 1));
    assert_true(session_is_due(&day, NOW_MS + 2 * DAY_MS));
    assert_false(session_is_due(&forever, NOW_MS + 10000 * DAY_MS));
    struct session none = {.expires_ms = 0};
    assert_true(session_is_due(&none, NOW_MS));
}

static void a_wiped_session_holds_no_byte_of_it(void **state)
{
    (void)state;
    struct session session = make(0, SESSION_EPHEMERAL);
    static const struct session nothing;
    session_wipe(&session);
    assert_memory_equal(&session, &nothing, sizeof session);
    assert_true(session_is_due(&session, NOW_MS));
}

static void nonces_differ_and_are_plain(void **state)
{
    (void)state;
    char nonces[50][SESSION_NONCE_BYTES];
    for (size_t i = 0; i < COUNT(nonces); i++) {
        assert_int_equal(session_nonce(nonces[i]), ERR_OK);
        assert_int_equal(strspn(nonces[i], "0123456789abcdef"), SESSION_NONCE_BYTES - 1);
        assert_int_equal(strlen(nonces[i]), SESSION_NONCE_BYTES - 1);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(nonces[i], nonces[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_tokens_are_made_byte_for_byte),
        cmocka_unit_test(the_longest_token_fits),
        cmocka_unit_test(a_token_is_renewed_before_it_expires),
        cmocka_unit_test(a_wiped_session_holds_no_byte_of_it),
        cmocka_unit_test(nonces_differ_and_are_plain),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
