/*
 * Starting and ending one program of the table.
 */
#ifndef SUPERVISE_PROCESS_H
#define SUPERVISE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "table.h"

/* What a new process needs of its parent; every descriptor is above those a child is given. */
struct start_context {
    int listen_fd; /* -1: none */
    pid_t supervisor;
};

/*
 * Moves a descriptor out of the way of those a child is given (0 to 3) and marks it close-on-exec.
 * Returns the new one and closes the old; -1 (errno set) when there is none or `fd` is -1.
 */
int high_fd(int fd);

/*
 * Starts the row's program in a session of its own, with the row's user, environment and socket. It
 * gets the row's stop signal when the supervisor dies, however that happens. Returns its process
 * id, which is its session's too, or -1 after saying why. A program that cannot be executed ends
 * with status 127 and says so in its output.
 */
pid_t process_start(const struct row *row, const struct start_context *context);

/* Kills every process of the session. */
void session_kill(pid_t session);

/*
 * Kills every child of this process that left its session, whatever it is: it was started by
 * something that was started here and lost its parent.
 */
void strays_kill(void);

#endif
