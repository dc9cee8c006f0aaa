#include "bench/chat.h"

#include "base/json.h"
#include "bench/plan.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

void chat_put_request(struct buf *out, const struct chat_request *request)
{
    struct json_writer w = json_writer_make(out);
    json_open_object(&w, NULL);
    json_put_str(&w, "model", request->model);
    json_open_array(&w, "messages");
    json_open_object(&w, NULL);
    json_put_str(&w, "role", "user");
    json_put_str(&w, "content", request->prompt);
    json_close_object(&w);
    json_close_array(&w);
    json_put_int(&w, "max_tokens", request->max_tokens);
    json_put_int(&w, "temperature", 0);
    json_put_int(&w, "seed", (int64_t)request->seed);
    json_put_bool(&w, "stream", true);
    /* Brokers add this themselves: with it the body is forwarded as it is, and its hash can match.
     */
    json_open_object(&w, "stream_options");
    json_put_bool(&w, "include_usage", true);
    json_close_object(&w);
    json_close_object(&w);
}

/* --- what an object says --- */

static void count_text(struct chat_reply *r, enum chat_text text, size_t bytes)
{
    r->output_bytes += bytes;
    if (r->form != CHAT_STREAM)
        return;
    const int64_t since_us = r->arrived_us - r->start_us;
    r->events++;
    r->last_token_us = since_us;
    if (text == TEXT_CONTENT && r->first_content_us < 0)
        r->first_content_us = since_us;
    if (r->events <= PLAN_MAX_TOKENS) {
        const uint32_t stamp = since_us < UINT32_MAX ? (uint32_t)since_us : UINT32_MAX;
        buf_put(&r->token_us, &stamp, sizeof stamp);
    }
}

/* Both names of the reasoning may stand in one message, with the same text. */
static const char *text_of(const cJSON *message, enum chat_text *kind, const char **key)
{
    static const struct {
        const char *key;
        enum chat_text kind;
    } texts[] = {
        {"content", TEXT_CONTENT},
        {"reasoning_content", TEXT_REASONING},
        {"reasoning", TEXT_REASONING},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *text = json_get_str(message, texts[i].key);
        if (text && *text) {
            *kind = texts[i].kind;
            *key = texts[i].key;
            return text;
        }
    }
    *kind = TEXT_NONE;
    return NULL;
}

static void copy_text(char *to, size_t size, const char *text)
{
    if (text && strlen(text) < size)
        strcpy(to, text);
}

static struct job_number number_of(const cJSON *object, const char *key)
{
    uint64_t value;
    if (!json_get_uint(object, key, &value))
        return (struct job_number){.known = false};
    return (struct job_number){.known = true, .value = (int64_t)value};
}

static void read_usage(struct chat_usage *usage, const cJSON *object)
{
    struct chat_usage read = {
        .known = true,
        .reasoning_tokens =
            number_of(json_get(object, "completion_tokens_details"), "reasoning_tokens"),
        .cached_tokens = number_of(json_get(object, "prompt_tokens_details"), "cached_tokens"),
    };
    if (json_get_uint(object, "prompt_tokens", &read.input_tokens) &&
        json_get_uint(object, "completion_tokens", &read.output_tokens) &&
        (read.input_tokens > 0 || read.output_tokens > 0))
        *usage = read;
}

static bool is_error(const cJSON *object)
{
    const cJSON *error = json_get(object, "error");
    const char *kind = json_get_str(object, "object");
    return (error && !cJSON_IsNull(error) && !cJSON_IsFalse(error)) ||
           (kind && strcmp(kind, "error") == 0);
}

/* Reads a chunk of a stream, or a whole reply: they differ in one name. Returns the text of its
 * first choice, NULL when there is none, and the key it stands under. */
static const char *read_object(struct chat_reply *r, const cJSON *object, const char *message_key,
                               enum chat_text *kind, const char **key)
{
    const cJSON *choice = cJSON_GetArrayItem(json_get(object, "choices"), 0);
    if (!r->id[0])
        copy_text(r->id, sizeof r->id, json_get_str(object, "id"));
    copy_text(r->finish_reason, sizeof r->finish_reason, json_get_str(choice, "finish_reason"));
    read_usage(&r->usage, json_get(object, "usage"));
    const char *provider = json_get_str(json_get(object, "x_0g_trace"), "provider");
    if (r->provider && provider && strcasecmp(provider, r->provider) != 0)
        r->rerouted = true;
    const char *text = text_of(json_get(choice, message_key), kind, key);
    if (text)
        count_text(r, *kind, strlen(text));
    return text;
}

/* --- events --- */

/* Nothing that JSON writes in another way: the bytes are the text. */
static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == '"' || text[i] == '\\')
            return false;
    return true;
}

static bool has_shape(const struct chat_shape *shape, const char *event, size_t len)
{
    const size_t around = shape->before + shape->after;
    if (around == 0 || len <= around)
        return false;
    const char *known = buf_str(&shape->event);
    return memcmp(event, known, shape->before) == 0 &&
           memcmp(event + len - shape->after, known + shape->event.len - shape->after,
                  shape->after) == 0 &&
           is_plain(event + shape->before, len - around);
}

/* Only where there can be no doubt which bytes are the text: its key stands in the event once, and
 * its value follows as it was read. */
static void learn_shape(struct chat_shape *shape, const char *event, size_t len, const char *key,
                        const char *text, enum chat_text kind)
{
    char quoted[32];
    const size_t text_len = strlen(text);
    snprintf(quoted, sizeof quoted, "\"%s\"", key);
    shape->before = shape->after = 0;
    const char *at = strstr(event, quoted);
    if (!at || strstr(at + 1, quoted))
        return;
    at += strlen(quoted);
    at += strspn(at, " ");
    if (*at++ != ':')
        return;
    at += strspn(at, " ");
    if (*at++ != '"' || !is_plain(text, text_len) || strncmp(at, text, text_len) != 0 ||
        at[text_len] != '"')
        return;
    buf_reset(&shape->event);
    buf_put(&shape->event, event, len);
    if (shape->event.err)
        return;
    shape->before = (size_t)(at - event);
    shape->after = len - shape->before - text_len;
    shape->text = kind;
}

static void keep_error(struct chat_reply *r, const char *text, size_t len)
{
    if (r->error.len == 0)
        buf_put(&r->error, text, len < CHAT_ERROR_BYTES ? len : CHAT_ERROR_BYTES);
}

static enum err on_event(void *user, const char *data, size_t len)
{
    struct chat_reply *r = user;
    r->anything = true;
    if (has_shape(&r->shape, data, len)) {
        count_text(r, r->shape.text, len - r->shape.before - r->shape.after);
        return r->token_us.err;
    }
    if (strcmp(data, "[DONE]") == 0) {
        r->done_marker = true;
        return ERR_OK;
    }
    cJSON *chunk;
    const enum err err = json_parse(data, len, CHAT_EVENT_MAX, &chunk);
    if (err)
        return err == ERR_NOT_JSON ? ERR_OK : err;
    enum chat_text kind;
    const char *key, *text = read_object(r, chunk, "delta", &kind, &key);
    if (is_error(chunk))
        keep_error(r, data, len);
    else if (text)
        learn_shape(&r->shape, data, len, key, text, kind);
    cJSON_Delete(chunk);
    return r->token_us.err;
}

/* --- the reply --- */

void chat_reply_init(struct chat_reply *r, const char *provider)
{
    *r = (struct chat_reply){
        .token_us = buf_make(PLAN_MAX_TOKENS * sizeof(uint32_t)),
        .last_token_us = -1,
        .first_content_us = -1,
        .error = buf_make(CHAT_ERROR_BYTES),
        .provider = provider,
        .events_in = sse_make(CHAT_EVENT_MAX, on_event, r),
        .whole = buf_make(CHAT_EVENT_MAX),
        .shape.event = buf_make(CHAT_EVENT_MAX),
    };
}

/* No line of a stream begins with a brace. */
static void decide_form(struct chat_reply *r, const char *bytes, size_t len)
{
    size_t i = 0;
    while (i < len && bytes[i] && strchr(" \t\r\n", bytes[i]))
        i++;
    if (i < len)
        r->form = bytes[i] == '{' ? CHAT_WHOLE : CHAT_STREAM;
}

enum err chat_reply_feed(struct chat_reply *r, const char *bytes, size_t len, int64_t arrived_us)
{
    r->arrived_us = arrived_us;
    if (r->form == CHAT_UNDECIDED)
        decide_form(r, bytes, len);
    if (r->form != CHAT_WHOLE)
        return sse_feed(&r->events_in, bytes, len);
    buf_put(&r->whole, bytes, len);
    return r->whole.err;
}

static enum err read_whole(struct chat_reply *r)
{
    cJSON *reply;
    const enum err err = json_parse(buf_str(&r->whole), r->whole.len, CHAT_EVENT_MAX, &reply);
    if (err)
        return err == ERR_NOT_JSON ? ERR_OK : err;
    enum chat_text kind;
    const char *key;
    r->anything = true;
    read_object(r, reply, "message", &kind, &key);
    if (is_error(reply))
        keep_error(r, buf_str(&r->whole), r->whole.len);
    cJSON_Delete(reply);
    return ERR_OK;
}

enum err chat_reply_end(struct chat_reply *r)
{
    return r->form == CHAT_WHOLE ? read_whole(r) : sse_end(&r->events_in);
}

bool chat_reply_is_whole(const struct chat_reply *r)
{
    return r->done_marker || r->finish_reason[0];
}

void chat_reply_free(struct chat_reply *r)
{
    buf_free(&r->token_us);
    buf_free(&r->error);
    buf_free(&r->whole);
    buf_free(&r->shape.event);
    sse_free(&r->events_in);
}
