/* overview.c: the states of tasks of all three tabs, above each list. */

#include "fcgi_backend/overview.h"

#include "fcgi_backend/count.h"
#include "fcgi_backend/document.h"
#include "fcgi_backend/views.h"


static const bt_list *const  kinds[] = {
    &bt_list_data, &bt_list_log, &bt_list_cleanup
};


static void
write_kind(bt_reply *reply, const bt_list *list, const bt_counts *counts,
    const bt_counts *settled)
{
    size_t              i;
    const char         *range;
    const bt_query     *query = &reply->request->query;
    const char *const  *codes = bt_view_statuses(list->view);

    range = query->from != BT_USEC_NONE ? bt_range_name(query->range) : "24h";

    bt_xml_open(reply->xml, "kind");
    bt_xml_attr(reply->xml, "view", bt_str_of(bt_view_name(list->view)));

    if (list->counted != NULL) {
        bt_xml_attr(reply->xml, "range", bt_str_of(range));
    }

    for (i = 0; codes[i] != NULL; i++) {
        bt_xml_open(reply->xml, "count");
        bt_xml_attr(reply->xml, "status", bt_str_of(codes[i]));

        if (settled->of[i] > 0) {
            bt_xml_attr_int(reply->xml, "settled", settled->of[i]);
        }

        bt_xml_text_int(reply->xml, counts->of[i]);
        bt_xml_close(reply->xml);
    }

    bt_xml_close(reply->xml);
}


/* The query's window, else the last 24 hours in whole minutes. */
void
bt_overview_window(const bt_request *request, bt_usec *from, bt_usec *to)
{
    *from = request->query.from;
    *to = request->query.to;

    if (*from == BT_USEC_NONE) {
        *to = request->now + BT_MINUTE - 1;
        *to -= *to % BT_MINUTE;
        *from = request->now - BT_DAY;
        *from -= *from % BT_MINUTE;
    }
}


bt_store_status
bt_overview_write(bt_reply *reply, const bt_filter *filter)
{
    size_t           i;
    bt_usec          from, to;
    bt_counts        counts, settled;
    bt_store_status  status;

    bt_overview_window(reply->request, &from, &to);

    bt_xml_open(reply->xml, "overview");
    bt_document_time_attr(reply, "from", from);
    bt_document_time_attr(reply, "to", to);

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        status = bt_count(reply, kinds[i], filter, BT_FILTER_PLACE, from, to,
                          &counts);

        if (status == BT_STORE_OK) {
            status = bt_count_settled(reply, kinds[i], filter, from, to,
                                      &settled);
        }

        if (status != BT_STORE_OK) {
            return status;
        }

        write_kind(reply, kinds[i], &counts, &settled);
    }

    bt_xml_close(reply->xml);

    return BT_STORE_OK;
}
