#include "base/secret.h"

#include "base/crypto.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static enum err keep(const char *name, const char *text, size_t len, struct secret *secret,
                     struct buf *problems)
{
    if (len >= SECRET_BYTES) {
        buf_printf(problems, "%s: expected at most %d bytes\n", name, SECRET_BYTES - 1);
        return ERR_CONFIG;
    }
    memcpy(secret->text, text, len);
    secret->text[len] = '\0';
    secret->len = len;
    return ERR_OK;
}

/* read(2) and not stdio, whose buffer would keep a copy. */
static enum err read_file(const char *variable, const char *path, struct secret *secret,
                          struct buf *problems)
{
    char bytes[SECRET_BYTES + 1];
    size_t len = 0;
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0) {
        while (len < sizeof bytes && (got = read(fd, bytes + len, sizeof bytes - len)) > 0)
            len += (size_t)got;
        close(fd);
    }
    enum err err = ERR_CONFIG;
    if (fd < 0 || got < 0) {
        buf_printf(problems, "%s: the file cannot be read: %s\n", variable, strerror(errno));
    } else {
        const char *end = memchr(bytes, '\n', len);
        err = keep(variable, bytes, end ? (size_t)(end - bytes) : len, secret, problems);
    }
    crypto_wipe(bytes, sizeof bytes);
    return err;
}

enum err secret_take(const char *name, struct secret *secret, struct buf *problems)
{
    char file_variable[128];
    *secret = (struct secret){.len = 0};
    snprintf(file_variable, sizeof file_variable, "%s_FILE", name);
    char *value = getenv(name);
    const char *path = getenv(file_variable);
    enum err err = ERR_OK;
    if (value && *value && path && *path) {
        buf_printf(problems, "%s and %s: expected one of the two\n", name, file_variable);
        err = ERR_CONFIG;
    } else if (value && *value) {
        err = keep(name, value, strlen(value), secret, problems);
    } else if (path && *path) {
        err = read_file(file_variable, path, secret, problems);
    }
    if (value) {
        crypto_wipe(value, strlen(value));
        unsetenv(name);
    }
    return err;
}

void secret_wipe(struct secret *secret)
{
    crypto_wipe(secret, sizeof *secret);
}

enum err secret_guard_process(void)
{
    static const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
               ? ERR_OK
               : ERR_SYSTEM;
}

/* Pages of its own, because what madvise(2) says holds for whole pages. */
void *secret_alloc(size_t len)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    (void)mlock(memory, len);
    if (madvise(memory, len, MADV_DONTDUMP) == 0 && madvise(memory, len, MADV_WIPEONFORK) == 0)
        return memory;
    munmap(memory, len);
    return NULL;
}

void secret_free(void *memory, size_t len)
{
    if (!memory)
        return;
    crypto_wipe(memory, len);
    munmap(memory, len);
}
