/* An answer to eth_getLogs through everything that reads logs: submissions, settlements, the
 * history of a token, a receipt. Sums must hold what their parts hold. */
#include "eth/event.h"

#include "base/json.h"
#include "require.h"
#include "zerog/inft_history.h"
#include "zerog/settlement.h"
#include "zerog/storage.h"
#include <string.h>

enum { MAX_TEXT = 1 << 18, MAX_LOGS = 64 };

static void read_submissions(const struct event *events, size_t count)
{
    struct storage_totals totals = {0}, files = {0};
    struct submission kept[MAX_LOGS];
    for (size_t i = 0; i < count; i++) {
        struct submission s;
        if (storage_decode_submit(&events[i], &s))
            continue;
        require(s.sectors && s.bytes <= s.sectors * SECTOR_BYTES);
        require(s.start + s.sectors > s.start);
        if (storage_totals_add(&totals, &s))
            continue;
        require(totals.bytes / SECTOR_BYTES <= totals.sectors);
        kept[files.files++] = s;
    }
    require(totals.files == files.files);
    while (files.files)
        require(!storage_totals_remove(&totals, &kept[--files.files]));
    require(!totals.files && !totals.sectors && !totals.bytes);
}

static void read_settlements(const struct event *events, size_t count, struct arena *arena)
{
    struct settlement *list;
    struct settlement_sum *sums;
    size_t settlements, rows, counted = 0;
    const struct settlement_contracts contracts = {&events[0].contract,
                                                   &events[count - 1].contract};
    if (settlement_join(events, count, &contracts, arena, &list, &settlements))
        return;
    require(settlements <= count);
    for (size_t i = 1; i < settlements; i++)
        require(event_compare(list[i - 1].result, list[i].result) < 0);
    require(!settlement_sums(list, settlements, arena, &sums, &rows));
    for (size_t i = 0; i < rows; i++) {
        require(sums[i].users && sums[i].users <= sums[i].count);
        require(sums[i].partial + sums[i].failed <= sums[i].count);
        counted += sums[i].count;
    }
    require(counted == settlements);
}

static void read_histories(const struct event *events, size_t count)
{
    for (size_t t = 0; t < EVENT_MAX_TOPICS; t++) {
        struct inft_history history = {0}, again = {0};
        struct token_id id;
        memcpy(id.word, events[0].topics[t], sizeof id.word);
        for (size_t i = 0; i < count; i++)
            inft_history_add(&history, &events[i], &events[0].contract, &id);
        for (size_t i = count; i-- > 0;)
            inft_history_add(&again, &events[i], &events[0].contract, &id);
        require(history.updated.known == again.updated.known &&
                history.updated.block == again.updated.block);
        require(history.minted.block == again.minted.block);
        require(!history.burned.known || history.updated.known);
        inft_moved_without_key(&history);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    cJSON *doc;
    if (json_parse((const char *)data, len, MAX_TEXT, &doc))
        return 0;
    struct arena arena = arena_make(1 << 22);
    struct event *events;
    size_t count;
    enum inft_mint mint;
    struct token_id id;
    struct address nobody = {{0}};
    inft_mint_receipt(doc, &nobody, &arena, &mint, &id);
    if (!events_parse(doc, MAX_LOGS, &arena, &events, &count) && count) {
        require(count <= MAX_LOGS);
        for (size_t i = 0; i < count; i++)
            require(events[i].topic_count <= EVENT_MAX_TOPICS && !events[i].removed);
        read_submissions(events, count);
        read_settlements(events, count, &arena);
        read_histories(events, count);
    }
    arena_free(&arena);
    cJSON_Delete(doc);
    return 0;
}
