#include "store/cache.h"

#include "store/writer.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cache {
    char *path;
    struct store_writer *writer; /* NULL after a failed renewal */
};

#define KEY_IS "name = ?1 AND chain_id = ?2 AND contract = ?3 AND wallet = ?4"

static const char find_scan[] = "SELECT from_block, next_block, totals FROM scans WHERE " KEY_IS;
static const char put_scan[] =
    "INSERT OR REPLACE INTO scans (name, chain_id, contract, wallet,"
    " from_block, next_block, totals) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static const char drop_scan[] = "DELETE FROM scans WHERE " KEY_IS;
static const char forget_jobs[] = "DELETE FROM jobs; DELETE FROM activity;"
                                  " UPDATE totals SET completed = 0, since_ms = NULL";

static void remove_files(const char *path)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char name[PATH_MAX];
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
}

/* Damaged, another program's or a newer one's: made anew. */
static enum err open_writer(struct cache *cache, struct buf *problem)
{
    enum err err = store_writer_open(cache->path, STORE_CACHE, problem, &cache->writer);
    if (err != ERR_BAD_FORMAT && err != ERR_CONFIG)
        return err;
    buf_reset(problem);
    remove_files(cache->path);
    return store_writer_open(cache->path, STORE_CACHE, problem, &cache->writer);
}

static enum err ready(struct cache *cache)
{
    struct buf problem = buf_make(BUF_NO_LIMIT);
    enum err err = cache->writer ? ERR_OK : open_writer(cache, &problem);
    buf_free(&problem);
    return err;
}

/* A damaged file is not kept. */
static enum err settle(struct cache *cache, enum err err)
{
    if (err == ERR_BAD_FORMAT || err == ERR_CONFIG) {
        store_writer_close(cache->writer);
        cache->writer = NULL;
        remove_files(cache->path);
        ready(cache); /* else the next call tries again */
    }
    return err;
}

/* Opens a transaction. On failure there is none. */
static enum err begin(struct cache *cache)
{
    enum err err = ready(cache);
    if (err)
        return err;
    err = writer_begin(cache->writer);
    return err ? settle(cache, writer_end(cache->writer, err)) : ERR_OK;
}

/* Closes it with what came of it. */
static enum err end(struct cache *cache, enum err err)
{
    return settle(cache, writer_end(cache->writer, err));
}

enum err cache_open(const char *path, struct buf *problem, struct cache **cache)
{
    *cache = NULL;
    struct cache *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NO_MEMORY;
    c->path = strdup(path);
    enum err err = c->path ? open_writer(c, problem) : ERR_NO_MEMORY;
    if (err)
        cache_close(c);
    else
        *cache = c;
    return err;
}

void cache_close(struct cache *cache)
{
    if (!cache)
        return;
    store_writer_close(cache->writer);
    free(cache->path);
    free(cache);
}

static enum err check_key(const struct scan_key *key)
{
    if (strnlen(key->name, SCAN_KEY_BYTES + 1) > SCAN_KEY_BYTES ||
        strnlen(key->contract, SCAN_KEY_BYTES + 1) > SCAN_KEY_BYTES ||
        strnlen(key->wallet, SCAN_KEY_BYTES + 1) > SCAN_KEY_BYTES)
        return ERR_TOO_LARGE;
    return key->chain_id > INT64_MAX ? ERR_OVERFLOW : ERR_OK;
}

static void bind_key(sqlite3_stmt *stmt, const struct scan_key *key)
{
    sqlite3_bind_text(stmt, 1, key->name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, (int64_t)key->chain_id);
    sqlite3_bind_text(stmt, 3, key->contract, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 4, key->wallet, -1, SQLITE_STATIC);
}

static enum err read_scan(sqlite3 *db, const struct scan_key *key, struct arena *arena,
                          struct scan_state *state)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = db_prepare(db, (const char *const[]){find_scan}, 1, &stmt);
    if (err)
        return err;
    bind_key(stmt, key);
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        const char *totals = (const char *)sqlite3_column_text(stmt, 2);
        state->from_block = (uint64_t)sqlite3_column_int64(stmt, 0);
        state->next_block = (uint64_t)sqlite3_column_int64(stmt, 1);
        state->totals = totals ? arena_strdup(arena, totals) : NULL;
        err = state->totals ? ERR_OK : ERR_NO_MEMORY;
    } else {
        err = rc == SQLITE_DONE ? ERR_NOT_FOUND : db_err(rc);
    }
    sqlite3_finalize(stmt);
    return err;
}

static enum err write_scan(sqlite3 *db, const struct scan_key *key, const struct scan_state *state)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = db_prepare(db, (const char *const[]){put_scan}, 1, &stmt);
    if (err)
        return err;
    bind_key(stmt, key);
    sqlite3_bind_int64(stmt, 5, (int64_t)state->from_block);
    sqlite3_bind_int64(stmt, 6, (int64_t)state->next_block);
    sqlite3_bind_text(stmt, 7, state->totals, -1, SQLITE_STATIC);
    err = db_run(stmt);
    sqlite3_finalize(stmt);
    return err;
}

enum err cache_get_scan(struct cache *cache, const struct scan_key *key, struct arena *arena,
                        struct scan_state *state)
{
    *state = (struct scan_state){0};
    enum err err = check_key(key);
    if (!err)
        err = begin(cache);
    return err ? err : end(cache, read_scan(cache->writer->db, key, arena, state));
}

static enum err check_scan(const struct scan_key *key, const struct scan_state *state)
{
    enum err err = check_key(key);
    if (!err && strnlen(state->totals, SCAN_TOTALS_BYTES + 1) > SCAN_TOTALS_BYTES)
        err = ERR_TOO_LARGE;
    if (!err && (state->from_block > INT64_MAX || state->next_block > INT64_MAX))
        err = ERR_OVERFLOW;
    return err;
}

enum err cache_put_scan(struct cache *cache, const struct scan_key *key,
                        const struct scan_state *state)
{
    enum err err = check_scan(key, state);
    if (!err)
        err = begin(cache);
    return err ? err : end(cache, write_scan(cache->writer->db, key, state));
}

static enum err erase_scan(sqlite3 *db, const struct scan_key *key)
{
    sqlite3_stmt *stmt = NULL;
    enum err err = db_prepare(db, (const char *const[]){drop_scan}, 1, &stmt);
    if (err)
        return err;
    bind_key(stmt, key);
    err = db_run(stmt);
    sqlite3_finalize(stmt);
    return err;
}

enum err cache_drop_scan(struct cache *cache, const struct scan_key *key)
{
    enum err err = check_key(key);
    if (!err)
        err = begin(cache);
    return err ? err : end(cache, erase_scan(cache->writer->db, key));
}

static bool is_at(const struct scan_state *state, const struct scan_state *other)
{
    return state->from_block == other->from_block && state->next_block == other->next_block &&
           strcmp(state->totals, other->totals) == 0;
}

/* ERR_CHANGED when the scan stands elsewhere. */
static enum err expect_scan(sqlite3 *db, const struct scan_key *key,
                            const struct scan_state *expected)
{
    struct arena arena = arena_make(0);
    struct scan_state state;
    enum err err = read_scan(db, key, &arena, &state);
    if (err == ERR_NOT_FOUND)
        err = expected ? ERR_CHANGED : ERR_OK;
    else if (!err && (!expected || !is_at(&state, expected)))
        err = ERR_CHANGED;
    arena_free(&arena);
    return err;
}

static enum err hear_jobs(struct store_writer *writer, const struct heard_job *jobs, size_t count)
{
    enum err err = ERR_OK;
    struct store_outcome outcome;
    for (size_t i = 0; i < count && !err; i++)
        err = writer_put_job(writer, &jobs[i].record, jobs[i].heard_ms, &outcome);
    if (!err && count > 0)
        err = tally_prune(writer->tally, jobs[count - 1].heard_ms);
    return err;
}

static enum err advance(struct store_writer *writer, const struct scan_key *key,
                        const struct scan_state *before, const struct scan_state *after,
                        const struct heard_job *jobs, size_t count)
{
    enum err err = expect_scan(writer->db, key, before);
    if (!err && !before)
        err = db_exec(writer->db, forget_jobs);
    if (!err)
        err = hear_jobs(writer, jobs, count);
    return err ? err : write_scan(writer->db, key, after);
}

enum err cache_advance(struct cache *cache, const struct scan_key *key,
                       const struct scan_state *before, const struct scan_state *after,
                       const struct heard_job *jobs, size_t count)
{
    enum err err = check_scan(key, after);
    if (!err)
        err = begin(cache);
    return err ? err : end(cache, advance(cache->writer, key, before, after, jobs, count));
}

enum err cache_remove_jobs(struct cache *cache, const char *const *ids, size_t count,
                           int64_t now_ms)
{
    enum err err = ready(cache);
    if (err)
        return err;
    return settle(cache, store_remove_jobs(cache->writer, ids, count, now_ms));
}
