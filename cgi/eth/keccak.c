#include "eth/keccak.h"

#include <string.h>

enum {
    RATE = 136,
    LANES = KECCAK_LANES,
    ROUNDS = 24
}; /* capacity 512 bits: 200 - 64 = 136 bytes */

/* The three tables are those of the Keccak reference, https://keccak.team/keccak_specs_summary.html
 * The last two are listed in the order in which step pi visits the lanes, starting at lane 1. */
static const uint64_t round_constant[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};
static const uint8_t rotation[LANES - 1] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                            27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
static const uint8_t lane_order[LANES - 1] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                              15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

static uint64_t rotate(uint64_t lane, unsigned bits)
{
    return lane << bits | lane >> (64 - bits);
}

static void permute(uint64_t state[LANES])
{
    for (int round = 0; round < ROUNDS; round++) {
        /* theta */
        uint64_t parity[5];
        for (int x = 0; x < 5; x++)
            parity[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
        for (int x = 0; x < 5; x++) {
            uint64_t mix = parity[(x + 4) % 5] ^ rotate(parity[(x + 1) % 5], 1);
            for (int y = 0; y < LANES; y += 5)
                state[x + y] ^= mix;
        }
        /* rho and pi */
        uint64_t moving = state[1];
        for (int i = 0; i < LANES - 1; i++) {
            uint64_t next = state[lane_order[i]];
            state[lane_order[i]] = rotate(moving, rotation[i]);
            moving = next;
        }
        /* chi */
        for (int y = 0; y < LANES; y += 5) {
            uint64_t row[5];
            memcpy(row, state + y, sizeof row);
            for (int x = 0; x < 5; x++)
                state[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
        /* iota */
        state[0] ^= round_constant[round];
    }
}

static void put(struct keccak *k, uint8_t byte)
{
    k->state[k->at / 8] ^= (uint64_t)byte << 8 * (k->at % 8);
}

void keccak_add(struct keccak *k, const void *bytes, size_t len)
{
    const uint8_t *next = bytes;
    for (size_t i = 0; i < len; i++) {
        put(k, next[i]);
        if (++k->at == RATE) {
            permute(k->state);
            k->at = 0;
        }
    }
}

void keccak_end(struct keccak *k, uint8_t digest[32])
{
    put(k, 0x01);
    k->at = RATE - 1; /* the same byte as 0x01 when only one is left: 0x81 */
    put(k, 0x80);
    permute(k->state);
    for (int i = 0; i < 32; i++)
        digest[i] = (uint8_t)(k->state[i / 8] >> 8 * (i % 8));
}

void keccak256(const void *bytes, size_t len, uint8_t digest[32])
{
    struct keccak k = {.at = 0};
    keccak_add(&k, bytes, len);
    keccak_end(&k, digest);
}
