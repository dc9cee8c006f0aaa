/* launch_filtered LIST PROGRAM [ARGUMENT...]: runs a program under the filter that systemd would
 * give it. LIST has a line for each system call that is allowed (`call NAME`) and each family of
 * sockets (`family NUMBER`), as tests/install/filter.mjs takes them from a unit file.
 *
 * As with systemd, a call that is not listed kills the process with SIGSYS, and a socket of another
 * family is refused with EAFNOSUPPORT. */
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAMILIES = 64, EXIT_NOT_LAUNCHED = 99 };

static void give_up(const char *what, int error)
{
    fprintf(stderr, "launch_filtered: %s: %s\n", what, strerror(error));
    exit(EXIT_NOT_LAUNCHED);
}

static void add(scmp_filter_ctx filter, uint32_t action, int call, const struct scmp_arg_cmp *arg)
{
    int rc = seccomp_rule_add_array(filter, action, call, arg ? 1 : 0, arg);
    if (rc != 0)
        give_up("a rule was not taken", -rc);
}

/* Names that this machine does not have are skipped, as systemd does. */
static void allow_listed(scmp_filter_ctx filter, FILE *list, bool families[FAMILIES])
{
    char name[64];
    unsigned number;
    char line[128];
    while (fgets(line, sizeof line, list)) {
        if (sscanf(line, "call %63s", name) == 1) {
            int call = seccomp_syscall_resolve_name(name);
            if (call >= 0 && call != SCMP_SYS(socket))
                add(filter, SCMP_ACT_ALLOW, call, NULL);
        } else if (sscanf(line, "family %u", &number) == 1 && number < FAMILIES) {
            families[number] = true;
        } else {
            give_up(line, EINVAL);
        }
    }
}

static void allow_families(scmp_filter_ctx filter, const bool families[FAMILIES])
{
    for (unsigned i = 0; i < FAMILIES; i++) {
        const struct scmp_arg_cmp is = SCMP_A0_64(SCMP_CMP_EQ, i);
        add(filter, families[i] ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket),
            &is);
    }
}

int main(int argc, char **argv)
{
    bool families[FAMILIES] = {false};
    if (argc < 3)
        give_up("usage: launch_filtered LIST PROGRAM [ARGUMENT...]", EINVAL);
    FILE *list = fopen(argv[1], "re");
    if (!list)
        give_up(argv[1], errno);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        give_up("no filter", ENOMEM);
    allow_listed(filter, list, families);
    fclose(list);
    allow_families(filter, families);
    int rc = seccomp_load(filter);
    if (rc != 0)
        give_up("the filter was not taken", -rc);
    seccomp_release(filter);
    execv(argv[2], argv + 2);
    give_up(argv[2], errno);
}
