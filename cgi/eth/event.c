#include "eth/event.h"

#include "base/json.h"
#include "eth/hex.h"
#include <string.h>

static enum err read_fixed(const cJSON *log, const char *key, uint8_t *bytes, size_t len)
{
    const char *text = json_get_str(log, key);
    return text ? hex_decode_fixed(text, bytes, len) : ERR_BAD_FORMAT;
}

static enum err read_quantity(const cJSON *log, const char *key, uint64_t *number)
{
    const char *text = json_get_str(log, key);
    return text ? hex_quantity(text, number) : ERR_BAD_FORMAT;
}

static enum err read_topics(const cJSON *log, struct event *event)
{
    const cJSON *topics = json_get(log, "topics");
    if (!cJSON_IsArray(topics))
        return ERR_BAD_FORMAT;
    const cJSON *topic;
    cJSON_ArrayForEach(topic, topics)
    {
        if (event->topic_count == EVENT_MAX_TOPICS || !cJSON_IsString(topic))
            return ERR_BAD_FORMAT;
        enum err err =
            hex_decode_fixed(topic->valuestring, event->topics[event->topic_count++], HASH_BYTES);
        if (err)
            return err;
    }
    return ERR_OK;
}

static enum err read_data(const cJSON *log, struct arena *arena, struct event *event)
{
    const char *text = json_get_str(log, "data");
    return text ? hex_decode(text, arena, &event->data, &event->data_len) : ERR_BAD_FORMAT;
}

enum err event_parse(const cJSON *log, struct arena *arena, struct event *event)
{
    *event = (struct event){0};
    enum err err = read_fixed(log, "address", event->contract.bytes, sizeof event->contract.bytes);
    if (!err)
        err = read_topics(log, event);
    if (!err)
        err = read_data(log, arena, event);
    if (!err)
        err = read_fixed(log, "transactionHash", event->tx, sizeof event->tx);
    if (!err)
        err = read_quantity(log, "blockNumber", &event->block);
    if (!err)
        err = read_quantity(log, "logIndex", &event->index);
    if (err)
        return err;
    event->has_time = !read_quantity(log, "blockTimestamp", &event->time);
    if (!json_get_bool(log, "removed", &event->removed))
        event->removed = false; /* receipts of some nodes leave it out */
    return ERR_OK;
}

enum err events_parse(const cJSON *logs, size_t max, struct arena *arena, struct event **events,
                      size_t *count)
{
    *events = NULL;
    *count = 0;
    if (!cJSON_IsArray(logs))
        return ERR_BAD_FORMAT;
    size_t total = (size_t)cJSON_GetArraySize(logs);
    if (total > max)
        return ERR_TOO_LARGE;
    struct event *list = arena_array(arena, total, sizeof *list);
    if (!list)
        return ERR_NO_MEMORY;
    size_t kept = 0;
    const cJSON *log;
    cJSON_ArrayForEach(log, logs)
    {
        enum err err = event_parse(log, arena, &list[kept]);
        if (err)
            return err;
        kept += !list[kept].removed;
    }
    *events = list;
    *count = kept;
    return ERR_OK;
}

int event_compare(const struct event *a, const struct event *b)
{
    if (a->block != b->block)
        return a->block < b->block ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

bool event_is(const struct event *event, const char *signature)
{
    uint8_t hash[HASH_BYTES];
    return event->topic_count && !hex_decode_fixed(signature, hash, sizeof hash) &&
           memcmp(hash, event->topics[0], sizeof hash) == 0;
}

/* A topic is read as data of one word. */
static struct abi topic_word(const struct event *event, size_t topic)
{
    return topic < event->topic_count ? abi_make(event->topics[topic], HASH_BYTES)
                                      : abi_make(NULL, 0);
}

enum err event_address(const struct event *event, size_t topic, struct address *out)
{
    struct abi word = topic_word(event, topic);
    return abi_address(&word, 0, out);
}

enum err event_u64(const struct event *event, size_t topic, uint64_t *out)
{
    struct abi word = topic_word(event, topic);
    return abi_u64(&word, 0, out);
}

struct abi event_data(const struct event *event)
{
    return abi_make(event->data, event->data_len);
}

static void put_signatures(struct buf *out, const struct event_filter *filter)
{
    buf_puts(out, "[");
    for (size_t i = 0; i < filter->signature_count; i++)
        buf_printf(out, "%s\"%s\"", i ? "," : "", filter->signatures[i]);
    buf_puts(out, "]");
}

static void put_contracts(struct buf *out, const struct event_filter *filter)
{
    char one[ADDRESS_TEXT_BYTES], two[ADDRESS_TEXT_BYTES];
    address_text(filter->contract, one);
    if (filter->also)
        buf_printf(out, "[{\"address\":[\"%s\",\"%s\"]", one, address_text(filter->also, two));
    else
        buf_printf(out, "[{\"address\":\"%s\"", one);
}

void event_put_filter(struct buf *out, const struct event_filter *filter)
{
    put_contracts(out, filter);
    buf_puts(out, ",\"fromBlock\":\"");
    hex_put_quantity(out, filter->from);
    buf_puts(out, "\",\"toBlock\":\"");
    hex_put_quantity(out, filter->to);
    buf_puts(out, "\",\"topics\":[");
    put_signatures(out, filter);
    /* Trailing nulls would ask for logs that have the topic, whatever it is. */
    size_t used = EVENT_MAX_TOPICS - 1;
    while (used && !filter->arguments[used - 1])
        used--;
    for (size_t i = 0; i < used; i++) {
        if (!filter->arguments[i]) {
            buf_puts(out, ",null");
            continue;
        }
        buf_puts(out, ",\"");
        hex_put(out, filter->arguments[i], HASH_BYTES);
        buf_puts(out, "\"");
    }
    buf_puts(out, "]}]");
}

void event_address_word(const struct address *address, uint8_t word[HASH_BYTES])
{
    memset(word, 0, HASH_BYTES);
    memcpy(word + HASH_BYTES - sizeof address->bytes, address->bytes, sizeof address->bytes);
}
