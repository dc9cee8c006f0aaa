/* The messages of a topic of Hedera's consensus service, as a mirror node's REST API gives them:
 * GET /api/v1/topics/{id}/messages (https://docs.hedera.com, Mirror Node REST API). They are in the
 * order of their consensus times, which are unique.
 *
 * A message that is too long for one transaction stands in several, which name the first of them
 * (chunk_info). A client sends each when the one before has reached consensus, so they come in
 * order, perhaps with messages of others between them. Pure, thread-safe. */
#ifndef ZEROG_TOPIC_H
#define ZEROG_TOPIC_H

#include "base/arena.h"
#include "base/buf.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    TOPIC_PAGE_MAX = 100,      /* messages; a mirror node gives no more at once */
    TOPIC_PATH_BYTES = 192,    /* of topic_path() */
    TOPIC_ID_BYTES = 64,       /* of "0.0.4210" and its NUL */
    CONSENSUS_TEXT_BYTES = 24, /* of "1700000000.000000001" and its NUL */
};

/* Of the network's consensus, in nanoseconds since 1970: milliseconds would not tell two apart. */
typedef int64_t consensus_ns;

/* "seconds.nanoseconds", as the mirror node writes them. ERR_BAD_FORMAT. */
enum err consensus_parse(const char *text, consensus_ns *time);
char *consensus_text(consensus_ns time, char text[CONSENSUS_TEXT_BYTES]);

/* Whether it is a topic's id: "shard.realm.number". */
bool topic_id_valid(const char *text);

/* The path of the messages behind `after`, oldest first. `topic` is a valid id. */
char *topic_path(const char *topic, consensus_ns after, char path[TOPIC_PATH_BYTES]);

struct topic_message {
    consensus_ns time;
    uint64_t sequence;      /* 1 for the first message of the topic, then without a gap */
    const char *base64;     /* the document's, as the texts below */
    uint64_t chunk, chunks; /* 1 of 1: the message is whole; 0 of 0: nothing can be made of it */
    const char *account, *valid_from; /* with several chunks only: the transaction of the first */
};

struct topic_page {
    struct topic_message *messages; /* in the arena */
    size_t count;
    bool more; /* the mirror node has a further page */
};

/* ERR_BAD_FORMAT when it is no page of messages in order, ERR_BAD_LENGTH for more than
 * TOPIC_PAGE_MAX, ERR_NO_MEMORY. The link to the next page is foreign: only that there is one is
 * noted. */
enum err topic_read_page(const cJSON *doc, struct arena *arena, struct topic_page *page);

/* Appends to `text` the whole message that begins with messages[first]; *last is the place of its
 * last chunk. ERR_NOT_FOUND when none begins there, ERR_TRUNCATED when the page lacks a chunk,
 * ERR_BAD_FORMAT when it is no base64, or the buffer's error; `text` is then not to be used. */
enum err topic_assemble(const struct topic_page *page, size_t first, struct buf *text,
                        size_t *last);

#endif
