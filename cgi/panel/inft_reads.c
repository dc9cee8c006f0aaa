#include "panel/inft.h"

#include "panel/chain_read.h"
#include "zerog/answer.h"

enum { NOT_ASKED = 0 /* chain id and block stand first in each chain exchange */ };

static size_t add_call(struct round *round, struct exchange *x, enum inft_call call)
{
    const struct inft_value *v = round->value;
    struct buf data = buf_make(BUF_NO_LIMIT);
    inft_put_call(&data, call, &v->id);
    size_t index = chain_call(x, &round->settings->inft, &data);
    buf_free(&data);
    return index;
}

/* Where each inference is a token, the agent's count is how many its wallet holds. */
static size_t add_balance(struct round *round, struct exchange *x)
{
    struct buf data = buf_make(BUF_NO_LIMIT);
    inft_put_balance_of(&data, &round->settings->wallet);
    size_t index = chain_call(x, &round->settings->inft, &data);
    buf_free(&data);
    return index;
}

void inft_plan_reads(struct round *round, struct exchange *x, struct inft_reads *reads)
{
    const struct inft_value *v = round->value;
    const struct inft_family_row *family = inft_family_row(v->family);
    *reads = (struct inft_reads){.owner = add_call(round, x, INFT_OWNER_OF),
                                 .uri = add_call(round, x, INFT_TOKEN_URI),
                                 .approved = add_call(round, x, INFT_GET_APPROVED)};
    if (family->has_users)
        reads->users = add_call(round, x, INFT_AUTHORIZED_USERS_OF);
    if (family->data_call != INFT_CALL_COUNT)
        reads->data = add_call(round, x, family->data_call);
    if (family->data_call == INFT_DATA_HASHES_OF)
        reads->descriptions = add_call(round, x, INFT_DATA_DESCRIPTIONS);
    if (family->has_paused)
        reads->paused = add_call(round, x, INFT_PAUSED);
    if (family->counts_inferences && round->settings->has_wallet)
        reads->balance = add_balance(round, x);
}

/* What a call returned. *bytes is NULL with ERR_OK when it was not asked or the contract refuses.
 */
static enum err read_call(struct round *round, const struct exchange *x, size_t call,
                          const uint8_t **bytes, size_t *len)
{
    *bytes = NULL;
    *len = 0;
    if (call == NOT_ASKED)
        return ERR_OK;
    enum inft_refusal refusal = inft_refusal(&x->answers[call]);
    if (refusal == INFT_FAILED)
        return x->answers[call].err;
    return refusal == INFT_ANSWERED ? chain_result(round, x, call, bytes, len) : ERR_OK;
}

/* A contract that answers in another form than its family's spoils one field and no other. */
static bool is_readable(struct inft_value *v, enum err err)
{
    if (err)
        v->notes |= INFT_NOTE_UNREADABLE;
    return !err;
}

static enum err read_owner(struct round *round, const struct exchange *x, size_t call)
{
    struct inft_value *v = round->value;
    const uint8_t *bytes;
    size_t len;
    enum err err = read_call(round, x, call, &bytes, &len);
    v->facts.no_token = inft_refusal(&x->answers[call]) == INFT_NO_TOKEN;
    if (bytes)
        v->facts.has_owner = is_readable(v, answer_address(bytes, len, &v->facts.owner));
    return err;
}

static enum err read_uri(struct round *round, const struct exchange *x, size_t call)
{
    struct inft_value *v = round->value;
    const uint8_t *bytes;
    size_t len;
    struct abi_text text;
    enum err err = read_call(round, x, call, &bytes, &len);
    if (!bytes)
        return err;
    v->has_uri = is_readable(v, answer_text(bytes, len, &text));
    if (v->has_uri)
        v->uri = inft_uri_classify(text);
    return ERR_OK;
}

static enum err read_approved(struct round *round, const struct exchange *x, size_t call)
{
    struct inft_value *v = round->value;
    const uint8_t *bytes;
    size_t len;
    struct address approved;
    enum err err = read_call(round, x, call, &bytes, &len);
    if (bytes && is_readable(v, answer_address(bytes, len, &approved)))
        v->facts.has_approved = !address_is_zero(&approved);
    return err;
}

static enum err read_users(struct round *round, const struct exchange *x, size_t call)
{
    struct inft_value *v = round->value;
    const uint8_t *bytes;
    size_t len;
    enum err err = read_call(round, x, call, &bytes, &len);
    if (bytes)
        v->has_users = is_readable(v, inft_decode_users(bytes, len, &round->keep, &v->users));
    v->facts.users = v->users.count;
    return err;
}

static enum err read_paused(struct round *round, const struct exchange *x, size_t call)
{
    struct inft_value *v = round->value;
    const uint8_t *bytes;
    size_t len;
    bool paused;
    enum err err = read_call(round, x, call, &bytes, &len);
    if (bytes && is_readable(v, answer_bool(bytes, len, &paused)))
        v->facts.paused = paused;
    return err;
}

static enum err read_content(struct round *round, const struct exchange *x,
                             const struct inft_reads *reads)
{
    struct inft_value *v = round->value;
    const uint8_t *bytes, *texts;
    size_t len, texts_len;
    enum err err = read_call(round, x, reads->data, &bytes, &len);
    if (!err)
        err = read_call(round, x, reads->descriptions, &texts, &texts_len);
    if (err || !bytes)
        return err;
    v->facts.has_content = is_readable(
        v, inft_decode_content(v->family, bytes, len, texts, texts_len, &round->keep, &v->content));
    if (!v->facts.has_content)
        return ERR_OK;
    v->facts.is_empty = v->content.is_empty;
    if (v->content.token.sealed.len)
        v->notes |= INFT_NOTE_SEALED;
    return inft_find_model(&v->content.datas, &round->keep, &v->model);
}

static enum err read_balance(struct round *round, const struct exchange *x, size_t call)
{
    struct inft_value *v = round->value;
    const uint8_t *bytes;
    size_t len;
    enum err err = read_call(round, x, call, &bytes, &len);
    if (bytes)
        v->has_inferences = is_readable(v, answer_u64(bytes, len, &v->inferences)) &&
                            v->inferences <= (UINT64_C(1) << 53);
    return err;
}

enum err inft_parse_reads(struct round *round, const struct exchange *x,
                          const struct inft_reads *reads)
{
    enum err err = read_owner(round, x, reads->owner);
    if (!err)
        err = read_uri(round, x, reads->uri);
    if (!err)
        err = read_approved(round, x, reads->approved);
    if (!err)
        err = read_users(round, x, reads->users);
    if (!err)
        err = read_paused(round, x, reads->paused);
    if (!err)
        err = read_content(round, x, reads);
    if (!err)
        err = read_balance(round, x, reads->balance);
    return err;
}
