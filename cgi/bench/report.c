#include "bench/report.h"

#include <string.h>

static bool names_its_endpoints(const struct bench_record *record)
{
    for (size_t i = 0; i < record->call_count; i++)
        if (record->calls[i].endpoint >= record->head.endpoint_count)
            return false;
    return !record->ended || record->tail.reconciliation_count <= record->head.endpoint_count;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool report_same_endpoints(const struct bench_head *a, const struct bench_head *b)
{
    bool same = a->endpoint_count == b->endpoint_count;
    for (size_t i = 0; same && i < a->endpoint_count; i++)
        same = a->endpoints[i].kind == b->endpoints[i].kind &&
               same_text(a->endpoints[i].provider, b->endpoints[i].provider);
    return same;
}

/* NULL stays NULL. */
static enum err summarise(const struct bench_record *run, struct arena *arena,
                          const struct bench_summary **out)
{
    *out = NULL;
    if (!run)
        return ERR_OK;
    if (!names_its_endpoints(run))
        return ERR_BAD_FORMAT;
    const size_t count = run->head.endpoint_count;
    struct bench_summary *all = arena_array(arena, count + 1, sizeof *all);
    enum err err = all ? ERR_OK : ERR_NO_MEMORY;
    for (unsigned i = 0; i < count && !err; i++)
        err = summary_make(run, i, arena, &all[i]);
    *out = all;
    return err;
}

enum err report_make(const struct bench_record *run, const struct bench_record *baseline,
                     const struct bench_record *previous, struct arena *arena,
                     struct report *report)
{
    *report = (struct report){.run = run, .baseline = baseline, .previous = previous};
    if (previous && !report_same_endpoints(&run->head, &previous->head))
        return ERR_BAD_FORMAT;
    enum err err = summarise(run, arena, &report->summaries);
    if (!err)
        err = summarise(baseline, arena, &report->of_baseline);
    if (!err)
        err = summarise(previous, arena, &report->of_previous);
    return err;
}
