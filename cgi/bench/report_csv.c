/* RFC 4180 with CRLF and a header. Foreign texts are always quoted, and one that a spreadsheet
 * could take for a formula gets an apostrophe before it (OWASP, "CSV Injection"). Unknown is
 * empty. */
#include "bench/report.h"

#include "base/clock.h"
#include "bench/figure.h"
#include "eth/hex.h"
#include <inttypes.h>
#include <string.h>

/* Every field but the first begins with its comma. */
static void put_text(struct buf *out, const char *text)
{
    buf_putc(out, ',');
    if (text) {
        buf_putc(out, '"');
        if (*text && strchr("=+-@\t\r\n", *text))
            buf_putc(out, '\'');
        for (; *text; text++) {
            if (*text == '"')
                buf_putc(out, '"');
            buf_putc(out, *text);
        }
        buf_putc(out, '"');
    }
}

static void put_int(struct buf *out, int64_t number)
{
    buf_putc(out, ',');
    if (number >= 0)
        buf_printf(out, "%" PRId64, number);
}

static void put_bool(struct buf *out, bool value)
{
    buf_puts(out, value ? ",true" : ",false");
}

static void put_time(struct buf *out, int64_t wall_ms)
{
    char time[TIME_TEXT_BYTES];
    buf_printf(out, ",%s", time_text(wall_ms, time));
}

static void put_hash(struct buf *out, const struct job_hash *hash)
{
    char digits[2 * JOB_SHA256_BYTES];
    buf_putc(out, ',');
    if (hash->known) {
        hex_digits(hash->bytes, sizeof hash->bytes, digits);
        buf_put(out, digits, sizeof digits);
    }
}

static void put_number(struct buf *out, struct job_number number)
{
    put_int(out, number.known ? number.value : -1);
}

static const char header[] =
    "run,warmup,kind,provider,url,model,outcome,http_status,start_utc,end_utc,latency_us,ttft_us,"
    "tpot_us,first_byte_us,queue_us,dns_us,tcp_us,tls_us,input_tokens,output_tokens,"
    "tokens_estimated,reasoning_tokens,cached_tokens,input_bytes,output_bytes,events,"
    "finish_reason,done_marker,over_reported,rerouted,cost_neuron,cost_at_most,proof,chat_id,"
    "request_sha256,response_sha256,excerpt\r\n";

static void put_call(struct buf *out, const struct bench_record *run, const struct bench_call *c)
{
    const struct bench_endpoint *e = &run->head.endpoints[c->endpoint];
    char outcome[OUTCOME_TEXT_BYTES], cost[AMOUNT_TEXT_BYTES];
    put_run_label(out, run, c);
    put_bool(out, c->warmup);
    put_text(out, job_endpoint_name(e->kind));
    put_text(out, e->provider);
    put_text(out, e->url);
    put_text(out, e->model);
    buf_printf(out, ",%s", outcome_text(c->outcome, c->http_status, outcome));
    put_int(out, c->http_status ? c->http_status : -1);
    put_time(out, c->start_wall_ms);
    put_time(out, c->end_wall_ms);
    put_int(out, call_latency_us(c));
    put_int(out, call_ttft_us(c));
    put_int(out, call_tpot_us(c));
    put_int(out, c->first_byte_us);
    put_int(out, c->start_us - c->due_us);
    put_int(out, c->new_connection ? c->dns_us : -1);
    put_int(out, c->new_connection ? c->tcp_us : -1);
    put_int(out, c->new_connection ? c->tls_us : -1);
    put_int(out, c->tokens ? (int64_t)c->input_tokens : -1);
    put_int(out, c->tokens ? (int64_t)c->output_tokens : -1);
    put_bool(out, c->tokens == TOKENS_ESTIMATED);
    put_number(out, c->reasoning_tokens);
    put_number(out, c->cached_tokens);
    put_int(out, (int64_t)c->input_bytes);
    put_int(out, (int64_t)c->output_bytes);
    put_int(out, (int64_t)c->events);
    put_text(out, c->finish_reason);
    put_bool(out, c->done_marker);
    put_bool(out, c->over_reported);
    put_bool(out, c->rerouted);
    buf_printf(out, ",%s", c->cost_known ? amount_text(c->cost, cost) : "");
    put_bool(out, c->cost_at_most);
    put_text(out, job_proof_name(c->proof));
    put_text(out, c->chat_id);
    put_hash(out, &c->request_sha256);
    put_hash(out, &c->response_sha256);
    put_text(out, c->excerpt);
    buf_puts(out, "\r\n");
}

void report_put_csv(struct buf *out, const struct report *report)
{
    buf_puts(out, header);
    for (size_t i = 0; i < report->run->call_count; i++)
        put_call(out, report->run, &report->run->calls[i]);
}
