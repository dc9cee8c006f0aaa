#include "panel/gate.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

bool gate_init(struct gate *gate, size_t per_minute)
{
    *gate = (struct gate){.closed_until_ms = INT64_MIN};
    if (per_minute == 0)
        return true;
    gate->per_minute = per_minute < GATE_MAX_PER_MINUTE ? per_minute : GATE_MAX_PER_MINUTE;
    gate->times = malloc(gate->per_minute * sizeof *gate->times);
    for (size_t i = 0; gate->times && i < gate->per_minute; i++)
        gate->times[i] = INT64_MIN / 2; /* long ago */
    return gate->times != NULL;
}

void gate_free(struct gate *gate)
{
    free(gate->times);
    *gate = (struct gate){0};
}

int64_t gate_wait_ms(const struct gate *gate, int64_t now_ms)
{
    int64_t open_ms = gate->closed_until_ms;
    /* The slot to be overwritten next holds the oldest of the last N requests. */
    if (gate->times && gate->times[gate->next] + MINUTE_MS > open_ms)
        open_ms = gate->times[gate->next] + MINUTE_MS;
    return open_ms > now_ms ? open_ms - now_ms : 0;
}

void gate_pass(struct gate *gate, int64_t now_ms)
{
    if (!gate->times)
        return;
    gate->times[gate->next] = now_ms;
    gate->next = (gate->next + 1) % gate->per_minute;
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
