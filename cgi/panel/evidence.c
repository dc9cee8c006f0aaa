#include "panel/evidence.h"

#include "base/clock.h"
#include "net/http.h"
#include "net/redact.h"
#include <stdlib.h>
#include <string.h>

struct evidence *evidence_new(void)
{
    struct evidence *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    atomic_init(&e->references, 1);
    e->texts = arena_make(EVIDENCE_TEXT_BYTES);
    e->values = buf_make(EVIDENCE_VALUES_BYTES);
    return e;
}

/* The exchange's place; NULL when there is none left. */
static struct evidence_request *place_of(struct evidence *e, const struct exchange *x)
{
    size_t index = e->step + (size_t)(x - x->round->exchanges);
    if (index >= e->asked)
        e->asked = index + 1;
    return index < EVIDENCE_REQUESTS ? &e->requests[index] : NULL;
}

/* Endpoints may end with the round: what is kept of them is copied. */
static void note_endpoint(struct evidence *e, struct evidence_request *r, const struct exchange *x)
{
    const struct endpoint *endpoint = x->endpoint;
    r->variable = arena_strdup(&e->texts, endpoint->variable);
    r->shown = arena_strdup(&e->texts, endpoint->shown);
    r->shown_here = arena_strdup(&e->texts, endpoint->shown_here);
    r->is_post = x->post || !x->path;
    r->path = x->path ? arena_strdup(&e->texts, x->path) : NULL;
    r->has_query = strchr(endpoint->url, '?') != NULL;
    r->is_known = r->variable && r->shown && r->shown_here && (r->path || !x->path);
}

void evidence_sent(struct evidence *e, const struct exchange *x, const char *body, size_t len)
{
    struct evidence_request *r = e ? place_of(e, x) : NULL;
    if (!r)
        return;
    note_endpoint(e, r, x);
    r->sent_ms = clock_wall_ms();
    if (body && len <= EVIDENCE_BODY_BYTES)
        r->body = arena_strndup(&e->texts, body, len);
}

static void note_answer(struct evidence *e, struct evidence_request *r, const struct exchange *x,
                        const struct http_response *reply)
{
    struct buf text = buf_make(EVIDENCE_ANSWER_BYTES);
    r->answer_is_whole =
        redact_secrets(&text, x->endpoint, reply->body, reply->body_len, EVIDENCE_ANSWER_BYTES);
    if (!text.err)
        r->answer = arena_strndup(&e->texts, buf_str(&text), text.len);
    r->answer_len = text.len;
    r->answer_bytes = reply->body_len;
    r->answer_is_whole &= r->answer != NULL;
    buf_free(&text);
}

void evidence_ended(struct evidence *e, const struct exchange *x, const struct http_response *reply,
                    enum err err)
{
    struct evidence_request *r = e ? place_of(e, x) : NULL;
    if (!r)
        return;
    if (!r->is_known)
        note_endpoint(e, r, x);
    r->err = err;
    if (!reply)
        return;
    r->took_ms = (reply->timing.ended_us - reply->timing.started_us) / 1000;
    r->status = reply->status;
    if (!reply->err)
        note_answer(e, r, x, reply);
}

void evidence_end_step(struct evidence *e, size_t exchanges)
{
    if (e)
        e->step += exchanges;
}

void evidence_release(struct evidence *e)
{
    if (!e || atomic_fetch_sub(&e->references, 1) > 1)
        return;
    arena_free(&e->texts);
    buf_free(&e->values);
    free(e);
}

void evidence_board_init(struct evidence_board *board)
{
    *board = (struct evidence_board){0};
    pthread_mutex_init(&board->lock, NULL);
}

void evidence_board_free(struct evidence_board *board)
{
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++) {
        evidence_release(board->pairs[i].good);
        evidence_release(board->pairs[i].failed);
    }
    pthread_mutex_destroy(&board->lock);
}

void evidence_publish(struct evidence_board *board, enum source_id id, struct evidence *e)
{
    struct evidence_pair *pair = &board->pairs[id];
    pthread_mutex_lock(&board->lock);
    struct evidence_pair before = *pair;
    pair->failed = e->good ? NULL : e;
    if (e->good)
        pair->good = e;
    pthread_mutex_unlock(&board->lock);
    evidence_release(before.failed);
    if (e->good)
        evidence_release(before.good);
}

static struct evidence *hold(struct evidence *e)
{
    if (e)
        atomic_fetch_add(&e->references, 1);
    return e;
}

struct evidence_pair evidence_acquire(struct evidence_board *board, enum source_id id)
{
    pthread_mutex_lock(&board->lock);
    struct evidence_pair pair = {.good = hold(board->pairs[id].good),
                                 .failed = hold(board->pairs[id].failed)};
    pthread_mutex_unlock(&board->lock);
    return pair;
}
