/* bt_param_refuse.c: why a request is refused, and what to do next. */

#include "common/bt_param_table.h"


/* Begins a refusal.  Returns false when one was made before: the first stays.
 * Otherwise the text goes into `text`. */
static bool
begin_refusal(bt_param_state *state, bt_str param, bt_buf *text)
{
    bt_buf  name;
    size_t  i;

    if (state->refused) {
        return false;
    }

    state->refused = true;
    state->refusal->status = 400;

    bt_buf_init(&name, state->refusal->param, sizeof(state->refusal->param));

    for (i = 0; i < param.len; i++) {
        bt_buf_addc(&name, param.data[i] > ' ' && param.data[i] <= '~'
                           ? param.data[i] : '?');
    }

    bt_buf_init(text, state->refusal->text, sizeof(state->refusal->text));
    return true;
}


/* Refuses with: the parameter "NAME" WHAT. */
void
bt_refuse(bt_param_state *state, bt_str param, const char *what)
{
    bt_buf  text;

    if (!begin_refusal(state, param, &text)) {
        return;
    }

    bt_buf_addz(&text, "The parameter \"");
    bt_buf_addz(&text, state->refusal->param);
    bt_buf_addz(&text, "\" ");
    bt_buf_addz(&text, what);
    bt_buf_addc(&text, '.');
}


void
bt_refuse_param(bt_param_state *state, bt_param_e param, const char *what)
{
    bt_refuse(state, bt_str_of(bt_param_name(param)), what);
}


/* Refuses a value with the codes or the form that would do. */
void
bt_refuse_value(bt_param_state *state, bt_param_e param)
{
    const bt_param_desc  *desc = &bt_param_table[param];
    const char *const    *codes = desc->codes;
    const char           *separator = "";
    char                  data[BT_REFUSAL_MAX];
    bt_buf                what;

    bt_buf_init(&what, data, sizeof(data));
    bt_buf_addz(&what, "has a value that cannot be used: ");

    if (param == BT_PARAM_STATUS) {
        codes = bt_view_statuses(state->route->view);
    }

    if (codes == NULL) {
        bt_buf_addz(&what, desc->hint);
        bt_refuse_param(state, param, data);
        return;
    }

    bt_buf_addz(&what, "use ");

    for ( /* void */ ; *codes != NULL; codes++) {
        bt_buf_addz(&what, separator);
        bt_buf_addz(&what, *codes);
        separator = codes[1] != NULL && codes[2] == NULL ? " or " : ", ";
    }

    bt_refuse_param(state, param, data);
}


void
bt_refuse_place(bt_param_state *state, bt_param_e param)
{
    const bt_param_desc  *desc = &bt_param_table[param];

    if (!bt_param_fits(param, state->route)
        || (desc->formats & (1u << state->route->format)) != 0)
    {
        bt_refuse_param(state, param, "does not apply here: leave it out");

    } else if (desc->formats == 1u << BT_FORMAT_XML) {
        bt_refuse_param(state, param, "applies to .xml addresses only: ask for"
                     " the .xml of the path, or leave it out");

    } else if ((desc->formats & (1u << BT_FORMAT_XML)) != 0) {
        bt_refuse_param(state, param, "applies to .xml and .csv addresses only:"
                     " add .xml to the path, or leave it out");

    } else {
        bt_refuse_param(state, param, "applies to pages only: leave it out of"
                     " an address with a suffix");
    }
}
