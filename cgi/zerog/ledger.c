#include "zerog/ledger.h"

#include "eth/abi.h"

#define GET_LEDGER 0xf7cd6af9u

void ledger_put_get(struct buf *out, const struct address *user)
{
    abi_put_selector(out, GET_LEDGER);
    abi_put_address(out, user);
}

enum err ledger_decode(const uint8_t *data, size_t len, struct ledger *ledger)
{
    if (!len)
        return ERR_NO_CONTRACT;
    struct abi view = abi_make(data, len), tuple;
    enum err err = abi_tuple(&view, 0, &tuple);
    if (!err)
        err = abi_amount(&tuple, 1, &ledger->available);
    if (!err)
        err = abi_amount(&tuple, 2, &ledger->total);
    return err;
}
