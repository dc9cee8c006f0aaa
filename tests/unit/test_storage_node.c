#include "zerog/storage_node.h"

#include "support_calls.h"

#include "base/buf.h"

static struct arena arena;

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static const cJSON *parse(const char *text)
{
    cJSON *doc = cJSON_Parse(text);
    if (!doc)
        fail_msg("no JSON: %s", text);
    return doc;
}

#define FLOW_TEXT "0x62d4144db0f0a6fbbaeb6296c785c71b3d57c526"

static void a_node_status_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        unsigned valid;
        enum err err;
    } cases[] = {
        {"{\"connectedPeers\":38,\"logSyncHeight\":11763674,\"nextTxSeq\":7333,"
         "\"networkIdentity\":{\"chainId\":16661,\"flowAddress\":\"" FLOW_TEXT "\"}}",
         NODE_PEERS | NODE_SYNC_BLOCK | NODE_NEXT_INDEX | NODE_CHAIN_ID | NODE_FLOW, ERR_OK},
        {"{\"connectedPeers\":38,\"logSyncHeight\":11763674}", NODE_PEERS | NODE_SYNC_BLOCK,
         ERR_OK},
        {"{}", 0, ERR_OK},
        {"{\"connectedPeers\":-1,\"logSyncHeight\":\"7\",\"nextTxSeq\":1.5,"
         "\"networkIdentity\":{\"chainId\":1e300,\"flowAddress\":\"0x62\"}}",
         0, ERR_OK},
        {"{\"networkIdentity\":[]}", 0, ERR_OK},
        {"null", 0, ERR_BAD_FORMAT},
        {"[]", 0, ERR_BAD_FORMAT},
        {"7", 0, ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *doc = parse(cases[i].reply);
        struct storage_node_status s;
        assert_int_equal(storage_node_status(doc, &s), cases[i].err);
        if (s.valid != cases[i].valid)
            fail_msg("%s: %x", cases[i].reply, s.valid);
        if (i == 0) {
            struct address flow = parse_address(FLOW_TEXT);
            assert_int_equal(s.peers, 38);
            assert_int_equal(s.sync_block, 11763674);
            assert_int_equal(s.next_index, 7333);
            assert_int_equal(s.chain_id, 16661);
            assert_true(address_equal(&s.flow, &flow));
        }
        cJSON_Delete((cJSON *)doc);
    }
}

static void shards_are_powers_of_two(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        enum err err;
    } cases[] = {
        {"{\"shardId\":0,\"numShard\":1}", ERR_OK},
        {"{\"shardId\":3,\"numShard\":4}", ERR_OK},
        {"{\"shardId\":0,\"numShard\":4294967296}", ERR_OK},
        {"{\"shardId\":0,\"numShard\":8589934592}", ERR_BAD_FORMAT},
        {"{\"shardId\":4,\"numShard\":4}", ERR_BAD_FORMAT},
        {"{\"shardId\":0,\"numShard\":3}", ERR_BAD_FORMAT},
        {"{\"shardId\":0,\"numShard\":0}", ERR_BAD_FORMAT},
        {"{\"shardId\":-1,\"numShard\":2}", ERR_BAD_FORMAT},
        {"{\"numShard\":2}", ERR_BAD_FORMAT},
        {"{\"shardId\":0}", ERR_BAD_FORMAT},
        {"null", ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *doc = parse(cases[i].reply);
        struct storage_shard shard;
        if (storage_shard(doc, &shard) != cases[i].err)
            fail_msg("%s", cases[i].reply);
        cJSON_Delete((cJSON *)doc);
    }
}

static void the_flow_context_of_a_node_is_a_pair(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        enum err err;
    } cases[] = {
        {"[\"0xaa\", 4864]", ERR_OK},
        {"[\"0xaa\", 9007199254740992]", ERR_OK},
        {"[\"0xaa\", 0]", ERR_BAD_FORMAT},
        {"[\"0xaa\", -1]", ERR_BAD_FORMAT},
        {"[\"0xaa\", 1.5]", ERR_BAD_FORMAT},
        {"[\"0xaa\", 1e300]", ERR_BAD_FORMAT},
        {"[\"0xaa\", \"4864\"]", ERR_BAD_FORMAT},
        {"[\"0xaa\"]", ERR_BAD_FORMAT},
        {"[1, 4864]", ERR_BAD_FORMAT},
        {"[\"0xaa\", 4864, 1]", ERR_BAD_FORMAT},
        {"[]", ERR_BAD_FORMAT},
        {"{\"a\":\"0xaa\",\"b\":4864}", ERR_BAD_FORMAT},
        {"null", ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *doc = parse(cases[i].reply);
        uint64_t sectors = 0;
        if (storage_node_sectors(doc, &sectors) != cases[i].err)
            fail_msg("%s", cases[i].reply);
        if (i == 0)
            assert_int_equal(sectors, 4864);
        cJSON_Delete((cJSON *)doc);
    }
}

static void a_share_is_whole_segments(void **state)
{
    (void)state;
    static const struct {
        uint64_t sectors, shards, bytes;
        enum err err;
    } cases[] = {
        {4864, 1, 5 * 262144, ERR_OK},
        {4864, 2, 3 * 262144, ERR_OK},
        {4864, 8, 262144, ERR_OK},
        {1024, 1, 262144, ERR_OK},
        {1025, 1, 524288, ERR_OK},
        {UINT64_MAX, 1, 0, ERR_OVERFLOW},
        {0, 1, 0, ERR_OK},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct storage_shard shard = {.count = cases[i].shards};
        uint64_t bytes = 0;
        assert_int_equal(storage_share_bytes(cases[i].sectors, &shard, &bytes), cases[i].err);
        if (!cases[i].err)
            assert_int_equal(bytes, cases[i].bytes);
    }
}

#define FILE_TX "\"tx\":{\"size\":700000,\"seq\":2},"

static void the_state_of_a_file_follows_its_flags(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        enum err err;
        enum storage_file_state state;
        bool has_tx;
    } cases[] = {
        {"null", ERR_OK, FILE_UNKNOWN, false},
        {"{" FILE_TX "\"finalized\":true,\"isCached\":false,\"uploadedSegNum\":3,\"pruned\":false}",
         ERR_OK, FILE_STORED, true},
        {"{" FILE_TX "\"finalized\":false,\"isCached\":false,\"uploadedSegNum\":3,\"pruned\":true}",
         ERR_OK, FILE_PRUNED, true},
        {"{\"finalized\":false,\"isCached\":true,\"uploadedSegNum\":0,\"pruned\":false}", ERR_OK,
         FILE_UPLOADING, false},
        {"{\"finalized\":false,\"isCached\":false,\"uploadedSegNum\":1}", ERR_OK, FILE_UPLOADING,
         false},
        {"{\"finalized\":false,\"isCached\":false,\"uploadedSegNum\":0}", ERR_OK, FILE_ANNOUNCED,
         false},
        {"{\"finalized\":true,\"tx\":{\"size\":-4,\"seq\":2}}", ERR_OK, FILE_STORED, false},
        {"{}", ERR_BAD_FORMAT, FILE_UNKNOWN, false},
        {"\"file not found\"", ERR_BAD_FORMAT, FILE_UNKNOWN, false},
        {"{\"finalized\":\"yes\"}", ERR_BAD_FORMAT, FILE_UNKNOWN, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *doc = parse(cases[i].reply);
        struct storage_file file;
        enum err err = storage_file(doc, &file);
        if (err != cases[i].err || file.state != cases[i].state || file.has_tx != cases[i].has_tx)
            fail_msg("%s: %s, %s", cases[i].reply, err_name(err),
                     storage_file_state_text(file.state));
        if (i == 1) {
            assert_int_equal(file.bytes, 700000);
            assert_int_equal(file.index, 2);
            assert_int_equal(file.segments, 3);
            assert_int_equal(file.segments_present, 3);
        }
        cJSON_Delete((cJSON *)doc);
    }
}

static void params_carry_the_whole_root(void **state)
{
    (void)state;
    const uint8_t root[32] = {[0] = 0xab, [31] = 1};
    struct buf out = buf_make(BUF_NO_LIMIT);
    storage_put_file_info_params(&out, root);
    assert_string_equal(buf_str(&out), "[\"0xab00000000000000000000000000000000000000000000000000"
                                       "000000000001\",true]");
    buf_reset(&out);
    storage_put_locations_params(&out, root);
    assert_string_equal(buf_str(&out), "[\"0xab00000000000000000000000000000000000000000000000000"
                                       "000000000001\"]");
    buf_free(&out);
}

/* --- indexer --- */

#define NODE(id, shards)                                                                           \
    "{\"url\":\"http://192.0.2.1:5678\",\"config\":{\"shardId\":" #id ",\"numShard\":" #shards     \
    "},\"latency\":12,\"since\":0}"

static void copies_are_counted_by_the_worst_covered_shard(void **state)
{
    (void)state;
    static const struct {
        const char *nodes;
        uint64_t replicas;
    } cases[] = {
        {"[]", 0},
        {"null", 0},
        {"[" NODE(0, 1) "]", 1},
        {"[" NODE(0, 1) "," NODE(0, 1) "]", 2},
        {"[" NODE(0, 2) "]", 0},
        {"[" NODE(1, 2) "]", 0},
        {"[" NODE(1, 2) "," NODE(0, 2) "]", 1},
        {"[" NODE(0, 2) "," NODE(0, 2) "," NODE(1, 2) "]", 1},
        {"[" NODE(0, 2) "," NODE(1, 4) "]", 0},
        {"[" NODE(0, 2) "," NODE(1, 4) "," NODE(3, 4) "]", 1},
        {"[" NODE(0, 2) "," NODE(1, 4) "," NODE(2, 4) "]", 0},
        {"[" NODE(0, 1) "," NODE(0, 2) "," NODE(1, 4) "," NODE(3, 4) "]", 2},
        {"[" NODE(0, 4) "," NODE(1, 4) "," NODE(2, 4) "," NODE(3, 4) "," NODE(0, 2) "]", 1},
        {"[" NODE(4294967295, 4294967296) "]", 0},
        {"[" NODE(0, 1) "," NODE(4294967295, 4294967296) "]", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *doc = parse(cases[i].nodes);
        struct storage_locations found;
        assert_int_equal(storage_locations(doc, &arena, &found), ERR_OK);
        if (found.replicas != cases[i].replicas)
            fail_msg("%s: %llu", cases[i].nodes, (unsigned long long)found.replicas);
        cJSON_Delete((cJSON *)doc);
    }
}

/* The definition, for comparison: fold the shards into a tree. */
static uint64_t fold(const struct storage_shard *shards, size_t count, uint64_t id, uint64_t level)
{
    uint64_t own = 0;
    bool deeper = false;
    for (size_t i = 0; i < count; i++) {
        own += shards[i].count == level && shards[i].id == id;
        deeper |= shards[i].count > level;
    }
    if (!deeper)
        return own;
    uint64_t a = fold(shards, count, id, level * 2);
    uint64_t b = fold(shards, count, id + level, level * 2);
    return own + (a < b ? a : b);
}

static void copies_are_those_of_the_folded_tree(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (size_t round = 0; round < 500; round++) {
        struct storage_shard shards[12];
        struct buf text = buf_make(BUF_NO_LIMIT);
        buf_putc(&text, '[');
        for (size_t i = 0; i < COUNT(shards); i++) {
            seed = seed * 1664525 + 1013904223;
            shards[i].count = UINT64_C(1) << (seed >> 16) % 4;
            shards[i].id = (seed >> 24) % shards[i].count;
            buf_printf(&text, "%s{\"url\":\"\",\"config\":{\"shardId\":%u,\"numShard\":%u}}",
                       i ? "," : "", (unsigned)shards[i].id, (unsigned)shards[i].count);
        }
        buf_putc(&text, ']');
        const cJSON *doc = parse(buf_str(&text));
        struct storage_locations found;
        assert_int_equal(storage_locations(doc, &arena, &found), ERR_OK);
        assert_int_equal(found.replicas, fold(shards, COUNT(shards), 0, 1));
        cJSON_Delete((cJSON *)doc);
        buf_free(&text);
    }
}

static void nodes_are_listed_and_bad_ones_counted(void **state)
{
    (void)state;
    const cJSON *doc = parse("{\"trusted\":[" NODE(0, 2) ",{\"url\":\"x\"}," NODE(0, 3) ",7," NODE(
        1, 2) "],\"discovered\":null}");
    struct storage_nodes nodes;
    assert_int_equal(storage_nodes(doc, &arena, &nodes), ERR_OK);
    assert_int_equal(nodes.trusted.count, 2);
    assert_int_equal(nodes.trusted.skipped, 3);
    assert_int_equal(nodes.trusted.replicas, 1);
    assert_string_equal(nodes.trusted.nodes[1].url, "http://192.0.2.1:5678");
    assert_int_equal(nodes.trusted.nodes[1].shard.id, 1);
    assert_true(nodes.trusted.nodes[1].has_latency);
    assert_int_equal(nodes.trusted.nodes[1].latency_ms, 12);
    assert_int_equal(nodes.discovered.count, 0);
    cJSON_Delete((cJSON *)doc);
    static const char *const bad[] = {"null",
                                      "[]",
                                      "{}",
                                      "{\"trusted\":[]}",
                                      "{\"trusted\":{},\"discovered\":[]}",
                                      "{\"trusted\":[],\"discovered\":7}"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        doc = parse(bad[i]);
        assert_int_equal(storage_nodes(doc, &arena, &nodes), ERR_BAD_FORMAT);
        cJSON_Delete((cJSON *)doc);
    }
}

static void a_list_of_nodes_is_bounded(void **state)
{
    (void)state;
    cJSON *doc = cJSON_CreateArray();
    for (size_t i = 0; i <= STORAGE_MAX_NODES; i++)
        cJSON_AddItemToArray(doc, cJSON_CreateNull());
    struct storage_locations found;
    assert_int_equal(storage_locations(doc, &arena, &found), ERR_TOO_LARGE);
    cJSON_DeleteItemFromArray(doc, 0);
    assert_int_equal(storage_locations(doc, &arena, &found), ERR_OK);
    assert_int_equal(found.skipped, STORAGE_MAX_NODES);
    struct arena small = arena_make(64);
    assert_int_equal(storage_locations(doc, &small, &found), ERR_NO_MEMORY);
    arena_free(&small);
    cJSON_Delete(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_status_is_read_as_far_as_it_goes),
        cmocka_unit_test(shards_are_powers_of_two),
        cmocka_unit_test(the_flow_context_of_a_node_is_a_pair),
        cmocka_unit_test(a_share_is_whole_segments),
        cmocka_unit_test(the_state_of_a_file_follows_its_flags),
        cmocka_unit_test(params_carry_the_whole_root),
        cmocka_unit_test(copies_are_counted_by_the_worst_covered_shard),
        cmocka_unit_test(copies_are_those_of_the_folded_tree),
        cmocka_unit_test(nodes_are_listed_and_bad_ones_counted),
        cmocka_unit_test(a_list_of_nodes_is_bounded),
    };
    return cmocka_run_group_tests_name("storage_node", tests, NULL, free_arena);
}
