#include "bench/excerpt.h"

#include "base/utf8.h"
#include <stdbool.h>
#include <string.h>

static const char mask[] = "[...]";

/* The longest beginning of `bytes` that stands anywhere in `secret`. */
static size_t secret_run(const char *bytes, size_t len, const char *secret)
{
    size_t longest = 0;
    for (const char *from = secret; *from; from++) {
        size_t run = 0;
        while (run < len && from[run] && from[run] == bytes[run])
            run++;
        if (run > longest)
            longest = run;
    }
    return longest;
}

/* C0, DEL, C1 and the two line separators. */
static bool is_control(const char *sequence, size_t bytes)
{
    const unsigned char *c = (const unsigned char *)sequence;
    return c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0) ||
           utf8_is_line_separator(sequence, bytes);
}

char *excerpt(const char *bytes, size_t len, const char *secret, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < len;) {
        const char *shown = bytes + i;
        size_t run = secret ? secret_run(shown, len - i, secret) : 0;
        size_t sequence = utf8_sequence(shown, len - i), shown_len = sequence;
        if (run >= EXCERPT_SECRET_RUN) {
            i += run;
            shown = mask;
            shown_len = sizeof mask - 1;
        } else {
            i += sequence ? sequence : 1;
            if (!sequence || is_control(shown, sequence)) {
                shown = " ";
                shown_len = 1;
            }
        }
        if (used + shown_len >= size)
            break;
        memcpy(text + used, shown, shown_len);
        used += shown_len;
    }
    text[used] = '\0';
    return text;
}
