/* Hashes, randomness and comparison from OpenSSL's libcrypto. Thread-safe. */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4) of `len` bytes. Ends the program when libcrypto has no memory left. */
void crypto_sha256(const void *bytes, size_t len, uint8_t digest[32]);

#endif
