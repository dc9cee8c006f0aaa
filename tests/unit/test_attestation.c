/* What quotes and attestation reports declare about GPUs, in the shapes that are in use. */
#include "zerog/attestation.h"

#include "support.h"

#define EVIDENCE(arch) "{\"certificate\":\"Y2VydA==\",\"evidence\":\"ZXZpZA==\",\"arch\":" arch "}"

static struct arena arena;

static const char *declared(const char *reply)
{
    const char *hardware = NULL;
    if (attestation_hardware(reply, strlen(reply), &arena, &hardware))
        return NULL;
    return hardware;
}

static void gpus_are_counted_and_named(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        /* a broker's quote */
        {"{\"quote\":\"00\",\"nvidia_payload\":{\"nonce\":\"00\",\"evidence_list\":[" EVIDENCE(
             "\"HOPPER\"") "],\"arch\":\"HOPPER\"}}",
         "1 NVIDIA GPU (HOPPER)"},
        /* a model's report: the same as a text */
        {"{\"signing_algo\":\"ecdsa\",\"nvidia_payload\":\"{\\\"evidence_list\\\":[{},{}],"
         "\\\"arch\\\":\\\"BLACKWELL\\\"}\"}",
         "2 NVIDIA GPUs (BLACKWELL)"},
        {"{\"nvidia_payload\":{\"evidence_list\":[" EVIDENCE("\"HOPPER\"") "]}}",
         "1 NVIDIA GPU (HOPPER)"},
        {"{\"nvidia_payload\":{\"evidence_list\":[" EVIDENCE("\"<b>|`\"") "]}}",
         "1 NVIDIA GPU (architecture not named)"},
        {"{\"nvidia_payload\":{\"evidence_list\":[7],\"arch\":"
         "\"AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDD\"}}",
         "1 NVIDIA GPU (architecture not named)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(declared(cases[i][0]), cases[i][1]);
}

static void none_is_none(void **state)
{
    (void)state;
    static const char *const replies[] = {
        "{\"quote\":\"00\",\"event_log\":\"[]\",\"report_data\":\"MHg=\"}",
        "{\"quote\":\"00\",\"nvidia_payload\":null}",
        "{\"nvidia_payload\":\"\"}",
        "{\"nvidia_payload\":\"no JSON\"}",
        "{\"nvidia_payload\":{\"evidence_list\":[],\"arch\":\"HOPPER\"}}",
        "{\"nvidia_payload\":{\"evidence_list\":{\"0\":1},\"arch\":\"HOPPER\"}}",
        "[]",
    };
    const char *hardware = NULL;
    for (size_t i = 0; i < COUNT(replies); i++)
        assert_int_equal(attestation_hardware(replies[i], strlen(replies[i]), &arena, &hardware),
                         ERR_NOT_FOUND);
    assert_int_equal(attestation_hardware("<html>", 6, &arena, &hardware), ERR_NOT_JSON);
    assert_null(hardware);
}

static void the_model_stays_one_value_of_the_query(void **state)
{
    (void)state;
    struct buf path = buf_make(256);
    attestation_put_path(&path, "a/b c&d=\xc3\xa9");
    assert_string_equal(buf_str(&path),
                        "/v1/proxy/attestation/report?model=a%2Fb%20c%26d%3D%C3%A9");
    buf_free(&path);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gpus_are_counted_and_named),
        cmocka_unit_test(none_is_none),
        cmocka_unit_test(the_model_stays_one_value_of_the_query),
    };
    return cmocka_run_group_tests_name("attestation", tests, set_up, tear_down);
}
