/* JSON, both ways.
 *
 * Writing: a streaming writer, because cJSON prints numbers through a double and leaves `<`, `>`
 * and `&` alone. Every string is made valid UTF-8 (bad bytes become U+FFFD) and these three are
 * written as \u escapes, so that a reply may stand inside an HTML data block whatever a hostile
 * model name holds. Keys are our own literals and are not escaped. `key` is NULL inside arrays.
 *
 * Reading: cJSON, with bounded size and depth. Only the getters below are used: they compare keys
 * with case, check the type and never hand out a double where an integer is meant.
 * Not thread-safe per writer or document; different ones may be used in different threads. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct json_writer {
    struct buf *out; /* not owned; its sticky error is the writer's */
    bool comma;      /* the next value in this scope needs one */
    bool at_rest;    /* leaves out what json_put_moving() is given */
};

struct json_writer json_writer_make(struct buf *out);

void json_open_object(struct json_writer *w, const char *key);
void json_open_array(struct json_writer *w, const char *key);
void json_close_object(struct json_writer *w);
void json_close_array(struct json_writer *w);

/* NULL text is written as null. */
void json_put_str(struct json_writer *w, const char *key, const char *text);
void json_put_strn(struct json_writer *w, const char *key, const char *text, size_t len);
void json_put_int(struct json_writer *w, const char *key, int64_t number);
/* A number that moves although nothing else does, as the newest block's. */
void json_put_moving(struct json_writer *w, const char *key, int64_t number);
/* A finite measured value with up to `decimals` (0 to 9) places; null when not finite. */
void json_put_decimal(struct json_writer *w, const char *key, double number, int decimals);
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_null(struct json_writer *w, const char *key);
/* RFC 3339 UTC with milliseconds. */
void json_put_time(struct json_writer *w, const char *key, int64_t wall_ms);
/* Text that is JSON already (made by this writer). */
void json_put_raw(struct json_writer *w, const char *key, const char *json, size_t len);

enum { JSON_MAX_VALUES = 200000 };

/* Parses `len` bytes (at most `max` of them, and nothing but white space behind the value).
 * *doc is owned by the caller: cJSON_Delete(). ERR_TOO_LARGE, ERR_NOT_JSON. */
enum err json_parse(const char *text, size_t len, size_t max, cJSON **doc);

/* The member, or NULL when `object` is no object or has no such key. */
const cJSON *json_get(const cJSON *object, const char *key);
/* The string, or NULL when the member is absent or of another type. Owned by the document. */
const char *json_get_str(const cJSON *object, const char *key);
/* True and *out when the member is an integer in [0, 2^53]. */
bool json_get_uint(const cJSON *object, const char *key, uint64_t *out);
bool json_get_bool(const cJSON *object, const char *key, bool *out);

#endif
