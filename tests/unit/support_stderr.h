/* Keeps what is written to stderr, to look at it. */
#ifndef TESTS_SUPPORT_STDERR_H
#define TESTS_SUPPORT_STDERR_H

#include "base/buf.h"
#include <assert.h>
#include <stdio.h>
#include <unistd.h>

struct kept_stderr {
    FILE *file;
    int real;
};

static inline struct kept_stderr stderr_keep(void)
{
    struct kept_stderr kept = {.file = tmpfile(), .real = dup(STDERR_FILENO)};
    assert(kept.file && kept.real >= 0);
    fflush(stderr);
    dup2(fileno(kept.file), STDERR_FILENO);
    return kept;
}

/* What was written so far; buf_free() it. */
static inline struct buf stderr_kept(const struct kept_stderr *kept)
{
    struct buf text = buf_make(BUF_NO_LIMIT);
    char part[4096];
    off_t at = 0;
    for (ssize_t got; (got = pread(fileno(kept->file), part, sizeof part, at)) > 0; at += got)
        buf_put(&text, part, (size_t)got);
    return text;
}

static inline void stderr_restore(struct kept_stderr *kept)
{
    fflush(stderr);
    dup2(kept->real, STDERR_FILENO);
    close(kept->real);
    fclose(kept->file);
}

#endif
