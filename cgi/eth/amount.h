/* Neuron amounts (1 0G = 10^18 neuron): unsigned 128-bit integers, never a double. Arithmetic says
 * when it overflows. Pure, thread-safe. */
#ifndef ETH_AMOUNT_H
#define ETH_AMOUNT_H

#include "base/error.h"
#include <stdint.h>

__extension__ typedef unsigned __int128 amount;

#define NEURON_PER_0G ((amount)1000000000000000000)

enum { AMOUNT_TEXT_BYTES = 40 }; /* 2^128-1 has 39 digits; NUL */

/* From a 32-byte big-endian word; ERR_OVERFLOW above 2^128-1. */
enum err amount_from_word(const uint8_t word[32], amount *out);

/* From decimal digits (nothing else, no sign, 1 to 39 of them). ERR_BAD_FORMAT, ERR_OVERFLOW. */
enum err amount_parse(const char *text, amount *out);

/* ERR_OVERFLOW above 2^128-1; *out is then not set. */
enum err amount_add(amount a, amount b, amount *out);
enum err amount_mul(amount a, amount b, amount *out);
/* ERR_OVERFLOW when b is larger than a. */
enum err amount_sub(amount a, amount b, amount *out);

/* Decimal digits. Returns `text`. */
char *amount_text(amount a, char text[AMOUNT_TEXT_BYTES]);

enum { COINS_TEXT_BYTES = 42 }; /* the digits, a point, a zero before it; NUL */

/* In 0G, exactly: "0.0005", "3.0"; at least one decimal place, no zeros behind it. Returns `text`.
 */
char *amount_coins(amount a, char text[COINS_TEXT_BYTES]);

enum { WORD_TEXT_BYTES = 79 }; /* 2^256-1 has 78 digits; NUL */

/* A whole 32-byte word as decimal digits, for the few values that are not money (token ids,
 * generations). Returns `text`. */
char *word_text(const uint8_t word[32], char text[WORD_TEXT_BYTES]);

#endif
