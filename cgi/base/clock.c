#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

/* 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z */
#define FIRST_MS INT64_C(-62167219200000)
#define LAST_MS  INT64_C(253402300799999)

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t); /* cannot fail for these two clocks */
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
    return clock_mono_us() / 1000;
}

int64_t clock_wall_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

char *time_text(int64_t wall_ms, char text[TIME_TEXT_BYTES])
{
    if (wall_ms < FIRST_MS)
        wall_ms = FIRST_MS;
    if (wall_ms > LAST_MS)
        wall_ms = LAST_MS;
    int64_t seconds = wall_ms / 1000, ms = wall_ms % 1000;
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    time_t t = (time_t)seconds;
    struct tm utc;
    gmtime_r(&t, &utc);
    char date[TIME_TEXT_BYTES];
    strftime(date, sizeof date, "%m-%dT%H:%M:%S", &utc);
    snprintf(text, TIME_TEXT_BYTES, "%04u-%.14s.%03uZ", (unsigned)(utc.tm_year + 1900) % 10000,
             date, (unsigned)ms % 1000);
    return text;
}

static bool read_digits(const char **at, int count, int *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

static bool read_mark(const char **at, char lower)
{
    if (**at != lower && **at != lower - 'a' + 'A')
        return false;
    (*at)++;
    return true;
}

static bool read_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool read_fraction(const char **at, int *ms)
{
    *ms = 0;
    if (!read_char(at, '.'))
        return true;
    int digits = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, digits++)
        if (digits < 3)
            *ms = *ms * 10 + (**at - '0');
    for (int i = digits; i < 3; i++)
        *ms *= 10;
    return digits > 0;
}

/* `Z`, or what local time is ahead of UTC. */
static bool read_offset(const char **at, int *seconds)
{
    int hours, minutes;
    *seconds = 0;
    if (read_mark(at, 'z'))
        return true;
    int sign = **at == '-' ? -1 : 1;
    if (!read_char(at, '+') && !read_char(at, '-'))
        return false;
    if (!read_digits(at, 2, &hours) || !read_char(at, ':') || !read_digits(at, 2, &minutes))
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return hours < 24 && minutes < 60;
}

enum err time_parse(const char *text, int64_t *wall_ms)
{
    const char *at = text;
    struct tm t = {0};
    int ms, offset;
    if (!read_digits(&at, 4, &t.tm_year) || !read_char(&at, '-') ||
        !read_digits(&at, 2, &t.tm_mon) || !read_char(&at, '-') ||
        !read_digits(&at, 2, &t.tm_mday) || !read_mark(&at, 't') ||
        !read_digits(&at, 2, &t.tm_hour) || !read_char(&at, ':') ||
        !read_digits(&at, 2, &t.tm_min) || !read_char(&at, ':') ||
        !read_digits(&at, 2, &t.tm_sec) || !read_fraction(&at, &ms) || !read_offset(&at, &offset) ||
        *at)
        return ERR_BAD_FORMAT;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    const int day = t.tm_mday, month = t.tm_mon;
    if (t.tm_hour > 23 || t.tm_min > 59 || t.tm_sec > 60 || day < 1 || month < 0 || month > 11)
        return ERR_BAD_FORMAT;
    struct tm whole = t;
    whole.tm_hour = whole.tm_min = whole.tm_sec = 0;
    timegm(&whole); /* makes the 31st of February the 3rd of March */
    if (whole.tm_mday != day || whole.tm_mon != month)
        return ERR_BAD_FORMAT;
    *wall_ms = ((int64_t)timegm(&t) - offset) * 1000 + ms;
    return ERR_OK;
}
