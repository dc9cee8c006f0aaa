#include "base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>

void crypto_sha256(const void *bytes, size_t len, uint8_t digest[32])
{
    if (!SHA256(bytes, len, digest))
        abort(); /* only without memory for its context; a wrong digest would be worse */
}

bool crypto_same(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void crypto_wipe(void *bytes, size_t len)
{
    OPENSSL_cleanse(bytes, len);
}
