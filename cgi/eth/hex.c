#include "eth/hex.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

/* The value of a digit with VALID set; 0 for every other byte. */
enum { VALID = 0x10 };
static const uint8_t digit[256] = {
    ['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15,
    ['6'] = 0x16, ['7'] = 0x17, ['8'] = 0x18, ['9'] = 0x19, ['a'] = 0x1a, ['b'] = 0x1b,
    ['c'] = 0x1c, ['d'] = 0x1d, ['e'] = 0x1e, ['f'] = 0x1f, ['A'] = 0x1a, ['B'] = 0x1b,
    ['C'] = 0x1c, ['D'] = 0x1d, ['E'] = 0x1e, ['F'] = 0x1f,
};

static bool has_prefix(const char *text)
{
    return text[0] == '0' && text[1] == 'x';
}

enum { BLOCK = 16 }; /* bytes */

/* Converts the 2 * BLOCK digits of a block; what is none leaves bits in `bad`. By arithmetic in
 * loops of a fixed length, which the compiler turns into vector instructions: the answer of a full
 * registry has more than a million digits. */
static void decode_block(const uint8_t *digits, uint8_t *bytes, uint8_t bad[2 * BLOCK])
{
    uint8_t values[2 * BLOCK];
    for (size_t i = 0; i < 2 * BLOCK; i++) {
        const uint8_t number = (uint8_t)(digits[i] - '0');
        const uint8_t letter = (uint8_t)((digits[i] | 0x20) - 'a');
        const uint8_t is_number = number < 10 ? 0xff : 0, is_letter = letter < 6 ? 0xff : 0;
        values[i] = (uint8_t)((number & is_number) | ((letter + 10) & is_letter));
        bad[i] |= (uint8_t) ~(is_number | is_letter);
    }
    for (size_t i = 0; i < BLOCK; i++)
        bytes[i] = (uint8_t)(values[2 * i] << 4 | values[2 * i + 1]);
}

/* Converts 2 * len digits; false when one of them is none. */
static bool decode_digits(const char *digits, uint8_t *bytes, size_t len)
{
    const uint8_t *d = (const uint8_t *)digits;
    uint8_t bad[2 * BLOCK] = {0};
    unsigned valid = VALID, any_bad = 0;
    size_t done = 0;
    for (; len - done >= BLOCK; done += BLOCK)
        decode_block(d + 2 * done, bytes + done, bad);
    for (size_t i = done; i < len; i++) {
        unsigned high = digit[d[2 * i]], low = digit[d[2 * i + 1]];
        valid &= high & low;
        bytes[i] = (uint8_t)(high << 4 | (low & 0x0f));
    }
    for (size_t i = 0; i < 2 * BLOCK; i++)
        any_bad |= bad[i];
    return valid && !any_bad;
}

enum err hex_decode(const char *text, struct arena *arena, const uint8_t **bytes, size_t *len)
{
    if (!has_prefix(text))
        return ERR_BAD_FORMAT;
    size_t digits = strlen(text + 2);
    if (digits % 2)
        return ERR_BAD_FORMAT;
    uint8_t *out = arena_alloc(arena, digits / 2);
    if (!out)
        return ERR_NO_MEMORY;
    if (!decode_digits(text + 2, out, digits / 2))
        return ERR_BAD_FORMAT;
    *bytes = out;
    *len = digits / 2;
    return ERR_OK;
}

enum err hex_decode_fixed(const char *text, uint8_t *bytes, size_t len)
{
    if (!has_prefix(text) || strlen(text + 2) != 2 * len || !decode_digits(text + 2, bytes, len))
        return ERR_BAD_FORMAT;
    return ERR_OK;
}

enum err hex_quantity(const char *text, uint64_t *number)
{
    if (!has_prefix(text) || !text[2])
        return ERR_BAD_FORMAT;
    uint64_t value = 0;
    bool overflow = false;
    for (const char *c = text + 2; *c; c++) {
        unsigned d = digit[(uint8_t)*c];
        if (!d)
            return ERR_BAD_FORMAT;
        overflow |= value >> 60 != 0;
        value = value << 4 | (d & 0x0f);
    }
    if (overflow)
        return ERR_OVERFLOW;
    *number = value;
    return ERR_OK;
}

enum err hex_quantity_word(const char *text, uint8_t word[32])
{
    if (!has_prefix(text) || !text[2])
        return ERR_BAD_FORMAT;
    for (const char *c = text + 2; *c; c++)
        if (!digit[(uint8_t)*c])
            return ERR_BAD_FORMAT;
    const char *digits = text + 2 + strspn(text + 2, "0");
    size_t len = strlen(digits);
    if (len > 64)
        return ERR_OVERFLOW;
    memset(word, 0, 32);
    for (size_t i = 0; i < len; i++) { /* i counts from the lowest digit */
        unsigned value = digit[(uint8_t)digits[len - 1 - i]] & 0x0f;
        word[31 - i / 2] |= (uint8_t)(i % 2 ? value << 4 : value);
    }
    return ERR_OK;
}

void hex_digits(const uint8_t *bytes, size_t len, char *digits)
{
    static const char names[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        digits[2 * i] = names[bytes[i] >> 4];
        digits[2 * i + 1] = names[bytes[i] & 0x0f];
    }
}

void hex_put(struct buf *out, const uint8_t *bytes, size_t len)
{
    buf_puts(out, "0x");
    while (len && !out->err) {
        char chunk[256];
        size_t n = len < sizeof chunk / 2 ? len : sizeof chunk / 2;
        hex_digits(bytes, n, chunk);
        buf_put(out, chunk, 2 * n);
        bytes += n;
        len -= n;
    }
}

void hex_put_quantity(struct buf *out, uint64_t number)
{
    buf_printf(out, "0x%" PRIx64, number);
}
