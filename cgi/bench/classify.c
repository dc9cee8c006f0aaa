#include "bench/classify.h"

bool status_is_success(int http_status)
{
    return http_status >= 200 && http_status <= 299;
}

/* Without a connection neither the first token nor the end was what the call waited for. */
static enum outcome stopped_class(const struct call_facts *facts)
{
    if (facts->stopped == OUTCOME_CANCELLED || facts->connected)
        return facts->stopped;
    return OUTCOME_TIMEOUT_CONNECT;
}

/* No status line came. */
static enum outcome way_class(enum err err)
{
    switch (err) {
    case ERR_DNS:
        return OUTCOME_DNS;
    case ERR_TLS:
        return OUTCOME_TLS;
    default:
        return OUTCOME_CONNECT;
    }
}

static enum outcome status_class(const struct call_facts *facts)
{
    if (facts->http_status >= 500)
        return OUTCOME_HTTP_5XX;
    if (facts->http_status == 429)
        return OUTCOME_RATE_LIMITED;
    switch (facts->refusal) {
    case REFUSAL_RATE:
        return OUTCOME_RATE_LIMITED;
    case REFUSAL_CREDENTIAL:
    case REFUSAL_SESSION:
    case REFUSAL_OLD_BROKER:
        return OUTCOME_AUTH;
    case REFUSAL_BALANCE:
    case REFUSAL_NO_ACCOUNT:
        return OUTCOME_BALANCE;
    case REFUSAL_NOT_ACKNOWLEDGED:
    case REFUSAL_NOT_APPROVED:
        return OUTCOME_NOT_ACKNOWLEDGED;
    default:
        return OUTCOME_HTTP_4XX;
    }
}

static bool is_cut(enum err err)
{
    return err == ERR_TRUNCATED || err == ERR_CONNECT || err == ERR_TLS;
}

/* Under a status of success. What is no cut is a reply that we could not or would not read. */
static enum outcome reply_class(const struct call_facts *facts)
{
    if (facts->error_object || (facts->err && !is_cut(facts->err)))
        return OUTCOME_STREAM_ERROR;
    if (facts->err || (facts->anything && !facts->whole))
        return OUTCOME_TRUNCATED;
    return facts->text ? OUTCOME_OK : OUTCOME_EMPTY;
}

enum outcome classify(const struct call_facts *facts)
{
    if (facts->err == ERR_REFUSED_ADDRESS)
        return OUTCOME_REFUSED_ADDRESS;
    if (facts->stopped)
        return stopped_class(facts);
    if (facts->err == ERR_TIMEOUT)
        return facts->connected ? OUTCOME_TIMEOUT_TOTAL : OUTCOME_TIMEOUT_CONNECT;
    if (facts->http_status == 0)
        return way_class(facts->err);
    return status_is_success(facts->http_status) ? reply_class(facts) : status_class(facts);
}
