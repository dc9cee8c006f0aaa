#include "zerog/inft.h"
#include "zerog/inft_family.h"

#include "support_chain.h"
#include "support_inft.h"

#include "zerog/answer.h"
#include "zerog/storage.h"

/* --- every recorded answer --- */

/* What an answer decodes to, as the vectors write it. NULL when it does not decode. */
typedef cJSON *(*decode_json)(const uint8_t *data, size_t len);

static cJSON *list_of(cJSON *only)
{
    cJSON *list = cJSON_CreateArray();
    cJSON_AddItemToArray(list, only);
    return list;
}

static cJSON *text_json(struct abi_text text)
{
    return cJSON_CreateString(arena_strndup(&arena, text.bytes, text.len));
}

static cJSON *hex_json(const void *bytes, size_t len)
{
    struct buf out = buf_make(BUF_NO_LIMIT);
    hex_put(&out, bytes, len);
    cJSON *json = cJSON_CreateString(buf_str(&out));
    buf_free(&out);
    return json;
}

static cJSON *number_json(uint64_t number)
{
    char text[AMOUNT_TEXT_BYTES];
    return cJSON_CreateString(amount_text(number, text));
}

static cJSON *decode_u64(const uint8_t *data, size_t len)
{
    uint64_t number;
    return answer_u64(data, len, &number) ? NULL : list_of(number_json(number));
}

static cJSON *decode_amount(const uint8_t *data, size_t len)
{
    amount number;
    char text[AMOUNT_TEXT_BYTES];
    return answer_amount(data, len, &number)
               ? NULL
               : list_of(cJSON_CreateString(amount_text(number, text)));
}

static cJSON *decode_bool(const uint8_t *data, size_t len)
{
    bool yes;
    return answer_bool(data, len, &yes) ? NULL : list_of(cJSON_CreateBool(yes));
}

static cJSON *decode_address(const uint8_t *data, size_t len)
{
    struct address address;
    char text[ADDRESS_TEXT_BYTES];
    return answer_address(data, len, &address)
               ? NULL
               : list_of(cJSON_CreateString(address_text(&address, text)));
}

static cJSON *decode_word(const uint8_t *data, size_t len)
{
    const uint8_t *word;
    return answer_word(data, len, &word) ? NULL : list_of(hex_json(word, 32));
}

static cJSON *decode_text(const uint8_t *data, size_t len)
{
    struct abi_text text;
    return answer_text(data, len, &text) ? NULL : list_of(text_json(text));
}

static cJSON *decode_tree(const uint8_t *data, size_t len)
{
    uint64_t sectors, height;
    struct abi view = abi_make(data, len);
    if (storage_decode_tree(data, len, &sectors) || abi_u64(&view, 1, &height))
        return NULL;
    cJSON *list = list_of(number_json(sectors));
    cJSON_AddItemToArray(list, number_json(height));
    return list;
}

/* The program never calls getContext(); its recorded answer is read all the same. */
static cJSON *decode_context(const uint8_t *data, size_t len)
{
    static const bool is_number[] = {true, true, false, true, false, false};
    struct abi view = abi_make(data, len);
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < COUNT(is_number); i++) {
        const uint8_t *word;
        char text[WORD_TEXT_BYTES];
        assert_int_equal(abi_word(&view, i, &word), ERR_OK);
        cJSON_AddItemToArray(list, is_number[i] ? cJSON_CreateString(word_text(word, text))
                                                : hex_json(word, 32));
    }
    return list_of(list);
}

static cJSON *decode_datas(const uint8_t *data, size_t len)
{
    struct inft_datas datas;
    if (inft_decode_datas(data, len, &arena, &datas))
        return NULL;
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < datas.count; i++) {
        cJSON *item = list_of(text_json(datas.items[i].description));
        cJSON_AddItemToArray(item, hex_json(datas.items[i].hash, 32));
        cJSON_AddItemToArray(list, item);
    }
    return list_of(list);
}

static cJSON *decode_users(const uint8_t *data, size_t len)
{
    struct inft_users users;
    char text[ADDRESS_TEXT_BYTES];
    if (inft_decode_users(data, len, &arena, &users))
        return NULL;
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < users.count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(address_text(&users.items[i], text)));
    return list_of(list);
}

static cJSON *decode_token_data(const uint8_t *data, size_t len)
{
    struct inft_token_data t;
    if (inft_decode_token_data(data, len, &t))
        return NULL;
    cJSON *list = list_of(text_json(t.name));
    cJSON_AddItemToArray(list, text_json(t.description));
    cJSON_AddItemToArray(list, hex_json(t.sealed.bytes, t.sealed.len));
    cJSON_AddItemToArray(list, hex_json(t.hash, 32));
    cJSON_AddItemToArray(list, text_json(t.da_ref));
    return list_of(list);
}

/* sealedKeysOf() is not called either. */
static cJSON *decode_byte_strings(const uint8_t *data, size_t len)
{
    struct abi view = abi_make(data, len), body;
    size_t count;
    cJSON *list = cJSON_CreateArray();
    assert_int_equal(abi_array(&view, 0, 1, &body, &count), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        struct abi_text bytes;
        assert_int_equal(abi_text(&body, i, &bytes), ERR_OK);
        cJSON_AddItemToArray(list, hex_json(bytes.bytes, bytes.len));
    }
    return list_of(list);
}

static const struct {
    const char *function;
    decode_json decode;
} functions[] = {
    {"numSubmissions()", decode_u64},
    {"submissionIndex()", decode_u64},
    {"tree()", decode_tree},
    {"getContext()", decode_context},
    {"epoch()", decode_u64},
    {"blocksPerEpoch()", decode_u64},
    {"firstBlock()", decode_u64},
    {"market()", decode_address},
    {"epochStartPosition()", decode_u64},
    {"paused()", decode_bool},
    {"getFlowRootByTxSeq(uint256)", decode_word},
    {"pricePerSector()", decode_amount},
    {"flow()", decode_address},
    {"reward()", decode_address},
    {"name()", decode_text},
    {"symbol()", decode_text},
    {"VERSION()", decode_text},
    {"storageInfo()", decode_text},
    {"verifier()", decode_address},
    {"admin()", decode_address},
    {"owner()", decode_address},
    {"canonical()", decode_address},
    {"getMintFee()", decode_amount},
    {"MAX_AUTHORIZED_USERS()", decode_u64},
    {"ownerOf(uint256)", decode_address},
    {"balanceOf(address)", decode_u64},
    {"tokenURI(uint256)", decode_text},
    {"intelligentDatasOf(uint256)", decode_datas},
    {"authorizedUsersOf(uint256)", decode_users},
    {"getApproved(uint256)", decode_address},
    {"isApprovedForAll(address,address)", decode_bool},
    {"getDelegateAccess(address)", decode_address},
    {"getAccessDelegate(address)", decode_address},
    {"creatorOf(uint256)", decode_address},
    {"supportsInterface(bytes4)", decode_bool},
    {"getTokenData(uint256)", decode_token_data},
    {"sealedKeysOf(uint256)", decode_byte_strings},
    {"getAgentSeal(uint256)", decode_address},
    {"getSealId(uint256)", decode_word},
    {"getAgentIdBySealId(bytes32)", decode_u64},
    {"isSealIdBound(bytes32)", decode_bool},
    {"getAgentWallet(uint256)", decode_address},
};

static decode_json find_decoder(const char *function)
{
    for (size_t i = 0; i < COUNT(functions); i++)
        if (strcmp(functions[i].function, function) == 0)
            return functions[i].decode;
    fail_msg("no decoder for %s", function);
    return NULL;
}

static void every_recorded_answer_decodes_to_its_recorded_value(void **state)
{
    (void)state;
    size_t answers = 0, refusals = 0;
    const cJSON *call;
    cJSON_ArrayForEach(call, cJSON_GetObjectItem(vectors, "calls"))
    {
        const char *label = vector_str(call, "label");
        if (cJSON_GetObjectItem(call, "error")) {
            cJSON *doc;
            struct rpc_answer answer = call_answer(call, &arena, &doc);
            assert_int_equal(inft_refusal(&answer), INFT_NO_TOKEN);
            cJSON_Delete(doc);
            refusals++;
            continue;
        }
        size_t len;
        const uint8_t *data = decode_hex(&arena, vector_str(call, "result"), &len);
        cJSON *decoded = find_decoder(vector_str(call, "fn"))(data, len);
        cJSON *expected = cJSON_Parse(vector_str(call, "decoded"));
        assert_non_null(expected);
        if (!cJSON_Compare(decoded, expected, true))
            fail_msg("%s: %s", label, cJSON_PrintUnformatted(decoded));
        cJSON_Delete(expected);
        cJSON_Delete(decoded);
        answers++;
    }
    assert_int_equal(answers, 77);
    assert_int_equal(refusals, 4);
}

static void calls_are_the_recorded_ones(void **state)
{
    (void)state;
    static const struct {
        enum inft_call call;
        const char *label, *id;
    } cases[] = {
        {INFT_OWNER_OF, "AgentNFT.ownerOf(0)", "0"},
        {INFT_OWNER_OF, "AgentNFT.ownerOf(999)", "999"},
        {INFT_OWNER_OF, "AgentNFT.ownerOf(999)", "0x3e7"},
        {INFT_TOKEN_URI, "AgentNFT.tokenURI(1)", "1"},
        {INFT_GET_APPROVED, "AgentNFT.getApproved(0)", "0"},
        {INFT_AUTHORIZED_USERS_OF, "AgentNFT.authorizedUsersOf(0)", "0"},
        {INFT_INTELLIGENT_DATAS_OF, "AgentNFT.intelligentDatasOf(1)", "1"},
        {INFT_TOKEN_DATA, "AgentINFT.getTokenData(7)", "7"},
        {INFT_AGENT_SEAL, "AgenticID.getAgentSeal(0)", "0"},
        {INFT_SEAL_ID, "AgenticID.getSealId(0)", "0"},
        {INFT_AGENT_WALLET, "AgenticID.getAgentWallet(0)", "0"},
        {INFT_NAME, "AgentNFT.name()", "5"},
        {INFT_SYMBOL, "AgentNFT.symbol()", "5"},
        {INFT_VERSION, "AgentNFT.VERSION()", "5"},
        {INFT_STORAGE_INFO, "AgentNFT.storageInfo()", "5"},
        {INFT_VERIFIER, "AgentNFT.verifier()", "5"},
        {INFT_PAUSED, "AgentNFT.paused()", "5"},
    };
    struct buf data = buf_make(BUF_NO_LIMIT), text = buf_make(BUF_NO_LIMIT);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct token_id id = make_id(cases[i].id);
        buf_reset(&data);
        buf_reset(&text);
        inft_put_call(&data, cases[i].call, &id);
        hex_put(&text, (const uint8_t *)data.data, data.len);
        assert_string_equal(buf_str(&text), vector_str(find_call(vectors, cases[i].label), "data"));
    }
    struct address a0 = parse_address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    struct address a1 = parse_address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    buf_reset(&data);
    buf_reset(&text);
    inft_put_balance_of(&data, &a0);
    inft_put_is_approved_for_all(&data, &a0, &a1);
    inft_put_supports_interface(&data, 0x5762046c);
    hex_put(&text, (const uint8_t *)data.data, data.len);
    struct buf expected = buf_make(BUF_NO_LIMIT);
    buf_puts(&expected,
             vector_str(find_call(vectors,
                                  "AgentNFT.balanceOf(0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266)"),
                        "data"));
    buf_puts(&expected,
             2 + vector_str(find_call(vectors, "AgentNFT.isApprovedForAll("
                                               "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266,"
                                               "0x70997970C51812dc3A010C7d01b50e0d17dc79C8)"),
                            "data"));
    buf_puts(&expected,
             2 + vector_str(find_call(vectors, "AgentNFT.supportsInterface(0x5762046c)"), "data"));
    assert_string_equal(buf_str(&text), buf_str(&expected));
    buf_free(&expected);
    buf_free(&data);
    buf_free(&text);
}

#define MAX_DECIMAL "115792089237316195423570985008687907853269984665640564039457584007913129639935"

static void token_ids_are_whole_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
        const char *decimal;
    } cases[] = {
        {"0", ERR_OK, "0"},
        {"12345", ERR_OK, "12345"},
        {"007", ERR_OK, "7"},
        {"0xff", ERR_OK, "255"},
        {MAX_DECIMAL, ERR_OK, MAX_DECIMAL},
        {"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", ERR_OK, MAX_DECIMAL},
        {"115792089237316195423570985008687907853269984665640564039457584007913129639936",
         ERR_OVERFLOW, NULL},
        {"0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", ERR_OVERFLOW, NULL},
        {"", ERR_BAD_FORMAT, NULL},
        {"-1", ERR_BAD_FORMAT, NULL},
        {"+1", ERR_BAD_FORMAT, NULL},
        {" 1", ERR_BAD_FORMAT, NULL},
        {"1 ", ERR_BAD_FORMAT, NULL},
        {"1.0", ERR_BAD_FORMAT, NULL},
        {"0x", ERR_BAD_FORMAT, NULL},
        {"ff", ERR_BAD_FORMAT, NULL},
        {"0xfg", ERR_BAD_FORMAT, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct token_id id;
        char text[WORD_TEXT_BYTES];
        enum err err = token_id_parse(cases[i].text, &id);
        if (err != cases[i].err)
            fail_msg("%s: %s", cases[i].text, err_name(err));
        if (!err)
            assert_string_equal(word_text(id.word, text), cases[i].decimal);
    }
}

/* --- hostile answers --- */

static void shorter_answers_are_never_read_past(void **state)
{
    (void)state;
    static const char *const labels[] = {
        "AgentNFT.intelligentDatasOf(0)",
        "AgentINFT.getTokenData(0)",
        "AgentNFT.authorizedUsersOf(0)",
        "AgenticID.intelligentDatasOf(0)",
    };
    for (size_t i = 0; i < COUNT(labels); i++) {
        const cJSON *call = find_call(vectors, labels[i]);
        size_t whole;
        const uint8_t *data = decode_hex(&arena, vector_str(call, "result"), &whole);
        size_t decoded = 0;
        for (size_t len = 0; len < whole; len++) {
            uint8_t *part = malloc(len ? len : 1);
            assert_non_null(part);
            memcpy(part, data, len);
            cJSON *json = find_decoder(vector_str(call, "fn"))(part, len);
            decoded += json != NULL;
            cJSON_Delete(json);
            free(part);
        }
        /* Only the zeros that pad the last text may be missing. */
        if (decoded >= 32)
            fail_msg("%s: %zu", labels[i], decoded);
    }
}

/* datas(count entries), all of which point to the same text of `len` bytes. */
static void put_shared_datas(struct buf *out, size_t count, size_t len)
{
    put_word(out, 32);
    put_word(out, count);
    for (size_t i = 0; i < count; i++)
        put_word(out, count * 32);
    put_word(out, 64);
    put_word(out, 0x1234);
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, 'x', len);
    put_padded(out, text, len);
    free(text);
}

static void what_is_made_of_an_answer_is_bounded(void **state)
{
    (void)state;
    static const struct {
        size_t count, len;
        enum err err;
    } cases[] = {
        {1, INFT_TEXT_MAX, ERR_OK},
        {1, INFT_TEXT_MAX + 1, ERR_TOO_LARGE},
        {2, INFT_TEXT_MAX / 2, ERR_OK},
        {3, INFT_TEXT_MAX / 2, ERR_TOO_LARGE},
        {INFT_MAX_DATAS, INFT_TEXT_MAX / INFT_MAX_DATAS, ERR_OK},
        {INFT_MAX_DATAS, INFT_TEXT_MAX / INFT_MAX_DATAS + 1, ERR_TOO_LARGE},
        {INFT_MAX_DATAS + 1, 1, ERR_TOO_LARGE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        struct inft_datas datas;
        put_shared_datas(&data, cases[i].count, cases[i].len);
        enum err err = inft_decode_datas((uint8_t *)data.data, data.len, &arena, &datas);
        if (err != cases[i].err)
            fail_msg("%zu of %zu: %s", cases[i].count, cases[i].len, err_name(err));
        assert_int_equal(datas.count, err ? 0 : cases[i].count);
        buf_free(&data);
    }
    struct buf users = buf_make(BUF_NO_LIMIT);
    struct inft_users list;
    put_word(&users, 32);
    put_word(&users, INFT_MAX_USERS + 1);
    for (size_t i = 0; i <= INFT_MAX_USERS; i++)
        put_word(&users, i);
    assert_int_equal(inft_decode_users((uint8_t *)users.data, users.len, &arena, &list),
                     ERR_TOO_LARGE);
    set_word(&users, 32, INFT_MAX_USERS);
    assert_int_equal(inft_decode_users((uint8_t *)users.data, users.len, &arena, &list), ERR_OK);
    set_power(&users, 64 + 5 * 32, 200);
    assert_int_equal(inft_decode_users((uint8_t *)users.data, users.len, &arena, &list),
                     ERR_BAD_FORMAT);
    buf_free(&users);
}

/* dataHashesOf and dataDescriptionsOf of the draft. */
static void hashes_and_descriptions_belong_together_by_place(void **state)
{
    (void)state;
    struct buf hashes = buf_make(BUF_NO_LIMIT), texts = buf_make(BUF_NO_LIMIT);
    put_word(&hashes, 32);
    put_word(&hashes, 2);
    put_word(&hashes, 11);
    put_word(&hashes, 22);
    put_word(&texts, 32);
    put_word(&texts, 1);
    put_word(&texts, 32);
    put_padded(&texts, "model:a", 7);
    struct inft_datas datas;
    const uint8_t *h = (uint8_t *)hashes.data, *t = (uint8_t *)texts.data;
    assert_int_equal(inft_decode_hashes(h, hashes.len, t, texts.len, &arena, &datas), ERR_OK);
    assert_int_equal(datas.count, 2);
    assert_memory_equal(datas.items[0].description.bytes, "model:a", 7);
    assert_int_equal(datas.items[1].description.len, 0);
    assert_int_equal(datas.items[1].hash[31], 22);
    assert_int_equal(inft_decode_hashes(h, hashes.len, NULL, 0, &arena, &datas), ERR_OK);
    assert_int_equal(datas.count, 2);
    assert_int_equal(inft_decode_hashes(h, hashes.len, t, 95, &arena, &datas), ERR_BAD_LENGTH);
    assert_int_equal(datas.count, 0);
    struct inft_content content;
    assert_int_equal(inft_decode_content(INFT_V0, h, hashes.len, t, texts.len, &arena, &content),
                     ERR_OK);
    assert_int_equal(content.datas.count, 2);
    assert_false(content.is_empty);
    buf_free(&hashes);
    buf_free(&texts);
}

static void contents_of_the_recorded_tokens(void **state)
{
    (void)state;
    static const struct {
        enum inft_family family;
        const char *label;
        size_t datas;
        bool has_token_data, is_empty;
    } cases[] = {
        {INFT_V1, "AgentNFT.intelligentDatasOf(0)", 2, false, false},
        {INFT_V1, "AgentNFT.intelligentDatasOf(1)", 0, false, true},
        {INFT_V2, "AgenticID.intelligentDatasOf(0)", 1, false, false},
        {INFT_V3, "AgentINFT.getTokenData(0)", 0, true, false}, /* its hash is not set yet */
        {INFT_V3, "AgentINFT.getTokenData(0) after update", 1, true, false},
        {INFT_DOC, "AgenticID.getSealId(0)", 1, false, false},
        {INFT_DOC, "flow.epoch", 0, false, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len;
        const uint8_t *data = call_result(vectors, cases[i].label, &arena, &len);
        struct inft_content content;
        assert_int_equal(inft_decode_content(cases[i].family, data, len, NULL, 0, &arena, &content),
                         ERR_OK);
        assert_int_equal(content.datas.count, cases[i].datas);
        assert_int_equal(content.has_token_data, cases[i].has_token_data);
        assert_int_equal(content.is_empty, cases[i].is_empty);
    }
    struct inft_content content;
    assert_int_equal(inft_decode_content(INFT_ERC721, NULL, 0, NULL, 0, &arena, &content),
                     ERR_NOT_FOUND);
    assert_int_equal(inft_decode_content(INFT_V1, NULL, 0, NULL, 0, &arena, &content),
                     ERR_NO_CONTRACT);
}

static void a_hash_may_be_text(void **state)
{
    (void)state;
    uint8_t hash[32];
    memcpy(hash, "0123456789abcdefABCDEF0123456789", 32);
    assert_true(inft_hash_is_text(hash));
    hash[31] = 'g';
    assert_false(inft_hash_is_text(hash));
    hash[31] = 0;
    assert_false(inft_hash_is_text(hash));
}

/* --- refusals --- */

static void refusals_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *error; /* of the JSON-RPC answer */
        enum inft_refusal refusal;
    } cases[] = {
        {"{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x7e273289"
         "00000000000000000000000000000000000000000000000000000000000003e7\"}",
         INFT_NO_TOKEN},
        {"{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x\"}", INFT_NO_FUNCTION},
        {"{\"code\":-32000,\"message\":\"execution reverted\"}", INFT_NO_FUNCTION},
        {"{\"code\":-32000,\"message\":\"invalid opcode: INVALID\"}", INFT_NO_FUNCTION},
        {"{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x118cdaa7\"}", INFT_REFUSED},
        {"{\"code\":3,\"message\":\"execution reverted: Token does not "
         "exist\",\"data\":\"0x08c379a0"
         "0000000000000000000000000000000000000000000000000000000000000020"
         "0000000000000000000000000000000000000000000000000000000000000014"
         "546f6b656e20646f6573206e6f74206578697374000000000000000000000000\"}",
         INFT_NO_TOKEN},
        {"{\"code\":3,\"message\":\"execution reverted: no\",\"data\":\"0x08c379a0"
         "0000000000000000000000000000000000000000000000000000000000000020"
         "0000000000000000000000000000000000000000000000000000000000000002"
         "6e6f000000000000000000000000000000000000000000000000000000000000\"}",
         INFT_REFUSED},
        {"{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x08c379a0\"}", INFT_REFUSED},
        {"{\"code\":-32000,\"message\":\"execution reverted: ERC721: invalid token ID\"}",
         INFT_NO_TOKEN},
        {"{\"code\":-32000,\"message\":\"VM error 0x7e273289...\"}", INFT_NO_TOKEN},
        {"{\"code\":-32000,\"message\":\"ERC721NonexistentToken(7)\"}", INFT_NO_TOKEN},
        {"{\"code\":-32000,\"message\":\"header not found\"}", INFT_FAILED},
        {"{\"code\":-32000,\"message\":\"block 0x12 does not exist\"}", INFT_FAILED},
        {"{\"code\":-32601,\"message\":\"the method eth_call does not exist\"}", INFT_FAILED},
        {"{\"code\":429,\"message\":\"too many requests\"}", INFT_FAILED},
        {"{\"code\":-32005,\"message\":\"limit exceeded\"}", INFT_FAILED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON *call = cJSON_CreateObject(), *doc;
        cJSON_AddItemToObject(call, "error", cJSON_Parse(cases[i].error));
        struct rpc_answer answer = call_answer(call, &arena, &doc);
        enum inft_refusal refusal = inft_refusal(&answer);
        if (refusal != cases[i].refusal)
            fail_msg("%s: %d", cases[i].error, refusal);
        cJSON_Delete(doc);
        cJSON_Delete(call);
    }
    const struct rpc_answer failed = {.err = ERR_TIMEOUT, .message = "token does not exist"};
    assert_int_equal(inft_refusal(&failed), INFT_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_answer_decodes_to_its_recorded_value),
        cmocka_unit_test(calls_are_the_recorded_ones),
        cmocka_unit_test(token_ids_are_whole_words),
        cmocka_unit_test(shorter_answers_are_never_read_past),
        cmocka_unit_test(what_is_made_of_an_answer_is_bounded),
        cmocka_unit_test(hashes_and_descriptions_belong_together_by_place),
        cmocka_unit_test(contents_of_the_recorded_tokens),
        cmocka_unit_test(a_hash_may_be_text),
        cmocka_unit_test(refusals_are_told_apart),
    };
    return cmocka_run_group_tests_name("inft", tests, load, unload);
}
