/* metrics.fcgi: the process behind the page. It reads 0G and answers from memory. It holds no key
 * and no token, and writes nothing but a cache of what anybody can read again.
 *
 *   metrics.fcgi [SOCKET]     serve on the inherited socket, else on SOCKET
 *   metrics.fcgi --check      print the effective configuration and all that is wrong with it
 *   metrics.fcgi --doctor     read each source once and print what came of it */
#include "base/log.h"
#include "net/http.h"
#include "panel/api.h"
#include "panel/poller.h"
#include "panel/snapshot.h"
#include "panel/sources.h"
#include "store/store.h"
#include "web/server.h"
#include "zerog/settings.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 8 };

extern char **environ;

struct program {
    struct api api; /* first: it is what the handlers get */
    struct settings settings;
    struct poller *poller;
};

static const char *from_environment(const char *name)
{
    return getenv(name);
}

static void log_lines(enum log_level level, const char *event, const struct buf *lines)
{
    const char *line = buf_str(lines);
    while (*line) {
        size_t len = strcspn(line, "\n");
        char text[512];
        snprintf(text, sizeof text, "%.*s", (int)(len < 511 ? len : 511), line);
        log_event(level, event, "detail", text, NULL);
        line += len + (line[len] == '\n');
    }
}

static void stop(void *app)
{
    struct program *program = app;
    poller_free(program->poller);
    program->poller = NULL;
    job_pages_free(program->api.pages);
    program->api.pages = NULL;
}

static enum err start(void *app)
{
    struct program *program = app;
    program->api.pages =
        job_pages_new(program->settings.jobs_path, mirror_store(&program->settings), WORKERS);
    program->api.settings = &program->settings;
    program->poller = poller_new(&program->settings, &program->api.board);
    if (program->poller)
        poller_keep_evidence(program->poller, &program->api.evidence);
    enum err err =
        program->poller && program->api.pages ? poller_start(program->poller) : ERR_NO_MEMORY;
    if (err)
        stop(program);
    return err;
}

static int serve(struct program *program, const char *socket_path)
{
    log_lines(LOG_WARN, "config_unknown", &program->settings.warnings);
    const struct web_config config = {
        .socket_path = socket_path,
        .threads = WORKERS,
        .routes = api_routes,
        .route_count = api_route_count,
        .app = program,
        .start = start,
        .stop = stop,
    };
    return web_serve(&config);
}

static int check(const struct program *program)
{
    struct buf text = buf_make(BUF_NO_LIMIT);
    settings_print(&program->settings, &text);
    printf("%s%s", buf_str(&text), buf_str(&program->settings.warnings));
    buf_free(&text);
    return 0;
}

/* Exit code 1 when a source that is on could not be read. */
static int doctor(struct program *program)
{
    program->settings.keeps_nothing = true;
    struct poller *poller = poller_new(&program->settings, &program->api.board);
    if (!poller)
        return EXIT_FAILURE;
    poller_read_once(poller);
    bool failed = false;
    struct snapshot *snapshot = snapshot_acquire(&program->api.board);
    for (int i = 0; snapshot && i < SOURCE_COUNT; i++) {
        const struct source_brief *s = &snapshot->sources[i];
        printf("%-8s %-6s %s\n", s->key, source_state_name(s->state), s->reason);
        failed |= s->state == STATE_ERROR || s->state == STATE_STALE;
    }
    snapshot_release(snapshot);
    poller_free(poller);
    return failed;
}

int main(int argc, char **argv)
{
    const char *argument = argc > 1 ? argv[1] : "";
    log_open("metrics");
    /* One arena for all threads: workers allocate next to nothing, and each more costs memory. */
    mallopt(M_ARENA_MAX, 1);
    store_readers_are_many();

    struct program program = {0};
    struct buf problems = buf_make(64 * 1024);
    bool to_terminal = strncmp(argument, "--", 2) == 0;
    int code = EXIT_CONFIG;
    snapshot_board_init(&program.api.board);
    evidence_board_init(&program.api.evidence);
    enum err held = settings_refuse_secrets(from_environment, &problems);
    if (settings_load(&program.settings, from_environment, environ, &problems) || held) {
        if (to_terminal)
            fprintf(stderr, "%s", buf_str(&problems));
        else
            log_lines(LOG_ERROR, "config_wrong", &problems);
    } else if (http_global_init()) {
        log_event(LOG_ERROR, "http_init_failed", NULL);
        code = EXIT_FAILURE;
    } else {
        if (strcmp(argument, "--check") == 0)
            code = check(&program);
        else if (strcmp(argument, "--doctor") == 0)
            code = doctor(&program);
        else
            code = serve(&program, *argument ? argument : NULL);
        http_global_cleanup();
    }
    evidence_board_free(&program.api.evidence);
    snapshot_board_free(&program.api.board);
    settings_free(&program.settings);
    buf_free(&problems);
    return code;
}
