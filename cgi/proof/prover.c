#include "proof/prover.h"

#include "base/clock.h"
#include "base/log.h"
#include "eth/rpc.h"
#include "net/gate.h"
#include "net/http.h"
#include "proof/providers.h"
#include "proof/tasks.h"
#include "zerog/serving.h"
#include "zerog/tee.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    REQUESTS_MAX = 8,     /* at the same time */
    PER_PROVIDER_MAX = 2, /* of them to one provider */
    CONNECT_TIMEOUT_MS = 5000,
    REQUEST_TIMEOUT_MS = 10000,
    CHAIN_REPLY_BYTES = 256 * 1024, /* one service, in hexadecimal */
    READ_PAUSE_MS = 100,            /* between two looks at the store */
    READ_AGAIN_MS = 1000,           /* after one that failed */
    ARENA_BYTES = 4 * 1024 * 1024,  /* a full list, each text as long as it may be */
    LONGEST_WAIT_MS = 60000,
    SLOW_DOWN_MS = 10000, /* when a 429 does not say for how long */
    LONGEST_CLOSED_MS = 10 * 60000,
};

struct prover {
    struct prover_config config;
    struct store_reader *reader;
    struct http_client *http;
    struct tasks tasks;
    struct providers providers;
    struct gate_table gates;
    int asking;           /* requests on their way */
    bool more;            /* the store lists more than there are places */
    int64_t read_from_ms; /* monotonic: the store is not read before */
    struct arena arena;   /* of one reading, or of one answer */
    pthread_t thread;
    atomic_bool wanted, stop;
};

/* One request on its way: about a provider to the chain, or about a job to the provider. */
struct question {
    struct prover *prover;
    struct provider *provider;
    struct task *task; /* NULL: to the chain */
};

/* What is to be done ----------------------------------------------------------------------------
 */

static void read_store(struct prover *p)
{
    size_t count = 0;
    arena_reset(&p->arena);
    struct job *jobs = arena_array(&p->arena, TASKS_MAX, sizeof *jobs);
    enum err err = jobs ? store_read_to_prove(p->reader, clock_wall_ms() - TEE_KEPT_MS, jobs,
                                              TASKS_MAX, &p->arena, &count)
                        : ERR_NO_MEMORY;
    p->read_from_ms = clock_mono_ms() + (err ? READ_AGAIN_MS : READ_PAUSE_MS);
    if (err) {
        atomic_store(&p->wanted, true);
        return;
    }
    p->more = count == TASKS_MAX;
    tasks_update(&p->tasks, jobs, count, clock_mono_ms());
}

/* What comes back -------------------------------------------------------------------------------
 */

static const char *reason_of(enum err err)
{
    return err == ERR_NOT_FOUND ? "the contract lists no acknowledged signer of it" : err_text(err);
}

/* NULL without memory. */
static struct gate *gate_of(struct prover *p, const struct endpoint *endpoint)
{
    size_t per_minute = endpoint->is_private ? 0 : p->config.max_per_minute;
    return gate_table_find(&p->gates, endpoint->host, per_minute);
}

/* The server's wish holds for all that is asked there. */
static void slow_down(struct prover *p, const struct endpoint *endpoint, int64_t retry_after_ms)
{
    struct gate *gate = gate_of(p, endpoint);
    int64_t pause_ms = retry_after_ms < 0                   ? SLOW_DOWN_MS
                       : retry_after_ms < LONGEST_CLOSED_MS ? retry_after_ms
                                                            : LONGEST_CLOSED_MS;
    if (gate)
        gate_close(gate, clock_mono_ms() + pause_ms);
}

/* `endpoint` is who failed: the provider, or the chain when asked about it. Said once, until the
 * provider answers again. */
static void leave_alone(struct prover *p, struct provider *provider,
                        const struct endpoint *endpoint, enum err err, int64_t retry_after_ms)
{
    char address[ADDRESS_TEXT_BYTES];
    if (err == ERR_RATE_LIMITED || retry_after_ms >= 0)
        slow_down(p, endpoint, retry_after_ms);
    if (provider->failures == 0)
        log_event(LOG_WARN, "provider_not_asked", "provider",
                  address_text(&provider->address, address), "reason", reason_of(err), NULL);
    provider_close(provider, clock_mono_ms());
}

static void settle(struct prover *p, struct task *task, enum job_proof proof)
{
    char address[ADDRESS_TEXT_BYTES];
    enum err err = store_prove_job(p->config.writer, task->id, proof, clock_wall_ms());
    if (err && err != ERR_NOT_FOUND) {
        log_event(LOG_ERROR, "proof_not_recorded", "error", err_name(err), NULL);
        task_put_off(task, clock_mono_ms());
        return;
    }
    if (proof == PROOF_BAD)
        log_event(LOG_WARN, "signature_bad", "job", task->id, "provider",
                  address_text(&task->provider, address), NULL);
    task_free(task);
    if (p->more)
        atomic_store(&p->wanted, true);
}

static const uint8_t *hash_of(const struct job_hash *hash)
{
    return hash->known ? hash->bytes : NULL;
}

static void judge(struct prover *p, const struct provider *provider, struct task *task,
                  const struct http_response *response)
{
    static const enum job_proof proofs[] = {
        [TEE_BAD] = PROOF_BAD, [TEE_SIGNER] = PROOF_SIGNER, [TEE_RESPONSE] = PROOF_RESPONSE};
    enum tee_verdict verdict = TEE_ABSENT;
    if (response->status == 200)
        verdict = tee_check(response->body, response->body_len, &provider->signer,
                            hash_of(&task->request_sha256), hash_of(&task->response_sha256));
    if (verdict == TEE_ABSENT) /* not ready yet, or never there: both look alike */
        task_put_off(task, clock_mono_ms());
    else
        settle(p, task, proofs[verdict]);
}

static enum err failure_of(const struct http_response *response)
{
    if (response->err)
        return response->err;
    if (response->status == 429)
        return ERR_RATE_LIMITED;
    return response->status >= 500 ? ERR_HTTP_STATUS : ERR_OK;
}

static void provider_answered(void *user, const struct http_response *response)
{
    struct question q = *(struct question *)user;
    free(user);
    q.prover->asking--;
    q.provider->asking--;
    q.task->asking = false;
    if (response->err == ERR_CANCELLED)
        return;
    enum err err = failure_of(response);
    if (err == ERR_HTTP_STATUS) /* of this job alone, perhaps */
        task_put_off(q.task, clock_mono_ms());
    if (err) {
        leave_alone(q.prover, q.provider, &q.provider->endpoint, err, response->retry_after_ms);
        return;
    }
    provider_open(q.provider);
    judge(q.prover, q.provider, q.task, response);
}

/* The chain's number stands before the service, so that the answer proves which chain it is from.
 */
enum { CALL_CHAIN_ID, CALL_SERVICE, CALLS };

static enum err read_service(struct prover *p, struct provider *provider,
                             const struct rpc_answer answers[CALLS])
{
    const uint8_t *bytes;
    size_t len;
    uint64_t chain_id;
    enum err err = rpc_quantity(&answers[CALL_CHAIN_ID], &chain_id);
    if (!err && chain_id != p->config.chain_id)
        err = ERR_WRONG_CHAIN;
    if (!err)
        err = rpc_bytes(&answers[CALL_SERVICE], &p->arena, &bytes, &len);
    if (err == ERR_REVERTED && rpc_revert_selector(&answers[CALL_SERVICE]) == SERVING_NO_SERVICE)
        return ERR_NOT_FOUND;
    return err ? err
               : provider_take(provider, bytes, len, p->config.private_addresses, clock_mono_ms());
}

static enum err read_chain(struct prover *p, struct provider *provider,
                           const struct http_response *response)
{
    struct rpc_answer answers[CALLS];
    cJSON *doc = NULL;
    enum err err = failure_of(response);
    if (!err && response->status != 200)
        err = ERR_HTTP_STATUS;
    arena_reset(&p->arena);
    if (!err)
        err = rpc_parse(response->body, response->body_len, CHAIN_REPLY_BYTES, CALLS, answers,
                        &p->arena, &doc);
    if (!err)
        err = read_service(p, provider, answers);
    cJSON_Delete(doc);
    return err;
}

static void chain_answered(void *user, const struct http_response *response)
{
    struct question q = *(struct question *)user;
    free(user);
    q.prover->asking--;
    q.provider->asking_chain = false;
    if (response->err == ERR_CANCELLED)
        return;
    enum err err = read_chain(q.prover, q.provider, response);
    if (err)
        leave_alone(q.prover, q.provider, q.prover->config.rpc, err, response->retry_after_ms);
}

/* Asking ----------------------------------------------------------------------------------------
 */

/* Sends a request that lacks what is the same in all. */
static enum err ask(const struct question *question, struct http_request *request)
{
    struct question *kept = malloc(sizeof *kept);
    if (!kept)
        return ERR_NO_MEMORY;
    *kept = *question;
    request->connect_timeout_ms = CONNECT_TIMEOUT_MS;
    request->timeout_ms = REQUEST_TIMEOUT_MS;
    request->user = kept;
    enum err err = http_submit(question->prover->http, request, NULL);
    if (err)
        free(kept);
    else
        question->prover->asking++;
    return err;
}

static enum err ask_chain(struct prover *p, struct provider *provider)
{
    struct rpc_batch batch = rpc_batch_make();
    struct buf data = buf_make(BUF_NO_LIMIT);
    size_t len = 0;
    serving_put_get_service(&data, &provider->address);
    rpc_add(&batch, "eth_chainId", "[]");
    rpc_add_eth_call(&batch, p->config.serving, (const uint8_t *)buf_str(&data), data.len);
    const char *body = data.err ? NULL : rpc_batch_body(&batch, &len);
    struct http_request request = {.endpoint = p->config.rpc,
                                   .content_type = "application/json",
                                   .body = body,
                                   .body_len = len,
                                   .max_response = CHAIN_REPLY_BYTES,
                                   .done = chain_answered};
    enum err err = body ? ask(&(struct question){p, provider, NULL}, &request) : ERR_NO_MEMORY;
    provider->asking_chain = !err;
    buf_free(&data);
    rpc_batch_free(&batch);
    return err;
}

static enum err ask_provider(struct prover *p, struct provider *provider, struct task *task)
{
    struct buf path = buf_make(ENDPOINT_URL_MAX);
    enum err err = tee_put_path(&path, task->chat_id, provider->model);
    struct http_request request = {.endpoint = &provider->endpoint,
                                   .path = buf_str(&path),
                                   .max_response = TEE_REPLY_BYTES,
                                   .done = provider_answered};
    if (!err)
        err = ask(&(struct question){p, provider, task}, &request);
    task->asking = !err;
    provider->asking += !err;
    buf_free(&path);
    return err;
}

/* Asks for a task that is due, or first the chain for its provider. Returns when it can go on;
 * INT64_MAX: when some answer comes. */
static int64_t go_on(struct prover *p, struct task *task, int64_t now_ms)
{
    struct provider *provider = providers_find(&p->providers, &task->provider, now_ms);
    if (!provider || p->asking == REQUESTS_MAX || provider->asking_chain ||
        provider->asking == PER_PROVIDER_MAX)
        return INT64_MAX;
    if (now_ms < provider->closed_until_ms)
        return provider->closed_until_ms;
    const bool is_fresh = now_ms < provider->fresh_until_ms;
    if (!is_fresh && provider->asking > 0)
        return INT64_MAX;
    struct gate *gate = gate_of(p, is_fresh ? &provider->endpoint : p->config.rpc);
    int64_t wait_ms = gate ? gate_wait_ms(gate, now_ms) : LONGEST_WAIT_MS;
    if (wait_ms > 0)
        return now_ms + wait_ms;
    gate_pass(gate, now_ms);
    if (is_fresh ? ask_provider(p, provider, task) : ask_chain(p, provider))
        task_put_off(task, now_ms); /* no memory, or no path that a chat could have */
    return task->asking || provider->asking_chain ? INT64_MAX : task->due_ms;
}

/* Asks for all that is due. Returns when something is again, at the latest. */
static int64_t ask_due(struct prover *p)
{
    int64_t now_ms = clock_mono_ms(), next_ms = now_ms + LONGEST_WAIT_MS;
    for (size_t i = 0; i < TASKS_MAX; i++) {
        struct task *task = &p->tasks.items[i];
        if (!task->id[0] || task->asking)
            continue;
        int64_t again_ms = task->due_ms <= now_ms ? go_on(p, task, now_ms) : task->due_ms;
        if (again_ms < next_ms)
            next_ms = again_ms;
    }
    return next_ms;
}

/* The thread ------------------------------------------------------------------------------------
 */

static void *run(void *user)
{
    struct prover *p = user;
    while (!atomic_load(&p->stop)) {
        if (clock_mono_ms() >= p->read_from_ms && atomic_exchange(&p->wanted, false))
            read_store(p);
        tasks_expire(&p->tasks, clock_wall_ms());
        int64_t next_ms = ask_due(p);
        if (atomic_load(&p->wanted) && p->read_from_ms < next_ms)
            next_ms = p->read_from_ms;
        int64_t wait_ms = next_ms - clock_mono_ms();
        http_client_run(p->http, wait_ms > 0 ? (int)wait_ms : 0);
    }
    return NULL;
}

static void destroy(struct prover *p)
{
    if (p->http)
        http_client_free(p->http); /* ends what is on its way, which still needs the rest */
    store_reader_free(p->reader);
    providers_free(&p->providers);
    gate_table_free(&p->gates);
    arena_free(&p->arena);
    free(p);
}

enum err prover_start(const struct prover_config *config, struct prover **prover)
{
    struct prover *p = calloc(1, sizeof *p);
    if (!p)
        return ERR_NO_MEMORY;
    p->config = *config;
    p->read_from_ms = clock_mono_ms();
    p->arena = arena_make(ARENA_BYTES);
    p->reader = store_reader_new(config->store_path, STORE_JOBS);
    p->http = http_client_new();
    atomic_store(&p->wanted, true);
    enum err err = p->reader && p->http ? ERR_OK : ERR_NO_MEMORY;
    if (!err && pthread_create(&p->thread, NULL, run, p))
        err = ERR_SYSTEM;
    if (err)
        destroy(p);
    else
        *prover = p;
    return err;
}

void prover_wake(struct prover *p)
{
    if (!atomic_exchange(&p->wanted, true))
        http_client_wake(p->http);
}

void prover_stop(struct prover *p)
{
    if (!p)
        return;
    atomic_store(&p->stop, true);
    http_client_wake(p->http);
    pthread_join(p->thread, NULL);
    destroy(p);
}
