#include "base/error.h"

static const struct {
    const char *name, *text;
} table[ERR_COUNT] = {[ERR_OK] = {"ok", "fine"},
#define X(code, code_name, code_text) [code] = {code_name, code_text},
                      ERR_TABLE(X)
#undef X
};

const char *err_name(enum err err)
{
    return table[(unsigned)err < ERR_COUNT ? err : ERR_SYSTEM].name;
}

const char *err_text(enum err err)
{
    return table[(unsigned)err < ERR_COUNT ? err : ERR_SYSTEM].text;
}
