/* What the tests of the iNFT contracts share: the recorded calls, for as long as the tests run. */
#ifndef TESTS_SUPPORT_INFT_H
#define TESTS_SUPPORT_INFT_H

#include "support_calls.h"

#include "zerog/inft.h"

static struct arena arena;
static cJSON *vectors;

/* Set-up and tear-down of the group. */
static inline int load(void **state)
{
    (void)state;
    vectors = load_json_vectors("inft-and-storage-calls.json");
    return 0;
}

static inline int unload(void **state)
{
    (void)state;
    cJSON_Delete(vectors);
    arena_free(&arena);
    return 0;
}

static inline struct token_id make_id(const char *text)
{
    struct token_id id;
    assert_int_equal(token_id_parse(text, &id), ERR_OK);
    return id;
}

#endif
