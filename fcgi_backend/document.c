/* document.c: what every document has: root, query, links, times, errors. */

#include "fcgi_backend/document.h"

#include <string.h>

/* What the links of an error carry on. */
#define OFFSET_LEN  6        /* of "+08:00" */
#define HOW_TO_SHOW                                                           \
    ((1u << BT_PARAM_TZ) | (1u << BT_PARAM_LANG) | (1u << BT_PARAM_LAYOUT))


static const char *const  types[BT_FORMAT_MAX] = {
    [BT_FORMAT_HTML] = "text/html",
    [BT_FORMAT_XML] = "application/xml",
    [BT_FORMAT_CSV] = "text/csv",
    [BT_FORMAT_ATOM] = "application/atom+xml",
};


const char *
bt_document_type(bt_format_e format)
{
    return types[format];
}


void
bt_document_time_attr(bt_reply *reply, const char *name, bt_usec at)
{
    bt_xml_time_attr(reply->xml, name, at);
}


void
bt_document_time(bt_reply *reply, const char *element, bt_usec at)
{
    bt_xml_time(reply->xml, reply->zone, element, at);
}


bool
bt_document_is_xml(const bt_reply *reply)
{
    return reply->request->route.format != BT_FORMAT_CSV;
}


/* "data", "data/7", "data/7/cause", "log/7/stop" below the public base. */
static void
add_path(bt_buf *out, const bt_route *route)
{
    bt_view_e  list;

    list = route->kind != BT_VIEW_NONE ? route->kind : route->view;

    if (list == BT_VIEW_HEALTH_REPORT) {
        list = BT_VIEW_HEALTH;
    }

    bt_buf_addz(out, bt_view_name(list));

    if (route->id > 0) {
        bt_buf_addc(out, '/');
        bt_route_id_format(out, route);
    }

    switch (route->view) {

    case BT_VIEW_DATA_CAUSE:
        bt_buf_addz(out, "/cause");
        break;

    case BT_VIEW_DATA_SECOND:
        bt_buf_addz(out, "/second");
        break;

    /* "health" alone is the word that anybody may read */
    case BT_VIEW_HEALTH_REPORT:
        bt_buf_addz(out, route->format == BT_FORMAT_HTML ? "/report" : "");
        break;

    case BT_VIEW_ACTION:
        bt_buf_addc(out, '/');
        bt_buf_addz(out, bt_action_name(route->action));
        break;

    default:
        break;
    }

    if (route->format != BT_FORMAT_HTML) {
        bt_buf_addc(out, '.');
        bt_buf_addz(out, bt_format_name(route->format));
    }
}


bt_str
bt_document_href(bt_reply *reply, const bt_route *route, const bt_query *query,
    const char *parameter, const char *cursor)
{
    char    data[BT_HREF_MAX], *copy;
    bt_buf  out;
    size_t  path;

    bt_buf_init(&out, data, sizeof(data));
    bt_buf_addz(&out, reply->request->base);
    add_path(&out, route);
    bt_buf_addc(&out, '?');
    path = out.len;

    if (query != NULL) {
        bt_query_format(&out, query, route, 0);
    }

    if (parameter != NULL) {
        bt_buf_addz(&out, out.len > path ? "&" : "");
        bt_buf_addz(&out, parameter);
        bt_buf_addc(&out, '=');
        bt_percent_encode(&out, bt_str_of(cursor));
    }

    if (out.len == path) {
        out.len--;
    }

    copy = bt_pool_copy(reply->request->pool, (bt_str) { data, out.len });

    return copy != NULL ? (bt_str) { copy, out.len } : (bt_str) { NULL, 0 };
}


/* The same link as a header (RFC 8288), for readers that need not parse. */
static void
add_link_header(bt_reply *reply, const char *rel, const char *type,
    bt_str href)
{
    char    data[BT_HEADERS_MAX];
    bt_buf  value;

    bt_buf_init(&value, data, sizeof(data));
    bt_buf_addc(&value, '<');
    bt_buf_add(&value, href.data, href.len);
    bt_buf_addz(&value, ">; rel=\"");
    bt_buf_addz(&value, rel);
    bt_buf_addz(&value, "\"; type=\"");
    bt_buf_addz(&value, type);
    bt_buf_addc(&value, '"');

    if (!value.full) {
        bt_output_header(reply->output, "Link", (bt_str) { data, value.len });
    }
}


/* Feeds have a word of their own for the page before (RFC 5005). */
static void
add_link_element(bt_reply *reply, const char *rel, const char *type,
    bt_str href)
{
    bool  previous = reply->request->route.format == BT_FORMAT_ATOM
                     && strcmp(rel, "prev") == 0;

    bt_xml_open(reply->xml, "link");
    bt_xml_attr(reply->xml, "rel", bt_str_of(previous ? "previous" : rel));
    bt_xml_attr(reply->xml, "type", bt_str_of(type));
    bt_xml_attr(reply->xml, "href", href);
    bt_xml_close(reply->xml);
}


static void
add_link(bt_reply *reply, const char *rel, const char *type, bt_str href)
{
    if (strcmp(rel, "self") != 0) {
        add_link_header(reply, rel, type, href);
    }

    if (bt_document_is_xml(reply)) {
        add_link_element(reply, rel, type, href);
    }
}


void
bt_document_reference(bt_reply *reply, const char *rel, const bt_route *route)
{
    add_link_element(reply, rel, types[route->format],
                     bt_document_href(reply, route, NULL, NULL, NULL));
}


void
bt_document_link(bt_reply *reply, const char *rel, bt_str href)
{
    add_link(reply, rel, types[reply->request->route.format], href);
}


void
bt_document_page_link(bt_reply *reply, const char *rel, const char *parameter,
    bt_usec at, int64_t id)
{
    char               cursor[BT_CURSOR_MAX];
    const bt_route    *route = &reply->request->route;
    const bt_query    *query = &reply->request->query;

    bt_cursor_format(cursor, query, route, at, id);
    bt_document_link(reply, rel,
                     bt_document_href(reply, route, query, parameter, cursor));
}


static void
add_self(bt_reply *reply)
{
    const char      *parameter, *cursor;
    const bt_query  *query = &reply->request->query;

    parameter = NULL;
    cursor = NULL;

    if (query->after[0] != '\0') {
        parameter = "after";
        cursor = query->after;

    } else if (query->before[0] != '\0') {
        parameter = "before";
        cursor = query->before;

    } else if (query->delta[0] != '\0') {
        parameter = "delta";
        cursor = query->delta;
    }

    bt_document_link(reply, "self",
                     bt_document_href(reply, &reply->request->route, query,
                                      parameter, cursor));
}


static void
add_alternate(bt_reply *reply, bt_format_e format)
{
    bt_route  route = reply->request->route;

    if (bt_view_has_format(route.view, format)) {
        route.format = format;
        add_link(reply, "alternate", types[format],
                 bt_document_href(reply, &route, &reply->request->query, NULL,
                                  NULL));
    }
}


/* A page's document in the other formats that it has; a feed's page. */
static void
add_alternates(bt_reply *reply)
{
    int  format;

    switch (reply->request->route.format) {

    case BT_FORMAT_HTML:
        for (format = BT_FORMAT_XML; format < BT_FORMAT_TEXT; format++) {
            add_alternate(reply, (bt_format_e) format);
        }
        break;

    case BT_FORMAT_ATOM:
        add_alternate(reply, BT_FORMAT_HTML);
        break;

    default:
        break;
    }
}


void
bt_document_links(bt_reply *reply)
{
    add_self(reply);
    add_alternates(reply);
}


/* One element for each "name=value" of a canonical query string. */
static void
add_given(bt_reply *reply, char *text)
{
    char  *name, *value, *rest;
    long   len;

    for (name = strtok_r(text, "&", &rest); name != NULL;
         name = strtok_r(NULL, "&", &rest))
    {
        value = strchr(name, '=');

        if (value == NULL) {
            continue;
        }

        *value++ = '\0';
        len = bt_percent_decode(value, bt_str_of(value), true);

        if (len > 0) {
            bt_xml_leaf(reply->xml, name, (bt_str) { value, (size_t) len });
        }
    }
}


static void
add_size(bt_reply *reply)
{
    const bt_query  *query = &reply->request->query;

    if (!bt_view_is_list(reply->request->route.view)) {
        return;
    }

    if (query->size == BT_SIZE_ALL) {
        bt_xml_attr(reply->xml, "size", BT_STR("all"));

    } else {
        bt_xml_attr_int(reply->xml, "size", query->size);
    }
}


/* What the reader asked for, without the parameters in `omit` (bits). */
static void
add_parameters(bt_reply *reply, uint32_t omit)
{
    char    data[BT_HREF_MAX];
    bt_buf  text;

    bt_buf_init(&text, data, sizeof(data));
    bt_query_format(&text, &reply->request->query, &reply->request->route,
                    omit);
    add_given(reply, data);
}


/* The zone's offset now, so that a reader can show times without a local form,
 * too. */
static void
add_offset(bt_reply *reply)
{
    char    text[BT_TIME_MAX];
    size_t  len;

    if (reply->zone == NULL) {
        return;
    }

    len = bt_time_format_local(text, reply->request->now, reply->zone);

    if (len > OFFSET_LEN && text[len - 1] != 'Z') {
        bt_xml_attr(reply->xml, "offset",
                    (bt_str) { text + len - OFFSET_LEN, OFFSET_LEN });
    }
}


static void
add_query(bt_reply *reply)
{
    const bt_route   *route = &reply->request->route;
    const bt_query   *query = &reply->request->query;

    bt_xml_open(reply->xml, "query");
    bt_xml_attr(reply->xml, "view", bt_str_of(bt_view_name(route->view)));

    if (query->from != BT_USEC_NONE) {
        bt_xml_attr(reply->xml, "range",
                    bt_str_of(bt_range_name(query->range)));
        bt_document_time_attr(reply, "from", query->from);
        bt_document_time_attr(reply, "to", query->to);
    }

    bt_xml_attr(reply->xml, "tz", bt_str_of(query->tz));
    add_offset(reply);
    add_size(reply);
    add_parameters(reply, 0);

    bt_xml_close(reply->xml);
}


static void
open_root(bt_reply *reply, const char *root, bt_usec as_of)
{
    bt_xml_open(reply->xml, root);
    bt_xml_attr(reply->xml, "xmlns", BT_STR(BT_NAMESPACE));
    bt_xml_attr(reply->xml, "version", BT_STR(BT_FEED_VERSION));
    bt_document_time_attr(reply, "generated", reply->request->now);
    bt_document_time_attr(reply, "as-of", as_of);
}


void
bt_document_begin(bt_reply *reply, const char *root, bt_usec as_of)
{
    open_root(reply, root, as_of);

    if (*reply->request->id != '\0') {
        bt_xml_attr(reply->xml, "request-id", bt_str_of(reply->request->id));
    }

    add_query(reply);
    bt_document_links(reply);
}


void
bt_document_end(bt_reply *reply, int64_t count, bool complete)
{
    bt_xml_open(reply->xml, "page");
    bt_xml_attr_int(reply->xml, "count", count);
    bt_xml_attr(reply->xml, "complete",
                complete ? BT_STR("true") : BT_STR("false"));
    bt_xml_close(reply->xml);
    bt_xml_close(reply->xml);
}


static void
add_optional(bt_reply *reply, const char *element, const char *text)
{
    if (text != NULL && *text != '\0') {
        bt_xml_leaf(reply->xml, element, bt_str_of(text));
    }
}


void
bt_document_error(bt_reply *reply, int status)
{
    const bt_request  *request = reply->request;
    const bt_error    *error = &reply->error;

    open_root(reply, "error", BT_USEC_NONE);

    bt_xml_open(reply->xml, "query");
    bt_xml_attr(reply->xml, "view",
                bt_str_of(bt_view_name(request->route.view)));
    bt_xml_attr(reply->xml, "tz", request->query.tz[0] != '\0'
                ? bt_str_of(request->query.tz) : BT_STR("UTC"));
    add_parameters(reply, ~HOW_TO_SHOW);
    bt_xml_close(reply->xml);

    bt_xml_leaf_int(reply->xml, "status", status);
    bt_xml_leaf(reply->xml, "code", bt_str_of(error->code));
    add_optional(reply, "parameter", error->parameter);
    bt_xml_leaf(reply->xml, "text", bt_str_of(error->text));
    add_optional(reply, "present-state", error->present_state);
    add_optional(reply, "required-role", error->required_role);
    add_optional(reply, "start-again", error->start_again);

    if (reply->output->retry_after > 0) {
        bt_xml_leaf_int(reply->xml, "retry-after", reply->output->retry_after);
    }

    bt_xml_leaf(reply->xml, "request-id", bt_str_of(request->id));
    bt_xml_close(reply->xml);
}
