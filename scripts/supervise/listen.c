#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "process.h"

enum { BACKLOG = 4096 };

static int bind_unix(const struct row *row)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mode_t mask;
    int fd = high_fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    int bound;

    if (fd < 0)
        goto failed;
    strncpy(address.sun_path, row->unix_path, sizeof address.sun_path - 1);
    unlink(row->unix_path);
    mask = umask(0777 & ~row->unix_mode);
    bound = bind(fd, (struct sockaddr *)&address, sizeof address);
    umask(mask);
    if (bound != 0 || lchown(row->unix_path, row->unix_uid, row->unix_gid) != 0)
        goto failed;
    return fd;
failed:
    say("cannot make the socket %s: %s", row->unix_path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return SOCKET_FAILED;
}

static void say_tcp(const struct row *row, int error)
{
    char address[INET_ADDRSTRLEN] = "";
    unsigned port = ntohs(row->tcp.sin_port);

    inet_ntop(AF_INET, &row->tcp.sin_addr, address, sizeof address);
    if (error == EADDRINUSE)
        say("port %u is taken on %s; choose another: make run PORT=%u", port, address,
            port < 65535 ? port + 1 : port - 1);
    else
        say("cannot listen on %s:%u: %s", address, port, strerror(error));
}

static int bind_tcp(const struct row *row)
{
    /* nginx takes an inherited socket as it is, and its workers must not wait in accept(). */
    int fd = high_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    int on = 1;

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *)&row->tcp, sizeof row->tcp) != 0) {
        say_tcp(row, errno);
        if (fd >= 0)
            close(fd);
        return SOCKET_FAILED;
    }
    return fd;
}

int socket_bind(const struct row *row)
{
    if (row->unix_path)
        return bind_unix(row);
    if (row->tcp.sin_port != 0)
        return bind_tcp(row);
    return NO_SOCKET;
}

bool socket_listen(const struct row *row, int fd)
{
    if (fd < 0 || listen(fd, BACKLOG) == 0)
        return true;
    if (row->unix_path)
        say("cannot listen on %s: %s", row->unix_path, strerror(errno));
    else
        say_tcp(row, errno);
    return false;
}
