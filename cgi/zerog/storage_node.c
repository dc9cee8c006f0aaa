#include "zerog/storage_node.h"

#include "base/json.h"
#include "eth/hex.h"
#include "zerog/members.h"
#include "zerog/storage.h"
#include <stdlib.h>

static void put_root(struct buf *out, const uint8_t root[32], const char *rest)
{
    buf_puts(out, "[\"");
    hex_put(out, root, 32);
    buf_puts(out, rest);
}

void storage_put_file_info_params(struct buf *out, const uint8_t root[32])
{
    put_root(out, root, "\",true]");
}

void storage_put_locations_params(struct buf *out, const uint8_t root[32])
{
    put_root(out, root, "\"]");
}

#define FIELD(name) offsetof(struct storage_node_status, name)

static const struct member status_members[] = {
    {"connectedPeers", MEMBER_UINT, FIELD(peers), NODE_PEERS},
    {"logSyncHeight", MEMBER_UINT, FIELD(sync_block), NODE_SYNC_BLOCK},
    {"nextTxSeq", MEMBER_UINT, FIELD(next_index), NODE_NEXT_INDEX},
};

static const struct member identity_members[] = {
    {"chainId", MEMBER_UINT, FIELD(chain_id), NODE_CHAIN_ID},
    {"flowAddress", MEMBER_ADDRESS, FIELD(flow), NODE_FLOW},
};

#undef FIELD

enum err storage_node_status(const cJSON *result, struct storage_node_status *status)
{
    *status = (struct storage_node_status){0};
    if (!cJSON_IsObject(result))
        return ERR_BAD_FORMAT;
    status->valid = members_read(result, status_members,
                                 sizeof status_members / sizeof *status_members, status);
    status->valid |= members_read(json_get(result, "networkIdentity"), identity_members,
                                  sizeof identity_members / sizeof *identity_members, status);
    return ERR_OK;
}

enum err storage_shard(const cJSON *result, struct storage_shard *shard)
{
    uint64_t id, count;
    if (!json_get_uint(result, "shardId", &id) || !json_get_uint(result, "numShard", &count))
        return ERR_BAD_FORMAT;
    if (!count || (count & (count - 1)) || count > UINT64_C(1) << 32 || id >= count)
        return ERR_BAD_FORMAT;
    *shard = (struct storage_shard){.id = id, .count = count};
    return ERR_OK;
}

enum err storage_node_sectors(const cJSON *result, uint64_t *sectors)
{
    const cJSON *root = cJSON_IsArray(result) ? result->child : NULL;
    const cJSON *length = root ? root->next : NULL;
    if (!cJSON_IsString(root) || !cJSON_IsNumber(length) || length->next)
        return ERR_BAD_FORMAT;
    double number = length->valuedouble;
    if (!(number >= 1 && number <= 9007199254740992.0) || number != (double)(uint64_t)number)
        return ERR_BAD_FORMAT;
    *sectors = (uint64_t)number;
    return ERR_OK;
}

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

enum err storage_share_bytes(uint64_t sectors, const struct storage_shard *shard, uint64_t *bytes)
{
    uint64_t segments = divide_up(divide_up(sectors, SEGMENT_SECTORS), shard->count);
    return __builtin_mul_overflow(segments, (uint64_t)SEGMENT_SECTORS * SECTOR_BYTES, bytes)
               ? ERR_OVERFLOW
               : ERR_OK;
}

/* What the flags of a file mean, the first row that fits. */
static const struct {
    bool pruned, finalized, any_data;
    enum storage_file_state state;
} file_states[] = {
    {.pruned = true, .state = FILE_PRUNED},
    {.finalized = true, .state = FILE_STORED},
    {.any_data = true, .state = FILE_UPLOADING},
    {.state = FILE_ANNOUNCED},
};

static enum storage_file_state tell_state(bool pruned, bool finalized, bool any_data)
{
    size_t i = 0;
    while ((file_states[i].pruned && !pruned) || (file_states[i].finalized && !finalized) ||
           (file_states[i].any_data && !any_data))
        i++;
    return file_states[i].state;
}

enum err storage_file(const cJSON *result, struct storage_file *file)
{
    *file = (struct storage_file){.state = FILE_UNKNOWN};
    if (cJSON_IsNull(result))
        return ERR_OK;
    bool finalized, pruned, cached = false;
    if (!json_get_bool(result, "finalized", &finalized))
        return ERR_BAD_FORMAT;
    if (!json_get_bool(result, "pruned", &pruned))
        pruned = false; /* nodes that never prune do not say it */
    json_get_bool(result, "isCached", &cached);
    const cJSON *tx = json_get(result, "tx");
    file->has_tx =
        json_get_uint(tx, "size", &file->bytes) && json_get_uint(tx, "seq", &file->index);
    file->has_progress = json_get_uint(result, "uploadedSegNum", &file->segments_present);
    file->segments = divide_up(file->bytes, (uint64_t)SEGMENT_SECTORS * SECTOR_BYTES);
    file->state = tell_state(pruned, finalized, cached || file->segments_present);
    return ERR_OK;
}

const char *storage_file_state_text(enum storage_file_state state)
{
    static const char *const texts[] = {
        [FILE_UNKNOWN] = "not known",       [FILE_ANNOUNCED] = "announced, no data",
        [FILE_UPLOADING] = "uploading",     [FILE_STORED] = "stored",
        [FILE_PRUNED] = "no longer stored",
    };
    return texts[state];
}

static bool read_location(const cJSON *entry, struct storage_location *location)
{
    *location = (struct storage_location){.url = json_get_str(entry, "url")};
    location->has_latency = json_get_uint(entry, "latency", &location->latency_ms);
    return location->url && !storage_shard(json_get(entry, "config"), &location->shard);
}

/* Where a shard stands in the binary tree of all shards, as a fraction of 2^64: the shard (id, n)
 * covers the two shards (id, 2n) and (id + n, 2n), so it is the bits of id, lowest first. */
struct interval {
    uint64_t start, last;
};

static struct interval interval_of(const struct storage_shard *shard)
{
    struct interval i = {0, UINT64_MAX};
    uint64_t width = UINT64_MAX;
    for (uint64_t n = 1, id = shard->id; n < shard->count; n *= 2, id >>= 1) {
        width >>= 1;
        if (id & 1)
            i.start += width + 1;
    }
    i.last = i.start + width;
    return i;
}

/* An end of an interval: one more copy from `at` on, or one less. */
struct edge {
    uint64_t at;
    int change;
};

static int compare_edges(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

/* The smallest depth of coverage over all of [0, 2^64). */
static uint64_t smallest_cover(struct edge *edges, size_t count)
{
    qsort(edges, count, sizeof *edges, compare_edges);
    if (!count || edges[0].at != 0)
        return 0;
    int64_t depth = 0, smallest = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        depth += edges[i].change;
        bool whole_place = i + 1 == count || edges[i + 1].at != edges[i].at;
        if (whole_place && depth < smallest)
            smallest = depth;
    }
    return (uint64_t)smallest;
}

static enum err count_replicas(struct storage_locations *locations, struct arena *arena)
{
    struct edge *edges = arena_array(arena, locations->count * 2, sizeof *edges);
    if (!edges)
        return ERR_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < locations->count; i++) {
        struct interval range = interval_of(&locations->nodes[i].shard);
        edges[count++] = (struct edge){range.start, 1};
        if (range.last != UINT64_MAX)
            edges[count++] = (struct edge){range.last + 1, -1};
    }
    locations->replicas = smallest_cover(edges, count);
    return ERR_OK;
}

enum err storage_locations(const cJSON *result, struct arena *arena,
                           struct storage_locations *locations)
{
    *locations = (struct storage_locations){0};
    if (cJSON_IsNull(result))
        return ERR_OK;
    if (!cJSON_IsArray(result))
        return ERR_BAD_FORMAT;
    size_t total = (size_t)cJSON_GetArraySize(result);
    if (total > STORAGE_MAX_NODES)
        return ERR_TOO_LARGE;
    locations->nodes = arena_array(arena, total, sizeof *locations->nodes);
    if (!locations->nodes)
        return ERR_NO_MEMORY;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, result)
    {
        struct storage_location location;
        if (read_location(entry, &location))
            locations->nodes[locations->count++] = location;
    }
    locations->skipped = total - locations->count;
    return count_replicas(locations, arena);
}

enum err storage_nodes(const cJSON *result, struct arena *arena, struct storage_nodes *nodes)
{
    *nodes = (struct storage_nodes){0};
    const cJSON *trusted = json_get(result, "trusted"),
                *discovered = json_get(result, "discovered");
    if (!trusted || !discovered)
        return ERR_BAD_FORMAT;
    enum err err = storage_locations(trusted, arena, &nodes->trusted);
    return err ? err : storage_locations(discovered, arena, &nodes->discovered);
}
