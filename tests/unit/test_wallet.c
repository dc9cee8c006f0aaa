#include "zerog/wallet.h"

#include "support.h"

#define NAME  "ZG_CHAIN_PRIVATE_KEY"
#define KEY   "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
#define OWNER "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

static struct address address_of(const char *text)
{
    struct address address;
    assert_int_equal(address_parse(text, &address), ERR_OK);
    return address;
}

static int clear(void **state)
{
    (void)state;
    unsetenv(NAME);
    unsetenv(NAME "_FILE");
    return 0;
}

static void the_key_leaves_the_environment(void **state)
{
    (void)state;
    const struct address owner = address_of(OWNER);
    const struct address *const expected[] = {NULL, &owner};
    for (size_t i = 0; i < COUNT(expected); i++) {
        struct buf problems = buf_make(BUF_NO_LIMIT);
        struct signer *wallet = NULL;
        setenv(NAME, KEY, 1);
        assert_int_equal(wallet_take(expected[i], &wallet, &problems), ERR_OK);
        assert_null(getenv(NAME));
        assert_int_equal(problems.len, 0);
        assert_true(address_equal(signer_address(wallet), &owner));
        signer_free(wallet);
    }
}

static void no_key_is_fine(void **state)
{
    (void)state;
    struct buf problems = buf_make(BUF_NO_LIMIT);
    struct signer *wallet = NULL;
    const struct address owner = address_of(OWNER);
    assert_int_equal(wallet_take(&owner, &wallet, &problems), ERR_OK);
    assert_null(wallet);
    assert_int_equal(problems.len, 0);
}

static void what_is_wrong_is_said_without_the_key(void **state)
{
    (void)state;
    static const struct {
        const char *key, *expected;
    } cases[] = {
        {KEY, "the key is that of " OWNER ", which is not ZG_WALLET_ADDRESS"},
        {"12345678", "expected a private key, 64 hexadecimal digits"},
        {KEY "00", "expected a private key, 64 hexadecimal digits"},
    };
    const struct address other = address_of("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf problems = buf_make(BUF_NO_LIMIT);
        struct signer *wallet = NULL;
        setenv(NAME, cases[i].key, 1);
        assert_int_equal(wallet_take(&other, &wallet, &problems), ERR_CONFIG);
        assert_null(wallet);
        assert_non_null(strstr(buf_str(&problems), cases[i].expected));
        assert_null(strstr(buf_str(&problems), cases[i].key));
        assert_null(getenv(NAME));
        buf_free(&problems);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_key_leaves_the_environment, clear),
        cmocka_unit_test_setup(no_key_is_fine, clear),
        cmocka_unit_test_setup(what_is_wrong_is_said_without_the_key, clear),
    };
    return cmocka_run_group_tests_name("wallet", tests, NULL, NULL);
}
