#include "eth/address.h"

#include "eth/hex.h"
#include "eth/keccak.h"
#include <stddef.h>
#include <string.h>

enum { DIGITS = 40 };

static bool is_mixed_case(const char *digits)
{
    bool lower = false, upper = false;
    for (const char *d = digits; *d; d++) {
        lower |= *d >= 'a' && *d <= 'f';
        upper |= *d >= 'A' && *d <= 'F';
    }
    return lower && upper;
}

enum err address_parse(const char *text, struct address *address)
{
    struct address parsed;
    enum err err = hex_decode_fixed(text, parsed.bytes, sizeof parsed.bytes);
    if (err)
        return err;
    char checksummed[ADDRESS_TEXT_BYTES];
    if (is_mixed_case(text + 2) && strcmp(text, address_text(&parsed, checksummed)) != 0)
        return ERR_BAD_FORMAT;
    *address = parsed;
    return ERR_OK;
}

/* The item text[0..len), without blanks around it. */
static enum err parse_item(const char *text, size_t len, struct address *address)
{
    char item[ADDRESS_TEXT_BYTES];
    while (len && (*text == ' ' || *text == '\t')) {
        text++;
        len--;
    }
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    if (len >= sizeof item)
        return ERR_BAD_FORMAT;
    memcpy(item, text, len);
    item[len] = '\0';
    return address_parse(item, address) ? ERR_BAD_FORMAT : ERR_OK;
}

static bool is_listed(const struct address *list, size_t count, const struct address *address)
{
    for (size_t i = 0; i < count; i++)
        if (address_equal(&list[i], address))
            return true;
    return false;
}

enum err address_list_parse(const char *text, struct address *list, size_t max, size_t *count)
{
    size_t found = 0;
    *count = 0;
    if (!text[strspn(text, " \t")])
        return ERR_OK;
    for (;;) {
        struct address address;
        size_t len = strcspn(text, ",");
        if (parse_item(text, len, &address))
            return ERR_BAD_FORMAT;
        if (!is_listed(list, found, &address)) {
            if (found == max)
                return ERR_BAD_FORMAT;
            list[found++] = address;
        }
        if (!text[len])
            break;
        text += len + 1;
    }
    *count = found;
    return ERR_OK;
}

char *address_text(const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
    memcpy(text, "0x", 2);
    char *digits = text + 2;
    hex_digits(address->bytes, sizeof address->bytes, digits);
    digits[DIGITS] = '\0';
    /* https://eips.ethereum.org/EIPS/eip-55: a letter is upper case when the digit at its place in
     * the hash of the lower-case text is 8 or more. */
    uint8_t hash[32];
    keccak256(digits, DIGITS, hash);
    for (size_t i = 0; i < DIGITS; i++) {
        unsigned nibble = i % 2 ? hash[i / 2] & 0x0f : hash[i / 2] >> 4;
        if (digits[i] >= 'a' && nibble >= 8)
            digits[i] = (char)(digits[i] - 'a' + 'A');
    }
    return text;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool address_is_zero(const struct address *address)
{
    static const struct address zero;
    return address_equal(address, &zero);
}
