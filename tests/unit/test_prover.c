/* The prover against a server that is both the chain's node and the provider. */
#include "proof/prover.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "eth/sign.h"
#include "net/http.h"
#include "support_chain.h"
#include "support_server.h"
#include "support_store.h"
#include <signal.h>
#include <time.h>

#define TEE_KEY  "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"
#define PROVIDER "0x0000000000000000000000000000000000000007"
#define TEXT                                                                                       \
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad:"                            \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" /* "abc" and "" */

enum { PROVIDER_NUMBER = 7, DEADLINE_MS = 5000 };

/* What the server says; set before a test's first request. */
enum chain_says { LISTED, NOT_ACKNOWLEDGED, NO_SERVICE, ANOTHER_CHAIN, NODE_FAILS };
enum provider_says { SIGNED, SIGNED_BY_ANOTHER, NOT_YET, FAILS, SLOW_DOWN, HANGS };

static atomic_int chain_says, provider_says, refusals; /* refusals: before the signature is there */
static atomic_int asked_chain, asked_provider;

static void send_reply(struct peer *peer, const char *status, const struct buf *body)
{
    char head[128];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", status, body->len);
    peer_puts(peer, head);
    peer_send(peer, buf_str(body), body->len);
}

static void sign_as(const char *key, const char *text, struct address *signer,
                    struct signature *signature)
{
    struct signer *s = NULL;
    if (signer_parse(key, &s))
        abort();
    *signer = *signer_address(s);
    signer_sign_message(s, text, strlen(text), signature);
    signer_free(s);
}

static void put_service(struct buf *out, unsigned port)
{
    char url[64];
    struct address signer;
    struct signature unused;
    struct registered row = make_registered(PROVIDER_NUMBER, "a model");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
    row.url = url;
    row.acknowledged = atomic_load(&chain_says) != NOT_ACKNOWLEDGED;
    put_word(out, 32);
    size_t tuple = out->len;
    put_service_tuple(out, SERVING_V3, &row);
    sign_as(TEE_KEY, "", &signer, &unused);
    memcpy(out->data + tuple + 9 * 32 + 12, signer.bytes, sizeof signer.bytes);
}

static bool answer_chain(struct peer *peer)
{
    int says = atomic_load(&chain_says);
    struct buf body = buf_make(BUF_NO_LIMIT), service = buf_make(BUF_NO_LIMIT);
    atomic_fetch_add(&asked_chain, 1);
    buf_printf(&body, "[{\"id\":1,\"result\":\"%s\"},{\"id\":2,",
               says == ANOTHER_CHAIN ? "0x1" : "0x7a69");
    if (says == NO_SERVICE) {
        buf_puts(&body, "\"error\":{\"code\":3,\"message\":\"execution reverted\",\"data\":"
                        "\"0x098eda7e0000000000000000000000000000000000000000000000000000000000"
                        "000007\"}}]");
    } else {
        put_service(&service, peer->server->port);
        buf_puts(&body, "\"result\":\"");
        hex_put(&body, (const uint8_t *)service.data, service.len);
        buf_puts(&body, "\"}]");
    }
    send_reply(peer, says == NODE_FAILS ? "500 No" : "200 OK", &body);
    buf_free(&body);
    buf_free(&service);
    return true;
}

static void put_signature(struct buf *out, bool good)
{
    static const char other[] = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    char text[SIGNATURE_TEXT_BYTES];
    struct address signer;
    struct signature signature;
    sign_as(good ? TEE_KEY : other, TEXT, &signer, &signature);
    buf_printf(out, "{\"text\":\"" TEXT "\",\"signature\":\"%s\",\"signing_algo\":\"ecdsa\"}",
               signature_text(&signature, text));
}

static bool answer_signature(struct peer *peer)
{
    static const char asked_for[] = "GET /v1/proxy/signature/chat%201?model=a%20model HTTP/1.1\r\n";
    struct buf body = buf_make(BUF_NO_LIMIT);
    const char *status = "200 OK";
    atomic_fetch_add(&asked_provider, 1);
    int says = atomic_load(&provider_says);
    if (strncmp(peer->request, asked_for, sizeof asked_for - 1) != 0) {
        status = "404 Another path";
    } else if (says == HANGS) {
        return true; /* and never a byte */
    } else if (says == FAILS) {
        status = "500 No";
    } else if (says == SLOW_DOWN) {
        status = "429 Wait\r\nRetry-After: 3";
    } else if (says == NOT_YET || atomic_fetch_sub(&refusals, 1) > 0) {
        status = "400 Bad Request";
        buf_puts(&body, "{\"error\":\"Chat id not found or expired, chat_id_not_found\"}");
    } else {
        put_signature(&body, says == SIGNED);
    }
    send_reply(peer, status, &body);
    buf_free(&body);
    return true;
}

static bool answer(struct peer *peer)
{
    return peer->request[0] == 'P' ? answer_chain(peer) : answer_signature(peer);
}

/* One test's store, server and prover. */
struct fixture {
    struct folder folder;
    struct server *server;
    struct store_writer *writer;
    struct arena arena;
    struct endpoint rpc;
    struct address serving;
    struct cidr_list loopback, listed; /* what the node, and what a listed URL, may be */
    struct prover *prover;
};

static void start_prover(struct fixture *f)
{
    const struct prover_config config = {.store_path = f->folder.store,
                                         .writer = f->writer,
                                         .rpc = &f->rpc,
                                         .chain_id = 31337,
                                         .serving = &f->serving,
                                         .private_addresses = &f->listed};
    assert_int_equal(prover_start(&config, &f->prover), ERR_OK);
}

static struct fixture *set_up(enum chain_says chain, enum provider_says provider)
{
    struct fixture *f = calloc(1, sizeof *f);
    char url[64];
    f->folder = folder_make();
    f->server = server_start(answer);
    assert_non_null(f->server);
    f->writer = open_writer(f->folder.store);
    f->arena = arena_make(0);
    assert_int_equal(cidr_list_parse("127.0.0.0/8", &f->loopback), ERR_OK);
    f->listed = f->loopback;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", f->server->port);
    assert_int_equal(endpoint_make(&f->rpc, "ZG_CHAIN_RPC", url, &f->loopback, &f->arena), ERR_OK);
    atomic_store(&chain_says, chain);
    atomic_store(&provider_says, provider);
    atomic_store(&refusals, 0);
    atomic_store(&asked_chain, 0);
    atomic_store(&asked_provider, 0);
    return f;
}

static void tear_down(struct fixture *f)
{
    int64_t before_ms = clock_mono_ms();
    prover_stop(f->prover);
    assert_in_range(clock_mono_ms() - before_ms, 0, 1000);
    server_stop(f->server);
    store_writer_close(f->writer);
    arena_free(&f->arena);
    folder_remove(&f->folder);
    free(f);
}

static struct job job_of(const char *id, int64_t age_ms)
{
    return (struct job){.id = id,
                        .status = JOB_COMPLETED,
                        .ended_ms = known(clock_wall_ms() - age_ms),
                        .provider = PROVIDER,
                        .chat_id = "chat 1",
                        .proof = PROOF_REPORTED};
}

static void record(struct fixture *f, const char *id, bool with_hashes, int64_t age_ms)
{
    struct job job = job_of(id, age_ms);
    if (with_hashes) {
        job.request_sha256.known = job.response_sha256.known = true;
        crypto_sha256("abc", 3, job.request_sha256.bytes);
        crypto_sha256("", 0, job.response_sha256.bytes);
    }
    put_at(f->writer, &job, clock_wall_ms());
    if (f->prover)
        prover_wake(f->prover);
}

static enum job_proof proof_of(struct fixture *f, const char *id)
{
    arena_reset(&f->arena);
    struct arena arena = arena_make(0);
    enum job_proof proof = get_job(f->folder.store, id, &arena).proof;
    arena_free(&arena);
    return proof;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

static void await_proof(struct fixture *f, const char *id, enum job_proof expected)
{
    int64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    while (proof_of(f, id) != expected) {
        if (clock_mono_ms() > until_ms)
            fail_msg("%s is %s", id, job_proof_name(proof_of(f, id)));
        nap();
    }
}

static void await_count(atomic_int *count, int least)
{
    int64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    while (atomic_load(count) < least && clock_mono_ms() < until_ms)
        nap();
    assert_in_range(atomic_load(count), least, INT32_MAX);
}

static void rest(int ms)
{
    for (int64_t until_ms = clock_mono_ms() + ms; clock_mono_ms() < until_ms;)
        nap();
}

static void a_signature_proves_the_signer_and_hashes_the_response(void **state)
{
    (void)state;
    struct fixture *f = set_up(LISTED, SIGNED);
    start_prover(f);
    record(f, "plain", false, 0);
    await_proof(f, "plain", PROOF_SIGNER);
    record(f, "hashed", true, 0);
    await_proof(f, "hashed", PROOF_RESPONSE);
    assert_int_equal(atomic_load(&asked_chain), 1); /* what it said still counts */
    assert_int_equal(atomic_load(&asked_provider), 2);
    tear_down(f);
}

static void another_signer_is_bad(void **state)
{
    (void)state;
    struct fixture *f = set_up(LISTED, SIGNED_BY_ANOTHER);
    start_prover(f);
    record(f, "job", true, 0);
    await_proof(f, "job", PROOF_BAD);
    rest(500);
    assert_int_equal(atomic_load(&asked_provider), 1); /* and it is not asked for again */
    tear_down(f);
}

static void a_signature_that_comes_late_is_waited_for(void **state)
{
    (void)state;
    struct fixture *f = set_up(LISTED, SIGNED);
    atomic_store(&refusals, 2);
    start_prover(f);
    record(f, "job", false, 0);
    await_proof(f, "job", PROOF_SIGNER);
    assert_int_equal(atomic_load(&asked_provider), 3);
    tear_down(f);
}

static void who_is_not_listed_is_never_asked(void **state)
{
    (void)state;
    static const enum chain_says cases[] = {NO_SERVICE, NOT_ACKNOWLEDGED, ANOTHER_CHAIN,
                                            NODE_FAILS};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = set_up(cases[i], SIGNED);
        start_prover(f);
        record(f, "job", false, 0);
        await_count(&asked_chain, 1);
        rest(200);
        assert_int_equal(atomic_load(&asked_provider), 0);
        assert_int_equal(proof_of(f, "job"), PROOF_REPORTED);
        tear_down(f);
    }
}

static void a_listed_url_on_a_private_address_is_not_followed(void **state)
{
    (void)state;
    struct fixture *f = set_up(LISTED, SIGNED);
    f->listed.count = 0;
    start_prover(f);
    record(f, "job", false, 0);
    await_count(&asked_chain, 1);
    rest(300);
    assert_int_equal(atomic_load(&asked_provider), 0);
    assert_int_equal(proof_of(f, "job"), PROOF_REPORTED);
    tear_down(f);
}

static void failures_are_followed_by_growing_pauses(void **state)
{
    (void)state;
    struct fixture *f = set_up(LISTED, FAILS);
    start_prover(f);
    record(f, "job", false, 0);
    await_count(&asked_provider, 1);
    rest(800);
    assert_int_equal(atomic_load(&asked_provider), 1); /* the first pause is a second */
    await_count(&asked_provider, 2);
    atomic_store(&provider_says, SIGNED);
    await_proof(f, "job", PROOF_SIGNER);
    tear_down(f);
}

static void a_wish_to_slow_down_is_granted(void **state)
{
    (void)state;
    struct fixture *f = set_up(LISTED, SLOW_DOWN);
    start_prover(f);
    record(f, "job", false, 0);
    await_count(&asked_provider, 1);
    atomic_store(&provider_says, SIGNED);
    record(f, "another", false, 0);
    rest(2000); /* above the pause after a failure */
    assert_int_equal(atomic_load(&asked_provider), 1);
    await_proof(f, "job", PROOF_SIGNER);
    await_proof(f, "another", PROOF_SIGNER);
    tear_down(f);
}

static void what_was_recorded_before_the_start_is_proven(void **state)
{
    (void)state;
    struct fixture *f = set_up(LISTED, SIGNED);
    record(f, "job", false, 19 * 60 * 1000);
    record(f, "forgotten", false, 20 * 60 * 1000 + 1);
    start_prover(f);
    await_proof(f, "job", PROOF_SIGNER);
    rest(200);
    assert_int_equal(proof_of(f, "forgotten"), PROOF_REPORTED);
    assert_int_equal(atomic_load(&asked_provider), 1);
    tear_down(f);
}

static void without_anything_to_prove_there_is_no_request(void **state)
{
    (void)state;
    struct fixture *f = set_up(LISTED, SIGNED);
    const struct job running = {
        .id = "running", .status = JOB_RUNNING, .provider = PROVIDER, .chat_id = "chat 1"};
    start_prover(f);
    put_at(f->writer, &running, clock_wall_ms());
    prover_wake(f->prover);
    rest(400);
    assert_int_equal(atomic_load(&f->server->requests), 0);
    tear_down(f);
}

static void it_stops_within_the_second_whatever_hangs(void **state)
{
    (void)state;
    struct fixture *f = set_up(LISTED, HANGS);
    start_prover(f);
    record(f, "job", false, 0);
    await_count(&asked_provider, 1);
    tear_down(f); /* asserts it */
}

static void many_jobs_share_few_requests_and_all_are_proven(void **state)
{
    (void)state;
    enum { JOBS = 700 }; /* more than are held at a time */
    struct fixture *f = set_up(LISTED, SIGNED);
    static struct job jobs[JOBS];
    static struct store_outcome outcomes[JOBS];
    static char ids[JOBS][16];
    for (int i = 0; i < JOBS; i++) {
        snprintf(ids[i], sizeof ids[i], "job-%d", i);
        jobs[i] = job_of(ids[i], i);
    }
    assert_int_equal(store_put_jobs(f->writer, jobs, JOBS, clock_wall_ms(), outcomes), ERR_OK);
    start_prover(f);
    /* Under valgrind on a busy machine it takes half of this. */
    int64_t until_ms = clock_mono_ms() + 60 * DEADLINE_MS;
    while (ask(f->folder.store, "SELECT count(*) FROM jobs WHERE proof = 3") < JOBS &&
           clock_mono_ms() < until_ms)
        nap();
    assert_int_equal(ask(f->folder.store, "SELECT count(*) FROM jobs WHERE proof = 3"), JOBS);
    assert_int_equal(atomic_load(&asked_provider), JOBS);
    assert_in_range(atomic_load(&f->server->busiest), 1, 2);
    tear_down(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_proves_the_signer_and_hashes_the_response),
        cmocka_unit_test(another_signer_is_bad),
        cmocka_unit_test(a_signature_that_comes_late_is_waited_for),
        cmocka_unit_test(who_is_not_listed_is_never_asked),
        cmocka_unit_test(a_listed_url_on_a_private_address_is_not_followed),
        cmocka_unit_test(failures_are_followed_by_growing_pauses),
        cmocka_unit_test(a_wish_to_slow_down_is_granted),
        cmocka_unit_test(what_was_recorded_before_the_start_is_proven),
        cmocka_unit_test(without_anything_to_prove_there_is_no_request),
        cmocka_unit_test(it_stops_within_the_second_whatever_hangs),
        cmocka_unit_test(many_jobs_share_few_requests_and_all_are_proven),
    };
    if (http_global_init())
        return 1;
    signal(SIGPIPE, SIG_IGN);
    int failed = cmocka_run_group_tests_name("prover", tests, NULL, NULL);
    http_global_cleanup();
    return failed;
}
