#include "zerog/tee.h"

#include "base/crypto.h"
#include "eth/sign.h"
#include "support.h"

#define SIGNER  "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"
#define TEE_KEY "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"

static struct address address_of(const char *text)
{
    struct address address;
    assert_int_equal(address_parse(text, &address), ERR_OK);
    return address;
}

/* A reply as a provider makes it, signed by the key of the recorded signature. */
static char *signed_reply(const char *text)
{
    struct signer *signer = NULL;
    struct signature signature;
    char hex[SIGNATURE_TEXT_BYTES];
    assert_int_equal(signer_parse(TEE_KEY, &signer), ERR_OK);
    signer_sign_message(signer, text, strlen(text), &signature);
    signer_free(signer);
    struct buf reply = buf_make(BUF_NO_LIMIT);
    buf_printf(&reply,
               "{\"text\":\"%s\",\"signature\":\"%s\",\"signing_address\":\"" SIGNER
               "\",\"signing_algo\":\"ecdsa\"}",
               text, signature_text(&signature, hex));
    return buf_take(&reply);
}

static void the_recorded_response_is_proven(void **state)
{
    (void)state;
    cJSON *doc = load_token_vectors("RESPSIG");
    const char *request = vector_str(doc, "req"), *response = vector_str(doc, "res");
    uint8_t hashes[2][32];
    crypto_sha256(request, strlen(request), hashes[0]);
    crypto_sha256(response, strlen(response), hashes[1]);
    struct buf reply = buf_make(BUF_NO_LIMIT);
    buf_printf(&reply, "{\"text\":\"%s\",\"signature\":\"%s\",\"signing_algo\":\"ecdsa\"}",
               vector_str(doc, "text"), vector_str(doc, "signature"));
    const struct address signer = address_of(SIGNER), other = {{7}};
    const struct {
        const struct address *signer;
        const uint8_t *request, *response;
        enum tee_verdict verdict;
    } cases[] = {
        {&signer, hashes[0], hashes[1], TEE_RESPONSE}, {&signer, NULL, NULL, TEE_SIGNER},
        {&signer, hashes[0], NULL, TEE_SIGNER},        {&signer, NULL, hashes[1], TEE_SIGNER},
        {&signer, hashes[1], hashes[0], TEE_SIGNER},   {&signer, hashes[0], hashes[0], TEE_SIGNER},
        {&other, hashes[0], hashes[1], TEE_BAD},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (tee_check(reply.data, reply.len, cases[i].signer, cases[i].request,
                      cases[i].response) != cases[i].verdict)
            fail_msg("case %zu", i);
    buf_free(&reply);
    cJSON_Delete(doc);
}

/* The hash of "abc" as request and that of "" as response. */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define NIL "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void only_whole_hashes_in_their_places_match(void **state)
{
    (void)state;
    uint8_t request[32], response[32];
    crypto_sha256("abc", 3, request);
    crypto_sha256("", 0, response);
    static const struct {
        const char *text;
        enum tee_verdict verdict;
    } cases[] = {
        {ABC ":" NIL, TEE_RESPONSE},
        {ABC ":" NIL ":centralized:openai:abab", TEE_RESPONSE},
        {ABC ":" NIL "00", TEE_SIGNER},
        {ABC NIL, TEE_SIGNER},
        {NIL ":" ABC, TEE_SIGNER},
        {ABC ":", TEE_SIGNER},
        {ABC, TEE_SIGNER},
        {"", TEE_SIGNER},
        {"ba78", TEE_SIGNER},
    };
    const struct address signer = address_of(SIGNER);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *reply = signed_reply(cases[i].text);
        if (tee_check(reply, strlen(reply), &signer, request, response) != cases[i].verdict)
            fail_msg("%s", cases[i].text);
        free(reply);
    }
}

static void a_changed_reply_is_bad_and_an_empty_one_absent(void **state)
{
    (void)state;
    const struct address signer = address_of(SIGNER);
    char *reply = signed_reply(ABC ":" NIL);
    assert_int_equal(tee_check(reply, strlen(reply), &signer, NULL, NULL), TEE_SIGNER);
    char *text = strstr(reply, ABC);
    text[0] = 'c';
    assert_int_equal(tee_check(reply, strlen(reply), &signer, NULL, NULL), TEE_BAD);
    free(reply);
    static const struct {
        const char *reply;
        enum tee_verdict verdict;
    } cases[] = {
        {"", TEE_ABSENT},
        {"no json", TEE_ABSENT},
        {"[]", TEE_ABSENT},
        {"{}", TEE_ABSENT},
        {"{\"text\":\"a\"}", TEE_ABSENT},
        {"{\"signature\":\"0x00\"}", TEE_ABSENT},
        {"{\"text\":7,\"signature\":\"0x00\"}", TEE_ABSENT},
        {"{\"text\":\"a\",\"signature\":\"0x00\",\"signing_algo\":\"ed25519\"}", TEE_ABSENT},
        {"{\"text\":\"a\",\"signature\":\"0x00\"}", TEE_BAD},
        {"{\"text\":\"a\",\"signature\":\"\",\"signing_algo\":\"ecdsa\"}", TEE_BAD},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (tee_check(cases[i].reply, strlen(cases[i].reply), &signer, NULL, NULL) !=
            cases[i].verdict)
            fail_msg("%s", cases[i].reply);
}

/* The reply names whom it likes; only the signature says who signed. */
static void the_address_in_the_reply_counts_for_nothing(void **state)
{
    (void)state;
    char *reply = signed_reply(ABC ":" NIL);
    char *named = strstr(reply, SIGNER);
    const struct address signer = address_of(SIGNER);
    const struct address claimed = address_of("0x1111111111111111111111111111111111111111");
    memset(named + 2, '1', 40);
    assert_int_equal(tee_check(reply, strlen(reply), &signer, NULL, NULL), TEE_SIGNER);
    assert_int_equal(tee_check(reply, strlen(reply), &claimed, NULL, NULL), TEE_BAD);
    free(reply);
}

#define TARGET  "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
#define NOBODY  "0x0000000000000000000000000000000000000000"
#define TO(hex) "\"TargetTeeAddress\":\"" hex "\""

static void the_expected_signer_is_the_one_that_the_contract_lists(void **state)
{
    (void)state;
    static const struct {
        const char *info;
        bool has_tee, acknowledged;
        const char *signer; /* NULL: none */
    } cases[] = {
        {"", true, true, SIGNER},
        {"{}", true, true, SIGNER},
        {"not json", true, true, SIGNER},
        {"{}", true, false, NULL},
        {"{}", false, true, NULL},
        {"{\"TargetSeparated\":true," TO(TARGET) "}", true, true, TARGET},
        {"{\"TargetSeparated\":true," TO(TARGET) "}", true, false, NULL},
        {"{\"TargetSeparated\":false," TO(TARGET) "}", true, true, SIGNER},
        {"{" TO(TARGET) "}", true, true, SIGNER},
        {"{\"TargetSeparated\":true}", true, true, SIGNER},
        {"{\"TargetSeparated\":true," TO("0x12") "}", true, true, SIGNER},
        {"{\"TargetSeparated\":true," TO(NOBODY) "}", true, true, NULL},
        {"{\"TargetSeparated\":true,\"ProviderType\":\"centralized\"," TO(TARGET) "}", true, true,
         SIGNER},
        {"{\"TargetSeparated\":true,\"ProviderType\":\"decentralized\"," TO(TARGET) "}", true, true,
         TARGET},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct service service = {.has_tee = cases[i].has_tee,
                                  .tee_acknowledged = cases[i].acknowledged,
                                  .tee_signer = address_of(SIGNER)};
        service.additional_info.text = (struct abi_text){cases[i].info, strlen(cases[i].info)};
        struct address signer, expected;
        enum err err = tee_signer(&service, &signer);
        if (err != (cases[i].signer ? ERR_OK : ERR_NOT_FOUND))
            fail_msg("%s: %s", cases[i].info, err_name(err));
        if (err)
            continue;
        expected = address_of(cases[i].signer);
        if (!address_equal(&signer, &expected))
            fail_msg("%s: another signer", cases[i].info);
    }
    struct service unset = {.has_tee = true, .tee_acknowledged = true};
    struct address signer;
    assert_int_equal(tee_signer(&unset, &signer), ERR_NOT_FOUND);
}

static void foreign_text_cannot_leave_its_place_in_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *chat_id, *model, *path; /* NULL: refused */
    } cases[] = {
        {"chatcmpl-1", "qwen/qwen-2.5", "/v1/proxy/signature/chatcmpl-1?model=qwen%2Fqwen-2.5"},
        {"a/../b?c#d", "m&x=1", "/v1/proxy/signature/a%2F..%2Fb%3Fc%23d?model=m%26x%3D1"},
        {"\xc3\xa9 %", "", "/v1/proxy/signature/%C3%A9%20%25?model="},
        {"", "m", NULL},
        {".", "m", NULL},
        {"..", "m", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf path = buf_make(BUF_NO_LIMIT);
        const struct abi_text model = {cases[i].model, strlen(cases[i].model)};
        enum err err = tee_put_path(&path, cases[i].chat_id, model);
        assert_int_equal(err, cases[i].path ? ERR_OK : ERR_BAD_FORMAT);
        if (!err)
            assert_string_equal(buf_str(&path), cases[i].path);
        buf_free(&path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_recorded_response_is_proven),
        cmocka_unit_test(only_whole_hashes_in_their_places_match),
        cmocka_unit_test(a_changed_reply_is_bad_and_an_empty_one_absent),
        cmocka_unit_test(the_address_in_the_reply_counts_for_nothing),
        cmocka_unit_test(the_expected_signer_is_the_one_that_the_contract_lists),
        cmocka_unit_test(foreign_text_cannot_leave_its_place_in_the_path),
    };
    return cmocka_run_group_tests_name("tee", tests, NULL, NULL);
}
