#include "bench/verify.h"

#include "bench/chain.h"
#include "bench/cost.h"
#include "bench/figure.h"
#include "bench/report.h"
#include "bench/report_json.h"
#include "eth/address.h"
#include "eth/hex.h"
#include "eth/sign.h"
#include <string.h>

/* Each check appends its line to `words` and says whether it holds. */

static void put_label(struct buf *words, const struct bench_record *record,
                      const struct bench_call *call)
{
    buf_printf(words, "%s: call ", record->head.id);
    put_run_label(words, record, call);
}

/* What the call costs by the rules of docs/benchmark.md. More than a record can hold is the most it
 * can. */
static amount cost_by_rule(const struct bench_head *head, const struct bench_call *call)
{
    const struct bench_endpoint *e = &head->endpoints[call->endpoint];
    const bool refused = call->http_status >= 300 && call->http_status < 500;
    amount cost = 0;
    enum err err = ERR_OK;
    if (call->cost_at_most)
        err = cost_worst(call->input_bytes, head->plan.max_tokens, e->input_price, e->output_price,
                         &cost);
    else if (call->tokens == TOKENS_USAGE && !refused)
        err = cost_of(call->input_tokens, call->output_tokens, e->input_price, e->output_price,
                      &cost);
    return err || cost > RECORD_MAX_AMOUNT ? RECORD_MAX_AMOUNT : cost;
}

static bool check_costs(const struct bench_record *record, struct buf *words)
{
    for (size_t i = 0; i < record->call_count; i++) {
        const struct bench_call *call = &record->calls[i];
        const amount cost = cost_by_rule(&record->head, call);
        if (!call->cost_known || cost == call->cost)
            continue;
        char recorded[AMOUNT_TEXT_BYTES], calculated[AMOUNT_TEXT_BYTES];
        put_label(words, record, call);
        buf_printf(words, " costs %s neuron in its record, %s by its tokens and prices\n",
                   amount_text(call->cost, recorded), amount_text(cost, calculated));
        return false;
    }
    buf_printf(words, "%s: each cost follows from tokens and prices\n", record->head.id);
    return true;
}

static enum err chain_of(const struct bench_record *record, struct job_hash *root)
{
    struct buf part = buf_make(BUF_NO_LIMIT);
    record_put_head(&part, &record->head);
    *root = chain_start(buf_str(&part), part.len);
    enum err err = part.err;
    for (size_t i = 0; i < record->call_count && !err; i++) {
        buf_reset(&part);
        record_put_call(&part, &record->calls[i]);
        err = part.err ? part.err : chain_add(root, buf_str(&part), part.len);
    }
    buf_free(&part);
    return err;
}

static bool check_chain(const struct bench_record *record, struct buf *words)
{
    struct job_hash root;
    if (!record->ended || !record->tail.root.known) {
        buf_printf(words, "%s: not sealed, the run has no root hash to check its calls against\n",
                   record->head.id);
        return false;
    }
    if (chain_of(record, &root)) {
        buf_puts(words, "out of memory\n");
        return false;
    }
    const bool same = memcmp(root.bytes, record->tail.root.bytes, sizeof root.bytes) == 0;
    buf_printf(words, "%s: the chain over the head and %zu calls gives ", record->head.id,
               record->call_count);
    hex_put(words, root.bytes, sizeof root.bytes);
    if (same) {
        buf_puts(words, ", the root of the report\n");
    } else {
        buf_puts(words, ", but the root of the report is ");
        hex_put(words, record->tail.root.bytes, sizeof root.bytes);
        buf_puts(words, ": the head or a call was changed, added, removed or moved\n");
    }
    return same;
}

static bool check_signature(const struct bench_record *record, struct buf *words)
{
    const struct bench_tail *tail = &record->tail;
    struct signature signature;
    struct address who;
    char text[ADDRESS_TEXT_BYTES];
    if (!tail->signer && !tail->signature) {
        buf_printf(words, "%s: not signed, so anybody may have made these figures\n",
                   record->head.id);
        return true;
    }
    if (!tail->signer || !tail->signature || signature_parse(tail->signature, &signature) ||
        signature_recover(&signature, tail->root.bytes, sizeof tail->root.bytes, &who)) {
        buf_printf(words, "%s: the signature is none\n", record->head.id);
        return false;
    }
    if (strcmp(address_text(&who, text), tail->signer) != 0) {
        buf_printf(words, "%s: the signature is of %s, not of the signer that is named\n",
                   record->head.id, text);
        return false;
    }
    if (record->head.environment.wallet && strcmp(record->head.environment.wallet, text) != 0) {
        buf_printf(words, "%s: signed by %s, which is not the wallet of the run\n", record->head.id,
                   text);
        return false;
    }
    buf_printf(words, "%s: the root is signed by %s\n", record->head.id, text);
    return true;
}

static bool check_record(const struct bench_record *record, struct buf *words)
{
    return check_chain(record, words) && check_signature(record, words) &&
           check_costs(record, words);
}

/* --- what was derived ------------------------------------------------------------------------- */

enum { SHOWN_BYTES = 60, SHOWN_BEFORE = 20 };

/* Some bytes around the place, on one line. */
static void put_excerpt(struct buf *words, const char *bytes, size_t len, size_t at)
{
    const size_t start = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0;
    buf_putc(words, '"');
    for (size_t i = start; i < len && i < start + SHOWN_BYTES; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        if (c < 0x20 || c == 0x7f)
            buf_puts(words, c == '\n' ? "\\n" : "?");
        else
            buf_putc(words, (char)c);
    }
    buf_puts(words, at >= len ? "\" (its end)" : "\"");
}

static bool check_same(const struct buf *derived, struct verify_text given, struct buf *words)
{
    if (derived->err) {
        buf_puts(words, "out of memory\n");
        return false;
    }
    size_t at = 0, line = 1;
    while (at < derived->len && at < given.len && derived->data[at] == given.bytes[at])
        line += given.bytes[at++] == '\n';
    if (at == derived->len && at == given.len) {
        buf_printf(words, "%s is what the raw data gives, byte for byte\n", given.name);
        return true;
    }
    buf_printf(words, "%s differs in line %zu: it says ", given.name, line);
    put_excerpt(words, given.bytes, given.len, at);
    buf_puts(words, ", the raw data gives ");
    put_excerpt(words, buf_str(derived), derived->len, at);
    buf_putc(words, '\n');
    return false;
}

static bool check_derived(const struct report *report, struct verify_text markdown,
                          struct verify_text json, struct buf *words)
{
    struct buf derived = buf_make(BUF_NO_LIMIT);
    report_put_json(&derived, report);
    bool holds = check_same(&derived, json, words);
    if (holds) {
        buf_reset(&derived);
        report_put_markdown(&derived, report);
        holds = check_same(&derived, markdown, words);
    }
    buf_free(&derived);
    return holds;
}

bool verify_report(struct verify_text markdown, struct verify_text json, struct buf *words)
{
    struct arena arena = arena_make(0);
    struct report_raw raw;
    struct report report;
    size_t line;
    bool holds = false;
    enum err err = report_read(json.bytes, json.len, &arena, &raw, &line);
    if (err) {
        buf_printf(words, "%s, line %zu: not as this program writes it (%s)\n", json.name, line,
                   err_text(err));
        goto out;
    }
    err = report_make(&raw.run, raw.has_baseline ? &raw.baseline : NULL,
                      raw.has_previous ? &raw.previous : NULL, &arena, &report);
    if (err) {
        buf_printf(words, "%s: no report can be made of it (%s)\n", json.name, err_text(err));
        goto out;
    }
    holds = check_record(&raw.run, words) &&
            (!raw.has_baseline || check_record(&raw.baseline, words)) &&
            (!raw.has_previous || check_record(&raw.previous, words)) &&
            check_derived(&report, markdown, json, words);
out:
    arena_free(&arena);
    return holds && !words->err;
}
