#include "zerog/inft_history.h"

#include "support_chain.h"
#include "support_inft.h"

static const cJSON *recorded_logs(const char *contract)
{
    return cJSON_GetObjectItem(cJSON_GetObjectItem(vectors, "logs"), contract);
}

static struct inft_history history_of(const char *logs, const char *contract_name, const char *id,
                                      size_t *taken)
{
    struct address contract =
        parse_address(vector_str(cJSON_GetObjectItem(vectors, "addresses"), contract_name));
    struct token_id token = make_id(id);
    struct inft_history history = {0};
    *taken = 0;
    uint64_t place = 0;
    const cJSON *log;
    cJSON_ArrayForEach(log, recorded_logs(logs))
    {
        struct event e = recorded_event(log, &contract, place, place, &arena);
        *taken += inft_history_add(&history, &e, &contract, &token);
        place++;
    }
    return history;
}

static void the_recorded_logs_tell_each_token_s_history(void **state)
{
    (void)state;
    size_t taken;
    struct inft_history h = history_of("agentNft", "AgentNFT", "0", &taken);
    assert_int_equal(taken, 5); /* mint, its Updated, Updated, TokenURIUpdated, Transfer */
    assert_true(h.minted.known && h.minted.block == 12);
    assert_true(h.transferred.known && h.transferred.block == 18);
    assert_true(h.updated.known && h.updated.block == 18);
    assert_false(h.burned.known || h.key.known);
    assert_true(inft_moved_without_key(&h));

    h = history_of("agentNft", "AgentNFT", "1", &taken);
    assert_int_equal(taken, 1);
    assert_true(h.minted.block == 13 && h.updated.block == 13 && !h.transferred.known);
    assert_false(inft_moved_without_key(&h));

    h = history_of("agentNft", "AgentNFT", "2", &taken);
    assert_int_equal(taken, 0);

    h = history_of("agentInft", "AgentINFT", "0", &taken);
    assert_int_equal(taken, 2); /* mint, MetadataUpdated */
    assert_true(h.minted.block == 1 && h.updated.block == 2);

    h = history_of("agenticId", "AgenticID", "0", &taken);
    assert_int_equal(taken, 3); /* Transfer, Updated, ITransferred */
    assert_true(h.minted.block == 5 && h.updated.block == 6 && h.key.block == 8);
}

#define TRANSFER    "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
#define TRANSFERRED "0x0ea8df787dde63a7bdc34d17097adf25749a3521f660e92dabdff8d6ee91d18a"
#define MINTED_V0B  "0x5758c4c0a4d007ca9768a0a574eedc39af88c4423f4ad0f8895b1b8fd1e76133"
#define DATA_SET    "0x4cefbff61c6ce4d087b2b61464ae36d5e40248edf9e835507b711414fc61a6a2"
#define PUBLISHED   "0x77ac1306adadb66d303dd0baa0534083040b337a1212922215a3ccbaf6fec56c"

/* An event with numbers as topics, and one as its data; -1: not there. */
static struct event make_event(const char *signature, uint64_t block, int topic1, int topic2,
                               int topic3, int word)
{
    const int topics[] = {topic1, topic2, topic3};
    struct event e = {.contract = numbered_address(1), .block = block, .topic_count = 1};
    e.tx[0] = (uint8_t)block;
    assert_int_equal(hex_decode_fixed(signature, e.topics[0], HASH_BYTES), ERR_OK);
    for (size_t i = 0; i < COUNT(topics) && topics[i] >= 0; i++)
        e.topics[e.topic_count++][31] = (uint8_t)topics[i];
    uint8_t *data = arena_alloc(&arena, 32);
    data[31] = (uint8_t)word;
    e.data = data;
    e.data_len = word >= 0 ? 32 : 0;
    return e;
}

static void ids_stand_where_each_event_has_them(void **state)
{
    (void)state;
    const struct {
        const char *what;
        struct event event;
        bool is_ours; /* of token 7 */
    } cases[] = {
        {"Transfer", make_event(TRANSFER, 5, 3, 4, 7, -1), true},
        {"Transfer of another", make_event(TRANSFER, 5, 7, 7, 8, 7), false},
        {"Transfer without its id (ERC-20)", make_event(TRANSFER, 5, 3, 4, -1, 7), false},
        {"Transferred", make_event(TRANSFERRED, 5, 3, 4, -1, 7), true},
        {"Transferred of another", make_event(TRANSFERRED, 5, 7, 7, -1, 8), false},
        {"Transferred without data", make_event(TRANSFERRED, 5, 7, 7, -1, -1), false},
        {"Transferred without owners", make_event(TRANSFERRED, 5, 3, -1, -1, 7), false},
        {"IntelligentDataSet, indexed", make_event(DATA_SET, 5, 7, -1, -1, 8), true},
        {"IntelligentDataSet, not indexed", make_event(DATA_SET, 5, -1, -1, -1, 7), true},
        {"IntelligentDataSet of another", make_event(DATA_SET, 5, 8, -1, -1, 7), false},
        {"PublishedSealedKey", make_event(PUBLISHED, 5, 3, 7, -1, -1), true},
        {"PublishedSealedKey of another", make_event(PUBLISHED, 5, 7, 3, -1, -1), false},
        {"another event", make_event(ZERO_WORD, 5, 7, 7, 7, 7), false},
    };
    struct address contract = numbered_address(1), other = numbered_address(2);
    struct token_id seven = make_id("7");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct inft_history h = {0};
        if (inft_history_add(&h, &cases[i].event, &contract, &seven) != cases[i].is_ours)
            fail_msg("%s", cases[i].what);
        assert_false(inft_history_add(&h, &cases[i].event, &other, &seven));
    }
}

static void the_order_and_number_of_logs_do_not_matter(void **state)
{
    (void)state;
    const struct event events[] = {
        make_event(TRANSFER, 9, 4, 5, 7, -1),  make_event(PUBLISHED, 9, 5, 7, -1, -1),
        make_event(TRANSFER, 2, 0, 3, 7, -1),  make_event(TRANSFER, 20, 5, 0, 7, -1),
        make_event(TRANSFER, 4, 3, 4, 7, -1),  make_event(TRANSFER, 9, 4, 5, 7, -1),
        make_event(DATA_SET, 3, 7, -1, -1, 0),
    };
    struct address contract = numbered_address(1);
    struct token_id seven = make_id("7");
    struct inft_history h = {0};
    for (size_t i = 0; i < COUNT(events); i++)
        inft_history_add(&h, &events[i], &contract, &seven);
    assert_int_equal(h.minted.block, 2);
    assert_int_equal(h.transferred.block, 9);
    assert_int_equal(h.burned.block, 20);
    assert_int_equal(h.key.block, 9);
    assert_int_equal(h.updated.block, 20);
    assert_false(inft_moved_without_key(&h)); /* published in the same transaction */
    h.key.tx[5] ^= 1;
    assert_true(inft_moved_without_key(&h));
}

static void mints_to_an_owner_are_counted(void **state)
{
    (void)state;
    const struct {
        struct event event;
        uint64_t owner; /* 0: anybody */
        bool is_mint;
    } cases[] = {
        {make_event(TRANSFER, 5, 0, 4, 7, -1), 4, true},
        {make_event(TRANSFER, 5, 0, 4, 7, -1), 0, true},
        {make_event(TRANSFER, 5, 0, 4, 7, -1), 5, false},
        {make_event(TRANSFER, 5, 1, 4, 7, -1), 4, false},
        {make_event(TRANSFER, 5, 0, 4, -1, 7), 4, false},
        {make_event(MINTED_V0B, 5, 7, 3, 4, -1), 4, true},
        {make_event(MINTED_V0B, 5, 7, 3, 4, -1), 3, false},
        {make_event(MINTED_V0B, 5, 7, 3, -1, -1), 0, false},
        {make_event(DATA_SET, 5, 7, -1, -1, -1), 0, false},
    };
    struct address contract = numbered_address(1);
    struct token_id seven = make_id("7");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address owner = numbered_address(cases[i].owner);
        struct token_id id;
        bool is_mint =
            inft_is_mint(&cases[i].event, &contract, cases[i].owner ? &owner : NULL, &id);
        if (is_mint != cases[i].is_mint)
            fail_msg("case %zu", i);
        if (is_mint)
            assert_true(token_id_equal(&id, &seven));
    }
}

static void signatures_are_listed_for_the_filter(void **state)
{
    (void)state;
    const char *signatures[INFT_EVENTS];
    inft_event_signatures(signatures);
    for (size_t i = 0; i < INFT_EVENTS; i++) {
        uint8_t hash[HASH_BYTES];
        assert_int_equal(hex_decode_fixed(signatures[i], hash, sizeof hash), ERR_OK);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(signatures[i], signatures[j]);
    }
}

#define LOG_REST                                                                                   \
    "\"data\":\"0x\",\"transactionHash\":\"" ZERO_WORD                                             \
    "\",\"blockNumber\":\"0x5\",\"logIndex\":\"0x0\"}"
#define CONTRACT_1 "\"address\":\"0x0000000000000000000000000000000000000001\""
#define MINT_LOG                                                                                   \
    "{" CONTRACT_1 ",\"topics\":[\"" TRANSFER "\",\"" ZERO_WORD "\",\"" TRUE_WORD                  \
    "\",\"" TRUE_WORD "\"]," LOG_REST

static void a_receipt_tells_how_the_mint_went(void **state)
{
    (void)state;
    static const struct {
        const char *receipt;
        enum err err;
        enum inft_mint mint;
    } cases[] = {
        {"null", ERR_OK, INFT_MINT_PENDING},
        {"{\"status\":\"0x0\",\"logs\":[]}", ERR_OK, INFT_MINT_FAILED},
        {"{\"status\":\"0x1\",\"logs\":[" MINT_LOG "]}", ERR_OK, INFT_MINT_DONE},
        {"{\"status\":\"0x1\",\"logs\":[]}", ERR_NOT_FOUND, INFT_MINT_DONE},
        {"{\"status\":\"0x1\"}", ERR_BAD_FORMAT, INFT_MINT_DONE},
        {"{\"status\":\"0x1\",\"logs\":[{}]}", ERR_BAD_FORMAT, INFT_MINT_DONE},
        {"{\"status\":\"0x2\",\"logs\":[]}", ERR_BAD_FORMAT, INFT_MINT_PENDING},
        {"{\"status\":1,\"logs\":[]}", ERR_BAD_FORMAT, INFT_MINT_PENDING},
        {"{\"root\":\"0x\"}", ERR_BAD_FORMAT, INFT_MINT_PENDING},
        {"[]", ERR_BAD_FORMAT, INFT_MINT_PENDING},
    };
    struct address contract = numbered_address(1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON *doc = cJSON_Parse(cases[i].receipt);
        assert_non_null(doc);
        enum inft_mint mint;
        struct token_id id, one = make_id("1");
        enum err err = inft_mint_receipt(doc, &contract, &arena, &mint, &id);
        if (err != cases[i].err || (!err && mint != cases[i].mint))
            fail_msg("%s: %s, %d", cases[i].receipt, err_name(err), mint);
        if (!err && mint == INFT_MINT_DONE)
            assert_true(token_id_equal(&id, &one));
        cJSON_Delete(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_recorded_logs_tell_each_token_s_history),
        cmocka_unit_test(ids_stand_where_each_event_has_them),
        cmocka_unit_test(the_order_and_number_of_logs_do_not_matter),
        cmocka_unit_test(mints_to_an_owner_are_counted),
        cmocka_unit_test(signatures_are_listed_for_the_filter),
        cmocka_unit_test(a_receipt_tells_how_the_mint_went),
    };
    return cmocka_run_group_tests_name("inft_history", tests, load, unload);
}
