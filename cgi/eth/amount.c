#include "eth/amount.h"

#include <endian.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum err amount_from_word(const uint8_t word[32], amount *out)
{
    static const uint8_t padding[16];
    uint64_t high, low;
    if (memcmp(word, padding, sizeof padding) != 0)
        return ERR_OVERFLOW;
    memcpy(&high, word + 16, sizeof high);
    memcpy(&low, word + 24, sizeof low);
    *out = (amount)be64toh(high) << 64 | be64toh(low);
    return ERR_OK;
}

enum err amount_parse(const char *text, amount *out)
{
    size_t len = strspn(text, "0123456789");
    if (!len || len >= AMOUNT_TEXT_BYTES || text[len])
        return ERR_BAD_FORMAT;
    amount value = 0;
    for (size_t i = 0; i < len; i++) {
        enum err err = amount_mul(value, 10, &value);
        if (!err)
            err = amount_add(value, (amount)(text[i] - '0'), &value);
        if (err)
            return err;
    }
    *out = value;
    return ERR_OK;
}

enum err amount_add(amount a, amount b, amount *out)
{
    amount sum = a + b;
    if (sum < a)
        return ERR_OVERFLOW;
    *out = sum;
    return ERR_OK;
}

enum err amount_mul(amount a, amount b, amount *out)
{
    if (a && b > (amount)-1 / a)
        return ERR_OVERFLOW;
    *out = a * b;
    return ERR_OK;
}

enum err amount_sub(amount a, amount b, amount *out)
{
    if (b > a)
        return ERR_OVERFLOW;
    *out = a - b;
    return ERR_OK;
}

char *amount_text(amount a, char text[AMOUNT_TEXT_BYTES])
{
    /* At most three pieces of 19 digits, because a 128-bit division per digit is slow. */
    const uint64_t piece = UINT64_C(10000000000000000000);
    unsigned long long low = (unsigned long long)(a % piece);
    unsigned long long middle = (unsigned long long)(a / piece % piece);
    unsigned long long high = (unsigned long long)(a / piece / piece);
    if (high)
        snprintf(text, AMOUNT_TEXT_BYTES, "%llu%019llu%019llu", high, middle, low);
    else if (middle)
        snprintf(text, AMOUNT_TEXT_BYTES, "%llu%019llu", middle, low);
    else
        snprintf(text, AMOUNT_TEXT_BYTES, "%llu", low);
    return text;
}

/* Divides the big-endian number in place; gives the remainder. */
static unsigned divide_by_ten(uint8_t number[32])
{
    unsigned remainder = 0;
    for (size_t i = 0; i < 32; i++) {
        unsigned value = remainder << 8 | number[i];
        number[i] = (uint8_t)(value / 10);
        remainder = value % 10;
    }
    return remainder;
}

char *word_text(const uint8_t word[32], char text[WORD_TEXT_BYTES])
{
    uint8_t rest[32];
    memcpy(rest, word, sizeof rest);
    char *start = &text[WORD_TEXT_BYTES - 1];
    *start = '\0';
    for (size_t i = 0; i < WORD_TEXT_BYTES - 1; i++)
        *--start = (char)('0' + divide_by_ten(rest));
    while (start[0] == '0' && start[1])
        start++;
    return memmove(text, start, (size_t)(text + WORD_TEXT_BYTES - start));
}

char *amount_coins(amount a, char text[COINS_TEXT_BYTES])
{
    char whole[AMOUNT_TEXT_BYTES];
    int len = snprintf(text, COINS_TEXT_BYTES, "%s.%018llu", amount_text(a / NEURON_PER_0G, whole),
                       (unsigned long long)(a % NEURON_PER_0G));
    while (text[len - 1] == '0' && text[len - 2] != '.')
        text[--len] = '\0';
    return text;
}
