#include "net/stub.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4, REQUEST_MAX = 8192 };

struct connection {
    int fd; /* -1: free */
    char request[REQUEST_MAX + 1];
    size_t received;
    size_t unsent; /* of the reply */
};

struct stub {
    int listener;
    unsigned port;
    const char *reply;
    size_t reply_len;
    struct connection connections[CONNECTIONS_MAX];
};

enum err stub_open(const char *reply, size_t len, struct stub **out)
{
    struct stub *stub = calloc(1, sizeof *stub);
    if (!stub)
        return ERR_NO_MEMORY;
    stub->reply = reply;
    stub->reply_len = len;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        stub->connections[i].fd = -1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    stub->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stub->listener < 0 || bind(stub->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(stub->listener, CONNECTIONS_MAX) != 0 ||
        getsockname(stub->listener, (struct sockaddr *)&address, &size) != 0) {
        stub_close(stub);
        return ERR_SYSTEM;
    }
    stub->port = ntohs(address.sin_port);
    *out = stub;
    return ERR_OK;
}

unsigned stub_port(const struct stub *stub)
{
    return stub->port;
}

static void hang_up(struct connection *c)
{
    close(c->fd);
    c->fd = -1;
}

static void accept_one(struct stub *stub)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *c = &stub->connections[i];
        if (c->fd >= 0)
            continue;
        c->fd = accept4(stub->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (c->fd < 0)
            return;
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        c->received = c->unsent = 0;
    }
}

/* A head, and as much of a body as it announces. */
static bool is_complete(const struct connection *c)
{
    const char *end = strstr(c->request, "\r\n\r\n");
    const char *announced = strcasestr(c->request, "\r\nContent-Length:");
    if (!end)
        return false;
    const size_t body = announced && announced < end ? strtoul(announced + 17, NULL, 10) : 0;
    return c->received - (size_t)(end + 4 - c->request) >= body;
}

static void receive(struct stub *stub, struct connection *c)
{
    const ssize_t got = recv(c->fd, c->request + c->received, REQUEST_MAX - c->received, 0);
    if (got > 0) {
        c->received += (size_t)got;
        c->request[c->received] = '\0';
        if (is_complete(c)) {
            c->received = 0;
            c->unsent = stub->reply_len;
        } else if (c->received == REQUEST_MAX) {
            hang_up(c);
        }
    } else if (got == 0) {
        hang_up(c);
    }
}

static void send_rest(struct stub *stub, struct connection *c)
{
    const ssize_t sent =
        send(c->fd, stub->reply + stub->reply_len - c->unsent, c->unsent, MSG_NOSIGNAL);
    if (sent > 0)
        c->unsent -= (size_t)sent;
}

void stub_step(struct stub *stub)
{
    accept_one(stub);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *c = &stub->connections[i];
        if (c->fd >= 0 && c->unsent == 0)
            receive(stub, c);
        if (c->fd >= 0 && c->unsent > 0)
            send_rest(stub, c);
    }
}

void stub_close(struct stub *stub)
{
    if (!stub)
        return;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        if (stub->connections[i].fd >= 0)
            close(stub->connections[i].fd);
    if (stub->listener >= 0)
        close(stub->listener);
    free(stub);
}
