/*
 * bench_stream FIRST_US GAP_US CHUNKS: the truth that clients are measured against. Serves every
 * POST on a free port of 127.0.0.1 a chat completion as server-sent events: at once the head and a
 * chunk with the role, FIRST_US after the request the first of CHUNKS tokens, GAP_US between two of
 * them, the end with the last. All of it in one piece when both are 0. Prints its port.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum { CONNECTIONS_MAX = 512, REQUEST_MAX = 8192, CHUNKS_MAX = 4096, EVENTS_MAX = 64 };

struct connection {
    int fd;
    size_t received;
    unsigned sent;  /* tokens of the reply that is due next, or going on */
    int64_t due_us; /* of the next token; 0: no reply is going on */
    char request[REQUEST_MAX + 1];
};

struct server {
    int listener, timer, poll;
    int64_t first_us, gap_us;
    unsigned chunks;
    struct buf opening, token, ending; /* as they go over the wire */
    struct buf whole;
    struct connection *connections[CONNECTIONS_MAX]; /* by descriptor */
};

/* An event as a chunk of HTTP. */
static void put_event(struct buf *out, const char *data)
{
    buf_printf(out, "%zx\r\ndata: %s\n\n\r\n", strlen(data) + 8, data);
}

#define CHUNK(choices)                                                                             \
    "{\"id\":\"chatcmpl-9f8e7d6c5b4a39281706\",\"object\":\"chat.completion.chunk\","              \
    "\"created\":1767225600,\"model\":\"openai/gpt-oss-20b\",\"choices\":[" choices "]"

static bool put_replies(struct server *s)
{
    char usage[64];

    buf_puts(&s->opening, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                          "ZG-Res-Key: 0f8fad5b-d9cb-469f-a165-70867728950e\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n");
    put_event(&s->opening, CHUNK("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                                 "\"logprobs\":null,\"finish_reason\":null}") "}");
    put_event(&s->token, CHUNK("{\"index\":0,\"delta\":{\"content\":\" token\"},"
                               "\"logprobs\":null,\"finish_reason\":null}") "}");
    put_event(&s->ending, CHUNK("{\"index\":0,\"delta\":{},\"logprobs\":null,"
                                "\"finish_reason\":\"stop\"}") "}");
    snprintf(usage, sizeof usage, "{\"prompt_tokens\":12,\"completion_tokens\":%u}", s->chunks);
    struct buf last = buf_make(BUF_NO_LIMIT);
    buf_printf(&last, CHUNK("") ",\"usage\":%s}", usage);
    put_event(&s->ending, buf_str(&last));
    buf_free(&last);
    put_event(&s->ending, "[DONE]");
    buf_puts(&s->ending, "0\r\n\r\n");
    buf_puts(&s->whole, buf_str(&s->opening));
    for (unsigned i = 0; i < s->chunks; i++)
        buf_puts(&s->whole, buf_str(&s->token));
    buf_puts(&s->whole, buf_str(&s->ending));
    return !s->opening.err && !s->token.err && !s->ending.err && !s->whole.err;
}

static void hang_up(struct server *s, struct connection *c)
{
    close(c->fd);
    s->connections[c->fd] = NULL;
    free(c);
}

/* What does not fit into the socket's buffer at once is more than any client here leaves unread. */
static bool send_all(struct connection *c, const struct buf *bytes)
{
    return send(c->fd, bytes->data, bytes->len, MSG_NOSIGNAL) == (ssize_t)bytes->len;
}

static bool begin_reply(struct server *s, struct connection *c, int64_t now_us)
{
    if (s->first_us == 0 && s->gap_us == 0)
        return send_all(c, &s->whole);
    c->sent = 0;
    c->due_us = now_us + s->first_us;
    return send_all(c, &s->opening);
}

static bool send_token(struct server *s, struct connection *c)
{
    bool sent = send_all(c, &s->token);

    c->due_us += s->gap_us;
    if (++c->sent < s->chunks)
        return sent;
    c->due_us = 0;
    return sent && send_all(c, &s->ending);
}

static bool is_complete(const struct connection *c)
{
    const char *end = strstr(c->request, "\r\n\r\n");
    const char *announced = strcasestr(c->request, "\r\nContent-Length:");
    size_t body;

    if (!end)
        return false;
    body = announced && announced < end ? strtoul(announced + 17, NULL, 10) : 0;
    return c->received - (size_t)(end + 4 - c->request) >= body;
}

static bool receive(struct server *s, struct connection *c)
{
    ssize_t got = recv(c->fd, c->request + c->received, REQUEST_MAX - c->received, MSG_DONTWAIT);
    int64_t now_us = clock_mono_us();

    if (got < 0)
        return errno == EAGAIN;
    if (got == 0 || c->due_us)
        return false;
    c->received += (size_t)got;
    c->request[c->received] = '\0';
    if (!is_complete(c))
        return c->received < REQUEST_MAX;
    c->received = 0;
    return begin_reply(s, c, now_us);
}

static void accept_one(struct server *s)
{
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    struct connection *c;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (fd < 0)
        return;
    c = fd < CONNECTIONS_MAX ? calloc(1, sizeof *c) : NULL;
    if (!c) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    c->fd = fd;
    s->connections[fd] = c;
    epoll_ctl(s->poll, EPOLL_CTL_ADD, fd, &event);
}

/* Sends what is due and sets the timer for what is next. */
static void keep_pace(struct server *s)
{
    int64_t next_us = 0, now_us = clock_mono_us();
    struct itimerspec timer = {0};

    for (int fd = 0; fd < CONNECTIONS_MAX; fd++) {
        struct connection *c = s->connections[fd];
        while (c && c->due_us && c->due_us <= now_us)
            if (!send_token(s, c)) {
                hang_up(s, c);
                c = NULL;
            }
        if (c && c->due_us && (!next_us || c->due_us < next_us))
            next_us = c->due_us;
    }
    timer.it_value.tv_sec = next_us / 1000000;
    timer.it_value.tv_nsec = next_us % 1000000 * 1000;
    timerfd_settime(s->timer, TFD_TIMER_ABSTIME, &timer, NULL);
}

static bool watch(struct server *s, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    return fd >= 0 && epoll_ctl(s->poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool open_server(struct server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;

    s->poll = epoll_create1(EPOLL_CLOEXEC);
    s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->poll < 0 || !watch(s, s->timer) || !watch(s, s->listener) ||
        bind(s->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(s->listener, CONNECTIONS_MAX) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&address, &len) != 0)
        return false;
    printf("%u\n", ntohs(address.sin_port));
    return fflush(stdout) == 0;
}

static void serve(struct server *s)
{
    struct epoll_event events[EVENTS_MAX];
    uint64_t expirations;

    for (;;) {
        int count = epoll_wait(s->poll, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == s->listener)
                accept_one(s);
            else if (fd == s->timer)
                (void)!read(fd, &expirations, sizeof expirations);
            else if (s->connections[fd] && !receive(s, s->connections[fd]))
                hang_up(s, s->connections[fd]);
        }
        if (s->first_us || s->gap_us)
            keep_pace(s);
    }
}

int main(int argc, char **argv)
{
    static struct server server;

    if (argc == 4) {
        server.first_us = (int64_t)strtoul(argv[1], NULL, 10);
        server.gap_us = (int64_t)strtoul(argv[2], NULL, 10);
        server.chunks = (unsigned)strtoul(argv[3], NULL, 10);
    }
    if (server.chunks < 1 || server.chunks > CHUNKS_MAX) {
        fprintf(stderr, "usage: bench_stream FIRST_US GAP_US CHUNKS\n");
        return EXIT_FAILURE;
    }
    server.opening = server.token = server.ending = server.whole = buf_make(BUF_NO_LIMIT);
    if (!put_replies(&server) || !open_server(&server)) {
        fprintf(stderr, "bench_stream: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    serve(&server);
}
