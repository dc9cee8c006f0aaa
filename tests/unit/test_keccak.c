#include "eth/keccak.h"

#include "eth/address.h"
#include "support.h"

static void assert_digest(const void *bytes, size_t len, const char *expected)
{
    uint8_t digest[32], wanted[32];
    keccak256(bytes, len, digest);
    assert_int_equal(hex_decode_fixed(expected, wanted, sizeof wanted), ERR_OK);
    assert_memory_equal(digest, wanted, sizeof wanted);
}

static void well_known_digests(void **state)
{
    (void)state;
    assert_digest("", 0, "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    assert_digest(NULL, 0, "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    assert_digest("abc", 3, "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

/* Bytes 0, 1, 2 ... 250, 0, 1 ... The digests come from a Python program written after the
 * reference; with the padding byte 0x06 it agrees with hashlib.sha3_256 at all these lengths. */
static void lengths_around_the_block_of_136_bytes(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        const char *digest;
    } cases[] = {
        {1, "0xbc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a"},
        {134, "0x861e165162f806cd361c4421a48f205820ddf4deb02db9f041f48e179ddada97"},
        {135, "0xcbdfd9dee5faad3818d6b06f95a219fd290b0e1706f6a82e5a595b9ce9faca62"},
        {136, "0x7ce759f1ab7f9ce437719970c26b0a66ff11fe3e38e17df89cf5d29c7d7f807e"},
        {137, "0xac73d4fae68b8453f764007c1a20ce95994187861f0c3227a3a8e99a73a3b1db"},
        {271, "0x27eceb59ebc3dc8a04a5b135be641591a7278540e4556a2ba9f408194e666ec3"},
        {272, "0x8e2476e65823b24d96ebe239f2c1534cdf763e689e2410c3b1cb0c74e6177bfc"},
        {273, "0x3f02f134370e4debb95140ef49ddd3aed8c65ff1ed83a43f1b269421f179c5f9"},
    };
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i % 251);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_digest(bytes, cases[i].len, cases[i].digest);

    uint8_t all[301][32]; /* every length up to 300, in one digest of the digests */
    for (size_t len = 0; len < COUNT(all); len++)
        keccak256(bytes, len, all[len]);
    assert_digest(all, sizeof all,
                  "0x4ac8a3b6d9ae989d0806e1dc0dca107b1b963d4123c8eefa4743ee2e4db1af28");
}

static void pieces_give_the_digest_of_the_whole(void **state)
{
    (void)state;
    uint8_t bytes[300], whole[32], pieces[32];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i % 251);
    keccak256(bytes, sizeof bytes, whole);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        struct keccak k = {.at = 0};
        keccak_add(&k, bytes, cut);
        keccak_add(&k, bytes + cut, sizeof bytes - cut);
        keccak_end(&k, pieces);
        assert_memory_equal(pieces, whole, sizeof whole);
    }
}

/* A topic is the hash of its event's signature, so recorded logs are vectors as well. */
static void recorded_topics_are_hashes_of_signatures(void **state)
{
    (void)state;
    static const struct {
        int log;
        const char *signature;
    } cases[] = {
        {0, "BeaconUpgraded(address)"},
        {1, "OwnershipTransferred(address,address)"},
        {2, "ContractInitialized(address,uint256,address)"},
        {3, "Initialized(uint8)"},
        {4, "ProviderStaked(address,uint256)"},
        {5, "ServiceUpdated(address,string,string,uint256,uint256,uint256,string,string)"},
        {8, "ProviderTEESignerAcknowledged(address,address,bool)"},
        {9, "BalanceUpdated(address,address,uint256,uint256)"},
        {11, "TEESettlementResult(address,uint8,uint256)"},
    };
    cJSON *doc = load_json_vectors("compute.json");
    const cJSON *logs = cJSON_GetObjectItemCaseSensitive(doc, "logs");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *log = cJSON_GetArrayItem(logs, cases[i].log);
        const cJSON *topics = cJSON_GetObjectItemCaseSensitive(log, "topics");
        assert_digest(cases[i].signature, strlen(cases[i].signature),
                      cJSON_GetStringValue(cJSON_GetArrayItem(topics, 0)));
    }
    cJSON_Delete(doc);
}

static void assert_eip191_digest(const void *message, size_t len, const char *expected)
{
    char text[1024];
    int prefix = snprintf(text, sizeof text,
                          "\x19"
                          "Ethereum Signed Message:\n%zu",
                          len);
    assert_true((size_t)prefix + len <= sizeof text);
    memcpy(text + prefix, message, len);
    assert_digest(text, (size_t)prefix + len, expected);
}

static void messages_of_session_tokens(void **state)
{
    (void)state;
    static const char *const titles[] = {"EPHEMERAL", "PERSISTENT"};
    for (size_t i = 0; i < COUNT(titles); i++) {
        cJSON *doc = load_token_vectors(titles[i]);
        const char *message = vector_str(doc, "message");
        const cJSON *len = cJSON_GetObjectItemCaseSensitive(doc, "len");
        assert_int_equal(strlen(message), (size_t)cJSON_GetNumberValue(len));
        assert_digest(message, strlen(message), vector_str(doc, "keccak"));

        /* What is signed is the hash of the message, wrapped as EIP-191 says. */
        uint8_t hash[32];
        keccak256(message, strlen(message), hash);
        assert_eip191_digest(hash, sizeof hash, vector_str(doc, "eip191digest"));
        cJSON_Delete(doc);
    }
}

static void message_of_a_response_signature(void **state)
{
    (void)state;
    cJSON *doc = load_token_vectors("RESPSIG");
    const char *text = vector_str(doc, "text");
    assert_eip191_digest(text, strlen(text), vector_str(doc, "digest"));
    cJSON_Delete(doc);
}

static void an_address_is_the_end_of_the_hash_of_the_public_key(void **state)
{
    (void)state;
    char *text = read_vectors("session-token.txt");
    char expected[ADDRESS_TEXT_BYTES], public_key[133];
    assert_int_equal(sscanf(text, "address %42s pubkey %132s", expected, public_key), 2);
    free(text);

    uint8_t point[65], hash[32];
    assert_int_equal(hex_decode_fixed(public_key, point, sizeof point), ERR_OK);
    assert_int_equal(point[0], 0x04); /* uncompressed; this byte is not hashed */
    keccak256(point + 1, sizeof point - 1, hash);
    struct address address;
    memcpy(address.bytes, hash + 12, sizeof address.bytes);
    char found[ADDRESS_TEXT_BYTES];
    assert_string_equal(address_text(&address, found), expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_known_digests),
        cmocka_unit_test(lengths_around_the_block_of_136_bytes),
        cmocka_unit_test(pieces_give_the_digest_of_the_whole),
        cmocka_unit_test(recorded_topics_are_hashes_of_signatures),
        cmocka_unit_test(messages_of_session_tokens),
        cmocka_unit_test(message_of_a_response_signature),
        cmocka_unit_test(an_address_is_the_end_of_the_hash_of_the_public_key),
    };
    return cmocka_run_group_tests_name("keccak", tests, NULL, NULL);
}
