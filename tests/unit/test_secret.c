#include "base/secret.h"

#include "support.h"

#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME      "TEST_SECRET"
#define FILE_NAME NAME "_FILE"

static char path[] = "/tmp/zg-secret-XXXXXX";
static struct buf problems;

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static int set_up(void **state)
{
    (void)state;
    unsetenv(NAME);
    unsetenv(FILE_NAME);
    problems = buf_make(BUF_NO_LIMIT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&problems);
    return 0;
}

static void write_file(const char *text, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void assert_taken(const char *expected)
{
    struct secret secret;
    assert_int_equal(secret_take(NAME, &secret, &problems), ERR_OK);
    assert_string_equal(secret.text, expected);
    assert_int_equal(secret.len, strlen(expected));
    assert_int_equal(problems.len, 0);
}

static void assert_refused(const char *why)
{
    struct secret secret;
    assert_int_equal(secret_take(NAME, &secret, &problems), ERR_CONFIG);
    assert_non_null(strstr(buf_str(&problems), why));
    assert_null(strstr(buf_str(&problems), "hunter2"));
}

/* What stood in the process's memory where /proc/PID/environ shows it. */
static void the_value_is_taken_out_of_the_environment(void **state)
{
    (void)state;
    static char line[] = NAME "=hunter2";
    assert_int_equal(putenv(line), 0);
    assert_taken("hunter2");
    assert_null(getenv(NAME));
    assert_null(strstr(line, "hunter2"));
    assert_taken(""); /* nothing is left to take */
}

static void the_first_line_of_the_file_is_the_secret(void **state)
{
    (void)state;
    static const char *const texts[] = {"hunter2", "hunter2\n", "hunter2\nmore\n"};
    setenv(FILE_NAME, path, 1);
    for (size_t i = 0; i < COUNT(texts); i++) {
        write_file(texts[i], strlen(texts[i]));
        assert_taken("hunter2");
    }
    write_file("\nhunter2\n", strlen("\nhunter2\n"));
    assert_taken("");
    setenv(NAME, "", 1); /* an empty variable is one that is not set */
    write_file("hunter2", strlen("hunter2"));
    assert_taken("hunter2");
}

static void neither_variable_is_no_secret_and_no_problem(void **state)
{
    (void)state;
    assert_taken("");
    setenv(NAME, "", 1);
    setenv(FILE_NAME, "", 1);
    assert_taken("");
}

static void both_variables_are_one_too_many(void **state)
{
    (void)state;
    setenv(NAME, "hunter2", 1);
    setenv(FILE_NAME, path, 1);
    assert_refused(NAME " and " FILE_NAME);
    assert_null(getenv(NAME)); /* it is gone all the same */
}

static void a_file_that_cannot_be_read_is_said(void **state)
{
    (void)state;
    setenv(FILE_NAME, "/nowhere/at/all", 1);
    assert_refused(FILE_NAME ": the file cannot be read");
    buf_reset(&problems);
    setenv(FILE_NAME, "/tmp", 1); /* opens, and has no bytes to read */
    assert_refused(FILE_NAME ": the file cannot be read");
}

static void the_longest_is_taken_and_no_longer_one(void **state)
{
    (void)state;
    static char text[SECRET_BYTES + 1];
    memset(text, 'x', SECRET_BYTES - 1);
    setenv(NAME, text, 1);
    assert_taken(text);
    setenv(FILE_NAME, path, 1);
    write_file(text, SECRET_BYTES - 1);
    assert_taken(text);
    text[SECRET_BYTES - 1] = 'x';
    write_file(text, SECRET_BYTES);
    assert_refused("expected at most 4095 bytes");
    unsetenv(FILE_NAME);
    setenv(NAME, text, 1);
    assert_refused(NAME ": expected at most 4095 bytes");
}

static void wiping_leaves_nothing(void **state)
{
    (void)state;
    static const struct secret nothing;
    struct secret secret;
    setenv(NAME, "hunter2", 1);
    assert_int_equal(secret_take(NAME, &secret, &problems), ERR_OK);
    secret_wipe(&secret);
    assert_memory_equal(&secret, &nothing, sizeof secret);
}

/* In a child, because it holds for a whole process and for good. */
static void a_guarded_process_leaves_no_core_and_cannot_be_looked_into(void **state)
{
    (void)state;
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit core = {1, 1};
        const bool guarded = secret_guard_process() == ERR_OK && prctl(PR_GET_DUMPABLE) == 0 &&
                             getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
        _exit(guarded ? 0 : 1);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Whether the kernel says all of `flags` of the mapping that begins there (proc(5), smaps). */
static bool mapping_has(const void *memory, const char *const flags[], size_t count)
{
    char line[512], start[32];
    bool found = false, all = false;
    FILE *file = fopen("/proc/self/smaps", "r");
    assert_non_null(file);
    snprintf(start, sizeof start, "%08lx-", (unsigned long)(uintptr_t)memory);
    while (!all && fgets(line, sizeof line, file)) {
        if (strncmp(line, start, strlen(start)) == 0)
            found = true;
        if (!found || strncmp(line, "VmFlags:", 8) != 0)
            continue;
        for (size_t i = 0; i < count; i++)
            assert_non_null(strstr(line, flags[i]));
        all = true;
    }
    fclose(file);
    return all;
}

static void memory_for_a_secret_is_in_no_core_file_no_child_and_not_swapped(void **state)
{
    (void)state;
    /* do not dump, wipe on fork, locked; the sanitizers make nothing of mlock() */
    static const char *const flags[] = {" dd", " wf", " lo"};
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const size_t count = 2;
#else
    const size_t count = COUNT(flags);
#endif
    uint8_t *memory = secret_alloc(100);
    assert_non_null(memory);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(memory[i], 0);
    memset(memory, 0x5e, 100);
    assert_true(mapping_has(memory, flags, count));
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(memory[0] | memory[99]);
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_int_equal(status, 0);
    secret_free(memory, 100);
    secret_free(NULL, 100);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_value_is_taken_out_of_the_environment),
        TEST(the_first_line_of_the_file_is_the_secret),
        TEST(neither_variable_is_no_secret_and_no_problem),
        TEST(both_variables_are_one_too_many),
        TEST(a_file_that_cannot_be_read_is_said),
        TEST(the_longest_is_taken_and_no_longer_one),
        TEST(wiping_leaves_nothing),
        TEST(a_guarded_process_leaves_no_core_and_cannot_be_looked_into),
        TEST(memory_for_a_secret_is_in_no_core_file_no_child_and_not_swapped),
    };
    return cmocka_run_group_tests_name("secret", tests, make_file, remove_file);
}
