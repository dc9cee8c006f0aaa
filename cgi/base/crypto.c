#include "base/crypto.h"

#include <openssl/sha.h>

void crypto_sha256(const void *bytes, size_t len, uint8_t digest[32])
{
    SHA256(bytes, len, digest);
}
