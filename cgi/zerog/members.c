#include "zerog/members.h"

#include "base/json.h"
#include "eth/address.h"
#include "eth/amount.h"
#include "eth/hex.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef bool (*read_member)(const cJSON *object, const char *key, void *field);

static bool read_uint(const cJSON *object, const char *key, void *field)
{
    return json_get_uint(object, key, field);
}

static bool read_decimal(const cJSON *object, const char *key, void *field)
{
    const cJSON *item = json_get(object, key);
    if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble) || item->valuedouble < 0)
        return false;
    *(double *)field = item->valuedouble;
    return true;
}

static bool read_bool(const cJSON *object, const char *key, void *field)
{
    return json_get_bool(object, key, field);
}

static bool read_text(const cJSON *object, const char *key, void *field)
{
    const char *text = json_get_str(object, key);
    if (!text || strlen(text) > MEMBER_TEXT_MAX)
        return false;
    *(const char **)field = text;
    return true;
}

static bool read_amount(const cJSON *object, const char *key, void *field)
{
    const char *text = json_get_str(object, key);
    return text && !amount_parse(text, field);
}

/* Nodes and indexers write addresses without a checksum or with one; a foreign one is not worth
 * refusing over its capitals. */
static bool read_address(const cJSON *object, const char *key, void *field)
{
    const char *text = json_get_str(object, key);
    struct address address = {{0}};
    if (!text || hex_decode_fixed(text, address.bytes, sizeof address.bytes))
        return false;
    *(struct address *)field = address;
    return true;
}

static bool read_hash(const cJSON *object, const char *key, void *field)
{
    const char *text = json_get_str(object, key);
    uint8_t hash[32];
    if (!text || hex_decode_fixed(text, hash, sizeof hash))
        return false;
    memcpy(field, hash, sizeof hash);
    return true;
}

/* Two to four digits at *at; moves behind them. -1 when there are fewer. */
static int read_digits(const char **at, int count)
{
    int number = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return -1;
        number = number * 10 + (**at - '0');
    }
    return number;
}

static bool skip(const char **at, const char *any_of)
{
    if (!**at || !strchr(any_of, **at))
        return false;
    (*at)++;
    return true;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar, years starting in March. */
static int64_t days_of(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1;
    int m = (month + 9) % 12;
    return 365 * (int64_t)y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* "YYYY-MM-DD" and what RFC 3339 allows between date and time. */
static bool read_date(const char **at, int64_t *days)
{
    int year = read_digits(at, 4);
    if (year < 1 || !skip(at, "-"))
        return false;
    int month = read_digits(at, 2);
    if (month < 1 || month > 12 || !skip(at, "-"))
        return false;
    int day = read_digits(at, 2);
    if (day < 1 || day > days_in(year, month) || !skip(at, "Tt "))
        return false;
    *days = days_of(year, month, day);
    return true;
}

/* "hh:mm:ss" with any fraction; the fraction below a millisecond is cut off. */
static bool read_clock(const char **at, int64_t *ms)
{
    int hour = read_digits(at, 2);
    if (hour < 0 || hour > 23 || !skip(at, ":"))
        return false;
    int minute = read_digits(at, 2);
    if (minute < 0 || minute > 59 || !skip(at, ":"))
        return false;
    int second = read_digits(at, 2);
    if (second < 0 || second > 60) /* 60: a leap second */
        return false;
    *ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
    if (!skip(at, "."))
        return true;
    int digits = 0;
    for (int unit = 100; **at >= '0' && **at <= '9'; (*at)++, unit /= 10, digits++)
        *ms += (**at - '0') * unit;
    return digits > 0;
}

/* "Z" or "+hh:mm" and the end. */
static bool read_zone(const char **at, int64_t *ms)
{
    *ms = 0;
    if (skip(at, "Zz"))
        return !**at;
    int sign = **at == '-' ? 1 : -1; /* a time ahead of UTC is earlier in UTC */
    if (!skip(at, "+-"))
        return false;
    int hour = read_digits(at, 2);
    if (hour < 0 || hour > 23 || !skip(at, ":"))
        return false;
    int minute = read_digits(at, 2);
    *ms = sign * (hour * 60 + minute) * INT64_C(60000);
    return minute >= 0 && minute <= 59 && !**at;
}

static bool read_time(const cJSON *object, const char *key, void *field)
{
    const char *at = json_get_str(object, key);
    int64_t days, clock, zone;
    if (!at || !read_date(&at, &days) || !read_clock(&at, &clock) || !read_zone(&at, &zone))
        return false;
    *(int64_t *)field = days * INT64_C(86400000) + clock + zone;
    return true;
}

static const read_member readers[] = {
    [MEMBER_UINT] = read_uint,       [MEMBER_DECIMAL] = read_decimal, [MEMBER_BOOL] = read_bool,
    [MEMBER_TEXT] = read_text,       [MEMBER_AMOUNT] = read_amount,   [MEMBER_HASH] = read_hash,
    [MEMBER_ADDRESS] = read_address, [MEMBER_TIME] = read_time,
};

unsigned members_read(const cJSON *object, const struct member *members, size_t count, void *out)
{
    unsigned read = 0;
    for (size_t i = 0; i < count; i++) {
        const struct member *m = &members[i];
        if (readers[m->kind](object, m->key, (char *)out + m->offset))
            read |= m->bit;
    }
    return read;
}
