#include "zerog/inft_status.h"

#include "support_chain.h"

/* A token that is plainly active. */
static struct inft_facts healthy(void)
{
    return (struct inft_facts){.has_code = true,
                               .has_owner = true,
                               .owner = numbered_address(5),
                               .history_complete = true,
                               .head = 1000,
                               .has_content = true};
}

/* Each fact that makes a state, the strongest first: with all facts from a row on, the row's state
 * must come out. */
enum change {
    FAILS,
    NO_CODE,
    MINT_WAITS,
    MINT_FAILS,
    IS_BURNED,
    IS_NOT_MINTED,
    MAY_BE_BURNED,
    NO_OWNER,
    OWNER_DEAD,
    IS_PAUSED,
    IS_APPROVED,
    IS_LISTED,
    HAS_MOVED,
    HAS_USERS,
    IS_EMPTY,
    DEPLOYS,
    STOPPED,
    OFFLINE,
    FAILED,
    RUNS,
    NOTHING,
};

static void apply(struct inft_facts *f, enum change change)
{
    bool gone = change >= IS_BURNED && change <= MAY_BE_BURNED;
    f->failure = change == FAILS ? ERR_TIMEOUT : f->failure;
    f->has_code = change == NO_CODE ? false : f->has_code;
    f->mint = change == MINT_WAITS ? INFT_MINT_PENDING : f->mint;
    f->mint = change == MINT_FAILS ? INFT_MINT_FAILED : f->mint;
    f->no_token = gone ? true : f->no_token;
    f->has_owner = gone || change == NO_OWNER ? false : f->has_owner;
    f->history.burned.known = change == IS_BURNED ? true : f->history.burned.known;
    f->history_complete = change == MAY_BE_BURNED ? false : f->history_complete;
    f->history_complete = change == IS_NOT_MINTED ? true : f->history_complete;
    f->owner = change == OWNER_DEAD ? numbered_address(0xdead) : f->owner;
    f->paused = change == IS_PAUSED ? true : f->paused;
    f->has_approved = change == IS_APPROVED ? true : f->has_approved;
    f->listed = change == IS_LISTED ? true : f->listed;
    if (change == HAS_MOVED)
        f->history.transferred = (struct inft_moment){.block = 995, .known = true};
    f->users = change == HAS_USERS ? 3 : f->users;
    f->is_empty = change == IS_EMPTY ? true : f->is_empty;
    if (change >= DEPLOYS && change <= RUNS) {
        static const enum inft_phase phases[] = {
            [DEPLOYS] = INFT_PHASE_DEPLOYING, [STOPPED] = INFT_PHASE_STOPPED,
            [OFFLINE] = INFT_PHASE_OFFLINE,   [FAILED] = INFT_PHASE_FAILED,
            [RUNS] = INFT_PHASE_RUNNING,
        };
        f->phase = phases[change];
    }
}

static const struct {
    enum change change;
    const char *word, *card;
} states[] = {
    {FAILS, "UNKNOWN", NULL},
    {NO_CODE, "NOT DEPLOYED", "inactive"},
    {MINT_WAITS, "MINTING", "minting"},
    {MINT_FAILS, "MINT FAILED", "inactive"},
    {IS_BURNED, "BURNED", "inactive"},
    {IS_NOT_MINTED, "NOT MINTED", "inactive"},
    {MAY_BE_BURNED, "NOT MINTED", "inactive"},
    {NO_OWNER, "UNKNOWN", NULL},
    {OWNER_DEAD, "BURNED", "inactive"},
    {IS_PAUSED, "PAUSED", "inactive"},
    {IS_APPROVED, "TRANSFER PENDING", "active"},
    {IS_LISTED, "LISTED", "active"},
    {HAS_MOVED, "TRANSFERRING", "inactive"},
    {HAS_USERS, "AUTHORISED", "active"},
    {IS_EMPTY, "MINTED NO DATA", "inactive"},
    {DEPLOYS, "MINTING", "minting"},
    {STOPPED, "stopped", "inactive"},
    {OFFLINE, "offline", "inactive"},
    {FAILED, "FAILED", "inactive"},
    {RUNS, "ACTIVE", "active"},
    {NOTHING, "ACTIVE", "active"},
};

static void assert_status(const struct inft_facts *facts, size_t state, const char *what)
{
    struct inft_status s = inft_derive_status(facts);
    const char *card = inft_card_text(s.card), *expected = states[state].card;
    bool same_card = card && expected ? strcmp(card, expected) == 0 : card == expected;
    if (strcmp(s.word, states[state].word) != 0 || !same_card || !s.why[0])
        fail_msg("%s, %s: %s, %s (%s)", what, states[state].word, s.word, card ? card : "unknown",
                 s.why);
}

static void each_fact_alone_gives_its_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(states); i++) {
        struct inft_facts facts = healthy();
        apply(&facts, states[i].change);
        assert_status(&facts, i, "alone");
    }
}

static void the_first_rule_that_holds_wins(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(states); i++) {
        struct inft_facts facts = healthy();
        for (size_t j = COUNT(states); j-- > i;)
            apply(&facts, states[j].change);
        assert_status(&facts, i, "with all behind it");
    }
}

static void a_move_settles_after_twelve_blocks(void **state)
{
    (void)state;
    static const struct {
        uint64_t block, head;
        const char *word;
    } cases[] = {
        {100, 100, "TRANSFERRING"}, {100, 111, "TRANSFERRING"}, {100, 112, "ACTIVE"},
        {100, 99, "TRANSFERRING"}, /* the head of a node that lags behind */
        {0, UINT64_MAX, "ACTIVE"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct inft_facts facts = healthy();
        facts.history.transferred.known = true;
        facts.history.transferred.block = cases[i].block;
        facts.head = cases[i].head;
        assert_string_equal(inft_derive_status(&facts).word, cases[i].word);
    }
}

static void what_is_not_known_does_not_count(void **state)
{
    (void)state;
    struct inft_facts facts = healthy();
    facts.has_content = false;
    facts.is_empty = true; /* never read */
    assert_string_equal(inft_derive_status(&facts).word, "ACTIVE");
    facts = healthy();
    facts.owner = numbered_address(0);
    assert_string_equal(inft_derive_status(&facts).word, "BURNED");
    facts = healthy();
    facts.mint = INFT_MINT_DONE;
    assert_string_equal(inft_derive_status(&facts).word, "ACTIVE");
}

static void phases_are_0g_s_words(void **state)
{
    (void)state;
    assert_int_equal(inft_phase_parse("running"), INFT_PHASE_RUNNING);
    assert_int_equal(inft_phase_parse("failed"), INFT_PHASE_FAILED);
    assert_int_equal(inft_phase_parse("Running"), INFT_PHASE_UNKNOWN);
    assert_int_equal(inft_phase_parse(""), INFT_PHASE_UNKNOWN);
    assert_int_equal(inft_phase_parse(NULL), INFT_PHASE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fact_alone_gives_its_state),
        cmocka_unit_test(the_first_rule_that_holds_wins),
        cmocka_unit_test(a_move_settles_after_twelve_blocks),
        cmocka_unit_test(what_is_not_known_does_not_count),
        cmocka_unit_test(phases_are_0g_s_words),
    };
    return cmocka_run_group_tests_name("inft_status", tests, NULL, NULL);
}
