/* Counts failures by client address within a minute. Bounded: when the table is full, the client
 * whose minute began first is forgotten. Thread-safe. */
#ifndef WEB_THROTTLE_H
#define WEB_THROTTLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { THROTTLE_CLIENTS = 256, THROTTLE_WINDOW_MS = 60000 };

struct throttle {
    pthread_mutex_t lock;
    int most; /* failures that are forgiven in a window */
    struct throttle_client {
        char address[46]; /* INET6_ADDRSTRLEN; "" for a free row */
        int64_t since_ms; /* monotonic */
        int failures;
    } clients[THROTTLE_CLIENTS];
};

void throttle_init(struct throttle *throttle, int most);
void throttle_free(struct throttle *throttle);

/* Notes a failure of `address` at the monotonic `now_ms`. 0 when it is forgiven, else the
 * milliseconds until the client's window ends. */
int64_t throttle_fail(struct throttle *throttle, const char *address, int64_t now_ms);

#endif
