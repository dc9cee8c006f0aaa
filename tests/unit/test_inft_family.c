#include "zerog/inft_family.h"

#include "support_inft.h"

/* Answers to the probes in their order: JSON of a result, "none" for a function that is not there,
 * "token" for a token that is not there, "fail" for a node that fails; a label of the vectors. */
struct probed {
    const char *what;
    const char *answers[INFT_PROBES];
    enum err err;
    enum inft_family family;
};

static const struct {
    const char *word, *answer;
} spoken[] = {
    {"none", "{\"error\":{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x\"}}"},
    {"token", "{\"error\":{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x7e273289"
              "0000000000000000000000000000000000000000000000000000000000000000\"}}"},
    {"fail", "{\"error\":{\"code\":-32000,\"message\":\"header not found\"}}"},
    {"yes", "{\"result\":\"" TRUE_WORD "\"}"},
    {"no", "{\"result\":\"" ZERO_WORD "\"}"},
    {"empty", "{\"result\":\"0x\"}"},
};

static struct rpc_answer speak(const char *word, cJSON **doc)
{
    for (size_t i = 0; i < COUNT(spoken); i++) {
        if (strcmp(spoken[i].word, word) != 0)
            continue;
        cJSON *call = cJSON_Parse(spoken[i].answer);
        struct rpc_answer answer = call_answer(call, &arena, doc);
        cJSON_Delete(call);
        return answer;
    }
    return call_answer(find_call(vectors, word), &arena, doc);
}

#define DATAS "AgentNFT.intelligentDatasOf(0)"
#define TOKEN "AgentINFT.getTokenData(0)"
#define OWNER "AgentNFT.ownerOf(0)"
#define USERS "AgentNFT.authorizedUsersOf(0)" /* an array of words, as dataHashesOf is */
#define HASH  "AgenticID.getSealId(0)"

/* In the order: V2, V1, ERC-721, intelligentDatasOf, getIntelligentDatas, getTokenData,
 * dataHashesOf, intelligentDataOf, getMetadataHash, ownerOf. */
static const struct probed contracts[] = {
    {"V1", {"no", "yes", "yes", DATAS, "none", "none", "none", "none", "none", OWNER}, 0, INFT_V1},
    {"V2", {"yes", "no", "yes", DATAS, "none", "none", "none", "none", "none", OWNER}, 0, INFT_V2},
    {"V3", {"no", "no", "yes", "none", "none", TOKEN, "none", "none", "none", OWNER}, 0, INFT_V3},
    {"V2e", {"no", "no", "yes", "none", DATAS, "none", "none", "none", "none", OWNER}, 0, INFT_V2E},
    {"V0", {"no", "no", "no", "none", "none", "none", USERS, "none", "none", OWNER}, 0, INFT_V0},
    {"V0b", {"no", "no", "no", DATAS, "none", "none", "none", "none", "none", OWNER}, 0, INFT_V0B},
    {"of the EIP",
     {"no", "no", "yes", "none", "none", "none", "none", DATAS, "none", OWNER},
     0,
     INFT_EIP},
    {"of the tutorial",
     {"no", "no", "yes", "none", "none", "none", "none", "none", HASH, OWNER},
     0,
     INFT_DOC},
    {"ERC-721",
     {"no", "no", "yes", "none", "none", "none", "none", "none", "none", OWNER},
     0,
     INFT_ERC721},
    {"owners alone",
     {"none", "none", "none", "none", "none", "none", "none", "none", "none", OWNER},
     0,
     INFT_ERC721},
    {"no token contract",
     {"none", "none", "none", "none", "none", "none", "none", "none", "none", "none"},
     0,
     INFT_UNKNOWN},
    {"no contract",
     {"empty", "empty", "empty", "empty", "empty", "empty", "empty", "empty", "empty", "empty"},
     0,
     INFT_UNKNOWN},
    {"V1 without its interface id",
     {"none", "none", "yes", DATAS, "none", "none", "none", "none", "none", OWNER},
     0,
     INFT_V1},
    {"V1, no such token",
     {"no", "yes", "yes", "token", "none", "none", "none", "none", "none", "token"},
     0,
     INFT_V1},
    {"V3, no such token",
     {"no", "no", "yes", "none", "none", "token", "none", "none", "none", "token"},
     0,
     INFT_V3},
    {"ERC-721, no such token",
     {"no", "no", "yes", "none", "none", "none", "none", "none", "none", "token"},
     0,
     INFT_ERC721},
    {"V1 that is empty yet",
     {"no", "no", "yes", "AgentNFT.intelligentDatasOf(1)", "none", "none", "none", "none", "none",
      OWNER},
     0,
     INFT_V1},
    {"one that answers everything with a word",
     {"no", "no", "no", "yes", "yes", "yes", "yes", "yes", "no", "no"},
     0,
     INFT_DOC},
    {"a longer answer is no hash",
     {"no", "no", "yes", "none", "none", "none", "none", "none", DATAS, OWNER},
     0,
     INFT_ERC721},
    {"the node fails before anything is known",
     {"fail", "fail", "fail", "fail", "fail", "fail", "fail", "fail", "fail", "fail"},
     ERR_RPC,
     INFT_UNKNOWN},
    {"the node fails where V1 would be told",
     {"no", "fail", "yes", DATAS, "none", "none", "none", "none", "none", OWNER},
     ERR_RPC,
     INFT_UNKNOWN},
    {"the node fails behind what decides",
     {"yes", "fail", "fail", "fail", "fail", "fail", "fail", "fail", "fail", "fail"},
     0,
     INFT_V2},
    {"the node fails on the getter",
     {"no", "no", "yes", "none", "fail", TOKEN, "none", "none", "none", OWNER},
     ERR_RPC,
     INFT_UNKNOWN},
};

static void families_are_told_by_the_probes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(contracts); i++) {
        struct rpc_answer answers[INFT_PROBES];
        cJSON *docs[INFT_PROBES];
        for (size_t p = 0; p < INFT_PROBES; p++)
            answers[p] = speak(contracts[i].answers[p], &docs[p]);
        enum inft_family family;
        enum err err = inft_detect(answers, &arena, &family);
        if (err != contracts[i].err || family != contracts[i].family)
            fail_msg("%s: %s, %s", contracts[i].what, err_name(err), inft_family_row(family)->id);
        for (size_t p = 0; p < INFT_PROBES; p++)
            cJSON_Delete(docs[p]);
    }
}

static void probes_are_the_recorded_calls(void **state)
{
    (void)state;
    static const char *const labels[INFT_PROBES] = {
        "AgenticID.supportsInterface IERC7857",
        "AgentNFT.supportsInterface(0x5762046c)",
        "AgentNFT.supportsInterface(0x80ac58cd)",
        "AgentNFT.intelligentDatasOf(0)",
        NULL,
        "AgentINFT.getTokenData(0)",
        NULL,
        NULL,
        NULL,
        "AgentNFT.ownerOf(0)",
    };
    struct token_id zero = make_id("0");
    struct buf data = buf_make(BUF_NO_LIMIT), text = buf_make(BUF_NO_LIMIT);
    for (size_t p = 0; p < INFT_PROBES; p++) {
        buf_reset(&data);
        buf_reset(&text);
        inft_put_probe(&data, p, &zero);
        hex_put(&text, (const uint8_t *)data.data, data.len);
        assert_int_equal(data.len, 36);
        if (labels[p])
            assert_string_equal(buf_str(&text), vector_str(find_call(vectors, labels[p]), "data"));
    }
    buf_free(&data);
    buf_free(&text);
}

static void every_family_has_a_row(void **state)
{
    (void)state;
    for (enum inft_family f = 0; f < INFT_FAMILY_COUNT; f++) {
        assert_non_null(inft_family_row(f)->id);
        assert_non_null(inft_family_row(f)->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families_are_told_by_the_probes),
        cmocka_unit_test(probes_are_the_recorded_calls),
        cmocka_unit_test(every_family_has_a_row),
    };
    return cmocka_run_group_tests_name("inft_family", tests, load, unload);
}
