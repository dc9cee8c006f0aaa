/* The hash chain over the raw data of a run (bench/record.h): whoever changes, adds, removes or
 * reorders a call after the fact gets another root. Pure, thread-safe. */
#ifndef BENCH_CHAIN_H
#define BENCH_CHAIN_H

#include "base/error.h"
#include "store/job.h"
#include <stddef.h>

/* h(0) = SHA-256(head record). */
struct job_hash chain_start(const char *head, size_t len);

/* h(i) = SHA-256(h(i-1) || call record i). ERR_NO_MEMORY, and *link is as it was. */
enum err chain_add(struct job_hash *link, const char *call, size_t len);

#endif
