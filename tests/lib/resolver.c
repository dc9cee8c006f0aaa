/* A resolver of a test's own, by LD_PRELOAD. RESOLVER_HOST stands for the addresses of
 * RESOLVER_ADDRESSES ("127.0.0.1,127.0.0.2"), one after the other, resolution by resolution; while
 * the file RESOLVER_HANGS_WHILE exists, whoever asks waits 10 s first. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HANG_SECONDS = 10, ADDRESS_BYTES = 64 };

static atomic_uint resolutions;

/* The address of this resolution; `list` is not empty. */
static void take_turn(const char *list, char address[ADDRESS_BYTES])
{
    unsigned count = 1;
    for (const char *at = list; (at = strchr(at, ',')); at++)
        count++;
    for (unsigned skip = atomic_fetch_add(&resolutions, 1) % count; skip > 0; skip--)
        list = strchr(list, ',') + 1;
    snprintf(address, ADDRESS_BYTES, "%.*s", (int)strcspn(list, ","), list);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    int (*resolve)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(
            RTLD_NEXT, "getaddrinfo");
    const char *host = getenv("RESOLVER_HOST");
    const char *addresses = getenv("RESOLVER_ADDRESSES");
    const char *flag = getenv("RESOLVER_HANGS_WHILE");
    char address[ADDRESS_BYTES];
    if (!node || !host || !addresses || !flag || strcmp(node, host) != 0)
        return resolve(node, service, hints, result);
    if (access(flag, F_OK) == 0)
        sleep(HANG_SECONDS);
    take_turn(addresses, address);
    return resolve(address, service, hints, result);
}
