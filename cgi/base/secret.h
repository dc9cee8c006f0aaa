/* Secrets from the environment: the value of NAME, or the first line of the file that NAME_FILE
 * names. The variable is overwritten and removed, so that neither /proc/PID/environ nor a child
 * holds it any longer. Call before there are threads. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/buf.h"
#include "base/error.h"
#include <stddef.h>

enum { SECRET_BYTES = 4096 }; /* the longest, with its NUL */

struct secret {
    char text[SECRET_BYTES]; /* "" when none was given */
    size_t len;
};

/* ERR_CONFIG with a line in `problems` that holds no part of the value: both variables are set, the
 * file cannot be read, or the value is too long. secret_wipe() in any case. */
enum err secret_take(const char *name, struct secret *secret, struct buf *problems);

void secret_wipe(struct secret *secret);

/* No core file of this process, and only root may look into it or trace it (prctl(2),
 * PR_SET_DUMPABLE). First thing in main(), before a secret is read. ERR_SYSTEM. */
enum err secret_guard_process(void);

/* Zeroed memory for a secret that stays: in no core file, in no child, and not swapped out where
 * the limit on locked memory allows it. NULL when there is none. secret_free() with the same length
 * overwrites it and gives it back. Thread-safe. */
void *secret_alloc(size_t len);
void secret_free(void *memory, size_t len);

#endif
