/* atom.c: what changed in a list, as an Atom feed (RFC 4287, RFC 5005). */

#include "fcgi_backend/atom.h"

#include <stdio.h>
#include <string.h>

#include "fcgi_backend/atom_internal.h"
#include "fcgi_backend/document.h"

#define ATOM_NAMESPACE  "http://www.w3.org/2005/Atom"
#define DATE_LENGTH     (sizeof("2026-11-22") - 1)

/* What a feed is told apart by, from another of the same list. */
#define HOW_TO_SHOW                                                           \
    ((1u << BT_PARAM_TZ) | (1u << BT_PARAM_SIZE))


void
bt_atom_tag(bt_buf *out, const bt_atom_identity *identity)
{
    char  date[BT_TIME_MAX];

    (void) bt_time_format_utc(date, identity->minted);
    bt_buf_addz(out, "tag:");
    bt_buf_addz(out, identity->authority);
    bt_buf_addc(out, ',');
    bt_buf_add(out, date, DATE_LENGTH);
    bt_buf_addc(out, ':');
    bt_buf_addz(out, identity->store);
    bt_buf_addc(out, '/');
}


/* False: migrate has not been run to its end. */
static bool
take_identity(bt_atom_identity *identity, bt_rows *rows)
{
    bt_str  authority, store;

    if (bt_rows_next(rows) <= 0) {
        return false;
    }

    authority = bt_value_text(bt_rows_get(rows, 0));
    store = bt_value_text(bt_rows_get(rows, 1));
    identity->minted = bt_value_time(bt_rows_get(rows, 2));
    (void) snprintf(identity->authority, sizeof(identity->authority), "%.*s",
                    (int) authority.len, authority.data);
    (void) snprintf(identity->store, sizeof(identity->store), "%.*s",
                    (int) store.len, store.data);

    return true;
}


static int
read_identity(bt_atom_page *page)
{
    bool             known;
    bt_rows         *rows;
    bt_store_status  status;

    status = bt_store_run(page->reply->store, "SELECT authority, store_id,"
                          " minted FROM store_identity WHERE id = 1", NULL, 0,
                          &rows, NULL);

    if (status != BT_STORE_OK) {
        return bt_reply_store(page->reply, status);
    }

    known = take_identity(&page->identity, rows);
    bt_rows_close(rows);

    return known ? 200 : bt_reply_not_ready(page->reply, "the record store has"
                                            " no identity for ids of feeds",
                                            "backup-tasks-ctl migrate");
}


/* ": status=FAILED, cluster=pay" */
static void
add_filters(bt_buf *out, char *text)
{
    long         len;
    char        *pair, *rest;
    const char  *separator = ": ";

    for (pair = strtok_r(text, "&", &rest); pair != NULL;
         pair = strtok_r(NULL, "&", &rest))
    {
        len = bt_percent_decode(pair, bt_str_of(pair), true);

        if (len > 0) {
            bt_buf_addz(out, separator);
            bt_buf_add(out, pair, (size_t) len);
            separator = ", ";
        }
    }
}


/* The filters are part of what the feed is: its id and its title have them. */
static void
write_name(const bt_atom_page *page)
{
    char               query[BT_HREF_MAX], data[BT_HREF_MAX];
    bt_buf             filters, out;
    bt_xml            *xml = page->reply->xml;
    const bt_request  *request = page->reply->request;

    bt_buf_init(&filters, query, sizeof(query));
    bt_query_format(&filters, &request->query, &request->route, HOW_TO_SHOW);

    bt_buf_init(&out, data, sizeof(data));
    bt_atom_tag(&out, &page->identity);
    bt_buf_addz(&out, "feed/");
    bt_buf_addz(&out, bt_view_name(request->route.view));

    if (request->route.id > 0) {
        bt_buf_addc(&out, '/');
        bt_buf_addi(&out, request->route.id);
    }

    bt_buf_addz(&out, filters.len > 0 ? "?" : "");
    bt_buf_add(&out, query, filters.len);
    bt_xml_leaf(xml, "id", (bt_str) { data, out.len });

    bt_buf_init(&out, data, sizeof(data));
    bt_buf_addz(&out, page->source->title);
    add_filters(&out, query);
    bt_xml_leaf(xml, "title", (bt_str) { data, out.len });
}


static void
write_icon(const bt_reply *reply)
{
    char    data[BT_HREF_MAX];
    bt_buf  icon;

    bt_buf_init(&icon, data, sizeof(data));
    bt_buf_addz(&icon, reply->request->base);
    bt_buf_addz(&icon, "static/icon.svg");

    if (!icon.full) {
        bt_xml_leaf(reply->xml, "icon", (bt_str) { data, icon.len });
    }
}


/* A feed whose entries name no author must have one. */
static void
write_about(const bt_reply *reply)
{
    bt_xml  *xml = reply->xml;

    bt_xml_open(xml, "author");
    bt_xml_leaf(xml, "name", BT_STR("nginx-backup-tasks"));
    bt_xml_close(xml);

    bt_xml_open(xml, "generator");
    bt_xml_attr(xml, "version", BT_STR(BT_VERSION));
    bt_xml_text(xml, BT_STR("nginx-backup-tasks"));
    bt_xml_close(xml);

    write_icon(reply);
}


/* The page above begins where this one does; one without entries stands just
 * at its cursor, whose own entry belongs to the other side. */
static void
write_previous(const bt_atom_page *page)
{
    int64_t          number, id;
    const bt_query  *query = &page->reply->request->query;

    if (!page->more_above) {
        return;
    }

    if (page->first.given) {
        number = page->first.number;
        id = page->first.id;

    } else {
        number = query->position_id > 1 ? query->position_at
                                        : query->position_at - 1;
        id = query->position_id > 1 ? query->position_id - 1 : BT_ID_MAX;
    }

    bt_document_page_link(page->reply, "prev", "before", number, id);
}


static void
write_next(const bt_atom_page *page)
{
    int64_t          number, id;
    const bt_query  *query = &page->reply->request->query;

    if (!page->more_below) {
        return;
    }

    if (page->last.given) {
        number = page->last.number;
        id = page->last.id;

    } else {
        number = query->position_id < BT_ID_MAX ? query->position_at
                                                : query->position_at + 1;
        id = query->position_id < BT_ID_MAX ? query->position_id + 1 : 1;
    }

    bt_document_page_link(page->reply, "next", "after", number, id);
}


static void
write_links(const bt_atom_page *page)
{
    bt_reply  *reply = page->reply;

    bt_document_links(reply);
    bt_document_link(reply, "first",
                     bt_document_href(reply, &reply->request->route,
                                      &reply->request->query, NULL, NULL));
    write_previous(page);
    write_next(page);
}


/* Where links are absolute paths, they are those of the public address. */
static void
open_feed(const bt_reply *reply)
{
    bt_xml  *xml = reply->xml;

    bt_xml_foreign(xml);
    bt_xml_open(xml, "feed");
    bt_xml_attr(xml, "xmlns", BT_STR(ATOM_NAMESPACE));
    bt_xml_attr(xml, "xmlns:b", BT_STR(BT_NAMESPACE));
    bt_xml_attr(xml, "xml:lang", BT_STR("en"));

    if (*reply->request->origin != '\0') {
        bt_xml_attr(xml, "xml:base", bt_str_of(reply->request->origin));
    }
}


static bt_store_status
write_entries(const bt_atom_page *page)
{
    int              more;
    bt_rows         *rows;
    bt_store_status  status;

    if (page->count == 0) {
        return BT_STORE_OK;
    }

    status = bt_atom_read(page, &rows);

    if (status != BT_STORE_OK) {
        return status;
    }

    while ((more = bt_rows_next(rows)) > 0) {
        bt_atom_entry_write(page, rows);
    }

    bt_rows_close(rows);

    return more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


/* A feed that has no entry is as old as the ids. */
static bt_store_status
write_feed(bt_atom_page *page)
{
    bt_store_status  status;
    bt_reply        *reply = page->reply;

    status = bt_atom_find(page);

    if (status != BT_STORE_OK) {
        return status;
    }

    open_feed(reply);
    write_name(page);
    bt_xml_time(reply->xml, NULL, "updated",
                page->newest != BT_USEC_NONE ? page->newest
                                             : page->identity.minted);
    write_about(reply);
    write_links(page);
    status = write_entries(page);
    bt_xml_close(reply->xml);

    return status;
}


int
bt_atom_view(bt_reply *reply)
{
    int           status;
    bt_atom_page  page = { .reply = reply };

    page.source = bt_atom_source_of(reply->request->route.view);
    status = read_identity(&page);

    return status == 200 ? bt_reply_store(reply, write_feed(&page)) : status;
}
