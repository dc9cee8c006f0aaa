/* What stands behind a token's tokenURI, and the name of its model. Nothing is fetched here. All
 * texts are foreign; none is trusted. Pure, thread-safe. */
#ifndef ZEROG_INFT_METADATA_H
#define ZEROG_INFT_METADATA_H

#include "base/buf.h"
#include "zerog/inft.h"
#include <cjson/cJSON.h>

enum inft_uri_kind {
    INFT_URI_NONE,    /* "" */
    INFT_URI_HTTP,    /* http:, https: (any case) */
    INFT_URI_DATA,    /* data: with the document itself */
    INFT_URI_JSON,    /* no URI: the document itself */
    INFT_URI_STORAGE, /* a root in 0G Storage: 0g://<root>, 0g://storage/<root>, or the root alone
                       */
    INFT_URI_IPFS,    /* ipfs:<content id> */
    INFT_URI_TEXT,    /* no URI: V1 puts its first description here */
};

struct inft_uri {
    enum inft_uri_kind kind;
    struct abi_text text; /* the whole of it, without white space around it */
    uint8_t root[32];     /* INFT_URI_STORAGE only */
};

enum {
    INFT_URI_MAX = 2048,            /* bytes of a URI that is followed; longer ones are text */
    INFT_METADATA_MAX = 1024 * 1024 /* bytes of a document */
};

struct inft_uri inft_uri_classify(struct abi_text text);

/* "http" and so on, for the API. Static storage. */
const char *inft_uri_kind_text(enum inft_uri_kind kind);

/* The document of a data: URI (RFC 2397), base64 or percent-encoded, appended to `out`.
 * ERR_BAD_FORMAT, ERR_TOO_LARGE above INFT_METADATA_MAX, or the buffer's error; `out` is then not
 * to be used. */
enum err inft_data_uri_decode(struct abi_text uri, struct buf *out);

/* The members that ERC-721 and AgenticID's card use; all may be NULL. Owned by the document. */
struct inft_metadata {
    const char *name, *description, *image, *url, *version;
    const char *model; /* also the attribute (trait_type) of that name */
};

/* ERR_BAD_FORMAT when the document is no object. */
enum err inft_metadata_read(const cJSON *doc, struct inft_metadata *metadata);

/* Which entry of a token's data is the model, and by what. */
enum inft_model_basis {
    INFT_MODEL_NONE,      /* the token has no data */
    INFT_MODEL_ROLE,      /* its description is JSON that says so */
    INFT_MODEL_WORD,      /* its description names a model in words */
    INFT_MODEL_UNLABELLED /* none does: the first entry, and it may be something else */
};

struct inft_model {
    enum inft_model_basis basis;
    size_t index;     /* of the entry; with basis only */
    const char *name; /* in the arena, in UTF-8 without control characters; NULL: not said */
};

enum { INFT_NAME_MAX = 200 /* bytes */ };

/* ERR_NO_MEMORY. Descriptions that are meant: `model:<name>`, `model-weights-<name>`,
 * `base_model:<name>`, and JSON with role, type or name. An unlabelled entry gives no name. */
enum err inft_find_model(const struct inft_datas *datas, struct arena *arena,
                         struct inft_model *model);

/* A copy of foreign text for people: valid UTF-8, without control characters, white space around it
 * gone, cut to `max` bytes at the end of a character. NULL without memory. */
const char *inft_clean_text(struct abi_text text, size_t max, struct arena *arena);

#endif
