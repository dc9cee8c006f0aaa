#include "panel/source.h"

#include "base/clock.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *source_state_name(enum source_state state)
{
    static const char *const names[] = {"fresh", "stale", "error", "off"};
    return names[state];
}

void source_init(struct source *s, const struct source_row *row, const struct settings *settings)
{
    *s = (struct source){
        .row = row,
        .pace = settings->network->simulated ? row->local : row->public_pace,
        .off = row->off(settings),
        .keep = arena_make(ROUND_MAX_BYTES),
        .failing_since_ms = clock_wall_ms(),
        .due_ms = clock_mono_ms(),
        .round = {.source = s,
                  .settings = settings,
                  .work = arena_make(ROUND_MAX_BYTES),
                  .keep = arena_make(ROUND_MAX_BYTES)},
    };
}

void source_free(struct source *s)
{
    if (s->row && s->row->free_own)
        s->row->free_own(s->own);
    s->own = NULL;
    arena_free(&s->keep);
    arena_free(&s->round.work);
    arena_free(&s->round.keep);
}

enum source_state source_state(const struct source *s, int64_t mono_ms)
{
    if (s->off)
        return STATE_OFF;
    if (!s->value)
        return STATE_ERROR;
    if (s->flawed || mono_ms - s->fetched_mono_ms > s->pace.stale_after_ms)
        return STATE_STALE;
    return STATE_FRESH;
}

/* What an operator can do. The first %s is the variable of the endpoint, the second the time of the
 * next try. */
static const char *const remedies[ERR_COUNT] = {
    [ERR_DNS] = "check the host name in %s and this machine's resolver",
    [ERR_CONNECT] = "check that the node runs and that %s is right",
    [ERR_TLS] = "check the certificate of the host in %s",
    [ERR_TIMEOUT] = "check the node and the way to it, or set another %s",
    [ERR_REFUSED_ADDRESS] = "if the address in %s is yours, add its range to ZG_ALLOW_PRIVATE",
    [ERR_RATE_LIMITED] = "a node of your own in %s has no such limit; next try at %s",
    [ERR_OWN_LIMIT] = "raise ZG_MAX_REQ_PER_MIN or set a node of your own in %s; next try at %s",
    [ERR_WRONG_CHAIN] = "set %s to a node of this network, or ZG_NETWORK to the node's",
    [ERR_HEAD_STUCK] = "check whether the network makes blocks, or set another %s",
    [ERR_HEAD_AHEAD] = "check the clock of this machine, or set another %s",
    [ERR_NO_CONTRACT] = "check the contract address and ZG_NETWORK",
    [ERR_REVERTED] = "check the contract address and ZG_NETWORK",
    [ERR_CHANGED] = "wait for the next round; if it stays, set another %s",
    [ERR_NO_FIGURES] = "set %s to a DCGM, nvidia_gpu_exporter or vLLM endpoint",
    [ERR_NO_MEMORY] = "give the program more memory",
};

static void put_remedy(const struct source *s, char *text, size_t size)
{
    char when[TIME_TEXT_BYTES];
    const char *remedy = s->row->remedy ? s->row->remedy(s->err) : NULL;
    if (!remedy)
        remedy = remedies[s->err];
    if (!remedy)
        remedy = "check what answers at %s";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats are the table above */
    // cppcheck-suppress wrongPrintfScanfArgNum ; some remedies name the moment as well
    snprintf(text, size, remedy, s->row->endpoint(s->round.settings)->variable,
             time_text(s->next_try_ms, when));
#pragma GCC diagnostic pop
}

const char *source_reason(const struct source *s, char text[REASON_BYTES])
{
    if (s->off)
        return s->off;
    char since[TIME_TEXT_BYTES];
    time_text(s->failing_since_ms, since);
    if (!s->err) {
        if (s->value)
            return NULL;
        snprintf(text, REASON_BYTES, "not read yet · since %s · wait for the first answer", since);
        return text;
    }
    char remedy[160], status[16] = "";
    put_remedy(s, remedy, sizeof remedy);
    if (s->err == ERR_HTTP_STATUS)
        snprintf(status, sizeof status, ": %d", s->http_status);
    /* Cut where no host name is so long, so that the remedy is never lost. */
    snprintf(text, REASON_BYTES, "%s%s (%.280s) · since %s · %s", err_text(s->err), status,
             s->row->endpoint(s->round.settings)->shown, since, remedy);
    return text;
}

static struct exchange *add_exchange(struct round *round, const struct endpoint *endpoint)
{
    if (round->count == ROUND_MAX_EXCHANGES)
        return NULL;
    struct exchange *x = &round->exchanges[round->count++];
    *x = (struct exchange){.round = round, .endpoint = endpoint, .max_bytes = EXCHANGE_MAX_BYTES};
    return x;
}

struct exchange *round_rpc(struct round *round, const struct endpoint *endpoint)
{
    struct exchange *x = add_exchange(round, endpoint);
    if (x)
        x->batch = rpc_batch_make();
    return x;
}

struct exchange *round_get(struct round *round, const struct endpoint *endpoint, const char *path)
{
    const char *copy = arena_strdup(&round->work, path);
    struct exchange *x = copy ? add_exchange(round, endpoint) : NULL;
    if (x)
        x->path = copy;
    return x;
}
