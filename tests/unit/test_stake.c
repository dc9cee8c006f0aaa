#include "zerog/stake.h"

#include "support_chain.h"

#include "eth/keccak.h"
#include <string.h>

static struct event stake_event(const char *signature, const uint8_t word[32])
{
    struct event e = {.topic_count = 2, .data = word, .data_len = 32};
    struct address provider = numbered_address(7);
    assert_int_equal(hex_decode_fixed(signature, e.topics[0], HASH_BYTES), ERR_OK);
    event_address_word(&provider, e.topics[1]);
    return e;
}

static void the_topics_are_the_hashes_of_the_signatures(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {STAKE_STAKED, "ProviderStaked(address,uint256)"},
        {STAKE_RETURNED, "ProviderStakeReturned(address,uint256)"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        uint8_t hash[32], topic[32];
        keccak256(pairs[i][1], strlen(pairs[i][1]), hash);
        assert_int_equal(hex_decode_fixed(pairs[i][0], topic, sizeof topic), ERR_OK);
        assert_memory_equal(topic, hash, sizeof hash);
    }
}

static void a_change_of_the_stake_is_read(void **state)
{
    (void)state;
    const uint8_t word[32] = {[30] = 1, [31] = 2};
    struct address provider = numbered_address(7);
    struct stake_change change;
    struct event e = stake_event(STAKE_STAKED, word);
    assert_int_equal(stake_decode(&e, &change), ERR_OK);
    assert_true(address_equal(&change.provider, &provider));
    assert_true(change.neuron == 258 && !change.is_return);
    e = stake_event(STAKE_RETURNED, word);
    assert_int_equal(stake_decode(&e, &change), ERR_OK);
    assert_true(change.is_return);
}

static void what_is_no_change_is_refused(void **state)
{
    (void)state;
    const uint8_t word[32] = {[0] = 1};
    struct stake_change change;
    struct event e = stake_event("0x" /* another event */
                                 "526824944047da5b81071fb6349412005c5da81380b336103fbe5dd34556c776",
                                 word);
    assert_int_equal(stake_decode(&e, &change), ERR_BAD_FORMAT);
    e = stake_event(STAKE_STAKED, word);
    assert_int_equal(stake_decode(&e, &change), ERR_OVERFLOW);
    e.data_len = 31;
    assert_int_equal(stake_decode(&e, &change), ERR_TRUNCATED);
    e.topic_count = 1;
    assert_int_equal(stake_decode(&e, &change), ERR_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_topics_are_the_hashes_of_the_signatures),
        cmocka_unit_test(a_change_of_the_stake_is_read),
        cmocka_unit_test(what_is_no_change_is_refused),
    };
    return cmocka_run_group_tests_name("stake", tests, NULL, NULL);
}
