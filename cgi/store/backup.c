#include "store/backup.h"

#include "store/db.h"
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 5000 };

/* An empty file that only we made, readable by whom the original is. */
static enum err make_file(const char *path, const struct stat *like)
{
    if (unlink(path) != 0 && access(path, F_OK) == 0)
        return ERR_SYSTEM;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_SYSTEM;
    int failed = fchmod(fd, like->st_mode & 0666);
    failed |= close(fd);
    return failed ? ERR_SYSTEM : ERR_OK;
}

static enum err sync_path(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return ERR_SYSTEM;
    int failed = fsync(fd);
    close(fd);
    return failed ? ERR_SYSTEM : ERR_OK;
}

static enum err sync_folder(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    return sync_path(dirname(copy), O_DIRECTORY);
}

/* All pages in one step: the source stays in one read transaction, so writers of other processes
 * cannot make the copy begin anew. */
static enum err copy_pages(sqlite3 *source, const char *to)
{
    sqlite3 *target = NULL;
    enum err err = db_open(to, SQLITE_OPEN_READWRITE, BUSY_MS, &target);
    if (err)
        return err;
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", source, "main");
    int rc = backup ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(target);
    err = backup && rc != SQLITE_DONE ? db_err(rc) : ERR_OK;
    rc = backup ? sqlite3_backup_finish(backup) : rc;
    if (!err)
        err = db_err(rc);
    /* A copy in WAL mode could not be read where its folder cannot be written. */
    if (!err)
        err = db_exec(target, "PRAGMA journal_mode = DELETE");
    sqlite3_close(target);
    return err;
}

enum err store_backup(const char *from, const char *to)
{
    char part[PATH_MAX];
    struct stat st;
    sqlite3 *source = NULL;
    int len = snprintf(part, sizeof part, "%s.part", to);
    if (len < 0 || (size_t)len >= sizeof part)
        return ERR_TOO_LARGE;
    enum err err = db_open(from, SQLITE_OPEN_READONLY, BUSY_MS, &source);
    if (err)
        return err;
    if (stat(from, &st) != 0) {
        err = ERR_SYSTEM;
        goto out;
    }
    err = make_file(part, &st);
    if (!err)
        err = copy_pages(source, part);
    if (!err)
        err = sync_path(part, 0);
    if (!err && rename(part, to) != 0)
        err = ERR_SYSTEM;
    if (!err)
        err = sync_folder(to);
    if (err)
        unlink(part);
out:
    sqlite3_close(source);
    return err;
}
