#include "eth/rpc.h"

#include "base/json.h"
#include "eth/hex.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

struct rpc_batch rpc_batch_make(void)
{
    return (struct rpc_batch){.body = buf_make(BUF_NO_LIMIT)};
}

void rpc_batch_free(struct rpc_batch *batch)
{
    buf_free(&batch->body);
    batch->count = 0;
}

size_t rpc_add(struct rpc_batch *batch, const char *method, const char *params)
{
    size_t index = batch->count++;
    struct json_writer w = json_writer_make(&batch->body);
    if (index)
        w.comma = true;
    else
        buf_putc(&batch->body, '[');
    json_open_object(&w, NULL);
    json_put_str(&w, "jsonrpc", "2.0");
    json_put_int(&w, "id", (int64_t)index + 1);
    json_put_str(&w, "method", method);
    json_put_raw(&w, "params", params, strlen(params));
    json_close_object(&w);
    return index;
}

size_t rpc_add_eth_call(struct rpc_batch *batch, const struct address *to, const uint8_t *data,
                        size_t len)
{
    char text[ADDRESS_TEXT_BYTES];
    struct buf params = buf_make(BUF_NO_LIMIT);
    buf_printf(&params, "[{\"to\":\"%s\",\"data\":\"", address_text(to, text));
    hex_put(&params, data, len);
    buf_puts(&params, "\"},\"latest\"]");
    if (params.err && !batch->body.err)
        batch->body.err = params.err;
    size_t index = rpc_add(batch, "eth_call", buf_str(&params));
    buf_free(&params);
    return index;
}

const char *rpc_batch_body(struct rpc_batch *batch, size_t *len)
{
    buf_puts(&batch->body, batch->count ? "]" : "[]");
    if (batch->body.err)
        return NULL;
    *len = batch->body.len;
    return buf_str(&batch->body);
}

static const cJSON *get_error(const cJSON *reply)
{
    const cJSON *error = json_get(reply, "error");
    return cJSON_IsNull(error) ? NULL : error; /* JSON-RPC 1.0 nodes send null beside a result */
}

static int64_t get_code(const cJSON *error)
{
    const cJSON *code = json_get(error, "code");
    if (!cJSON_IsNumber(code) || !(fabs(code->valuedouble) <= 9007199254740992.0))
        return 0;
    return (int64_t)code->valuedouble;
}

/* Some nodes send a plain string in place of an object. NULL without a message. */
static const char *get_message(const cJSON *error)
{
    return cJSON_IsString(error) ? error->valuestring : json_get_str(error, "message");
}

/* No specification says how a revert is told. Geth and anvil: code 3, "execution reverted". Others
 * have a code of their own and say "revert" in the message or, as OpenEthereum did, in the data:
 * "Reverted 0x...". Relays put the node's error into the data of their own. */
static bool is_revert(const cJSON *error)
{
    const cJSON *data = json_get(error, "data");
    const cJSON *const levels[] = {error, data, json_get(data, "originalError")};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const char *message = get_message(levels[i]);
        if (get_code(levels[i]) == 3 || (message && strcasestr(message, "revert")))
            return true;
    }
    return false;
}

/* Leaves `answer` without revert data when none of the places where nodes put it has any. */
static enum err read_revert_data(const cJSON *error, struct arena *arena, struct rpc_answer *answer)
{
    const cJSON *data = json_get(error, "data");
    const char *const places[] = {
        json_get_str(error, "data"),                           /* geth, anvil, OpenEthereum */
        json_get_str(data, "data"),                            /* Hardhat */
        json_get_str(data, "result"),                          /* Ganache */
        json_get_str(json_get(data, "originalError"), "data"), /* relays of wallets */
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *hex = places[i] ? strstr(places[i], "0x") : NULL;
        if (!hex)
            continue;
        enum err err = hex_decode(hex, arena, &answer->revert, &answer->revert_len);
        if (err != ERR_BAD_FORMAT)
            return err;
    }
    return ERR_OK;
}

/* ERR_NO_MEMORY or ERR_OK; what the node says is in answer->err. */
static enum err read_answer(const cJSON *reply, struct arena *arena, struct rpc_answer *answer)
{
    *answer = (struct rpc_answer){.err = ERR_BAD_FORMAT, .message = ""};
    const cJSON *error = get_error(reply);
    if (!error) {
        answer->result = json_get(reply, "result");
        answer->err = answer->result ? ERR_OK : ERR_BAD_FORMAT;
        return ERR_OK;
    }
    answer->err = is_revert(error) ? ERR_REVERTED : ERR_RPC;
    answer->code = get_code(error);
    const char *message = get_message(error);
    if (message)
        answer->message = message;
    return answer->err == ERR_REVERTED ? read_revert_data(error, arena, answer) : ERR_OK;
}

struct slot {
    const cJSON *reply;
    bool doubled;
};

/* Sorts the replies of an array into slots. Gives the error that belongs to no call: a node that
 * cannot read the ids answers with the id null. */
static const cJSON *sort_by_id(const cJSON *array, struct slot *slots, size_t count)
{
    const cJSON *nobodys = NULL;
    const cJSON *reply;
    cJSON_ArrayForEach(reply, array)
    {
        uint64_t id;
        if (cJSON_IsNull(json_get(reply, "id")) && get_error(reply))
            nobodys = reply;
        if (!json_get_uint(reply, "id", &id) || id < 1 || id > count)
            continue;
        struct slot *slot = &slots[id - 1];
        slot->doubled = slot->reply != NULL;
        slot->reply = reply;
    }
    return nobodys;
}

static enum err match(const cJSON *doc, size_t count, struct rpc_answer *answers,
                      struct arena *arena)
{
    if (!cJSON_IsArray(doc) && !cJSON_IsObject(doc))
        return ERR_BAD_FORMAT;
    struct slot *slots = arena_array(arena, count, sizeof *slots);
    if (!slots)
        return ERR_NO_MEMORY;
    const cJSON *nobodys = NULL;
    if (cJSON_IsArray(doc))
        nobodys = sort_by_id(doc, slots, count);
    else if (get_error(doc))
        nobodys = doc;

    struct rpc_answer unanswered;
    enum err err = read_answer(nobodys, arena, &unanswered);
    for (size_t i = 0; i < count && !err; i++) {
        if (slots[i].doubled)
            answers[i] = (struct rpc_answer){.err = ERR_BAD_FORMAT, .message = ""};
        else if (slots[i].reply)
            err = read_answer(slots[i].reply, arena, &answers[i]);
        else
            answers[i] = unanswered;
    }
    return err;
}

enum err rpc_parse(const char *text, size_t len, size_t max, size_t count,
                   struct rpc_answer *answers, struct arena *arena, cJSON **doc)
{
    enum err err = json_parse(text, len, max, doc);
    if (!err)
        err = match(*doc, count, answers, arena);
    if (err) {
        cJSON_Delete(*doc);
        *doc = NULL;
        for (size_t i = 0; i < count; i++)
            answers[i] = (struct rpc_answer){.err = err, .message = ""};
    }
    return err;
}

/* The result when it is a string, as all hexadecimal results are. */
static enum err result_text(const struct rpc_answer *answer, const char **text)
{
    if (answer->err)
        return answer->err;
    if (!cJSON_IsString(answer->result))
        return ERR_BAD_FORMAT;
    *text = answer->result->valuestring;
    return ERR_OK;
}

enum err rpc_bytes(const struct rpc_answer *answer, struct arena *arena, const uint8_t **bytes,
                   size_t *len)
{
    const char *text;
    enum err err = result_text(answer, &text);
    return err ? err : hex_decode(text, arena, bytes, len);
}

enum err rpc_quantity(const struct rpc_answer *answer, uint64_t *number)
{
    const char *text;
    enum err err = result_text(answer, &text);
    return err ? err : hex_quantity(text, number);
}

uint32_t rpc_revert_selector(const struct rpc_answer *answer)
{
    if (answer->revert_len < 4)
        return 0;
    const uint8_t *r = answer->revert;
    return (uint32_t)r[0] << 24 | (uint32_t)r[1] << 16 | (uint32_t)r[2] << 8 | r[3];
}
