#include "panel/storage_disk.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { FILES_MAX = 100000, BLOCK_BYTES = 512 /* of st_blocks, whatever the file system's */ };

static enum err add_files(FTS *tree, uint64_t *bytes)
{
    size_t count = 0;
    FTSENT *entry;
    errno = 0;
    while ((entry = fts_read(tree)) != NULL) {
        if (++count > FILES_MAX)
            return ERR_TOO_LARGE;
        if (entry->fts_info == FTS_F)
            *bytes += (uint64_t)entry->fts_statp->st_blocks * BLOCK_BYTES;
        if (entry->fts_info == FTS_DNR)
            return ERR_SYSTEM;
        /* A file that is gone meanwhile was merged into another. */
        errno = 0;
    }
    return errno ? ERR_SYSTEM : ERR_OK;
}

enum err storage_disk_read(const char *folder, struct storage_disk *disk)
{
    char data[PATH_MAX], whole[PATH_MAX];
    struct stat info;
    struct statvfs space;
    if (snprintf(data, sizeof data, "%s/data_db", folder) >= (int)sizeof data)
        return ERR_SYSTEM;
    snprintf(whole, sizeof whole, "%s", folder);
    char *root[] = {stat(data, &info) ? whole : data, NULL};
    if (statvfs(root[0], &space))
        return ERR_SYSTEM;
    FTS *tree = fts_open(root, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
    if (!tree)
        return ERR_SYSTEM;
    *disk = (struct storage_disk){.available = (uint64_t)space.f_frsize * space.f_bavail};
    enum err err = add_files(tree, &disk->used);
    fts_close(tree);
    return err;
}
