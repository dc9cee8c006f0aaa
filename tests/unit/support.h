/* What several unit tests need: cmocka with the headers it wants before it, and the recorded
 * vectors of tests/vectors. The tests run in the root of the project, as `make unit` does. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "eth/hex.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The whole file as a C string; free() it. */
static inline char *read_vectors(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "tests/vectors/%s", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s (run the tests in the root of the project)", path);
    enum { MAX = 1 << 20 };
    char *text = calloc(1, MAX);
    assert_non_null(text);
    assert_in_range(fread(text, 1, MAX - 1, file), 1, MAX - 2);
    fclose(file);
    return text;
}

static inline cJSON *load_json_vectors(const char *name)
{
    char *text = read_vectors(name);
    cJSON *doc = cJSON_Parse(text);
    free(text);
    assert_non_null(doc);
    return doc;
}

/* session-token.txt holds lines that open with a title, some followed by a JSON object. */
static inline cJSON *load_token_vectors(const char *title)
{
    char *text = read_vectors("session-token.txt");
    char line_start[64];
    snprintf(line_start, sizeof line_start, "\n%s {", title);
    const char *found = strstr(text, line_start);
    cJSON *doc = found ? cJSON_Parse(strchr(found, '{')) : NULL;
    free(text);
    assert_non_null(doc);
    return doc;
}

static inline const char *vector_str(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    if (!text)
        fail_msg("the vectors have no string %s", key);
    return text;
}

static inline const uint8_t *decode_hex(struct arena *arena, const char *text, size_t *len)
{
    const uint8_t *bytes = NULL;
    assert_int_equal(hex_decode(text, arena, &bytes, len), ERR_OK);
    return bytes;
}

#endif
