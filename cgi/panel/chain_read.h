/* Reading the chain: what every chain source does the same way. A chain exchange begins with
 * eth_chainId and the newest block, so that each answer proves by itself which chain it is from and
 * how old it is; the source's own calls follow in the same batch. Poller's thread only. */
#ifndef PANEL_CHAIN_READ_H
#define PANEL_CHAIN_READ_H

#include "panel/source.h"

/* Adds an exchange with the configured node. NULL when there are too many. */
struct exchange *chain_exchange(struct round *round);

/* Adds an eth_call with the call data in `data`, which is emptied for the next one. Gives the index
 * for chain_result(). */
size_t chain_call(struct exchange *x, const struct address *to, struct buf *data);

/* Reads chain id and block of an exchange into the round, which keeps the oldest block of its
 * exchanges: no part of its value is older. ERR_WRONG_CHAIN; an old block is no error but the
 * round's flaw, because what was read is true, only late. */
enum err chain_check(struct round *round, const struct exchange *x);

/* The returned bytes of the eth_call with that index, in the round's `keep`. */
enum err chain_result(struct round *round, const struct exchange *x, size_t index,
                      const uint8_t **bytes, size_t *len);

/* For the table in sources.c. */
const struct endpoint *chain_endpoint(const struct settings *settings);

#endif
