/* The shape of a store file: which tables, in which version, and how an older file becomes a newer
 * one. The version stands in PRAGMA user_version, the kind in PRAGMA application_id. Internal to
 * store/. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "base/buf.h"
#include "store/db.h"

/* A kind of store. steps[i] is the SQL that makes version i + 1 out of version i; a step that a
 * release contained is never changed, a new one is added behind it. */
struct schema {
    int32_t application_id;
    const char *const *steps;
    int version; /* number of steps */
};

extern const struct schema schema_jobs;
extern const struct schema schema_cache;

/* Reads the version of an open file; 0 for one without tables. ERR_BAD_FORMAT when it is no file of
 * this kind, ERR_CONFIG when a newer program wrote it. `problem` gets a line without the path. */
enum err schema_version(sqlite3 *db, const struct schema *schema, int *version,
                        struct buf *problem);

/* Brings the file at `path`, open as `db`, to the newest version in one transaction. A file of an
 * older version is first copied to `path`.v<version>. On failure the file is as it was. */
enum err schema_migrate(sqlite3 *db, const struct schema *schema, const char *path,
                        struct buf *problem);

#endif
