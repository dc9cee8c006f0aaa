#include "zerog/stake.h"

#include "eth/abi.h"

enum err stake_decode(const struct event *event, struct stake_change *change)
{
    struct abi data = event_data(event);
    change->is_return = event_is(event, STAKE_RETURNED);
    if (!change->is_return && !event_is(event, STAKE_STAKED))
        return ERR_BAD_FORMAT;
    enum err err = event_address(event, 1, &change->provider);
    return err ? err : abi_amount(&data, 0, &change->neuron);
}
