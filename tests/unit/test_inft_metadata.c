#include "zerog/inft_metadata.h"

#include "support.h"

static struct arena arena;

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct abi_text text_of(const char *text)
{
    return (struct abi_text){text, strlen(text)};
}

#define ROOT "f921c8fccf443652955d0882823ca316a08716334a28cf3367944d818e204a43"

static void uris_are_classified(void **state)
{
    (void)state;
    static const struct {
        const char *text, *kind;
    } cases[] = {
        {"", "none"},
        {" \n\t ", "none"},
        {"https://example.org/agents/1.json", "http"},
        {"HTTP://example.org", "http"},
        {"  https://example.org/x \n", "http"},
        {"https://example.org/a b", "text"},
        {"https://example.org/\x01", "text"},
        {"https:/example.org", "text"},
        {"file:///etc/passwd", "text"},
        {"javascript:alert(1)", "text"},
        {"ftp://example.org/x", "text"},
        {"ipfs://bafybeigdyrzt/1.json", "ipfs"},
        {"ipfs:/x y", "text"},
        {"data:application/json;base64,e30=", "data"},
        {"DATA:,{}", "data"},
        {"{\"name\":\"x\"}", "json"},
        {"0g://0x" ROOT, "storage"},
        {"0g://storage/" ROOT, "storage"},
        {"0g://storage/0x" ROOT, "storage"},
        {"0x" ROOT, "storage"},
        {ROOT, "storage"},
        {"0g://storage/config.json", "text"},
        {"0x" ROOT "0", "text"},
        {"model:qwen2.5-7b-instruct", "text"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct inft_uri uri = inft_uri_classify(text_of(cases[i].text));
        if (strcmp(inft_uri_kind_text(uri.kind), cases[i].kind) != 0)
            fail_msg("%s: %s", cases[i].text, inft_uri_kind_text(uri.kind));
        if (uri.kind == INFT_URI_STORAGE)
            assert_int_equal(uri.root[31], 0x43);
    }
    struct buf is_long = buf_make(BUF_NO_LIMIT);
    buf_puts(&is_long, "https://");
    while (is_long.len < INFT_URI_MAX)
        buf_putc(&is_long, 'a');
    assert_int_equal(inft_uri_classify(text_of(buf_str(&is_long))).kind, INFT_URI_HTTP);
    buf_putc(&is_long, 'a');
    assert_int_equal(inft_uri_classify(text_of(buf_str(&is_long))).kind, INFT_URI_TEXT);
    buf_free(&is_long);
}

static void data_uris_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *uri;
        enum err err;
        const char *document;
    } cases[] = {
        {"data:,", ERR_OK, ""},
        {"data:,hello", ERR_OK, "hello"},
        {"data:,a%20b%7B%7d", ERR_OK, "a b{}"},
        {"data:application/json,{\"a\":\"b,c\"}", ERR_OK, "{\"a\":\"b,c\"}"},
        {"data:;base64,aGk=", ERR_OK, "hi"},
        {"data:;base64,aGk", ERR_OK, "hi"},
        {"data:;base64,aGkh", ERR_OK, "hi!"},
        {"data:;base64,aA==", ERR_OK, "h"},
        {"data:;base64,", ERR_OK, ""},
        {"Data:application/json;charset=utf-8;BASE64,e30=", ERR_OK, "{}"},
        {"data:;base64,-_-_", ERR_OK, "\xfb\xff\xbf"},
        {"data:;base64,+/+/", ERR_OK, "\xfb\xff\xbf"},
        {"data:;base64,a", ERR_BAD_FORMAT, NULL},
        {"data:;base64,aGkha", ERR_BAD_FORMAT, NULL},
        {"data:;base64,aGl=", ERR_BAD_FORMAT, NULL}, /* bits left over */
        {"data:;base64,aGk==", ERR_BAD_FORMAT, NULL},
        {"data:;base64,aGk===", ERR_BAD_FORMAT, NULL},
        {"data:;base64,=", ERR_BAD_FORMAT, NULL},
        {"data:;base64,aG k=", ERR_BAD_FORMAT, NULL},
        {"data:;base64,aG=k", ERR_BAD_FORMAT, NULL},
        {"data:,%", ERR_BAD_FORMAT, NULL},
        {"data:,%4", ERR_BAD_FORMAT, NULL},
        {"data:,%4g", ERR_BAD_FORMAT, NULL},
        {"data:no comma", ERR_BAD_FORMAT, NULL},
        {"data:", ERR_BAD_FORMAT, NULL},
        {"https://example.org/,", ERR_BAD_FORMAT, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_make(BUF_NO_LIMIT);
        enum err err = inft_data_uri_decode(text_of(cases[i].uri), &out);
        if (err != cases[i].err || (!err && strcmp(buf_str(&out), cases[i].document) != 0))
            fail_msg("%s: %s, %s", cases[i].uri, err_name(err), buf_str(&out));
        buf_free(&out);
    }
}

static void documents_of_data_uris_are_bounded(void **state)
{
    (void)state;
    static const char *const heads[] = {"data:,", "data:;base64,"};
    static const size_t lens[] = {INFT_METADATA_MAX, INFT_METADATA_MAX / 3 * 4 + 4};
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct buf uri = buf_make(BUF_NO_LIMIT), out = buf_make(BUF_NO_LIMIT);
        buf_puts(&uri, heads[i]);
        for (size_t n = 0; n < lens[i] - (i ? 4 : 0); n++)
            buf_putc(&uri, 'A');
        assert_int_equal(inft_data_uri_decode(text_of(buf_str(&uri)), &out), ERR_OK);
        assert_in_range(out.len, INFT_METADATA_MAX - 3, INFT_METADATA_MAX);
        buf_puts(&uri, "AAAA");
        buf_reset(&out);
        assert_int_equal(inft_data_uri_decode(text_of(buf_str(&uri)), &out), ERR_TOO_LARGE);
        while (uri.len < 4 * INFT_METADATA_MAX)
            buf_puts(&uri, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        buf_reset(&out);
        assert_int_equal(inft_data_uri_decode(text_of(buf_str(&uri)), &out), ERR_TOO_LARGE);
        assert_int_equal(out.len, 0); /* refused before anything is decoded */
        buf_free(&uri);
        struct buf small = buf_make(2);
        assert_int_equal(inft_data_uri_decode(text_of("data:,abc"), &small), ERR_TOO_LARGE);
        buf_free(&small);
        buf_free(&out);
    }
}

static void metadata_members_are_optional(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *name, *model;
        enum err err;
    } cases[] = {
        {"{\"name\":\"a\",\"model\":\"m\",\"image\":7}", "a", "m", ERR_OK},
        {"{\"attributes\":[7,{\"trait_type\":\"x\",\"value\":\"y\"},"
         "{\"trait_type\":\"Model\",\"value\":\"m\"}]}",
         NULL, "m", ERR_OK},
        {"{\"attributes\":[{\"trait_type\":\"model\",\"value\":7}]}", NULL, NULL, ERR_OK},
        {"{\"attributes\":{}}", NULL, NULL, ERR_OK},
        {"{}", NULL, NULL, ERR_OK},
        {"[]", NULL, NULL, ERR_BAD_FORMAT},
        {"\"x\"", NULL, NULL, ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON *doc = cJSON_Parse(cases[i].json);
        struct inft_metadata m;
        assert_int_equal(inft_metadata_read(doc, &m), cases[i].err);
        if (cases[i].name)
            assert_string_equal(m.name, cases[i].name);
        else
            assert_null(m.name);
        if (cases[i].model)
            assert_string_equal(m.model, cases[i].model);
        else
            assert_null(m.model);
        assert_null(m.image);
        cJSON_Delete(doc);
    }
}

static void models_are_found_by_role_then_word(void **state)
{
    (void)state;
    static const struct {
        const char *descriptions[3];
        enum inft_model_basis basis;
        size_t index;
        const char *name;
    } cases[] = {
        {{NULL}, INFT_MODEL_NONE, 0, NULL},
        {{"model:qwen2.5-7b-instruct", "0g://storage/config.json"},
         INFT_MODEL_WORD,
         0,
         "qwen2.5-7b-instruct"},
        {{"x", "Model: Llama \x07 3 "}, INFT_MODEL_WORD, 1, "Llama  3"},
        {{"model-weights-llama-3-8b"}, INFT_MODEL_WORD, 0, "llama-3-8b"},
        {{"base_model:phi-3"}, INFT_MODEL_WORD, 0, "phi-3"},
        {{"my own model"}, INFT_MODEL_WORD, 0, "my own model"},
        {{"config", "weights"}, INFT_MODEL_UNLABELLED, 0, NULL},
        {{"{\"role\":\"framework\"}"}, INFT_MODEL_UNLABELLED, 0, NULL},
        {{"model:a", "{\"role\":\"model\",\"name\":\"b\"}"}, INFT_MODEL_ROLE, 1, "b"},
        {{"{\"type\":\"model-weights\"}"}, INFT_MODEL_ROLE, 0, NULL},
        {{"{\"name\":\"my model\",\"model\":\"c\"}"}, INFT_MODEL_ROLE, 0, "c"},
        {{"{\"role\":\"config\",\"base_model\":\"d\"}"}, INFT_MODEL_WORD, 0, NULL},
        {{"https://example.org/model.bin"}, INFT_MODEL_WORD, 0, NULL},
        {{"{\"role\":\"model\"", "z"}, INFT_MODEL_WORD, 0, NULL}, /* broken JSON */
        {{""}, INFT_MODEL_UNLABELLED, 0, NULL},
    };
    static const uint8_t hash[32];
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct inft_data items[3];
        struct inft_datas datas = {.items = items};
        while (datas.count < 3 && cases[i].descriptions[datas.count]) {
            items[datas.count] =
                (struct inft_data){text_of(cases[i].descriptions[datas.count]), hash};
            datas.count++;
        }
        struct inft_model model;
        assert_int_equal(inft_find_model(&datas, &arena, &model), ERR_OK);
        const char *expected = cases[i].name;
        bool same_name =
            expected && model.name ? strcmp(expected, model.name) == 0 : expected == model.name;
        if (model.basis != cases[i].basis || model.index != cases[i].index || !same_name)
            fail_msg("case %zu: %d, %zu, %s", i, model.basis, model.index, model.name);
    }
}

static void foreign_text_is_cleaned(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max;
        const char *clean;
    } cases[] = {
        {"  plain \n", 10, "plain"},
        {"a\x1b[31mb\x7f", 20, "a[31mb"},
        {"a\xc2\x85z", 20, "az"},
        {"a\xc2\xa0z", 20, "a\xc2\xa0z"},
        {"a\xffz", 20, "a\xef\xbf\xbdz"},
        {"abcdef", 3, "abc"},
        {"ab\xc3\xa9", 3, "ab"},
        {"ab\xff", 4, "ab"},
        {"\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80"},
        {"\xf0\x9f\x98", 10, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"", 0, ""},
        {"x", 0, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(inft_clean_text(text_of(cases[i].text), cases[i].max, &arena),
                            cases[i].clean);
    assert_string_equal(inft_clean_text((struct abi_text){"a\0b", 3}, 9, &arena), "ab");
    struct arena small = arena_make(16);
    assert_null(inft_clean_text(text_of("x"), 100, &small));
    arena_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uris_are_classified),
        cmocka_unit_test(data_uris_are_decoded),
        cmocka_unit_test(documents_of_data_uris_are_bounded),
        cmocka_unit_test(metadata_members_are_optional),
        cmocka_unit_test(models_are_found_by_role_then_word),
        cmocka_unit_test(foreign_text_is_cleaned),
    };
    return cmocka_run_group_tests_name("inft_metadata", tests, NULL, free_arena);
}
