/* Names that resolve as a test wants. libcurl calls getaddrinfo() through the dynamic linker, which
 * finds the definition in the executable first; include this in one file of a test. Names other
 * than those below go to the C library. */
#ifndef TESTS_SUPPORT_RESOLVER_H
#define TESTS_SUPPORT_RESOLVER_H

#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum { HANG_SECONDS = 10 };

static atomic_int resolver_hangs;     /* calls that hang now */
static atomic_bool resolver_released; /* lets them go */

static const struct {
    const char *name;
    const char *addresses[3];
} resolver_names[] = {
    {"private.test", {"10.1.2.3", "192.168.1.1", "fd00::1"}},
    {"mixed.test", {"10.1.2.3", "127.0.0.1"}},
    {"nowhere.test", {NULL}},
};

typedef int (*getaddrinfo_fn)(const char *, const char *, const struct addrinfo *,
                              struct addrinfo **);

/* "hangs.test": what a resolver does whose server never answers. */
static int resolver_hang(void)
{
    atomic_fetch_add(&resolver_hangs, 1);
    for (int i = 0; i < HANG_SECONDS * 100 && !atomic_load(&resolver_released); i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    atomic_fetch_sub(&resolver_hangs, 1);
    return EAI_AGAIN;
}

int getaddrinfo(const char *restrict name, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
    getaddrinfo_fn real;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (strcmp(name, "hangs.test") == 0)
        return resolver_hang();
    for (size_t i = 0; i < sizeof resolver_names / sizeof resolver_names[0]; i++) {
        if (strcmp(name, resolver_names[i].name) != 0)
            continue;
        struct addrinfo numeric = *hints;
        numeric.ai_flags |= AI_NUMERICHOST;
        struct addrinfo **end = result;
        *end = NULL;
        for (size_t j = 0; j < 3 && resolver_names[i].addresses[j]; j++) {
            if (real(resolver_names[i].addresses[j], service, &numeric, end) != 0)
                *end = NULL; /* this machine has no such family */
            while (*end)
                end = &(*end)->ai_next;
        }
        return *result ? 0 : EAI_NONAME;
    }
    return real(name, service, hints, result);
}

#endif
