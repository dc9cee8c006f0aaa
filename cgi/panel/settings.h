/* What metrics.fcgi is told: the environment, completed by the preset of the network. Nothing here
 * is secret, and the program refuses to start when a secret's name is set. Immutable after
 * settings_load(), then readable from any thread. */
#ifndef PANEL_SETTINGS_H
#define PANEL_SETTINGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/error.h"
#include "eth/address.h"
#include "net/address_filter.h"
#include "net/endpoint.h"
#include "zerog/network.h"
#include <stdbool.h>
#include <stdint.h>

struct settings {
    const struct network *network;
    struct endpoint chain_rpc;
    struct address serving;
    struct address ledger; /* has_ledger only; else read from the serving contract */
    bool has_ledger;
    struct address wallet; /* has_wallet only */
    bool has_wallet;
    const char *agent_name;       /* NULL: not given; the environment's, as the next */
    const char *inft_token_id;    /* NULL: not given */
    const char *jobs_path;        /* the job store; NULL: there is none */
    int64_t head_max_age_ms;      /* an older newest block makes every chain source stale */
    int64_t max_requests_per_min; /* to one public host; 0: no limit */
    struct cidr_list allow_private;
    struct arena arena;  /* owns the endpoint's strings */
    struct buf warnings; /* lines */
};

/* Reads the environment. All that is wrong is in `problems`, a line each; an error then.
 * settings_free() in any case. The settings must not move: the endpoint points to allow_private. */
enum err settings_load(struct settings *s, config_lookup lookup, char *const *environment,
                       struct buf *problems);
void settings_free(struct settings *s);

/* Appends the effective configuration, a line each, URLs in their shown form. */
void settings_print(const struct settings *s, struct buf *out);

#endif
