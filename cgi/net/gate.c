#include "net/gate.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

bool gate_init(struct gate *gate, size_t per_minute)
{
    *gate = (struct gate){.closed_until_ms = INT64_MIN};
    if (per_minute == 0)
        return true;
    gate->per_minute = per_minute < GATE_MAX_PER_MINUTE ? per_minute : GATE_MAX_PER_MINUTE;
    gate->passages = malloc(gate->per_minute * sizeof *gate->passages);
    for (size_t i = 0; gate->passages && i < gate->per_minute; i++)
        gate->passages[i] = (struct gate_passage){.at_ms = INT64_MIN / 2}; /* long ago */
    return gate->passages != NULL;
}

void gate_free(struct gate *gate)
{
    free(gate->passages);
    *gate = (struct gate){0};
}

int64_t gate_wait_ms(const struct gate *gate, int64_t now_ms)
{
    int64_t open_ms = gate->closed_until_ms;
    /* The slot to be overwritten next holds the oldest of the last N requests. */
    if (gate->passages && gate->passages[gate->next].at_ms + MINUTE_MS > open_ms)
        open_ms = gate->passages[gate->next].at_ms + MINUTE_MS;
    return open_ms > now_ms ? open_ms - now_ms : 0;
}

int64_t gate_scan_wait_ms(const struct gate *gate, int64_t now_ms)
{
    /* Slots taken in the last minute, those of scans counted twice: one for itself, and one that
     * stays for live reads. From the newest back: what must grow old until one more fits. */
    size_t taken = 2;
    for (size_t i = 1; gate->passages && i <= gate->per_minute; i++) {
        size_t at = (gate->next + gate->per_minute - i) % gate->per_minute;
        const struct gate_passage *passage = &gate->passages[at];
        if (passage->at_ms + MINUTE_MS <= now_ms)
            break;
        taken += passage->is_scan ? 2 : 1;
        if (taken > gate->per_minute)
            return passage->at_ms + MINUTE_MS - now_ms;
    }
    return gate_wait_ms(gate, now_ms);
}

static void note_passage(struct gate *gate, int64_t now_ms, bool is_scan)
{
    if (!gate->passages)
        return;
    gate->passages[gate->next] = (struct gate_passage){.at_ms = now_ms, .is_scan = is_scan};
    gate->next = (gate->next + 1) % gate->per_minute;
}

void gate_pass(struct gate *gate, int64_t now_ms)
{
    note_passage(gate, now_ms, false);
}

void gate_pass_scan(struct gate *gate, int64_t now_ms)
{
    note_passage(gate, now_ms, true);
}

bool gate_is_closed(const struct gate *gate, int64_t now_ms)
{
    return gate->closed_until_ms > now_ms;
}

void gate_close(struct gate *gate, int64_t until_ms)
{
    if (until_ms > gate->closed_until_ms)
        gate->closed_until_ms = until_ms;
}

struct gate *gate_table_find(struct gate_table *table, const char *host, size_t per_minute)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].host, host) == 0)
            return &table->rows[i].gate;
    if (table->count == GATE_HOSTS_MAX)
        return &table->rows[table->count - 1].gate;
    char *name = strdup(host);
    struct gate *gate = &table->rows[table->count].gate;
    if (!name || !gate_init(gate, per_minute)) {
        free(name);
        return NULL;
    }
    table->rows[table->count++].host = name;
    return gate;
}

void gate_table_free(struct gate_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->rows[i].host);
        gate_free(&table->rows[i].gate);
    }
    table->count = 0;
}
