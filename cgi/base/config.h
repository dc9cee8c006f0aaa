/* Configuration from the environment, read through a table: one row a setting. Everything that is
 * wrong is collected and said at once. Values are text or numbers here; what an address or a URL
 * is, higher floors know and check. */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/buf.h"
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

enum config_kind {
    CONFIG_TEXT,   /* the field is a const char *: NULL when unset or empty */
    CONFIG_NUMBER, /* the field is an int64_t: decimal, within [min, max]; else the fallback */
};

struct config_row {
    const char *name;
    enum config_kind kind;
    size_t offset; /* of the field in the settings struct */
    int64_t fallback, min, max;
    enum err (*check)(const char *text); /* further rule for a text; NULL: any */
    const char *expects;                 /* "an address (0x and 40 hex digits)" */
};

/* Gives the value of a variable or NULL; getenv() in programs, a table in tests. */
typedef const char *(*config_lookup)(const char *name);

/* Fills `settings` from the rows, all of them, also when some are wrong: a wrong text stands in its
 * field, a wrong number does not. Texts are not copied: they must outlive the settings. Each
 * problem is one line of `problems` that names the variable and what is expected, never the value,
 * which may be a secret in the wrong place. ERR_CONFIG when there is any. Not thread-safe
 * (environment). */
enum err config_read(const struct config_row *rows, size_t count, config_lookup lookup,
                     void *settings, struct buf *problems);

/* Appends one line for each variable of `environment` (as in environ) that starts with `prefix` and
 * is in no row. */
void config_unknown(const struct config_row *rows, size_t count, char *const *environment,
                    const char *prefix, struct buf *warnings);

#endif
