/* 20-byte account addresses and their EIP-55 checksummed text. Pure, thread-safe. */
#ifndef ETH_ADDRESS_H
#define ETH_ADDRESS_H

#include "base/error.h"
#include <stdbool.h>
#include <stdint.h>

struct address {
    uint8_t bytes[20];
};

enum { ADDRESS_TEXT_BYTES = 43 }; /* "0x", 40 digits, NUL */

/* All lower or all upper case is accepted; mixed case must carry a right checksum
 * (ERR_BAD_FORMAT), because a wrong one is a mistyped address. */
enum err address_parse(const char *text, struct address *address);

/* EIP-55 text. Returns `text`. */
char *address_text(const struct address *address, char text[ADDRESS_TEXT_BYTES]);

bool address_equal(const struct address *a, const struct address *b);
bool address_is_zero(const struct address *address);

#endif
