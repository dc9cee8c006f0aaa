/*
 * bench_decode FILE ROUNDS: CPU time of reading what getAllServices returned, from the hexadecimal
 * text of the JSON-RPC result to the decoded services. FILE holds one answer of the paged call on
 * each line. Prints a line of JSON; fails when a field of a service cannot be read.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "eth/hex.h"
#include "zerog/serving.h"

enum { PAGES_MAX = 64, ROUNDS_MAX = 10000, ARENA_LIMIT = 64 * 1024 * 1024 };

struct answers {
    char *pages[PAGES_MAX];
    size_t count;
};

static bool read_answers(const char *path, struct answers *answers)
{
    FILE *file = fopen(path, "re");
    bool ok = false;

    if (!file)
        return false;
    while (answers->count < PAGES_MAX) {
        char *line = NULL;
        size_t cap = 0;

        if (getline(&line, &cap, file) < 0) {
            free(line);
            ok = !ferror(file);
            break;
        }
        line[strcspn(line, "\n")] = '\0';
        answers->pages[answers->count++] = line;
    }
    fclose(file);
    return ok;
}

static void free_answers(struct answers *answers)
{
    for (size_t i = 0; i < answers->count; i++)
        free(answers->pages[i]);
}

static bool is_whole(const struct service *s)
{
    return !s->err && !s->service_type.err && !s->url.err && !s->model.err &&
           !s->verifiability.err && !s->additional_info.err && !s->input_price.err &&
           !s->output_price.err && s->updated_at && s->has_tee;
}

/* Decodes every page and gives the number of services that were read whole. */
static enum err decode_all(const struct answers *answers, struct arena *arena, size_t *count)
{
    size_t text_budget = SIZE_MAX;

    *count = 0;
    for (size_t i = 0; i < answers->count; i++) {
        const uint8_t *bytes;
        size_t len;
        struct service_page page;
        enum err err = hex_decode(answers->pages[i], arena, &bytes, &len);

        if (!err)
            err = serving_decode_services(bytes, len, true, &text_budget, arena, &page);
        if (err)
            return err;
        for (size_t j = 0; j < page.count; j++)
            *count += is_whole(&page.services[j]);
    }
    return ERR_OK;
}

static int64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Every round takes its memory anew, as the program does for every answer. */
static bool measure(const struct answers *answers, int64_t *times, size_t rounds, size_t *count)
{
    for (size_t i = 0; i < rounds; i++) {
        struct arena arena = arena_make(ARENA_LIMIT);
        int64_t before = cpu_ns();
        enum err err = decode_all(answers, &arena, count);

        arena_free(&arena);
        times[i] = cpu_ns() - before;
        if (err) {
            fprintf(stderr, "bench_decode: %s\n", err_name(err));
            return false;
        }
    }
    qsort(times, rounds, sizeof *times, compare_times);
    return true;
}

int main(int argc, char **argv)
{
    struct answers answers = {0};
    int64_t *times = NULL;
    size_t rounds, count;
    int status = EXIT_FAILURE;

    rounds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_decode FILE ROUNDS\n");
        return EXIT_FAILURE;
    }
    if (!read_answers(argv[1], &answers)) {
        fprintf(stderr, "bench_decode: %s: %s\n", argv[1], strerror(errno));
        goto out;
    }
    times = calloc(rounds, sizeof *times);
    if (!times || !measure(&answers, times, rounds, &count))
        goto out;
    printf("{\"services\":%zu,\"rounds\":%zu,\"medianUs\":%.1f,\"minUs\":%.1f,\"maxUs\":%.1f}\n",
           count, rounds, (double)times[rounds / 2] / 1e3, (double)times[0] / 1e3,
           (double)times[rounds - 1] / 1e3);
    status = EXIT_SUCCESS;
out:
    free(times);
    free_answers(&answers);
    return status;
}
