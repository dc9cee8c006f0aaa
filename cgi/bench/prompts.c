#include "bench/prompts.h"

#include "base/crypto.h"
#include "eth/hex.h"
#include <stddef.h>
#include <string.h>

/* A changed word is a changed set: give it a new name. */
static const char *const prompts[] = {
    "Explain in plain words why the sky is blue during the day and red at sunset.",
    "Write a short story about a lighthouse keeper who finds a message in a bottle.",
    "List ten practical ways to save water at home, with one sentence on each.",
    "Describe how a four-stroke petrol engine works, step by step.",
    "Write a C function that reverses a singly linked list, and explain each line.",
    "Compare trains and planes for a journey of 600 kilometres: time, cost, comfort, emissions.",
    "Summarise what photosynthesis is, what it needs, and what it gives.",
    "A shop sells pens at 3 for 2 euros. Work out, step by step, what 45 pens cost.",
    "Write a polite letter to a neighbour about loud music late in the evening.",
    "Name the planets of the solar system in order and say one remarkable thing about each.",
    "Explain to a beginner what a hash function is and give three of its uses.",
    "Plan a simple dinner for four people with what to buy and when to start cooking.",
};

enum { PROMPT_COUNT = sizeof prompts / sizeof *prompts };

char *prompts_sha256(char text[PROMPTS_SHA256_TEXT_BYTES])
{
    struct crypto_hash *hash = crypto_hash_new();
    for (size_t i = 0; i < PROMPT_COUNT; i++) {
        crypto_hash_add(hash, prompts[i], strlen(prompts[i]));
        crypto_hash_add(hash, "\n", 1);
    }
    uint8_t digest[32];
    crypto_hash_end(hash, digest);
    hex_digits(digest, sizeof digest, text);
    text[2 * sizeof digest] = '\0';
    return text;
}

static size_t place(const struct prompt_choice *choice)
{
    const size_t start = (size_t)(choice->seed % PROMPT_COUNT),
                 step = choice->number % PROMPT_COUNT;
    if (choice->warmup)
        return (start + PROMPT_COUNT - step) % PROMPT_COUNT;
    return (start + PROMPT_COUNT - 1 + step) % PROMPT_COUNT;
}

void prompt_put(struct buf *out, const struct prompt_choice *choice)
{
    if (choice->run_id)
        buf_printf(out, "[%s, endpoint %u, call %s%u] ", choice->run_id, choice->endpoint + 1,
                   choice->warmup ? "W" : "", choice->number);
    buf_puts(out, prompts[place(choice)]);
}
