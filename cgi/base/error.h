/* The one error type. Every function that can fail returns `enum err`; 0 is success, so
 * `if (err)` reads naturally. Codes are fine-grained enough that err_text() makes a sentence an
 * operator understands; whoever knows the context (which source, which setting) adds it.
 * Thread-safety: everything here is pure. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#define ERR_TABLE(X)                                                                               \
    X(ERR_NO_MEMORY, "no_memory", "out of memory")                                                 \
    X(ERR_SYSTEM, "system", "the operating system refused")                                        \
    X(ERR_CONFIG, "config", "the configuration is wrong")                                          \
    /* data from outside */                                                                        \
    X(ERR_TOO_LARGE, "too_large", "the answer is larger than its limit")                           \
    X(ERR_TRUNCATED, "truncated", "the data ends too early")                                       \
    X(ERR_BAD_OFFSET, "bad_offset", "an offset points outside the data")                           \
    X(ERR_BAD_LENGTH, "bad_length", "a length or count is larger than the data")                   \
    X(ERR_OVERFLOW, "overflow", "a number is too large")                                           \
    X(ERR_BAD_FORMAT, "bad_format", "the data does not have the expected form")                    \
    X(ERR_NOT_JSON, "not_json", "the answer is not JSON")                                          \
    X(ERR_NOT_FOUND, "not_found", "there is no such thing")                                        \
    X(ERR_NO_FIGURES, "no_figures", "the answer has none of the figures looked for")               \
    /* the way there */                                                                            \
    X(ERR_BAD_URL, "bad_url", "the URL cannot be used")                                            \
    X(ERR_DNS, "dns", "the host name cannot be resolved")                                          \
    X(ERR_CONNECT, "connect", "the connection is refused or broken")                               \
    X(ERR_TLS, "tls", "the TLS certificate or handshake is not valid")                             \
    X(ERR_REFUSED_ADDRESS, "refused_address", "the address is private and not allowed")            \
    X(ERR_TIMEOUT, "timeout", "no complete answer within the deadline")                            \
    X(ERR_HTTP_STATUS, "http_status", "the HTTP status is not a success")                          \
    X(ERR_RATE_LIMITED, "rate_limited", "the server asks to slow down (429)")                      \
    X(ERR_OWN_LIMIT, "own_limit", "our own limit of requests a minute is reached")                 \
    X(ERR_CANCELLED, "cancelled", "the request was cancelled")                                     \
    /* JSON-RPC and chain */                                                                       \
    X(ERR_RPC, "rpc_error", "the node answers with an error")                                      \
    X(ERR_REVERTED, "reverted", "the contract reverts the call")                                   \
    X(ERR_NO_CONTRACT, "no_contract", "no contract of this kind at the address")                   \
    X(ERR_WRONG_CHAIN, "wrong_chain", "the node serves another chain")                             \
    X(ERR_CHANGED, "changed", "the list changed while its pages were read")                        \
    X(ERR_NOT_LISTED, "not_listed", "the contract lists no such service")                          \
    X(ERR_HEAD_STUCK, "head_stuck", "the newest block is too old")                                 \
    X(ERR_HEAD_AHEAD, "head_ahead", "the newest block is from the future")

enum err {
    ERR_OK = 0,
#define X(code, name, text) code,
    ERR_TABLE(X)
#undef X
        ERR_COUNT
};

/* Stable word for machines ("timeout"); "ok" for ERR_OK. Static storage. */
const char *err_name(enum err err);

/* Sentence part for people ("no complete answer within the deadline"). Static storage. */
const char *err_text(enum err err);

#endif
