/* The session token that a provider of 0G Compute asks for: a message signed by the account, sent
 * as `Authorization: Bearer app-sk-...`. One token is for one account and one provider, and serves
 * any number of requests until it expires. Whoever holds it spends the account's money with that
 * provider: it stands in no log, error or URL, and is wiped when it is not needed any more.
 * Source: 0gfoundation/0g-compute-ts-sdk inference/broker/base.ts (generateSessionToken);
 * 0g-serving-broker ctrl/request.go (ValidateSession). Thread-safe for different sessions. */
#ifndef ZEROG_SESSION_H
#define ZEROG_SESSION_H

#include "base/error.h"
#include "eth/address.h"
#include "eth/sign.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    /* A token of this id lives for at most a day and cannot be revoked singly; ids below it never
     * expire, and the account can revoke each on chain. */
    SESSION_EPHEMERAL = 255,
    SESSION_NONCE_BYTES = 33, /* 32 lower-case digits, NUL */
    SESSION_HEADER_BYTES = 1024
};

#define SESSION_LIFE_MS  (INT64_C(24) * 60 * 60 * 1000) /* the server refuses a longer one */
#define SESSION_RENEW_MS (INT64_C(60) * 60 * 1000)      /* with less left the SDK makes a new one */

/* What the account says about its tokens for one provider. */
struct session_terms {
    struct address provider;
    uint64_t generation; /* the sub-account's, from getAccount: the chain revokes older ones */
    uint8_t token_id;    /* SESSION_EPHEMERAL unless the operator chose one */
};

struct session {
    char authorization[SESSION_HEADER_BYTES]; /* "Bearer app-sk-...", NUL-terminated; a secret */
    int64_t expires_ms;                       /* wall; 0: never */
};

/* 16 random bytes in hex, for a token that nobody made before. ERR_SYSTEM without randomness. */
enum err session_nonce(char nonce[SESSION_NONCE_BYTES]);

/* Makes the token as of `now_ms` (wall). `nonce` holds letters and digits alone. The session is
 * the caller's: session_wipe(). */
void session_make(const struct signer *account, const struct session_terms *terms,
                  const char nonce[SESSION_NONCE_BYTES], int64_t now_ms, struct session *session);

/* Whether a new token should be made before the next request: the time left is under
 * SESSION_RENEW_MS, or none was made yet (a zeroed session). */
bool session_is_due(const struct session *session, int64_t now_ms);

void session_wipe(struct session *session);

#endif
