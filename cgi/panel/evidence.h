/* Evidence: what a round asked and what it was told, so that anybody can check a figure. The poller
 * fills one in while the round runs and publishes it when it ends; from then on it is immutable and
 * refcounted, as a snapshot is, and workers show it (evidence_view.h).
 *
 * Everything is a bounded copy, so that a round costs little more for it. No secret gets in:
 * endpoints are kept in the forms that may be shown, and answers are redacted when they come. */
#ifndef PANEL_EVIDENCE_H
#define PANEL_EVIDENCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "panel/source.h"
#include <pthread.h>
#include <stdatomic.h>

enum {
    EVIDENCE_REQUESTS = 24,             /* of a reading; of further ones only the number */
    EVIDENCE_ANSWER_BYTES = 16 * 1024,  /* of each answer; the rest is left out */
    EVIDENCE_BODY_BYTES = 16 * 1024,    /* of each request; a longer one is left out */
    EVIDENCE_TEXT_BYTES = 256 * 1024,   /* of all of these together */
    EVIDENCE_VALUES_BYTES = 256 * 1024, /* of the figures */
};

struct http_response;

/* Strings are the evidence's, or static. */
struct evidence_request {
    bool is_known;                             /* else there was no room even for the request */
    const char *variable, *shown, *shown_here; /* as in struct endpoint */
    bool has_query;                            /* the URL; a path cannot just follow it then */
    const char *path;                          /* behind the URL; NULL for a batch */
    bool is_post;
    const char *body; /* of a POST; NULL when it was too long */
    int64_t sent_ms;  /* wall; 0: it was not sent */
    int64_t took_ms;
    int status; /* 0: no answer */
    enum err err;
    const char *answer; /* NULL: none, or no room */
    size_t answer_len;
    size_t answer_bytes; /* of the whole */
    bool answer_is_whole;
};

struct evidence {
    atomic_size_t references;
    struct arena texts;
    struct evidence_request requests[EVIDENCE_REQUESTS];
    size_t step;  /* index of the step's first request */
    size_t asked; /* more than EVIDENCE_REQUESTS when some were left out */

    /* Filled in at the end. */
    enum source_id shown_under; /* the source, or whom the scan works for */
    const char *reader;         /* the row's key */
    enum err err;               /* of the reading, or the flaw of a good one */
    bool good;
    int64_t read_ms; /* wall */
    struct head head;
    bool has_head;
    struct address contract;
    bool has_contract;
    struct buf values; /* the figures as members of /api/metrics; cut off at the limit */
};

/* --- the poller's thread; all accept NULL, which is what there is without memory --- */

struct evidence *evidence_new(void);
/* An exchange of the step that goes out now, with its body when it has one. */
void evidence_sent(struct evidence *e, const struct exchange *x, const char *body, size_t len);
/* It ended; `reply` is NULL when it was never sent. */
void evidence_ended(struct evidence *e, const struct exchange *x, const struct http_response *reply,
                    enum err err);
/* The next exchanges belong to another step. */
void evidence_end_step(struct evidence *e, size_t exchanges);

/* --- any thread --- */

void evidence_release(struct evidence *e); /* accepts NULL */

/* The last good reading and the last failed one, where that is newer; either may be NULL. */
struct evidence_pair {
    struct evidence *good, *failed;
};

/* Where they hang, by the id of source or scan. */
struct evidence_board {
    pthread_mutex_t lock; /* held for pointers and counts, never longer */
    struct evidence_pair pairs[SOURCE_AND_SCAN_COUNT];
};

void evidence_board_init(struct evidence_board *board);
void evidence_board_free(struct evidence_board *board);

/* The caller's reference goes to the board. */
void evidence_publish(struct evidence_board *board, enum source_id id, struct evidence *e);

/* References, to be released. */
struct evidence_pair evidence_acquire(struct evidence_board *board, enum source_id id);

#endif
