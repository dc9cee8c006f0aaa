/* What a call costs, in neuron, exactly: input tokens x input price + output tokens x output price.
 * Prices are neuron per token; one above 2^96 is refused, because no honest one is near it and sums
 * of a run stay far from the end of 128 bits. What would pass that end is ERR_OVERFLOW, never a
 * smaller number. Pure, thread-safe. */
#ifndef BENCH_COST_H
#define BENCH_COST_H

#include "base/error.h"
#include "eth/amount.h"
#include <stddef.h>
#include <stdint.h>

enum err cost_of(uint64_t input_tokens, uint64_t output_tokens, amount input_price,
                 amount output_price, amount *cost);

enum { COST_TEMPLATE_TOKENS = 256 };

/* The most a call may cost: no tokenizer in use makes more tokens of a text than it has bytes, and
 * COST_TEMPLATE_TOKENS stand for the chat template around it. */
enum err cost_worst(size_t prompt_bytes, unsigned max_tokens, amount input_price,
                    amount output_price, amount *cost);

#endif
