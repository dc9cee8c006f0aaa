/* How a call ended: success, or exactly one class of failure. The classes are tried in the order of
 * the table, the first that fits is the call's; what each means stands in docs/benchmark.md. Pure,
 * thread-safe. */
#ifndef BENCH_OUTCOME_H
#define BENCH_OUTCOME_H

#include "base/error.h"
#include <stdbool.h>

/* Success: the transport ended well, HTTP 2xx, a token, a clean end (finish_reason or [DONE]), no
 * error object, inside the time-outs. `http_4xx` and `http_5xx` carry the status: "http_4xx:404".
 */
#define OUTCOME_TABLE(X)                                                                           \
    X(OUTCOME_OK, "ok")                                                                            \
    X(OUTCOME_REFUSED_ADDRESS, "refused_address")                                                  \
    X(OUTCOME_TIMEOUT_CONNECT, "timeout_connect")                                                  \
    X(OUTCOME_TIMEOUT_FIRST_TOKEN, "timeout_first_token")                                          \
    X(OUTCOME_TIMEOUT_STALL, "timeout_stall")                                                      \
    X(OUTCOME_TIMEOUT_TOTAL, "timeout_total")                                                      \
    X(OUTCOME_DNS, "dns")                                                                          \
    X(OUTCOME_TLS, "tls")                                                                          \
    X(OUTCOME_CONNECT, "connect")                                                                  \
    X(OUTCOME_RATE_LIMITED, "rate_limited")                                                        \
    X(OUTCOME_AUTH, "auth")                                                                        \
    X(OUTCOME_BALANCE, "balance")                                                                  \
    X(OUTCOME_NOT_ACKNOWLEDGED, "not_acknowledged")                                                \
    X(OUTCOME_HTTP_4XX, "http_4xx")                                                                \
    X(OUTCOME_HTTP_5XX, "http_5xx")                                                                \
    X(OUTCOME_STREAM_ERROR, "stream_error")                                                        \
    X(OUTCOME_TRUNCATED, "truncated")                                                              \
    X(OUTCOME_EMPTY, "empty")                                                                      \
    X(OUTCOME_BUDGET, "budget")                                                                    \
    X(OUTCOME_CANCELLED, "cancelled")

enum outcome {
#define X(code, name) code,
    OUTCOME_TABLE(X)
#undef X
        OUTCOME_COUNT
};

enum { OUTCOME_TEXT_BYTES = 32 };

/* The word of the report, with the status where the class carries it. Returns `text`. */
char *outcome_text(enum outcome outcome, int http_status, char text[OUTCOME_TEXT_BYTES]);

/* The reverse; ERR_BAD_FORMAT for any other word. *http_status is 0 where the class carries none.
 */
enum err outcome_parse(const char *text, enum outcome *outcome, int *http_status);

/* Whether the latency of such a call is a lower bound: it would have taken longer. */
bool outcome_is_timeout(enum outcome outcome);

#endif
