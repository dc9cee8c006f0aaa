/* Holds a listening Unix socket over the restarts of a program, as a supervisor does:
 *     holder stdin|listen-fds|listen-fds-nonblocking SOCKET PROGRAM [ARGUMENT...]
 * A line "start" on standard input starts the program once; "pid N" is printed at its start, "exit
 * N" at its end. After "start-and-break" the next line shuts the socket down under the program. The
 * end of standard input ends the holder. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int die(const char *what)
{
    fprintf(stderr, "holder: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static int listening_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        die("path too long");
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, 128) != 0)
        die(path);
    return fd;
}

static void become(int listener, const char *mode, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (strcmp(mode, "stdin") == 0) {
        if (dup2(listener, STDIN_FILENO) < 0)
            die("dup2");
    } else {
        char pid[24];
        snprintf(pid, sizeof pid, "%ld", (long)getpid());
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", "1", 1);
        int null = open("/dev/null", O_RDONLY);
        if (null < 0 || dup2(null, STDIN_FILENO) < 0)
            die("/dev/null");
        /* dup2() of a descriptor to itself would keep close-on-exec. */
        int fd = fcntl(listener, F_DUPFD, 10);
        if (fd < 0 || dup2(fd, 3) < 0)
            die("dup2");
        close(fd);
    }
    execv(argv[0], argv);
    die(argv[0]);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return EXIT_FAILURE;
    const char *mode = argv[1];
    int listener = listening_socket(argv[2]);
    if (strcmp(mode, "listen-fds-nonblocking") == 0 && fcntl(listener, F_SETFL, O_NONBLOCK) != 0)
        die("O_NONBLOCK");
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (char line[32]; fgets(line, sizeof line, stdin);) {
        pid_t child = fork();
        if (child < 0)
            die("fork");
        if (child == 0)
            become(listener, mode, argv + 3);
        printf("pid %ld\n", (long)child);
        if (strcmp(line, "start-and-break\n") == 0 && fgets(line, sizeof line, stdin))
            shutdown(listener, SHUT_RDWR);
        int status;
        if (waitpid(child, &status, 0) < 0)
            die("waitpid");
        printf("exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    unlink(argv[2]);
    return EXIT_SUCCESS;
}
