/* Hashes, randomness, encoding and comparison from OpenSSL's libcrypto. Thread-safe. */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4) of `len` bytes. Ends the program when libcrypto has no memory left. */
void crypto_sha256(const void *bytes, size_t len, uint8_t digest[32]);

/* SHA-256 of bytes that come in parts; the same words hold. One hash is used by one thread. */
struct crypto_hash;
struct crypto_hash *crypto_hash_new(void);
void crypto_hash_add(struct crypto_hash *hash, const void *bytes, size_t len);
/* The digest of all that was added; the hash is gone afterwards. */
void crypto_hash_end(struct crypto_hash *hash, uint8_t digest[32]);

/* Whether `len` bytes are the same, in a time that does not tell where they differ. */
bool crypto_same(const void *a, const void *b, size_t len);

/* `len` bytes that nobody can foretell; false when the system has none. */
bool crypto_random(void *bytes, size_t len);

/* The standard alphabet with padding, no line breaks, and a NUL: CRYPTO_BASE64_BYTES(len). Leaves
 * no copy of the bytes. RFC 4648 section 4. Returns the length without the NUL. */
#define CRYPTO_BASE64_BYTES(len) (((len) + 2) / 3 * 4 + 1)
size_t crypto_base64(const void *bytes, size_t len, char *text);

/* Overwrites a secret; no compiler leaves this out. */
void crypto_wipe(void *bytes, size_t len);

#endif
