#include "eth/address.h"

#include "support.h"
#include <ctype.h>

/* https://eips.ethereum.org/EIPS/eip-55#test-cases */
static const char *const eip55[] = {
    "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
};

static void recase(const char *text, int (*convert)(int), char out[ADDRESS_TEXT_BYTES])
{
    memcpy(out, text, ADDRESS_TEXT_BYTES);
    for (char *c = out + 2; *c; c++)
        *c = (char)convert((unsigned char)*c);
}

static void assert_round_trip(const char *checksummed)
{
    char lower[ADDRESS_TEXT_BYTES], upper[ADDRESS_TEXT_BYTES];
    recase(checksummed, tolower, lower);
    recase(checksummed, toupper, upper);
    const char *const spellings[] = {checksummed, lower, upper};
    for (size_t i = 0; i < COUNT(spellings); i++) {
        struct address address;
        char text[ADDRESS_TEXT_BYTES];
        assert_int_equal(address_parse(spellings[i], &address), ERR_OK);
        assert_string_equal(address_text(&address, text), checksummed);
    }
}

static void addresses_of_eip_55(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(eip55); i++)
        assert_round_trip(eip55[i]);
}

static void recorded_addresses(void **state)
{
    (void)state;
    static const char *const names[] = {"ledger",    "inference", "user",
                                        "providerA", "providerB", "teeSigner"};
    cJSON *compute = load_json_vectors("compute.json");
    for (size_t i = 0; i < COUNT(names); i++)
        assert_round_trip(vector_str(compute, names[i]));
    cJSON_Delete(compute);

    cJSON *token = load_token_vectors("RESPSIG");
    assert_round_trip(vector_str(token, "signing_address"));
    cJSON_Delete(token);
}

static void one_letter_of_the_wrong_case_is_a_mistyped_address(void **state)
{
    (void)state;
    for (size_t i = 4; i < COUNT(eip55); i++) { /* the mixed ones */
        for (size_t at = 2; at < ADDRESS_TEXT_BYTES - 1; at++) {
            char text[ADDRESS_TEXT_BYTES];
            memcpy(text, eip55[i], sizeof text);
            if (!isalpha((unsigned char)text[at]))
                continue;
            text[at] = (char)(text[at] ^ 0x20);
            struct address address;
            assert_int_equal(address_parse(text, &address), ERR_BAD_FORMAT);
        }
    }
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "0x",
        "27b1fdb04752bbc536007a920d24acb045561c26",
        "0X27b1fdb04752bbc536007a920d24acb045561c26",
        "0x27b1fdb04752bbc536007a920d24acb045561c2",
        "0x27b1fdb04752bbc536007a920d24acb045561c266",
        "0x27b1fdb04752bbc536007a920d24acb045561c2600",
        "0x27b1fdb04752bbc536007a920d24acb045561c2g",
        "0x27b1fdb04752bbc536007a920d24acb045561c26 ",
        " 0x27b1fdb04752bbc536007a920d24acb045561c26",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct address address = {{0x55}}, before = address;
        assert_int_equal(address_parse(texts[i], &address), ERR_BAD_FORMAT);
        assert_memory_equal(&address, &before, sizeof address);
    }
}

static void addresses_are_compared_byte_by_byte(void **state)
{
    (void)state;
    struct address zero = {{0}};
    assert_true(address_is_zero(&zero));
    for (size_t i = 0; i < sizeof zero.bytes; i++) {
        struct address other = zero;
        other.bytes[i] = 1;
        assert_false(address_is_zero(&other));
        assert_false(address_equal(&other, &zero));
        assert_true(address_equal(&other, &other));
    }
    char text[ADDRESS_TEXT_BYTES];
    assert_string_equal(address_text(&zero, text), "0x0000000000000000000000000000000000000000");
}

#define ONE "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
#define TWO "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"

static void a_list_has_each_address_once(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
        size_t count;
    } cases[] = {
        {"", ERR_OK, 0},
        {"  ", ERR_OK, 0},
        {ONE, ERR_OK, 1},
        {" " ONE " ,\t" TWO, ERR_OK, 2},
        {ONE "," ONE "," TWO, ERR_OK, 2},
        {ONE "," TWO ",0x27b1fdb04752bbc536007a920d24acb045561c26", ERR_BAD_FORMAT, 0},
        {ONE ",", ERR_BAD_FORMAT, 0},
        {"," ONE, ERR_BAD_FORMAT, 0},
        {ONE " " TWO, ERR_BAD_FORMAT, 0},
        {ONE "," ONE "0", ERR_BAD_FORMAT, 0},
        {"*", ERR_BAD_FORMAT, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address list[2];
        size_t count = 9;
        enum err err = address_list_parse(cases[i].text, list, COUNT(list), &count);
        if (err != cases[i].err || count != cases[i].count)
            fail_msg("'%s' gives %s and %zu", cases[i].text, err_name(err), count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_eip_55),
        cmocka_unit_test(recorded_addresses),
        cmocka_unit_test(one_letter_of_the_wrong_case_is_a_mistyped_address),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(addresses_are_compared_byte_by_byte),
        cmocka_unit_test(a_list_has_each_address_once),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
