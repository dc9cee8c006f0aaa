/* The 0G networks this program knows: chain ids, public endpoints and contracts. */
#ifndef ZEROG_NETWORK_H
#define ZEROG_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

struct network {
    const char *name;         /* value of ZG_NETWORK */
    const char *display_name; /* for people */
    uint64_t chain_id;
    bool simulated;              /* GPU, providers and storage are stand-ins; changes words only */
    bool real_money;             /* its coins are bought: a run spells out what it may spend */
    const char *rpc;             /* NULL: must be configured */
    const char *explorer;        /* NULL: none */
    const char *serving;         /* InferenceServing proxy; NULL: must be configured */
    uint64_t serving_block;      /* no settlement is in an earlier block */
    const char *flow;            /* 0G Storage's Flow contract; NULL: must be configured */
    uint64_t flow_block;         /* no submission is in an earlier block */
    const char *status_api;      /* 0G's own prober; NULL: none */
    const char *mirror;          /* Hedera's mirror node beside it; NULL: none */
    const char *private_allowed; /* CIDR list that may be reached unless ZG_ALLOW_PRIVATE is set */
};

/* The network of that name, or NULL. Static storage, thread-safe. */
const struct network *network_find(const char *name);

#endif
