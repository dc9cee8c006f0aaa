/* The metadata behind the token's URI. It is foreign in every way: its address stands on chain, so
 * that only public hosts are asked unless ZG_ALLOW_PRIVATE says otherwise; its size and time are
 * limited, redirects are not followed, and without it the token is as well known as before. */
#include "panel/inft.h"

#include "base/clock.h"
#include "eth/hex.h"
#include <string.h>

enum {
    AGAIN_MS = 10 * 60000, /* documents seldom change, and their hosts are not ours to load */
    RETRY_MS = 60000,      /* after a failure */
    OWN_RETRY_MS = 5000,   /* on a network of one's own */
    MODEL_MAX = INFT_NAME_MAX
};

static const char *copy_text(struct round *round, const char *text)
{
    if (!text)
        return NULL;
    return inft_clean_text((struct abi_text){text, strlen(text)}, MODEL_MAX, &round->keep);
}

static enum err read_document(struct round *round, const char *text, size_t len)
{
    struct inft_value *v = round->value;
    struct inft_metadata metadata;
    cJSON *doc;
    enum err err = json_parse(text, len, INFT_METADATA_MAX, &doc);
    if (err)
        return err;
    err = inft_metadata_read(doc, &metadata);
    if (!err) {
        v->document.name = copy_text(round, metadata.name);
        v->document.model = copy_text(round, metadata.model);
    }
    cJSON_Delete(doc);
    return err;
}

static enum err read_data_uri(struct round *round)
{
    const struct inft_value *v = round->value;
    struct buf text = buf_make(INFT_METADATA_MAX + 4);
    enum err err = inft_data_uri_decode(v->uri.text, &text);
    if (!err)
        err = read_document(round, buf_str(&text), text.len);
    buf_free(&text);
    return err;
}

/* What an earlier round read from the same URI; NULL when there is none. */
static const struct inft_document *document_before(const struct round *round)
{
    const struct inft_value *before = round->source->value, *v = round->value;
    bool is_same =
        before && before->document.uri && strcmp(before->document.uri, v->document.uri) == 0;
    return is_same ? &before->document : NULL;
}

static void copy_texts(struct round *round, const struct inft_document *before)
{
    struct inft_value *v = round->value;
    v->document.name = copy_text(round, before->name);
    v->document.model = copy_text(round, before->model);
}

/* Takes over what was read before, while it is not too old. */
static bool take_over(struct round *round)
{
    struct inft_value *v = round->value;
    const struct inft_document *before = document_before(round);
    int retry = round->settings->network->simulated ? OWN_RETRY_MS : RETRY_MS;
    if (!before || clock_mono_ms() - before->read_ms >= (before->err ? retry : AGAIN_MS))
        return false;
    v->document.err = before->err;
    v->document.read_ms = before->read_ms;
    copy_texts(round, before);
    return true;
}

static struct exchange *get(struct round *round, const struct endpoint *endpoint, const char *path)
{
    struct exchange *x = round_get(round, endpoint, path);
    if (!x)
        return NULL;
    x->optional = true;
    x->max_bytes = INFT_METADATA_MAX;
    return x;
}

static struct exchange *get_from_web(struct round *round)
{
    struct inft_value *v = round->value;
    struct endpoint *endpoint = arena_alloc(&round->work, sizeof *endpoint);
    v->document.err = endpoint ? endpoint_make(endpoint, "tokenURI", v->document.uri,
                                               &round->settings->allow_private, &round->work)
                               : ERR_NO_MEMORY;
    return v->document.err ? NULL : get(round, endpoint, "");
}

static struct exchange *get_from_storage(struct round *round)
{
    struct inft_value *v = round->value;
    if (!round->settings->has_storage_indexer) {
        v->notes |= INFT_NOTE_NO_INDEXER;
        v->document = (struct inft_document){0};
        return NULL;
    }
    struct buf path = buf_make(BUF_NO_LIMIT);
    buf_puts(&path, "/file?root=");
    hex_put(&path, v->uri.root, sizeof v->uri.root);
    struct exchange *x =
        path.err ? NULL : get(round, &round->settings->storage_indexer, buf_str(&path));
    buf_free(&path);
    return x;
}

struct exchange *inft_plan_document(struct round *round)
{
    struct inft_value *v = round->value;
    enum inft_uri_kind kind = v->has_uri ? v->uri.kind : INFT_URI_NONE;
    if (kind == INFT_URI_DATA)
        v->document.err = read_data_uri(round);
    else if (kind == INFT_URI_JSON)
        v->document.err = read_document(round, v->uri.text.bytes, v->uri.text.len);
    if (kind != INFT_URI_HTTP && kind != INFT_URI_STORAGE)
        return NULL;
    v->document.uri = arena_strndup(&round->keep, v->uri.text.bytes, v->uri.text.len);
    v->document.read_ms = clock_mono_ms();
    if (!v->document.uri || take_over(round))
        return NULL;
    return kind == INFT_URI_HTTP ? get_from_web(round) : get_from_storage(round);
}

void inft_parse_document(struct round *round, const struct exchange *x)
{
    struct inft_value *v = round->value;
    v->document.err = x->err ? x->err : read_document(round, x->text, x->text_len);
    const struct inft_document *before = document_before(round);
    if (v->document.err && before)
        copy_texts(round, before); /* the last that could be read stays */
}
