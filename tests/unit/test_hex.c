#include "eth/hex.h"

#include "support.h"
#include <stdbool.h>

static void data_is_decoded(void **state)
{
    (void)state;
    struct arena arena = arena_make(0);
    size_t len = 99;
    assert_memory_equal(decode_hex(&arena, "0x0123456789abcdefABCDEF", &len),
                        "\x01\x23\x45\x67\x89\xab\xcd\xef\xab\xcd\xef", 11);
    assert_int_equal(len, 11);
    assert_non_null(decode_hex(&arena, "0x", &len));
    assert_int_equal(len, 0);
    arena_free(&arena);
}

static void what_is_no_data_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "0",
        "x",
        "00",
        "0X00",
        "0x0",
        "0x0g",
        "0xg0",
        "0x 0",
        "0x0 ",
        " 0x00",
        "0x00 ",
        "0x00\n",
        "0x-1",
        "0x/0:0",
        "0x@0G0",
        "0x`0",
        "0x0x",
        "0x00000000000000000000000000000000000g",
        "0x0\xff",
        "0x\x80\x80",
    };
    struct arena arena = arena_make(0);
    for (size_t i = 0; i < COUNT(texts); i++) {
        const uint8_t *bytes;
        size_t len;
        if (hex_decode(texts[i], &arena, &bytes, &len) != ERR_BAD_FORMAT)
            fail_msg("%s", texts[i]);
    }
    arena_free(&arena);
}

/* All pairs of bytes but those that end the string. */
static void a_digit_is_one_of_22_bytes(void **state)
{
    (void)state;
    static const char digits[] = "0123456789abcdefABCDEF";
    for (int high = 1; high < 256; high++) {
        for (int low = 1; low < 256; low++) {
            const char text[] = {'0', 'x', (char)high, (char)low, '\0'};
            bool valid = strchr(digits, high) && strchr(digits, low);
            uint8_t byte;
            enum err err = hex_decode_fixed(text, &byte, 1);
            if (err != (valid ? ERR_OK : ERR_BAD_FORMAT))
                fail_msg("%02x %02x", high, low);
            if (valid)
                assert_int_equal(byte, strtol(text, NULL, 16));
        }
    }
}

static void memory_is_bounded_by_the_arena(void **state)
{
    (void)state;
    struct arena arena = arena_make(16);
    const uint8_t *bytes;
    size_t len;
    assert_int_equal(hex_decode("0x000102030405060708090a0b0c0d0e0f", &arena, &bytes, &len),
                     ERR_OK);
    assert_int_equal(hex_decode("0x00", &arena, &bytes, &len), ERR_NO_MEMORY);
    arena_free(&arena);
}

static void fixed_data_has_its_length(void **state)
{
    (void)state;
    uint8_t bytes[3];
    assert_int_equal(hex_decode_fixed("0x0a0B0c", bytes, 3), ERR_OK);
    assert_memory_equal(bytes, "\x0a\x0b\x0c", 3);
    static const char *const texts[] = {"",          "0x",         "0x0a0b",   "0x0a0b0",
                                        "0x0a0b0c0", "0x0a0b0c0d", "0x0a0b0z", "0a0b0c"};
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(hex_decode_fixed(texts[i], bytes, 3), ERR_BAD_FORMAT);
}

static void quantities_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
        uint64_t number;
    } cases[] = {
        {"0x0", ERR_OK, 0},
        {"0x7a69", ERR_OK, 31337},
        {"0xFfFf", ERR_OK, 65535},
        {"0xffffffffffffffff", ERR_OK, UINT64_MAX},
        {"0x000000000000000000000000000000000000000001", ERR_OK, 1},
        {"0x10000000000000000", ERR_OVERFLOW, 0},
        {"0xffffffffffffffffffffffffffffffff", ERR_OVERFLOW, 0},
        {"0x1000000000000000000000000000000000", ERR_OVERFLOW, 0},
        {"0x1000000000000000g", ERR_BAD_FORMAT, 0},
        {"0x1ffffffffffffffffg", ERR_BAD_FORMAT, 0},
        {"", ERR_BAD_FORMAT, 0},
        {"0x", ERR_BAD_FORMAT, 0},
        {"0", ERR_BAD_FORMAT, 0},
        {"31337", ERR_BAD_FORMAT, 0},
        {"0X1", ERR_BAD_FORMAT, 0},
        {"0x-1", ERR_BAD_FORMAT, 0},
        {"0x1 ", ERR_BAD_FORMAT, 0},
        {" 0x1", ERR_BAD_FORMAT, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t number = 0;
        if (hex_quantity(cases[i].text, &number) != cases[i].err)
            fail_msg("%s", cases[i].text);
        assert_int_equal(number, cases[i].number);
    }
}

static void quantities_may_fill_a_word(void **state)
{
    (void)state;
#define ZEROS32 "00000000000000000000000000000000"
#define EFFS32  "ffffffffffffffffffffffffffffffff"
    static const struct {
        const char *text;
        enum err err;
        const char *word;
    } cases[] = {
        {"0x0", ERR_OK, "0x" ZEROS32 ZEROS32},
        {"0xabc", ERR_OK, "0x" ZEROS32 "00000000000000000000000000000abc"},
        {"0x1000000000000000000000000000000000", ERR_OK,
         "0x00000000000000000000000000000010" ZEROS32},
        {"0xF" ZEROS32, ERR_OK, "0x0000000000000000000000000000000f" ZEROS32},
        {"0x" EFFS32 EFFS32, ERR_OK, "0x" EFFS32 EFFS32},
        {"0x000" EFFS32 EFFS32, ERR_OK, "0x" EFFS32 EFFS32},
        {"0x1" ZEROS32 ZEROS32, ERR_OVERFLOW, NULL},
        {"0x01" EFFS32 EFFS32, ERR_OVERFLOW, NULL},
        {"0x1g" EFFS32 EFFS32, ERR_BAD_FORMAT, NULL},
        {"0x" ZEROS32 "g", ERR_BAD_FORMAT, NULL},
        {"0x", ERR_BAD_FORMAT, NULL},
        {"0", ERR_BAD_FORMAT, NULL},
        {"", ERR_BAD_FORMAT, NULL},
        {"0X1", ERR_BAD_FORMAT, NULL},
        {"0x1 ", ERR_BAD_FORMAT, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t word[32] = {0x55}, expected[32] = {0x55};
        if (hex_quantity_word(cases[i].text, word) != cases[i].err)
            fail_msg("%s", cases[i].text);
        if (!cases[i].err)
            assert_int_equal(hex_decode_fixed(cases[i].word, expected, 32), ERR_OK);
        assert_memory_equal(word, expected, sizeof word);
    }
}

static void data_and_quantities_are_written(void **state)
{
    (void)state;
    struct buf out = buf_make(BUF_NO_LIMIT);
    hex_put(&out, (const uint8_t *)"\x00\x9f\xa0\xff", 4);
    hex_put(&out, NULL, 0);
    hex_put_quantity(&out, 0);
    hex_put_quantity(&out, 0x1f);
    hex_put_quantity(&out, UINT64_MAX);
    assert_string_equal(buf_str(&out), "0x009fa0ff0x0x00x1f0xffffffffffffffff");
    buf_free(&out);
}

static void what_is_written_can_be_read(void **state)
{
    (void)state;
    uint8_t bytes[1000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37);
    struct arena arena = arena_make(0);
    for (size_t len = 0; len <= sizeof bytes; len += 125) {
        struct buf out = buf_make(BUF_NO_LIMIT);
        hex_put(&out, bytes, len);
        assert_int_equal(out.len, 2 + 2 * len);
        size_t back;
        assert_memory_equal(decode_hex(&arena, buf_str(&out), &back), bytes, len);
        assert_int_equal(back, len);
        buf_free(&out);
    }
    arena_free(&arena);
}

static void a_full_buffer_stops_the_writing(void **state)
{
    (void)state;
    uint8_t bytes[1000] = {0};
    struct buf out = buf_make(300);
    hex_put(&out, bytes, sizeof bytes);
    assert_int_equal(out.err, ERR_TOO_LARGE);
    assert_true(out.len <= 300);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_is_decoded),
        cmocka_unit_test(what_is_no_data_is_refused),
        cmocka_unit_test(a_digit_is_one_of_22_bytes),
        cmocka_unit_test(memory_is_bounded_by_the_arena),
        cmocka_unit_test(fixed_data_has_its_length),
        cmocka_unit_test(quantities_are_numbers),
        cmocka_unit_test(quantities_may_fill_a_word),
        cmocka_unit_test(data_and_quantities_are_written),
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(a_full_buffer_stops_the_writing),
    };
    return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}
