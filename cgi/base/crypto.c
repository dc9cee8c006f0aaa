#include "base/crypto.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
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

bool crypto_random(void *bytes, size_t len)
{
    return len <= INT_MAX && RAND_bytes(bytes, (int)len) == 1;
}

size_t crypto_base64(const void *bytes, size_t len, char *text)
{
    return (size_t)EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
}

void crypto_wipe(void *bytes, size_t len)
{
    OPENSSL_cleanse(bytes, len);
}
