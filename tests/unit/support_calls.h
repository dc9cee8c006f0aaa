/* The recorded calls, answers and logs of inft-and-storage-calls.json. */
#ifndef TESTS_SUPPORT_CALLS_H
#define TESTS_SUPPORT_CALLS_H

#include "support.h"

#include "eth/event.h"
#include "eth/rpc.h"

#define ZERO_WORD "0x0000000000000000000000000000000000000000000000000000000000000000"
#define TRUE_WORD "0x0000000000000000000000000000000000000000000000000000000000000001"

static inline const cJSON *find_call(const cJSON *vectors, const char *label)
{
    const cJSON *call;
    cJSON_ArrayForEach(call, cJSON_GetObjectItem(vectors, "calls"))
    {
        if (strcmp(vector_str(call, "label"), label) == 0)
            return call;
    }
    fail_msg("the vectors have no call %s", label);
    return NULL;
}

static inline const uint8_t *call_result(const cJSON *vectors, const char *label,
                                         struct arena *arena, size_t *len)
{
    return decode_hex(arena, vector_str(find_call(vectors, label), "result"), len);
}

/* The answer to a call as rpc_parse() gives it for a batch of one, through the node's own words.
 * cJSON_Delete(*doc) when done. */
static inline struct rpc_answer call_answer(const cJSON *call, struct arena *arena, cJSON **doc)
{
    cJSON *batch = cJSON_CreateArray(), *reply = cJSON_CreateObject();
    cJSON_AddItemToArray(batch, reply);
    cJSON_AddNumberToObject(reply, "id", 1);
    const char *member = cJSON_GetObjectItem(call, "error") ? "error" : "result";
    cJSON_AddItemToObject(reply, member, cJSON_Duplicate(cJSON_GetObjectItem(call, member), true));
    char *text = cJSON_PrintUnformatted(batch);
    cJSON_Delete(batch);
    struct rpc_answer answer;
    assert_int_equal(rpc_parse(text, strlen(text), SIZE_MAX, 1, &answer, arena, doc), ERR_OK);
    free(text);
    return answer;
}

static inline struct address parse_address(const char *text)
{
    struct address address;
    assert_int_equal(address_parse(text, &address), ERR_OK);
    return address;
}

/* A recorded log, which has topics and data always and the rest in names of its own; where it has
 * no place in the chain it gets the given one. */
static inline struct event recorded_event(const cJSON *log, const struct address *contract,
                                          uint64_t block, uint64_t index, struct arena *arena)
{
    struct event event = {.contract = *contract, .block = block, .index = index};
    const cJSON *topic;
    cJSON_ArrayForEach(topic, cJSON_GetObjectItem(log, "topics"))
    {
        assert_in_range(event.topic_count, 0, EVENT_MAX_TOPICS - 1);
        assert_int_equal(
            hex_decode_fixed(topic->valuestring, event.topics[event.topic_count++], HASH_BYTES),
            ERR_OK);
    }
    event.data = decode_hex(arena, vector_str(log, "data"), &event.data_len);
    const char *number = cJSON_GetStringValue(cJSON_GetObjectItem(log, "block"));
    if (number)
        assert_int_equal(hex_quantity(number, &event.block), ERR_OK);
    number = cJSON_GetStringValue(cJSON_GetObjectItem(log, "logIndex"));
    if (number)
        assert_int_equal(hex_quantity(number, &event.index), ERR_OK);
    const char *tx = cJSON_GetStringValue(cJSON_GetObjectItem(log, "txHash"));
    if (tx)
        assert_int_equal(hex_decode_fixed(tx, event.tx, HASH_BYTES), ERR_OK);
    else
        event.tx[31] = (uint8_t)block;
    return event;
}

#endif
