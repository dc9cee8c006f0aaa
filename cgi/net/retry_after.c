#include "net/retry_after.h"

#include <curl/curl.h>
#include <stddef.h>
#include <string.h>

/* More than three years; a longer number is cut to this rather than overflowing. */
enum { MAX_DIGITS = 8 };

static int64_t seconds_to_ms(const char *digits, size_t count)
{
    int64_t seconds = 0;
    if (count > MAX_DIGITS)
        return INT64_C(99999999) * 1000;
    for (size_t i = 0; i < count; i++)
        seconds = seconds * 10 + (digits[i] - '0');
    return seconds * 1000;
}

int64_t retry_after_ms(const char *value, int64_t wall_ms)
{
    size_t digits = strspn(value, "0123456789");
    if (digits > 0 && value[digits] == '\0')
        return seconds_to_ms(value, digits);
    time_t date = curl_getdate(value, NULL);
    if (date == -1)
        return -1;
    int64_t wait_ms = (int64_t)date * 1000 - wall_ms;
    return wait_ms > 0 ? wait_ms : 0;
}
