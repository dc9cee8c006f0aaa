/* What a provider stakes with the InferenceServing contract when it registers, and gets back when
 * it leaves. Source: 0gfoundation/0g-serving-contract InferenceServing.sol. Pure, thread-safe. */
#ifndef ZEROG_STAKE_H
#define ZEROG_STAKE_H

#include "base/error.h"
#include "eth/address.h"
#include "eth/amount.h"
#include "eth/event.h"
#include <stdbool.h>

/* For filters of eth_getLogs; the first indexed argument of both is the provider. */
#define STAKE_STAKED   "0xcd6dbb0e62eeb71e114bae8b2e2547921dd19209bebf32b595be3e7d247dbbb4"
#define STAKE_RETURNED "0x17f7db034d4b59fadec3e44a684cb4396ca10fd036c4e4f718bf06e993715882"

struct stake_change {
    struct address provider;
    amount neuron;
    bool is_return;
};

/* ERR_BAD_FORMAT for another event; the errors of eth/abi.h. */
enum err stake_decode(const struct event *event, struct stake_change *change);

#endif
