/* One token's answers and texts: return data through every decoder of zerog/inft.h, and the same
 * bytes as a tokenURI. What is handed out must lie within the data, and what is made for people be
 * clean. */
#include "zerog/inft_family.h"
#include "zerog/inft_metadata.h"

#include "base/utf8.h"
#include "require.h"
#include <string.h>

enum { MAX_DATA = 1 << 18 };

struct input {
    const uint8_t *data;
    size_t len;
};

static void require_within(const struct input *in, const void *bytes, size_t len)
{
    if (!len)
        return;
    size_t at = (size_t)((const uint8_t *)bytes - in->data);
    require(at <= in->len && len <= in->len - at);
}

static void require_clean(const char *text)
{
    size_t len = strlen(text);
    require(len <= INFT_NAME_MAX);
    for (size_t i = 0; i < len;) {
        size_t bytes = utf8_sequence(text + i, len - i);
        require(bytes && (unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
        i += bytes;
    }
}

static void look_at_datas(const struct input *in, const struct inft_datas *datas,
                          struct arena *arena)
{
    size_t texts = 0;
    require(datas->count <= INFT_MAX_DATAS);
    for (size_t i = 0; i < datas->count; i++) {
        require_within(in, datas->items[i].hash, 32);
        require_within(in, datas->items[i].description.bytes, datas->items[i].description.len);
        texts += datas->items[i].description.len;
    }
    require(texts <= INFT_TEXT_MAX);
    struct inft_model model;
    if (inft_find_model(datas, arena, &model))
        return;
    require((model.basis == INFT_MODEL_NONE) == !datas->count);
    require(!datas->count || model.index < datas->count);
    if (model.name)
        require_clean(model.name);
}

static void read_answers(const struct input *in, struct arena *arena)
{
    for (enum inft_family f = 0; f < INFT_FAMILY_COUNT; f++) {
        struct inft_content content;
        if (inft_decode_content(f, in->data, in->len, in->data, in->len, arena, &content))
            continue;
        look_at_datas(in, &content.datas, arena);
        require_within(in, content.token.sealed.bytes, content.token.sealed.len);
        require_within(in, content.token.name.bytes, content.token.name.len);
        require_within(in, content.token.da_ref.bytes, content.token.da_ref.len);
    }
    struct inft_users users;
    if (!inft_decode_users(in->data, in->len, arena, &users))
        require(users.count <= INFT_MAX_USERS && users.count <= in->len / 32);
}

static void read_uri(const struct input *in, struct arena *arena)
{
    struct abi_text text = {(const char *)in->data, in->len};
    struct inft_uri uri = inft_uri_classify(text);
    require_within(in, uri.text.bytes, uri.text.len);
    require((uri.kind == INFT_URI_NONE) == !uri.text.len);
    struct buf out = buf_make(BUF_NO_LIMIT);
    if (!inft_data_uri_decode(uri.text, &out))
        require(uri.kind == INFT_URI_DATA && out.len <= in->len && out.len <= INFT_METADATA_MAX);
    buf_free(&out);
    const char *clean = inft_clean_text(text, INFT_NAME_MAX, arena);
    require(clean != NULL);
    require_clean(clean);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > MAX_DATA)
        return 0;
    const struct input in = {data, len};
    struct arena arena = arena_make(1 << 22);
    read_answers(&in, &arena);
    read_uri(&in, &arena);
    arena_free(&arena);
    return 0;
}
