#include "web/throttle.h"

#include <stdio.h>
#include <string.h>

void throttle_init(struct throttle *throttle, int most)
{
    memset(throttle, 0, sizeof *throttle);
    throttle->most = most;
    pthread_mutex_init(&throttle->lock, NULL);
}

void throttle_free(struct throttle *throttle)
{
    pthread_mutex_destroy(&throttle->lock);
}

static bool is_over(const struct throttle_client *client, int64_t now_ms)
{
    return !client->address[0] || now_ms - client->since_ms >= THROTTLE_WINDOW_MS;
}

/* The client's row, or the one that it gets: a free one, else the oldest. */
static struct throttle_client *row_of(struct throttle *throttle, const char *address,
                                      int64_t now_ms)
{
    struct throttle_client *choice = &throttle->clients[0];
    for (size_t i = 0; i < THROTTLE_CLIENTS; i++) {
        struct throttle_client *client = &throttle->clients[i];
        if (strncmp(client->address, address, sizeof client->address - 1) == 0 &&
            !is_over(client, now_ms))
            return client;
        if (!is_over(choice, now_ms) &&
            (is_over(client, now_ms) || client->since_ms < choice->since_ms))
            choice = client;
    }
    *choice = (struct throttle_client){.since_ms = now_ms};
    snprintf(choice->address, sizeof choice->address, "%s", address);
    return choice;
}

int64_t throttle_fail(struct throttle *throttle, const char *address, int64_t now_ms)
{
    pthread_mutex_lock(&throttle->lock);
    struct throttle_client *client = row_of(throttle, *address ? address : "-", now_ms);
    if (client->failures <= throttle->most)
        client->failures++;
    int64_t left =
        client->failures > throttle->most ? client->since_ms + THROTTLE_WINDOW_MS - now_ms : 0;
    pthread_mutex_unlock(&throttle->lock);
    return left;
}
