#include "bench/report.h"

static bool names_its_endpoints(const struct bench_record *record)
{
    for (size_t i = 0; i < record->call_count; i++)
        if (record->calls[i].endpoint >= record->head.endpoint_count)
            return false;
    return !record->ended || record->tail.reconciliation_count <= record->head.endpoint_count;
}

enum err report_make(const struct bench_record *run, const struct bench_record *baseline,
                     struct arena *arena, struct report *report)
{
    if (!names_its_endpoints(run) || (baseline && !names_its_endpoints(baseline)))
        return ERR_BAD_FORMAT;
    struct bench_summary *summaries =
        arena_array(arena, run->head.endpoint_count + 1, sizeof *summaries);
    if (!summaries)
        return ERR_NO_MEMORY;
    enum err err = ERR_OK;
    for (unsigned i = 0; i < run->head.endpoint_count && !err; i++)
        err = summary_make(run, i, arena, &summaries[i]);
    struct bench_summary *of_baseline = &summaries[run->head.endpoint_count];
    if (!err && baseline)
        err = summary_make(baseline, 0, arena, of_baseline);
    *report = (struct report){.run = run,
                              .baseline = baseline,
                              .summaries = summaries,
                              .baseline_summary = baseline ? of_baseline : NULL};
    return err;
}
