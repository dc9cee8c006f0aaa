#include "bench/archive.h"

#include "base/clock.h"
#include "base/log.h"
#include "bench/chain.h"
#include "bench/report.h"
#include <string.h>

static enum err parse_calls(const struct stored_run *run, struct arena *arena,
                            struct bench_record *record)
{
    struct bench_call *calls = arena_array(arena, run->summary.call_count + 1, sizeof *calls);
    enum err err = calls ? ERR_OK : ERR_NO_MEMORY;
    for (size_t i = 0; i < run->summary.call_count && !err; i++)
        err = record_read_call(run->calls[i].bytes, run->calls[i].len, arena, &calls[i]);
    record->calls = calls;
    record->call_count = run->summary.call_count;
    return err;
}

enum err archive_parse(const struct stored_run *run, struct arena *arena,
                       struct bench_record *record)
{
    const struct run_text *head = &run->summary.head, *tail = &run->summary.tail;
    *record = (struct bench_record){.ended = tail->bytes};
    enum err err = record_read_head(head->bytes, head->len, arena, &record->head);
    if (!err)
        err = parse_calls(run, arena, record);
    if (!err && record->ended)
        err = record_read_tail(tail->bytes, tail->len, arena, &record->tail);
    return err;
}

enum err archive_read(struct store_writer *writer, const char *id, struct arena *arena,
                      struct bench_record *record)
{
    struct stored_run run;
    enum err err = store_read_run(writer, id, arena, &run);
    return err ? err : archive_parse(&run, arena, record);
}

typedef bool (*head_test)(const struct bench_head *head, const struct bench_head *of);

static bool is_baseline(const struct bench_head *head, const struct bench_head *of)
{
    (void)of;
    return head->plan.kind == ENDPOINT_BASELINE;
}

static bool is_earlier(const struct bench_head *head, const struct bench_head *of)
{
    return head->started_wall_ms < of->started_wall_ms && report_same_endpoints(head, of);
}

/* The newest run that made all its calls and passes the test. */
static enum err find(struct store_writer *writer, head_test test, const struct bench_head *of,
                     struct arena *arena, struct bench_record *record)
{
    const struct run_summary *runs;
    size_t count;
    enum err err = store_list_runs(writer, RUN_LIST_MAX, arena, &runs, &count);
    for (size_t i = 0; i < count && !err; i++) {
        struct bench_head head;
        if (!runs[i].tail.bytes ||
            record_read_head(runs[i].head.bytes, runs[i].head.len, arena, &head) ||
            !test(&head, of))
            continue;
        err = archive_read(writer, runs[i].id, arena, record);
        if (!err && record->tail.end == RUN_END_DONE)
            return ERR_OK;
    }
    return err ? err : ERR_NOT_FOUND;
}

enum err archive_find_baseline(struct store_writer *writer, struct arena *arena,
                               struct bench_record *record)
{
    return find(writer, is_baseline, NULL, arena, record);
}

enum err archive_find_previous(struct store_writer *writer, const struct bench_head *head,
                               struct arena *arena, struct bench_record *record)
{
    return find(writer, is_earlier, head, arena, record);
}

enum err archive_seal(const struct stored_run *run, const struct signer *account,
                      struct arena *arena, struct bench_tail *tail)
{
    char address[ADDRESS_TEXT_BYTES], text[SIGNATURE_TEXT_BYTES];
    struct signature signature;
    struct job_hash link = chain_start(run->summary.head.bytes, run->summary.head.len);
    enum err err = ERR_OK;
    for (size_t i = 0; i < run->summary.call_count && !err; i++)
        err = chain_add(&link, run->calls[i].bytes, run->calls[i].len);
    tail->root = link;
    if (err || !account)
        return err;
    signer_sign_message(account, link.bytes, sizeof link.bytes, &signature);
    tail->signer = arena_strdup(arena, address_text(signer_address(account), address));
    tail->signature = arena_strdup(arena, signature_text(&signature, text));
    return tail->signer && tail->signature ? ERR_OK : ERR_NO_MEMORY;
}

/* A row for each endpoint: that nothing is known of its money is said. */
static enum err close_interrupted(struct store_writer *writer, const char *id,
                                  const struct signer *account, struct arena *arena)
{
    struct stored_run run;
    struct bench_head head = {0};
    struct buf text = buf_make(RUN_TEXT_BYTES);
    struct bench_tail tail = {.end = RUN_END_INTERRUPTED, .ended_wall_ms = clock_wall_ms()};
    struct bench_reconciliation none[PLAN_MAX_ENDPOINTS] = {0};
    enum err err = store_read_run(writer, id, arena, &run);
    if (!err)
        err = record_read_head(run.summary.head.bytes, run.summary.head.len, arena, &head);
    if (!err) {
        for (size_t i = 0; i < head.endpoint_count; i++)
            none[i].as_of_wall_ms = tail.ended_wall_ms;
        tail.reconciliations = none;
        tail.reconciliation_count = head.endpoint_count;
        err = archive_seal(&run, account, arena, &tail);
    }
    if (!err) {
        record_put_tail(&text, &tail);
        err = text.err ? text.err
                       : store_end_run(writer, id, (struct run_text){buf_str(&text), text.len},
                                       "interrupted", tail.ended_wall_ms);
    }
    buf_free(&text);
    return err;
}

enum err archive_close_interrupted(struct store_writer *writer, const struct signer *account)
{
    struct arena arena = arena_make(0), each = arena_make(0);
    const struct run_summary *runs;
    size_t count;
    enum err err = store_list_runs(writer, RUN_LIST_MAX, &arena, &runs, &count);
    for (size_t i = 0; i < count && !err; i++) {
        if (runs[i].tail.bytes)
            continue;
        enum err closed = close_interrupted(writer, runs[i].id, account, &each);
        log_event(LOG_WARN, "run_interrupted", "run", runs[i].id, "closed", err_name(closed), NULL);
        arena_reset(&each);
    }
    arena_free(&each);
    arena_free(&arena);
    return err;
}
