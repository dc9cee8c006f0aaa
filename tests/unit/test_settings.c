#include "zerog/settings.h"

#include "support_settings.h"

#define WALLET  "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
#define SERVING "0x0165878A594ca255338adfa4d48449f69242Eb8F"
#define LOCAL   "ZG_CHAIN_RPC=http://127.0.0.1:8545", "ZG_SERVING_CONTRACT=" SERVING

static struct settings settings;
static struct buf problems;

static int free_settings(void **state)
{
    (void)state;
    settings_free(&settings);
    buf_free(&problems);
    return 0;
}

static enum err load(char *const *environment)
{
    problems = buf_make(BUF_NO_LIMIT);
    return load_given(&settings, environment, &problems);
}

static void assert_address(const struct address *address, const char *expected)
{
    char text[ADDRESS_TEXT_BYTES];
    assert_string_equal(address_text(address, text), expected);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static void a_public_network_needs_nothing_but_its_name(void **state)
{
    (void)state;
    assert_int_equal(load(ENVIRONMENT("ZG_NETWORK=galileo", "PATH=/bin")), ERR_OK);
    assert_int_equal(settings.network->chain_id, 16602);
    assert_string_equal(settings.chain_rpc.shown, "https://evmrpc-testnet.0g.ai");
    assert_false(settings.chain_rpc.is_private);
    assert_address(&settings.serving, settings.network->serving);
    assert_false(settings.has_wallet);
    assert_false(settings.has_gpu_exporter);
    assert_string_equal(settings.status_api.shown, "https://compute-status-testnet.0g.ai");
    assert_string_equal(settings.mirror.shown, "https://testnet.mirrornode.hedera.com");
    assert_null(settings.mirror_topic);
    assert_int_equal(settings.probe_count, 0);
    assert_false(settings.has_ledger);
    assert_null(settings.agent_name);
    assert_false(settings.has_inft);
    assert_false(settings.has_inft_token);
    assert_null(settings.inft_mint_tx);
    assert_false(settings.has_storage_node);
    assert_false(settings.has_storage_indexer);
    assert_int_equal(settings.from_block, 0);
    assert_int_equal(settings.head_max_age_ms, 60000);
    assert_int_equal(settings.max_requests_per_min, 60);
    assert_int_equal(settings.allow_private.count, 0);
    assert_string_equal(buf_str(&settings.warnings), "");
    assert_string_equal(buf_str(&problems), "");
}

static void what_is_given_beats_the_preset(void **state)
{
    (void)state;
    assert_int_equal(
        load(ENVIRONMENT(
            "ZG_NETWORK=aristotle", "ZG_CHAIN_RPC=https://node.example:8443",
            "ZG_SERVING_CONTRACT=" SERVING, "ZG_LEDGER_CONTRACT=" WALLET,
            "ZG_WALLET_ADDRESS=" WALLET, "ZG_AGENT_NAME=My agent", "ZG_INFT_TOKEN_ID=42",
            "ZG_ALLOW_PRIVATE=10.0.0.0/8, fd00::/8", "ZG_HEAD_MAX_AGE_MS=1000",
            "ZG_MAX_REQ_PER_MIN=0", "ZG_GPU_EXPORTER_URL=http://10.0.0.5:9400",
            "ZG_STATUS_URL=https://status.example", "ZG_MIRROR_URL=https://mirror.example",
            "ZG_MIRROR_TOPIC=0.0.4210", "ZG_PROBE_PROVIDERS=" WALLET ", " SERVING)),
        ERR_OK);
    assert_int_equal(settings.network->chain_id, 16661);
    assert_string_equal(settings.chain_rpc.shown, "https://node.example:8443");
    assert_ptr_equal(settings.chain_rpc.allow, &settings.allow_private);
    assert_address(&settings.serving, SERVING);
    assert_true(settings.has_ledger && settings.has_wallet);
    assert_address(&settings.ledger, WALLET);
    assert_address(&settings.wallet, WALLET);
    assert_true(settings.has_gpu_exporter && settings.has_status_api);
    assert_string_equal(settings.gpu_exporter.shown, "$ZG_GPU_EXPORTER_URL");
    assert_ptr_equal(settings.gpu_exporter.allow, &settings.allow_private);
    assert_string_equal(settings.status_api.shown, "https://status.example");
    assert_true(settings.has_mirror);
    assert_string_equal(settings.mirror.shown, "https://mirror.example");
    assert_ptr_equal(settings.mirror.allow, &settings.allow_private);
    assert_string_equal(settings.mirror_topic, "0.0.4210");
    assert_int_equal(settings.probe_count, 2);
    assert_address(&settings.probe_providers[1], SERVING);
    assert_string_equal(settings.agent_name, "My agent");
    assert_true(settings.has_inft_token);
    assert_int_equal(settings.inft_token.word[31], 42);
    assert_int_equal(settings.allow_private.count, 2);
    assert_int_equal(settings.head_max_age_ms, 1000);
    assert_int_equal(settings.max_requests_per_min, 0);
}

static void the_local_network_is_the_default_and_needs_its_node_and_contract(void **state)
{
    (void)state;
    assert_int_equal(load(ENVIRONMENT("ZG_NETWORK=")), ERR_CONFIG);
    assert_non_null(strstr(buf_str(&problems), "ZG_CHAIN_RPC: "));
    assert_non_null(strstr(buf_str(&problems), "ZG_SERVING_CONTRACT: "));
    assert_int_equal(count_lines(buf_str(&problems)), 2);
    free_settings(NULL);
    assert_int_equal(load(ENVIRONMENT(LOCAL)), ERR_OK);
    assert_string_equal(settings.network->name, "local");
    assert_true(settings.network->simulated);
    assert_int_equal(settings.allow_private.count, 2);
    assert_true(settings.chain_rpc.is_private);
    assert_string_equal(settings.chain_rpc.shown, "$ZG_CHAIN_RPC");
}

static void all_problems_are_said_at_once(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "ZG_CHAIN_RPC",       "ZG_SERVING_CONTRACT", "ZG_LEDGER_CONTRACT", "ZG_WALLET_ADDRESS",
        "ZG_AGENT_NAME",      "ZG_INFT_TOKEN_ID",    "ZG_ALLOW_PRIVATE",   "ZG_HEAD_MAX_AGE_MS",
        "ZG_MAX_REQ_PER_MIN", "ZG_GPU_EXPORTER_URL", "ZG_STATUS_URL",      "ZG_MIRROR_URL",
        "ZG_MIRROR_TOPIC",    "ZG_PROBE_PROVIDERS",
    };
    static char name[14 + 201 + 1] = "ZG_AGENT_NAME=";
    memset(name + 14, 'n', 201);
    char *const environment[] = {"ZG_CHAIN_RPC=ftp://hunter2",
                                 "ZG_SERVING_CONTRACT=hunter2",
                                 "ZG_LEDGER_CONTRACT=0xhunter2",
                                 "ZG_WALLET_ADDRESS=hunter2",
                                 name,
                                 "ZG_INFT_TOKEN_ID=-hunter2",
                                 "ZG_ALLOW_PRIVATE=hunter2",
                                 "ZG_HEAD_MAX_AGE_MS=hunter2",
                                 "ZG_MAX_REQ_PER_MIN=6001",
                                 "ZG_GPU_EXPORTER_URL=hunter2",
                                 "ZG_STATUS_URL=ftp://hunter2",
                                 "ZG_MIRROR_URL=hunter2",
                                 "ZG_MIRROR_TOPIC=0.0.hunter2",
                                 "ZG_PROBE_PROVIDERS=" WALLET ",hunter2",
                                 NULL};
    assert_int_equal(load(environment), ERR_CONFIG);
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (!strstr(buf_str(&problems), wrong[i]))
            fail_msg("%s is not in: %s", wrong[i], buf_str(&problems));
    assert_int_equal(count_lines(buf_str(&problems)), COUNT(wrong)); /* each once */
    assert_null(strstr(buf_str(&problems), "hunter2"));
    assert_null(strstr(buf_str(&problems), "nnn"));
}

/* What is missing is said although something else is wrong, and the other way round. */
static void missing_and_wrong_are_said_together(void **state)
{
    (void)state;
    assert_int_equal(load(ENVIRONMENT("ZG_WALLET_ADDRESS=0x12", "ADMIN_TOKEN=x")), ERR_CONFIG);
    static const char *const names[] = {
        "ZG_CHAIN_RPC: ", "ZG_SERVING_CONTRACT: ", "ZG_WALLET_ADDRESS: ", "ADMIN_TOKEN: "};
    for (size_t i = 0; i < COUNT(names); i++)
        assert_non_null(strstr(buf_str(&problems), names[i]));
    assert_int_equal(count_lines(buf_str(&problems)), COUNT(names));
}

static void an_unknown_network_is_one_problem(void **state)
{
    (void)state;
    assert_int_equal(load(ENVIRONMENT("ZG_NETWORK=mainnet")), ERR_CONFIG);
    assert_string_equal(buf_str(&problems), "ZG_NETWORK: expected local, galileo or aristotle\n");
}

static void every_secret_is_refused_also_as_a_file_and_also_empty(void **state)
{
    (void)state;
    static const char *const names[] = {"ZG_CHAIN_PRIVATE_KEY", "ZG_ROUTER_API_KEY",
                                        "ZG_BASELINE_API_KEY", "ADMIN_TOKEN", "RECORD_TOKEN"};
    static const char *const endings[] = {"", "_FILE"};
    static const char *const values[] = {"hunter2", ""};
    for (size_t i = 0; i < COUNT(names) * 4; i++) {
        char line[64], expected[128];
        const char *name = names[i / 4], *ending = endings[i / 2 % 2];
        snprintf(line, sizeof line, "%s%s=%s", name, ending, values[i % 2]);
        snprintf(expected, sizeof expected, "%s%s: this program must not hold a secret", name,
                 ending);
        assert_int_equal(load(ENVIRONMENT("ZG_NETWORK=galileo", line)), ERR_CONFIG);
        assert_non_null(strstr(buf_str(&problems), expected));
        assert_null(strstr(buf_str(&problems), "hunter2"));
        assert_null(strstr(buf_str(&settings.warnings), "hunter2"));
        free_settings(NULL);
    }
}

static void unknown_names_warn_and_do_not_stop(void **state)
{
    (void)state;
    assert_int_equal(load(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_WALET_ADDRESS=hunter2",
                                      "ZG_=hunter2", "HOME=/root")),
                     ERR_OK);
    assert_string_equal(buf_str(&settings.warnings), "ZG_WALET_ADDRESS: not a setting of this "
                                                     "program\n"
                                                     "ZG_: not a setting of this program\n");
}

static void what_a_value_must_be(void **state)
{
    (void)state;
    static const struct {
        char *line;
        enum err err;
    } cases[] = {
        {"ZG_WALLET_ADDRESS=0x70997970c51812dc3a010c7d01b50e0d17dc79c8", ERR_OK},
        {"ZG_WALLET_ADDRESS=0x70997970C51812DC3A010C7D01B50E0D17DC79C8", ERR_OK},
        {"ZG_WALLET_ADDRESS=0x70997970C51812dc3A010C7d01b50e0d17dc79c8", ERR_CONFIG}, /* checksum */
        {"ZG_WALLET_ADDRESS=70997970c51812dc3a010c7d01b50e0d17dc79c8", ERR_CONFIG},
        {"ZG_INFT_TOKEN_ID=115792089237316195423570985008687907853269984665640564039457584007913129"
         "639935",
         ERR_OK},
        {"ZG_INFT_TOKEN_ID=0xff", ERR_OK},
        {"ZG_INFT_TOKEN_ID=1156", ERR_OK},
        {"ZG_INFT_TOKEN_ID=115792089237316195423570985008687907853269984665640564039457584007913129"
         "639936",
         ERR_CONFIG},
        {"ZG_INFT_TOKEN_ID=0x", ERR_CONFIG},
        {"ZG_INFT_CONTRACT=0x12", ERR_CONFIG},
        {"ZG_INFT_CONTRACT=0x70997970c51812dc3a010c7d01b50e0d17dc79c8", ERR_OK},
        {"ZG_INFT_MINT_TX=0x12", ERR_CONFIG},
        {"ZG_INFT_MINT_TX=0x929d4a74fd6a25ed34e1762181ba842edfa20f76b476a6adc1290db5175a88f4",
         ERR_OK},
        {"ZG_STORAGE_NODE_ENDPOINT=ftp://node.example", ERR_CONFIG},
        {"ZG_STORAGE_INDEXER=indexer", ERR_CONFIG},
        {"ZG_STORAGE_INDEXER=https://indexer.example", ERR_OK},
        {"ZG_FROM_BLOCK=-1", ERR_CONFIG},
        {"ZG_FROM_BLOCK=22874461", ERR_OK},
        {"ZG_ALLOW_PRIVATE=10.0.0.1/8", ERR_CONFIG},
        {"ZG_ALLOW_PRIVATE=10.0.0.0", ERR_CONFIG},
        {"ZG_CHAIN_RPC=https://node.example/v2/key", ERR_OK},
        {"ZG_CHAIN_RPC=node.example", ERR_CONFIG},
        {"ZG_CHAIN_RPC=file:///etc/passwd", ERR_CONFIG},
        {"ZG_HEAD_MAX_AGE_MS=999", ERR_CONFIG},
        {"ZG_HEAD_MAX_AGE_MS=86400000", ERR_OK},
        {"ZG_MAX_REQ_PER_MIN=-1", ERR_CONFIG},
        {"ZG_MAX_REQ_PER_MIN=6000", ERR_OK},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum err err = load(ENVIRONMENT("ZG_NETWORK=galileo", cases[i].line));
        if (err != cases[i].err)
            fail_msg("%s gives %s", cases[i].line, err_name(err));
        free_settings(NULL);
    }
}

static void the_printed_configuration_hides_what_may_be_a_key(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "ZG_CHAIN_RPC=https://node.example/v2/hunter2",
        "ZG_CHAIN_RPC=https://hunter2:hunter2@node.example",
        "ZG_CHAIN_RPC=https://node.example/?key=hunter2",
    };
    for (size_t i = 0; i < COUNT(urls); i++) {
        char line[128];
        snprintf(line, sizeof line, "%s", urls[i]);
        struct buf text = buf_make(BUF_NO_LIMIT);
        assert_int_equal(load(ENVIRONMENT("ZG_NETWORK=galileo", line, "ZG_WALLET_ADDRESS=" WALLET)),
                         ERR_OK);
        settings_print(&settings, &text);
        assert_null(strstr(buf_str(&text), "hunter2"));
        assert_non_null(strstr(buf_str(&text), "ZG_NETWORK=galileo (chain id 16602)\n"));
        assert_non_null(strstr(buf_str(&text), "ZG_WALLET_ADDRESS=" WALLET "\n"));
        assert_non_null(strstr(buf_str(&text), "ZG_CHAIN_RPC=(set; not shown)\n"));
        buf_free(&text);
        free_settings(NULL);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, free_settings)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_public_network_needs_nothing_but_its_name),
        TEST(what_is_given_beats_the_preset),
        TEST(the_local_network_is_the_default_and_needs_its_node_and_contract),
        TEST(all_problems_are_said_at_once),
        TEST(missing_and_wrong_are_said_together),
        TEST(an_unknown_network_is_one_problem),
        TEST(every_secret_is_refused_also_as_a_file_and_also_empty),
        TEST(unknown_names_warn_and_do_not_stop),
        TEST(what_a_value_must_be),
        TEST(the_printed_configuration_hides_what_may_be_a_key),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
