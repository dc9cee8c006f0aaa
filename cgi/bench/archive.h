/* Runs as the store has them, taken back into records; and the seal on one that has ended. Thread-
 * safe for different arenas. */
#ifndef BENCH_ARCHIVE_H
#define BENCH_ARCHIVE_H

#include "bench/record.h"
#include "eth/sign.h"
#include "store/runs.h"

/* The run of this id, whole. Everything lives in `arena`. ERR_NOT_FOUND; ERR_BAD_FORMAT when what
 * is stored is none of ours. */
enum err archive_read(struct store_writer *writer, const char *id, struct arena *arena,
                      struct bench_record *record);

/* What a stored run says. */
enum err archive_parse(const struct stored_run *run, struct arena *arena,
                       struct bench_record *record);

/* What a report compares a run with: the newest run over a baseline alone, and the newest one
 * before it over the same endpoints; both made all their calls. ERR_NOT_FOUND. */
enum err archive_find_baseline(struct store_writer *writer, struct arena *arena,
                               struct bench_record *record);
enum err archive_find_previous(struct store_writer *writer, const struct bench_head *head,
                               struct arena *arena, struct bench_record *record);

/* Fills in the root of the hash chain over what the store has of the run, and its signature;
 * `account` may be NULL. */
enum err archive_seal(const struct stored_run *run, const struct signer *account,
                      struct arena *arena, struct bench_tail *tail);

/* Gives every run that has no end one: the program that made it has ended. What still runs of its
 * jobs fails with "interrupted". */
enum err archive_close_interrupted(struct store_writer *writer, const struct signer *account);

#endif
