/* FastCGI front: worker threads that accept, find the route, call its handler and write the reply.
 * libfcgi's types stay inside web/. Handlers answer from memory and must be thread-safe: they get a
 * request that lives until they return and fill in a reply.
 *
 * Each worker calls FCGX_Accept_r() without a mutex: the call also reads the request's head, and a
 * mutex around it lets one silent client stop all workers. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "base/arena.h"
#include "base/error.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum web_method {
    WEB_GET = 1, /* HEAD is GET without the body, which the server drops */
    WEB_POST = 2,
    WEB_DELETE = 4,
};

struct web_request {
    enum web_method method;
    const char *path;          /* "/api/metrics" */
    const char *tail;          /* what a route ending in "*" matched; "" else */
    const char *query;         /* raw query string, "" without one */
    const char *if_none_match; /* "" without one */
    const char *request_id;    /* from nginx, "" without one */
    const char *client;        /* address of the peer, as nginx saw it; "" when it did not say */
    bool is_direct;            /* the peer is on this machine and speaks for itself alone */
    const char *site;          /* "http://host:port" as the peer calls this server; "" */
    const char *authorization; /* "" without one */
    const char *content_type;  /* "" without one */
    const char *accept;        /* "" without one */
    const char *last_event_id; /* of a reader of events that comes back; "" else */
    const char *body;          /* of a POST, with a NUL behind it; "" without one */
    size_t body_len;           /* at most the route's max_body */
    struct arena *arena;       /* memory for this request */
    /* The program ends: a handler that waits for something looks at it and returns. */
    const atomic_bool *stopping;
    void *app; /* what web_serve() was given */
};

struct web_stream;

/* Sends a piece to the client now. False when the stream has to end: the client is gone, or the
 * program stops. With 0 bytes only that is said. */
bool web_stream_put(struct web_stream *out, const char *bytes, size_t len);

struct web_reply {
    int status;                /* 200 unless set */
    const char *content_type;  /* "application/json" unless set */
    const char *etag;          /* "..." or W/"...", or NULL; 304 is the server's business */
    const char *cache_control; /* NULL: what the web server says */
    const char *challenge;     /* of a 401: WWW-Authenticate, or NULL */
    int retry_after_s;         /* 0: no Retry-After */
    const char *location;      /* of a 201, 202 or 409: Location, or NULL */
    const char *disposition;   /* Content-Disposition, or NULL */
    const char *body;
    size_t body_len;
    /* Instead of a body: writes one of unknown length, piece by piece, and returns at its end.
     * Holds the worker thread that long. Not called for HEAD. NULL: the body. */
    void (*stream)(void *owner, struct web_stream *out);
    void (*release)(void *owner); /* called once after the last byte; NULL: nothing to release */
    void *owner;
};

typedef void (*web_handler)(const struct web_request *request, struct web_reply *reply);

/* A row of the routing table. `path` is exact, or ends in "*" to match a prefix; exact goes before
 * prefix, longer before shorter. Rows with the same path share its Allow header. OPTIONS is
 * answered for every path. */
struct web_route {
    const char *path;
    unsigned methods; /* enum web_method bits; others get 405 with Allow */
    web_handler handler;
    unsigned keys;   /* with web_config.auth: a token with one of these bits opens it */
    size_t max_body; /* bytes of a POST; 0: WEB_SMALL_BODY */
};

enum { WEB_SMALL_BODY = 1024 };

struct auth;

struct web_config {
    const char *socket_path; /* own listening socket; used when none was inherited */
    int threads;             /* 1 or more */
    const struct web_route *routes;
    size_t route_count;
    void *app;
    struct auth *auth; /* NULL: everything is open to anyone */
    unsigned keys;     /* with auth: what opens paths and methods that are in no row */
    /* Called in the main thread after the socket is open and before the first request, and after
     * the last one. NULL: nothing. start() may fail, then stop() is not called; stop() must return
     * within 2 s. */
    enum err (*start)(void *app);
    void (*stop)(void *app);
};

/* Exit code of a program that would fail in the same way at every start: a setting is wrong, or a
 * file is of a newer version (EX_CONFIG of sysexits(3)). Who restarts it can leave it. */
enum { EXIT_CONFIG = 78 };

/* Runs until SIGTERM, SIGINT, SIGHUP or SIGUSR1 (which FastCGI managers send), lets requests in
 * flight finish, and returns 0; or returns an exit code with the reason logged, EXIT_CONFIG when
 * start() said ERR_CONFIG. A request that does
 * not end within 2 s ends the process with code 1, without stop(). The listening socket is taken
 * from LISTEN_FDS (fd 3, when LISTEN_PID is this process), else from fd 0 when that is a listening
 * socket, else made at `socket_path` with mode 0660; Unix sockets only. Call once per process, with
 * no other thread running: signals are blocked here so that every later thread inherits that. */
int web_serve(const struct web_config *config);

/* Fills in an RFC 9457 problem. `code` is the stable word; `detail` may be NULL. Memory of the body
 * comes from the request's arena. */
void web_problem(const struct web_request *request, struct web_reply *reply, int status,
                 const char *code, const char *detail);

/* True when the body says to be JSON; else the reply is filled in (415). */
bool web_has_json(const struct web_request *request, struct web_reply *reply);

#endif
