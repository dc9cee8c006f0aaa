/* What 0G Storage nodes and indexers say of themselves and of files, over JSON-RPC.
 * Source: 0gfoundation/0g-storage-node rpc/src/zgs and 0gfoundation/0g-storage-client indexer.
 * Every member of a reply is optional here: older nodes leave some out. The documents stay owned by
 * the caller and must outlive texts that are read from them. Pure, thread-safe. */
#ifndef ZEROG_STORAGE_NODE_H
#define ZEROG_STORAGE_NODE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "eth/address.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Methods and their params. zgs_* belong to a node, indexer_* to an indexer. A node's admin_*
 * methods can shut it down and are never called. */
#define ZGS_GET_STATUS            "zgs_getStatus"
#define ZGS_GET_SHARD_CONFIG      "zgs_getShardConfig"
#define ZGS_GET_FLOW_CONTEXT      "zgs_getFlowContext"
#define ZGS_GET_FILE_INFO         "zgs_getFileInfo"
#define INDEXER_GET_SHARDED_NODES "indexer_getShardedNodes"
/* REST of an indexer: zgs_getStatus of its nodes as one, in the envelope of zerog/storage_scan.h.
 */
#define INDEXER_STATUS_PATH        "/node/status"
#define INDEXER_GET_FILE_LOCATIONS "indexer_getFileLocations"

/* Params of zgs_getFileInfo (prefers a submission whose data is there) and of
 * indexer_getFileLocations. */
void storage_put_file_info_params(struct buf *out, const uint8_t root[32]);
void storage_put_locations_params(struct buf *out, const uint8_t root[32]);

enum {
    NODE_PEERS = 1 << 0,
    NODE_SYNC_BLOCK = 1 << 1,
    NODE_NEXT_INDEX = 1 << 2,
    NODE_CHAIN_ID = 1 << 3,
    NODE_FLOW = 1 << 4,
};

struct storage_node_status {
    unsigned valid;      /* NODE_ bits */
    uint64_t peers;      /* connected */
    uint64_t sync_block; /* the last block whose submissions the node has read */
    uint64_t next_index; /* submissions the node knows of */
    uint64_t chain_id;
    struct address flow; /* the Flow contract the node follows */
};

/* zgs_getStatus. ERR_BAD_FORMAT when the reply is no object. */
enum err storage_node_status(const cJSON *result, struct storage_node_status *status);

/* Of `count` shards the node holds the segments i with i % count == id. */
struct storage_shard {
    uint64_t id, count;
};

/* zgs_getShardConfig, and `config` of an indexer's nodes. ERR_BAD_FORMAT unless count is a power of
 * two of at most 2^32 and id is below it. */
enum err storage_shard(const cJSON *result, struct storage_shard *shard);

/* zgs_getFlowContext: the sectors the node has synced. ERR_BAD_FORMAT unless it is [root, length]
 * with a length of 1 or more. */
enum err storage_node_sectors(const cJSON *result, uint64_t *sectors);

/* Bytes of the segments that fall to a shard of a network of `sectors`, an upper estimate: nodes do
 * not tell what they store. ERR_OVERFLOW. */
enum err storage_share_bytes(uint64_t sectors, const struct storage_shard *shard, uint64_t *bytes);

enum storage_file_state {
    FILE_UNKNOWN,   /* the node never heard of it */
    FILE_ANNOUNCED, /* paid on chain; no data has come */
    FILE_UPLOADING,
    FILE_STORED,
    FILE_PRUNED, /* was stored and is dropped */
};

struct storage_file {
    enum storage_file_state state;
    uint64_t bytes, index;               /* has_tx only: size and submission */
    uint64_t segments, segments_present; /* has_tx only, has_progress only */
    bool has_tx, has_progress;
};

/* zgs_getFileInfo, and `data` of an indexer's GET /file/info/<root>. null means unknown.
 * ERR_BAD_FORMAT when it is neither null nor an object that says finalized and pruned. */
enum err storage_file(const cJSON *result, struct storage_file *file);

/* "stored" and so on, for people. Static storage. */
const char *storage_file_state_text(enum storage_file_state state);

/* --- indexer --- */

enum { STORAGE_MAX_NODES = 10000 };

struct storage_location {
    const char *url; /* foreign; owned by the document */
    struct storage_shard shard;
    uint64_t latency_ms; /* has_latency only */
    bool has_latency;
};

struct storage_locations {
    struct storage_location *nodes; /* in the arena */
    size_t count;
    size_t skipped; /* entries that could not be read */
    /* How many whole copies the nodes hold together: the smallest number of times that any shard is
     * covered. */
    uint64_t replicas;
};

/* indexer_getFileLocations: where a file is; null means nowhere. ERR_BAD_FORMAT, ERR_TOO_LARGE
 * above STORAGE_MAX_NODES, ERR_NO_MEMORY. */
enum err storage_locations(const cJSON *result, struct arena *arena,
                           struct storage_locations *locations);

struct storage_nodes {
    struct storage_locations trusted, discovered;
};

/* indexer_getShardedNodes; either list may be null. Errors as storage_locations(). */
enum err storage_nodes(const cJSON *result, struct arena *arena, struct storage_nodes *nodes);

#endif
