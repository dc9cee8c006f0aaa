/* The connection of a writer. Internal to store/; jobs are put and removed in writer.c, runs
 * in runs.c, the state of scans in cache.c. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/db.h"
#include "store/store.h"
#include "store/tally.h"
#include <pthread.h>
#include <sys/stat.h>

enum writer_stmt { WRITE_FIND, WRITE_INSERT, WRITE_UPDATE, WRITE_DELETE, WRITE_STMT_COUNT };

struct store_writer {
    pthread_mutex_t lock; /* over all below, for a transaction */
    char *path;
    enum store_kind kind;
    sqlite3 *db; /* NULL after a failed reopening */
    sqlite3_stmt *stmts[WRITE_STMT_COUNT];
    sqlite3_stmt *tally[TALLY_COUNT];
    struct arena arena; /* of the row at hand */
    struct stat log;    /* the write-ahead log's file when it was opened */
};

/* Takes the lock and begins a write transaction; opens anew when the file was replaced, because a
 * file that nobody finds any more would take our commits with it. */
enum err writer_begin(struct store_writer *writer);

/* Commits when `err` is ERR_OK, else rolls back; gives the lock back. Also after a writer_begin()
 * that failed. Returns the first failure. */
enum err writer_end(struct store_writer *writer, enum err err);

/* Inside the transaction: adds a record to its job by the rules of store/job.h. */
enum err writer_put_job(struct store_writer *writer, const struct job *record, int64_t now_ms,
                        struct store_outcome *outcome);

#endif
