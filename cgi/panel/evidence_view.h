/* GET /api/evidence/{source}: evidence as JSON, for who asks. Thread-safe. */
#ifndef PANEL_EVIDENCE_VIEW_H
#define PANEL_EVIDENCE_VIEW_H

#include "base/json.h"
#include "panel/evidence.h"
#include "zerog/settings.h"

enum { EVIDENCE_REPLY_BYTES = 4 * 1024 * 1024 };

struct evidence_view {
    const struct settings *settings;
    struct evidence_board *board;
    enum source_id source;
    const char *reason; /* "" for none */
    bool here;          /* whoever asks is on this machine, and may see private addresses */
    const char *site;   /* "http://host:port" as the asker calls this server; "" when unknown */
};

void evidence_put(struct json_writer *w, const struct evidence_view *view);

#endif
