/* Stand-in nodes for the poller: one HTTP server speaks JSON-RPC for all of them, the first part of
 * the URL's path says which one is meant. Each does as its `mode` says and notes what it was asked
 * and when. */
#ifndef TESTS_SUPPORT_NODE_H
#define TESTS_SUPPORT_NODE_H

#include "support_chain.h"
#include "support_server.h"

#include "base/clock.h"
#include "base/json.h"

enum node_mode { NODE_ANSWERS, NODE_HTML, NODE_500, NODE_429, NODE_HANGS, NODE_TRICKLES };

/* Which source asks is seen by what it calls. */
enum node_asker { ASKS_CHAIN, ASKS_COMPUTE, ASKS_LEDGER, ASKS_STORAGE };

enum { NODES_MAX = 24, NODE_SEEN_MAX = 512, NODE_LEDGER = 0x1edf /* address of the ledger */ };

struct node {
    atomic_int mode;
    atomic_int chain_id; /* 0: 31337 */
    atomic_int head_age_ms;
    atomic_int delay_ms;
    atomic_int generation; /* enum serving_generation; 0: v3 */
    atomic_bool no_contract;
    atomic_int services;      /* how many the contract says it has */
    atomic_int extra;         /* more rows on each page behind the first than belong there */
    atomic_int repeated;      /* rows that stand on the page before as well */
    atomic_bool no_ledger;    /* the wallet made no deposit */
    atomic_int accounts;      /* sub-accounts of the wallet; 0: one */
    atomic_int accounts_grow; /* how many more there are once the first page was read */
    atomic_int in_flight, most_in_flight;

    pthread_mutex_t lock; /* for what follows */
    struct {
        int64_t at_ms;
        enum node_asker asker;
    } seen[NODE_SEEN_MAX];
    size_t seen_count;
};

static struct node nodes[NODES_MAX];

static inline void nodes_init(void)
{
    for (size_t i = 0; i < NODES_MAX; i++)
        pthread_mutex_init(&nodes[i].lock, NULL);
}

/* --- what a contract returns --- */

static inline void put_page(struct buf *out, const struct node *node,
                            enum serving_generation generation, uint64_t offset)
{
    enum { ROWS_MAX = 2000 };
    uint64_t total = (uint64_t)node->services, end = total;
    if (generation == SERVING_V3 && end > offset + SERVING_PAGE)
        end = offset + SERVING_PAGE;
    offset -= offset ? (uint64_t)node->repeated : 0;
    uint64_t count = end > offset ? end - offset : 0;
    count += offset ? (uint64_t)node->extra : 0;
    struct registered *rows = calloc(ROWS_MAX, sizeof *rows);
    char(*models)[32] = calloc(ROWS_MAX, sizeof *models);
    for (uint64_t i = 0; i < count && i < ROWS_MAX; i++) {
        snprintf(models[i], sizeof models[i], "model-%llu", (unsigned long long)(offset + i));
        /* Rows beyond the end of the list have numbers that no page has. */
        uint64_t beyond = offset + i >= total ? offset * 10000 : 0;
        rows[i] = make_registered(offset + i + 1 + beyond, models[i]);
    }
    put_services(out, generation, rows, count, total, NULL);
    free(models);
    free(rows);
}

static inline uint64_t argument(const char *data, size_t index)
{
    char digits[17] = {0};
    if (strlen(data) < 10 + 64 * (index + 1))
        return 0;
    memcpy(digits, data + 10 + 64 * index + 48, 16);
    return strtoull(digits, NULL, 16);
}

/* A page of the wallet's sub-accounts, numbered from 1 over all pages. */
static inline void put_account_page(struct buf *out, const struct node *node, uint64_t offset)
{
    enum { PAGE = 50 };
    struct sub_account rows[PAGE];
    uint64_t total = node->accounts ? node->accounts : 1;
    uint64_t count = offset < total ? total - offset : 0;
    count = count < PAGE ? count : PAGE;
    for (uint64_t i = 0; i < count; i++)
        rows[i] =
            (struct sub_account){.provider = offset + i + 1, .balance = 100, .acknowledged = true};
    put_accounts(out, rows, count, total + (offset ? node->accounts_grow : 0));
}

/* False: the call reverts with what is in `out`. */
static inline bool call_contract(const struct node *node, const char *data, struct buf *out)
{
    enum serving_generation generation = node->generation ? node->generation : SERVING_V3;
    if (node->no_contract)
        return true; /* an address without code answers nothing, successfully */
    if (strncmp(data, "0xa09cfca9", 10) == 0 && generation == SERVING_V3)
        put_page(out, node, SERVING_V3, argument(data, 0));
    else if (strncmp(data, "0x21fe0f30", 10) == 0 && generation != SERVING_V3)
        put_page(out, node, generation, 0);
    else if (strncmp(data, "0x4fe63f4d", 10) == 0)
        put_account_page(out, node, argument(data, 1));
    else if (strncmp(data, "0xd1d20056", 10) == 0)
        put_word(out, NODE_LEDGER);
    else if (strncmp(data, "0xf7cd6af9", 10) == 0 && !node->no_ledger)
        put_ledger(out, 30, 130);
    else if (strncmp(data, "0xf7cd6af9", 10) == 0)
        buf_put(out, "\x7d\x2d\x53\x6b", 4); /* LedgerNotExists(address) */
    else
        return false;
    return !(node->no_ledger && strncmp(data, "0xf7cd6af9", 10) == 0);
}

/* --- JSON-RPC --- */

static inline void put_result(struct buf *out, const struct node *node, const cJSON *call)
{
    const char *method = json_get_str(call, "method");
    const cJSON *params = json_get(call, "params");
    struct buf bytes = buf_make(BUF_NO_LIMIT);
    if (strcmp(method, "eth_chainId") == 0) {
        buf_printf(out, "\"result\":\"0x%x\"", node->chain_id ? node->chain_id : 31337);
    } else if (strcmp(method, "eth_getBlockByNumber") == 0) {
        int64_t time = (clock_wall_ms() - node->head_age_ms) / 1000;
        buf_printf(out, "\"result\":{\"number\":\"0x%llx\",\"timestamp\":\"0x%llx\"}",
                   (unsigned long long)clock_mono_ms(), (unsigned long long)time);
    } else if (strcmp(method, "eth_getBalance") == 0) {
        buf_puts(out, "\"result\":\"0x1bc16d674ec80000\"");
    } else if (call_contract(node, json_get_str(cJSON_GetArrayItem(params, 0), "data"), &bytes)) {
        buf_puts(out, "\"result\":\"");
        hex_put(out, (const uint8_t *)buf_str(&bytes), bytes.len);
        buf_puts(out, "\"");
    } else {
        buf_puts(out, "\"error\":{\"code\":3,\"message\":\"execution reverted\",\"data\":\"");
        hex_put(out, (const uint8_t *)buf_str(&bytes), bytes.len);
        buf_puts(out, "\"}");
    }
    buf_free(&bytes);
}

static inline void note_request(struct node *node, const char *body)
{
    bool compute = strstr(body, "0xa09cfca9") || strstr(body, "0x21fe0f30");
    bool ledger = strstr(body, "0x4fe63f4d") || strstr(body, "0xf7cd6af9");
    bool storage = strstr(body, "0xfd54b228");
    pthread_mutex_lock(&node->lock);
    if (node->seen_count < NODE_SEEN_MAX) {
        node->seen[node->seen_count].at_ms = clock_mono_ms();
        node->seen[node->seen_count++].asker = compute   ? ASKS_COMPUTE
                                               : ledger  ? ASKS_LEDGER
                                               : storage ? ASKS_STORAGE
                                                         : ASKS_CHAIN;
    }
    pthread_mutex_unlock(&node->lock);
}

static inline bool send_text(struct peer *peer, const char *status, const char *headers,
                             const char *body, size_t len)
{
    char head[512];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, len,
             headers);
    return peer_puts(peer, head) && peer_send(peer, body, len);
}

static inline bool send_answers(struct peer *peer, const struct node *node)
{
    struct buf out = buf_make(BUF_NO_LIMIT);
    cJSON *batch = cJSON_Parse(peer->body);
    const cJSON *call;
    buf_putc(&out, '[');
    cJSON_ArrayForEach(call, batch)
    {
        uint64_t id = 0;
        json_get_uint(call, "id", &id);
        buf_printf(&out, "%s{\"jsonrpc\":\"2.0\",\"id\":%llu,", out.len > 1 ? "," : "",
                   (unsigned long long)id);
        put_result(&out, node, call);
        buf_putc(&out, '}');
    }
    buf_putc(&out, ']');
    bool open = send_text(peer, "200 OK", "", out.data, out.len);
    cJSON_Delete(batch);
    buf_free(&out);
    return open;
}

static inline void node_sleep(const struct peer *peer, int ms)
{
    for (; ms > 0 && !atomic_load(&peer->server->stopping); ms -= 10)
        usleep(10000);
}

static inline bool act(struct peer *peer, struct node *node)
{
    node_sleep(peer, node->delay_ms);
    switch ((enum node_mode)atomic_load(&node->mode)) {
    case NODE_ANSWERS:
        return send_answers(peer, node);
    case NODE_HTML:
        return send_text(peer, "200 OK", "Content-Type: text/html\r\n", "<html>", 6);
    case NODE_500:
        return send_text(peer, "500 Internal Server Error", "", "oops", 4);
    case NODE_429:
        return send_text(peer, "429 Too Many Requests", "Retry-After: 3\r\n", "slow", 4);
    case NODE_HANGS:
        node_sleep(peer, 60000);
        return false;
    case NODE_TRICKLES:
        if (!peer_puts(peer, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"))
            return false;
        while (peer_puts(peer, " "))
            node_sleep(peer, 200);
        return false;
    }
    return false;
}

/* The server's handler. */
static inline bool node_answer(struct peer *peer)
{
    int index = atoi(peer->request + strlen("POST /"));
    if (index < 0 || index >= NODES_MAX)
        return false;
    struct node *node = &nodes[index];
    note_request(node, peer->body);
    int now = atomic_fetch_add(&node->in_flight, 1) + 1, most = node->most_in_flight;
    while (now > most && !atomic_compare_exchange_weak(&node->most_in_flight, &most, now))
        ;
    bool open = act(peer, node);
    atomic_fetch_sub(&node->in_flight, 1);
    return open;
}

/* --- what it was asked --- */

static inline size_t node_seen(struct node *node)
{
    pthread_mutex_lock(&node->lock);
    size_t count = node->seen_count;
    pthread_mutex_unlock(&node->lock);
    return count;
}

/* Moments at which one source asked; gives how many. */
static inline size_t node_asked(struct node *node, enum node_asker asker, int64_t *at_ms,
                                size_t max)
{
    size_t count = 0;
    pthread_mutex_lock(&node->lock);
    for (size_t i = 0; i < node->seen_count && count < max; i++)
        if (node->seen[i].asker == asker)
            at_ms[count++] = node->seen[i].at_ms;
    pthread_mutex_unlock(&node->lock);
    return count;
}

#endif
