/* "0x" hexadecimal of JSON-RPC: DATA (whole bytes) and QUANTITY (number without leading zeros).
 * https://ethereum.org/developers/docs/apis/json-rpc/#hex-encoding. Pure, thread-safe. */
#ifndef ETH_HEX_H
#define ETH_HEX_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include <stdint.h>

/* DATA to bytes. Upper and lower case digits; "0x" is required; an odd number of digits is
 * ERR_BAD_FORMAT. Bytes are allocated in `arena`. */
enum err hex_decode(const char *text, struct arena *arena, const uint8_t **bytes, size_t *len);

/* DATA of exactly `len` bytes. */
enum err hex_decode_fixed(const char *text, uint8_t *bytes, size_t len);

/* QUANTITY to a number. Leading zeros are tolerated (nodes send them); ERR_OVERFLOW above 2^64-1.
 */
enum err hex_quantity(const char *text, uint64_t *number);
/* QUANTITY of up to 256 bits to a big-endian word; ERR_OVERFLOW above. */
enum err hex_quantity_word(const char *text, uint8_t word[32]);

/* Writes the 2 * len lower-case digits alone: no "0x", no NUL. */
void hex_digits(const uint8_t *bytes, size_t len, char *digits);

/* Appends lower-case DATA. */
void hex_put(struct buf *out, const uint8_t *bytes, size_t len);
/* Appends a minimal QUANTITY. */
void hex_put_quantity(struct buf *out, uint64_t number);

#endif
