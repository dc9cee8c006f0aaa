/* Text that came from a server, made fit to be shown: a server may repeat the URL it was asked by,
 * with the key in it, or name the addresses of the network it stands in. Thread-safe. */
#ifndef NET_REDACT_H
#define NET_REDACT_H

#include "base/buf.h"
#include "net/endpoint.h"
#include <stdbool.h>

/* Appends `text` with each secret of the endpoint's URL as "[redacted]", until `most` bytes are
 * out. True when all of it is; a secret at the end is not cut but left out. */
bool redact_secrets(struct buf *out, const struct endpoint *e, const char *text, size_t len,
                    size_t most);

/* Appends `text` with each private address literal (IPv4, IPv6 in brackets) and each "localhost",
 * with its port, as "[private]". */
void redact_private(struct buf *out, const char *text, size_t len);

#endif
