/* 0G Storage in the operator's mode.
 *
 * agent: what the wallet stores, from the scan of its submissions, against its budget or what its
 * balance still buys. node: the operator's own storage node, from the disk and from the node.
 * network: everything that was ever stored.
 *
 * Step 0 reads the Flow contract, and whatever optional witnesses are configured. The contracts
 * behind Flow, Market and Reward, are known from the round before; the first round, and one that
 * finds another Market, walks there in steps of their own. */
#include "panel/chain_read.h"
#include "panel/scan_round.h"
#include "panel/sources.h"
#include "panel/storage_disk.h"

#include "eth/hex.h"
#include "zerog/answer.h"
#include "zerog/storage_node.h"
#include "zerog/storage_scan.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Files are paid for twelve months of 31 days where the Reward contract does not say. */
#define RELEASE_SECONDS UINT64_C(32140800)

enum { CALL_TREE = 2, CALL_FILES, CALL_FIRST_BLOCK, CALL_MARKET, CALL_BALANCE };
enum { CALL_PRICE = 2, CALL_MARKET_FLOW, CALL_REWARD };
enum { CALL_RELEASE = 2 };
enum { STEP_FLOW, STEP_MARKET, STEP_REWARD };
enum { NODE_STATUS, NODE_SHARD, NODE_SECTORS };

/* Which exchange of step 0 is whose. */
struct witnesses {
    const struct exchange *node, *indexer, *indexer_status, *scan;
};

static void call(struct exchange *x, const struct address *to, enum storage_call which)
{
    struct buf data = buf_make(BUF_NO_LIMIT);
    storage_put_call(&data, which);
    chain_call(x, to, &data);
    buf_free(&data);
}

static enum err ask_witnesses(struct round *round)
{
    const struct settings *s = round->settings;
    struct witnesses *w = arena_alloc(&round->work, sizeof *w);
    if (!w)
        return ERR_NO_MEMORY;
    round->progress = w;
    if (s->has_storage_node) {
        struct exchange *x = round_rpc(round, &s->storage_node);
        rpc_add(&x->batch, ZGS_GET_STATUS, "[]");
        rpc_add(&x->batch, ZGS_GET_SHARD_CONFIG, "[]");
        rpc_add(&x->batch, ZGS_GET_FLOW_CONTEXT, "[]");
        x->optional = s->storage_mode != STORAGE_NODE;
        w->node = x;
    }
    if (s->has_storage_indexer) {
        struct exchange *x = round_rpc(round, &s->storage_indexer);
        rpc_add(&x->batch, INDEXER_GET_SHARDED_NODES, "[]");
        x->optional = true;
        w->indexer = x;
        x = round_get(round, &s->storage_indexer, INDEXER_STATUS_PATH);
        if (!x)
            return ERR_NO_MEMORY;
        x->optional = true;
        w->indexer_status = x;
    }
    if (s->has_storage_scan) {
        struct buf path = buf_make(BUF_NO_LIMIT);
        if (s->storage_mode == STORAGE_AGENT)
            scan_put_account_path(&path, &s->wallet);
        else
            buf_puts(&path, SCAN_TOTALS_PATH);
        struct exchange *x = round_get(round, &s->storage_scan, buf_str(&path));
        buf_free(&path);
        if (!x)
            return ERR_NO_MEMORY;
        x->optional = true;
        w->scan = x;
    }
    return ERR_OK;
}

static enum err plan_flow(struct round *round)
{
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    const struct address *flow = &round->settings->flow;
    call(x, flow, FLOW_TREE);
    call(x, flow, FLOW_NUM_SUBMISSIONS);
    call(x, flow, FLOW_FIRST_BLOCK);
    call(x, flow, FLOW_MARKET);
    if (round->settings->has_wallet) {
        char wallet[ADDRESS_TEXT_BYTES], params[80];
        snprintf(params, sizeof params, "[\"%s\",\"latest\"]",
                 address_text(&round->settings->wallet, wallet));
        rpc_add(&x->batch, "eth_getBalance", params);
    }
    return ask_witnesses(round);
}

enum err storage_plan(struct round *round)
{
    if (round->step == STEP_FLOW)
        return plan_flow(round);
    const struct storage_value *v = round->value;
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    if (round->step == STEP_REWARD) {
        call(x, &v->reward, REWARD_RELEASE_SECONDS);
        return ERR_OK;
    }
    call(x, &v->market, MARKET_PRICE);
    call(x, &v->market, MARKET_FLOW);
    call(x, &v->market, MARKET_REWARD);
    return ERR_OK;
}

/* --- reading --- */

static enum err answer_at(struct round *round, size_t index, const uint8_t **bytes, size_t *len)
{
    return chain_result(round, &round->exchanges[0], index, bytes, len);
}

static enum err read_u64(struct round *round, size_t index, uint64_t *out)
{
    const uint8_t *bytes;
    size_t len;
    enum err err = answer_at(round, index, &bytes, &len);
    return err ? err : answer_u64(bytes, len, out);
}

static enum err read_address(struct round *round, size_t index, struct address *out)
{
    const uint8_t *bytes;
    size_t len;
    enum err err = answer_at(round, index, &bytes, &len);
    return err ? err : answer_address(bytes, len, out);
}

static struct storage_check *add_check(struct storage_value *v, const char *name)
{
    struct storage_check *check = &v->checks[v->check_count++];
    *check = (struct storage_check){.name = name};
    return check;
}

static void check_address(struct storage_value *v, const char *name, const struct address *ours,
                          bool known, const struct address *theirs)
{
    struct storage_check *check = add_check(v, name);
    address_text(ours, check->ours);
    if (known)
        address_text(theirs, check->theirs);
    check->agrees = known && address_equal(ours, theirs);
}

static void check_number(struct storage_value *v, const char *name, uint64_t ours, bool known,
                         uint64_t theirs)
{
    struct storage_check *check = add_check(v, name);
    snprintf(check->ours, sizeof check->ours, "%" PRIu64, ours);
    if (known)
        snprintf(check->theirs, sizeof check->theirs, "%" PRIu64, theirs);
    check->agrees = known && ours == theirs;
}

/* Which chain and contract a node, or an indexer for its nodes, follows. */
static void check_network(const struct settings *settings, struct storage_value *v,
                          const struct storage_node_status *status, const char *flow_name,
                          const char *chain_name)
{
    check_address(v, flow_name, &settings->flow, status->valid & NODE_FLOW, &status->flow);
    check_number(v, chain_name, settings->network->chain_id, status->valid & NODE_CHAIN_ID,
                 status->chain_id);
}

/* Why the node does not say how it is; older ones do not know the other calls. */
static enum err read_node(struct round *round, const struct exchange *x, struct storage_value *v)
{

    struct storage_node_status status = {0};
    enum err err = x->err ? x->err : x->answers[NODE_STATUS].err;
    if (!err)
        err = storage_node_status(x->answers[NODE_STATUS].result, &status);
    v->has_sync = status.valid & NODE_SYNC_BLOCK;
    v->sync_block = status.sync_block;
    v->has_peers = status.valid & NODE_PEERS;
    v->peers = status.peers;
    check_network(round->settings, v, &status, "node flow", "node chain id");
    check_number(v, "node submissions", v->network_files, status.valid & NODE_NEXT_INDEX,
                 status.next_index);
    struct storage_shard shard;
    uint64_t sectors;
    v->has_share = !x->err && !x->answers[NODE_SHARD].err && !x->answers[NODE_SECTORS].err &&
                   !storage_shard(x->answers[NODE_SHARD].result, &shard) &&
                   !storage_node_sectors(x->answers[NODE_SECTORS].result, &sectors) &&
                   !storage_share_bytes(sectors, &shard, &v->share_bytes);
    return err;
}

static void read_indexer(struct round *round, const struct exchange *x, struct storage_value *v)
{
    struct storage_nodes nodes;
    v->has_nodes =
        !x->err && !x->answers[0].err && !storage_nodes(x->answers[0].result, &round->work, &nodes);
    if (v->has_nodes)
        v->nodes = nodes.trusted.count + nodes.discovered.count;
}

static void read_indexer_status(const struct settings *settings, const struct exchange *x,
                                struct storage_value *v)
{
    struct storage_node_status status = {0};
    cJSON *doc = NULL;
    const cJSON *data;
    enum err err = x->err ? x->err : json_parse(x->text, x->text_len, x->max_bytes, &doc);
    if (!err && !scan_open(doc, &data))
        storage_node_status(data, &status);
    check_network(settings, v, &status, "indexer flow", "indexer chain id");
    cJSON_Delete(doc);
}

static void read_scan(struct round *round, const struct exchange *x, struct storage_value *v)
{
    cJSON *doc = NULL;
    const cJSON *data;
    struct scan_account account = {0};
    struct scan_totals totals = {0};
    enum err err = x->err ? x->err : json_parse(x->text, x->text_len, EXCHANGE_MAX_BYTES, &doc);
    if (!err)
        err = scan_open(doc, &data);
    if (!err && round->settings->storage_mode == STORAGE_AGENT) {
        err = scan_account(data, &account);
        totals.bytes = account.bytes;
        totals.files = account.files;
        v->explorer_expired = account.valid & SCAN_EXPIRED ? account.expired : 0;
    } else if (!err) {
        err = scan_totals(data, &totals);
        account.valid = totals.valid;
    }
    v->has_explorer = !err && (account.valid & SCAN_BYTES) && (account.valid & SCAN_FILES);
    v->explorer_bytes = totals.bytes;
    v->explorer_files = totals.files;
    cJSON_Delete(doc);
}

static enum err read_balance(struct round *round, amount *balance)
{
    const struct rpc_answer *answer = &round->exchanges[0].answers[CALL_BALANCE];
    const char *text = answer->err ? NULL : cJSON_GetStringValue(answer->result);
    uint8_t word[32];
    enum err err = text ? hex_quantity_word(text, word) : ERR_BAD_FORMAT;
    return err ? err : amount_from_word(word, balance);
}

static enum err read_disk(struct round *round, struct storage_value *v)
{
    const struct settings *s = round->settings;
    if (s->storage_mode != STORAGE_NODE || !s->storage_data_dir)
        return ERR_OK;
    enum err err = storage_disk_read(s->storage_data_dir, &v->disk);
    v->has_disk = !err;
    return err;
}

static enum err parse_flow(struct round *round)
{
    struct storage_value *v = arena_alloc(&round->keep, sizeof *v);
    const struct storage_value *before = round->source->value;
    const uint8_t *bytes;
    size_t len;
    if (!v)
        return ERR_NO_MEMORY;
    round->value = v;
    round->contract = round->settings->flow;
    round->has_contract = true;
    v->release_seconds = RELEASE_SECONDS;
    enum err err = answer_at(round, CALL_TREE, &bytes, &len);
    if (!err)
        err = storage_decode_tree(bytes, len, &v->sectors);
    if (!err)
        err = storage_network_bytes(v->sectors, &v->network_bytes);
    if (!err)
        err = read_u64(round, CALL_FILES, &v->network_files);
    if (!err)
        err = read_u64(round, CALL_FIRST_BLOCK, &v->first_block);
    if (!err)
        err = read_address(round, CALL_MARKET, &v->market);
    if (!err)
        err = read_disk(round, v);
    if (err)
        return err;
    v->has_balance = round->settings->has_wallet && !read_balance(round, &v->funds.balance);
    const struct witnesses *w = round->progress;
    if (w->node)
        err = read_node(round, w->node, v);
    if (err && round->settings->storage_mode == STORAGE_NODE)
        return err; /* the card is about this node */
    if (w->indexer)
        read_indexer(round, w->indexer, v);
    if (w->indexer_status)
        read_indexer_status(round->settings, w->indexer_status, v);
    if (w->scan)
        read_scan(round, w->scan, v);
    if (before && before->has_reward && address_equal(&before->market, &v->market)) {
        v->reward = before->reward;
        v->has_reward = true;
        v->release_seconds = before->release_seconds;
    }
    return ERR_OK;
}

static enum err parse_market(struct round *round)
{
    struct storage_value *v = round->value;
    const uint8_t *bytes;
    size_t len;
    struct address flow;
    bool counts = round->settings->storage_mode == STORAGE_AGENT; /* else a price is of no use */
    enum err err = answer_at(round, CALL_PRICE, &bytes, &len);
    if (!err)
        err = answer_amount(bytes, len, &v->funds.price);
    v->funds.has_market = !err && v->has_balance;
    bool known = !read_address(round, CALL_MARKET_FLOW, &flow);
    check_address(v, "market flow", &round->settings->flow, known, &flow);
    bool knew = v->has_reward;
    struct address reward;
    if (!err)
        err = read_address(round, CALL_REWARD, &reward);
    if (!err && !(knew && address_equal(&reward, &v->reward))) {
        v->reward = reward;
        v->has_reward = true;
        round->more = true;
    }
    return counts ? err : ERR_OK;
}

static void parse_reward(struct round *round)
{
    struct storage_value *v = round->value;
    uint64_t seconds;
    if (!read_u64(round, CALL_RELEASE, &seconds))
        v->release_seconds = seconds;
}

/* What the scan could not do is the card's trouble too: its sum is then not of now. */
static void look_at_scan(struct round *round)
{
    const struct source *scan = round->source->partner;
    if (scan->off)
        return;
    if (scan->err && !round->flaw)
        round->flaw = scan->err;
}

enum err storage_parse(struct round *round)
{
    enum err err = chain_check(round, &round->exchanges[0]);
    if (err)
        return err;
    if (round->step == STEP_FLOW) {
        err = parse_flow(round);
        round->more = !err;
    } else if (round->step == STEP_MARKET) {
        err = parse_market(round);
    } else {
        parse_reward(round);
    }
    look_at_scan(round);
    return err;
}

/* --- showing --- */

struct usage {
    bool has_used, has_total, has_files;
    uint64_t used, total, files, sectors;
    bool has_sectors;
    const char *total_basis;
};

static struct usage agent_usage(const struct storage_value *v,
                                const struct storage_scan_value *scan,
                                const struct settings *settings)
{
    struct usage u = {0};
    if (!scan || !scan->scan.has_head)
        return u;
    struct storage_totals sum = {scan->settled.files + scan->recent.files,
                                 scan->settled.sectors + scan->recent.sectors,
                                 scan->settled.bytes + scan->recent.bytes};
    struct storage_funds funds = v->funds;
    funds.budget = (uint64_t)settings->storage_budget;
    struct storage_capacity room = storage_capacity(&sum, &funds);
    u = (struct usage){.has_used = true,
                       .used = sum.bytes,
                       .has_files = true,
                       .files = sum.files,
                       .has_sectors = true,
                       .sectors = sum.sectors};
    u.has_total =
        room.basis == STORAGE_BUDGET || (room.basis == STORAGE_AFFORDABLE && scan->is_complete);
    u.total = room.bytes;
    u.total_basis = room.basis == STORAGE_BUDGET ? "budget" : "affordable";
    return u;
}

static struct usage node_usage(const struct storage_value *v, const struct settings *settings)
{
    struct usage u = {.has_used = v->has_disk || v->has_share,
                      .used = v->has_disk ? v->disk.used : v->share_bytes};
    uint64_t sectors = (uint64_t)settings->storage_max_sectors;
    u.has_total = sectors || v->has_disk;
    u.total = sectors ? sectors * SECTOR_BYTES : v->disk.used + v->disk.available;
    u.total_basis = sectors ? "limit" : "disk";
    return u;
}

static struct usage network_usage(const struct storage_value *v)
{
    return (struct usage){.has_used = true,
                          .used = v->network_bytes,
                          .has_files = true,
                          .files = v->network_files,
                          .has_sectors = true,
                          .sectors = v->sectors};
}

static struct usage usage_of(const struct source *source)
{
    const struct storage_value *v = source->value;
    const struct settings *settings = source->round.settings;
    switch (settings->storage_mode) {
    case STORAGE_AGENT:
        return agent_usage(v, source->partner->value, settings);
    case STORAGE_NODE:
        return node_usage(v, settings);
    case STORAGE_NETWORK:
        break;
    }
    return network_usage(v);
}

/* While the scan of the submissions goes on, their sum is only a lower bound. */
static bool is_counted(const struct source *source)
{
    const struct storage_scan_value *scan = source->partner->value;
    return source->round.settings->storage_mode != STORAGE_AGENT || (scan && scan->is_complete);
}

bool storage_used(const struct source *source, uint64_t *bytes)
{
    struct usage u = usage_of(source);
    *bytes = u.used;
    return u.has_used && is_counted(source);
}

bool storage_objects(const struct source *source, uint64_t *files)
{
    struct usage u = usage_of(source);
    *files = u.files;
    return u.has_files && is_counted(source);
}

static void put_count(struct json_writer *w, const char *key, bool known, uint64_t number)
{
    if (known && number <= INT64_MAX)
        json_put_int(w, key, (int64_t)number);
    else
        json_put_null(w, key);
}

static void put_gb(struct json_writer *w, const char *key, bool known, uint64_t bytes)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%" PRIu64 ".%09" PRIu64, bytes / 1000000000,
                       bytes % 1000000000);
    if (known)
        json_put_raw(w, key, text, (size_t)len);
    else
        json_put_null(w, key);
}

static void put_scan(struct json_writer *w, const struct source *source)
{
    const struct storage_scan_value *v = source->value;
    scan_put(w, "scan", source, v ? &v->scan : NULL, v && v->is_complete);
}

static void put_check(struct json_writer *w, const struct storage_check *check)
{
    bool known = *check->theirs;
    json_open_object(w, NULL);
    json_put_str(w, "name", check->name);
    json_put_str(w, "state", !known ? "unknown" : check->agrees ? "agrees" : "differs");
    json_put_str(w, "ours", check->ours);
    json_put_str(w, "theirs", known ? check->theirs : NULL);
    json_close_object(w);
}

/* 0G's own count against ours: it never forgets files that expired, so only files can be compared
 * once some have. */
static void put_explorer_checks(struct json_writer *w, const struct storage_value *v,
                                const struct usage *u, bool comparable)
{
    struct storage_value checks = {0};
    if (!v->has_explorer || !comparable)
        return;
    check_number(&checks, "explorer files", u->files, v->explorer_files >= v->explorer_expired,
                 v->explorer_files - v->explorer_expired);
    if (!v->explorer_expired && u->has_used)
        check_number(&checks, "explorer bytes", u->used, true, v->explorer_bytes);
    for (size_t i = 0; i < checks.check_count; i++)
        put_check(w, &checks.checks[i]);
}

static void put_node(struct json_writer *w, const struct storage_value *v,
                     const struct source *source)
{
    if (!source->round.settings->has_storage_node) {
        json_put_null(w, "node");
        return;
    }
    uint64_t head = source->head.number;
    json_open_object(w, "node");
    if (v->has_sync)
        json_put_moving(w, "syncBlock", (int64_t)v->sync_block);
    else
        json_put_null(w, "syncBlock");
    put_count(w, "lagBlocks", v->has_sync, head > v->sync_block ? head - v->sync_block : 0);
    put_count(w, "peers", v->has_peers, v->peers);
    put_count(w, "shareBytes", v->has_share, v->share_bytes);
    json_close_object(w);
}

static void put_explorer(struct json_writer *w, const struct storage_value *v)
{
    if (!v->has_explorer) {
        json_put_null(w, "explorer");
        return;
    }
    json_open_object(w, "explorer");
    put_count(w, "files", true, v->explorer_files);
    put_count(w, "bytes", true, v->explorer_bytes);
    json_close_object(w);
}

static const char *used_basis(enum storage_mode mode, const struct storage_value *v)
{
    switch (mode) {
    case STORAGE_AGENT:
        return "submissions";
    case STORAGE_NODE:
        return v->has_disk ? "disk" : "share";
    case STORAGE_NETWORK:
        break;
    }
    return "network";
}

void storage_render(struct json_writer *w, const struct source *source)
{
    static const char *const modes[] = {
        [STORAGE_AGENT] = "agent", [STORAGE_NODE] = "node", [STORAGE_NETWORK] = "network"};
    const struct storage_value *v = source->value;
    const struct settings *settings = source->round.settings;
    if (!v) {
        json_put_null(w, "storage");
        return;
    }
    enum storage_mode mode = settings->storage_mode;
    const struct storage_scan_value *scan = source->partner->value;
    struct usage u = usage_of(source);
    json_open_object(w, "storage");
    put_gb(w, "totalStorageGb", u.has_total, u.total);
    put_gb(w, "usedStorageGb", u.has_used, u.used);
    put_count(w, "objectCount", u.has_files, u.files);
    json_put_str(w, "basis", modes[mode]);
    json_put_str(w, "usedBasis", used_basis(mode, v));
    put_count(w, "usedBytes", u.has_used, u.used);
    put_count(w, "totalBytes", u.has_total, u.total);
    json_put_str(w, "totalBasis", u.has_total ? u.total_basis : NULL);
    put_count(w, "sectors", u.has_sectors, u.sectors);
    put_scan(w, source->partner);
    put_node(w, v, source);
    put_count(w, "indexerNodes", v->has_nodes, v->nodes);
    put_explorer(w, v);
    json_open_array(w, "checks");
    for (size_t i = 0; i < v->check_count; i++)
        put_check(w, &v->checks[i]);
    put_explorer_checks(w, v, &u, mode == STORAGE_AGENT && scan && scan->is_complete);
    json_close_array(w);
    json_close_object(w);
}
