#include "table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "log.h"

enum { TEXT_MAX = 256 * 1024 };

char *read_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t length;

    if (!file)
        return NULL;
    setvbuf(file, NULL, _IONBF, 0); /* a buffer would keep a copy */
    text = calloc(1, TEXT_MAX + 1);
    if (!text)
        goto out;
    length = fread(text, 1, TEXT_MAX + 1, file);
    if (ferror(file) || length > TEXT_MAX) {
        errno = ferror(file) ? EIO : EFBIG;
        free_text(text);
        text = NULL;
        goto out;
    }
    text[length] = '\0';
out:
    fclose(file);
    return text;
}

void free_text(char *text)
{
    if (text)
        explicit_bzero(text, TEXT_MAX + 1);
    free(text);
}

/* Each setter takes a value and returns NULL, or what is wrong with it. */
typedef const char *(*setter)(struct row *row, char *value);

static const char *set_arg(struct row *row, char *value)
{
    if (row->arg_count == ARGS_MAX)
        return "too many arguments";
    row->args[row->arg_count++] = value;
    return NULL;
}

static const char *set_announcement(struct row *row, char *value)
{
    row->announcement = value;
    return NULL;
}

static const char *set_env(struct row *row, char *value)
{
    if (row->env_count == ENV_MAX)
        return "too many variables";
    if (!strchr(value, '='))
        return "not NAME=VALUE";
    row->env[row->env_count++] = value;
    return NULL;
}

static const char *set_env_file(struct row *row, char *value)
{
    row->env_file = value;
    return NULL;
}

static const char *set_output(struct row *row, char *value)
{
    row->output = value;
    return NULL;
}

static const char *set_ready_file(struct row *row, char *value)
{
    row->ready_file = value;
    return NULL;
}

static const char *set_user(struct row *row, char *value)
{
    const struct passwd *user = getpwnam(value);

    if (!user)
        return "no such user";
    row->has_user = true;
    row->uid = user->pw_uid;
    row->gid = user->pw_gid;
    return NULL;
}

static const char *set_group(struct row *row, char *value)
{
    const struct group *group = getgrnam(value);

    if (!group)
        return "no such group";
    if (row->group_count == GROUPS_MAX)
        return "too many groups";
    row->groups[row->group_count++] = group->gr_gid;
    return NULL;
}

static const char *set_restart(struct row *row, char *value)
{
    (void)value;
    row->restart = true;
    return NULL;
}

static const char *set_stop(struct row *row, char *value)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = {{"TERM", SIGTERM}, {"QUIT", SIGQUIT}, {"INT", SIGINT}};
    char *rest;
    long order = strtol(value, &rest, 10);

    if (order < STOP_ORDER_FIRST || order > STOP_ORDER_LAST || *rest != ' ')
        return "not `ORDER SIGNAL` with an order of 1 to 3";
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (strcmp(rest + 1, signals[i].name) == 0) {
            row->stop_order = (int)order;
            row->stop_signal = signals[i].number;
            return NULL;
        }
    }
    return "unknown signal";
}

static const char *set_listen_unix(struct row *row, char *value)
{
    char *save = NULL;
    const char *mode = strtok_r(value, " ", &save);
    const char *user = strtok_r(NULL, " ", &save);
    const char *group = strtok_r(NULL, " ", &save);
    const char *path = save;

    if (!mode || !user || !group || !path || path[0] != '/')
        return "not `MODE USER GROUP /PATH`";
    if (strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path)
        return "path too long for a unix socket";
    row->unix_uid = (uid_t)-1;
    row->unix_gid = (gid_t)-1;
    if (strcmp(user, "-") != 0) {
        const struct passwd *entry = getpwnam(user);

        if (!entry)
            return "no such user";
        row->unix_uid = entry->pw_uid;
    }
    if (strcmp(group, "-") != 0) {
        const struct group *entry = getgrnam(group);

        if (!entry)
            return "no such group";
        row->unix_gid = entry->gr_gid;
    }
    row->unix_mode = (mode_t)strtoul(mode, NULL, 8) & 0777;
    row->unix_path = path;
    return NULL;
}

static const char *set_listen_tcp(struct row *row, char *value)
{
    char *blank = strchr(value, ' ');
    unsigned long port;

    if (!blank)
        return "not `ADDRESS PORT`";
    *blank = '\0';
    port = strtoul(blank + 1, NULL, 10);
    if (port < 1 || port > 65535 || inet_pton(AF_INET, value, &row->tcp.sin_addr) != 1)
        return "not an IPv4 address and a port";
    row->tcp.sin_family = AF_INET;
    row->tcp.sin_port = htons((in_port_t)port);
    return NULL;
}

static const struct {
    const char *key;
    setter set;
} setters[] = {
    {"say", set_announcement},
    {"arg", set_arg},
    {"env", set_env},
    {"env-file", set_env_file},
    {"user", set_user},
    {"group", set_group},
    {"output", set_output},
    {"listen-unix", set_listen_unix},
    {"listen-tcp", set_listen_tcp},
    {"ready-file", set_ready_file},
    {"restart", set_restart},
    {"stop", set_stop},
};

static const char *begin_row(struct table *table, char *name, bool is_task)
{
    struct row *row;

    if (table->count == ROWS_MAX)
        return "too many rows";
    /* Names stand in JSON lines without escaping. */
    if (*name == '\0' || strspn(name, "abcdefghijklmnopqrstuvwxyz.-") != strlen(name))
        return "a name has lower-case letters, dots and dashes only";
    row = &table->rows[table->count++];
    row->name = name;
    row->is_task = is_task;
    row->stop_order = STOP_ORDER_FIRST;
    row->stop_signal = SIGTERM;
    return NULL;
}

static const char *read_line(struct table *table, char *line)
{
    char *value = strchr(line, ' ');

    if (value)
        *value++ = '\0';
    else
        value = line + strlen(line);
    if (strcmp(line, "child") == 0 || strcmp(line, "task") == 0)
        return begin_row(table, value, line[0] == 't');
    if (table->count == 0) {
        if (strcmp(line, "log") != 0)
            return "outside of a row";
        table->log = value;
        return NULL;
    }
    for (size_t i = 0; i < sizeof setters / sizeof setters[0]; i++) {
        if (strcmp(line, setters[i].key) == 0)
            return setters[i].set(&table->rows[table->count - 1], value);
    }
    return "unknown key";
}

bool table_read(struct table *table, const char *path)
{
    char *save = NULL;
    int number = 0;

    memset(table, 0, sizeof *table);
    table->text = read_text(path);
    if (!table->text) {
        say("cannot read %s: %s", path, strerror(errno));
        return false;
    }
    save = table->text;
    while (save) {
        char *line = strsep(&save, "\n");
        const char *wrong;

        number++;
        if (*line == '\0' || *line == '#')
            continue;
        wrong = read_line(table, line);
        if (wrong) {
            say("%s line %d: %s", path, number, wrong);
            table_free(table);
            return false;
        }
    }
    for (int i = 0; i < table->count; i++) {
        if (table->rows[i].arg_count == 0) {
            say("%s: %s has no program", path, table->rows[i].name);
            table_free(table);
            return false;
        }
    }
    return true;
}

void table_free(struct table *table)
{
    free_text(table->text);
    table->text = NULL;
}
