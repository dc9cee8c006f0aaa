#include "store/job_json.h"

#include "base/clock.h"
#include "base/json.h"
#include "eth/hex.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Puts one value into its place in the record; NULL, or what is wrong with it. */
typedef const char *(*field_reader)(const cJSON *value, void *place, struct arena *arena);

static const char *read_text(const cJSON *value, void *place, struct arena *arena)
{
    const char **text = place;
    if (!cJSON_IsString(value))
        return "is not a string";
    *text = arena_strdup(arena, value->valuestring);
    return *text ? NULL : "does not fit into memory";
}

static const char *read_status(const cJSON *value, void *place, struct arena *arena)
{
    (void)arena;
    if (!cJSON_IsString(value) || job_status_parse(value->valuestring, place))
        return "is none of pending, running, completed, failed";
    return NULL;
}

static const char *read_endpoint(const cJSON *value, void *place, struct arena *arena)
{
    (void)arena;
    if (!cJSON_IsString(value) || job_endpoint_parse(value->valuestring, place))
        return "is none of provider, router, baseline";
    return NULL;
}

static const char *read_moment(const cJSON *value, void *place, struct arena *arena)
{
    (void)arena;
    struct job_number *moment = place;
    moment->known = true;
    if (!cJSON_IsString(value) || time_parse(value->valuestring, &moment->value))
        return "is not a time as 2026-01-02T03:04:05.678Z";
    return NULL;
}

static const char *read_amount(const cJSON *value, struct job_number *number, bool may_round)
{
    const double n = cJSON_IsNumber(value) ? value->valuedouble : -1;
    if (!(n >= 0 && n <= (double)JOB_MAX_NUMBER) || (!may_round && n != floor(n)))
        return may_round ? "is not a number within 0 to 2^53"
                         : "is not a whole number within 0 to 2^53";
    *number = (struct job_number){.known = true, .value = (int64_t)llround(n)};
    return NULL;
}

static const char *read_count(const cJSON *value, void *place, struct arena *arena)
{
    (void)arena;
    return read_amount(value, place, false);
}

/* Clocks of clients count fractions of a millisecond. */
static const char *read_duration(const cJSON *value, void *place, struct arena *arena)
{
    (void)arena;
    return read_amount(value, place, true);
}

static const char *read_hash(const cJSON *value, void *place, struct arena *arena)
{
    (void)arena;
    struct job_hash *hash = place;
    char text[2 + 2 * JOB_SHA256_BYTES + 2]; /* one more than fits, so that cutting shows */
    const char *given = cJSON_IsString(value) ? value->valuestring : "";
    snprintf(text, sizeof text, "%s%s", strncmp(given, "0x", 2) == 0 ? "" : "0x", given);
    hash->known = true;
    if (hex_decode_fixed(text, hash->bytes, sizeof hash->bytes))
        return "is not the 64 hexadecimal digits of a SHA-256";
    return NULL;
}

#define FIELD(key, member, reader)                                                                 \
    {                                                                                              \
        key, reader, offsetof(struct job, member)                                                  \
    }

static const struct field {
    const char *name;
    field_reader read;
    size_t offset;
} fields[] = {
    FIELD("id", id, read_text),
    FIELD("model", model, read_text),
    FIELD("status", status, read_status),
    FIELD("startedAt", started_ms, read_moment),
    FIELD("endedAt", ended_ms, read_moment),
    FIELD("inputTokens", input_tokens, read_count),
    FIELD("outputTokens", output_tokens, read_count),
    FIELD("totalTokens", total_tokens, read_count),
    FIELD("latencyMs", latency_ms, read_duration),
    FIELD("provider", provider, read_text),
    FIELD("chatId", chat_id, read_text),
    FIELD("requestSha256", request_sha256, read_hash),
    FIELD("responseSha256", response_sha256, read_hash),
    FIELD("endpointKind", endpoint, read_endpoint),
    FIELD("error", error, read_text),
};

enum { FIELD_COUNT = sizeof fields / sizeof *fields, SHOWN_NAME_BYTES = 40 };

static const char *complain(struct arena *arena, const char *name, const char *problem)
{
    char text[160];
    snprintf(text, sizeof text, "%.*s %s", SHOWN_NAME_BYTES, name, problem);
    const char *copy = arena_strdup(arena, text);
    return copy ? copy : problem;
}

static const struct field *find_field(const char *name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

/* NULL, or why the record is refused. */
static const char *read_record(const cJSON *object, struct arena *arena, struct job *record)
{
    unsigned seen = 0;
    bool has_status = false;
    *record = (struct job){.id = NULL};
    if (!cJSON_IsObject(object))
        return "it is not an object";
    for (const cJSON *value = object->child; value; value = value->next) {
        const struct field *field = find_field(value->string);
        const unsigned bit = field ? 1U << (field - fields) : 0;
        if (!field)
            return complain(arena, value->string, "is no field of a job");
        if (seen & bit)
            return complain(arena, field->name, "stands there twice");
        seen |= bit;
        if (cJSON_IsNull(value))
            continue;
        has_status |= field->read == read_status;
        const char *problem = field->read(value, (char *)record + field->offset, arena);
        if (problem)
            return complain(arena, field->name, problem);
    }
    if (!has_status)
        return "status is missing";
    return job_check(record);
}

/* cJSON ends a string at the NUL that \u0000 stands for, and two ids would become one. */
static bool holds_nul(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!text[i])
            return true;
        if (text[i] != '\\')
            continue;
        if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
            return true;
        i++; /* what is escaped */
    }
    return false;
}

static enum err read_batch(const cJSON *doc, struct arena *arena, struct job_batch *batch)
{
    const bool many = cJSON_IsArray(doc);
    const cJSON *item = many ? doc->child : doc;
    const int count = many ? cJSON_GetArraySize(doc) : 1;
    if (!many && !cJSON_IsObject(doc))
        return ERR_BAD_FORMAT;
    if (count > JOB_BATCH_MAX)
        return ERR_TOO_LARGE;
    batch->entries = arena_array(arena, (size_t)count, sizeof *batch->entries);
    batch->records = arena_array(arena, (size_t)count, sizeof *batch->records);
    if (!batch->entries || !batch->records)
        return ERR_NO_MEMORY;
    for (; item; item = many ? item->next : NULL) {
        struct job *record = &batch->records[batch->record_count];
        struct job_entry *entry = &batch->entries[batch->count++];
        const char *id = json_get_str(item, "id");
        entry->refused = read_record(item, arena, record);
        entry->id = id && job_id_valid(id) ? arena_strdup(arena, id) : NULL;
        entry->record = batch->record_count;
        batch->record_count += !entry->refused;
    }
    return ERR_OK;
}

enum err job_json_parse(const char *text, size_t len, struct arena *arena, struct job_batch *batch)
{
    cJSON *doc;
    *batch = (struct job_batch){.count = 0};
    if (holds_nul(text, len))
        return ERR_NOT_JSON;
    enum err err = json_parse(text, len, len, &doc);
    if (err)
        return err;
    err = read_batch(doc, arena, batch);
    cJSON_Delete(doc);
    return err;
}
