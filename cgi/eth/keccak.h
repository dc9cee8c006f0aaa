/* Keccak-256 with the original padding byte 0x01, as Ethereum uses it (Yellow Paper, appendix on
 * the Keccak function); NIST's SHA3-256 pads with 0x06 and gives other digests. Pure, thread-safe.
 */
#ifndef ETH_KECCAK_H
#define ETH_KECCAK_H

#include <stddef.h>
#include <stdint.h>

void keccak256(const void *bytes, size_t len, uint8_t digest[32]);

/* The same over pieces: start from {.at = 0}, add each, end once. */
enum { KECCAK_LANES = 25 };

struct keccak {
    uint64_t state[KECCAK_LANES];
    size_t at; /* byte of the block that comes next */
};

void keccak_add(struct keccak *k, const void *bytes, size_t len);
void keccak_end(struct keccak *k, uint8_t digest[32]);

#endif
