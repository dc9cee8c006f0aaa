#include "bench/markdown.h"

#include "base/utf8.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* C1 controls, and what makes a reader see another order or other characters than there are:
 * zero-width characters, line separators, bidirectional controls, the byte order mark. */
static bool is_hidden(const char *text, size_t bytes)
{
    static const struct {
        const char *first, *last;
    } ranges[] = {
        {"\xc2\x80", "\xc2\x9f"},         {"\xe2\x80\x8b", "\xe2\x80\x8f"},
        {"\xe2\x80\xa8", "\xe2\x80\xae"}, {"\xe2\x81\xa0", "\xe2\x81\xaf"},
        {"\xef\xbb\xbf", "\xef\xbb\xbf"},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (strlen(ranges[i].first) == bytes && memcmp(text, ranges[i].first, bytes) >= 0 &&
            memcmp(text, ranges[i].last, bytes) <= 0)
            return true;
    return false;
}

static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr(" .,:;/()%=?'\"-+", c);
}

static bool is_www(const char *text, size_t at)
{
    return at >= 3 && strncasecmp(text + at - 3, "www.", 4) == 0;
}

/* The fullwidth form of a mark that makes an address; NULL: it makes none. */
static const char *fullwidth(const char *text, size_t at)
{
    if (text[at] == '@')
        return "\uff20";
    if (text[at] == ':' && text[at + 1] == '/')
        return "\uff1a";
    return is_www(text, at) ? "\uff0e" : NULL;
}

static void put_ascii(struct buf *out, const char *text, size_t at, bool as_code)
{
    const unsigned char c = (unsigned char)text[at];
    if (c < 0x20 || c == 0x7f)
        buf_putc(out, ' ');
    else if (as_code)
        buf_putc(out, (char)c);
    else if (fullwidth(text, at))
        buf_puts(out, fullwidth(text, at));
    else if (is_plain(c))
        buf_putc(out, (char)c);
    else
        buf_printf(out, "&#%u;", c);
}

static void put(struct buf *out, const char *text, bool as_code)
{
    const size_t len = strlen(text);
    for (size_t i = 0; i < len;) {
        const size_t bytes = utf8_sequence(text + i, len - i);
        if (bytes == 1)
            put_ascii(out, text, i, as_code);
        else if (!bytes || is_hidden(text + i, bytes))
            buf_puts(out, UTF8_REPLACEMENT);
        else
            buf_put(out, text + i, bytes);
        i += bytes ? bytes : 1;
    }
}

void markdown_put_text(struct buf *out, const char *text)
{
    if (text)
        put(out, text, false);
}

/* A code span loses a space at both ends, and one of spaces alone is none. */
static bool fits_code(const char *text)
{
    const size_t len = strlen(text);
    return len && !strpbrk(text, "|`\\") && (unsigned char)text[0] > ' ' &&
           (unsigned char)text[len - 1] > ' ';
}

void markdown_put_code(struct buf *out, const char *text)
{
    if (!text)
        return;
    if (!fits_code(text)) {
        put(out, text, false);
        return;
    }
    buf_putc(out, '`');
    put(out, text, true);
    buf_putc(out, '`');
}
