/* forbidden CALL: makes one system call that no program of the product has any use for, and says
 * whether it came back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

static void none(void)
{
}

static void mount_tmpfs(void)
{
    (void)mount("none", "/nowhere", "tmpfs", 0, NULL);
}

static void trace(void)
{
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void become_root(void)
{
    (void)!setuid(0);
}

static void change_root(void)
{
    (void)!chroot("/nowhere");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*call)(void);
    } calls[] = {{"none", none},
                 {"mount", mount_tmpfs},
                 {"ptrace", trace},
                 {"setuid", become_root},
                 {"chroot", change_root}};
    for (size_t i = 0; argc == 2 && i < sizeof calls / sizeof *calls; i++)
        if (strcmp(argv[1], calls[i].name) == 0) {
            calls[i].call();
            puts("came back");
            return 0;
        }
    if (argc == 2 && strcmp(argv[1], "packet-socket") == 0) {
        puts(socket(AF_PACKET, SOCK_RAW, 0) < 0 ? strerrorname_np(errno) : "opened");
        return 0;
    }
    return 2;
}
