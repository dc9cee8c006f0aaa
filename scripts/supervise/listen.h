/*
 * The listening sockets, which outlive the programs that serve them: while one is restarted,
 * connections wait in the queue instead of being refused.
 */
#ifndef SUPERVISE_LISTEN_H
#define SUPERVISE_LISTEN_H

#include "table.h"

enum { NO_SOCKET = -1, SOCKET_FAILED = -2 };

/*
 * Makes and binds the row's socket without listening yet: a taken port shows at once, and nobody is
 * let in before the row is started. Returns a descriptor, NO_SOCKET when the row has none, or
 * SOCKET_FAILED after saying why.
 */
int socket_bind(const struct row *row);

/* Lets connections in; false after saying why. Harmless when they are let in already. */
bool socket_listen(const struct row *row, int fd);

#endif
