/*
 * bench_viewers PORT VIEWERS PERIOD_MS SECONDS WINDOW_S PATH...: that many viewers at 127.0.0.1,
 * each with a connection that it keeps and one of the paths (in turn), which it asks for once in
 * PERIOD_MS with the ETag of its last reply. They ask evenly spread over the period, whatever the
 * server does: a reply's time counts from when its request was due, so what waits is not hidden.
 * Prints a line of JSON for every WINDOW_S, the first once all are connected.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "times.h"

enum {
    HEAD_MAX = 3072,
    ETAG_BYTES = 128,
    EVENTS_MAX = 256,
    BODY_PIECE = 65536,
    VIEWERS_MAX = 60000
};

struct viewer {
    int fd; /* -1: not connected */
    const char *path;
    int64_t due_us; /* when the request under way was due; 0: none is */
    size_t head_len;
    size_t body_left; /* once the head is whole */
    bool in_body;
    bool not_modified;
    char etag[ETAG_BYTES];
    char head[HEAD_MAX + 1];
};

struct counts {
    unsigned long replies, not_modified, failures;
    unsigned long skipped; /* polls that found the one before unanswered */
    int64_t max_us;
};

struct crowd {
    struct sockaddr_in server;
    int poll;
    struct viewer *viewers;
    size_t count;
    struct counts counts;
    struct buf times;
};

static bool connect_viewer(struct crowd *c, struct viewer *v)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
    v->head_len = v->body_left = 0;
    v->in_body = false;
    v->due_us = 0;
    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (v->fd >= 0 && connect(v->fd, (struct sockaddr *)&c->server, sizeof c->server) == 0 &&
        setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)) == 0 &&
        epoll_ctl(c->poll, EPOLL_CTL_ADD, v->fd, &event) == 0)
        return true;
    if (v->fd >= 0)
        close(v->fd);
    v->fd = -1;
    return false;
}

static void fail(struct crowd *c, struct viewer *v)
{
    c->counts.failures++;
    close(v->fd);
    v->fd = -1;
}

static void ask(struct crowd *c, struct viewer *v, int64_t due_us)
{
    char request[512];
    if (v->due_us) {
        c->counts.skipped++;
        return;
    }
    if (v->fd < 0 && !connect_viewer(c, v)) {
        c->counts.failures++;
        return;
    }
    const int len =
        snprintf(request, sizeof request,
                 "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n%s%s%s\r\n",
                 v->path, *v->etag ? "If-None-Match: " : "", v->etag, *v->etag ? "\r\n" : "");
    v->due_us = due_us;
    if (send(v->fd, request, (size_t)len, MSG_NOSIGNAL) != len)
        fail(c, v);
}

/* The value of a header of the head, up to its line's end; NULL: there is none. */
static const char *header(const char *head, const char *name, size_t *len)
{
    const char *at = strcasestr(head, name);
    if (!at)
        return NULL;
    at += strlen(name);
    *len = strcspn(at, "\r");
    return at;
}

/* Takes status, ETag and length; false for a reply that is not what a viewer hopes for. */
static bool read_head(struct viewer *v)
{
    size_t len;
    const char *etag = header(v->head, "\r\nETag: ", &len);
    if (etag && len < sizeof v->etag) {
        memcpy(v->etag, etag, len);
        v->etag[len] = '\0';
    }
    v->not_modified = strncmp(v->head, "HTTP/1.1 304", 12) == 0;
    v->body_left = 0;
    if (v->not_modified)
        return true;
    const char *length = header(v->head, "\r\nContent-Length: ", &len);
    if (length)
        v->body_left = strtoul(length, NULL, 10);
    return length && strncmp(v->head, "HTTP/1.1 200", 12) == 0;
}

static void end_reply(struct crowd *c, struct viewer *v)
{
    const int64_t took_us = clock_mono_us() - v->due_us;
    times_add(&c->times, took_us);
    c->counts.replies++;
    c->counts.not_modified += v->not_modified;
    c->counts.max_us = took_us > c->counts.max_us ? took_us : c->counts.max_us;
    v->due_us = 0;
    v->head_len = 0;
    v->in_body = false;
}

/* Bytes that nobody asked for, or a body longer than its head says, end the connection. */
static bool take(struct crowd *c, struct viewer *v)
{
    static char body[BODY_PIECE];
    ssize_t got;
    if (!v->due_us)
        return false;
    if (v->in_body) {
        got = recv(v->fd, body, sizeof body, MSG_DONTWAIT);
        if (got <= 0 || (size_t)got > v->body_left)
            return got < 0 && errno == EAGAIN;
        v->body_left -= (size_t)got;
    } else {
        got = recv(v->fd, v->head + v->head_len, HEAD_MAX - v->head_len, MSG_DONTWAIT);
        if (got <= 0)
            return got < 0 && errno == EAGAIN;
        v->head_len += (size_t)got;
        v->head[v->head_len] = '\0';
        char *end = strstr(v->head, "\r\n\r\n");
        if (!end)
            return v->head_len < HEAD_MAX;
        const size_t begun = v->head_len - (size_t)(end + 4 - v->head);
        end[2] = '\0';
        if (!read_head(v) || begun > v->body_left)
            return false;
        v->body_left -= begun;
        v->in_body = true;
    }
    if (v->body_left == 0)
        end_reply(c, v);
    return true;
}

static void wait_until(struct crowd *c, int64_t moment_us)
{
    struct epoll_event events[EVENTS_MAX];
    int64_t rest_us = moment_us - clock_mono_us();
    if (rest_us < 0)
        rest_us = 0;
    const struct timespec rest = {rest_us / 1000000, rest_us % 1000000 * 1000};
    const int count = epoll_pwait2(c->poll, events, EVENTS_MAX, &rest, NULL);
    for (int i = 0; i < count; i++) {
        struct viewer *v = events[i].data.ptr;
        if (!take(c, v))
            fail(c, v);
    }
}

static void print_window(struct crowd *c, double seconds)
{
    const long long p50 = times_percentile(&c->times, 50), p99 = times_percentile(&c->times, 99);
    printf("{\"viewers\":%zu,\"seconds\":%.3f,\"replies\":%lu,\"notModified\":%lu,"
           "\"failures\":%lu,\"skipped\":%lu,\"p50Us\":%lld,\"p99Us\":%lld,\"maxUs\":%lld}\n",
           c->count, seconds, c->counts.replies, c->counts.not_modified, c->counts.failures,
           c->counts.skipped, p50, p99, (long long)c->counts.max_us);
    fflush(stdout);
    buf_reset(&c->times);
    c->counts = (struct counts){0};
}

static void poll_on(struct crowd *c, int64_t period_us, int64_t seconds, int64_t window_s)
{
    const int64_t start_us = clock_mono_us(), end_us = start_us + seconds * 1000000;
    int64_t window_start_us = start_us;
    for (uint64_t turn = 0;; turn++) {
        const int64_t due_us = start_us + (int64_t)(turn / c->count) * period_us +
                               (int64_t)(turn % c->count) * period_us / (int64_t)c->count;
        do
            wait_until(c, due_us);
        while (clock_mono_us() < due_us);
        if (due_us - window_start_us >= window_s * 1000000 || due_us >= end_us) {
            print_window(c, (double)(due_us - window_start_us) / 1e6);
            window_start_us = due_us;
        }
        if (due_us >= end_us)
            return;
        ask(c, &c->viewers[turn % c->count], due_us);
    }
}

/* As many as the system allows. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool connect_all(struct crowd *c, char **paths, size_t path_count)
{
    for (size_t i = 0; i < c->count; i++) {
        c->viewers[i].path = paths[i % path_count];
        if (!connect_viewer(c, &c->viewers[i]))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct crowd crowd = {.times = buf_make(BUF_NO_LIMIT)};
    unsigned long numbers[5] = {0};
    for (int i = 0; i < 5 && i + 1 < argc; i++)
        numbers[i] = strtoul(argv[i + 1], NULL, 10);
    const unsigned long port = numbers[0], period_ms = numbers[2], seconds = numbers[3],
                        window_s = numbers[4];
    crowd.count = numbers[1];
    if (argc < 7 || !port || port > 65535 || !crowd.count || crowd.count > VIEWERS_MAX ||
        !period_ms || !seconds || !window_s) {
        fprintf(stderr, "usage: bench_viewers PORT VIEWERS PERIOD_MS SECONDS WINDOW_S PATH...\n");
        return EXIT_FAILURE;
    }
    crowd.server = (struct sockaddr_in){.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    crowd.poll = epoll_create1(EPOLL_CLOEXEC);
    crowd.viewers = calloc(crowd.count, sizeof *crowd.viewers);
    allow_descriptors();
    const bool ready =
        crowd.poll >= 0 && crowd.viewers && connect_all(&crowd, argv + 6, (size_t)argc - 6);
    if (ready)
        poll_on(&crowd, (int64_t)period_ms * 1000, (int64_t)seconds, (int64_t)window_s);
    else
        fprintf(stderr, "bench_viewers: %s\n", strerror(errno));
    free(crowd.viewers);
    buf_free(&crowd.times);
    return ready ? EXIT_SUCCESS : EXIT_FAILURE;
}
