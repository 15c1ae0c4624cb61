/* views.c: which list belongs to a view. */

#include "fcgi_backend/views.h"


static const bt_list *const  lists[] = {
    &bt_list_data, &bt_list_log, &bt_list_cleanup, &bt_list_second,
    &bt_list_commands, &bt_list_audit
};


const bt_list *
bt_list_of(bt_view_e view)
{
    size_t  i;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (lists[i]->view == view) {
            return lists[i];
        }
    }

    return NULL;
}
