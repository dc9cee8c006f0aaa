#include "panel/snapshot.h"

#include "base/crypto.h"
#include <stdio.h>
#include <stdlib.h>

void snapshot_board_init(struct snapshot_board *board)
{
    *board = (struct snapshot_board){0};
    pthread_mutex_init(&board->lock, NULL);
}

void snapshot_board_free(struct snapshot_board *board)
{
    snapshot_release(board->current);
    pthread_mutex_destroy(&board->lock);
}

struct snapshot *snapshot_new(void)
{
    struct snapshot *s = calloc(1, sizeof *s);
    if (s)
        atomic_init(&s->references, 1);
    return s;
}

void snapshot_make_etag(const char *bytes, size_t len, char etag[ETAG_BYTES])
{
    uint8_t digest[32];
    crypto_sha256(bytes, len, digest);
    *etag++ = '"';
    for (int i = 0; i < 16; i++, etag += 2)
        snprintf(etag, 3, "%02x", digest[i]);
    *etag++ = '"';
    *etag = '\0';
}

void snapshot_set_body(struct snapshot *snapshot, enum body_id id, struct buf *text)
{
    struct body *body = &snapshot->bodies[id];
    body->len = text->len;
    body->bytes = buf_take(text);
    snapshot_make_etag(body->bytes, body->len, body->etag);
}

void snapshot_release(struct snapshot *snapshot)
{
    if (!snapshot || atomic_fetch_sub(&snapshot->references, 1) > 1)
        return;
    for (int i = 0; i < BODY_COUNT; i++)
        free(snapshot->bodies[i].bytes);
    free(snapshot);
}

void snapshot_publish(struct snapshot_board *board, struct snapshot *snapshot)
{
    pthread_mutex_lock(&board->lock);
    struct snapshot *before = board->current;
    board->current = snapshot;
    pthread_mutex_unlock(&board->lock);
    snapshot_release(before);
}

struct snapshot *snapshot_acquire(struct snapshot_board *board)
{
    pthread_mutex_lock(&board->lock);
    struct snapshot *s = board->current;
    if (s)
        atomic_fetch_add(&s->references, 1);
    pthread_mutex_unlock(&board->lock);
    return s;
}
