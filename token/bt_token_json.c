/* bt_token_json.c: jansson, kept from what it would take more of than we do. */

#include <string.h>

#include "token/bt_token_impl.h"


/* jansson itself goes down 2048 levels.  Only depth is judged here: broken
 * strings and unbalanced brackets are left to the parser. */
static bool
too_deep(bt_str text)
{
    size_t  i, depth = 0;
    bool    quoted = false;

    for (i = 0; i < text.len; i++) {
        switch (text.data[i]) {

        case '"':
            quoted = !quoted;
            break;

        case '\\':
            if (quoted) {
                i++;
            }
            break;

        case '{':
        case '[':
            if (!quoted && ++depth > BT_TOKEN_DEPTH_MAX) {
                return true;
            }
            break;

        case '}':
        case ']':
            if (!quoted && depth > 0) {
                depth--;
            }
            break;
        }
    }

    return false;
}


/* As jansson does it: the code is the last byte of the text. */
static json_t *
no_object(json_error_t *error, enum json_error_code code)
{
    if (error != NULL) {
        memset(error, 0, sizeof(*error));
        error->text[sizeof(error->text) - 1] = (char) code;
    }

    return NULL;
}


json_t *
bt_json_object(bt_str text, json_error_t *error)
{
    json_t  *json;

    if (too_deep(text)) {
        return no_object(error, json_error_stack_overflow);
    }

    /* jansson says nothing when it has no memory even to begin */
    (void) no_object(error, json_error_out_of_memory);

    json = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, error);
    if (json == NULL) {
        return NULL;
    }

    if (!json_is_object(json)) {
        json_decref(json);
        return no_object(error, json_error_wrong_type);
    }

    return json;
}
