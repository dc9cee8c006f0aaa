#include "web/auth.h"

#include "base/clock.h"
#include "base/crypto.h"
#include <string.h>
#include <strings.h>

void auth_init(struct auth *auth)
{
    auth->count = 0;
    throttle_init(&auth->throttle, AUTH_MAX_FAILURES);
}

void auth_free(struct auth *auth)
{
    crypto_wipe(auth->keys, sizeof auth->keys);
    throttle_free(&auth->throttle);
}

/* What stands behind "Bearer " without quoting: visible ASCII. */
static bool is_sendable(const struct secret *token)
{
    for (size_t i = 0; i < token->len; i++)
        if (token->text[i] <= ' ' || token->text[i] > '~')
            return false;
    return true;
}

static unsigned bits_of(const struct auth *auth, const uint8_t digest[32])
{
    unsigned bits = 0;
    for (size_t i = 0; i < auth->count; i++) /* all of them, whichever is the right one */
        bits |= crypto_same(auth->keys[i].digest, digest, 32) ? auth->keys[i].bit : 0;
    return bits;
}

enum err auth_add(struct auth *auth, unsigned bit, const char *name, struct secret *token,
                  struct buf *problems)
{
    uint8_t digest[32];
    const char *problem = NULL;
    crypto_sha256(token->text, token->len, digest);
    if (token->len < AUTH_MIN_TOKEN_BYTES)
        problem = "expected a token of at least 32 bytes";
    else if (!is_sendable(token))
        problem = "expected letters, digits and marks of ASCII without blanks";
    else if (bits_of(auth, digest))
        problem = "expected a token that no other name has";
    else if (auth->count == AUTH_MAX_KEYS)
        problem = "there are too many tokens";
    secret_wipe(token);
    if (problem) {
        buf_printf(problems, "%s: %s\n", name, problem);
        return ERR_CONFIG;
    }
    struct auth_key *key = &auth->keys[auth->count++];
    key->bit = bit;
    memcpy(key->digest, digest, sizeof key->digest);
    return ERR_OK;
}

static unsigned bits_given(const struct auth *auth, const char *authorization)
{
    static const char scheme[] = "Bearer ";
    if (strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return 0;
    const char *token = authorization + sizeof scheme - 1;
    uint8_t digest[32];
    token += strspn(token, " ");
    crypto_sha256(token, strlen(token), digest);
    return bits_of(auth, digest);
}

bool auth_check(struct auth *auth, unsigned keys, const struct web_request *request,
                struct web_reply *reply)
{
    if (bits_given(auth, request->authorization) & keys)
        return true;
    int64_t wait = throttle_fail(&auth->throttle, request->client, clock_mono_ms());
    if (wait) {
        web_problem(request, reply, 429, "too_many_failures",
                    "too many requests of this address had no right token");
        reply->retry_after_s = (int)(wait / 1000) + 1;
    } else {
        web_problem(request, reply, 401, "unauthorized",
                    "a bearer token that opens this is needed");
        reply->challenge = "Bearer";
    }
    return false;
}
