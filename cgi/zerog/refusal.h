/* Why a provider refused a request, and what its operator or the client can do. Brokers answer 400
 * to most of it whatever the cause, so the text of the answer decides, and the status where the
 * text says nothing known. A broker writes {"error":"..."}; what stands behind it
 * {"error":{"message":"..."}} or {"message":"..."}; front doors write HTML.
 * Source: 0gfoundation/0g-serving-broker (inference proxy, ctrl/request.go), texts of 2025 and
 * 2026. Pure, thread-safe; the texts returned are static. */
#ifndef ZEROG_REFUSAL_H
#define ZEROG_REFUSAL_H

#include <stddef.h>

#define REFUSAL_TABLE(X)                                                                           \
    X(REFUSAL_CREDENTIAL, "credential", REFUSAL_STOPS,                                             \
      "the provider does not accept our signature", "check that the key belongs to the wallet")    \
    X(REFUSAL_SESSION, "session", REFUSAL_RENEWS, "the session token is expired or revoked",       \
      "a new one is made by itself; if it stays, check this machine's clock")                      \
    X(REFUSAL_OLD_BROKER, "old_broker", REFUSAL_STOPS,                                             \
      "the provider asks for an older kind of session", "use another provider")                    \
    X(REFUSAL_NO_ACCOUNT, "no_account", REFUSAL_STOPS,                                             \
      "the wallet has no sub-account with this provider",                                          \
      "transfer funds to the provider; it takes effect within 5 minutes")                          \
    X(REFUSAL_NOT_ACKNOWLEDGED, "not_acknowledged", REFUSAL_STOPS,                                 \
      "the wallet has not acknowledged this provider's signer",                                    \
      "call acknowledgeTEESigner; it takes effect within 2 minutes")                               \
    X(REFUSAL_NOT_APPROVED, "not_approved", REFUSAL_STOPS,                                         \
      "0G has not acknowledged this provider's signer", "use another provider")                    \
    X(REFUSAL_BALANCE, "balance", REFUSAL_STOPS, "the locked balance is too low",                  \
      "transfer funds: 1 0G above all fees has to stay locked")                                    \
    X(REFUSAL_MODEL, "model", REFUSAL_STOPS, "the provider does not serve this model",             \
      "use the model that the service names on chain")                                             \
    X(REFUSAL_MODEL_GONE, "model_gone", REFUSAL_STOPS, "the model is no longer available here",    \
      "use another model or provider")                                                             \
    X(REFUSAL_PATH, "path", REFUSAL_STOPS, "the provider has no such endpoint",                    \
      "use a service of the right type")                                                           \
    X(REFUSAL_FORBIDDEN, "forbidden", REFUSAL_STOPS, "the provider does not permit this",          \
      "nothing can be done from here")                                                             \
    X(REFUSAL_NO_SIGNATURE, "no_signature", REFUSAL_WAITS,                                         \
      "the provider has no signature of this response",                                            \
      "it is kept for 20 minutes; an older broker may never have had it")                          \
    X(REFUSAL_ENCRYPTION, "encryption", REFUSAL_STOPS,                                             \
      "the provider's encryption key is another one", "read its key again")                        \
    X(REFUSAL_TOO_LARGE, "too_large", REFUSAL_STOPS, "the request is too large",                   \
      "send less than 32 MB")                                                                      \
    X(REFUSAL_RATE, "rate", REFUSAL_WAITS, "the provider asks to slow down",                       \
      "send fewer requests a minute")                                                              \
    X(REFUSAL_NO_ATTESTATION, "no_attestation", REFUSAL_STOPS,                                     \
      "the provider only forwards: there is no enclave of the model to attest",                    \
      "nothing can be done from here")                                                             \
    X(REFUSAL_UPSTREAM, "upstream", REFUSAL_WAITS,                                                 \
      "the model behind the provider does not answer", "try later, or another provider")           \
    X(REFUSAL_BUSY, "busy", REFUSAL_WAITS, "all slots of the provider are taken", "try later")     \
    X(REFUSAL_FAULT, "fault", REFUSAL_WAITS, "the provider failed",                                \
      "try later, or another provider")                                                            \
    X(REFUSAL_REQUEST, "request", REFUSAL_STOPS, "the provider refused the request",               \
      "look at its answer")

enum refusal {
#define X(code, name, action, meaning, remedy) code,
    REFUSAL_TABLE(X)
#undef X
        REFUSAL_COUNT
};

/* What a client does next. */
enum refusal_action {
    REFUSAL_STOPS,  /* the same request is refused again */
    REFUSAL_RENEWS, /* with a new session token it may pass, once */
    REFUSAL_WAITS,  /* later it may pass */
};

/* Of an answer whose status is not 2xx. `body` need not be NUL-terminated; NULL with 0 is fine. */
enum refusal refusal_of(int status, const char *body, size_t len);

/* Stable word for machines ("no_account"). */
const char *refusal_name(enum refusal refusal);
/* Sentence parts for people: what it means, and what to do. */
const char *refusal_meaning(enum refusal refusal);
const char *refusal_remedy(enum refusal refusal);
enum refusal_action refusal_action(enum refusal refusal);

#endif
