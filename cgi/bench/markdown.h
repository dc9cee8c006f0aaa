/* Foreign text inside Markdown (CommonMark with GitHub's tables and autolinks). Whatever it holds,
 * it stays text: no markup, no HTML, no link, no image, no new cell, no new line. Both forms are
 * good in a paragraph, a heading, a list item and a table cell. Bad UTF-8 and characters that
 * reorder or hide text become U+FFFD, line ends and other control characters a space. NULL is
 * written as nothing. Thread-safe per buffer. */
#ifndef BENCH_MARKDOWN_H
#define BENCH_MARKDOWN_H

#include "base/buf.h"

/* As running text: punctuation that could mean something becomes a character reference, which
 * CommonMark (section 2.5) never takes for structure. Some renderers find addresses even there, so
 * the mark that makes one ("://", "www.", "@") is written in its fullwidth form. */
void markdown_put_text(struct buf *out, const char *text);

/* As code, where not even an address is linked; text with a pipe, backtick or backslash, which a
 * code span in a table cannot hold, is written as running text. */
void markdown_put_code(struct buf *out, const char *text);

#endif
