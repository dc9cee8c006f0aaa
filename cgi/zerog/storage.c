#include "zerog/storage.h"

#include "eth/abi.h"

static const uint32_t selectors[] = {
    [FLOW_TREE] = 0xfd54b228u,
    [FLOW_NUM_SUBMISSIONS] = 0x77e19824u,
    [FLOW_MARKET] = 0x80f55605u,
    [FLOW_PAUSED] = 0x5c975abbu,
    [FLOW_FIRST_BLOCK] = 0x231b0268u,
    [MARKET_PRICE] = 0x61ec5082u,
    [MARKET_FLOW] = 0x343aad82u,
    [MARKET_REWARD] = 0x228cb733u,
    [REWARD_RELEASE_SECONDS] = 0x21295931u,
};

void storage_put_call(struct buf *out, enum storage_call call)
{
    abi_put_selector(out, selectors[call]);
}

enum err storage_decode_tree(const uint8_t *data, size_t len, uint64_t *sectors)
{
    if (!len)
        return ERR_NO_CONTRACT;
    struct abi view = abi_make(data, len);
    const uint8_t *height; /* not used, but an answer without it is not one of tree() */
    uint64_t length;
    enum err err = abi_word(&view, 1, &height);
    if (!err)
        err = abi_u64(&view, 0, &length);
    if (!err && !length)
        err = ERR_BAD_FORMAT;
    if (!err)
        *sectors = length;
    return err;
}

enum err storage_network_bytes(uint64_t sectors, uint64_t *bytes)
{
    if (!sectors || sectors - 1 > UINT64_MAX / SECTOR_BYTES)
        return ERR_OVERFLOW;
    *bytes = (sectors - 1) * SECTOR_BYTES;
    return ERR_OK;
}

const char *const storage_submit_signatures[SUBMIT_SIGNATURES] = {
    /* Submit(address,bytes32,uint256,uint256,uint256,(uint256,bytes,(bytes32,uint256)[])) */
    "0x167ce04d2aa1981994d3a31695da0d785373335b1078cec239a1a3a2c7675555",
    /* the same with the submitter as the tuple's last member: contracts of December 2025 */
    "0x94f588428522352594673c39e898a7c60df1d9e764b648bad25a312fcde0c2de",
};

static bool is_submit(const struct event *event)
{
    for (size_t i = 0; i < SUBMIT_SIGNATURES; i++)
        if (event_is(event, storage_submit_signatures[i]))
            return true;
    return false;
}

enum err storage_decode_submit(const struct event *event, struct submission *submission)
{
    if (!is_submit(event))
        return ERR_NOT_FOUND;
    struct submission s;
    struct abi view = event_data(event), tuple;
    enum err err = event_address(event, 1, &s.sender);
    if (!err)
        err = abi_u64(&view, 0, &s.index);
    if (!err)
        err = abi_u64(&view, 1, &s.start);
    if (!err)
        err = abi_u64(&view, 2, &s.sectors);
    if (!err)
        err = abi_tuple(&view, 3, &tuple);
    if (!err)
        err = abi_u64(&tuple, 0, &s.bytes);
    if (err)
        return err;
    if (s.sectors > UINT64_MAX / SECTOR_BYTES || s.start > UINT64_MAX - s.sectors)
        return ERR_OVERFLOW;
    if (!s.sectors || s.bytes > s.sectors * SECTOR_BYTES)
        return ERR_BAD_FORMAT;
    *submission = s;
    return ERR_OK;
}

uint64_t storage_expiry(uint64_t time, uint64_t release_seconds)
{
    return release_seconds > UINT64_MAX - time ? UINT64_MAX : time + release_seconds;
}

enum err storage_totals_add(struct storage_totals *totals, const struct submission *submission)
{
    struct storage_totals sum;
    if (__builtin_add_overflow(totals->files, 1, &sum.files) ||
        __builtin_add_overflow(totals->sectors, submission->sectors, &sum.sectors) ||
        __builtin_add_overflow(totals->bytes, submission->bytes, &sum.bytes))
        return ERR_OVERFLOW;
    *totals = sum;
    return ERR_OK;
}

enum err storage_totals_remove(struct storage_totals *totals, const struct submission *submission)
{
    struct storage_totals rest;
    if (__builtin_sub_overflow(totals->files, 1, &rest.files) ||
        __builtin_sub_overflow(totals->sectors, submission->sectors, &rest.sectors) ||
        __builtin_sub_overflow(totals->bytes, submission->bytes, &rest.bytes))
        return ERR_OVERFLOW;
    *totals = rest;
    return ERR_OK;
}

struct storage_capacity storage_capacity(const struct storage_totals *totals,
                                         const struct storage_funds *funds)
{
    const struct storage_capacity none = {.basis = STORAGE_NO_TOTAL};
    if (funds->budget)
        return (struct storage_capacity){.basis = STORAGE_BUDGET, .bytes = funds->budget};
    if (!funds->has_market || !funds->price)
        return none;
    amount sectors, bytes;
    if (amount_add(totals->sectors, funds->balance / funds->price, &sectors) ||
        amount_mul(sectors, SECTOR_BYTES, &bytes) || bytes > UINT64_MAX)
        return none;
    return (struct storage_capacity){.basis = STORAGE_AFFORDABLE, .bytes = (uint64_t)bytes};
}
