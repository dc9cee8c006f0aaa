/* Checking that the key in a provider's enclave signed a response. The provider keeps the signature
 * for 20 minutes under the handle of the chat; the key that counts is the one that the contract
 * lists and 0G acknowledged, never the one that the reply names. What is proven is that this key
 * signed; whether it lives in real enclave hardware is not looked at.
 * Source: 0gfoundation/0g-compute-ts-sdk verifier.ts (verifySignature), 0g-serving-broker
 * handleSignatureRoute. Pure, thread-safe. */
#ifndef ZEROG_TEE_H
#define ZEROG_TEE_H

#include "base/buf.h"
#include "base/error.h"
#include "eth/address.h"
#include "zerog/serving.h"
#include <stddef.h>
#include <stdint.h>

enum { TEE_HASH_BYTES = 32, TEE_REPLY_BYTES = 64 * 1024 };

#define TEE_KEPT_MS (INT64_C(20) * 60 * 1000) /* a provider forgets a signature after this */

enum tee_verdict {
    TEE_ABSENT,   /* the reply holds no signature that we know how to check */
    TEE_BAD,      /* it holds one, and it is not the listed signer's */
    TEE_SIGNER,   /* the listed signer signed; whether it was this content is not known */
    TEE_RESPONSE, /* and the hashes of request and response are those signed */
};

/* Whose signature the service's responses carry. A provider whose model runs in an enclave of its
 * own names that one's key in additionalInfo. ERR_NOT_FOUND when the contract lists none or 0G has
 * not acknowledged it. */
enum err tee_signer(const struct service *service, struct address *signer);

/* Appends the path that asks for the signature of a chat; `model` need not be NUL-terminated.
 * ERR_BAD_FORMAT for a handle that cannot stand in a path, and the buffer's error. */
enum err tee_put_path(struct buf *path, const char *chat_id, struct abi_text model);

/* What the reply (200) to that request proves. The hashes are SHA-256 over the bodies as sent and
 * received; NULL: unknown. The provider may have signed what it forwarded instead, so other hashes
 * than ours are not comparable, and no forgery. */
enum tee_verdict tee_check(const char *reply, size_t len, const struct address *signer,
                           const uint8_t *request_sha256, const uint8_t *response_sha256);

#endif
