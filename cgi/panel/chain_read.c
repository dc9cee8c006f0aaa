#include "panel/chain_read.h"

#include "base/clock.h"
#include "eth/hex.h"

enum { CALL_CHAIN_ID, CALL_HEAD };

const struct endpoint *chain_endpoint(const struct settings *settings)
{
    return &settings->chain_rpc;
}

struct exchange *chain_exchange(struct round *round)
{
    struct exchange *x = round_rpc(round, chain_endpoint(round->settings));
    if (!x)
        return NULL;
    rpc_add(&x->batch, "eth_chainId", "[]");
    rpc_add(&x->batch, "eth_getBlockByNumber", "[\"latest\",false]");
    return x;
}

size_t chain_call(struct exchange *x, const struct address *to, struct buf *data)
{
    size_t index = rpc_add_eth_call(&x->batch, to, (const uint8_t *)buf_str(data), data->len);
    if (data->err)
        x->batch.body.err = data->err; /* the whole batch then fails where it is sent */
    buf_reset(data);
    return index;
}

static enum err read_head(const struct rpc_answer *answer, struct head *head)
{
    if (answer->err)
        return answer->err;
    const char *number = json_get_str(answer->result, "number");
    const char *timestamp = json_get_str(answer->result, "timestamp");
    uint64_t seconds;
    if (!number || !timestamp || hex_quantity(number, &head->number) ||
        hex_quantity(timestamp, &seconds) || seconds > INT64_MAX / 1000)
        return ERR_BAD_FORMAT;
    if (head->number > (UINT64_C(1) << 53))
        return ERR_OVERFLOW; /* block numbers are JSON numbers in our replies */
    head->time_ms = (int64_t)seconds * 1000;
    return ERR_OK;
}

/* Where this machine's clock is behind, no age says anything, and an old head would pass. */
static enum err flaw_of(const struct head *head, int64_t most_ms)
{
    const int64_t age_ms = clock_wall_ms() - head->time_ms;
    return age_ms > most_ms ? ERR_HEAD_STUCK : age_ms < -most_ms ? ERR_HEAD_AHEAD : ERR_OK;
}

enum err chain_check(struct round *round, const struct exchange *x)
{
    uint64_t chain_id;
    enum err err = rpc_quantity(&x->answers[CALL_CHAIN_ID], &chain_id);
    if (err)
        return err;
    if (chain_id != round->settings->network->chain_id)
        return ERR_WRONG_CHAIN;
    struct head head;
    err = read_head(&x->answers[CALL_HEAD], &head);
    if (err)
        return err;
    if (!round->has_head || head.number < round->head.number)
        round->head = head;
    round->has_head = true;
    round->flaw = flaw_of(&round->head, round->settings->head_max_age_ms);
    return ERR_OK;
}

enum err chain_result(struct round *round, const struct exchange *x, size_t index,
                      const uint8_t **bytes, size_t *len)
{
    return rpc_bytes(&x->answers[index], &round->keep, bytes, len);
}
