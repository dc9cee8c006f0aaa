/* A small HTTP server on loopback for tests: a thread accepts, each connection has a thread of its
 * own that reads requests and hands them to a handler until that says the connection is over. */
#ifndef TESTS_SUPPORT_SERVER_H
#define TESTS_SUPPORT_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVER_CONNECTIONS_MAX = 128, SERVER_REQUEST_MAX = 16 * 1024 };

struct server;

struct peer {
    struct server *server;
    pthread_t thread;
    int fd;
    char request[SERVER_REQUEST_MAX]; /* head and body, NUL-terminated */
    char *body;                       /* inside `request` */
};

/* Answers peer->request; false closes the connection. */
typedef bool (*server_handler)(struct peer *peer);

struct server {
    int listener;
    unsigned port;
    server_handler handler;
    pthread_t acceptor;
    struct peer *peers[SERVER_CONNECTIONS_MAX];
    atomic_uint accepted; /* peers in use, filled by the acceptor alone */
    atomic_uint requests;
    atomic_uint busy; /* requests being answered now, and the most there ever were */
    atomic_uint busiest;
    atomic_size_t sent;
    atomic_bool stopping;
};

/* False when the other side has gone, or the server stops. */
static inline bool peer_send(struct peer *peer, const void *bytes, size_t len)
{
    for (const char *rest = bytes; len > 0;) {
        ssize_t sent = send(peer->fd, rest, len, MSG_NOSIGNAL);
        if (sent <= 0 || atomic_load(&peer->server->stopping))
            return false;
        atomic_fetch_add(&peer->server->sent, (size_t)sent);
        rest += sent;
        len -= (size_t)sent;
    }
    return true;
}

static inline bool peer_puts(struct peer *peer, const char *text)
{
    return peer_send(peer, text, strlen(text));
}

/* Reads a head and what Content-Length announces; what does not look like HTTP is taken as far as
 * it came. */
static inline bool peer_read(struct peer *peer)
{
    size_t len = 0, need = 0;
    peer->body = NULL;
    while (!peer->body || (size_t)(peer->request + len - peer->body) < need) {
        if (len == sizeof peer->request - 1)
            return false;
        ssize_t got = recv(peer->fd, peer->request + len, sizeof peer->request - 1 - len, 0);
        if (got <= 0)
            return false;
        len += (size_t)got;
        peer->request[len] = '\0';
        if (peer->request[0] < 'A' || peer->request[0] > 'Z') {
            peer->body = peer->request;
            return true;
        }
        char *end = peer->body ? NULL : strstr(peer->request, "\r\n\r\n");
        if (end) {
            char *announced = strcasestr(peer->request, "\r\nContent-Length:");
            need = announced ? strtoul(announced + 17, NULL, 10) : 0;
            peer->body = end + 4;
        }
    }
    return true;
}

static inline void *serve_peer(void *user)
{
    struct peer *peer = user;
    bool open = true;
    while (open && peer_read(peer)) {
        atomic_fetch_add(&peer->server->requests, 1);
        unsigned busy = atomic_fetch_add(&peer->server->busy, 1) + 1;
        unsigned busiest = atomic_load(&peer->server->busiest);
        while (busy > busiest &&
               !atomic_compare_exchange_weak(&peer->server->busiest, &busiest, busy))
            ;
        open = peer->server->handler(peer);
        atomic_fetch_sub(&peer->server->busy, 1);
    }
    shutdown(peer->fd, SHUT_RDWR);
    return NULL;
}

static inline void *accept_peers(void *user)
{
    struct server *server = user;
    for (;;) {
        int fd = accept(server->listener, NULL, NULL);
        unsigned index = atomic_load(&server->accepted);
        if (fd < 0 || index == SERVER_CONNECTIONS_MAX)
            return NULL;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct peer *peer = calloc(1, sizeof *peer);
        *peer = (struct peer){.server = server, .fd = fd};
        server->peers[index] = peer;
        atomic_store(&server->accepted, index + 1);
        pthread_create(&peer->thread, NULL, serve_peer, peer);
    }
}

/* NULL when no port can be had. */
static inline struct server *server_start(server_handler handler)
{
    struct server *server = calloc(1, sizeof *server);
    server->handler = handler;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    if (bind(server->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(server->listener, SERVER_CONNECTIONS_MAX) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &len) != 0 ||
        pthread_create(&server->acceptor, NULL, accept_peers, server) != 0) {
        close(server->listener);
        free(server);
        return NULL;
    }
    server->port = ntohs(address.sin_port);
    return server;
}

static inline void server_stop(struct server *server)
{
    atomic_store(&server->stopping, true);
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->acceptor, NULL);
    close(server->listener);
    for (unsigned i = 0; i < atomic_load(&server->accepted); i++) {
        struct peer *peer = server->peers[i];
        shutdown(peer->fd, SHUT_RDWR);
        pthread_join(peer->thread, NULL);
        close(peer->fd);
        free(peer);
    }
    free(server);
}

#endif
