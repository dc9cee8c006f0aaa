/* The poller against stand-in nodes on loopback. What needs many seconds to show (back-off, a reply
 * that trickles, the rhythm of publication, the own limit) runs in the background from the start
 * and is looked at in the last tests. */
#include "panel/poller.h"

#include "support_node.h"
#include "support_resolver.h"
#include "support_settings.h"
#include "support_stderr.h"

#include "net/http.h"
#include "panel/source.h"
#include <signal.h>

enum { SOON_MS = 3000, BACKGROUND_MS = 12600 };

#define WALLET  "ZG_WALLET_ADDRESS=0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
#define SERVING "ZG_SERVING_CONTRACT=0x0165878A594ca255338adfa4d48449f69242Eb8F"
#define SECRET  "hunter2" /* stands in each URL's path, as keys of node providers do */

static struct server *server;
static struct kept_stderr kept;

/* --- a poller under test --- */

struct subject {
    struct settings settings;
    struct snapshot_board board;
    struct evidence_board evidence;
    struct poller *poller;
    char url[128];
};

static void prepare(struct subject *s, const char *host, int node, char *const *more)
{
    char *environment[16];
    size_t count = 0;
    snprintf(s->url, sizeof s->url, "ZG_CHAIN_RPC=http://%s:%u/%d/" SECRET, host, server->port,
             node);
    environment[count++] = s->url;
    while (*more)
        environment[count++] = *more++;
    environment[count] = NULL;
    load_good(&s->settings, environment);
    snapshot_board_init(&s->board);
    evidence_board_init(&s->evidence);
    s->poller = poller_new(&s->settings, &s->board);
    assert_non_null(s->poller);
    poller_keep_evidence(s->poller, &s->evidence);
}

static void start(struct subject *s, const char *host, int node, char *const *more)
{
    prepare(s, host, node, more);
    assert_int_equal(poller_start(s->poller), ERR_OK);
}

static void start_local(struct subject *s, int node)
{
    start(s, "127.0.0.1", node, ENVIRONMENT(SERVING, WALLET));
}

/* Gives how long it took. */
static int64_t stop(struct subject *s)
{
    if (!s->poller)
        return 0;
    int64_t before = clock_mono_ms();
    poller_free(s->poller);
    s->poller = NULL;
    int64_t took = clock_mono_ms() - before;
    snapshot_board_free(&s->board);
    evidence_board_free(&s->evidence);
    settings_free(&s->settings);
    return took;
}

static struct source_brief brief_of(struct subject *s, enum source_id id)
{
    struct snapshot *snapshot = snapshot_acquire(&s->board);
    struct source_brief brief = snapshot->sources[id];
    snapshot_release(snapshot);
    return brief;
}

/* `reason` is a part of it; "" when there must be none. 0 ms: now. */
static bool becomes(struct subject *s, enum source_id id, enum source_state state,
                    const char *reason, int within_ms)
{
    for (int64_t end = clock_mono_ms() + within_ms;; usleep(5000)) {
        struct source_brief brief = brief_of(s, id);
        if (brief.state == state && (*reason ? !!strstr(brief.reason, reason) : !*brief.reason))
            return true;
        if (clock_mono_ms() >= end)
            return false;
    }
}

static void assert_becomes(struct subject *s, enum source_id id, enum source_state state,
                           const char *reason, int within_ms)
{
    if (becomes(s, id, state, reason, within_ms))
        return;
    struct source_brief brief = brief_of(s, id);
    fail_msg("%s is %s (%s), not %s (%s)", brief.key, source_state_name(brief.state), brief.reason,
             source_state_name(state), reason);
}

static void assert_fresh(struct subject *s, enum source_id id, int within_ms)
{
    assert_becomes(s, id, STATE_FRESH, "", within_ms);
}

static cJSON *body_of(struct subject *s, enum body_id id)
{
    cJSON *doc;
    struct snapshot *snapshot = snapshot_acquire(&s->board);
    const struct body *body = &snapshot->bodies[id];
    assert_int_equal(json_parse(body->bytes, body->len, SIZE_MAX, &doc), ERR_OK);
    assert_null(strstr(body->bytes, SECRET));
    snapshot_release(snapshot);
    return doc;
}

/* The list holds model-0 to model-(count-1), each once. */
static void assert_services(struct subject *s, int count)
{
    enum { SERVICES_MAX = 1000 };
    static bool seen[SERVICES_MAX];
    cJSON *doc = body_of(s, BODY_COMPUTE);
    const cJSON *services = json_get(doc, "services"), *service;
    memset(seen, 0, sizeof seen);
    assert_int_equal(cJSON_GetArraySize(services), count);
    cJSON_ArrayForEach(service, services)
    {
        int number;
        assert_int_equal(sscanf(json_get_str(service, "model"), "model-%d", &number), 1);
        assert_in_range(number, 0, count - 1);
        assert_false(seen[number]);
        seen[number] = true;
    }
    cJSON_Delete(doc);
}

/* The subjects of one test; static, because a test that fails leaves its stack behind. */
static struct subject one, two;

static int stop_subjects(void **state)
{
    (void)state;
    stop(&one);
    stop(&two);
    return 0;
}

/* --- in the background --- */

enum { NODE_OF_BACKOFF, NODE_OF_TRICKLE, NODE_OF_QUIET, NODE_OF_LIMIT, FIRST_FREE_NODE };

static struct subject backoff, trickle, quiet, limited;
static int64_t background_since;

enum { RENDERS_MAX = 64 };

static struct {
    pthread_t thread;
    atomic_bool stop;
    int64_t rendered_ms[RENDERS_MAX]; /* wall */
    char etags[RENDERS_MAX][ETAG_BYTES];
    size_t count;
} watch;

static void *watch_quiet(void *user)
{
    (void)user;
    while (!atomic_load(&watch.stop) && watch.count < RENDERS_MAX) {
        struct snapshot *s = snapshot_acquire(&quiet.board);
        if (!watch.count || watch.rendered_ms[watch.count - 1] != s->rendered_wall_ms) {
            watch.rendered_ms[watch.count] = s->rendered_wall_ms;
            memcpy(watch.etags[watch.count++], s->bodies[BODY_METRICS].etag, ETAG_BYTES);
        }
        snapshot_release(s);
        usleep(10000);
    }
    return NULL;
}

static void stop_watching(void)
{
    if (!atomic_exchange(&watch.stop, true))
        pthread_join(watch.thread, NULL);
}

static void start_background(void)
{
    background_since = clock_mono_ms();
    nodes[NODE_OF_BACKOFF].mode = NODE_500;
    start(&backoff, "127.0.0.1", NODE_OF_BACKOFF,
          ENVIRONMENT("ZG_NETWORK=galileo", "ZG_ALLOW_PRIVATE=127.0.0.0/8"));
    nodes[NODE_OF_TRICKLE].mode = NODE_TRICKLES;
    start_local(&trickle, NODE_OF_TRICKLE);
    nodes[NODE_OF_QUIET].services = 3;
    start_local(&quiet, NODE_OF_QUIET);
    nodes[NODE_OF_LIMIT].chain_id = 16602;
    start(
        &limited, "mixed.test", NODE_OF_LIMIT,
        ENVIRONMENT("ZG_NETWORK=galileo", "ZG_ALLOW_PRIVATE=127.0.0.0/8", "ZG_MAX_REQ_PER_MIN=2"));
    assert_int_equal(pthread_create(&watch.thread, NULL, watch_quiet, NULL), 0);
}

static void await_background(int age_ms)
{
    while (clock_mono_ms() - background_since < age_ms)
        usleep(10000);
}

static int set_up(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(http_global_init(), ERR_OK);
    nodes_init();
    server = server_start(node_answer);
    assert_non_null(server);
    start_background();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop_watching();
    struct subject *const subjects[] = {&backoff, &trickle, &quiet, &limited};
    for (size_t i = 0; i < COUNT(subjects); i++)
        stop(subjects[i]);
    atomic_store(&resolver_released, true);
    server_stop(server);
    http_global_cleanup();
    return 0;
}

/* --- rounds --- */

static void sources_are_read_side_by_side(void **state)
{
    (void)state;
    struct node *node = &nodes[FIRST_FREE_NODE];
    node->delay_ms = 300;
    node->services = 3;
    start_local(&one, FIRST_FREE_NODE);
    assert_becomes(&one, SOURCE_CHAIN, STATE_ERROR, "not read yet", SOON_MS);
    assert_fresh(&one, SOURCE_LEDGER, SOON_MS);
    assert_fresh(&one, SOURCE_COMPUTE, SOON_MS);
    assert_fresh(&one, SOURCE_CHAIN, SOON_MS);
    assert_true(node->most_in_flight >= 3);
    assert_services(&one, 3);
    cJSON *doc = body_of(&one, BODY_METRICS);
    assert_string_equal(json_get_str(json_get(doc, "agent"), "balanceNeuron"),
                        "2000000000000000000");
    const cJSON *ledger = json_get(doc, "ledger");
    const struct address contract = numbered_address(NODE_LEDGER);
    char text[ADDRESS_TEXT_BYTES];
    assert_string_equal(json_get_str(ledger, "contract"), address_text(&contract, text));
    assert_string_equal(json_get_str(ledger, "availableNeuron"), "30");
    assert_string_equal(json_get_str(ledger, "totalNeuron"), "130");
    assert_int_equal(cJSON_GetArraySize(json_get(ledger, "accounts")), 1);
    cJSON_Delete(doc);
}

static void reading_once_needs_no_thread(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 1 };
    nodes[NODE].services = 2;
    prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING, WALLET));
    poller_read_once(one.poller);
    assert_int_equal(brief_of(&one, SOURCE_CHAIN).state, STATE_FRESH);
    assert_int_equal(brief_of(&one, SOURCE_LEDGER).state, STATE_FRESH);
    assert_services(&one, 2);
}

static void a_wallet_without_a_deposit_is_a_value(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 2 };
    nodes[NODE].no_ledger = true;
    prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING, WALLET));
    poller_read_once(one.poller);
    assert_int_equal(brief_of(&one, SOURCE_LEDGER).state, STATE_FRESH);
    cJSON *doc = body_of(&one, BODY_METRICS);
    assert_true(cJSON_IsFalse(json_get(json_get(doc, "ledger"), "exists")));
    assert_true(cJSON_IsNull(json_get(json_get(doc, "ledger"), "totalNeuron")));
    cJSON_Delete(doc);
}

static void all_sub_accounts_count_or_none(void **state)
{
    (void)state;
    static const struct {
        int accounts, grow;
        enum source_state state;
        const char *reason;
    } cases[] = {
        {50, 0, STATE_FRESH, ""},
        {51, 0, STATE_FRESH, ""},
        {120, 0, STATE_FRESH, ""},
        {120, 1, STATE_ERROR, "changed while its pages were read"},
        {100000, 0, STATE_ERROR, "larger than its limit"},
    };
    enum { NODE = FIRST_FREE_NODE + 2 };
    nodes[NODE].no_ledger = false;
    for (size_t i = 0; i < COUNT(cases); i++) {
        nodes[NODE].accounts = cases[i].accounts;
        nodes[NODE].accounts_grow = cases[i].grow;
        prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING, WALLET));
        poller_read_once(one.poller);
        struct source_brief brief = brief_of(&one, SOURCE_LEDGER);
        assert_int_equal(brief.state, cases[i].state);
        assert_non_null(strstr(brief.reason, cases[i].reason));
        cJSON *doc = body_of(&one, BODY_METRICS);
        const cJSON *rows = json_get(json_get(doc, "ledger"), "accounts");
        int wanted = cases[i].state == STATE_FRESH ? cases[i].accounts : 0;
        assert_int_equal(cJSON_GetArraySize(rows), wanted);
        cJSON_Delete(doc);
        stop(&one);
    }
}

static void a_list_is_read_to_its_end(void **state)
{
    (void)state;
    static const int counts[] = {0, 50, 120, 1000}; /* the last takes four batches at once */
    for (size_t i = 0; i < COUNT(counts); i++) {
        enum { NODE = FIRST_FREE_NODE + 3 };
        nodes[NODE].services = counts[i];
        prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING));
        poller_read_once(one.poller);
        assert_int_equal(brief_of(&one, SOURCE_COMPUTE).state, STATE_FRESH);
        assert_services(&one, counts[i]);
        stop(&one);
    }
}

static void every_step_of_a_round_leaves_its_evidence(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 3 };
    nodes[NODE].services = 1000;
    prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING));
    poller_read_once(one.poller);
    struct evidence_pair pair = evidence_acquire(&one.evidence, SOURCE_COMPUTE);
    assert_null(pair.failed);
    assert_true(pair.good->good);
    assert_int_equal(pair.good->asked, 5); /* the first page, and four batches at once */
    for (size_t i = 0; i < pair.good->asked; i++) {
        const struct evidence_request *r = &pair.good->requests[i];
        assert_string_equal(r->shown_here, "$ZG_CHAIN_RPC");
        assert_true(strncmp(r->body, "[{\"jsonrpc\":", 12) == 0);
        assert_int_equal(r->answer_len, EVIDENCE_ANSWER_BYTES);
        assert_int_equal(r->status, 200);
    }
    assert_true(strncmp(buf_str(&pair.good->values), "{\"services\":[{", 14) == 0);
    assert_true(pair.good->head.number > 0);
    evidence_release(pair.good);
}

static void a_list_longer_than_we_keep_is_cut_and_counted(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 13, SERVICES = SERVING_MAX_SERVICES + 60 };
    nodes[NODE].services = SERVICES;
    prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING));
    poller_read_once(one.poller);
    assert_services(&one, SERVING_MAX_SERVICES);
    cJSON *doc = body_of(&one, BODY_COMPUTE);
    uint64_t total;
    assert_true(json_get_uint(doc, "servicesTotal", &total));
    assert_int_equal(total, SERVICES);
    cJSON_Delete(doc);
}

/* The contract's order changes when a service is removed between two pages. */
static void a_service_on_two_pages_is_listed_once(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 14 };
    nodes[NODE].services = 120;
    nodes[NODE].repeated = 7;
    prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING));
    poller_read_once(one.poller);
    assert_services(&one, 120);
}

/* Rows that came since the first page was read, or that a hostile node invents. */
static void a_list_that_grows_between_its_pages_is_read(void **state)
{
    (void)state;
    static const struct {
        int extra, rows;
    } cases[] = {{1, 61}, {700, 760}, {1500, SERVING_MAX_SERVICES}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum { NODE = FIRST_FREE_NODE + 4 };
        nodes[NODE].services = 60;
        nodes[NODE].extra = cases[i].extra;
        prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING));
        poller_read_once(one.poller);
        assert_int_equal(brief_of(&one, SOURCE_COMPUTE).state, STATE_FRESH);
        cJSON *doc = body_of(&one, BODY_COMPUTE);
        assert_int_equal(cJSON_GetArraySize(json_get(doc, "services")), cases[i].rows);
        cJSON_Delete(doc);
        stop(&one);
    }
}

static void older_contracts_are_asked_in_their_form(void **state)
{
    (void)state;
    for (enum serving_generation g = SERVING_V1; g <= SERVING_V2; g++) {
        enum { NODE = FIRST_FREE_NODE + 5 };
        nodes[NODE].generation = g;
        nodes[NODE].services = 70; /* no pages there */
        prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING));
        poller_read_once(one.poller);
        assert_services(&one, 70);
        cJSON *doc = body_of(&one, BODY_COMPUTE);
        const cJSON *first = cJSON_GetArrayItem(json_get(doc, "services"), 0);
        assert_int_equal(!!json_get_str(first, "additionalInfo"), g == SERVING_V2);
        assert_true(cJSON_IsNull(json_get(first, "teeSignerAddress")));
        cJSON_Delete(doc);
        stop(&one);
    }
}

static void an_address_without_a_contract_is_said(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 6 };
    nodes[NODE].no_contract = true;
    prepare(&one, "127.0.0.1", NODE, ENVIRONMENT(SERVING));
    poller_read_once(one.poller);
    assert_becomes(&one, SOURCE_COMPUTE, STATE_ERROR, err_text(ERR_NO_CONTRACT), 0);
    assert_int_equal(brief_of(&one, SOURCE_CHAIN).state, STATE_FRESH);
}

/* --- failures and healing --- */

static void failures_say_why_and_the_next_good_answer_heals(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 7 };
    nodes[NODE].mode = NODE_HTML;
    nodes[NODE + 1].chain_id = 1;
    start_local(&one, NODE);
    start_local(&two, NODE + 1);
    assert_becomes(&one, SOURCE_CHAIN, STATE_ERROR, err_text(ERR_NOT_JSON), SOON_MS);
    assert_becomes(&one, SOURCE_COMPUTE, STATE_ERROR, err_text(ERR_NOT_JSON), SOON_MS);
    assert_becomes(&two, SOURCE_CHAIN, STATE_ERROR, err_text(ERR_WRONG_CHAIN), SOON_MS);
    assert_becomes(&two, SOURCE_COMPUTE, STATE_ERROR, err_text(ERR_WRONG_CHAIN), SOON_MS);
    struct evidence_pair pair = evidence_acquire(&one.evidence, SOURCE_CHAIN);
    assert_null(pair.good);
    assert_int_equal(pair.failed->err, ERR_NOT_JSON);
    assert_int_equal(pair.failed->requests[0].err, ERR_NOT_JSON);
    assert_non_null(strstr(pair.failed->requests[0].answer, "<html>"));
    evidence_release(pair.failed);
    nodes[NODE].mode = NODE_ANSWERS;
    nodes[NODE + 1].chain_id = 31337;
    assert_fresh(&one, SOURCE_CHAIN, 2000 + SOON_MS);
    assert_fresh(&two, SOURCE_CHAIN, SOON_MS);
}

static void a_head_that_stands_still_is_stale_and_keeps_its_values(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 9 };
    nodes[NODE].services = 4;
    nodes[NODE].head_age_ms = 120000;
    start_local(&one, NODE);
    assert_becomes(&one, SOURCE_CHAIN, STATE_STALE, err_text(ERR_HEAD_STUCK), SOON_MS);
    assert_becomes(&one, SOURCE_COMPUTE, STATE_STALE, err_text(ERR_HEAD_STUCK), SOON_MS);
    assert_services(&one, 4);
    nodes[NODE].head_age_ms = 0;
    assert_fresh(&one, SOURCE_CHAIN, 2000 + SOON_MS);
}

static void a_refused_connection_is_said_and_tried_again(void **state)
{
    (void)state;
    prepare(&one, "127.0.0.2", FIRST_FREE_NODE, ENVIRONMENT(SERVING)); /* nobody listens there */
    poller_read_once(one.poller);
    assert_becomes(&one, SOURCE_CHAIN, STATE_ERROR, err_text(ERR_CONNECT), 0);
}

static void a_private_address_is_refused_on_a_public_network(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 10 };
    prepare(&one, "127.0.0.1", NODE, ENVIRONMENT("ZG_NETWORK=galileo"));
    poller_read_once(one.poller);
    assert_becomes(&one, SOURCE_CHAIN, STATE_ERROR, err_text(ERR_REFUSED_ADDRESS), 0);
    assert_int_equal(node_seen(&nodes[NODE]), 0);
}

static void a_host_that_asks_to_wait_is_left_alone_that_long(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 11, RETRY_AFTER_MS = 3000 };
    nodes[NODE].mode = NODE_429;
    start_local(&one, NODE);
    assert_becomes(&one, SOURCE_COMPUTE, STATE_ERROR, err_text(ERR_RATE_LIMITED), SOON_MS);
    assert_becomes(&one, SOURCE_CHAIN, STATE_ERROR, "next try at 20", SOON_MS);
    assert_becomes(&one, SOURCE_LEDGER, STATE_ERROR, err_text(ERR_RATE_LIMITED), SOON_MS);
    size_t first = node_seen(&nodes[NODE]); /* one of each source: they were in flight together */
    assert_int_equal(first, 3);
    nodes[NODE].mode = NODE_ANSWERS;
    assert_fresh(&one, SOURCE_CHAIN, RETRY_AFTER_MS + SOON_MS);
    stop(&one);
    struct node *node = &nodes[NODE];
    assert_true(node->seen_count > first);
    assert_true(node->seen[first].at_ms - node->seen[first - 1].at_ms >= RETRY_AFTER_MS - 50);
}

/* --- stopping --- */

static void await_count(const atomic_int *counter, int count)
{
    for (int64_t end = clock_mono_ms() + SOON_MS; *counter < count; usleep(5000))
        assert_true(clock_mono_ms() < end);
}

static void stops_at_once_while_a_request_hangs(void **state)
{
    (void)state;
    enum { NODE = FIRST_FREE_NODE + 12 };
    nodes[NODE].mode = NODE_HANGS;
    start_local(&one, NODE);
    await_count(&nodes[NODE].in_flight, 3);
    assert_true(stop(&one) < 1000);
}

static void stops_at_once_while_the_resolver_hangs(void **state)
{
    (void)state;
    start(&one, "hangs.test", FIRST_FREE_NODE, ENVIRONMENT(SERVING));
    await_count(&resolver_hangs, 1);
    assert_true(stop(&one) < 1000);
}

static void stops_before_it_was_started(void **state)
{
    (void)state;
    prepare(&one, "127.0.0.1", FIRST_FREE_NODE, ENVIRONMENT(SERVING));
    assert_true(stop(&one) < 1000);
    poller_free(NULL);
}

/* Being stopped is no failure of a source. */
static void stopping_logs_no_failure(void **state)
{
    (void)state;
    struct buf log = stderr_kept(&kept);
    assert_null(strstr(buf_str(&log), err_name(ERR_CANCELLED)));
    buf_free(&log);
}

/* --- what ran in the background --- */

static void a_reply_that_trickles_ends_at_the_deadline(void **state)
{
    (void)state;
    await_background(7000); /* the deadline is 5 s */
    assert_becomes(&trickle, SOURCE_CHAIN, STATE_ERROR, err_text(ERR_TIMEOUT), 0);
}

static void a_public_node_that_fails_is_asked_ever_more_rarely(void **state)
{
    (void)state;
    int64_t at[8];
    await_background(BACKGROUND_MS);
    assert_becomes(&backoff, SOURCE_CHAIN, STATE_ERROR, err_text(ERR_HTTP_STATUS), 0);
    assert_int_equal(node_asked(&nodes[NODE_OF_BACKOFF], ASKS_CHAIN, at, COUNT(at)), 3);
    /* 4 s and 8 s between the rounds; what the node sees is a little off under valgrind. */
    assert_in_range(at[1] - at[0], 3000, 5000);
    assert_in_range(at[2] - at[1], 7000, 9000);
}

static void our_own_limit_is_kept(void **state)
{
    (void)state;
    await_background(BACKGROUND_MS);
    assert_int_not_equal(brief_of(&limited, SOURCE_CHAIN).state, STATE_ERROR);
    assert_int_not_equal(brief_of(&limited, SOURCE_COMPUTE).state, STATE_ERROR);
    /* Without the limit there are five by now: chain every 4 s, and compute. */
    assert_int_equal(node_seen(&nodes[NODE_OF_LIMIT]), 2);
}

static void while_nothing_changes_little_is_published(void **state)
{
    (void)state;
    await_background(BACKGROUND_MS);
    stop_watching();
    /* The first render, one for each source that came in, then only renderedAt every 4.5 s, and a
     * fetchedAt that lags by more than 5 s. Rendering each refresh would make it 13 in 12.6 s. */
    assert_true(watch.count > 1);
    int64_t span_ms = watch.rendered_ms[watch.count - 1] - watch.rendered_ms[0];
    assert_in_range(watch.count, 1 + span_ms / 5000, 1 + 3 + span_ms / 4500 + span_ms / 5000);
    int late = 0;
    for (size_t i = 1; i < watch.count; i++) {
        int64_t gap_ms = watch.rendered_ms[i] - watch.rendered_ms[i - 1];
        assert_in_range(gap_ms, 1, 10000);
        late += gap_ms > 5000;
        assert_string_not_equal(watch.etags[i], watch.etags[i - 1]);
    }
    assert_in_range(late, 0, 1); /* a busy machine may hold one up, not each */
    int64_t at[16];
    assert_true(node_asked(&nodes[NODE_OF_QUIET], ASKS_CHAIN, at, COUNT(at)) >= 6);
    assert_fresh(&quiet, SOURCE_CHAIN, 0);
}

/* renderedAt tells a reader that the program lives, also while no source does. */
static void it_renders_although_nothing_comes_in(void **state)
{
    (void)state;
    await_background(BACKGROUND_MS);
    struct snapshot *s = snapshot_acquire(&backoff.board);
    assert_in_range(clock_wall_ms() - s->rendered_wall_ms, 0, 5500);
    snapshot_release(s);
}

static void no_log_line_holds_the_url(void **state)
{
    (void)state;
    struct buf log = stderr_kept(&kept);
    assert_non_null(strstr(buf_str(&log), "source_failed"));
    assert_non_null(strstr(buf_str(&log), "source_healed"));
    assert_null(strstr(buf_str(&log), SECRET));
    buf_free(&log);
}

#define TEST(function) cmocka_unit_test_teardown(function, stop_subjects)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sources_are_read_side_by_side),
        TEST(reading_once_needs_no_thread),
        TEST(a_wallet_without_a_deposit_is_a_value),
        TEST(all_sub_accounts_count_or_none),
        TEST(a_list_is_read_to_its_end),
        TEST(every_step_of_a_round_leaves_its_evidence),
        TEST(a_list_longer_than_we_keep_is_cut_and_counted),
        TEST(a_service_on_two_pages_is_listed_once),
        TEST(a_list_that_grows_between_its_pages_is_read),
        TEST(older_contracts_are_asked_in_their_form),
        TEST(an_address_without_a_contract_is_said),
        TEST(failures_say_why_and_the_next_good_answer_heals),
        TEST(a_head_that_stands_still_is_stale_and_keeps_its_values),
        TEST(a_refused_connection_is_said_and_tried_again),
        TEST(a_private_address_is_refused_on_a_public_network),
        TEST(a_host_that_asks_to_wait_is_left_alone_that_long),
        TEST(stops_at_once_while_a_request_hangs),
        TEST(stops_at_once_while_the_resolver_hangs),
        TEST(stops_before_it_was_started),
        TEST(stopping_logs_no_failure),
        TEST(a_reply_that_trickles_ends_at_the_deadline),
        TEST(a_public_node_that_fails_is_asked_ever_more_rarely),
        TEST(our_own_limit_is_kept),
        TEST(while_nothing_changes_little_is_published),
        TEST(it_renders_although_nothing_comes_in),
        TEST(no_log_line_holds_the_url),
    };
    /* The poller logs to stderr, as cmocka does what failed: both are shown when a test fails. */
    kept = stderr_keep();
    int failed = cmocka_run_group_tests_name("poller", tests, set_up, tear_down);
    struct buf log = stderr_kept(&kept);
    stderr_restore(&kept);
    if (failed)
        fputs(buf_str(&log), stderr);
    buf_free(&log);
    return failed;
}
