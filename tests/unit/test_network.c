#include "zerog/network.h"

#include "support.h"

#include "eth/address.h"

static void each_network_has_the_published_facts(void **state)
{
    (void)state;
    static const struct {
        const char *name, *rpc, *explorer, *serving, *status_api;
        uint64_t chain_id;
        bool simulated;
    } expected[] = {
        {"local", NULL, NULL, NULL, NULL, 31337, true},
        {"galileo", "https://evmrpc-testnet.0g.ai", "https://chainscan-galileo.0g.ai",
         "0xa79F4c8311FF93C06b8CfB403690cc987c93F91E", "https://compute-status-testnet.0g.ai",
         16602, false},
        {"aristotle", "https://evmrpc.0g.ai", "https://chainscan.0g.ai",
         "0x47340d900bdFec2BD393c626E12ea0656F938d84", "https://compute-status.0g.ai", 16661,
         false},
    };
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct network *n = network_find(expected[i].name);
        assert_non_null(n);
        assert_string_equal(n->name, expected[i].name);
        assert_non_null(n->display_name);
        assert_int_equal(n->chain_id, expected[i].chain_id);
        assert_int_equal(n->simulated, expected[i].simulated);
        const char *pairs[][2] = {{n->rpc, expected[i].rpc},
                                  {n->explorer, expected[i].explorer},
                                  {n->serving, expected[i].serving},
                                  {n->status_api, expected[i].status_api}};
        for (size_t k = 0; k < COUNT(pairs); k++) {
            assert_int_equal(!pairs[k][0], !pairs[k][1]);
            if (pairs[k][1])
                assert_string_equal(pairs[k][0], pairs[k][1]);
        }
    }
}

/* A mistyped digit in a preset would show here: the addresses are in checksum case. */
static void the_contracts_are_addresses(void **state)
{
    (void)state;
    static const char *const names[] = {"galileo", "aristotle"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct address address;
        char text[ADDRESS_TEXT_BYTES];
        const char *serving = network_find(names[i])->serving;
        assert_int_equal(address_parse(serving, &address), ERR_OK);
        assert_string_equal(address_text(&address, text), serving);
    }
}

static void only_the_local_network_allows_private_addresses(void **state)
{
    (void)state;
    assert_string_equal(network_find("local")->private_allowed, "127.0.0.0/8, ::1/128");
    assert_null(network_find("galileo")->private_allowed);
    assert_null(network_find("aristotle")->private_allowed);
}

static void other_names_are_no_network(void **state)
{
    (void)state;
    static const char *const names[] = {"", "Local", "galileo ", "mainnet", "testnet", "loca"};
    for (size_t i = 0; i < COUNT(names); i++)
        assert_null(network_find(names[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_network_has_the_published_facts),
        cmocka_unit_test(the_contracts_are_addresses),
        cmocka_unit_test(only_the_local_network_allows_private_addresses),
        cmocka_unit_test(other_names_are_no_network),
    };
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
