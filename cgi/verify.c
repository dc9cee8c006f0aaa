/* verify REPORT.md: whether a benchmark report says what was measured (bench/verify.h). Reads
 * REPORT.json beside it and nothing else: no network, no configuration, no key. Exit status 0: all
 * holds; 1: something does not, which is named; 2: the files cannot be read. */
#include "bench/verify.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_HOLDS, EXIT_DIFFERS, EXIT_UNREADABLE, MAX_REPORT_BYTES = 256 * 1024 * 1024 };

static bool read_file(const char *path, struct buf *content)
{
    char piece[65536];
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return false;
    }
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_put(content, piece, got);
    const bool whole = !ferror(file) && !content->err;
    fclose(file);
    if (!whole)
        fprintf(stderr, "%s: %s\n", path, content->err ? err_text(content->err) : "cannot be read");
    return whole;
}

/* x.md has x.json beside it. */
static bool json_path(const char *markdown, struct buf *path)
{
    const size_t len = strlen(markdown);
    if (len < 4 || strcmp(markdown + len - 3, ".md") != 0)
        return false;
    buf_put(path, markdown, len - 3);
    buf_puts(path, ".json");
    return !path->err;
}

int main(int argc, char **argv)
{
    struct buf path = buf_make(BUF_NO_LIMIT), words = buf_make(BUF_NO_LIMIT);
    struct buf markdown = buf_make(MAX_REPORT_BYTES), json = buf_make(MAX_REPORT_BYTES);
    int status = EXIT_UNREADABLE;
    if (argc != 2 || !json_path(argv[1], &path)) {
        fprintf(stderr, "usage: %s REPORT.md\n", argv[0]);
        goto out;
    }
    if (!read_file(argv[1], &markdown) || !read_file(path.data, &json))
        goto out;
    const bool holds =
        verify_report((struct verify_text){argv[1], buf_str(&markdown), markdown.len},
                      (struct verify_text){path.data, buf_str(&json), json.len}, &words);
    status = holds ? EXIT_HOLDS : EXIT_DIFFERS;
    printf("%s%s\n", buf_str(&words), holds ? "verified" : "NOT verified");
out:
    buf_free(&path);
    buf_free(&words);
    buf_free(&markdown);
    buf_free(&json);
    return status;
}
