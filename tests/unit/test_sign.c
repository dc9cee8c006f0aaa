#include "eth/sign.h"

#include "support.h"

#define KEY "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"

static struct signer *new_signer(void)
{
    struct signer *signer = NULL;
    assert_int_equal(signer_parse("0x" KEY, &signer), ERR_OK);
    return signer;
}

static void a_key_has_its_address(void **state)
{
    (void)state;
    static const char *const spellings[] = {
        "0x" KEY, KEY, "0x59C6995E998F97A5A0044966F0945389DC9E86DAE88C7A8412F4603B6B78690D"};
    char *text = read_vectors("session-token.txt"), expected[ADDRESS_TEXT_BYTES];
    assert_int_equal(sscanf(text, "address %42s", expected), 1);
    free(text);
    for (size_t i = 0; i < COUNT(spellings); i++) {
        struct signer *signer = NULL;
        char found[ADDRESS_TEXT_BYTES];
        assert_int_equal(signer_parse(spellings[i], &signer), ERR_OK);
        assert_string_equal(address_text(signer_address(signer), found), expected);
        signer_free(signer);
    }
}

static void what_is_no_key_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "0x",
        "0x" KEY "00",
        " " KEY,
        KEY "\n",
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690",
        "0xg9c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", /* the order */
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct signer *signer = NULL;
        if (signer_parse(bad[i], &signer) != ERR_BAD_FORMAT || signer)
            fail_msg("%s is taken for a key", bad[i]);
    }
    struct signer *signer = NULL; /* the largest key there is */
    assert_int_equal(
        signer_parse("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", &signer),
        ERR_OK);
    signer_free(signer);
    signer_free(NULL);
}

/* The vectors' keccak hash of a session message, signed as a message of 32 bytes. */
static void recorded_signatures_are_made_byte_for_byte(void **state)
{
    (void)state;
    static const char *const titles[] = {"EPHEMERAL", "PERSISTENT"}; /* v is 27 and 28 */
    struct signer *signer = new_signer();
    for (size_t i = 0; i < COUNT(titles); i++) {
        cJSON *doc = load_token_vectors(titles[i]);
        uint8_t hash[32], digest[DIGEST_BYTES], wanted[DIGEST_BYTES];
        assert_int_equal(hex_decode_fixed(vector_str(doc, "keccak"), hash, sizeof hash), ERR_OK);
        assert_int_equal(hex_decode_fixed(vector_str(doc, "eip191digest"), wanted, sizeof wanted),
                         ERR_OK);
        message_digest(hash, sizeof hash, digest);
        assert_memory_equal(digest, wanted, sizeof digest);

        struct signature signature;
        char text[SIGNATURE_TEXT_BYTES];
        signer_sign_message(signer, hash, sizeof hash, &signature);
        assert_string_equal(signature_text(&signature, text), vector_str(doc, "signature"));
        struct address who;
        assert_int_equal(signature_recover(&signature, hash, sizeof hash, &who), ERR_OK);
        assert_true(address_equal(&who, signer_address(signer)));
        cJSON_Delete(doc);
    }
    signer_free(signer);
}

/* The recorded signature of a response, in every shape that it can come in. */
static void a_signature_gives_its_signer_and_only_in_one_shape(void **state)
{
    (void)state;
    cJSON *doc = load_token_vectors("RESPSIG");
    const char *text = vector_str(doc, "text");
    struct address expected, who;
    assert_int_equal(address_parse(vector_str(doc, "recovered"), &expected), ERR_OK);
    struct signature recorded;
    assert_int_equal(signature_parse(vector_str(doc, "signature"), &recorded), ERR_OK);
    assert_int_equal(recorded.bytes[64], 27);
    static const struct {
        uint8_t v;
        bool is_signature, is_expected;
    } cases[] = {{27, true, true},   {0, true, true},    {28, true, false},  {1, true, false},
                 {2, false, false},  {3, false, false},  {26, false, false}, {29, false, false},
                 {30, false, false}, {35, false, false}, {255, false, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct signature signature = recorded;
        signature.bytes[64] = cases[i].v;
        enum err err = signature_recover(&signature, text, strlen(text), &who);
        if (err != (cases[i].is_signature ? ERR_OK : ERR_BAD_FORMAT))
            fail_msg("v %d: %s", cases[i].v, err_name(err));
        if (!err && address_equal(&who, &expected) != cases[i].is_expected)
            fail_msg("v %d gives another signer", cases[i].v);
    }
    assert_int_equal(signature_recover(&recorded, text, strlen(text) - 1, &who), ERR_OK);
    assert_false(address_equal(&who, &expected)); /* another message, another signer */

    /* s taken from the order, v turned over: the same signer by the mathematics, refused. */
    struct signature high;
    assert_int_equal(
        signature_parse("0xb83c0f02bae0e9851c21ce9473ef8539fc5f13c1cab8ba461603478ee1911c2b"
                        "b58cb160e53f75fdf5764f43fb6535a0543e3be2f640159665378200621f83121c",
                        &high),
        ERR_OK);
    assert_int_equal(signature_recover(&high, text, strlen(text), &who), ERR_BAD_FORMAT);
    cJSON_Delete(doc);
}

static void numbers_out_of_range_are_no_signature(void **state)
{
    (void)state;
    struct signature signature;
    struct address who;
    memset(signature.bytes, 0, sizeof signature.bytes);
    assert_int_equal(signature_recover(&signature, "", 0, &who), ERR_BAD_FORMAT);
    memset(signature.bytes, 0xff, sizeof signature.bytes - 1);
    assert_int_equal(signature_recover(&signature, "", 0, &who), ERR_BAD_FORMAT);
    static const char *const bad[] = {"", "0x", "0x00", "b83c"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(signature_parse(bad[i], &signature), ERR_BAD_FORMAT);
}

static void messages_of_any_length_come_back_to_their_signer(void **state)
{
    (void)state;
    struct signer *signer = new_signer();
    char message[400]; /* the length stands in the frame with one, two and three digits */
    memset(message, '7', sizeof message);
    for (size_t len = 0; len < sizeof message; len += 9) {
        struct signature signature;
        struct address who;
        signer_sign_message(signer, message, len, &signature);
        assert_int_equal(signature_recover(&signature, message, len, &who), ERR_OK);
        assert_true(address_equal(&who, signer_address(signer)));
    }
    signer_free(signer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_has_its_address),
        cmocka_unit_test(what_is_no_key_is_refused),
        cmocka_unit_test(recorded_signatures_are_made_byte_for_byte),
        cmocka_unit_test(a_signature_gives_its_signer_and_only_in_one_shape),
        cmocka_unit_test(numbers_out_of_range_are_no_signature),
        cmocka_unit_test(messages_of_any_length_come_back_to_their_signer),
    };
    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
