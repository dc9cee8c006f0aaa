#include "zerog/inft_metadata.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/utf8.h"
#include "eth/hex.h"
#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct abi_text trim(struct abi_text t)
{
    while (t.len && is_space(t.bytes[0])) {
        t.bytes++;
        t.len--;
    }
    while (t.len && is_space(t.bytes[t.len - 1]))
        t.len--;
    return t;
}

/* Takes `prefix` (lower case) off, in any case; false when the text does not begin with it. */
static bool take_prefix(struct abi_text *t, const char *prefix)
{
    size_t len = strlen(prefix);
    if (t->len < len || strncasecmp(t->bytes, prefix, len) != 0)
        return false;
    t->bytes += len;
    t->len -= len;
    return true;
}

/* 64 hexadecimal digits, with "0x" or without, and nothing else. */
static bool read_root(struct abi_text t, uint8_t root[32])
{
    enum { DIGITS = 64 };
    char text[2 + DIGITS + 1] = "0x";
    take_prefix(&t, "0x");
    if (t.len != DIGITS)
        return false;
    memcpy(text + 2, t.bytes, DIGITS);
    return !hex_decode_fixed(text, root, 32);
}

static bool is_plain_uri(struct abi_text t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.bytes[i] <= ' ' || t.bytes[i] == 0x7f)
            return false;
    return t.len <= INFT_URI_MAX;
}

static const struct {
    const char *prefix;
    enum inft_uri_kind kind;
} schemes[] = {
    {"https://", INFT_URI_HTTP}, {"http://", INFT_URI_HTTP}, {"data:", INFT_URI_DATA},
    {"ipfs:", INFT_URI_IPFS},    {"{", INFT_URI_JSON},
};

static enum inft_uri_kind find_scheme(struct abi_text text)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        struct abi_text rest = text;
        if (take_prefix(&rest, schemes[i].prefix))
            return schemes[i].kind;
    }
    return INFT_URI_TEXT;
}

struct inft_uri inft_uri_classify(struct abi_text text)
{
    struct inft_uri uri = {.text = trim(text)};
    struct abi_text rest = uri.text;
    if (take_prefix(&rest, "0g://"))
        take_prefix(&rest, "storage/");
    if (read_root(rest, uri.root))
        uri.kind = INFT_URI_STORAGE;
    else if (uri.text.len)
        uri.kind = find_scheme(uri.text);
    bool is_followed = uri.kind == INFT_URI_HTTP || uri.kind == INFT_URI_IPFS;
    if (is_followed && !is_plain_uri(uri.text))
        uri.kind = INFT_URI_TEXT;
    return uri;
}

const char *inft_uri_kind_text(enum inft_uri_kind kind)
{
    static const char *const texts[] = {
        [INFT_URI_NONE] = "none",       [INFT_URI_HTTP] = "http", [INFT_URI_DATA] = "data",
        [INFT_URI_JSON] = "json",       [INFT_URI_IPFS] = "ipfs", [INFT_URI_TEXT] = "text",
        [INFT_URI_STORAGE] = "storage",
    };
    return texts[kind];
}

/* A percent sign with its two digits as a byte. */
static bool read_escape(const char *at, size_t left, uint8_t *byte)
{
    if (left < 3)
        return false;
    const char text[] = {'0', 'x', at[1], at[2], '\0'};
    return !hex_decode_fixed(text, byte, 1);
}

static enum err decode_percent(struct abi_text t, struct buf *out)
{
    for (size_t i = 0; i < t.len; i++) {
        uint8_t byte = (uint8_t)t.bytes[i];
        if (byte == '%') {
            if (!read_escape(t.bytes + i, t.len - i, &byte))
                return ERR_BAD_FORMAT;
            i += 2;
        }
        buf_putc(out, (char)byte);
    }
    return ERR_OK;
}

static bool ends_with_base64(struct abi_text head)
{
    static const char mark[] = ";base64";
    size_t len = sizeof mark - 1;
    return head.len >= len && strncasecmp(head.bytes + head.len - len, mark, len) == 0;
}

enum err inft_data_uri_decode(struct abi_text uri, struct buf *out)
{
    if (!take_prefix(&uri, "data:"))
        return ERR_BAD_FORMAT;
    const char *comma = uri.len ? memchr(uri.bytes, ',', uri.len) : NULL;
    if (!comma)
        return ERR_BAD_FORMAT;
    struct abi_text head = {uri.bytes, (size_t)(comma - uri.bytes)};
    struct abi_text body = {comma + 1, uri.len - head.len - 1};
    bool is_base64 = ends_with_base64(head);
    size_t at_least = is_base64 ? body.len / 4 * 3 : body.len / 3; /* three bytes can be one */
    if (at_least > INFT_METADATA_MAX + 2)
        return ERR_TOO_LARGE;
    size_t before = out->len;
    enum err err = is_base64 ? base64_decode(body.bytes, body.len, out) : decode_percent(body, out);
    if (!err && out->err)
        err = out->err;
    if (!err && out->len - before > INFT_METADATA_MAX)
        err = ERR_TOO_LARGE;
    return err;
}

/* The value of the attribute that is called "model". */
static const char *find_attribute(const cJSON *doc)
{
    const cJSON *attributes = json_get(doc, "attributes");
    if (!cJSON_IsArray(attributes))
        return NULL;
    const cJSON *attribute;
    cJSON_ArrayForEach(attribute, attributes)
    {
        const char *type = json_get_str(attribute, "trait_type");
        if (type && strcasecmp(type, "model") == 0)
            return json_get_str(attribute, "value");
    }
    return NULL;
}

enum err inft_metadata_read(const cJSON *doc, struct inft_metadata *metadata)
{
    *metadata = (struct inft_metadata){0};
    if (!cJSON_IsObject(doc))
        return ERR_BAD_FORMAT;
    metadata->name = json_get_str(doc, "name");
    metadata->description = json_get_str(doc, "description");
    metadata->image = json_get_str(doc, "image");
    metadata->url = json_get_str(doc, "url");
    metadata->version = json_get_str(doc, "version");
    metadata->model = json_get_str(doc, "model");
    if (!metadata->model)
        metadata->model = find_attribute(doc);
    return ERR_OK;
}

const char *inft_clean_text(struct abi_text text, size_t max, struct arena *arena)
{
    char *out = arena_alloc(arena, max + 1);
    if (!out)
        return NULL;
    text = trim(text);
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        size_t bytes = utf8_sequence(text.bytes + i, text.len - i);
        unsigned char first = (unsigned char)text.bytes[i];
        /* C0 and DEL are single bytes, C1 is U+0080 to U+009F. */
        bool is_control = first < 0x20 || first == 0x7f ||
                          (bytes == 2 && first == 0xc2 && (unsigned char)text.bytes[i + 1] < 0xa0);
        const char *piece = bytes ? text.bytes + i : UTF8_REPLACEMENT;
        size_t piece_len = bytes ? bytes : sizeof UTF8_REPLACEMENT - 1;
        if (!is_control && piece_len > max - len)
            break;
        if (!is_control) {
            memcpy(out + len, piece, piece_len);
            len += piece_len;
        }
        i += bytes ? bytes : 1;
    }
    out[len] = '\0';
    return out;
}

enum { DESCRIPTION_JSON_MAX = 8192 };

static bool names_model(const char *text)
{
    return text && (strcasestr(text, "model") || strcasestr(text, "weights"));
}

/* Whether the description is JSON whose role, type or name speaks of a model, and the name that it
 * gives. */
static bool read_role(struct abi_text description, struct arena *arena, const char **name)
{
    cJSON *doc;
    if (json_parse(description.bytes, description.len, DESCRIPTION_JSON_MAX, &doc))
        return false;
    const char *given = json_get_str(doc, "name");
    const char *model = json_get_str(doc, "model");
    bool speaks = names_model(json_get_str(doc, "role")) ||
                  names_model(json_get_str(doc, "type")) || names_model(given);
    const char *said = model ? model : given;
    if (speaks && said)
        *name = inft_clean_text((struct abi_text){said, strlen(said)}, INFT_NAME_MAX, arena);
    cJSON_Delete(doc);
    return speaks;
}

static bool contains(struct abi_text t, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= t.len; i++)
        if (strncasecmp(t.bytes + i, word, len) == 0)
            return true;
    return false;
}

/* Not JSON and not a URI, which may well have the word in them. */
static bool is_a_name(struct abi_text t)
{
    return find_scheme(t) == INFT_URI_TEXT && !contains(t, "://");
}

/* Strips what conventions put in front of the name. */
static struct abi_text name_of(struct abi_text description)
{
    static const char *const prefixes[] = {"model-weights-", "base_model:", "model:"};
    struct abi_text t = trim(description);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (take_prefix(&t, prefixes[i]))
            break;
    return t;
}

static enum err find_by_role(const struct inft_datas *datas, struct arena *arena,
                             struct inft_model *model)
{
    for (size_t i = 0; i < datas->count; i++)
        if (read_role(datas->items[i].description, arena, &model->name)) {
            model->basis = INFT_MODEL_ROLE;
            model->index = i;
            return ERR_OK;
        }
    return ERR_NOT_FOUND;
}

static enum err find_by_word(const struct inft_datas *datas, struct arena *arena,
                             struct inft_model *model)
{
    for (size_t i = 0; i < datas->count; i++) {
        struct abi_text description = datas->items[i].description;
        if (!contains(description, "model"))
            continue;
        model->basis = INFT_MODEL_WORD;
        model->index = i;
        if (!is_a_name(trim(description)))
            return ERR_OK;
        model->name = inft_clean_text(name_of(description), INFT_NAME_MAX, arena);
        return model->name ? ERR_OK : ERR_NO_MEMORY;
    }
    return ERR_NOT_FOUND;
}

enum err inft_find_model(const struct inft_datas *datas, struct arena *arena,
                         struct inft_model *model)
{
    *model = (struct inft_model){.basis = INFT_MODEL_NONE};
    if (!datas->count)
        return ERR_OK;
    enum err err = find_by_role(datas, arena, model);
    if (err == ERR_NOT_FOUND)
        err = find_by_word(datas, arena, model);
    if (err != ERR_NOT_FOUND)
        return err;
    model->basis = INFT_MODEL_UNLABELLED;
    return ERR_OK;
}
