/* bt_token_claim.c: finds a claim and reads it as a text or as a list. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "token/bt_token_impl.h"


/* Such a name could forge a line of a log or of a header. */
static bool
has_control(const json_t *json)
{
    const char  *text = json_string_value(json);
    size_t       i;

    for (i = 0; i < json_string_length(json); i++) {
        if ((unsigned char) text[i] < 0x20 || text[i] == 0x7f) {
            return true;
        }
    }

    return false;
}


static bool
is_list(const json_t *json)
{
    const json_t  *item;
    size_t         i;

    for (i = 0; i < json_array_size(json); i++) {
        item = json_array_get(json, i);
        if (!json_is_string(item) || has_control(item)) {
            return false;
        }
    }

    return json_is_array(json);
}


bt_claim_e
bt_claim_find(const bt_claims *claims, const bt_str *path, size_t steps,
    bt_claim *claim)
{
    const json_t  *json = steps > 0 ? claims : NULL;
    size_t         i;

    memset(claim, 0, sizeof(*claim));

    for (i = 0; i < steps; i++) {
        json = json_object_getn(json, path[i].data, path[i].len);
    }

    if (json == NULL || json_is_null(json)) {
        return BT_CLAIM_NONE;
    }

    if (json_is_string(json) && !has_control(json)) {
        claim->text = bt_json_text(json);
        return BT_CLAIM_TEXT;
    }

    if (json_is_integer(json)) {
        (void) snprintf(claim->number, sizeof(claim->number),
                        "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        claim->text = bt_str_of(claim->number);
        return BT_CLAIM_TEXT;
    }

    if (is_list(json)) {
        claim->list = json;
        return BT_CLAIM_LIST;
    }

    return BT_CLAIM_BAD;
}


static bool
next_word(bt_claim *claim, bt_str *item)
{
    bt_str  text = claim->text;
    size_t  end, at = claim->at;

    while (at < text.len && text.data[at] == ' ') {
        at++;
    }

    end = at;
    while (end < text.len && text.data[end] != ' ') {
        end++;
    }

    claim->at = end;
    *item = (bt_str) { at < end ? text.data + at : NULL, end - at };

    return at < end;
}


bool
bt_claim_next(bt_claim *claim, bt_str *item)
{
    if (claim->list == NULL) {
        return next_word(claim, item);
    }

    while (claim->at < json_array_size(claim->list)) {
        *item = bt_json_text(json_array_get(claim->list, claim->at++));
        if (item->len > 0) {
            return true;
        }
    }

    return false;
}


void
bt_claims_free(bt_claims *claims)
{
    json_decref(claims);
}
