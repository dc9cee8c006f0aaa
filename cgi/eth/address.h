/* 20-byte account addresses and their EIP-55 checksummed text. Pure, thread-safe. */
#ifndef ETH_ADDRESS_H
#define ETH_ADDRESS_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
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

/* A comma list of addresses, with blanks around them or not; one that stands twice counts once.
 * ERR_BAD_FORMAT, also for more than `max`; *count is 0 then, and for an empty text. */
enum err address_list_parse(const char *text, struct address *list, size_t max, size_t *count);

bool address_equal(const struct address *a, const struct address *b);
bool address_is_zero(const struct address *address);

#endif
