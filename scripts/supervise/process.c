#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

enum {
    FIRST_HIGH_FD = 10,
    SOCKET_FD_UNIX = 0,
    SOCKET_FD_TCP = 3,
    ENVIRONMENT_MAX = 256,
    EXEC_FAILED = 127
};

int high_fd(int fd)
{
    int moved;

    if (fd < 0)
        return -1;
    moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_HIGH_FD);
    close(fd);
    return moved;
}

/* `text` holds the row's env file; the result points into it and into the row. */
static bool build_environment(const struct row *row, char *text, char **environment)
{
    int count = 0;

    for (int i = 0; i < row->env_count; i++)
        environment[count++] = row->env[i];
    while (text) {
        char *line = strsep(&text, "\n");

        if (*line == '\0')
            continue;
        if (count == ENVIRONMENT_MAX)
            return false;
        environment[count++] = line;
    }
    environment[count] = NULL;
    return true;
}

static bool become_user(const struct row *row)
{
    if (!row->has_user)
        return true;
    return setgroups((size_t)row->group_count, row->groups) == 0 &&
           setresgid(row->gid, row->gid, row->gid) == 0 &&
           setresuid(row->uid, row->uid, row->uid) == 0;
}

static bool place_descriptors(const struct row *row, const struct start_context *context,
                              int output)
{
    bool is_tcp = row->tcp.sin_port != 0;
    bool is_unix = row->unix_path != NULL;
    int null = high_fd(open("/dev/null", O_RDONLY | O_CLOEXEC));

    if (dup2(is_unix ? context->listen_fd : null, SOCKET_FD_UNIX) < 0)
        return false;
    if (output >= 0 && (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0))
        return false;
    if (is_tcp && dup2(context->listen_fd, SOCKET_FD_TCP) < 0)
        return false;
    return close_range(is_tcp ? SOCKET_FD_TCP + 1 : SOCKET_FD_TCP, ~0U, 0) == 0;
}

static void run_child(const struct row *row, const struct start_context *context, int output,
                      char **environment)
{
    sigset_t none;

    setsid();
    umask(027);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* An ignored signal stays ignored through exec; these must end a child. */
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    if (!place_descriptors(row, context, output) || !become_user(row))
        goto failed;
    /* A change of user clears the parent-death signal, so it is set after it. A parent that died
     * before that sends none, so it is looked for. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_PDEATHSIG, row->stop_signal, 0, 0, 0) != 0)
        goto failed;
    if (getppid() != context->supervisor)
        _exit(EXEC_FAILED);
    execve(row->args[0], row->args, environment);
failed:
    say("cannot start %s (%s): %s", row->name, row->args[0], strerror(errno));
    _exit(EXEC_FAILED);
}

pid_t process_start(const struct row *row, const struct start_context *context)
{
    char *environment[ENVIRONMENT_MAX + ENV_MAX + 1];
    char *env_text = NULL;
    int output = -1;
    pid_t pid = -1;

    if (row->env_file && !(env_text = read_text(row->env_file))) {
        say("cannot read %s: %s", row->env_file, strerror(errno));
        goto out;
    }
    if (!build_environment(row, env_text, environment)) {
        say("%s: too many variables", row->env_file);
        goto out;
    }
    if (row->output) {
        /* The log folder is writable for its owner alone, so that no child can plant a link. */
        output = high_fd(
            open(row->output, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640));
        if (output < 0) {
            say("cannot open %s: %s", row->output, strerror(errno));
            goto out;
        }
    }
    pid = fork();
    if (pid == 0)
        run_child(row, context, output, environment);
    if (pid < 0)
        say("cannot fork for %s: %s", row->name, strerror(errno));
out:
    if (output >= 0)
        close(output);
    free_text(env_text); /* it may hold secrets, which are the child's alone */
    return pid;
}

/* Reads parent and session of a process from /proc/PID/stat; false when it is gone. */
static bool read_relations(const char *pid_name, pid_t *parent, pid_t *session)
{
    char path[64];
    char line[512];
    FILE *file;
    const char *name_end;
    bool ok = false;

    snprintf(path, sizeof path, "/proc/%.20s/stat", pid_name);
    file = fopen(path, "re");
    if (!file)
        return false;
    /* `pid (name) state parent group session ...`; the name may hold anything, `)` too. */
    if (fgets(line, sizeof line, file) && (name_end = strrchr(line, ')')))
        ok = sscanf(name_end + 1, " %*c %d %*d %d", parent, session) == 2;
    fclose(file);
    return ok;
}

typedef bool (*wanted)(pid_t parent, pid_t session, pid_t whose);

static bool in_session(pid_t parent, pid_t session, pid_t whose)
{
    (void)parent;
    return session == whose;
}

static bool child_of(pid_t parent, pid_t session, pid_t whose)
{
    (void)session;
    return parent == whose;
}

static void kill_where(wanted is_wanted, pid_t whose)
{
    DIR *processes = opendir("/proc");
    const struct dirent *entry;

    if (!processes)
        return;
    while ((entry = readdir(processes))) {
        pid_t parent;
        pid_t session;

        if (isdigit((unsigned char)entry->d_name[0]) &&
            read_relations(entry->d_name, &parent, &session) && is_wanted(parent, session, whose))
            kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
    }
    closedir(processes);
}

void session_kill(pid_t session)
{
    /* The group first: in one step, so that it cannot fork its way out. */
    kill(-session, SIGKILL);
    kill_where(in_session, session);
}

void strays_kill(void)
{
    kill_where(child_of, getpid());
}
