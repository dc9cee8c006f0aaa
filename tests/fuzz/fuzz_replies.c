/* JSON of storage nodes, indexers, the storage scan, the status API, mirror nodes and brokers, each
 * through every reader: a server may answer any request with anything. */
#include "base/json.h"
#include "require.h"
#include "zerog/broker.h"
#include "zerog/inft_metadata.h"
#include "zerog/status.h"
#include "zerog/storage_node.h"
#include "zerog/storage_scan.h"
#include "zerog/task_result.h"
#include "zerog/topic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEXT = 1 << 16 };

static void look_at_locations(const struct storage_locations *l)
{
    require(l->count <= STORAGE_MAX_NODES && l->replicas <= l->count);
    for (size_t i = 0; i < l->count; i++)
        require(l->nodes[i].url && l->nodes[i].shard.id < l->nodes[i].shard.count);
}

static void read_storage(const cJSON *doc, struct arena *arena)
{
    struct storage_node_status status;
    struct storage_shard shard;
    struct storage_file file;
    struct storage_locations locations;
    struct storage_nodes nodes;
    uint64_t sectors, bytes;
    storage_node_status(doc, &status);
    if (!storage_node_sectors(doc, &sectors))
        require(sectors > 0);
    if (!storage_shard(doc, &shard))
        require(shard.id < shard.count && !storage_share_bytes(1 << 20, &shard, &bytes));
    if (!storage_file(doc, &file))
        require(storage_file_state_text(file.state) != NULL);
    if (!storage_locations(doc, arena, &locations))
        look_at_locations(&locations);
    if (!storage_nodes(doc, arena, &nodes)) {
        look_at_locations(&nodes.trusted);
        look_at_locations(&nodes.discovered);
    }
}

static void read_scan(const cJSON *doc)
{
    const cJSON *data;
    struct scan_account account;
    struct scan_totals totals;
    if (scan_open(doc, &data))
        data = doc;
    scan_account(data, &account);
    if (!scan_totals(data, &totals) && (totals.valid & SCAN_TIME))
        require(llabs((long long)totals.time_ms) < 1LL << 48);
}

static void read_status(const cJSON *doc, struct arena *arena)
{
    struct health_report report;
    if (status_read(doc, arena, &report))
        return;
    for (size_t i = 0; i < report.count; i++) {
        const struct service_health *s = &report.services[i];
        require(health_text(s->health) != NULL);
        require(!(s->valid & SERVICE_UPTIME) ||
                (s->uptime_percent >= 0 && s->uptime_percent <= 100));
        require(isfinite(s->response_ms.avg) && s->response_ms.avg >= 0);
        const char *model = s->valid & SERVICE_MODEL ? s->model : "";
        require(!(s->valid & SERVICE_MODEL) ||
                status_find(&report, &s->provider, model, strlen(model)) != NULL);
    }
}

static void read_topic(const cJSON *doc, struct arena *arena)
{
    struct topic_page page;
    struct task_result result;
    broker_is_quote(doc);
    broker_is_error(doc);
    if (!task_result_read(doc, &result))
        require(result.task_id && result.status);
    if (topic_read_page(doc, arena, &page))
        return;
    require(page.count <= TOPIC_PAGE_MAX);
    struct buf text = buf_make(TASK_RESULT_MAX);
    for (size_t i = 0, last; i < page.count; i++) {
        char time[CONSENSUS_TEXT_BYTES];
        consensus_ns again;
        require(!consensus_parse(consensus_text(page.messages[i].time, time), &again) &&
                again == page.messages[i].time);
        buf_reset(&text);
        if (!topic_assemble(&page, i, &text, &last))
            require(last >= i && last < page.count);
    }
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    cJSON *doc;
    if (json_parse((const char *)data, len, MAX_TEXT, &doc))
        return 0;
    struct arena arena = arena_make(1 << 24);
    struct inft_metadata metadata;
    read_storage(doc, &arena);
    read_scan(doc);
    read_status(doc, &arena);
    read_topic(doc, &arena);
    inft_metadata_read(doc, &metadata);
    arena_free(&arena);
    cJSON_Delete(doc);
    return 0;
}
