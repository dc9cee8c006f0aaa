/* What a storage node's data takes on this machine's disk. Blocking, but bounded. Thread-safe. */
#ifndef PANEL_STORAGE_DISK_H
#define PANEL_STORAGE_DISK_H

#include "base/error.h"
#include <stdint.h>

struct storage_disk {
    uint64_t used;      /* bytes of disk that the files of the folder take */
    uint64_t available; /* bytes that its file system still has for ordinary users */
};

/* `folder` is db_dir of the node's configuration, in which data_db holds the data. ERR_SYSTEM when
 * it cannot be read, ERR_TOO_LARGE with more files than a node makes. */
enum err storage_disk_read(const char *folder, struct storage_disk *disk);

#endif
