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

#endif
