/* Reading the members of a JSON object of ours: each is required, has one type and is bounded. The
 * first failure is kept, later reads give zero, so that a reader looks at `err` once at its end.
 * Not thread-safe per reader. */
#ifndef BENCH_FIELDS_H
#define BENCH_FIELDS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "eth/amount.h"
#include "store/job.h"
#include <stdbool.h>
#include <stdint.h>

enum { FIELD_TEXT_BYTES = 4096 };

#define FIELD_MAX_COUNT (UINT64_C(1) << 53) /* exact in a double */

struct fields {
    const cJSON *object;
    struct arena *arena; /* texts are copied into it */
    enum err err;
};

/* The members of `object`; ERR_BAD_FORMAT when it is none. */
struct fields fields_of(const cJSON *object, struct arena *arena);

/* Whether the member is there and null. */
bool fields_is_null(struct fields *f, const char *key);

uint64_t fields_uint(struct fields *f, const char *key, uint64_t max);
/* null is -1. */
int64_t fields_int_or_none(struct fields *f, const char *key, int64_t max);
bool fields_bool(struct fields *f, const char *key);
const char *fields_text(struct fields *f, const char *key);
const char *fields_text_or_null(struct fields *f, const char *key);
int64_t fields_time(struct fields *f, const char *key);
struct job_number fields_number(struct fields *f, const char *key);
struct job_hash fields_hash(struct fields *f, const char *key);
/* Decimal digits of at most `max`; null says that it is not known. */
amount fields_amount(struct fields *f, const char *key, amount max, bool *known);
/* The place of a word among `names`; null where a name is NULL. */
unsigned fields_word(struct fields *f, const char *key, const char *const *names, unsigned count);
/* The member as it is; ERR_BAD_FORMAT when it is no array of at most `max` elements. */
const cJSON *fields_array(struct fields *f, const char *key, size_t max, size_t *count);

#endif
