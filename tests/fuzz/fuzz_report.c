/* Bytes as a part of a run's record and as a whole report.json: what is read must be what it says,
 * byte for byte, and any report made of it must hold together. */
#include "bench/report.h"
#include "bench/report_json.h"
#include "bench/verify.h"

#include "base/utf8.h"
#include "require.h"
#include <string.h>

enum { MAX_ARENA = 64 << 20 };

static void require_same(struct buf *again, const char *text, size_t len)
{
    require(!again->err && again->len == len && memcmp(buf_str(again), text, len) == 0);
    buf_free(again);
}

static void read_parts(const char *text, size_t len, struct arena *arena)
{
    struct bench_head head;
    struct bench_call call;
    struct bench_tail tail;
    struct buf again = buf_make(BUF_NO_LIMIT);
    if (!record_read_head(text, len, arena, &head)) {
        record_put_head(&again, &head);
        require_same(&again, text, len);
    }
    if (!record_read_call(text, len, arena, &call)) {
        require(call.end_us >= call.start_us && call.endpoint < PLAN_MAX_ENDPOINTS);
        record_put_call(&again, &call);
        require_same(&again, text, len);
    }
    if (!record_read_tail(text, len, arena, &tail)) {
        record_put_tail(&again, &tail);
        require_same(&again, text, len);
    }
}

static void require_text(const struct buf *markdown)
{
    require(!markdown->err && strlen(buf_str(markdown)) == markdown->len);
    for (size_t i = 0; i < markdown->len;) {
        const size_t bytes = utf8_sequence(markdown->data + i, markdown->len - i);
        require(bytes);
        i += bytes;
    }
}

static void read_report(const char *text, size_t len, struct arena *arena)
{
    struct report_raw raw;
    struct report report;
    size_t line;
    if (report_read(text, len, arena, &raw, &line) ||
        report_make(&raw.run, raw.has_baseline ? &raw.baseline : NULL,
                    raw.has_previous ? &raw.previous : NULL, arena, &report))
        return;
    struct buf json = buf_make(BUF_NO_LIMIT), markdown = json, csv = json, words = json;
    report_put_json(&json, &report);
    report_put_markdown(&markdown, &report);
    report_put_csv(&csv, &report);
    require(!json.err && !csv.err);
    require_text(&markdown);
    verify_report((struct verify_text){"x.md", buf_str(&markdown), markdown.len},
                  (struct verify_text){"x.json", text, len}, &words);
    require(!words.err);
    buf_free(&json);
    buf_free(&markdown);
    buf_free(&csv);
    buf_free(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct arena arena = arena_make(MAX_ARENA);
    read_parts((const char *)data, len, &arena);
    read_report((const char *)data, len, &arena);
    arena_free(&arena);
    return 0;
}
