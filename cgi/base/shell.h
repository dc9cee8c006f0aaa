/* Text for a POSIX shell. Pure, thread-safe. */
#ifndef BASE_SHELL_H
#define BASE_SHELL_H

#include "base/buf.h"

/* Appends `text` as one word that the shell takes literally, whatever it holds: in single quotes,
 * each single quote of its own as '\''. (POSIX.1-2017, Shell Command Language, 2.2.2) */
void shell_put_word(struct buf *out, const char *text);

#endif
