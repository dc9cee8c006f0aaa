/* A sample of a run's raw data: one warm-up call and ten measured ones, the seventh of which timed
 * out before its first token and the ninth of which is slow. */
#ifndef TESTS_SUPPORT_RECORD_H
#define TESTS_SUPPORT_RECORD_H

#include "support.h"

#include "bench/chain.h"
#include "bench/record.h"
#include "eth/sign.h"

enum { SAMPLE_CALLS = 11, SAMPLE_TOKENS = 8, SAMPLE_ENDPOINTS = 2 };

struct sample {
    struct bench_endpoint endpoints[SAMPLE_ENDPOINTS];
    struct bench_call calls[2 * SAMPLE_CALLS];
    uint32_t stamps[SAMPLE_CALLS][SAMPLE_TOKENS];
    struct bench_reconciliation reconciliations[SAMPLE_ENDPOINTS];
    struct bench_record record;
    char signer[ADDRESS_TEXT_BYTES], signature[SIGNATURE_TEXT_BYTES];
};

#define SAMPLE_INPUT_PRICE  ((amount)100000000000)
#define SAMPLE_OUTPUT_PRICE ((amount)400000000000)

static const char *const sample_sentences[] = {
    "One warm-up call, then 10 calls one after the other.",
    "Latency runs from just before the request is sent to the last byte.",
};

static inline struct bench_endpoint sample_endpoint(void)
{
    return (struct bench_endpoint){
        .kind = ENDPOINT_PROVIDER,
        .provider = "0xa48f01287233509FD694a22Bf840225062E67836",
        .url = "https://provider.example/v1/proxy",
        .model = "example/model-27b",
        .priced = true,
        .input_price = SAMPLE_INPUT_PRICE,
        .output_price = SAMPLE_OUTPUT_PRICE,
        .tee_signer = "0x83df4B8EbA7c0B3B740019b8c9a77ffF77D508cF",
        .signer_acknowledged = true,
        .no_hardware = "its quote names no GPU",
    };
}

static inline struct bench_call sample_call(unsigned number, bool warmup, int64_t start_us,
                                            int64_t latency_us, uint64_t output_tokens)
{
    struct bench_call call = {
        .number = number,
        .warmup = warmup,
        .outcome = OUTCOME_OK,
        .http_status = 200,
        .start_wall_ms = INT64_C(1768472551004) + start_us / 1000,
        .end_wall_ms = INT64_C(1768472551004) + (start_us + latency_us) / 1000,
        .due_us = start_us,
        .start_us = start_us,
        .end_us = start_us + latency_us,
        .new_connection = warmup,
        .first_byte_us = latency_us / 5,
        .first_content_us = latency_us / 4,
        .last_token_us = latency_us * 95 / 100,
        .tokens = TOKENS_USAGE,
        .input_tokens = 58,
        .output_tokens = output_tokens,
        .events = SAMPLE_TOKENS,
        .token_count = SAMPLE_TOKENS,
        .input_bytes = 214,
        .output_bytes = output_tokens * 4,
        .finish_reason = "stop",
        .done_marker = true,
        .cost_known = true,
        .cost = 58 * SAMPLE_INPUT_PRICE + output_tokens * SAMPLE_OUTPUT_PRICE,
        .request_sha256 = {.known = true, .bytes = {1, (uint8_t)number}},
        .response_sha256 = {.known = true, .bytes = {2, (uint8_t)number}},
        .chat_id = "chat-1",
        .proof = PROOF_RESPONSE,
    };
    if (warmup) {
        call.dns_us = 12100;
        call.tcp_us = 31000;
        call.tls_us = 64900;
    }
    return call;
}

static inline void sample_set_stamps(struct bench_call *call, uint32_t stamps[SAMPLE_TOKENS])
{
    const int64_t first = call->first_content_us, last = call->last_token_us;
    for (unsigned i = 0; i < SAMPLE_TOKENS; i++)
        stamps[i] = (uint32_t)(first + (last - first) * i / (SAMPLE_TOKENS - 1));
    call->token_us = stamps;
}

/* What a call that got no token looks like. */
static inline void sample_fail(struct bench_call *call, enum outcome outcome, int http_status)
{
    call->outcome = outcome;
    call->http_status = http_status;
    call->first_byte_us = call->first_content_us = call->last_token_us = -1;
    call->tokens = TOKENS_NONE;
    call->input_tokens = call->output_tokens = call->output_bytes = 0;
    call->events = call->token_count = 0;
    call->token_us = NULL;
    call->finish_reason = NULL;
    call->done_marker = false;
    call->cost = 0;
    call->response_sha256.known = false;
    call->chat_id = NULL;
    call->proof = PROOF_NONE;
}

static inline struct bench_head sample_head(const struct bench_endpoint *endpoint)
{
    return (struct bench_head){
        .id = "b-20260115-102231-7f3a",
        .started_wall_ms = INT64_C(1768472551004),
        .plan = {.kind = ENDPOINT_PROVIDER,
                 .model = "example/model-27b",
                 .calls = SAMPLE_CALLS - 1,
                 .warmup = 1,
                 .max_tokens = 160,
                 .prompt_set = "v1",
                 .seed = 42,
                 .max_spend = (amount)10000000000000000,
                 .max_duration_ms = 3600000,
                 .timeouts = {.connect_ms = 10000,
                              .first_token_ms = 30000,
                              .total_ms = 120000,
                              .stall_ms = 30000},
                 .slo = {.latency_ms = 3000}},
        .environment = {.network = "0G mainnet",
                        .chain_id = 16661,
                        .contract = "0x47340d900bdFec2BD393c626E12ea0656F938d84",
                        .price_block = 18220114,
                        .client = "0.1.0, gcc 12.2.0",
                        .host = "2 CPU, Linux 6.18",
                        .libraries = "libcurl 7.88.1, OpenSSL 3.0.19",
                        .region = "eu-1"},
        .endpoints = endpoint,
        .endpoint_count = 1,
        .calibration = {.calls = 50, .p50_us = 80, .p99_us = 400, .clock_resolution_ns = 1},
        .prompts = {.set = "v1",
                    .sha256 = "5d1c0000000000000000000000000000000000000000000000000000000000aa"},
        .sentences = sample_sentences,
        .sentence_count = COUNT(sample_sentences),
    };
}

/* The root that belongs to what is in the record; unsigned. */
static inline void sample_set_root(struct bench_record *record)
{
    struct buf part = buf_make(BUF_NO_LIMIT);
    record_put_head(&part, &record->head);
    record->tail.root = chain_start(buf_str(&part), part.len);
    for (size_t i = 0; i < record->call_count; i++) {
        buf_reset(&part);
        record_put_call(&part, &record->calls[i]);
        assert_int_equal(part.err, ERR_OK);
        assert_int_equal(chain_add(&record->tail.root, buf_str(&part), part.len), ERR_OK);
    }
    buf_free(&part);
}

/* Points into *s, which has to stay. */
static inline struct bench_record *sample_make(struct sample *s)
{
    static const struct {
        int64_t latency_us;
        uint64_t output_tokens;
    } measured[] = {
        {2412318, 121}, {2105774, 118}, {2233489, 120}, {1987455, 119}, {2651903, 125},
        {2077611, 117}, {30000000, 0},  {2311402, 122}, {5314902, 126}, {2166753, 118},
    };
    memset(s, 0, sizeof *s);
    s->endpoints[0] = sample_endpoint();
    s->calls[0] = sample_call(1, true, 0, 2890110, 120);
    int64_t at = 2903000;
    for (unsigned i = 0; i < COUNT(measured); i++) {
        s->calls[i + 1] =
            sample_call(i + 1, false, at, measured[i].latency_us, measured[i].output_tokens);
        if (!measured[i].output_tokens)
            sample_fail(&s->calls[i + 1], OUTCOME_TIMEOUT_FIRST_TOKEN, 0);
        at += measured[i].latency_us + 3000;
    }
    for (unsigned i = 0; i < SAMPLE_CALLS; i++)
        if (s->calls[i].token_count)
            sample_set_stamps(&s->calls[i], s->stamps[i]);
    s->reconciliations[0] = (struct bench_reconciliation){
        .state = RECONCILED_PENDING,
        .as_of_wall_ms = INT64_C(1768472651004),
        .unsettled_known = true,
        .unsettled_after = (amount)540400000000000,
        .balance_known = true,
        .balance_before = (amount)2000000000000000000,
        .balance_after = (amount)2000000000000000000,
        .block_before = 18220114,
        .block_after = 18220190,
        .settled_known = true,
    };
    s->record = (struct bench_record){
        .head = sample_head(s->endpoints),
        .calls = s->calls,
        .call_count = SAMPLE_CALLS,
        .ended = true,
        .tail = {.end = RUN_END_DONE,
                 .ended_wall_ms = INT64_C(1768472607223),
                 .reconciliations = s->reconciliations,
                 .reconciliation_count = 1},
    };
    sample_set_root(&s->record);
    return &s->record;
}

/* The same calls at a second endpoint, each right after the first one's, 0.4 s slower. */
static inline void sample_add_endpoint(struct sample *s)
{
    s->endpoints[1] = s->endpoints[0];
    s->endpoints[1].provider = "0xf07240Efa67755B5311bc75784a061eDB47165Dd";
    s->endpoints[1].url = "https://other.example/v1/proxy";
    s->reconciliations[1] = s->reconciliations[0];
    for (size_t i = SAMPLE_CALLS; i-- > 0;) {
        s->calls[2 * i] = s->calls[i];
        s->calls[2 * i + 1] = s->calls[i];
        s->calls[2 * i + 1].endpoint = 1;
        s->calls[2 * i + 1].end_us += 400000;
    }
    s->record.head.endpoint_count = 2;
    s->record.call_count = 2 * SAMPLE_CALLS;
    s->record.tail.reconciliation_count = 2;
    sample_set_root(&s->record);
}

/* Seals the run with a wallet of its own. */
static inline void sample_sign(struct sample *s)
{
    struct signer *signer;
    struct signature signature;
    assert_int_equal(
        signer_parse("1111111111111111111111111111111111111111111111111111111111111111", &signer),
        ERR_OK);
    s->record.head.environment.wallet = address_text(signer_address(signer), s->signer);
    sample_set_root(&s->record);
    signer_sign_message(signer, s->record.tail.root.bytes, sizeof s->record.tail.root.bytes,
                        &signature);
    s->record.tail.signer = s->signer;
    s->record.tail.signature = signature_text(&signature, s->signature);
    signer_free(signer);
}

#endif
