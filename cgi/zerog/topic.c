#include "zerog/topic.h"

#include "base/base64.h"
#include "base/json.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)

/* Digits at *text, at most `max` of them, as a number; moves *text behind them. */
static bool take_number(const char **text, size_t max, int64_t *number)
{
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > max)
        return false;
    *number = 0;
    for (size_t i = 0; i < digits; i++)
        *number = *number * 10 + (*text)[i] - '0';
    *text += digits;
    return true;
}

enum err consensus_parse(const char *text, consensus_ns *time)
{
    int64_t seconds, rest;
    const char *point;
    if (!take_number(&text, 10, &seconds) || seconds >= INT64_MAX / NS_PER_S || *text != '.')
        return ERR_BAD_FORMAT;
    point = text++;
    if (!take_number(&text, 9, &rest) || *text || text - point != 10)
        return ERR_BAD_FORMAT;
    *time = seconds * NS_PER_S + rest;
    return ERR_OK;
}

char *consensus_text(consensus_ns time, char text[CONSENSUS_TEXT_BYTES])
{
    snprintf(text, CONSENSUS_TEXT_BYTES, "%" PRId64 ".%09d", time / NS_PER_S,
             (int)(time % NS_PER_S));
    return text;
}

bool topic_id_valid(const char *text)
{
    int64_t number;
    for (int part = 0; part < 3; part++)
        if ((part > 0 && *text++ != '.') || !take_number(&text, 18, &number))
            return false;
    return *text == '\0';
}

char *topic_path(const char *topic, consensus_ns after, char path[TOPIC_PATH_BYTES])
{
    char time[CONSENSUS_TEXT_BYTES];
    snprintf(path, TOPIC_PATH_BYTES,
             "/api/v1/topics/%s/messages?limit=%d&order=asc&timestamp=gt:%s", topic, TOPIC_PAGE_MAX,
             consensus_text(after, time));
    return path;
}

/* Of what is no chunk that could be put together, nothing is made: chunks stays 0. */
static void read_chunk(const cJSON *info, struct topic_message *m)
{
    const cJSON *transaction = json_get(info, "initial_transaction_id");
    m->account = json_get_str(transaction, "account_id");
    m->valid_from = json_get_str(transaction, "transaction_valid_start");
    if (!info || cJSON_IsNull(info))
        m->chunk = m->chunks = 1;
    else if (!json_get_uint(info, "number", &m->chunk) ||
             !json_get_uint(info, "total", &m->chunks) ||
             (m->chunks > 1 && !(m->account && m->valid_from)))
        m->chunk = m->chunks = 0;
}

static enum err read_message(const cJSON *item, struct topic_message *m)
{
    const char *time = json_get_str(item, "consensus_timestamp");
    m->base64 = json_get_str(item, "message");
    if (!time || !m->base64 || !json_get_uint(item, "sequence_number", &m->sequence))
        return ERR_BAD_FORMAT;
    read_chunk(json_get(item, "chunk_info"), m);
    return consensus_parse(time, &m->time);
}

enum err topic_read_page(const cJSON *doc, struct arena *arena, struct topic_page *page)
{
    const cJSON *messages = json_get(doc, "messages"), *item;
    *page = (struct topic_page){.more = json_get_str(json_get(doc, "links"), "next") != NULL};
    if (!cJSON_IsArray(messages))
        return ERR_BAD_FORMAT;
    if (cJSON_GetArraySize(messages) > TOPIC_PAGE_MAX)
        return ERR_BAD_LENGTH;
    page->messages = arena_array(arena, TOPIC_PAGE_MAX, sizeof *page->messages);
    if (!page->messages)
        return ERR_NO_MEMORY;
    cJSON_ArrayForEach(item, messages)
    {
        struct topic_message *m = &page->messages[page->count];
        enum err err = read_message(item, m);
        if (err)
            return err;
        if (page->count > 0 && (m->time <= m[-1].time || m->sequence <= m[-1].sequence))
            return ERR_BAD_FORMAT;
        page->count++;
    }
    return ERR_OK;
}

/* The place of that chunk of a message, from *at on. */
static bool find_chunk(const struct topic_page *page, const struct topic_message *first,
                       uint64_t number, size_t *at)
{
    for (; *at < page->count; ++*at) {
        const struct topic_message *m = &page->messages[*at];
        if (m->chunk == number && m->chunks == first->chunks &&
            strcmp(m->account, first->account) == 0 &&
            strcmp(m->valid_from, first->valid_from) == 0)
            return true;
    }
    return false;
}

enum err topic_assemble(const struct topic_page *page, size_t first, struct buf *text, size_t *last)
{
    const struct topic_message *m = &page->messages[first];
    if (m->chunk != 1)
        return ERR_NOT_FOUND;
    size_t at = first;
    for (uint64_t number = 1;; number++) {
        const char *base64 = page->messages[at].base64;
        enum err err = base64_decode(base64, strlen(base64), text);
        if (err)
            return err;
        if (number >= m->chunks)
            break;
        at++;
        if (!find_chunk(page, m, number + 1, &at))
            return ERR_TRUNCATED;
    }
    *last = at;
    return ERR_OK;
}
