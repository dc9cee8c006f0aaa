/* Signatures of Ethereum accounts: ECDSA on secp256k1 with the recovery id, over messages as
 * EIP-191 (personal_sign) frames them. Nonces are RFC 6979's and s is always low, so a key and a
 * message have one signature. Source: https://eips.ethereum.org/EIPS/eip-191, EIP-2 (low s). */
#ifndef ETH_SIGN_H
#define ETH_SIGN_H

#include "base/error.h"
#include "eth/address.h"
#include <stddef.h>
#include <stdint.h>

enum { PRIVATE_KEY_BYTES = 32, SIGNATURE_BYTES = 65, DIGEST_BYTES = 32 };

/* r, s, and v, which is 27 or 28. */
struct signature {
    uint8_t bytes[SIGNATURE_BYTES];
};

/* "0x", 130 lower-case digits, NUL. */
enum { SIGNATURE_TEXT_BYTES = 2 + 2 * SIGNATURE_BYTES + 1 };

/* A private key, ready to sign. Immutable once made: any number of threads may sign with it. */
struct signer;

/* Copies the key; the caller wipes its own. ERR_BAD_FORMAT when it is no key of the curve (0, or
 * its order and above), ERR_NO_MEMORY, ERR_SYSTEM without randomness. *signer is owned by the
 * caller: signer_free(). */
enum err signer_new(const uint8_t key[PRIVATE_KEY_BYTES], struct signer **signer);

/* From 64 hexadecimal digits, with "0x" or without, as wallets export a key. Errors of
 * signer_new(), and ERR_BAD_FORMAT for any other text. */
enum err signer_parse(const char *text, struct signer **signer);

/* Wipes the key. NULL is accepted. */
void signer_free(struct signer *signer);

/* Valid as long as the signer. */
const struct address *signer_address(const struct signer *signer);

/* Signs the EIP-191 digest of `len` bytes. 0G signs a hash in this way: then `message` is its 32
 * raw bytes. */
void signer_sign_message(const struct signer *signer, const void *message, size_t len,
                         struct signature *signature);

/* keccak256("\x19Ethereum Signed Message:\n" || decimal(len) || message). Pure, thread-safe. */
void message_digest(const void *message, size_t len, uint8_t digest[DIGEST_BYTES]);

/* Who signed the EIP-191 digest of the message: any signature of the right form has somebody, so
 * the caller compares. v may be 0, 1, 27 or 28. ERR_BAD_FORMAT for any other v, for r or s out of
 * range, and for a high s: it is the same signature in a second shape, which ethers and
 * OpenZeppelin refuse as well. Pure, thread-safe. */
enum err signature_recover(const struct signature *signature, const void *message, size_t len,
                           struct address *who);

/* ERR_BAD_FORMAT unless "0x" and 130 digits. */
enum err signature_parse(const char *text, struct signature *signature);

/* Returns `text`. */
char *signature_text(const struct signature *signature, char text[SIGNATURE_TEXT_BYTES]);

#endif
