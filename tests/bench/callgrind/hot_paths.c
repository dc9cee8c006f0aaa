/* The hot paths, each once between two marks for callgrind, which counts their instructions
 * (scripts/count-instructions). Each runs before the marks, too: what is done once is not counted.
 * Without valgrind the marks do nothing. */
#include "bench/chat.h"
#include "bench/permutation.h"
#include "bench/stats.h"
#include "eth/hex.h"
#include "eth/keccak.h"
#include "eth/rpc.h"
#include "panel/api.h"
#include "panel/render.h"
#include "panel/sources.h"
#include "web/reply.h"

#include "../../unit/support_chain.h"
#include "../../unit/support_settings.h"
#include <valgrind/callgrind.h>

enum { SERVICES = 1000, PAGE = 50, CHUNKS = 1000, CALLS = 16, DURATIONS = 200, SMALL = 9 };

static struct settings settings;
static struct source sources[SOURCE_AND_SCAN_COUNT];
static struct api api;
static struct buf page, stream, replies;
static uint8_t bytes[4096];
static int64_t durations[2][DURATIONS];

static const struct view view = {
    .settings = &settings,
    .sources = sources,
    .mono_ms = 100000,
    .wall_ms = 1767323100000,
};

static void must(bool well)
{
    if (!well)
        abort();
}

static void decode_services(void)
{
    struct arena arena = arena_make(0);
    size_t budget = SIZE_MAX;
    for (int i = 0; i < SERVICES / PAGE; i++) {
        struct service_page services;
        const uint8_t *data;
        size_t len;
        must(!hex_decode(buf_str(&page), &arena, &data, &len));
        must(!serving_decode_services(data, len, true, &budget, &arena, &services));
        must(services.count == PAGE);
    }
    arena_free(&arena);
}

static void render(void)
{
    struct snapshot *snapshot = render_snapshot(&view);
    must(snapshot != NULL);
    snapshot_publish(&api.board, snapshot);
}

static void answer_metrics(void)
{
    static char *envp[] = {"REQUEST_METHOD=GET",
                           "SCRIPT_NAME=/api/metrics",
                           "QUERY_STRING=",
                           "REMOTE_ADDR=127.0.0.1",
                           "REQUEST_ID=00112233445566778899aabbccddeeff",
                           NULL};
    const struct web_config config = {.routes = api_routes, .route_count = api_route_count};
    struct arena arena = arena_make(0);
    struct buf head = buf_make(BUF_NO_LIMIT);
    struct incoming in;
    struct outgoing out;
    request_read(&in, envp, &arena, &api);
    dispatch(&config, &in, &out);
    must(reply_head(&head, &in, &out) && out.reply.body_len > 1000);
    outgoing_release(&out);
    buf_free(&head);
    arena_free(&arena);
}

static void read_stream(void)
{
    struct chat_reply reply;
    chat_reply_init(&reply, NULL);
    must(!chat_reply_feed(&reply, stream.data, stream.len, 1) && !chat_reply_end(&reply));
    must(reply.events == CHUNKS && reply.done_marker);
    chat_reply_free(&reply);
}

static void hash(void)
{
    uint8_t digest[32];
    keccak256(bytes, sizeof bytes, digest);
}

static void read_replies(void)
{
    struct arena arena = arena_make(0);
    struct rpc_answer answers[CALLS];
    cJSON *doc;
    must(!rpc_parse(replies.data, replies.len, replies.len, CALLS, answers, &arena, &doc));
    must(!answers[CALLS - 1].err);
    cJSON_Delete(doc);
    arena_free(&arena);
}

static void compare(size_t n, bool exact)
{
    struct difference difference;
    const struct sample_us a = {durations[0], n}, b = {durations[1], n};
    must(!difference_of(a, b, &difference) && difference.exact == exact);
}

static void compare_exactly(void)
{
    compare(SMALL, true);
}

static void compare_by_ranks(void)
{
    compare(DURATIONS, false);
}

static const struct {
    const char *name;
    void (*run)(void);
} paths[] = {
    {"render-a-snapshot", render},
    {"answer-api-metrics", answer_metrics},
    {"decode-1000-services", decode_services},
    {"read-a-stream-of-1000-chunks", read_stream},
    {"keccak-of-4096-bytes", hash},
    {"read-16-json-rpc-replies", read_replies},
    {"compare-9-durations-exactly", compare_exactly},
    {"compare-200-durations-by-ranks", compare_by_ranks},
};

static void make_page(void)
{
    struct registered rows[PAGE];
    struct buf data = buf_make(BUF_NO_LIMIT);
    for (size_t i = 0; i < PAGE; i++)
        rows[i] = make_registered(i + 1, "openai/gpt-oss-20b");
    put_services(&data, SERVING_V3, rows, PAGE, SERVICES, NULL);
    hex_put(&page, (const uint8_t *)data.data, data.len);
    buf_free(&data);
}

static void make_stream(void)
{
    for (int i = 0; i < CHUNKS; i++)
        buf_printf(&stream,
                   "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"choices\":"
                   "[{\"index\":0,\"delta\":{\"content\":\" token %d\"}}]}\n\n",
                   i);
    buf_puts(&stream, "data: [DONE]\n\n");
}

static void make_replies(void)
{
    buf_puts(&replies, "[");
    for (int i = 0; i < CALLS; i++)
        buf_printf(&replies, "%s{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":\"0x%064x\"}",
                   i ? "," : "", i + 1, i);
    buf_puts(&replies, "]");
}

/* Of a linear congruential generator. */
static void make_durations(void)
{
    uint64_t seed = 1;
    for (size_t i = 0; i < 2 * DURATIONS; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        durations[i % 2][i / 2] = (int64_t)(seed >> 40);
    }
}

int main(void)
{
    load_good(&settings, ENVIRONMENT("ZG_NETWORK=galileo"));
    sources_init(sources, &settings);
    snapshot_board_init(&api.board);
    page = stream = replies = buf_make(BUF_NO_LIMIT);
    make_page();
    make_stream();
    make_replies();
    make_durations();
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        paths[i].run();
        CALLGRIND_ZERO_STATS;
        paths[i].run();
        CALLGRIND_DUMP_STATS_AT(paths[i].name);
    }
    snapshot_board_free(&api.board);
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++)
        source_free(&sources[i]);
    settings_free(&settings);
    buf_free(&page);
    buf_free(&stream);
    buf_free(&replies);
    return EXIT_SUCCESS;
}
