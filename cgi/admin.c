/* admin.fcgi: the process that writes. It takes the jobs that an agent records, keeps them in
 * jobs.db and proves them, and runs benchmarks; it alone holds the tokens and the wallet's key. The
 * panel's process reads the file and knows neither.
 *
 *   admin.fcgi [SOCKET]     serve on the inherited socket, else on SOCKET
 *   admin.fcgi --check      print the effective configuration, or all that is wrong with it
 *   admin.fcgi --backup STORE COPY
 *                           copy a job store, also while another admin.fcgi writes it
 *
 * Environment: the settings of zerog/settings.h, with RUN (the instance's folder; the store is
 * RUN/jobs/jobs.db), and ADMIN_TOKEN, RECORD_TOKEN, ZG_CHAIN_PRIVATE_KEY, ZG_ROUTER_API_KEY and
 * ZG_BASELINE_API_KEY, each also as ..._FILE.
 * Without RUN and ADMIN_TOKEN it does not start; without a recording token the admin token alone
 * records. A key must be that of ZG_WALLET_ADDRESS. */
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "bench/api.h"
#include "net/http.h"
#include "proof/prover.h"
#include "store/backup.h"
#include "store/job_json.h"
#include "store/store.h"
#include "web/auth.h"
#include "web/server.h"
#include "zerog/settings.h"
#include "zerog/wallet.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    WORKERS = 8,
    KEY_ADMIN = 1,
    KEY_RECORD = 2,
    MAX_JOBS_BODY = 1024 * 1024,
    MAX_REPLY = 1024 * 1024,
    ROUTES_MAX = 32,
    RETRY_AFTER_S = 1
};

extern char **environ;

struct program {
    struct bench_api bench; /* first: it is what the handlers of bench/ get */
    struct auth auth;
    struct settings settings;
    struct signer *wallet; /* NULL: no key was given */
    struct secret router_key, baseline_key;
    struct store_writer *writer;
    struct prover *prover;
};

/* Configuration ------------------------------------------------------------------------------- */

static enum err take_token(struct auth *auth, unsigned key, const char *name, bool needed,
                           struct buf *problems)
{
    struct secret token;
    enum err err = secret_take(name, &token, problems);
    if (!err && (token.len > 0 || needed))
        err = auth_add(auth, key, name, &token, problems);
    secret_wipe(&token);
    return err;
}

static const char *from_environment(const char *name)
{
    return getenv(name);
}

/* Says all that is wrong at once. */
static enum err configure(struct program *program, struct buf *problems)
{
    struct settings *s = &program->settings;
    const size_t before = problems->len;
    take_token(&program->auth, KEY_ADMIN, "ADMIN_TOKEN", true, problems);
    take_token(&program->auth, KEY_RECORD, "RECORD_TOKEN", false, problems);
    enum err err = settings_load(s, from_environment, environ, problems);
    enum err key = wallet_take(s->has_wallet ? &s->wallet : NULL, &program->wallet, problems);
    secret_take("ZG_ROUTER_API_KEY", &program->router_key, problems);
    secret_take("ZG_BASELINE_API_KEY", &program->baseline_key, problems);
    if (!s->jobs_path)
        buf_puts(problems, "RUN: expected the folder of the instance\n");
    if (err || key)
        return err ? err : key;
    return problems->len == before ? ERR_OK : ERR_CONFIG;
}

/* POST /admin/api/jobs ------------------------------------------------------------------------ */

static const char *outcome_name(enum job_outcome outcome)
{
    static const char *const names[] = {"inserted", "updated", "unchanged", "refused"};
    return names[outcome];
}

/* Counts what was refused; *why is the first reason. */
static size_t put_results(struct json_writer *w, const struct job_batch *batch,
                          const struct store_outcome *outcomes, const char **why)
{
    size_t refused = 0;
    json_open_array(w, "jobs");
    for (size_t i = 0; i < batch->count; i++) {
        const struct job_entry *entry = &batch->entries[i];
        const struct store_outcome result =
            entry->refused ? (struct store_outcome){JOB_REFUSED, entry->refused}
                           : outcomes[entry->record];
        if (result.outcome == JOB_REFUSED && refused++ == 0)
            *why = result.why;
        json_open_object(w, NULL);
        json_put_str(w, "id", entry->id);
        json_put_str(w, "result", outcome_name(result.outcome));
        json_put_str(w, "reason", result.outcome == JOB_REFUSED ? result.why : NULL);
        json_close_object(w);
    }
    json_close_array(w);
    return refused;
}

static void reply_results(const struct web_request *request, struct web_reply *reply,
                          const struct job_batch *batch, const struct store_outcome *outcomes)
{
    struct buf text = buf_make(MAX_REPLY);
    struct json_writer w = json_writer_make(&text);
    const char *why = NULL;
    json_open_object(&w, NULL);
    size_t refused = put_results(&w, batch, outcomes, &why);
    json_close_object(&w);
    char *body = text.err ? NULL : arena_strndup(request->arena, text.data, text.len);
    if (refused > 0 && refused == batch->count) {
        web_problem(request, reply, 422, "refused", why);
    } else if (!body) {
        web_problem(request, reply, 500, "no_memory", NULL); /* sent again it changes nothing */
    } else {
        reply->content_type = "application/json; charset=utf-8";
        reply->cache_control = "no-store";
        reply->body = body;
        reply->body_len = text.len;
    }
    buf_free(&text);
}

static void reply_unreadable(const struct web_request *request, struct web_reply *reply,
                             enum err err)
{
    switch (err) {
    case ERR_TOO_LARGE:
        web_problem(request, reply, 413, "too_many_jobs", "at most 1000 jobs at a time");
        break;
    case ERR_NO_MEMORY:
        web_problem(request, reply, 500, "no_memory", NULL);
        break;
    case ERR_NOT_JSON:
        web_problem(request, reply, 400, "not_json", "the body is not JSON");
        break;
    default:
        web_problem(request, reply, 400, "bad_body", "expected a job or an array of jobs");
    }
}

static void post_jobs(const struct web_request *request, struct web_reply *reply)
{
    struct program *program = request->app;
    struct job_batch batch;
    if (!web_has_json(request, reply))
        return;
    enum err err = job_json_parse(request->body, request->body_len, request->arena, &batch);
    if (err) {
        reply_unreadable(request, reply, err);
        return;
    }
    for (size_t i = 0; i < batch.record_count; i++)
        batch.records[i].proof = PROOF_REPORTED;
    struct store_outcome *outcomes =
        arena_array(request->arena, batch.record_count, sizeof *outcomes);
    err = outcomes ? store_put_jobs(program->writer, batch.records, batch.record_count,
                                    clock_wall_ms(), outcomes)
                   : ERR_NO_MEMORY;
    if (!err) {
        prover_wake(program->prover);
        reply_results(request, reply, &batch, outcomes);
        return;
    }
    log_event(LOG_ERROR, "jobs_not_recorded", "error", err_name(err), NULL);
    web_problem(request, reply, 503, "store_unavailable", "nothing was recorded; send it again");
    reply->retry_after_s = RETRY_AFTER_S;
}

static const struct web_route own_routes[] = {
    {.path = "/admin/api/jobs",
     .methods = WEB_POST,
     .handler = post_jobs,
     .keys = KEY_ADMIN | KEY_RECORD,
     .max_body = MAX_JOBS_BODY},
};

/* The program --------------------------------------------------------------------------------- */

static void log_problem(const char *event, const struct buf *problem)
{
    log_event(LOG_ERROR, event, "detail", buf_str(problem), NULL);
}

static void stop(void *app)
{
    struct program *program = app;
    bench_api_close(&program->bench);
    prover_stop(program->prover);
    program->prover = NULL;
    store_writer_close(program->writer);
    program->writer = NULL;
}

static const char *key_text(const struct secret *key)
{
    return key->len ? key->text : NULL;
}

static enum err start(void *app)
{
    struct program *program = app;
    const struct settings *s = &program->settings;
    struct buf problem = buf_make(4096);
    enum err err = store_writer_open(s->jobs_path, STORE_JOBS, &problem, &program->writer);
    if (err)
        log_problem("store_not_opened", &problem);
    buf_free(&problem);
    if (!err) {
        const struct prover_config config = {
            .store_path = s->jobs_path,
            .writer = program->writer,
            .rpc = &s->chain_rpc,
            .chain_id = s->network->chain_id,
            .serving = &s->serving,
            .private_addresses = &s->allow_private,
            .max_per_minute = s->network->simulated ? 0 : (size_t)s->max_requests_per_min};
        err = prover_start(&config, &program->prover);
    }
    if (!err) {
        const struct bench_means means = {.settings = s,
                                          .account = program->wallet,
                                          .router_key = key_text(&program->router_key),
                                          .baseline_key = key_text(&program->baseline_key)};
        err = bench_api_open(&program->bench, &means, program->writer);
    }
    if (err)
        stop(program);
    return err;
}

/* Ours, and those of bench/, which the admin token alone opens. */
static size_t join_routes(struct web_route all[ROUTES_MAX])
{
    size_t count = sizeof own_routes / sizeof *own_routes;
    memcpy(all, own_routes, sizeof own_routes);
    for (size_t i = 0; i < bench_route_count && count < ROUTES_MAX; i++) {
        all[count] = bench_routes[i];
        all[count++].keys = KEY_ADMIN;
    }
    return count;
}

static int serve(struct program *program, const char *socket_path)
{
    struct web_route routes[ROUTES_MAX];
    const size_t route_count = join_routes(routes);
    const struct web_config config = {
        .socket_path = socket_path,
        .threads = WORKERS,
        .routes = routes,
        .route_count = route_count,
        .app = program,
        .auth = &program->auth,
        .keys = KEY_ADMIN,
        .start = start,
        .stop = stop,
    };
    return web_serve(&config);
}

/* Prints what is in force, without secrets. */
static int check(const struct program *program)
{
    struct buf text = buf_make(64 * 1024);
    char wallet[ADDRESS_TEXT_BYTES];
    settings_print(&program->settings, &text);
    printf("%s%s", buf_str(&text), buf_str(&program->settings.warnings));
    printf("ZG_CHAIN_PRIVATE_KEY=%s\n",
           program->wallet ? address_text(signer_address(program->wallet), wallet) : "(not set)");
    printf("ZG_ROUTER_API_KEY=%s\n", program->router_key.len ? "(set)" : "(not set)");
    printf("ZG_BASELINE_API_KEY=%s\n", program->baseline_key.len ? "(set)" : "(not set)");
    buf_free(&text);
    return 0;
}

static int backup(const char *store, const char *copy)
{
    enum err err = store_backup(store, copy);
    if (err)
        fprintf(stderr, "the job store was not copied: %s\n", err_text(err));
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *argument = argc > 1 ? argv[1] : "";
    const bool checks = strcmp(argument, "--check") == 0;
    struct program program = {.wallet = NULL};
    struct buf problems = buf_make(64 * 1024);
    int code = EXIT_CONFIG;
    log_open("admin");
    umask(027); /* the panel's group reads the store */
    if (strcmp(argument, "--backup") == 0 && argc == 4)
        return backup(argv[2], argv[3]);
    auth_init(&program.auth);
    const bool guarded = secret_guard_process() == ERR_OK;
    enum err err = configure(&program, &problems);
    if (!guarded)
        log_event(LOG_ERROR, "not_guarded", NULL);
    else if (err && checks)
        fprintf(stderr, "%s", buf_str(&problems));
    else if (err)
        log_problem("config_wrong", &problems);
    else if (checks)
        code = check(&program);
    else if (http_global_init())
        log_event(LOG_ERROR, "http_init_failed", NULL);
    else {
        code = serve(&program, *argument ? argument : NULL);
        http_global_cleanup();
    }
    secret_wipe(&program.router_key);
    secret_wipe(&program.baseline_key);
    signer_free(program.wallet);
    settings_free(&program.settings);
    auth_free(&program.auth);
    buf_free(&problems);
    return code;
}
