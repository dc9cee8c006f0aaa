#include "zerog/refusal.h"

#include "support.h"

static void every_known_text_has_its_meaning(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum refusal refusal;
    } cases[] = {
        /* The texts of the broker, as it writes them. */
        {400, "{\"error\":\"missing or invalid Authorization header\"}", REFUSAL_CREDENTIAL},
        {401, "{\"error\":\"invalid base64 in Authorization payload\"}", REFUSAL_CREDENTIAL},
        {400, "{\"error\":\"invalid Authorization payload\"}", REFUSAL_CREDENTIAL},
        {400, "{\"error\":\"invalid session token format\"}", REFUSAL_CREDENTIAL},
        {400, "{\"error\":\"invalid signature\"}", REFUSAL_CREDENTIAL},
        {400, "{\"error\":\"signature verification failed: address mismatch\"}",
         REFUSAL_CREDENTIAL},
        {400, "{\"error\":\"session token is for different provider\"}", REFUSAL_SESSION},
        {400, "{\"error\":\"session token expired\"}", REFUSAL_SESSION},
        {400, "{\"error\":\"ephemeral token must have an expiration time\"}", REFUSAL_SESSION},
        {400, "{\"error\":\"session duration cannot exceed 24 hours\"}", REFUSAL_SESSION},
        {400, "{\"error\":\"session token revoked: token id 7\"}", REFUSAL_SESSION},
        {400,
         "{\"error\":\"session token revoked, generation mismatch: token has 0, account has 1\"}",
         REFUSAL_SESSION},
        {400, "{\"error\":\"missing session authentication headers\"}", REFUSAL_OLD_BROKER},
        {400, "{\"error\":\"missing Header: Address\"}", REFUSAL_OLD_BROKER},
        {400, "{\"error\":\"get account from contract: account not exist\"}", REFUSAL_NO_ACCOUNT},
        {400, "{\"error\":\"execution reverted: AccountNotExists\"}", REFUSAL_NO_ACCOUNT},
        {400, "{\"error\":\"user not acknowledge the provider\"}", REFUSAL_NOT_ACKNOWLEDGED},
        {400, "{\"error\":\"service not acknowledge the tee signer\"}", REFUSAL_NOT_APPROVED},
        {400,
         "{\"error\":\"insufficient balance: your locked balance is 0.5 0G, but the required "
         "minimum is 1.0 0G\"}",
         REFUSAL_BALANCE},
        {402, "{\"error\":\"insufficient balance\"}", REFUSAL_BALANCE},
        {400, "{\"error\":\"model mismatch: service model is a/b\"}", REFUSAL_MODEL},
        {400, "{\"error\":\"model x is not in the allowlist\"}", REFUSAL_MODEL},
        {429, "{\"error\":\"too many invalid model requests\"}", REFUSAL_MODEL},
        {400, "{\"error\":\"unsupported endpoint: endpoint not supported\"}", REFUSAL_PATH},
        {403, "{\"error\":\"you can only query your own unsettled fee\"}", REFUSAL_FORBIDDEN},
        {400, "{\"error\":\"Chat id not found or expired, chat_id_not_found\"}",
         REFUSAL_NO_SIGNATURE},
        {404, "{\"error\":\"chat_id_not_found\"}", REFUSAL_NO_SIGNATURE},
        {409, "{\"error\":\"e2ee_key_mismatch\"}", REFUSAL_ENCRYPTION},
        {410, "{\"error\":\"model a is no longer available (expired at 2026-01-01)\"}",
         REFUSAL_MODEL_GONE},
        {413, "{\"error\":\"Request body size exceeds the limit of 32MB\"}", REFUSAL_TOO_LARGE},
        {429, "{\"error\":\"Rate limit exceeded. Please slow down (limit: 5 requests/min)\"}",
         REFUSAL_RATE},
        {501, "{\"error\":\"LLM attestation report is not available for this provider\"}",
         REFUSAL_NO_ATTESTATION},
        {502, "Bad Gateway", REFUSAL_UPSTREAM},
        {504, "Gateway Timeout", REFUSAL_UPSTREAM},
        {503, "{\"error\":\"Server is currently processing too many requests\"}", REFUSAL_BUSY},
        /* What stands behind a broker, and what stands before it. */
        {400, "{\"error\":{\"message\":\"Session token EXPIRED\",\"code\":null}}", REFUSAL_SESSION},
        {400, "{\"object\":\"error\",\"message\":\"insufficient balance\"}", REFUSAL_BALANCE},
        {400, "{\"error\":{\"message\":\"messages must be a list\"}}", REFUSAL_REQUEST},
        {400, "{\"error\":\"image generation failed: bad size\"}", REFUSAL_REQUEST},
        {403, "<html><body>403 Forbidden</body></html>", REFUSAL_FORBIDDEN},
        {404, "", REFUSAL_PATH},
        {429, "slow down", REFUSAL_RATE},
        {500, "{\"error\":7}", REFUSAL_FAULT},
        {599, "", REFUSAL_FAULT},
        {418, "", REFUSAL_REQUEST},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum refusal found = refusal_of(cases[i].status, cases[i].body, strlen(cases[i].body));
        if (found != cases[i].refusal)
            fail_msg("%d %s: %s", cases[i].status, cases[i].body, refusal_name(found));
    }
    assert_int_equal(refusal_of(502, NULL, 0), REFUSAL_UPSTREAM);
}

/* A member that is not the message decides nothing, and neither does what stands far behind. */
static void only_the_message_counts(void **state)
{
    (void)state;
    static const char elsewhere[] =
        "{\"error\":\"model does not answer\",\"model\":\"insufficient balance\"}";
    assert_int_equal(refusal_of(400, elsewhere, sizeof elsewhere - 1), REFUSAL_REQUEST);
    static const char body[] = "insufficient balance";
    assert_int_equal(refusal_of(400, body, 12), REFUSAL_REQUEST); /* not NUL-terminated */
    char huge[70000];
    memset(huge, 'x', sizeof huge);
    memcpy(huge + sizeof huge - sizeof body, body, sizeof body);
    assert_int_equal(refusal_of(400, huge, sizeof huge), REFUSAL_REQUEST);
}

static void every_refusal_has_its_words(void **state)
{
    (void)state;
    for (enum refusal r = 0; r < REFUSAL_COUNT; r++) {
        assert_true(strlen(refusal_name(r)) > 0);
        assert_true(strlen(refusal_meaning(r)) > 10);
        assert_true(strlen(refusal_remedy(r)) > 5);
        for (enum refusal other = 0; other < r; other++)
            assert_string_not_equal(refusal_name(r), refusal_name(other));
    }
    assert_int_equal(refusal_action(REFUSAL_SESSION), REFUSAL_RENEWS);
    assert_int_equal(refusal_action(REFUSAL_BALANCE), REFUSAL_STOPS);
    assert_int_equal(refusal_action(REFUSAL_BUSY), REFUSAL_WAITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_known_text_has_its_meaning),
        cmocka_unit_test(only_the_message_counts),
        cmocka_unit_test(every_refusal_has_its_words),
    };
    return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
