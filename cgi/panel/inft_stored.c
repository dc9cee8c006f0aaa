/* Whether the token's data are still in 0G Storage. A hash that storage does not know is no error:
 * many contracts hold the hash of the content, which is no root. */
#include "panel/inft.h"

#include "eth/hex.h"

static size_t count_roots(const struct inft_value *v)
{
    size_t count = v->content.datas.count;
    return count < INFT_ROOTS_MAX ? count : INFT_ROOTS_MAX;
}

static struct exchange *ask_node(struct round *round, size_t count)
{
    const struct inft_value *v = round->value;
    struct exchange *x = round_rpc(round, &round->settings->storage_node);
    for (size_t i = 0; x && i < count; i++) {
        struct buf params = buf_make(BUF_NO_LIMIT);
        storage_put_file_info_params(&params, v->content.datas.items[i].hash);
        rpc_add(&x->batch, ZGS_GET_FILE_INFO, buf_str(&params));
        if (params.err)
            x->batch.body.err = params.err;
        buf_free(&params);
    }
    return x;
}

static struct exchange *ask_indexer(struct round *round, size_t count)
{
    const struct inft_value *v = round->value;
    struct buf path = buf_make(BUF_NO_LIMIT);
    for (size_t i = 0; i < count; i++) {
        buf_puts(&path, i ? "&cid=" : "/files/info?cid=");
        hex_put(&path, v->content.datas.items[i].hash, 32);
    }
    struct exchange *x =
        path.err ? NULL : round_get(round, &round->settings->storage_indexer, buf_str(&path));
    buf_free(&path);
    return x;
}

struct exchange *inft_plan_stored(struct round *round)
{
    const struct settings *s = round->settings;
    size_t count = count_roots(round->value);
    struct exchange *x = NULL;
    if (count && s->has_storage_node)
        x = ask_node(round, count);
    else if (count && s->has_storage_indexer)
        x = ask_indexer(round, count);
    if (x)
        x->optional = true;
    return x;
}

static enum err read_state(const cJSON *result, enum storage_file_state *state)
{
    struct storage_file file;
    enum err err = storage_file(result, &file);
    if (!err)
        *state = file.state;
    return err;
}

static enum err read_node(struct inft_value *v, const struct exchange *x)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < x->batch.count && !err; i++) {
        err = x->answers[i].err;
        if (!err)
            err = read_state(x->answers[i].result, &v->stored[i]);
    }
    return err;
}

/* In place of a file's information the indexer may have a text that says what went wrong. */
static enum err read_indexer(struct inft_value *v, const struct exchange *x, size_t count)
{
    cJSON *doc;
    enum err err = json_parse(x->text, x->text_len, EXCHANGE_MAX_BYTES, &doc);
    if (err)
        return err;
    const cJSON *data = json_get(doc, "data");
    if (!cJSON_IsArray(data) || (size_t)cJSON_GetArraySize(data) != count)
        err = ERR_BAD_FORMAT;
    for (size_t i = 0; i < count && !err; i++)
        err = read_state(cJSON_GetArrayItem(data, (int)i), &v->stored[i]);
    cJSON_Delete(doc);
    return err;
}

void inft_parse_stored(struct round *round, const struct exchange *x)
{
    struct inft_value *v = round->value;
    size_t count = count_roots(v);
    enum err err = x->err;
    if (!err)
        err = x->path ? read_indexer(v, x, count) : read_node(v, x);
    v->stored_count = err ? 0 : count;
}
