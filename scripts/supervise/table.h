/*
 * The table of what to run, as scripts/run writes it.
 *
 * A text file, one `key value` per line; a value is everything behind the first blank, taken as it
 * is, so a path may hold blanks. Lines that are empty or begin with `#` are skipped. Rows are
 * started from the top, each when the one above is ready, and are begun by
 *
 *   child NAME         a program that stays
 *   task NAME          a program that ends; what follows waits for it; a failure stops everything
 *
 * and then described by
 *
 *   say TEXT           one line for the person at the terminal, when the row is first started
 *   arg VALUE          the program (absolute path), then each argument
 *   env NAME=VALUE     one variable; a row's environment holds these and nothing else
 *   env-file PATH      more variables, NAME=VALUE a line, read at every start of the row
 *   user NAME          whom it runs as (root only), with the user's primary group
 *   group NAME         one supplementary group (root only); none but the listed ones are kept
 *   output PATH        where stdout and stderr are appended (default: the supervisor's own)
 *   listen-unix MODE USER GROUP PATH
 *                      a listening socket the supervisor makes, keeps and passes as fd 0; USER and
 *                      GROUP are `-` where they stay as they are
 *   listen-tcp ADDRESS PORT
 *                      the same for a TCP socket, passed as fd 3
 *   ready-file PATH    the row is ready when this file exists (default: as soon as it is started)
 *   restart            it is started again when it ends
 *   stop ORDER SIGNAL  at the end, rows of order 1 are stopped first, 3 last; TERM, QUIT or INT
 *
 * Before the first row, `log PATH` names the file of the supervisor's own events.
 */
#ifndef SUPERVISE_TABLE_H
#define SUPERVISE_TABLE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

enum {
    ROWS_MAX = 8,
    ARGS_MAX = 32,
    ENV_MAX = 32,
    GROUPS_MAX = 8,
    STOP_ORDER_FIRST = 1,
    STOP_ORDER_LAST = 3
};

struct row {
    const char *name;
    bool is_task;
    bool restart;
    int stop_order;
    int stop_signal;

    char *args[ARGS_MAX + 1];
    int arg_count;
    char *env[ENV_MAX];
    int env_count;
    const char *announcement;
    const char *env_file;
    const char *output;
    const char *ready_file;

    bool has_user;
    uid_t uid;
    gid_t gid;
    gid_t groups[GROUPS_MAX];
    int group_count;

    const char *unix_path; /* NULL: no unix socket */
    mode_t unix_mode;
    uid_t unix_uid; /* (uid_t)-1: unchanged */
    gid_t unix_gid;
    struct sockaddr_in tcp; /* sin_port 0: no TCP socket */
};

struct table {
    char *text; /* what the strings of all rows point into */
    const char *log;
    struct row rows[ROWS_MAX];
    int count;
};

/*
 * Reads the table; false after saying what is wrong and in which line. On success the caller frees
 * it with table_free.
 */
bool table_read(struct table *table, const char *path);
void table_free(struct table *table);

/* The whole file as one string, NULL (errno set) when it cannot be read. It may hold secrets, so
 * the caller gives it to free_text, which overwrites all of it; NULL is nothing to free. */
char *read_text(const char *path);
void free_text(char *text);

#endif
