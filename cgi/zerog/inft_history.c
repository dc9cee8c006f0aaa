#include "zerog/inft_history.h"

#include "base/json.h"
#include "eth/hex.h"
#include <string.h>

/* What a log does to the token. */
enum {
    MOVES = 1 << 0,     /* topics or data name an old and a new owner, at row->from */
    MINTS = 1 << 1,     /* always */
    UPDATES = 1 << 2,   /* counts as the last change */
    PUBLISHES = 1 << 3, /* the key to the data */
};

/* Where the token's id stands: a topic, or the first word of the data. V2e's event is known by name
 * only, so its id is looked for in both. */
enum place { IN_DATA = 0, IN_TOPIC_1 = 1, IN_TOPIC_2 = 2, IN_TOPIC_3 = 3, IN_TOPIC_1_OR_DATA };

static const struct token_event {
    const char *signature;
    unsigned effects;
    enum place id;
    size_t from; /* topic of the old owner; the new one's is the next. MOVES only */
} token_events[] = {
    /* Transfer(address*,address*,uint256*) */
    {"0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", MOVES | UPDATES,
     IN_TOPIC_3, 1},
    /* V0, V0b: Transferred(uint256,address*,address*) */
    {"0x0ea8df787dde63a7bdc34d17097adf25749a3521f660e92dabdff8d6ee91d18a", MOVES | UPDATES, IN_DATA,
     1},
    /* V0: Minted(uint256*,address*,address*,bytes32[],string[]) */
    {"0x531bd8ca2b17505aaa50d843fabe2dfd9a3bb9e20c511d2288b24bd484861b02", MINTS | UPDATES,
     IN_TOPIC_1, 0},
    /* V0b: Minted(uint256*,address*,address*) */
    {"0x5758c4c0a4d007ca9768a0a574eedc39af88c4423f4ad0f8895b1b8fd1e76133", MINTS | UPDATES,
     IN_TOPIC_1, 0},
    /* V0: Updated(uint256*,bytes32[],bytes32[]) */
    {"0x51fa73895ca2bd4c7f525775384b199b6047f069e662b82aa9e1b0998b9c2975", UPDATES, IN_TOPIC_1, 0},
    /* V0b, V1: Updated(uint256*,(string,bytes32)[],(string,bytes32)[]) */
    {"0x0950ea0f010b000d7cfc9ef49213d3385d8512dd80de45ce2fbf8fc123c4f9a4", UPDATES, IN_TOPIC_1, 0},
    /* V2: Updated(uint256*,(string,bytes32)[],(string,bytes32)[],bytes[]) */
    {"0x1146987ce33c13f8887ebdea048300bb96211d4b7b0fc3fc0bf7a327421a53d2", UPDATES, IN_TOPIC_1, 0},
    /* V2: EntryUpdated(uint256*,uint256*,(string,bytes32),(string,bytes32),bytes) */
    {"0xff67fe57fbdb8b6bb574716fda8ee6ad22cf26756d0ed8fea3df94ef98b6c0a1", UPDATES, IN_TOPIC_1, 0},
    /* V2e: IntelligentDataSet(uint256,(string,bytes32)[]) */
    {"0x4cefbff61c6ce4d087b2b61464ae36d5e40248edf9e835507b711414fc61a6a2", UPDATES,
     IN_TOPIC_1_OR_DATA, 0},
    /* V3 and the tutorial: MetadataUpdated(uint256*,bytes32) */
    {"0x9c06c04824dfb4ebf41804d51120c24a2ab63d6230efe7b7bc5a199f837dd3ad", UPDATES, IN_TOPIC_1, 0},
    /* V1: TokenURIUpdated(uint256*,string) */
    {"0x931f495b9a8e5d8e61946ea5d61e021f636cfe213a801f97589c18c152e408bd", UPDATES, IN_TOPIC_1, 0},
    /* ERC-4906: MetadataUpdate(uint256) */
    {"0xf8e1a15aba9398e019f0b49df1a4fde98ee17ae345cb5f6b5e2c27f5033e8ce7", UPDATES, IN_DATA, 0},
    /* V1: PublishedSealedKey(address*,uint256*,bytes[]) */
    {"0x77ac1306adadb66d303dd0baa0534083040b337a1212922215a3ccbaf6fec56c", PUBLISHES, IN_TOPIC_2,
     0},
    /* V0: PublishedSealedKey(address*,uint256*,bytes16[]) */
    {"0x156aabbd131f533640c54a2c9d227cce945fa46b6e45df7a473d76203233b9b5", PUBLISHES, IN_TOPIC_2,
     0},
    /* V2: ITransferred(address*,address*,uint256*,(bytes32,bytes)[]), beside a Transfer */
    {"0xa9060084d4049729c641a395f7fe6e401f6d00d2381f3f64ce67bd42fcec52e3", PUBLISHES, IN_TOPIC_3,
     0},
};

_Static_assert(sizeof token_events / sizeof *token_events == INFT_EVENTS, "INFT_EVENTS");

void inft_event_signatures(const char *signatures[INFT_EVENTS])
{
    for (size_t i = 0; i < INFT_EVENTS; i++)
        signatures[i] = token_events[i].signature;
}

static const struct token_event *find_event(const struct event *event)
{
    for (size_t i = 0; i < INFT_EVENTS; i++)
        if (event_is(event, token_events[i].signature))
            return &token_events[i];
    return NULL;
}

static bool read_id(const struct event *event, enum place place, struct token_id *id)
{
    if (place == IN_TOPIC_1_OR_DATA)
        place = event->topic_count > 1 ? IN_TOPIC_1 : IN_DATA;
    struct abi data = event_data(event);
    const uint8_t *word = NULL;
    if (place == IN_DATA && abi_word(&data, 0, &word))
        return false;
    if (place != IN_DATA && (size_t)place < event->topic_count)
        word = event->topics[place];
    if (word)
        memcpy(id->word, word, sizeof id->word);
    return word != NULL;
}

/* Keeps the later of the two. */
static void note(struct inft_moment *moment, const struct event *event)
{
    bool is_later = !moment->known || event->block > moment->block ||
                    (event->block == moment->block && event->index > moment->index);
    if (!is_later)
        return;
    *moment = (struct inft_moment){.block = event->block,
                                   .index = event->index,
                                   .time = event->time,
                                   .has_time = event->has_time,
                                   .known = true};
    memcpy(moment->tx, event->tx, sizeof moment->tx);
}

static void add_move(struct inft_history *history, const struct event *event,
                     const struct address *from, const struct address *to)
{
    if (address_is_zero(from))
        note(&history->minted, event);
    else
        note(address_is_zero(to) ? &history->burned : &history->transferred, event);
}

bool inft_history_add(struct inft_history *history, const struct event *event,
                      const struct address *contract, const struct token_id *id)
{
    const struct token_event *row = find_event(event);
    struct token_id of;
    struct address from, to;
    if (!row || !address_equal(&event->contract, contract) || !read_id(event, row->id, &of) ||
        !token_id_equal(&of, id))
        return false;
    bool moves = row->effects & MOVES;
    if (moves &&
        (event_address(event, row->from, &from) || event_address(event, row->from + 1, &to)))
        return false;
    if (moves)
        add_move(history, event, &from, &to);
    if (row->effects & MINTS)
        note(&history->minted, event);
    if (row->effects & PUBLISHES)
        note(&history->key, event);
    if (row->effects & UPDATES)
        note(&history->updated, event);
    return true;
}

bool inft_moved_without_key(const struct inft_history *history)
{
    const struct inft_moment *moved = &history->transferred, *key = &history->key;
    return moved->known && !(key->known && memcmp(key->tx, moved->tx, sizeof key->tx) == 0);
}

bool inft_is_mint(const struct event *event, const struct address *contract,
                  const struct address *owner, struct token_id *id)
{
    const struct token_event *row = find_event(event);
    struct token_id minted;
    struct address from, to;
    if (!row || !address_equal(&event->contract, contract) || !read_id(event, row->id, &minted))
        return false;
    if (row->effects & MINTS) {
        /* Minted(id, creator, owner): there is no old owner. */
        if (event_address(event, 3, &to))
            return false;
    } else if (!(row->effects & MOVES) || event_address(event, row->from, &from) ||
               !address_is_zero(&from) || event_address(event, row->from + 1, &to)) {
        return false;
    }
    if (owner && !address_equal(owner, &to))
        return false;
    if (id)
        *id = minted;
    return true;
}

enum { RECEIPT_MAX_LOGS = 1000 };

static enum err find_minted(const cJSON *receipt, const struct address *contract,
                            struct arena *arena, struct token_id *id)
{
    struct event *events;
    size_t count;
    enum err err =
        events_parse(json_get(receipt, "logs"), RECEIPT_MAX_LOGS, arena, &events, &count);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        if (inft_is_mint(&events[i], contract, NULL, id))
            return ERR_OK;
    return ERR_NOT_FOUND;
}

enum err inft_mint_receipt(const cJSON *result, const struct address *contract, struct arena *arena,
                           enum inft_mint *mint, struct token_id *id)
{
    *mint = INFT_MINT_PENDING;
    if (cJSON_IsNull(result))
        return ERR_OK;
    const char *text = json_get_str(result, "status");
    uint64_t status;
    if (!text || hex_quantity(text, &status) || status > 1)
        return ERR_BAD_FORMAT;
    *mint = status ? INFT_MINT_DONE : INFT_MINT_FAILED;
    return status ? find_minted(result, contract, arena, id) : ERR_OK;
}
