/* Integer arithmetic of the statistics: no figure of a report goes through a double, so every
 * machine prints the same digits. Pure, thread-safe. */
#ifndef BENCH_INTEGER_H
#define BENCH_INTEGER_H

#include <stdint.h>

__extension__ typedef unsigned __int128 wide_uint;
__extension__ typedef __int128 wide_int;

/* The largest root with root * root <= square. */
uint64_t integer_sqrt(wide_uint square);

/* sqrt(a / b), rounded half up. 4 * a must not overflow; b is not 0. */
uint64_t integer_sqrt_ratio(wide_uint a, wide_uint b);

/* a / b, rounded half up. 2 * a + b must not overflow; b is not 0. */
wide_uint integer_ratio(wide_uint a, wide_uint b);

#endif
