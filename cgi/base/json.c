#include "base/json.h"

#include "base/clock.h"
#include "base/utf8.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct json_writer json_writer_make(struct buf *out)
{
    return (struct json_writer){.out = out};
}

static void begin_value(struct json_writer *w, const char *key)
{
    if (w->comma)
        buf_putc(w->out, ',');
    w->comma = true;
    if (key) {
        buf_putc(w->out, '"');
        buf_puts(w->out, key);
        buf_puts(w->out, "\":");
    }
}

static void open_scope(struct json_writer *w, const char *key, char bracket)
{
    begin_value(w, key);
    buf_putc(w->out, bracket);
    w->comma = false;
}

static void close_scope(struct json_writer *w, char bracket)
{
    buf_putc(w->out, bracket);
    w->comma = true;
}

void json_open_object(struct json_writer *w, const char *key)
{
    open_scope(w, key, '{');
}

void json_open_array(struct json_writer *w, const char *key)
{
    open_scope(w, key, '[');
}

void json_close_object(struct json_writer *w)
{
    close_scope(w, '}');
}

void json_close_array(struct json_writer *w)
{
    close_scope(w, ']');
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&';
}

static void put_escaped(struct buf *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    if (c == '"' || c == '\\')
        buf_put(out, (const char[]){'\\', (char)c}, 2);
    else if (c == '\n')
        buf_put(out, "\\n", 2);
    else
        buf_put(out, (const char[]){'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, 6);
}

static void put_quoted(struct buf *out, const char *text, size_t len)
{
    buf_putc(out, '"');
    size_t done = 0;
    while (done < len) {
        /* Plain stretches go out in one piece: most strings are one. */
        size_t plain = 0;
        while (done + plain < len && (unsigned char)text[done + plain] < 0x80 &&
               !needs_escape((unsigned char)text[done + plain]))
            plain++;
        buf_put(out, text + done, plain);
        done += plain;
        if (done == len)
            break;
        unsigned char c = (unsigned char)text[done];
        if (c < 0x80) {
            put_escaped(out, c);
            done++;
            continue;
        }
        size_t bytes = utf8_sequence(text + done, len - done);
        if (!bytes)
            buf_puts(out, UTF8_REPLACEMENT);
        else if (utf8_is_line_separator(text + done, bytes))
            buf_puts(out, text[done + 2] == '\xa8' ? "\\u2028" : "\\u2029");
        else
            buf_put(out, text + done, bytes);
        done += bytes ? bytes : 1;
    }
    buf_putc(out, '"');
}

void json_put_strn(struct json_writer *w, const char *key, const char *text, size_t len)
{
    begin_value(w, key);
    put_quoted(w->out, text, len);
}

void json_put_str(struct json_writer *w, const char *key, const char *text)
{
    if (text)
        json_put_strn(w, key, text, strlen(text));
    else
        json_put_null(w, key);
}

/* By hand, because a benchmark's record has thousands of them. */
void json_put_int(struct json_writer *w, const char *key, int64_t number)
{
    char digits[20], *first = digits + sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        *--first = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *--first = '-';
    begin_value(w, key);
    buf_put(w->out, first, (size_t)(digits + sizeof digits - first));
}

void json_put_moving(struct json_writer *w, const char *key, int64_t number)
{
    if (!w->at_rest)
        json_put_int(w, key, number);
}

void json_put_decimal(struct json_writer *w, const char *key, double number, int decimals)
{
    if (!isfinite(number)) {
        json_put_null(w, key);
        return;
    }
    begin_value(w, key);
    char text[400]; /* DBL_MAX has 309 digits before the point */
    int len = snprintf(text, sizeof text, "%.*f", decimals, number);
    if (decimals > 0) {
        while (text[len - 1] == '0')
            len--;
        if (text[len - 1] == '.')
            len--;
    }
    bool minus_zero = len == 2 && memcmp(text, "-0", 2) == 0; /* a small negative, rounded */
    buf_put(w->out, text + minus_zero, (size_t)len - minus_zero);
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
    begin_value(w, key);
    buf_puts(w->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *w, const char *key)
{
    begin_value(w, key);
    buf_puts(w->out, "null");
}

void json_put_time(struct json_writer *w, const char *key, int64_t wall_ms)
{
    char text[TIME_TEXT_BYTES];
    json_put_str(w, key, time_text(wall_ms, text));
}

void json_put_raw(struct json_writer *w, const char *key, const char *json, size_t len)
{
    begin_value(w, key);
    buf_put(w->out, json, len);
}

/* cJSON spends 64 bytes on a value that may take two in the text, so the number of values is
 * bounded as well as the number of bytes. Counting separators, in strings too, is close enough. */
static bool has_too_many_values(const char *text, size_t len)
{
    size_t separators = 0;
    for (size_t i = 0; i < len; i++)
        separators += text[i] == ',' || text[i] == '[' || text[i] == '{';
    return separators > JSON_MAX_VALUES;
}

enum err json_parse(const char *text, size_t len, size_t max, cJSON **doc)
{
    *doc = NULL;
    if (len > max || has_too_many_values(text, len))
        return ERR_TOO_LARGE;
    const char *end = NULL;
    cJSON *parsed = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    if (!parsed)
        return ERR_NOT_JSON;
    while (end < text + len && strchr(" \t\r\n", *end) && *end)
        end++;
    if (end != text + len) {
        cJSON_Delete(parsed);
        return ERR_NOT_JSON;
    }
    *doc = parsed;
    return ERR_OK;
}

const cJSON *json_get(const cJSON *object, const char *key)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *json_get_str(const cJSON *object, const char *key)
{
    const cJSON *item = json_get(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

bool json_get_uint(const cJSON *object, const char *key, uint64_t *out)
{
    const cJSON *item = json_get(object, key);
    if (!cJSON_IsNumber(item))
        return false;
    double n = item->valuedouble;
    if (!(n >= 0 && n <= 9007199254740992.0) || n != floor(n))
        return false;
    *out = (uint64_t)n;
    return true;
}

bool json_get_bool(const cJSON *object, const char *key, bool *out)
{
    const cJSON *item = json_get(object, key);
    if (!cJSON_IsBool(item))
        return false;
    *out = cJSON_IsTrue(item);
    return true;
}
