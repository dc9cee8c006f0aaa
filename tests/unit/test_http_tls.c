/* A server whose certificate nobody vouches for: `openssl s_server` with a certificate made on the
 * spot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/http.h"
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 20000 };

static char certificate[] = "/tmp/test_http_tls.XXXXXX";
static pid_t server_pid;
static unsigned server_port;

/* Starts a program; *out reads what it prints. */
static pid_t start(char *const args[], FILE **out)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    assert_int_equal(posix_spawnp(&pid, args[0], &actions, NULL, args, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *out = fdopen(ends[0], "r");
    assert_non_null(*out);
    return pid;
}

static int setup(void **state)
{
    int fd = mkstemp(certificate);
    assert_true(fd >= 0);
    close(fd);
    FILE *out;
    char *const make[] = {"openssl",
                          "req",
                          "-x509",
                          "-newkey",
                          "ec",
                          "-pkeyopt",
                          "ec_paramgen_curve:prime256v1",
                          "-nodes",
                          "-days",
                          "1",
                          "-subj",
                          "/CN=localhost",
                          "-addext",
                          "subjectAltName=IP:127.0.0.1",
                          "-keyout",
                          certificate,
                          "-out",
                          certificate,
                          NULL};
    pid_t pid = start(make, &out);
    fclose(out);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);

    char *const serve[] = {"openssl", "s_server",  "-accept", "127.0.0.1:0",
                           "-cert",   certificate, "-www",    NULL};
    char line[256];
    server_pid = start(serve, &out);
    while (server_port == 0 && fgets(line, sizeof line, out))
        sscanf(line, "ACCEPT 127.0.0.1:%u", &server_port);
    assert_int_not_equal(server_port, 0);
    *state = out; /* open for as long as the server may print */
    return 0;
}

static int teardown(void **state)
{
    kill(server_pid, SIGKILL);
    waitpid(server_pid, NULL, 0);
    fclose(*state);
    unlink(certificate);
    return 0;
}

static void keep(void *user, const struct http_response *response)
{
    *(struct http_response *)user = *response;
}

static void an_unknown_certificate_is_a_tls_error(void **state)
{
    (void)state;
    struct arena arena = arena_make(1 << 20);
    struct cidr_list loopback;
    struct endpoint endpoint;
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", server_port);
    assert_int_equal(cidr_list_parse("127.0.0.0/8", &loopback), ERR_OK);
    assert_int_equal(endpoint_make(&endpoint, "ZG_CHAIN_RPC", url, &loopback, &arena), ERR_OK);

    struct http_client *client = http_client_new();
    assert_non_null(client);
    struct http_response response = {.err = ERR_COUNT};
    struct http_request request = {
        .endpoint = &endpoint,
        .max_response = 1 << 20,
        .connect_timeout_ms = DEADLINE_MS,
        .timeout_ms = DEADLINE_MS,
        .done = keep,
        .user = &response,
    };
    assert_int_equal(http_submit(client, &request, NULL), ERR_OK);
    int64_t end_ms = clock_mono_ms() + 2 * DEADLINE_MS;
    while (response.err == ERR_COUNT && clock_mono_ms() < end_ms)
        http_client_run(client, 100);
    assert_int_equal(response.err, ERR_TLS);
    assert_int_equal(response.status, 0);
    http_client_free(client);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_certificate_is_a_tls_error),
    };
    if (http_global_init())
        return 1;
    int failed = cmocka_run_group_tests_name("http_tls", tests, setup, teardown);
    http_global_cleanup();
    return failed;
}
