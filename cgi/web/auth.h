/* Who may call: bearer tokens (RFC 6750). Only digests of the tokens are held, and they are
 * compared in constant time. Every failure gets the same 401, whatever was wrong: no header,
 * another scheme, a wrong token, a token that does not open this route. After ten failures of one
 * client address in a minute its further ones get a 429; a right token is never refused.
 * Thread-safe after auth_init(). */
#ifndef WEB_AUTH_H
#define WEB_AUTH_H

#include "base/secret.h"
#include "web/server.h"
#include "web/throttle.h"
#include <stdint.h>

enum { AUTH_MIN_TOKEN_BYTES = 32, AUTH_MAX_FAILURES = 10, AUTH_MAX_KEYS = 4 };

struct auth {
    struct auth_key {
        unsigned bit; /* what the token opens: routes with this bit in `keys` */
        uint8_t digest[32];
    } keys[AUTH_MAX_KEYS];
    size_t count;
    struct throttle throttle;
};

/* Without a token nothing opens. */
void auth_init(struct auth *auth);
void auth_free(struct auth *auth);

/* Takes a token, of which the digest is kept and the rest is wiped. ERR_CONFIG with a line in
 * `problems` when it is shorter than AUTH_MIN_TOKEN_BYTES, holds what a header cannot carry, or is
 * the token of another key. */
enum err auth_add(struct auth *auth, unsigned bit, const char *name, struct secret *token,
                  struct buf *problems);

/* True when the request's token has one of the `keys`; else the reply is filled in. */
bool auth_check(struct auth *auth, unsigned keys, const struct web_request *request,
                struct web_reply *reply);

#endif
