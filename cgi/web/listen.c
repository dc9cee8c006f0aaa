#include "web/listen.h"

#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    STANDARD_FD = 0,      /* FCGI_LISTENSOCK_FILENO of the FastCGI specification, section 2.2 */
    LISTEN_FDS_START = 3, /* SD_LISTEN_FDS_START of sd_listen_fds(3) */
    BACKLOG = 511,
};

static enum err fail(enum err err, const char *what, const char *reason)
{
    log_event(LOG_ERROR, "no_socket", "what", what, "reason", reason, NULL);
    return err;
}

static int socket_option(int fd, int option)
{
    int value = -1;
    socklen_t len = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 ? value : -1;
}

static bool is_listening(int fd)
{
    return socket_option(fd, SO_ACCEPTCONN) == 1;
}

/* The number in an environment variable, -1 when it is unset or no number. */
static long env_number(const char *name)
{
    const char *text = getenv(name);
    if (!text || !*text)
        return -1;
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    return errno || *end ? -1 : number;
}

static bool has_listen_fds(void)
{
    return env_number("LISTEN_PID") == (long)getpid() && env_number("LISTEN_FDS") > 0;
}

static enum err check_inherited(int fd)
{
    const char *what = fd == STANDARD_FD ? "fd 0" : "fd 3 (LISTEN_FDS)";
    if (!is_listening(fd))
        return fail(ERR_CONFIG, what, "it is not a listening socket");
    if (socket_option(fd, SO_DOMAIN) != AF_UNIX || socket_option(fd, SO_TYPE) != SOCK_STREAM)
        return fail(ERR_CONFIG, what, "it is not a Unix stream socket");
    return ERR_OK;
}

/* A file that a dead process left behind may go, whatever somebody uses may not. */
static enum err remove_stale(const struct sockaddr_un *address)
{
    struct stat st;
    if (lstat(address->sun_path, &st) != 0)
        return errno == ENOENT ? ERR_OK : fail(ERR_SYSTEM, address->sun_path, strerror(errno));
    if (!S_ISSOCK(st.st_mode))
        return fail(ERR_CONFIG, address->sun_path, "the path is taken by something else");

    /* Non-blocking: a full backlog is an answer as well. */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail(ERR_SYSTEM, address->sun_path, strerror(errno));
    int rc = connect(fd, (const struct sockaddr *)address, sizeof *address);
    int reason = errno;
    close(fd);
    if (rc == 0 || reason == EAGAIN)
        return fail(ERR_CONFIG, address->sun_path, "another process answers on this socket");
    if (reason != ECONNREFUSED)
        return fail(ERR_SYSTEM, address->sun_path, strerror(reason));
    if (unlink(address->sun_path) != 0)
        return fail(ERR_SYSTEM, address->sun_path, strerror(errno));
    return ERR_OK;
}

static enum err open_own(struct listener *l, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return fail(ERR_CONFIG, path, "the path of a socket may have 107 bytes");
    memcpy(address.sun_path, path, strlen(path) + 1);

    enum err err = remove_stale(&address);
    if (err)
        return err;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(ERR_SYSTEM, path, strerror(errno));
    mode_t old = umask(0117); /* mode 0660 from the first moment on */
    int rc = bind(fd, (const struct sockaddr *)&address, sizeof address);
    umask(old);
    struct stat st;
    if (rc != 0 || stat(path, &st) != 0 || listen(fd, BACKLOG) != 0) {
        err = fail(ERR_SYSTEM, path, strerror(errno));
        if (rc == 0)
            unlink(path);
        close(fd);
        return err;
    }
    *l = (struct listener){
        .fd = fd, .own = true, .path = path, .device = st.st_dev, .inode = st.st_ino};
    return ERR_OK;
}

/* Acceptors have to notice a stop. A signal would do that too, but it cannot be aimed at accept()
 * alone: it also interrupts libfcgi's poll() and read() of a request that just arrived, and the
 * library answers that by closing the connection. A time limit on the listening socket ends
 * accept() and nothing else. O_NONBLOCK would make the acceptors spin; the flag and the limit
 * belong to the open file, which a holder shares but does not accept on. */
static enum err limit_accept(int fd)
{
    const struct timeval wait = {.tv_usec = LISTEN_WAIT_MS * 1000};
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0)
        return fail(ERR_SYSTEM, "listening socket", strerror(errno));
    return ERR_OK;
}

enum err listener_open(struct listener *l, const char *path)
{
    enum err err;
    if (has_listen_fds()) {
        *l = (struct listener){.fd = LISTEN_FDS_START};
        err = check_inherited(l->fd);
    } else if (is_listening(STANDARD_FD)) {
        *l = (struct listener){.fd = STANDARD_FD};
        err = check_inherited(l->fd);
    } else if (path && *path) {
        err = open_own(l, path);
    } else {
        err = fail(ERR_CONFIG, "listening socket", "none was inherited and no path is set");
    }
    if (err)
        return err;
    err = limit_accept(l->fd);
    if (err) {
        listener_stop(l);
        listener_close(l);
    }
    return err;
}

void listener_stop(struct listener *l)
{
    if (!l->path)
        return;
    struct stat st;
    if (lstat(l->path, &st) == 0 && st.st_dev == l->device && st.st_ino == l->inode)
        unlink(l->path);
    l->path = NULL;
    shutdown(l->fd, SHUT_RDWR);
}

void listener_close(struct listener *l)
{
    close(l->fd);
    l->fd = -1;
}
