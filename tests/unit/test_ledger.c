#include "zerog/ledger.h"

#include "support_chain.h"

static struct arena arena;

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void the_call_is_the_selector_and_the_user(void **state)
{
    (void)state;
    struct address user;
    struct buf data = buf_make(BUF_NO_LIMIT), text = buf_make(BUF_NO_LIMIT);
    assert_int_equal(address_parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", &user), ERR_OK);
    ledger_put_get(&data, &user);
    hex_put(&text, (const uint8_t *)data.data, data.len);
    assert_string_equal(buf_str(&text), "0xf7cd6af9"
                                        "00000000000000000000000070997970c51812dc3a010c7d01b50e0d"
                                        "17dc79c8");
    buf_free(&data);
    buf_free(&text);
}

static void the_recorded_ledger_is_read(void **state)
{
    (void)state;
    cJSON *doc = load_json_vectors("compute.json");
    size_t len;
    const uint8_t *bytes = decode_hex(&arena, vector_str(doc, "getLedgerReturn"), &len);
    struct ledger ledger;
    char text[AMOUNT_TEXT_BYTES];
    assert_int_equal(ledger_decode(bytes, len, &ledger), ERR_OK);
    assert_string_equal(amount_text(ledger.available, text), "2000000000000000000");
    assert_string_equal(amount_text(ledger.total, text), "2999876543211000000");
    cJSON_Delete(doc);
}

static void a_shorter_answer_is_truncated_and_never_read_past(void **state)
{
    (void)state;
    struct buf whole = buf_make(BUF_NO_LIMIT);
    put_ledger(&whole, 5, 9);
    for (size_t len = 1; len < 4 * 32; len++) {
        uint8_t *part = malloc(len); /* its own allocation: the sanitizer sees a byte too far */
        assert_non_null(part);
        memcpy(part, whole.data, len);
        struct ledger ledger;
        enum err err = ledger_decode(part, len, &ledger);
        if (err != ERR_TRUNCATED && err != ERR_BAD_OFFSET)
            fail_msg("%zu bytes: %s", len, err_name(err));
        free(part);
    }
    struct ledger ledger;
    assert_int_equal(ledger_decode((const uint8_t *)whole.data, 4 * 32, &ledger), ERR_OK);
    assert_true(ledger.available == 5 && ledger.total == 9);
    buf_free(&whole);
}

static void no_data_means_no_contract(void **state)
{
    (void)state;
    struct ledger ledger;
    assert_int_equal(ledger_decode(NULL, 0, &ledger), ERR_NO_CONTRACT);
}

static void amounts_up_to_128_bits_are_exact(void **state)
{
    (void)state;
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct ledger ledger;
    char text[AMOUNT_TEXT_BYTES];
    put_ledger(&data, ~(amount)0, (amount)1 << 96);
    assert_int_equal(ledger_decode((uint8_t *)data.data, data.len, &ledger), ERR_OK);
    assert_string_equal(amount_text(ledger.available, text),
                        "340282366920938463463374607431768211455");
    assert_string_equal(amount_text(ledger.total, text), "79228162514264337593543950336");
    set_power(&data, 3 * 32, 128);
    assert_int_equal(ledger_decode((uint8_t *)data.data, data.len, &ledger), ERR_OVERFLOW);
    buf_free(&data);
}

static void an_offset_outside_the_data_is_refused(void **state)
{
    (void)state;
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct ledger ledger;
    put_ledger(&data, 1, 2);
    for (unsigned bit = 8; bit < 256; bit++) {
        set_power(&data, 0, bit);
        assert_int_equal(ledger_decode((uint8_t *)data.data, data.len, &ledger), ERR_BAD_OFFSET);
    }
    buf_free(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_call_is_the_selector_and_the_user),
        cmocka_unit_test(the_recorded_ledger_is_read),
        cmocka_unit_test(a_shorter_answer_is_truncated_and_never_read_past),
        cmocka_unit_test(no_data_means_no_contract),
        cmocka_unit_test(amounts_up_to_128_bits_are_exact),
        cmocka_unit_test(an_offset_outside_the_data_is_refused),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, free_arena);
}
