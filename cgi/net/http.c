#include "net/http.h"

#include "base/clock.h"
#include "net/transfer.h"
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The first version with CURLOPT_QUICK_EXIT. */
enum { CURL_VERSION_NEEDED = 0x075700 };

enum {
    CONNECTIONS_KEPT = 256, /* open, in use or not: more than any client has calls together */
    EVENTS_MAX = 64,        /* looked at in one turn */
    NO_TIMER = -1
};

/* libcurl says which sockets it waits for and until when; epoll tells what came of it. Its own
 * curl_multi_perform() asks the kernel about every open connection each time one of them moves. */
struct http_client {
    CURLM *multi;
    int poll;         /* epoll */
    int waker;        /* eventfd */
    int64_t timer_ms; /* when libcurl wants to look at its time-outs, on the monotonic clock */
    struct http_call *calls; /* in flight */
    bool closing;
};

struct http_call {
    struct http_client *client;
    struct http_call *next, **link; /* `link` is what points here */
    struct transfer transfer;
    http_done done;
    void *user;
    bool ending;
};

enum err http_global_init(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return ERR_SYSTEM;
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    if (curl->version_num < CURL_VERSION_NEEDED || !(curl->features & CURL_VERSION_ASYNCHDNS)) {
        curl_global_cleanup();
        return ERR_SYSTEM;
    }
    return ERR_OK;
}

void http_global_cleanup(void)
{
    curl_global_cleanup();
}

char *http_libraries(char text[HTTP_LIBRARIES_BYTES])
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    snprintf(text, HTTP_LIBRARIES_BYTES, "libcurl %s, %s", info->version,
             info->ssl_version ? info->ssl_version : "no TLS");
    return text;
}

/* libcurl asks for a socket that epoll has, and gives up one that is closed already. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_data)
{
    (void)easy;
    (void)socket_data;
    struct http_client *client = user;
    struct epoll_event event = {.data.fd = fd};
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(client->poll, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    event.events |= what & CURL_POLL_IN ? EPOLLIN : 0;
    event.events |= what & CURL_POLL_OUT ? EPOLLOUT : 0;
    if (epoll_ctl(client->poll, EPOLL_CTL_MOD, fd, &event) != 0 &&
        epoll_ctl(client->poll, EPOLL_CTL_ADD, fd, &event) != 0)
        return -1;
    return 0;
}

static int on_timer(CURLM *multi, long wait_ms, void *user)
{
    (void)multi;
    struct http_client *client = user;
    client->timer_ms = wait_ms < 0 ? NO_TIMER : clock_mono_ms() + wait_ms;
    return 0;
}

static bool watch_waker(struct http_client *client)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = client->waker};
    return client->poll >= 0 && client->waker >= 0 &&
           epoll_ctl(client->poll, EPOLL_CTL_ADD, client->waker, &event) == 0;
}

static bool set_up(struct http_client *client)
{
    CURLM *multi = client->multi;
    return curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client) == CURLM_OK;
}

struct http_client *http_client_new(void)
{
    struct http_client *client = calloc(1, sizeof *client);
    if (!client)
        return NULL;
    client->timer_ms = NO_TIMER;
    client->poll = epoll_create1(EPOLL_CLOEXEC);
    client->waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    client->multi = curl_multi_init();
    if (!client->multi || !watch_waker(client) || !set_up(client)) {
        http_client_free(client);
        return NULL;
    }
    return client;
}

static void close_if_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

void http_client_free(struct http_client *client)
{
    if (!client)
        return;
    client->closing = true;
    while (client->calls)
        http_call_cancel(client->calls);
    curl_multi_cleanup(client->multi);
    close_if_open(client->waker);
    close_if_open(client->poll);
    free(client);
}

static void call_link(struct http_call *call)
{
    call->next = call->client->calls;
    call->link = &call->client->calls;
    if (call->next)
        call->next->link = &call->next;
    *call->link = call;
}

static void call_unlink(struct http_call *call)
{
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
}

static void call_free(struct http_call *call)
{
    transfer_free(&call->transfer);
    free(call);
}

enum err http_submit(struct http_client *client, const struct http_request *request,
                     struct http_call **out)
{
    if (client->closing)
        return ERR_CANCELLED;
    struct http_call *call = calloc(1, sizeof *call);
    if (!call)
        return ERR_NO_MEMORY;
    call->client = client;
    call->done = request->done;
    call->user = request->user;
    enum err err = transfer_init(&call->transfer, request, call);
    call->transfer.started_us = clock_mono_us();
    if (!err && curl_multi_add_handle(client->multi, call->transfer.easy) != CURLM_OK)
        err = ERR_NO_MEMORY;
    if (err) {
        call_free(call);
        return err;
    }
    call_link(call);
    if (out)
        *out = call;
    return ERR_OK;
}

/* The handle leaves libcurl before `done` runs: its connection is free for the next call. */
static void call_end(struct http_call *call, enum err err, int64_t ended_us)
{
    struct http_response response = transfer_response(&call->transfer, err, ended_us);
    call->ending = true;
    call_unlink(call);
    curl_multi_remove_handle(call->client->multi, call->transfer.easy);
    call->done(call->user, &response);
    call_free(call);
}

void http_call_cancel(struct http_call *call)
{
    if (!call->ending)
        call_end(call, ERR_CANCELLED, clock_mono_us());
}

int64_t http_call_started_us(const struct http_call *call)
{
    return call->transfer.started_us;
}

int http_call_status(const struct http_call *call)
{
    return transfer_status(&call->transfer);
}

const char *http_call_header(const struct http_call *call, const char *name)
{
    return transfer_header(&call->transfer, name);
}

/* Ends what libcurl has done with. Returns whether any call ended. */
static bool end_finished(struct http_client *client)
{
    const int64_t ended_us = clock_mono_us();
    bool any = false;
    int queued;
    for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &queued));) {
        struct http_call *call = NULL;
        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call) != CURLE_OK)
            continue;
        call_end(call, transfer_outcome(&call->transfer, message->data.result), ended_us);
        any = true;
    }
    return any;
}

/* Time-outs, and what was submitted: libcurl begins it when its timer of 0 runs out. */
static void run_timer(struct http_client *client)
{
    int running;
    if (client->timer_ms == NO_TIMER || client->timer_ms > clock_mono_ms())
        return;
    client->timer_ms = NO_TIMER; /* libcurl sets the next one */
    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

/* What `done` of a call submits is begun at once, and what it costs is not the next call's time. */
static void take_event(struct http_client *client, const struct epoll_event *event)
{
    eventfd_t wakes;
    int running, bits = 0;
    if (event->data.fd == client->waker) {
        eventfd_read(client->waker, &wakes);
        return;
    }
    bits |= event->events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0;
    bits |= event->events & EPOLLOUT ? CURL_CSELECT_OUT : 0;
    bits |= event->events & EPOLLERR ? CURL_CSELECT_ERR : 0;
    curl_multi_socket_action(client->multi, event->data.fd, bits, &running);
    if (end_finished(client))
        run_timer(client);
}

static int time_to_wait(const struct http_client *client, int wait_ms)
{
    if (client->timer_ms == NO_TIMER)
        return wait_ms;
    const int64_t left_ms = client->timer_ms - clock_mono_ms();
    if (left_ms <= 0)
        return 0;
    return left_ms < wait_ms ? (int)left_ms : wait_ms;
}

void http_client_run(struct http_client *client, int wait_ms)
{
    struct epoll_event events[EVENTS_MAX];
    const int count = epoll_wait(client->poll, events, EVENTS_MAX, time_to_wait(client, wait_ms));
    for (int i = 0; i < count; i++)
        take_event(client, &events[i]);
    run_timer(client);
    end_finished(client);
}

void http_client_wake(struct http_client *client)
{
    eventfd_write(client->waker, 1);
}
