#include "panel/render.h"

#include "support_chain.h"
#include "support_settings.h"

#include "base/json.h"
#include "panel/sources.h"
#include "panel/sum_scan.h"

static struct settings settings;
static struct source sources[SOURCE_AND_SCAN_COUNT];
static struct arena arena;
static struct view view;

#define WALLET "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

static void set_up(char *const *environment)
{
    load_good(&settings, environment);
    sources_init(sources, &settings);
    for (int i = 0; i < SOURCE_COUNT; i++)
        sources[i].failing_since_ms = 1767323045678;
    view = (struct view){
        .settings = &settings, .sources = sources, .mono_ms = 100000, .wall_ms = 1767323100000};
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++)
        source_free(&sources[i]);
    settings_free(&settings);
    arena_free(&arena);
    return 0;
}

static void set_up_with_wallet(void)
{
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_WALLET_ADDRESS=" WALLET));
}

static void read_well(struct source *s, const void *value)
{
    s->value = value;
    s->fetched_mono_ms = view.mono_ms - 1000;
    s->fetched_wall_ms = view.wall_ms - 1000;
    s->has_head = s->has_contract = true;
    s->head = (struct head){.number = 1234, .time_ms = view.wall_ms - 3000};
    s->contract = settings.serving;
}

/* Gives the compute source what its parse() would have built from these rows. */
static struct compute_value *read_services(const struct registered *rows, size_t count)
{
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct service_page page;
    size_t budget = SIZE_MAX;
    put_services(&data, SERVING_V3, rows, count, count, NULL);
    char *bytes = arena_strndup(&arena, data.data, data.len);
    assert_int_equal(
        serving_decode_services((const uint8_t *)bytes, data.len, true, &budget, &arena, &page),
        ERR_OK);
    buf_free(&data);
    struct compute_value *v = arena_alloc(&arena, sizeof *v);
    v->services = arena_array(&arena, count, sizeof *v->services);
    for (size_t i = 0; i < count; i++)
        v->services[i] = &page.services[i];
    v->count = count;
    v->total = page.total;
    v->generation = page.generation;
    read_well(&sources[SOURCE_COMPUTE], v);
    return v;
}

static cJSON *render(enum body_id id)
{
    cJSON *doc;
    struct snapshot *s = render_snapshot(&view);
    assert_non_null(s);
    assert_int_equal(json_parse(s->bodies[id].bytes, s->bodies[id].len, SIZE_MAX, &doc), ERR_OK);
    snapshot_release(s);
    return doc;
}

/* "a.b.0.c"; fails when there is no such member. */
static const cJSON *at(const cJSON *item, const char *path)
{
    char name[64];
    const char *rest = path;
    while (*rest) {
        size_t len = strcspn(rest, ".");
        assert_true(len < sizeof name);
        memcpy(name, rest, len);
        name[len] = '\0';
        item = cJSON_IsArray(item) ? cJSON_GetArrayItem(item, atoi(name)) : json_get(item, name);
        if (!item)
            fail_msg("no %s in %s", name, path);
        rest += len + (rest[len] == '.');
    }
    return item;
}

static void assert_null_at(const cJSON *doc, const char *path)
{
    if (!cJSON_IsNull(at(doc, path)))
        fail_msg("%s is not null", path);
}

static void assert_text_at(const cJSON *doc, const char *path, const char *expected)
{
    const char *text = cJSON_GetStringValue(at(doc, path));
    if (!text || strcmp(text, expected) != 0)
        fail_msg("%s is %s, not %s", path, text ? text : "no string", expected);
}

static void assert_text_or_null_at(const cJSON *doc, const char *path, const char *expected)
{
    if (expected)
        assert_text_at(doc, path, expected);
    else
        assert_null_at(doc, path);
}

static void assert_number_at(const cJSON *doc, const char *path, double expected)
{
    const cJSON *number = at(doc, path);
    if (!cJSON_IsNumber(number) || number->valuedouble != expected)
        fail_msg("%s is %g, not %g", path, number->valuedouble, expected);
}

/* --- bodies --- */

static void every_body_has_its_members(void **state)
{
    (void)state;
    static const struct {
        enum body_id id;
        const char *members[16];
    } expected[] = {
        {BODY_METRICS,
         {"agent", "network", "compute", "storage", "inft", "jobs", "services", "servicesTotal",
          "provider", "ledger", "build", "sources", "renderedAt"}},
        {BODY_COMPUTE,
         {"compute", "services", "servicesTotal", "provider", "sources", "renderedAt"}},
        {BODY_STORAGE, {"storage", "sources", "renderedAt"}},
        {BODY_INFT, {"inft", "sources", "renderedAt"}},
        {BODY_JOBS, {"jobs", "next", "sources", "renderedAt"}},
        {BODY_SOURCES, {"sources", "renderedAt"}},
    };
    assert_int_equal(COUNT(expected), BODY_HISTORY); /* the last two have no sources */
    set_up_with_wallet();
    for (size_t i = 0; i < COUNT(expected); i++) {
        cJSON *doc = render(expected[i].id);
        int count = 0;
        for (; expected[i].members[count]; count++)
            at(doc, expected[i].members[count]);
        assert_int_equal(cJSON_GetArraySize(doc), count);
        assert_int_equal(cJSON_GetArraySize(at(doc, "sources")), SOURCE_COUNT);
        assert_text_at(doc, "renderedAt", "2026-01-02T03:05:00.000Z");
        cJSON_Delete(doc);
    }
}

/* Before anything was read no figure may look like one. */
static void what_is_not_known_is_null_and_never_zero(void **state)
{
    (void)state;
    set_up(ENVIRONMENT("ZG_NETWORK=galileo"));
    cJSON *doc = render(BODY_METRICS);
    static const char *const unknown[] = {
        "agent.name",
        "agent.address",
        "agent.balanceNeuron",
        "network.head",
        "compute.gpuUtilization",
        "compute.memoryUtilization",
        "compute.activeJobs",
        "compute.avgLatencyMs",
        "compute.totalInferences",
        "storage",
        "inft",
        "servicesTotal",
        "ledger",
        "sources.chain.asOf",
        "sources.chain.fetchedAt",
        "sources.chain.origin.block",
        "sources.chain.origin.contract",
        "sources.ledger.origin",
        "sources.ledger.asOf",
    };
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_null_at(doc, unknown[i]);
    assert_text_at(doc, "agent.id", "unnamed");
    assert_text_at(doc, "sources.chain.state", "error");
    assert_text_at(doc, "sources.ledger.state", "off");
    assert_int_equal(cJSON_GetArraySize(at(doc, "services")), 0);
    assert_int_equal(cJSON_GetArraySize(at(doc, "jobs")), 0);
    cJSON_Delete(doc);
}

static void the_agent_is_named_by_the_best_that_is_known(void **state)
{
    (void)state;
    const struct {
        char *const *environment;
        const char *id;
    } cases[] = {
        {(char *const[]){"ZG_NETWORK=galileo", "ZG_INFT_TOKEN_ID=7", "ZG_WALLET_ADDRESS=" WALLET,
                         "ZG_AGENT_NAME=me", NULL},
         "7"},
        {(char *const[]){"ZG_NETWORK=galileo", "ZG_WALLET_ADDRESS=" WALLET, "ZG_AGENT_NAME=me",
                         NULL},
         WALLET},
        {(char *const[]){"ZG_NETWORK=galileo", "ZG_AGENT_NAME=me", NULL}, "me"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (i > 0)
            tear_down(NULL);
        set_up(cases[i].environment);
        cJSON *doc = render(BODY_METRICS);
        assert_text_at(doc, "agent.id", cases[i].id);
        assert_text_at(doc, "agent.name", "me");
        cJSON_Delete(doc);
    }
}

static void what_was_read_is_shown_with_its_proof(void **state)
{
    (void)state;
    set_up_with_wallet();
    struct chain_value chain = {.balance = ~(amount)0, .has_balance = true};
    read_well(&sources[SOURCE_CHAIN], &chain);
    cJSON *doc = render(BODY_METRICS);
    assert_text_at(doc, "agent.balanceNeuron", "340282366920938463463374607431768211455");
    assert_text_at(doc, "network.name", "galileo");
    assert_number_at(doc, "network.chainId", 16602);
    assert_true(cJSON_IsFalse(at(doc, "network.simulated")));
    assert_true(cJSON_IsFalse(at(doc, "network.viaOwnNode")));
    assert_number_at(doc, "network.head.number", 1234);
    assert_text_at(doc, "network.head.time", "2026-01-02T03:04:57.000Z");
    assert_text_at(doc, "sources.chain.state", "fresh");
    assert_null_at(doc, "sources.chain.reason");
    assert_number_at(doc, "sources.chain.staleAfterMs", 15000);
    assert_text_at(doc, "sources.chain.fetchedAt", "2026-01-02T03:04:59.000Z");
    assert_number_at(doc, "sources.chain.asOf.block", 1234);
    assert_text_at(doc, "sources.chain.asOf.time", "2026-01-02T03:04:57.000Z");
    assert_text_at(doc, "sources.chain.origin.endpoint", "https://evmrpc-testnet.0g.ai");
    assert_text_at(doc, "sources.chain.origin.contract", settings.network->serving);
    assert_text_at(doc, "sources.chain.origin.method", "eth_getBlockByNumber");
    assert_number_at(doc, "sources.chain.origin.block", 1234);
    cJSON_Delete(doc);
}

static void services_are_shown_field_by_field(void **state)
{
    (void)state;
    set_up_with_wallet();
    struct registered rows[] = {make_registered(0xabc, "openai/gpt-oss-20b")};
    rows[0].input_price = (amount)1 << 96;
    rows[0].updated_at = 1767323045;
    read_services(rows, 1);
    static const enum body_id with_services[] = {BODY_METRICS, BODY_COMPUTE};
    for (size_t i = 0; i < COUNT(with_services); i++) {
        char provider[ADDRESS_TEXT_BYTES], signer[ADDRESS_TEXT_BYTES];
        const struct address p = numbered_address(0xabc), t = numbered_address(rows[0].tee_signer);
        cJSON *doc = render(with_services[i]);
        assert_text_at(doc, "services.0.provider", address_text(&p, provider));
        assert_text_at(doc, "services.0.serviceType", "chatbot");
        assert_text_at(doc, "services.0.model", "openai/gpt-oss-20b");
        assert_text_at(doc, "services.0.url", "https://provider.example");
        assert_text_at(doc, "services.0.inputPriceNeuron", "79228162514264337593543950336");
        assert_text_at(doc, "services.0.outputPriceNeuron", "100000000000");
        assert_null_at(doc, "services.0.priceError");
        assert_text_at(doc, "services.0.verifiability", "TeeML");
        assert_text_at(doc, "services.0.additionalInfo", "{}");
        assert_text_at(doc, "services.0.teeSignerAddress", address_text(&t, signer));
        assert_true(cJSON_IsTrue(at(doc, "services.0.teeSignerAcknowledged")));
        assert_text_at(doc, "services.0.updatedAt", "2026-01-02T03:04:05.000Z");
        assert_null_at(doc, "services.0.error");
        assert_number_at(doc, "servicesTotal", 1);
        cJSON_Delete(doc);
    }
}

static void what_could_not_be_decoded_is_null_with_its_reason(void **state)
{
    (void)state;
    set_up_with_wallet();
    struct registered rows[] = {make_registered(1, "a"), make_registered(2, "b"),
                                make_registered(3, "c")};
    struct compute_value *v = read_services(rows, COUNT(rows));
    struct service changed[3] = {*v->services[0], *v->services[1], *v->services[2]};
    changed[0] = (struct service){.err = ERR_BAD_OFFSET};
    changed[1].input_price.err = ERR_OVERFLOW;
    changed[1].updated_at = 0;
    changed[2].url.err = ERR_TOO_LARGE;
    changed[2].has_tee = false;
    for (size_t i = 0; i < COUNT(changed); i++)
        v->services[i] = &changed[i];
    cJSON *doc = render(BODY_COMPUTE);
    const cJSON *member;
    cJSON_ArrayForEach(member, at(doc, "services.0"))
    {
        if (strcmp(member->string, "error") != 0)
            assert_true(cJSON_IsNull(member));
    }
    assert_text_at(doc, "services.0.error", err_text(ERR_BAD_OFFSET));
    assert_null_at(doc, "services.1.inputPriceNeuron");
    assert_text_at(doc, "services.1.outputPriceNeuron", "100000000000");
    assert_text_at(doc, "services.1.priceError", "the price is above 2^128-1 neuron");
    assert_null_at(doc, "services.1.updatedAt");
    assert_null_at(doc, "services.1.error");
    assert_null_at(doc, "services.2.url");
    assert_text_at(doc, "services.2.error", err_text(ERR_TOO_LARGE));
    assert_text_at(doc, "services.2.model", "c");
    assert_null_at(doc, "services.2.teeSignerAddress");
    assert_null_at(doc, "services.2.teeSignerAcknowledged");
    cJSON_Delete(doc);
}

static void old_generations_have_no_tee_and_v1_no_info(void **state)
{
    (void)state;
    set_up_with_wallet();
    struct registered row = make_registered(1, "a");
    struct compute_value *v = read_services(&row, 1);
    struct service old = *v->services[0];
    old.has_tee = false;
    old.additional_info.err = ERR_NOT_FOUND;
    v->services[0] = &old;
    v->generation = SERVING_V1;
    cJSON *doc = render(BODY_COMPUTE);
    assert_null_at(doc, "services.0.additionalInfo");
    assert_null_at(doc, "services.0.teeSignerAddress");
    assert_null_at(doc, "services.0.error");
    cJSON_Delete(doc);
}

static void the_ledger_is_shown_or_said_not_to_exist(void **state)
{
    (void)state;
    set_up_with_wallet();
    uint8_t generation[32] = {[30] = 1};
    struct serving_account account = {.provider = numbered_address(5),
                                      .balance = 10,
                                      .pending_refund = 3,
                                      .acknowledged = true,
                                      .generation = generation};
    struct account_funding funding = {FUNDING_SHORT, 1767323000000};
    struct ledger_value value = {.exists = true,
                                 .ledger = {.available = 0, .total = 7},
                                 .accounts = &account,
                                 .account_count = 1,
                                 .fundings = &funding,
                                 .min_transfer = 11,
                                 .has_min_transfer = true};
    read_well(&sources[SOURCE_LEDGER], &value);
    cJSON *doc = render(BODY_METRICS);
    assert_true(cJSON_IsTrue(at(doc, "ledger.exists")));
    assert_text_at(doc, "ledger.contract", settings.network->serving);
    assert_text_at(doc, "ledger.availableNeuron", "0"); /* a zero that was read is a value */
    assert_text_at(doc, "ledger.totalNeuron", "7");
    assert_text_at(doc, "ledger.accounts.0.provider", "0x0000000000000000000000000000000000000005");
    assert_text_at(doc, "ledger.accounts.0.balanceNeuron", "10");
    assert_text_at(doc, "ledger.accounts.0.pendingRefundNeuron", "3");
    assert_text_at(doc, "ledger.accounts.0.generation", "256");
    assert_text_at(doc, "ledger.accounts.0.spendableNeuron", "7");
    assert_null_at(doc, "ledger.accounts.0.settledFeesNeuron"); /* no log was read yet */
    assert_null_at(doc, "ledger.settlements");
    assert_text_at(doc, "ledger.minTransferNeuron", "11");
    assert_null_at(doc, "ledger.minAccountBalanceNeuron");
    assert_text_at(doc, "ledger.providerMinimumNeuron", "1000000000000000000");
    cJSON_Delete(doc);
    value = (struct ledger_value){.exists = false};
    doc = render(BODY_METRICS);
    assert_true(cJSON_IsFalse(at(doc, "ledger.exists")));
    assert_null_at(doc, "ledger.availableNeuron");
    assert_null_at(doc, "ledger.totalNeuron");
    cJSON_Delete(doc);
}

/* What the contract counts is never mixed with what the agent recorded. */
static void the_card_of_the_token_says_what_it_counts_and_which_moment_is_the_last(void **state)
{
    (void)state;
    static const struct inft_moment log = {
        .known = true, .has_time = true, .time = 1767323045, .block = 1200};
    static const struct jobs_value none;
    static const struct jobs_value older = {
        .exists = true, .completed = 7, .last_completed_ms = {true, 1767323044000}};
    static const struct jobs_value newer = {
        .exists = true, .completed = 8, .last_completed_ms = {true, 1767323046000}};
    static const struct {
        enum inft_family family;
        bool tokens_known;
        struct inft_moment updated;
        const struct jobs_value *jobs;
        double count; /* below 0: null */
        const char *count_basis, *active, *active_basis;
    } cases[] = {
        {INFT_V1, false, log, &older, 7, "recorded jobs", "2026-01-02T03:04:05.000Z", "last log"},
        {INFT_V1, false, log, &newer, 8, "recorded jobs", "2026-01-02T03:04:06.000Z", "last job"},
        {INFT_V1, false, {0}, &newer, 8, "recorded jobs", "2026-01-02T03:04:06.000Z", "last job"},
        {INFT_V1, false, log, &none, -1, NULL, "2026-01-02T03:04:05.000Z", "last log"},
        {INFT_V1, false, log, NULL, -1, NULL, "2026-01-02T03:04:05.000Z", "last log"},
        {INFT_V1, false, {0}, NULL, -1, NULL, NULL, NULL},
        {INFT_V3, true, log, &newer, 3, "tokens held", "2026-01-02T03:04:06.000Z", "last job"},
        {INFT_V3, false, log, &newer, -1, NULL, "2026-01-02T03:04:06.000Z", "last job"},
    };
    set_up_with_wallet();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct inft_value value = {.has_family = true,
                                         .family = cases[i].family,
                                         .has_inferences = cases[i].tokens_known,
                                         .inferences = 3,
                                         .updated = cases[i].updated};
        read_well(&sources[SOURCE_INFT], &value);
        sources[SOURCE_JOBS].value = cases[i].jobs;
        cJSON *doc = render(BODY_INFT);
        if (cases[i].count < 0)
            assert_null_at(doc, "inft.inferenceCount");
        else
            assert_number_at(doc, "inft.inferenceCount", cases[i].count);
        assert_text_or_null_at(doc, "inft.inferenceBasis", cases[i].count_basis);
        assert_text_or_null_at(doc, "inft.lastActive", cases[i].active);
        assert_text_or_null_at(doc, "inft.lastActiveBasis", cases[i].active_basis);
        cJSON_Delete(doc);
    }
}

static void a_sub_account_that_runs_dry_is_warned_about(void **state)
{
    (void)state;
    set_up_with_wallet();
    static const amount milli = 1000000000000000;
    static const struct {
        unsigned balance, refund, available; /* milli-0G */
        enum funding level;
        const char *warning;
    } cases[] = {
        {2000, 0, 0, FUNDING_OK, NULL},
        {1999, 0, 5000, FUNDING_LOW,
         "1.999 0G is left with the provider, which will soon refuse: it wants 1 0G above its fees "
         "· since 2026-01-02T03:03:20.000Z · move at least 0.001 0G to it from the ledger"},
        {3000, 2000, 5000, FUNDING_SHORT,
         "1 0G is left with the provider, which refuses requests: it wants 1 0G above its fees · "
         "since 2026-01-02T03:03:20.000Z · move at least 1 0G to it from the ledger"},
        {0, 500, 500, FUNDING_SHORT,
         "0 0G is left with the provider, which refuses requests: it wants 1 0G above its fees · "
         "since 2026-01-02T03:03:20.000Z · deposit at least 1.5 0G into the ledger and move at "
         "least 2 0G to it"},
    };
    uint8_t generation[32] = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct serving_account account = {.balance = cases[i].balance * milli,
                                          .pending_refund = cases[i].refund * milli,
                                          .generation = generation};
        amount spendable = funding_spendable(account.balance, account.pending_refund);
        assert_int_equal(funding_of(spendable), cases[i].level);
        struct account_funding funding = {cases[i].level, 1767323000000};
        const struct ledger_value value = {.exists = true,
                                           .ledger = {.available = cases[i].available * milli},
                                           .accounts = &account,
                                           .account_count = 1,
                                           .fundings = &funding};
        read_well(&sources[SOURCE_LEDGER], &value);
        cJSON *doc = render(BODY_METRICS);
        assert_text_at(doc, "ledger.accounts.0.funding", funding_name(cases[i].level));
        if (cases[i].warning)
            assert_text_at(doc, "ledger.accounts.0.warning", cases[i].warning);
        else
            assert_null_at(doc, "ledger.accounts.0.warning");
        cJSON_Delete(doc);
    }
}

static void settled_fees_are_lower_bounds_until_all_logs_are_read(void **state)
{
    (void)state;
    set_up_with_wallet();
    uint8_t generation[32] = {0};
    struct serving_account accounts[] = {
        {.provider = numbered_address(5), .generation = generation},
        {.provider = numbered_address(6), .generation = generation}};
    struct account_funding fundings[2] = {{FUNDING_SHORT, 0}, {FUNDING_SHORT, 0}};
    const struct ledger_value value = {
        .exists = true, .accounts = accounts, .account_count = 2, .fundings = fundings};
    read_well(&sources[SOURCE_LEDGER], &value);
    static struct fee_totals totals;
    totals = (struct fee_totals){.count = 2, .others_failed = 3};
    totals.rows[0] = (struct settlement_sum){
        .provider = numbered_address(5), .fees = 40, .count = 3, .partial = 1, .last_block = 77};
    totals.rows[1] = (struct settlement_sum){.provider = numbered_address(9), .fees = 2};
    struct sum_scan scan = {.log = log_scan_begin(10, 0), .sums = &totals, .settled = &totals};
    sources[SOURCE_FEES_SCAN].value = &scan;
    cJSON *doc = render(BODY_METRICS);
    assert_null_at(doc, "ledger.settlements"); /* the head is not known yet */
    cJSON_Delete(doc);
    scan.log.head = 109;
    scan.log.has_head = true;
    scan.log.next = 60;
    doc = render(BODY_METRICS);
    assert_text_at(doc, "ledger.accounts.0.settledFeesNeuron", "40");
    assert_null_at(doc, "ledger.accounts.1.settledFeesNeuron"); /* not zero: who knows */
    assert_text_at(doc, "ledger.settlements.feesNeuron", "42");
    assert_true(cJSON_IsFalse(at(doc, "ledger.settlements.scan.complete")));
    assert_true(at(doc, "ledger.settlements.scan.progress")->valuedouble == 0.5);
    assert_null_at(doc, "ledger.settlements.providers.0.lastAt");
    cJSON_Delete(doc);
    scan.is_complete = true;
    totals.rows[1].overflow = true;
    doc = render(BODY_METRICS);
    assert_text_at(doc, "ledger.accounts.1.settledFeesNeuron", "0");
    assert_null_at(doc, "ledger.settlements.feesNeuron");
    assert_null_at(doc, "ledger.settlements.providers.1.feesNeuron");
    assert_true(at(doc, "ledger.settlements.othersFailed")->valuedouble == 3);
    cJSON_Delete(doc);
}

static void hostile_text_stays_inside_its_string(void **state)
{
    (void)state;
    static char name[] = "ZG_AGENT_NAME=</script><!--\"\\\x01\xff&";
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", name));
    struct registered rows[] = {
        make_registered(1, "</script><script>alert(1)</script>"),
        make_registered(2, "\"},{\"provider\":\"x"),
        make_registered(3, "\xed\xa0\x80\xc0\xaf\xf5 \xe2\x80\xa8 \xf0\x9f\xa6\x99"),
        make_registered(4, "\x7f\x1b[2J\r\n"),
    };
    read_services(rows, COUNT(rows));
    struct snapshot *s = render_snapshot(&view);
    assert_non_null(s);
    for (int id = 0; id < BODY_PROMETHEUS; id++)
        for (size_t i = 0; i < s->bodies[id].len; i++) {
            unsigned char c = (unsigned char)s->bodies[id].bytes[i];
            assert_true(c >= 0x20 && c != '<' && c != '>' && c != '&' && c != 0x7f);
        }
    snapshot_release(s);
    cJSON *doc = render(BODY_METRICS);
    assert_int_equal(cJSON_GetArraySize(at(doc, "services")), COUNT(rows));
    assert_text_at(doc, "services.0.model", rows[0].model);
    assert_text_at(doc, "services.1.model", rows[1].model);
    assert_text_at(doc, "services.3.model", rows[3].model);
    cJSON_Delete(doc);
}

static void a_url_that_may_hold_a_key_is_in_no_body(void **state)
{
    (void)state;
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_CHAIN_RPC=https://node.example/v2/hunter2"));
    for (int err = ERR_OK; err < ERR_COUNT; err++) {
        sources[SOURCE_CHAIN].err = sources[SOURCE_COMPUTE].err = (enum err)err;
        struct snapshot *s = render_snapshot(&view);
        assert_non_null(s);
        for (int id = 0; id < BODY_COUNT; id++) {
            assert_null(strstr(s->bodies[id].bytes, "hunter2"));
            assert_null(strstr(s->bodies[id].bytes, "node.example"));
        }
        for (int i = 0; i < SOURCE_COUNT; i++)
            assert_null(strstr(s->sources[i].reason, "hunter2"));
        snapshot_release(s);
    }
}

static void an_own_node_is_said(void **state)
{
    (void)state;
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_CHAIN_RPC=http://192.168.1.5:8545",
                       "ZG_ALLOW_PRIVATE=192.168.0.0/16"));
    cJSON *doc = render(BODY_METRICS);
    assert_true(cJSON_IsTrue(at(doc, "network.viaOwnNode")));
    assert_text_at(doc, "sources.chain.origin.endpoint", "$ZG_CHAIN_RPC");
    cJSON_Delete(doc);
}

/* Many rows that share a few bytes of markup: the largest body that a value can become. */
static void the_largest_value_still_fits_a_body(void **state)
{
    (void)state;
    enum { TEXT_BUDGET = 4 * 1024 * 1024, TEXTS = TEXT_BUDGET / SERVING_TEXT_MAX };
    set_up_with_wallet();
    char *markup = arena_alloc(&arena, SERVING_TEXT_MAX);
    struct service *rows = arena_array(&arena, SERVING_MAX_SERVICES, sizeof *rows);
    struct compute_value *v = arena_alloc(&arena, sizeof *v);
    v->services = arena_array(&arena, SERVING_MAX_SERVICES, sizeof *v->services);
    v->count = v->total = SERVING_MAX_SERVICES;
    v->generation = SERVING_V3;
    memset(markup, '<', SERVING_TEXT_MAX);
    for (size_t i = 0; i < SERVING_MAX_SERVICES; i++) {
        rows[i] = (struct service){.input_price.neuron = ~(amount)0,
                                   .output_price.neuron = ~(amount)0,
                                   .has_tee = true,
                                   .updated_at = 1};
        if (i < TEXTS)
            rows[i].model.text = (struct abi_text){.bytes = markup, .len = SERVING_TEXT_MAX};
        v->services[i] = &rows[i];
    }
    read_well(&sources[SOURCE_COMPUTE], v);
    struct snapshot *s = render_snapshot(&view);
    assert_non_null(s);
    assert_true(s->bodies[BODY_METRICS].len > 6 * TEXT_BUDGET);
    snapshot_release(s);
}

/* --- digest --- */

struct digest {
    uint8_t bytes[32];
};

static struct digest digest(void)
{
    struct digest d;
    assert_int_equal(render_digest(&view, d.bytes), ERR_OK);
    return d;
}

static void assert_changed_since(struct digest before)
{
    struct digest now = digest();
    assert_memory_not_equal(now.bytes, before.bytes, sizeof now.bytes);
}

static void assert_unchanged_since(struct digest before)
{
    struct digest now = digest();
    assert_memory_equal(now.bytes, before.bytes, sizeof now.bytes);
}

static void what_moves_with_every_refresh_is_no_change(void **state)
{
    (void)state;
    set_up_with_wallet();
    struct chain_value chain = {.balance = 5, .has_balance = true};
    struct registered row = make_registered(1, "a");
    read_well(&sources[SOURCE_CHAIN], &chain);
    read_services(&row, 1);
    struct digest before = digest();
    view.wall_ms += 3000;
    view.mono_ms += 3000;
    for (int i = 0; i < SOURCE_COUNT; i++) {
        sources[i].fetched_mono_ms += 2000;
        sources[i].fetched_wall_ms += 2000;
        sources[i].head.number++;
        sources[i].head.time_ms += 2000;
        sources[i].due_ms += 4000;
    }
    assert_unchanged_since(before);
}

static void a_scan_that_follows_the_head_is_no_change(void **state)
{
    (void)state;
    set_up_with_wallet();
    const struct ledger_value value = {.exists = true};
    read_well(&sources[SOURCE_LEDGER], &value);
    static struct fee_totals totals;
    totals = (struct fee_totals){0};
    struct sum_scan scan = {.log = log_scan_begin(10, 0), .sums = &totals, .settled = &totals};
    scan.log.has_head = scan.is_complete = true;
    scan.log.next = scan.log.head = 100;
    sources[SOURCE_FEES_SCAN].value = &scan;
    struct digest before = digest();
    scan.log.next = scan.log.head = 102;
    assert_unchanged_since(before);
    cJSON *doc = render(BODY_METRICS);
    assert_int_equal(at(doc, "ledger.settlements.scan.nextBlock")->valueint, 102);
    cJSON_Delete(doc);
    scan.is_complete = false;
    assert_changed_since(before);
}

static void a_value_a_state_and_a_reason_are_changes(void **state)
{
    (void)state;
    set_up_with_wallet();
    struct chain_value chain = {.balance = 5, .has_balance = true};
    struct registered row = make_registered(1, "a");
    struct source *s = &sources[SOURCE_CHAIN];
    read_well(s, &chain);
    struct compute_value *v = read_services(&row, 1);
    struct digest before = digest();

    chain.balance = 6;
    assert_changed_since(before);
    chain.balance = 5;
    assert_unchanged_since(before);

    v->total = 2;
    assert_changed_since(before);
    v->total = 1;

    s->err = ERR_TIMEOUT; /* a reason while still fresh */
    struct digest timeout = digest();
    assert_changed_since(before);
    s->err = ERR_CONNECT;
    assert_changed_since(timeout);
    s->err = ERR_OK;
    assert_unchanged_since(before);

    view.mono_ms += s->pace.stale_after_ms + 1; /* a state by time alone */
    assert_changed_since(before);
}

static void what_health_needs_is_beside_the_bodies(void **state)
{
    (void)state;
    set_up_with_wallet();
    struct chain_value chain = {0};
    read_well(&sources[SOURCE_CHAIN], &chain);
    sources[SOURCE_COMPUTE].err = ERR_TLS;
    struct snapshot *s = render_snapshot(&view);
    assert_non_null(s);
    assert_true(s->rendered_wall_ms == view.wall_ms);
    assert_string_equal(s->sources[SOURCE_CHAIN].key, "chain");
    assert_int_equal(s->sources[SOURCE_CHAIN].state, STATE_FRESH);
    assert_string_equal(s->sources[SOURCE_CHAIN].reason, "");
    assert_int_equal(s->sources[SOURCE_CHAIN].stale_from_ms, view.mono_ms - 1000 + 15000);
    assert_int_equal(s->sources[SOURCE_COMPUTE].state, STATE_ERROR);
    assert_memory_equal(s->sources[SOURCE_COMPUTE].reason, err_text(ERR_TLS),
                        strlen(err_text(ERR_TLS)));
    assert_int_equal(s->sources[SOURCE_MIRROR].state, STATE_OFF);
    snapshot_release(s);
}

#define TEST(function) cmocka_unit_test_teardown(function, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_body_has_its_members),
        TEST(what_is_not_known_is_null_and_never_zero),
        TEST(the_agent_is_named_by_the_best_that_is_known),
        TEST(what_was_read_is_shown_with_its_proof),
        TEST(services_are_shown_field_by_field),
        TEST(what_could_not_be_decoded_is_null_with_its_reason),
        TEST(old_generations_have_no_tee_and_v1_no_info),
        TEST(the_ledger_is_shown_or_said_not_to_exist),
        TEST(the_card_of_the_token_says_what_it_counts_and_which_moment_is_the_last),
        TEST(a_sub_account_that_runs_dry_is_warned_about),
        TEST(settled_fees_are_lower_bounds_until_all_logs_are_read),
        TEST(hostile_text_stays_inside_its_string),
        TEST(a_url_that_may_hold_a_key_is_in_no_body),
        TEST(an_own_node_is_said),
        TEST(the_largest_value_still_fits_a_body),
        TEST(what_moves_with_every_refresh_is_no_change),
        TEST(a_scan_that_follows_the_head_is_no_change),
        TEST(a_value_a_state_and_a_reason_are_changes),
        TEST(what_health_needs_is_beside_the_bodies),
    };
    return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
