/* Bytes as a JSON text to read, and as a string to write: what the writer makes of anything must be
 * JSON, valid UTF-8, and safe inside an HTML data block. */
#include "base/json.h"

#include "base/utf8.h"
#include "require.h"
#include <string.h>

enum { MAX_TEXT = 1 << 16 };

static void require_safe(const struct buf *out)
{
    require(!out->err);
    require(!strpbrk(buf_str(out), "<>&") && strlen(buf_str(out)) == out->len);
    for (size_t i = 0; i < out->len;) {
        size_t bytes = utf8_sequence(out->data + i, out->len - i);
        require(bytes && !utf8_is_line_separator(out->data + i, bytes));
        i += bytes;
    }
}

static void copy(struct json_writer *w, const char *key, const cJSON *value)
{
    if (cJSON_IsObject(value)) {
        json_open_object(w, key);
        const cJSON *member;
        cJSON_ArrayForEach(member, value)
        {
            uint64_t number;
            bool flag;
            const cJSON *found = json_get(value, member->string);
            require(found && strcmp(found->string, member->string) == 0);
            require(!json_get_uint(value, member->string, &number) || cJSON_IsNumber(found));
            require(!json_get_bool(value, member->string, &flag) || cJSON_IsBool(found));
            require(!json_get_str(value, member->string) == !cJSON_IsString(found));
            copy(w, "key", member); /* keys are our own, never foreign */
        }
        json_close_object(w);
    } else if (cJSON_IsArray(value)) {
        json_open_array(w, key);
        const cJSON *element;
        cJSON_ArrayForEach(element, value)
        {
            copy(w, NULL, element);
        }
        json_close_array(w);
    } else if (cJSON_IsNumber(value)) {
        json_put_decimal(w, key, value->valuedouble, 6);
    } else if (cJSON_IsBool(value)) {
        json_put_bool(w, key, cJSON_IsTrue(value));
    } else {
        json_put_str(w, key, cJSON_GetStringValue(value));
    }
}

static void read_text(const char *text, size_t len)
{
    cJSON *doc;
    enum err err = json_parse(text, len, MAX_TEXT, &doc);
    require(!doc == !!err);
    if (err)
        return;
    struct buf out = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&out);
    copy(&w, NULL, doc);
    require_safe(&out);
    cJSON *again;
    require(!json_parse(out.data, out.len, out.len, &again));
    cJSON_Delete(again);
    cJSON_Delete(doc);
    buf_free(&out);
}

static void write_string(const char *text, size_t len)
{
    struct buf out = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&out);
    json_open_array(&w, NULL);
    json_put_strn(&w, NULL, text, len);
    json_close_array(&w);
    require_safe(&out);
    cJSON *doc;
    require(!json_parse(out.data, out.len, out.len, &doc));
    require(cJSON_GetArraySize(doc) == 1 && cJSON_IsString(doc->child));
    cJSON_Delete(doc);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    read_text((const char *)data, len);
    if (len <= MAX_TEXT)
        write_string((const char *)data, len);
    return 0;
}
