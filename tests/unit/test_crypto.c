#include "base/crypto.h"

#include "support.h"

#include "base/clock.h"

/* FIPS 180-4 examples, and NIST's million a. */
static void sha256_gives_the_published_digests(void **state)
{
    (void)state;
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    const struct {
        const char *bytes;
        size_t len;
        const char *digest;
    } cases[] = {
        {"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t digest[32];
        char digits[65] = {0};
        crypto_sha256(cases[i].bytes, cases[i].len, digest);
        hex_digits(digest, sizeof digest, digits);
        assert_string_equal(digits, cases[i].digest);
    }
    free(million);
}

/* RFC 4648 section 10, and the two characters that the alphabet for URLs writes differently. */
static void base64_gives_the_published_texts(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xbf", "+/+/"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[CRYPTO_BASE64_BYTES(6)];
        size_t len = strlen(cases[i][0]);
        assert_int_equal(crypto_base64(cases[i][0], len, text), strlen(cases[i][1]));
        assert_string_equal(text, cases[i][1]);
        assert_int_equal(CRYPTO_BASE64_BYTES(len), strlen(text) + 1);
    }
    char line[CRYPTO_BASE64_BYTES(300)], bytes[300] = {0}; /* PEM would break it */
    assert_int_equal(crypto_base64(bytes, sizeof bytes, line), 400);
    assert_null(strchr(line, '\n'));
}

static void random_bytes_differ(void **state)
{
    (void)state;
    uint8_t a[32], b[32];
    assert_true(crypto_random(a, sizeof a) && crypto_random(b, sizeof b));
    assert_memory_not_equal(a, b, sizeof a);
}

static void a_hash_of_parts_is_the_hash_of_the_whole(void **state)
{
    (void)state;
    char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    uint8_t whole[32], parts[32];
    crypto_sha256(bytes, sizeof bytes, whole);
    for (size_t first = 0; first <= sizeof bytes; first++) {
        struct crypto_hash *hash = crypto_hash_new();
        crypto_hash_add(hash, bytes, first);
        crypto_hash_add(hash, bytes + first, sizeof bytes - first);
        crypto_hash_end(hash, parts);
        assert_memory_equal(parts, whole, sizeof whole);
    }
}

/* Of an interrupted measurement more is lost than won: the least of many is the work itself. */
static int64_t least_us(const uint8_t *a, const uint8_t *b, size_t len)
{
    int64_t least = INT64_MAX;
    for (int round = 0; round < 50; round++) {
        const int64_t start = clock_mono_us();
        const bool same = crypto_same(a, b, len);
        const int64_t took = clock_mono_us() - start;
        assert_false(same);
        least = took < least ? took : least;
    }
    return least;
}

/* A comparison that ends at the first difference would be done with the first at once. */
static void where_bytes_differ_takes_no_time_to_find(void **state)
{
    (void)state;
    enum { LEN = 1 << 20 };
    uint8_t *a = calloc(2, LEN), *b = a + LEN;
    assert_non_null(a);
    b[0] = 1;
    const int64_t first = least_us(a, b, LEN);
    b[0] = 0;
    b[LEN - 1] = 1;
    const int64_t last = least_us(a, b, LEN);
    print_message("crypto_same() of 1 MiB: first byte differs %ld us, last byte %ld us\n",
                  (long)first, (long)last);
    assert_in_range(first, last / 2, last * 2); /* ends early: 0 */
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(base64_gives_the_published_texts),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(a_hash_of_parts_is_the_hash_of_the_whole),
        cmocka_unit_test(where_bytes_differ_takes_no_time_to_find),
    };
    return cmocka_run_group_tests_name("crypto", tests, NULL, NULL);
}
