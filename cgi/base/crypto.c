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

/* The name is ours, the thing is libcrypto's. */
static EVP_MD_CTX *context_of(struct crypto_hash *hash)
{
    return (EVP_MD_CTX *)(void *)hash;
}

struct crypto_hash *crypto_hash_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL))
        abort();
    return (struct crypto_hash *)(void *)context;
}

void crypto_hash_add(struct crypto_hash *hash, const void *bytes, size_t len)
{
    if (!EVP_DigestUpdate(context_of(hash), bytes, len))
        abort();
}

void crypto_hash_end(struct crypto_hash *hash, uint8_t digest[32])
{
    if (!EVP_DigestFinal_ex(context_of(hash), digest, NULL))
        abort();
    EVP_MD_CTX_free(context_of(hash));
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
