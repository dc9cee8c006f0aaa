/* The `inft` object of the API. */
#include "panel/sources.h"

#include "base/buf.h"
#include "eth/hex.h"
#include <string.h>

static void put_hash(struct json_writer *w, const char *key, const uint8_t hash[32])
{
    char text[2 + 64 + 1] = "0x";
    hex_digits(hash, 32, text + 2);
    json_put_str(w, key, text);
}

static void put_address(struct json_writer *w, const char *key, bool known,
                        const struct address *address)
{
    char text[ADDRESS_TEXT_BYTES];
    json_put_str(w, key, known ? address_text(address, text) : NULL);
}

/* The name, and what says it. */
static const char *model_name(const struct inft_value *v, const char **basis)
{
    *basis = v->model.name ? "data" : v->document.model ? "metadata" : NULL;
    return v->model.name ? v->model.name : v->document.model;
}

static void put_model(struct json_writer *w, const struct inft_value *v)
{
    const char *basis, *name = model_name(v, &basis);
    json_put_str(w, "modelName", name);
    json_put_str(w, "modelBasis", basis);
    bool has_entry = v->model.basis != INFT_MODEL_NONE;
    if (has_entry)
        put_hash(w, "modelHash", v->content.datas.items[v->model.index].hash);
    else
        json_put_null(w, "modelHash");
    json_put_bool(w, "modelHashIsLabelled", has_entry && v->model.basis != INFT_MODEL_UNLABELLED);
}

static struct job_number time_of(const struct inft_moment *moment)
{
    bool known = moment->known && moment->has_time && moment->time < INT64_MAX / 1000;
    return (struct job_number){.known = known, .value = known ? (int64_t)moment->time * 1000 : 0};
}

static void put_time(struct json_writer *w, const char *key, struct job_number wall_ms)
{
    if (wall_ms.known)
        json_put_time(w, key, wall_ms.value);
    else
        json_put_null(w, key);
}

/* What the last change was, told by the transaction it happened in. */
static const char *change_of(const struct inft_value *v)
{
    const struct {
        const struct inft_moment *moment;
        const char *word;
    } moments[] = {{&v->facts.history.minted, "minted"},
                   {&v->facts.history.transferred, "transferred"},
                   {&v->facts.history.burned, "burned"}};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++)
        if (moments[i].moment->known &&
            memcmp(moments[i].moment->tx, v->updated.tx, sizeof v->updated.tx) == 0)
            return moments[i].word;
    return "data updated";
}

static void put_last_update(struct json_writer *w, const struct inft_value *v)
{
    if (!v->updated.known) {
        json_put_null(w, "lastUpdate");
        return;
    }
    json_open_object(w, "lastUpdate");
    json_put_int(w, "block", (int64_t)v->updated.block);
    put_time(w, "time", time_of(&v->updated));
    json_put_str(w, "what", change_of(v));
    json_close_object(w);
}

/* The head is left out: it moves with each round and is nothing new to a viewer. */
static void put_logs(struct json_writer *w, const struct inft_scan *scan)
{
    if (!scan->started) {
        json_put_null(w, "logs");
        return;
    }
    json_open_object(w, "logs");
    json_put_int(w, "fromBlock", (int64_t)scan->low);
    json_put_bool(w, "complete", scan->complete);
    json_close_object(w);
}

static void put_data(struct json_writer *w, const struct inft_value *v, size_t index)
{
    const struct inft_data *data = &v->content.datas.items[index];
    json_open_object(w, NULL);
    json_put_strn(w, "description", data->description.bytes, data->description.len);
    put_hash(w, "hash", data->hash);
    if (inft_hash_is_text(data->hash))
        json_put_strn(w, "hashText", (const char *)data->hash, 32);
    else
        json_put_null(w, "hashText");
    json_put_str(w, "stored",
                 index < v->stored_count ? storage_file_state_text(v->stored[index]) : NULL);
    json_close_object(w);
}

static void put_datas(struct json_writer *w, const struct inft_value *v)
{
    if (!v->facts.has_content) {
        json_put_null(w, "dataHashes");
        return;
    }
    json_open_array(w, "dataHashes");
    for (size_t i = 0; i < v->content.datas.count; i++)
        put_data(w, v, i);
    json_close_array(w);
}

static void put_users(struct json_writer *w, const struct inft_value *v)
{
    if (!v->has_users) {
        json_put_null(w, "authorizedUsers");
        return;
    }
    json_open_array(w, "authorizedUsers");
    for (size_t i = 0; i < v->users.count; i++)
        put_address(w, NULL, true, &v->users.items[i]);
    json_close_array(w);
}

static void put_metadata(struct json_writer *w, const struct inft_value *v)
{
    json_open_object(w, "metadata");
    json_put_str(w, "uriKind", v->has_uri ? inft_uri_kind_text(v->uri.kind) : NULL);
    json_put_str(w, "name", v->document.name);
    json_put_str(w, "error", v->document.err ? err_text(v->document.err) : NULL);
    json_close_object(w);
}

static void put_notes(struct json_writer *w, unsigned notes)
{
    static const char *const texts[INFT_NOTES] = {
        "the mint transaction minted nothing in this contract: check ZG_INFT_MINT_TX",
        "the mint transaction minted another token: check ZG_INFT_TOKEN_ID",
        "moved without the key to its data",
        "its metadata are encrypted",
        "the contract answers in a form that its family does not have",
        "its metadata stand in 0G Storage: set ZG_STORAGE_INDEXER",
        "the node refuses logs: the last change is not known",
    };
    json_open_array(w, "notes");
    for (size_t i = 0; i < INFT_NOTES; i++)
        if (notes & 1u << i)
            json_put_str(w, NULL, texts[i]);
    json_close_array(w);
}

/* Few families count: for the others each completed job of the agent is one. */
static void put_inferences(struct json_writer *w, const struct inft_value *v,
                           const struct jobs_value *jobs)
{
    bool by_contract = v->has_family && inft_family_row(v->family)->counts_inferences;
    bool known = by_contract ? v->has_inferences : jobs->exists;
    int64_t count = by_contract ? (int64_t)v->inferences : jobs->completed;
    if (known)
        json_put_int(w, "inferenceCount", count);
    else
        json_put_null(w, "inferenceCount");
    json_put_str(w, "inferenceBasis",
                 !known        ? NULL
                 : by_contract ? "tokens held"
                               : "recorded jobs");
}

/* The newest of what the chain and what the agent says. */
static void put_last_active(struct json_writer *w, const struct inft_value *v,
                            const struct jobs_value *jobs)
{
    struct job_number log = time_of(&v->updated), job = jobs->last_completed_ms;
    bool by_job = job.known && (!log.known || job.value > log.value);
    put_time(w, "lastActive", by_job ? job : log);
    json_put_str(w, "lastActiveBasis", by_job ? "last job" : log.known ? "last log" : NULL);
}

/* What the card itself needs, in the names that every version has. */
static void put_card(struct json_writer *w, const struct inft_value *v,
                     const struct source *jobs_source)
{
    static const struct jobs_value nothing;
    const struct jobs_value *jobs = jobs_source->value ? jobs_source->value : &nothing;
    char id[WORD_TEXT_BYTES];
    json_put_str(w, "tokenId", v->has_id ? word_text(v->id.word, id) : "");
    json_put_str(w, "status", inft_card_text(v->status.card));
    put_model(w, v);
    put_inferences(w, v, jobs);
    put_last_active(w, v, jobs);
}

void inft_render(struct json_writer *w, const struct source *inft, const struct source *jobs)
{
    const struct inft_value *v = inft->value;
    if (!v) {
        json_put_null(w, "inft");
        return;
    }
    const struct inft_family_row *family = inft_family_row(v->family);
    json_open_object(w, "inft");
    put_card(w, v, jobs);
    json_put_str(w, "lifecycle", v->status.word);
    json_put_str(w, "derivedFrom", v->status.why);
    put_address(w, "contract", true, &inft->contract);
    json_put_str(w, "family", v->has_family ? family->id : NULL);
    json_put_str(w, "familyName", v->has_family ? family->name : NULL);
    put_address(w, "owner", v->facts.has_owner, &v->facts.owner);
    put_datas(w, v);
    put_users(w, v);
    put_metadata(w, v);
    put_last_update(w, v);
    put_logs(w, &v->scan);
    put_notes(w, v->notes);
    json_close_object(w);
}
