/* fuzz_ob_cause.c: whatever a cluster says of a failure, its parts are well-formed and free of secrets. */

#include <stdlib.h>
#include <string.h>

#include "agent/ob_cause.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(bool holds)
{
    if (!holds) {
        abort();
    }
}


static bool
is_text(const char *text, size_t size)
{
    return strnlen(text, size) < size
           && bt_utf8_valid((bt_str) { text, strlen(text) }, NULL);
}


static void
check_cause(bt_str text, int64_t result, bool canceled)
{
    static ob_cause  cause;

    ob_cause_parse(&cause, text, result, canceled);
    check(is_text(cause.code, sizeof(cause.code)));
    check(is_text(cause.stage, sizeof(cause.stage)));
    check(is_text(cause.trace_id, sizeof(cause.trace_id)));
    check(is_text(cause.text, sizeof(cause.text)));
    check(cause.code[0] == '\0' || cause.code[0] == '-'
          || strcmp(cause.code, "CANCELED") == 0);
    check(!canceled || strcmp(cause.code, "CANCELED") == 0);
}


/* A path that is clean stays as it is, and has no query. */
static void
check_path(bt_str text)
{
    char  once[512], twice[512];

    ob_path_clean(text, once, sizeof(once));
    check(is_text(once, sizeof(once)));
    check(strcasestr(once, "access_key=") == NULL);
    check(strcasestr(once, "access_id=") == NULL);

    ob_text_clean(text, once, sizeof(once));
    check(is_text(once, sizeof(once)));
    ob_text_clean(bt_str_of(once), twice, sizeof(twice));
    check(is_text(twice, sizeof(twice)));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t  result;
    bt_str   text;

    if (size < 9) {
        return 0;
    }

    memcpy(&result, data, 8);
    text.data = (const char *) data + 9;
    text.len = size - 9;

    check_cause(text, data[8] & 2 ? result : result % 10000,
                (data[8] & 1) != 0);
    check_path(text);

    return 0;
}
