/* The iNFT source's value and the parts that read it: the token itself (inft_reads.c), its logs
 * (inft_scan.c), the document behind its tokenURI (inft_document.c) and whether its data are still
 * stored (inft_stored.c). source_inft.c runs them, inft_render.c shows the value. Poller's thread
 * only. */
#ifndef PANEL_INFT_H
#define PANEL_INFT_H

#include "panel/source.h"
#include "zerog/inft_family.h"
#include "zerog/inft_history.h"
#include "zerog/inft_metadata.h"
#include "zerog/inft_status.h"
#include "zerog/storage_node.h"

/* What a reader of the card should know beside the figures. */
enum inft_note {
    INFT_NOTE_NO_MINT = 1 << 0,
    INFT_NOTE_OTHER_TOKEN = 1 << 1,
    INFT_NOTE_NO_KEY = 1 << 2,
    INFT_NOTE_SEALED = 1 << 3,
    INFT_NOTE_UNREADABLE = 1 << 4,
    INFT_NOTE_NO_INDEXER = 1 << 5,
    INFT_NOTE_LOGS_REFUSED = 1 << 6,
};
enum { INFT_NOTES = 7 };

/* How far the logs were read: all blocks from `low` to before `next` for good, and from there to
 * the head anew in each round, because the newest blocks may still be replaced. */
struct inft_scan {
    struct inft_history settled; /* of blocks that are read for good */
    struct inft_history seen;    /* with those of the newest blocks */
    uint64_t low, next;
    uint64_t window; /* blocks of one call */
    bool started, was_refused;
    bool complete; /* nothing of this token can stand below `low` */
};

/* The document that was last read. */
struct inft_document {
    const char *uri; /* it was read from; NULL: none was */
    enum err err;
    int64_t read_ms; /* monotonic */
    const char *name, *model;
};

enum { INFT_ROOTS_MAX = 8 /* of a token's data, looked for in storage */ };

struct inft_value {
    struct token_id id; /* has_id only */
    bool has_id;
    enum inft_family family; /* has_family only */
    bool has_family;
    struct inft_facts facts;
    struct inft_status status;
    struct inft_content content; /* facts.has_content only */
    struct inft_model model;
    struct inft_users users; /* has_users only */
    bool has_users;
    struct inft_uri uri; /* has_uri only */
    bool has_uri;
    struct inft_scan scan;
    uint64_t mint_block; /* of the mint transaction; facts.mint is INFT_MINT_DONE only */
    struct inft_moment updated;
    struct inft_document document;
    enum storage_file_state stored[INFT_ROOTS_MAX]; /* the first stored_count data */
    size_t stored_count;
    uint64_t inferences; /* has_inferences only */
    bool has_inferences;
    unsigned notes; /* INFT_NOTE_ bits */
};

/* Reading the token: calls to be added to a chain exchange, and what came. A call that the contract
 * refuses leaves its field unknown; one that the node failed fails the round. */
struct inft_reads {
    size_t owner, uri, approved, users, data, descriptions, paused, balance;
};
void inft_plan_reads(struct round *round, struct exchange *x, struct inft_reads *reads);
enum err inft_parse_reads(struct round *round, const struct exchange *x,
                          const struct inft_reads *reads);

/* The next windows of the log scan as an optional exchange, or NULL when none is needed. The value
 * of before is round->source's. */
enum { SCAN_CALLS = 4 };
struct inft_windows {
    struct {
        uint64_t from, to;
        size_t call;
    } items[SCAN_CALLS];
    size_t count, ahead; /* the first `ahead` lead to the head, the others back */
    bool reaches_head;
};
struct exchange *inft_plan_scan(struct round *round, struct inft_windows *windows);
void inft_parse_scan(struct round *round, const struct exchange *x,
                     const struct inft_windows *windows);
/* Whether more windows may be read in this round: of a node of one's own, which answers. */
bool inft_scan_goes_on(const struct round *round, const struct exchange *x);

/* The document behind the URI: from the URI itself, from the round before, or by a GET that is
 * added here; NULL when none is needed. */
struct exchange *inft_plan_document(struct round *round);
void inft_parse_document(struct round *round, const struct exchange *x);

/* Asks storage for the token's roots; NULL when no storage is configured or there are none. */
struct exchange *inft_plan_stored(struct round *round);
void inft_parse_stored(struct round *round, const struct exchange *x);

#endif
