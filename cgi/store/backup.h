/* Copies of a store in use: https://www.sqlite.org/backup.html. Any thread, any process that may
 * read the file. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "base/error.h"

/* Writes a consistent copy of the store at `from` to `to`, which appears whole or not at all and
 * replaces what stood there. The copy is one file that can be read and restored by itself, with
 * the owner's permissions of the original, safe on disk when this returns. The writer may be at
 * work meanwhile. ERR_NOT_FOUND: nothing at `from`; ERR_BAD_FORMAT: no database; ERR_SYSTEM: disk.
 */
enum err store_backup(const char *from, const char *to);

#endif
