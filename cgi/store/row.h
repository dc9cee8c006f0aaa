/* A job as a row of the table: the one place that knows the order of the columns. Internal to
 * store/. */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "base/arena.h"
#include "store/db.h"
#include "store/job.h"

/* Never change once the row is there; the others may. */
#define ROW_FIXED "id, timestamp_ms, received_ms, benchmark_id"
#define ROW_MOVING                                                                                 \
    "updated_ms, finished_ms, model, status, started_ms, ended_ms, input_tokens, output_tokens, "  \
    "total_tokens, latency_ms, provider, chat_id, request_sha256, response_sha256, endpoint, "     \
    "error, agent_id, proof"
#define ROW_COLUMNS ROW_FIXED ", " ROW_MOVING

/* The parameters of ROW_COLUMNS, of ROW_MOVING alone, and the one behind them. */
#define ROW_PARAMETERS                                                                             \
    "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "  \
    "?21, ?22"
#define ROW_MOVING_PARAMETERS                                                                      \
    "?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22"
enum { ROW_NEXT_PARAMETER = 23 };

/* Binds all columns to ?1 to ?22. The texts must stay until the statement was run. */
enum err row_bind(sqlite3_stmt *stmt, const struct job *job);

/* Reads ROW_COLUMNS from column 0 on; texts go to the arena. ERR_BAD_FORMAT when the row is not
 * one that we wrote. */
enum err row_read(sqlite3_stmt *stmt, struct arena *arena, struct job *job);

#endif
