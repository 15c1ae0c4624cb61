/* fuzz_accept.c: a header chooses one of the view's forms, or none. */

#include <stdlib.h>

#include "common/bt_accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(bool holds)
{
    if (!holds) {
        abort();
    }
}


static void
check_items(bt_str header)
{
    bt_str          rest = header;
    bt_accept_item  item;

    while (bt_accept_next(&rest, &item)) {
        check(item.weight <= 1000);
        check(item.range.len > 0 && item.range.data >= header.data
              && item.range.data + item.range.len
                 <= header.data + header.len);
        check(item.params.len == 0
              || (item.params.data >= header.data
                  && item.params.data + item.params.len
                     <= header.data + header.len));
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool         found;
    bt_str       header = { (const char *) data, size };
    bt_view_e    view;
    bt_format_e  format;

    check_items(header);

    for (view = BT_VIEW_ROOT; view < BT_VIEW_MAX; view++) {
        format = BT_FORMAT_MAX;
        found = bt_accept_format(header, view, &format);
        check(found == (format != BT_FORMAT_MAX));
        check(!found || bt_view_has_format(view, format));
    }

    (void) bt_accept_prefers(header, "zh", "en");
    return 0;
}
