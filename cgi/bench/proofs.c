#include "bench/proofs.h"

#include "base/clock.h"
#include "base/log.h"
#include "zerog/tee.h"
#include <string.h>

/* The signature is written just after the last byte of the response: asked for some times. */
enum { TOGETHER = 4, TRIES = 5, PAUSE_MS = 300, TIMEOUT_MS = 5000, LOOK_MS = 50 };

struct proofs {
    struct course *course;
    struct address signers[PLAN_MAX_ENDPOINTS];
    bool has_signer[PLAN_MAX_ENDPOINTS];
    unsigned in_flight;
};

struct asking {
    struct proofs *proofs;
    size_t place;
    int tries;
    int64_t due_ms; /* INT64_MAX: nothing is to be asked any more */
    bool in_flight;
    struct http_call *call;
};

static enum job_proof proof_of(enum tee_verdict verdict)
{
    static const enum job_proof proofs[] = {[TEE_ABSENT] = PROOF_ABSENT,
                                            [TEE_BAD] = PROOF_BAD,
                                            [TEE_SIGNER] = PROOF_SIGNER,
                                            [TEE_RESPONSE] = PROOF_RESPONSE};
    return proofs[verdict];
}

static const uint8_t *hash_bytes(const struct job_hash *hash)
{
    return hash->known ? hash->bytes : NULL;
}

static void settle(struct asking *a, enum job_proof proof)
{
    struct course *c = a->proofs->course;
    c->calls[a->place].proof = proof;
    a->due_ms = INT64_MAX;
    const enum err err = course_keep(c, a->place);
    if (err)
        log_event(LOG_ERROR, "proof_not_kept", "error", err_name(err), NULL);
}

static void answered(void *user, const struct http_response *response)
{
    struct asking *a = user;
    const struct bench_call *call = &a->proofs->course->calls[a->place];
    a->in_flight = false;
    a->call = NULL;
    a->proofs->in_flight--;
    if (response->err == ERR_CANCELLED)
        return;
    if (!response->err && response->status == 200) {
        settle(a, proof_of(tee_check(
                      response->body, response->body_len, &a->proofs->signers[call->endpoint],
                      hash_bytes(&call->request_sha256), hash_bytes(&call->response_sha256))));
    } else if (++a->tries >= TRIES) {
        settle(a, PROOF_ABSENT);
    } else {
        a->due_ms = clock_mono_ms() + PAUSE_MS;
    }
}

static void ask(struct asking *a)
{
    struct course *c = a->proofs->course;
    const struct bench_call *call = &c->calls[a->place];
    const struct bench_target *target = &c->order->preflight.targets[call->endpoint];
    struct buf path = buf_make(ENDPOINT_URL_MAX);
    enum err err =
        tee_put_path(&path, call->chat_id, (struct abi_text){target->model, strlen(target->model)});
    const struct http_request request = {.endpoint = &target->endpoint,
                                         .path = buf_str(&path),
                                         .max_response = TEE_REPLY_BYTES,
                                         .connect_timeout_ms = TIMEOUT_MS,
                                         .timeout_ms = TIMEOUT_MS,
                                         .done = answered,
                                         .user = a};
    if (!err)
        err = http_submit(c->aside, &request, &a->call);
    a->in_flight = !err;
    a->proofs->in_flight += !err;
    if (err)
        settle(a, PROOF_ABSENT);
    buf_free(&path);
}

/* Starts what is due; false when nothing is left to wait for. */
static bool advance(struct proofs *proofs, struct asking *asks, size_t count)
{
    const int64_t now = clock_mono_ms();
    bool left = false;
    for (size_t i = 0; i < count; i++) {
        struct asking *a = &asks[i];
        if (!a->in_flight && a->due_ms <= now && proofs->in_flight < TOGETHER)
            ask(a);
        left |= a->in_flight || a->due_ms != INT64_MAX;
    }
    return left;
}

void proofs_fetch(struct course *c, int deadline_ms)
{
    struct proofs proofs = {.course = c};
    struct arena arena = arena_make(0);
    struct asking *asks = arena_array(&arena, c->count + 1, sizeof *asks);
    const int64_t deadline = clock_mono_ms() + deadline_ms;
    for (size_t i = 0; i < c->head->endpoint_count; i++)
        proofs.has_signer[i] =
            c->head->endpoints[i].kind == ENDPOINT_PROVIDER &&
            tee_signer(c->order->preflight.targets[i].service, &proofs.signers[i]) == ERR_OK;
    for (size_t i = 0; i < c->count && asks; i++) {
        const struct bench_call *call = &c->calls[i];
        const bool can = call->chat_id && proofs.has_signer[call->endpoint];
        asks[i] = (struct asking){.proofs = &proofs, .place = i, .due_ms = can ? 0 : INT64_MAX};
        if (!can && call->outcome == OUTCOME_OK &&
            c->head->endpoints[call->endpoint].kind == ENDPOINT_PROVIDER)
            settle(&asks[i], PROOF_ABSENT);
    }
    while (asks && advance(&proofs, asks, c->count) && clock_mono_ms() < deadline &&
           !atomic_load(c->stopping))
        http_client_run(c->aside, LOOK_MS);
    for (size_t i = 0; i < c->count && asks; i++)
        if (asks[i].in_flight)
            http_call_cancel(asks[i].call);
    arena_free(&arena);
}
