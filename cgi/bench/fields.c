#include "bench/fields.h"

#include "base/clock.h"
#include "eth/hex.h"
#include <stdio.h>
#include <string.h>

static void fail(struct fields *f, enum err err)
{
    if (!f->err)
        f->err = err;
}

static bool require(struct fields *f, bool condition)
{
    if (!condition)
        fail(f, ERR_BAD_FORMAT);
    return !f->err;
}

struct fields fields_of(const cJSON *object, struct arena *arena)
{
    return (struct fields){
        .object = object, .arena = arena, .err = cJSON_IsObject(object) ? ERR_OK : ERR_BAD_FORMAT};
}

bool fields_is_null(struct fields *f, const char *key)
{
    const cJSON *item = json_get(f->object, key);
    return require(f, item) && cJSON_IsNull(item);
}

uint64_t fields_uint(struct fields *f, const char *key, uint64_t max)
{
    uint64_t value = 0;
    return require(f, json_get_uint(f->object, key, &value) && value <= max) ? value : 0;
}

int64_t fields_int_or_none(struct fields *f, const char *key, int64_t max)
{
    return fields_is_null(f, key) ? -1 : (int64_t)fields_uint(f, key, (uint64_t)max);
}

bool fields_bool(struct fields *f, const char *key)
{
    bool value = false;
    return require(f, json_get_bool(f->object, key, &value)) && value;
}

const char *fields_text(struct fields *f, const char *key)
{
    const char *text = json_get_str(f->object, key);
    if (!require(f, text && strlen(text) <= FIELD_TEXT_BYTES))
        return "";
    const char *copy = arena_strdup(f->arena, text);
    if (!copy)
        fail(f, ERR_NO_MEMORY);
    return copy ? copy : "";
}

const char *fields_text_or_null(struct fields *f, const char *key)
{
    return fields_is_null(f, key) ? NULL : fields_text(f, key);
}

int64_t fields_time(struct fields *f, const char *key)
{
    const char *text = json_get_str(f->object, key);
    int64_t wall_ms = 0;
    const bool fine =
        text && !time_parse(text, &wall_ms) && wall_ms >= 0 && wall_ms <= JOB_MAX_TIME_MS;
    return require(f, fine) ? wall_ms : 0;
}

struct job_number fields_number(struct fields *f, const char *key)
{
    if (fields_is_null(f, key))
        return (struct job_number){.known = false};
    return (struct job_number){.known = true,
                               .value = (int64_t)fields_uint(f, key, FIELD_MAX_COUNT)};
}

struct job_hash fields_hash(struct fields *f, const char *key)
{
    struct job_hash hash = {.known = false};
    if (fields_is_null(f, key))
        return hash;
    const char *digits = json_get_str(f->object, key);
    char text[2 + 2 * JOB_SHA256_BYTES + 1];
    if (!require(f, digits && strlen(digits) == sizeof text - 3))
        return hash;
    snprintf(text, sizeof text, "0x%s", digits);
    hash.known = require(f, !hex_decode_fixed(text, hash.bytes, sizeof hash.bytes));
    return hash;
}

amount fields_amount(struct fields *f, const char *key, amount max, bool *known)
{
    amount value = 0;
    *known = false;
    if (fields_is_null(f, key))
        return 0;
    const char *digits = json_get_str(f->object, key);
    *known = require(f, digits && !amount_parse(digits, &value) && value <= max);
    return *known ? value : 0;
}

unsigned fields_word(struct fields *f, const char *key, const char *const *names, unsigned count)
{
    const char *word = json_get_str(f->object, key);
    const bool absent = fields_is_null(f, key);
    for (unsigned i = 0; i < count; i++)
        if (names[i] ? word && strcmp(names[i], word) == 0 : absent)
            return i;
    require(f, false);
    return 0;
}

const cJSON *fields_array(struct fields *f, const char *key, size_t max, size_t *count)
{
    const cJSON *array = json_get(f->object, key);
    *count = 0;
    if (!require(f, cJSON_IsArray(array) && (size_t)cJSON_GetArraySize(array) <= max))
        return NULL;
    *count = (size_t)cJSON_GetArraySize(array);
    return array;
}
