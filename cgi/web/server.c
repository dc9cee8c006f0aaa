#include "web/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "web/dispatch.h"
#include "web/listen.h"
#include "web/reply.h"
#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    ARENA_BYTES = 8 * 1024 * 1024, /* a body, what is read from it and the reply */
    HEAD_BYTES = 4096,
    PAUSE_MS = 50,          /* after a failed accept: descriptors or memory may come back */
    STOP_DEADLINE_MS = 2000 /* for requests in flight */
};

struct server {
    const struct web_config *config;
    struct listener listener;
    atomic_bool stopping;
    atomic_bool failed; /* stopping for an error: a supervisor must start us again */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    int running; /* workers; under `lock` */
};

struct web_stream {
    FCGX_Stream *stream;
    const atomic_bool *stopping;
};

bool web_stream_put(struct web_stream *out, const char *bytes, size_t len)
{
    if (atomic_load(out->stopping) || len > INT_MAX)
        return false;
    if (len > 0)
        FCGX_PutStr(bytes, (int)len, out->stream);
    /* A peer that is gone shows when what was buffered is written. */
    return FCGX_FFlush(out->stream) == 0 && FCGX_GetError(out->stream) == 0;
}

static void write_reply(FCGX_Stream *stream, struct buf *head, const struct incoming *in,
                        const struct outgoing *out)
{
    const bool with_body = reply_head(head, in, out);
    if (head->err)
        return; /* no memory: an empty answer makes nginx say 502 */
    /* A client that has gone is normal: the writing ends and nothing is said. */
    FCGX_PutStr(head->data, (int)head->len, stream);
    if (with_body && out->reply.stream) {
        struct web_stream piecewise = {stream, in->request.stopping};
        if (web_stream_put(&piecewise, "", 0))
            out->reply.stream(out->reply.owner, &piecewise);
        return;
    }
    const char *bytes = out->reply.body;
    for (size_t left = with_body ? out->reply.body_len : 0; left > 0;) {
        int chunk = left < INT_MAX ? (int)left : INT_MAX;
        if (FCGX_PutStr(bytes, chunk, stream) != chunk)
            return;
        bytes += chunk;
        left -= (size_t)chunk;
    }
}

static size_t read_stream(void *stream, char *bytes, size_t len)
{
    int got = FCGX_GetStr(bytes, (int)len, stream); /* max_body is far below INT_MAX */
    return got > 0 ? (size_t)got : 0;
}

static void answer(struct server *server, FCGX_Request *fcgi, struct arena *arena, struct buf *head)
{
    struct incoming in;
    struct outgoing out;
    request_read(&in, fcgi->envp, arena, server->config->app);
    in.request.stopping = &server->stopping;
    in.read_body = read_stream;
    in.stream = fcgi->in;
    dispatch(server->config, &in, &out);
    write_reply(fcgi->out, head, &in, &out);
    FCGX_Finish_r(fcgi);
    /* Also when the client asked to keep the connection: it would own this thread. */
    FCGX_Free(fcgi, 1);
    outgoing_release(&out);
    buf_reset(head);
    arena_reset(arena);
}

static bool may_accept(struct server *server)
{
    /* An own socket is drained until accept() says EINVAL; what waits on an inherited one is for
     * the successor. */
    return !atomic_load(&server->stopping) || server->listener.own;
}

static void give_up(struct server *server)
{
    atomic_store(&server->failed, true);
    kill(getpid(), SIGTERM); /* wakes the main thread; blocked everywhere else */
}

/* What a worker does after FCGX_Accept_r() returned -reason. False: it ends. */
static bool survive_accept(struct server *server, int reason, bool *said)
{
    switch (reason) {
    case EAGAIN: /* LISTEN_WAIT_MS are over */
    case EINTR:  /* SIGSTOP and SIGCONT */
        *said = false;
        return true;
    case EINVAL: /* it was shut down: by us when stopping, else by somebody who shares it */
    case EBADF:
    case ENOTSOCK:
        if (!atomic_load(&server->stopping)) {
            log_event(LOG_ERROR, "socket_lost", "reason", strerror(reason), NULL);
            give_up(server);
        }
        return false;
    default: /* EMFILE, ENFILE, ENOBUFS, ENOMEM */
        if (!*said)
            log_event(LOG_WARN, "accept_failed", "reason", strerror(reason), NULL);
        *said = true;
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
        return true;
    }
}

static void *work(void *arg)
{
    struct server *server = arg;
    struct arena arena = arena_make(ARENA_BYTES);
    struct buf head = buf_make(HEAD_BYTES);
    bool said = false;
    FCGX_Request fcgi;
    FCGX_InitRequest(&fcgi, server->listener.fd, FCGI_FAIL_ACCEPT_ON_INTR);
    while (may_accept(server)) {
        int rc = FCGX_Accept_r(&fcgi);
        if (rc == 0)
            answer(server, &fcgi, &arena, &head);
        else if (!survive_accept(server, -rc, &said))
            break;
    }
    FCGX_Free(&fcgi, 1);
    buf_free(&head);
    arena_free(&arena);

    pthread_mutex_lock(&server->lock);
    server->running--;
    pthread_cond_signal(&server->ended);
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

/* True when every worker has ended before the deadline. */
static bool wait_for_workers(struct server *server)
{
    const int64_t deadline = clock_mono_ms() + STOP_DEADLINE_MS;
    const struct timespec at = {.tv_sec = deadline / 1000,
                                .tv_nsec = (long)(deadline % 1000) * 1000000L};
    pthread_mutex_lock(&server->lock);
    for (int rc = 0; server->running > 0 && rc != ETIMEDOUT;)
        rc = pthread_cond_timedwait(&server->ended, &server->lock, &at);
    const bool all = server->running == 0;
    pthread_mutex_unlock(&server->lock);
    return all;
}

/* Runs the workers from the first request to the last. Does not return when one of them is still
 * busy at the deadline: it uses memory that the caller would free. */
static int serve(struct server *server, const sigset_t *signals)
{
    const int wanted = server->config->threads;
    pthread_t *threads = calloc((size_t)wanted, sizeof *threads);
    if (!threads) {
        log_event(LOG_ERROR, "no_thread", "reason", err_text(ERR_NO_MEMORY), NULL);
        return EXIT_FAILURE;
    }
    int started = 0;
    server->running = wanted;
    for (int rc = 0; started < wanted && rc == 0;) {
        rc = pthread_create(&threads[started], NULL, work, server);
        if (rc == 0) {
            started++;
            continue;
        }
        log_event(LOG_ERROR, "no_thread", "reason", strerror(rc), NULL);
        pthread_mutex_lock(&server->lock);
        server->running -= wanted - started;
        pthread_mutex_unlock(&server->lock);
        give_up(server);
    }

    int signal_number;
    sigwait(signals, &signal_number);
    log_event(LOG_INFO, "stopping", NULL);
    atomic_store(&server->stopping, true);
    listener_stop(&server->listener);
    if (!wait_for_workers(server)) {
        log_event(LOG_WARN, "stopped_hard", "reason", "a request did not end in time", NULL);
        _exit(EXIT_FAILURE);
    }
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    return atomic_load(&server->failed) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void block_signals(sigset_t *signals)
{
    /* Everything that asks a FastCGI program to end is waited for in one place. libfcgi would
     * install handlers of its own for SIGTERM, SIGUSR1 and SIGPIPE; blocked or ignored, these never
     * run. (Its handlers set a flag after which OS_Accept() may hand out a closed descriptor.) */
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    sigaddset(signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* A client that says nothing holds a worker for 2 s after connect() and for 2 s after the reply
 * unless libfcgi 2.4.2 is told otherwise; it reads these in FCGX_Init(). */
static bool init_library(void)
{
    return setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", "200", 0) == 0 &&
           setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "200", 0) == 0 && FCGX_Init() == 0;
}

static void init_sync(struct server *server)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&server->lock, NULL);
}

int web_serve(const struct web_config *config)
{
    struct server server = {.config = config};
    sigset_t signals;
    block_signals(&signals);
    if (listener_open(&server.listener, config->socket_path))
        return EXIT_FAILURE;

    int code = EXIT_FAILURE;
    init_sync(&server);
    enum err err = init_library() ? ERR_OK : ERR_SYSTEM;
    if (!err && config->start)
        err = config->start(config->app);
    if (err) {
        log_event(LOG_ERROR, "not_started", "reason", err_text(err), NULL);
        code = err == ERR_CONFIG ? EXIT_CONFIG : EXIT_FAILURE;
        goto out;
    }
    log_event(LOG_INFO, "serving", "socket",
              server.listener.own ? server.listener.path : "inherited", NULL);
    code = serve(&server, &signals);
    if (config->stop)
        config->stop(config->app);
out:
    listener_stop(&server.listener);
    listener_close(&server.listener);
    pthread_cond_destroy(&server.ended);
    pthread_mutex_destroy(&server.lock);
    return code;
}
