#include "zerog/ledger.h"

#include "eth/abi.h"

#define GET_LEDGER          0xf7cd6af9u
#define MIN_ACCOUNT_BALANCE 0xac30b622u
#define MIN_TRANSFER_AMOUNT 0x3c3dbbc7u

void ledger_put_get(struct buf *out, const struct address *user)
{
    abi_put_selector(out, GET_LEDGER);
    abi_put_address(out, user);
}

void ledger_put_min_balance(struct buf *out)
{
    abi_put_selector(out, MIN_ACCOUNT_BALANCE);
}

void ledger_put_min_transfer(struct buf *out)
{
    abi_put_selector(out, MIN_TRANSFER_AMOUNT);
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
