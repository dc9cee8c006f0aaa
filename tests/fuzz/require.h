/* What must hold of any input: a harness that finds otherwise ends as at a crash. */
#ifndef TESTS_FUZZ_REQUIRE_H
#define TESTS_FUZZ_REQUIRE_H

#include <stdbool.h>
#include <stdlib.h>

static inline void require(bool condition)
{
    if (!condition)
        abort();
}

#endif
