#include "zerog/session.h"

#include "base/crypto.h"
#include "eth/hex.h"
#include "eth/keccak.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The longest: four numbers of 20 digits, two addresses, the nonce and the words between them. */
enum { MESSAGE_BYTES = 384, PAYLOAD_BYTES = MESSAGE_BYTES + SIGNATURE_TEXT_BYTES };

static const char scheme[] = "Bearer app-sk-";

_Static_assert(sizeof scheme + CRYPTO_BASE64_BYTES(PAYLOAD_BYTES) <= SESSION_HEADER_BYTES,
               "the longest token fits");

enum err session_nonce(char nonce[SESSION_NONCE_BYTES])
{
    uint8_t bytes[(SESSION_NONCE_BYTES - 1) / 2];
    if (!crypto_random(bytes, sizeof bytes))
        return ERR_SYSTEM;
    hex_digits(bytes, sizeof bytes, nonce);
    nonce[SESSION_NONCE_BYTES - 1] = '\0';
    return ERR_OK;
}

/* The members, their order and the absence of spaces are the SDK's; times are milliseconds. */
static int put_message(const struct address *account, const struct session_terms *terms,
                       const char *nonce, int64_t now_ms, int64_t expires_ms,
                       char message[MESSAGE_BYTES])
{
    char user[ADDRESS_TEXT_BYTES], provider[ADDRESS_TEXT_BYTES];
    return snprintf(message, MESSAGE_BYTES,
                    "{\"address\":\"%s\",\"provider\":\"%s\",\"timestamp\":%" PRId64
                    ",\"expiresAt\":%" PRId64 ",\"nonce\":\"%.*s\",\"generation\":%" PRIu64
                    ",\"tokenId\":%d}",
                    address_text(account, user), address_text(&terms->provider, provider), now_ms,
                    expires_ms, SESSION_NONCE_BYTES - 1, nonce, terms->generation, terms->token_id);
}

void session_make(const struct signer *account, const struct session_terms *terms,
                  const char nonce[SESSION_NONCE_BYTES], int64_t now_ms, struct session *session)
{
    char payload[PAYLOAD_BYTES], text[SIGNATURE_TEXT_BYTES];
    uint8_t hash[DIGEST_BYTES];
    struct signature signature;
    session->expires_ms = terms->token_id == SESSION_EPHEMERAL ? now_ms + SESSION_LIFE_MS : 0;
    size_t len = (size_t)put_message(signer_address(account), terms, nonce, now_ms,
                                     session->expires_ms, payload);
    keccak256(payload, len, hash); /* what is signed is the hash, as a message of 32 bytes */
    signer_sign_message(account, hash, sizeof hash, &signature);
    len += (size_t)snprintf(payload + len, sizeof payload - len, "|%s",
                            signature_text(&signature, text));
    memcpy(session->authorization, scheme, sizeof scheme - 1);
    crypto_base64(payload, len, session->authorization + sizeof scheme - 1);
    crypto_wipe(payload, sizeof payload);
    crypto_wipe(text, sizeof text);
    crypto_wipe(&signature, sizeof signature);
}

bool session_is_due(const struct session *session, int64_t now_ms)
{
    return !session->authorization[0] ||
           (session->expires_ms != 0 && session->expires_ms - now_ms < SESSION_RENEW_MS);
}

void session_wipe(struct session *session)
{
    crypto_wipe(session, sizeof *session);
}
