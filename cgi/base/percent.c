#include "base/percent.h"

#include <stdbool.h>
#include <string.h>

static bool is_unreserved(char c) /* RFC 3986 section 2.3 */
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

void percent_put(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (is_unreserved(text[i]))
            buf_putc(out, text[i]);
        else
            buf_printf(out, "%%%02X", (unsigned char)text[i]);
    }
}
