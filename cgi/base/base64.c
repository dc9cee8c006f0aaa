#include "base/base64.h"

#include <stdbool.h>

static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-') /* the second alphabet is for URLs */
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

enum err base64_decode(const char *text, size_t len, struct buf *out)
{
    size_t padding = 0;
    while (len && padding < 2 && text[len - 1] == '=') {
        len--;
        padding++;
    }
    if (len % 4 == 1 || (padding && (len + padding) % 4))
        return ERR_BAD_FORMAT;
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = digit_of(text[i]);
        if (digit < 0)
            return ERR_BAD_FORMAT;
        held = (held << 6 | (unsigned)digit) & 0xfff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            buf_putc(out, (char)(held >> bits & 0xff));
        }
    }
    bool has_rest = held & ((1u << bits) - 1);
    return has_rest ? ERR_BAD_FORMAT : out->err;
}
