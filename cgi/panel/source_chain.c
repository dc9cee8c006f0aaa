/* The chain itself: newest block, and what the agent's wallet holds. */
#include "panel/chain_read.h"
#include "panel/sources.h"

#include "eth/hex.h"
#include <stdio.h>

enum { WALLET_CALL = 2 };

enum err chain_plan(struct round *round)
{
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    if (round->settings->has_wallet) {
        char wallet[ADDRESS_TEXT_BYTES], params[80];
        snprintf(params, sizeof params, "[\"%s\",\"latest\"]",
                 address_text(&round->settings->wallet, wallet));
        rpc_add(&x->batch, "eth_getBalance", params);
    }
    return ERR_OK;
}

/* A balance is a QUANTITY that may need more than 64 bits. */
static enum err read_balance(const struct rpc_answer *answer, amount *balance)
{
    if (answer->err)
        return answer->err;
    const char *text = cJSON_GetStringValue(answer->result);
    uint8_t word[32];
    enum err err = text ? hex_quantity_word(text, word) : ERR_BAD_FORMAT;
    return err ? err : amount_from_word(word, balance);
}

enum err chain_parse(struct round *round)
{
    const struct exchange *x = &round->exchanges[0];
    enum err err = chain_check(round, x);
    struct chain_value *v = err ? NULL : arena_alloc(&round->keep, sizeof *v);
    if (err || !v)
        return err ? err : ERR_NO_MEMORY;
    if (round->settings->has_wallet) {
        /* Without a balance the head is still worth having. */
        v->has_balance = read_balance(&x->answers[WALLET_CALL], &v->balance) == ERR_OK;
    }
    round->value = v;
    return ERR_OK;
}
