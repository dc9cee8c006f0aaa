#include "eth/sign.h"

#include "base/crypto.h"
#include "base/secret.h"
#include "eth/hex.h"
#include "eth/keccak.h"
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_V = 64, V_BASE = 27, POINT_BYTES = 65 };

struct signer {
    secp256k1_context *context; /* blinded once; signing only reads it */
    uint8_t key[PRIVATE_KEY_BYTES];
    struct address address;
};

static void account_of(const secp256k1_context *context, const secp256k1_pubkey *key,
                       struct address *address)
{
    uint8_t point[POINT_BYTES], hash[32];
    size_t len = sizeof point;
    secp256k1_ec_pubkey_serialize(context, point, &len, key, SECP256K1_EC_UNCOMPRESSED);
    keccak256(point + 1, sizeof point - 1, hash); /* without the byte that names the form */
    memcpy(address->bytes, hash + sizeof hash - sizeof address->bytes, sizeof address->bytes);
}

/* Blinding keeps the time and power that signing takes from telling the key. */
static enum err blind(secp256k1_context *context)
{
    uint8_t seed[32];
    enum err err = crypto_random(seed, sizeof seed) ? ERR_OK : ERR_SYSTEM;
    if (!err && !secp256k1_context_randomize(context, seed))
        err = ERR_SYSTEM;
    crypto_wipe(seed, sizeof seed);
    return err;
}

enum err signer_new(const uint8_t key[PRIVATE_KEY_BYTES], struct signer **signer)
{
    secp256k1_pubkey public_key;
    struct signer *s = secret_alloc(sizeof *s);
    if (!s)
        return ERR_NO_MEMORY;
    s->context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    enum err err = s->context ? blind(s->context) : ERR_NO_MEMORY;
    if (!err && !secp256k1_ec_pubkey_create(s->context, &public_key, key))
        err = ERR_BAD_FORMAT;
    if (err) {
        signer_free(s);
        return err;
    }
    memcpy(s->key, key, sizeof s->key);
    account_of(s->context, &public_key, &s->address);
    *signer = s;
    return ERR_OK;
}

enum err signer_parse(const char *text, struct signer **signer)
{
    char digits[2 + 2 * PRIVATE_KEY_BYTES + 1];
    uint8_t key[PRIVATE_KEY_BYTES];
    const char *bare = strncmp(text, "0x", 2) == 0 ? text + 2 : text;
    enum err err = ERR_BAD_FORMAT;
    if (strlen(bare) == sizeof digits - 3) {
        snprintf(digits, sizeof digits, "0x%s", bare);
        err = hex_decode_fixed(digits, key, sizeof key);
        if (!err)
            err = signer_new(key, signer);
        crypto_wipe(digits, sizeof digits);
        crypto_wipe(key, sizeof key);
    }
    return err;
}

void signer_free(struct signer *signer)
{
    if (!signer)
        return;
    if (signer->context)
        secp256k1_context_destroy(signer->context);
    secret_free(signer, sizeof *signer);
}

const struct address *signer_address(const struct signer *signer)
{
    return &signer->address;
}

void signer_sign_message(const struct signer *signer, const void *message, size_t len,
                         struct signature *signature)
{
    uint8_t digest[DIGEST_BYTES];
    secp256k1_ecdsa_recoverable_signature made;
    int recovery_id = 0;
    message_digest(message, len, digest);
    /* Without a nonce function of ours it is RFC 6979's. It fails for a bad key alone, and
     * signer_new() lets none through. */
    if (!secp256k1_ecdsa_sign_recoverable(signer->context, &made, digest, signer->key, NULL, NULL))
        abort();
    secp256k1_ecdsa_recoverable_signature_serialize_compact(signer->context, signature->bytes,
                                                            &recovery_id, &made);
    signature->bytes[AT_V] = (uint8_t)(V_BASE + recovery_id);
}

void message_digest(const void *message, size_t len, uint8_t digest[DIGEST_BYTES])
{
    char head[64];
    int head_len = snprintf(head, sizeof head,
                            "\x19"
                            "Ethereum Signed Message:\n%zu",
                            len);
    struct keccak state = {.at = 0};
    keccak_add(&state, head, (size_t)head_len);
    keccak_add(&state, message, len);
    keccak_end(&state, digest);
}

/* A signature of the other half of the range has the same meaning; signing never makes one. */
static bool is_high(const secp256k1_ecdsa_recoverable_signature *signature)
{
    secp256k1_ecdsa_signature plain;
    secp256k1_ecdsa_recoverable_signature_convert(secp256k1_context_static, &plain, signature);
    return secp256k1_ecdsa_signature_normalize(secp256k1_context_static, NULL, &plain) == 1;
}

enum err signature_recover(const struct signature *signature, const void *message, size_t len,
                           struct address *who)
{
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey key;
    uint8_t digest[DIGEST_BYTES];
    int v = signature->bytes[AT_V];
    int recovery_id = v >= V_BASE ? v - V_BASE : v;
    if (recovery_id > 1) /* 2 and 3 belong to an r that no hash will ever give */
        return ERR_BAD_FORMAT;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &parsed,
                                                             signature->bytes, recovery_id) ||
        is_high(&parsed))
        return ERR_BAD_FORMAT;
    message_digest(message, len, digest);
    if (!secp256k1_ecdsa_recover(secp256k1_context_static, &key, &parsed, digest))
        return ERR_BAD_FORMAT;
    account_of(secp256k1_context_static, &key, who);
    return ERR_OK;
}

enum err signature_parse(const char *text, struct signature *signature)
{
    return hex_decode_fixed(text, signature->bytes, sizeof signature->bytes);
}

char *signature_text(const struct signature *signature, char text[SIGNATURE_TEXT_BYTES])
{
    memcpy(text, "0x", 2);
    hex_digits(signature->bytes, sizeof signature->bytes, text + 2);
    text[SIGNATURE_TEXT_BYTES - 1] = '\0';
    return text;
}
