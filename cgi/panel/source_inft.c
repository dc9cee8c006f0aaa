/* The agent's iNFT: one token of a contract whose family is found by probing it.
 *
 * LOOK: is there a contract, how the mint transaction stands, and the probes once the token's id is
 * known (it may be known only from the mint's receipt: then LOOK is done twice).
 * READ: what the contract says of the token, and the next windows of its logs.
 * SCAN: more of them, where the node is one's own.
 * FOLLOW: what these point to: the block of the last change, the metadata, the stored data.
 *
 * Only what the contract says can fail the round; logs, metadata and storage add to it. */
#include "panel/chain_read.h"
#include "panel/sources.h"

#include "eth/hex.h"
#include <stdio.h>
#include <string.h>

enum stage { LOOK, READ, SCAN, FOLLOW };

enum { SCANS_MAX = 8 /* in one round */ };

struct progress {
    enum stage stage;
    size_t code, receipt, probes; /* calls of LOOK */
    bool has_probes;
    struct inft_reads reads;
    struct inft_windows windows;
    int scans;
    struct exchange *scan, *block, *document, *stored; /* NULL: not asked */
};

/* --- LOOK --- */

static enum err plan_look(struct round *round, struct progress *p)
{
    const struct settings *s = round->settings;
    const struct inft_value *v = round->value;
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    char address[ADDRESS_TEXT_BYTES], params[96];
    snprintf(params, sizeof params, "[\"%s\",\"latest\"]", address_text(&s->inft, address));
    p->code = rpc_add(&x->batch, "eth_getCode", params);
    if (s->inft_mint_tx) {
        snprintf(params, sizeof params, "[\"%s\"]", s->inft_mint_tx);
        p->receipt = rpc_add(&x->batch, "eth_getTransactionReceipt", params);
    }
    p->has_probes = v->has_id;
    struct buf data = buf_make(BUF_NO_LIMIT);
    for (size_t i = 0; p->has_probes && i < INFT_PROBES; i++) {
        inft_put_probe(&data, i, &v->id);
        size_t call = chain_call(x, &s->inft, &data);
        if (i == 0)
            p->probes = call;
    }
    buf_free(&data);
    return ERR_OK;
}

static enum err parse_code(struct round *round, const struct rpc_answer *answer)
{
    struct inft_value *v = round->value;
    const uint8_t *code;
    size_t len;
    enum err err = rpc_bytes(answer, &round->work, &code, &len);
    v->facts.has_code = !err && len > 0;
    return err;
}

static enum err parse_receipt(struct round *round, const struct rpc_answer *answer)
{
    struct inft_value *v = round->value;
    struct token_id minted;
    if (answer->err)
        return answer->err;
    enum err err = inft_mint_receipt(answer->result, &round->settings->inft, &round->work,
                                     &v->facts.mint, &minted);
    if (err == ERR_NOT_FOUND) {
        v->facts.mint = INFT_MINT_NONE;
        v->notes |= INFT_NOTE_NO_MINT;
        return ERR_OK;
    }
    if (err || v->facts.mint != INFT_MINT_DONE)
        return err;
    const char *block = json_get_str(answer->result, "blockNumber");
    if (!block || hex_quantity(block, &v->mint_block))
        return ERR_BAD_FORMAT;
    if (v->has_id && !token_id_equal(&v->id, &minted)) {
        v->notes |= INFT_NOTE_OTHER_TOKEN;
        v->facts.mint = INFT_MINT_NONE; /* it says nothing of the token that is configured */
    }
    if (!v->has_id)
        v->id = minted;
    v->has_id = true;
    return ERR_OK;
}

static enum err parse_look(struct round *round, struct progress *p)
{
    const struct exchange *x = &round->exchanges[0];
    struct inft_value *v = round->value;
    enum err err = chain_check(round, x);
    if (!err)
        err = parse_code(round, &x->answers[p->code]);
    if (err || !v->facts.has_code)
        return err;
    if (round->settings->inft_mint_tx)
        err = parse_receipt(round, &x->answers[p->receipt]);
    bool is_minting = v->facts.mint == INFT_MINT_PENDING || v->facts.mint == INFT_MINT_FAILED;
    if (err || is_minting || !v->has_id)
        return err;
    round->more = true;
    if (!p->has_probes)
        return ERR_OK; /* the receipt has told the id: look again */
    err = inft_detect(&x->answers[p->probes], &round->work, &v->family);
    v->has_family = !err && v->family != INFT_UNKNOWN;
    p->stage = READ;
    return err || v->has_family ? err : ERR_NO_CONTRACT;
}

/* --- READ --- */

static enum err plan_read(struct round *round, struct progress *p)
{
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    inft_plan_reads(round, x, &p->reads);
    p->scan = inft_plan_scan(round, &p->windows);
    return ERR_OK;
}

/* The time of a block is asked once: it never changes, and one may ask for it in each round. */
static bool know_time(struct round *round)
{
    struct inft_value *v = round->value;
    const struct inft_value *before = round->source->value;
    if (!v->updated.known || v->updated.has_time)
        return true;
    if (!before || !before->updated.has_time || before->updated.block != v->updated.block ||
        memcmp(before->updated.tx, v->updated.tx, sizeof v->updated.tx) != 0)
        return false;
    v->updated.time = before->updated.time;
    v->updated.has_time = true;
    return true;
}

static void use_history(struct inft_value *v)
{
    v->facts.history = v->scan.seen;
    v->facts.history_complete = v->scan.complete;
    v->updated = v->scan.seen.updated;
    if (inft_family_row(v->family)->publishes_key && inft_moved_without_key(&v->scan.seen))
        v->notes |= INFT_NOTE_NO_KEY;
}

static void parse_scan(struct round *round, struct progress *p)
{
    if (p->scan)
        inft_parse_scan(round, p->scan, &p->windows);
    bool goes_on = p->scan && ++p->scans < SCANS_MAX && inft_scan_goes_on(round, p->scan);
    p->stage = goes_on ? SCAN : FOLLOW;
    round->more = true;
    if (!goes_on)
        use_history(round->value);
}

static enum err parse_read(struct round *round, struct progress *p)
{
    const struct exchange *x = &round->exchanges[0];
    enum err err = chain_check(round, x);
    if (!err)
        err = inft_parse_reads(round, x, &p->reads);
    if (err)
        return err;
    parse_scan(round, p);
    return ERR_OK;
}

/* --- FOLLOW --- */

static struct exchange *plan_block(struct round *round)
{
    const struct inft_value *v = round->value;
    struct exchange *x = round_rpc(round, chain_endpoint(round->settings));
    if (!x)
        return NULL;
    struct buf params = buf_make(BUF_NO_LIMIT);
    buf_puts(&params, "[\"");
    hex_put_quantity(&params, v->updated.block);
    buf_puts(&params, "\",false]");
    rpc_add(&x->batch, "eth_getBlockByNumber", buf_str(&params));
    if (params.err)
        x->batch.body.err = params.err;
    buf_free(&params);
    x->optional = true;
    return x;
}

static enum err plan_follow(struct round *round, struct progress *p)
{
    p->block = know_time(round) ? NULL : plan_block(round);
    p->document = inft_plan_document(round);
    p->stored = inft_plan_stored(round);
    return ERR_OK;
}

static void parse_block(struct round *round, const struct exchange *x)
{
    struct inft_value *v = round->value;
    const struct rpc_answer *answer = &x->answers[0];
    const char *time = x->err || answer->err ? NULL : json_get_str(answer->result, "timestamp");
    v->updated.has_time = time && !hex_quantity(time, &v->updated.time);
}

static void parse_follow(struct round *round, struct progress *p)
{
    if (p->block)
        parse_block(round, p->block);
    if (p->document)
        inft_parse_document(round, p->document);
    if (p->stored)
        inft_parse_stored(round, p->stored);
}

/* --- the round --- */

static enum err start(struct round *round)
{
    struct inft_value *v = arena_alloc(&round->keep, sizeof *v);
    struct progress *p = arena_alloc(&round->work, sizeof *p);
    if (!v || !p)
        return ERR_NO_MEMORY;
    const struct inft_value *before = round->source->value;
    v->has_id = round->settings->has_inft_token;
    v->id = round->settings->inft_token;
    if (!v->has_id && before && before->has_id) {
        v->id = before->id; /* as the mint transaction told */
        v->has_id = true;
    }
    round->value = v;
    round->progress = p;
    round->contract = round->settings->inft;
    round->has_contract = true;
    return ERR_OK;
}

enum err inft_plan(struct round *round)
{
    enum err err = round->step == 0 ? start(round) : ERR_OK;
    if (err)
        return err;
    struct progress *p = round->progress;
    switch (p->stage) {
    case LOOK:
        return plan_look(round, p);
    case READ:
        return plan_read(round, p);
    case SCAN:
        p->scan = inft_plan_scan(round, &p->windows);
        return ERR_OK;
    case FOLLOW:
        return plan_follow(round, p);
    }
    return ERR_OK;
}

enum err inft_parse(struct round *round)
{
    struct progress *p = round->progress;
    struct inft_value *v = round->value;
    enum err err = ERR_OK;
    switch (p->stage) {
    case LOOK:
        err = parse_look(round, p);
        break;
    case READ:
        err = parse_read(round, p);
        break;
    case SCAN:
        parse_scan(round, p);
        break;
    case FOLLOW:
        parse_follow(round, p);
        break;
    }
    if (err || round->more)
        return err;
    v->facts.head = round->head.number;
    v->status = inft_derive_status(&v->facts);
    return ERR_OK;
}

const char *inft_off(const struct settings *settings)
{
    if (!settings->has_inft)
        return "no iNFT is configured · since the start · set ZG_INFT_CONTRACT and "
               "ZG_INFT_TOKEN_ID";
    if (!settings->has_inft_token && !settings->inft_mint_tx)
        return "no token is configured · since the start · set ZG_INFT_TOKEN_ID or "
               "ZG_INFT_MINT_TX";
    return NULL;
}
