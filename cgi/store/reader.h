/* The connection of a reader: how it is opened, found broken and opened anew. Internal to store/;
 * what is read with it stands in totals.c, page.c, new_ids.c and to_prove.c. */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/schema.h"
#include "store/store.h"

enum reader_stmt {
    READ_TOTALS,
    READ_WINDOW,
    READ_LOST,
    READ_RECENT,
    READ_PAGE,
    READ_HAS,
    READ_NEW_IDS,
    READ_TO_PROVE,
    READ_LAST_ID,
    READ_DATA_VERSION,
    READ_STMT_COUNT
};

struct store_reader {
    char *path;
    const struct schema *schema;
    sqlite3 *db; /* NULL while closed */
    sqlite3_stmt *stmts[READ_STMT_COUNT];
    bool served;        /* something was read since the opening */
    enum err err;       /* why it is closed */
    int pause_ms;       /* the last pause; 0 after success */
    int64_t opens_from; /* monotonic: not opened before */
    uint64_t generation;
    int64_t data_version;
    bool has_data_version;
};

/* Begins a read transaction, opening when needed. Must be ended, unless it failed. */
enum err reader_begin(struct store_reader *reader);

/* Ends it. `err` is what reading came to: any but ERR_OK, busy and out of memory closes the
 * connection. One that had served is opened anew by the next call, because the file was perhaps
 * replaced; one that never did has to wait. Returns the first failure. */
enum err reader_end(struct store_reader *reader, enum err err);

#endif
