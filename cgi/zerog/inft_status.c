#include "zerog/inft_status.h"

#include <string.h>

enum inft_phase inft_phase_parse(const char *word)
{
    static const char *const words[] = {
        [INFT_PHASE_UNKNOWN] = "",        [INFT_PHASE_DEPLOYING] = "deploying",
        [INFT_PHASE_RUNNING] = "running", [INFT_PHASE_STOPPED] = "stopped",
        [INFT_PHASE_OFFLINE] = "offline", [INFT_PHASE_FAILED] = "failed",
    };
    for (enum inft_phase p = INFT_PHASE_DEPLOYING; word && p <= INFT_PHASE_FAILED; p++)
        if (strcmp(word, words[p]) == 0)
            return p;
    return INFT_PHASE_UNKNOWN;
}

static bool node_failed(const struct inft_facts *f)
{
    return f->failure != ERR_OK;
}

static bool not_deployed(const struct inft_facts *f)
{
    return !f->has_code;
}

static bool mint_pending(const struct inft_facts *f)
{
    return f->mint == INFT_MINT_PENDING;
}

static bool mint_failed(const struct inft_facts *f)
{
    return f->mint == INFT_MINT_FAILED;
}

static bool burned(const struct inft_facts *f)
{
    return f->no_token && f->history.burned.known;
}

static bool never_minted(const struct inft_facts *f)
{
    return f->no_token && f->history_complete;
}

static bool no_token(const struct inft_facts *f)
{
    return f->no_token;
}

static bool owner_unknown(const struct inft_facts *f)
{
    return !f->has_owner;
}

/* Contracts without a burn function are "burned" by giving the token to 0x...dead. */
static bool owned_by_nobody(const struct inft_facts *f)
{
    static const struct address dead = {{[18] = 0xde, [19] = 0xad}};
    return address_is_zero(&f->owner) || address_equal(&f->owner, &dead);
}

static bool paused(const struct inft_facts *f)
{
    return f->paused;
}

static bool transfer_pending(const struct inft_facts *f)
{
    return f->has_approved;
}

static bool listed(const struct inft_facts *f)
{
    return f->listed;
}

/* A head behind the log is a node that lags behind another: the move is as new as can be. */
static bool transferring(const struct inft_facts *f)
{
    const struct inft_moment *moved = &f->history.transferred;
    return moved->known && (f->head < moved->block || f->head - moved->block < INFT_CONFIRMATIONS);
}

static bool authorised(const struct inft_facts *f)
{
    return f->users > 0;
}

static bool empty(const struct inft_facts *f)
{
    return f->has_content && f->is_empty;
}

static bool deploying(const struct inft_facts *f)
{
    return f->phase == INFT_PHASE_DEPLOYING;
}

static bool stopped(const struct inft_facts *f)
{
    return f->phase == INFT_PHASE_STOPPED;
}

static bool offline(const struct inft_facts *f)
{
    return f->phase == INFT_PHASE_OFFLINE;
}

static bool failed(const struct inft_facts *f)
{
    return f->phase == INFT_PHASE_FAILED;
}

static bool running(const struct inft_facts *f)
{
    return f->phase == INFT_PHASE_RUNNING;
}

static bool always(const struct inft_facts *f)
{
    (void)f;
    return true;
}

/* In order; the first that holds. */
static const struct {
    bool (*holds)(const struct inft_facts *facts);
    struct inft_status status;
} rules[] = {
    {node_failed, {"UNKNOWN", INFT_CARD_UNKNOWN, "the node did not answer"}},
    {not_deployed, {"NOT DEPLOYED", INFT_CARD_INACTIVE, "no contract at the address"}},
    {mint_pending, {"MINTING", INFT_CARD_MINTING, "the mint transaction is in no block yet"}},
    {mint_failed, {"MINT FAILED", INFT_CARD_INACTIVE, "the mint transaction was reverted"}},
    {burned, {"BURNED", INFT_CARD_INACTIVE, "no owner, and a transfer to nobody in the logs"}},
    {never_minted, {"NOT MINTED", INFT_CARD_INACTIVE, "no owner, and no transfer in the logs"}},
    {no_token,
     {"NOT MINTED", INFT_CARD_INACTIVE, "no owner; not minted, or burned before the logs we read"}},
    {owner_unknown, {"UNKNOWN", INFT_CARD_UNKNOWN, "the contract does not tell an owner"}},
    {owned_by_nobody, {"BURNED", INFT_CARD_INACTIVE, "the owner is an address of nobody"}},
    {paused, {"PAUSED", INFT_CARD_INACTIVE, "paused() of the contract"}},
    {transfer_pending,
     {"TRANSFER PENDING", INFT_CARD_ACTIVE, "getApproved() lets another address take it"}},
    {listed, {"LISTED", INFT_CARD_ACTIVE, "isApprovedForAll() lets a market move it"}},
    {transferring,
     {"TRANSFERRING", INFT_CARD_INACTIVE, "moved less than 12 blocks ago, by its last transfer"}},
    {authorised, {"AUTHORISED", INFT_CARD_ACTIVE, "authorizedUsersOf() is not empty"}},
    {empty, {"MINTED NO DATA", INFT_CARD_INACTIVE, "minted, and no data are stored with it"}},
    {deploying, {"MINTING", INFT_CARD_MINTING, "0G's attestor says deploying"}},
    {stopped, {"stopped", INFT_CARD_INACTIVE, "0G's attestor says stopped"}},
    {offline, {"offline", INFT_CARD_INACTIVE, "0G's attestor says offline"}},
    {failed, {"FAILED", INFT_CARD_INACTIVE, "0G's attestor says failed"}},
    {running, {"ACTIVE", INFT_CARD_ACTIVE, "owned, with data; 0G's attestor says running"}},
    {always, {"ACTIVE", INFT_CARD_ACTIVE, "owned, with nothing that speaks against it"}},
};

struct inft_status inft_derive_status(const struct inft_facts *facts)
{
    size_t i = 0;
    while (!rules[i].holds(facts))
        i++;
    return rules[i].status;
}

const char *inft_card_text(enum inft_card card)
{
    static const char *const texts[] = {
        [INFT_CARD_UNKNOWN] = NULL,
        [INFT_CARD_ACTIVE] = "active",
        [INFT_CARD_MINTING] = "minting",
        [INFT_CARD_INACTIVE] = "inactive",
    };
    return texts[card];
}
