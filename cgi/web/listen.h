/* Where connections come from: a Unix socket that a supervisor holds and hands down, or one of our
 * own. Never TCP: FastCGI has no authentication, file permissions are all that guards it.
 *
 * An inherited socket is shared with its holder and with the process that comes after this one, so
 * nothing here ever shuts it down: connections that were not accepted wait for the successor. */
#ifndef WEB_LISTEN_H
#define WEB_LISTEN_H

#include "base/error.h"
#include <stdbool.h>
#include <sys/types.h>

enum { LISTEN_WAIT_MS = 200 };

struct listener {
    int fd;
    bool own;         /* not inherited; never changes */
    const char *path; /* of an own socket's file while that is there; not owned */
    dev_t device;     /* of that file, to recognise it again */
    ino_t inode;
};

/* Takes fd 3 when LISTEN_PID names this process (sd_listen_fds(3)), else fd 0 when it is a
 * listening socket, else makes one at `path` (may be NULL) with mode 0660. accept() on it then
 * gives up with EAGAIN after LISTEN_WAIT_MS. The reason of a failure is logged. Not thread-safe
 * (umask and environment). ERR_CONFIG, ERR_SYSTEM. */
enum err listener_open(struct listener *l, const char *path);

/* No new connections on an own socket: the file goes, connect() is refused, accept() still returns
 * the waiting ones and then fails with EINVAL. Does nothing to an inherited socket, nor a second
 * time. */
void listener_stop(struct listener *l);

/* Closes the descriptor. */
void listener_close(struct listener *l);

#endif
