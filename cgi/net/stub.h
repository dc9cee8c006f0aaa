/* An HTTP server on loopback that gives every request the same reply, over connections it keeps. It
 * has no thread: its owner lets it work, between what the owner does itself, and so knows how much
 * time was the server's. For measuring a client; it trusts whoever connects.
 * Not thread-safe. */
#ifndef NET_STUB_H
#define NET_STUB_H

#include "base/error.h"
#include <stddef.h>

struct stub;

/* Listens on a free port. `reply` is a whole HTTP reply; not owned. ERR_SYSTEM, ERR_NO_MEMORY. */
enum err stub_open(const char *reply, size_t len, struct stub **stub);

unsigned stub_port(const struct stub *stub);

/* Takes what has come, answers what is complete, waits for nothing. */
void stub_step(struct stub *stub);

/* NULL is accepted. */
void stub_close(struct stub *stub);

#endif
