#include "bench/prompts.h"

#include "base/crypto.h"
#include "support.h"

enum { PROMPTS = 12 };

static const char *prompt(const struct prompt_choice *choice)
{
    static char text[PROMPT_BYTES_MAX + 1];
    struct buf out = buf_make(PROMPT_BYTES_MAX);
    prompt_put(&out, choice);
    assert_int_equal(out.err, ERR_OK);
    strcpy(text, buf_str(&out));
    buf_free(&out);
    return text;
}

/* The set is what its name says: another hash needs another name. */
static void the_set_is_fixed(void **state)
{
    (void)state;
    char digits[PROMPTS_SHA256_TEXT_BYTES], expected[PROMPTS_SHA256_TEXT_BYTES] = "";
    struct buf all = buf_make(BUF_NO_LIMIT);
    for (unsigned i = 1; i <= PROMPTS; i++) {
        buf_puts(&all, prompt(&(struct prompt_choice){.number = i}));
        buf_putc(&all, '\n');
    }
    uint8_t digest[32];
    crypto_sha256(buf_str(&all), all.len, digest);
    hex_digits(digest, sizeof digest, expected);
    buf_free(&all);
    assert_string_equal(prompts_sha256(digits), expected);
    assert_string_equal(digits, "6fe846e502110043ce955cc52759a5f02b54a75b999b51c10dd159854a36e008");
}

static void prompts_take_turns(void **state)
{
    (void)state;
    char first[PROMPT_BYTES_MAX + 1];
    for (uint64_t seed = 0; seed < 2 * PROMPTS; seed++)
        for (unsigned i = 1; i <= 2 * PROMPTS; i++) {
            strcpy(first, prompt(&(struct prompt_choice){.seed = seed, .number = i}));
            assert_string_equal(first, prompt(&(struct prompt_choice){.seed = seed + 1,
                                                                      .number = i - 1 + PROMPTS}));
            assert_string_not_equal(first,
                                    prompt(&(struct prompt_choice){.seed = seed, .number = i + 1}));
            assert_string_equal(
                first, prompt(&(struct prompt_choice){.seed = seed, .number = i, .endpoint = 3}));
        }
    prompt(&(struct prompt_choice){.seed = UINT64_MAX, .number = UINT32_MAX});
}

static void a_warm_up_asks_something_else(void **state)
{
    (void)state;
    char warmup[PROMPT_BYTES_MAX + 1];
    for (uint64_t seed = 0; seed < PROMPTS; seed++) {
        strcpy(warmup, prompt(&(struct prompt_choice){.seed = seed, .warmup = true, .number = 1}));
        for (unsigned i = 1; i < PROMPTS; i++)
            assert_string_not_equal(warmup,
                                    prompt(&(struct prompt_choice){.seed = seed, .number = i}));
    }
}

static void a_nonce_makes_every_prompt_another(void **state)
{
    (void)state;
    struct prompt_choice choice = {.seed = 42, .number = 3, .run_id = "b-20260115-102231-7f3a"};
    char first[PROMPT_BYTES_MAX + 1];
    strcpy(first, prompt(&choice));
    static const char nonce[] = "[b-20260115-102231-7f3a, endpoint 1, call 3] ";
    assert_memory_equal(first, nonce, sizeof nonce - 1);
    choice.endpoint = 1;
    assert_string_not_equal(first, prompt(&choice));
    choice = (struct prompt_choice){.seed = 42, .number = 3, .run_id = "b-20260115-102231-7f3b"};
    assert_string_not_equal(first, prompt(&choice));
    choice.run_id = NULL;
    assert_string_equal(first + sizeof nonce - 1, prompt(&choice));
    choice.run_id = "x";
    choice.warmup = true;
    assert_non_null(strstr(prompt(&choice), "[x, endpoint 1, call W3] "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_set_is_fixed),
        cmocka_unit_test(prompts_take_turns),
        cmocka_unit_test(a_warm_up_asks_something_else),
        cmocka_unit_test(a_nonce_makes_every_prompt_another),
    };
    return cmocka_run_group_tests_name("prompts", tests, NULL, NULL);
}
