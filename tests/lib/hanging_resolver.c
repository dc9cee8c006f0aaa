/* A resolver that hangs: LD_PRELOAD this, and whoever resolves HANGING_HOST waits 10 s while the
 * file HANGING_WHILE exists. Otherwise the name stands for this machine. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HANG_SECONDS = 10 };

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    int (*resolve)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(
            RTLD_NEXT, "getaddrinfo");
    const char *host = getenv("HANGING_HOST");
    const char *flag = getenv("HANGING_WHILE");
    if (!node || !host || !flag || strcmp(node, host) != 0)
        return resolve(node, service, hints, result);
    if (access(flag, F_OK) == 0)
        sleep(HANG_SECONDS);
    return resolve("127.0.0.1", service, hints, result);
}
