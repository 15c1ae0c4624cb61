/* atom_entry.c: one change of state, act or event as an entry of a feed. */

#include "fcgi_backend/atom_internal.h"

#include <string.h>

#include "fcgi_backend/document.h"

#define SENTENCE_MAX  4096        /* two names, a word and some more */
#define AUDIT         "audit"


/* Columns of bt_atom_read(). */
enum {
    COLUMN_NUMBER, COLUMN_ID, COLUMN_AT, COLUMN_KIND, COLUMN_OLD, COLUMN_NEW,
    COLUMN_CLUSTER_ID, COLUMN_CLUSTER, COLUMN_TENANT_ID, COLUMN_TENANT,
    COLUMN_WORD, COLUMN_PRESENT, COLUMN_CODE, COLUMN_STAGE, COLUMN_TEXT,
    COLUMN_USER, COLUMN_TARGET_KIND, COLUMN_TARGET, COLUMN_COMMAND
};


typedef struct {
    const bt_atom_page *page;
    bt_rows            *rows;
    bt_xml             *xml;
} entry;


/* What a record is called in a sentence; word "": whatever it is. */
static const struct {
    const char *kind;
    const char *word;
    const char *text;
} phrases[] = {
    { "data", "FULL", "full data backup" },
    { "data", "INCREMENTAL", "incremental data backup" },
    { "data", "", "data backup" },
    { "log", "", "log backup" },
    { "cleanup", "", "cleanup" },
    { "second", "DATA", "second backup of data" },
    { "second", "LOG", "second backup of logs" },
    { "second", "", "second backup" },
};


/* The page of a record; the words of `changes` and of acts. */
static const struct {
    const char *kind;
    bt_view_e   view;
    bt_view_e   list;
} pages[] = {
    { "data", BT_VIEW_DATA_TASK, BT_VIEW_DATA },
    { "log", BT_VIEW_LOG_BACKUP, BT_VIEW_LOG },
    { "cleanup", BT_VIEW_CLEANUP_TASK, BT_VIEW_CLEANUP },
    { "second", BT_VIEW_SECOND_BACKUP, BT_VIEW_SECOND },
    { "clusters", BT_VIEW_CLUSTER, BT_VIEW_CLUSTERS },
    { "command", BT_VIEW_COMMAND, BT_VIEW_COMMANDS },
    { "commands", BT_VIEW_COMMAND, BT_VIEW_COMMANDS }
};


static bt_str
text_of(const entry *e, size_t column)
{
    return bt_value_text(bt_rows_get(e->rows, column));
}


static bool
has(const entry *e, size_t column)
{
    bt_value  value = bt_rows_get(e->rows, column);

    return value.type == BT_VALUE_INT || bt_value_text(value).len > 0;
}


static bool
is_kind(const entry *e, const char *kind)
{
    return bt_str_eqz(text_of(e, COLUMN_KIND), kind);
}


static void
add_text(bt_buf *out, bt_str text)
{
    bt_buf_add(out, text.data, text.len);
}


static void
add_column(bt_buf *out, const char *before, const entry *e, size_t column)
{
    if (has(e, column)) {
        bt_buf_addz(out, before);
        add_text(out, text_of(e, column));
    }
}


/* "full data backup", or the kind itself. */
static void
add_phrase(bt_buf *out, bt_str kind, bt_str word)
{
    size_t  i;

    for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {

        if (bt_str_eqz(kind, phrases[i].kind)
            && (phrases[i].word[0] == '\0'
                || bt_str_eqz(word, phrases[i].word)))
        {
            bt_buf_addz(out, phrases[i].text);
            return;
        }
    }

    add_text(out, kind);
}


/* "stop of log backup"; of a whole cluster or tenant the act alone. */
static void
add_act(bt_buf *out, const entry *e)
{
    bt_str  kind = text_of(e, COLUMN_TARGET_KIND);

    add_text(out, text_of(e, COLUMN_WORD));

    if (kind.len > 0 && !bt_str_eqz(kind, "clusters")) {
        bt_buf_addz(out, " of ");
        add_phrase(out, bt_str_eqz(kind, "commands") ? BT_STR("command")
                                                     : kind, BT_STR(""));
    }
}


/* " of pay-core-02/acct"; a cluster that has gone is its number. */
static void
add_place(bt_buf *out, const entry *e)
{
    if (has(e, COLUMN_CLUSTER)) {
        add_column(out, " of ", e, COLUMN_CLUSTER);

    } else if (has(e, COLUMN_CLUSTER_ID)) {
        bt_buf_addz(out, " of cluster ");
        bt_buf_addi(out, bt_rows_get(e->rows, COLUMN_CLUSTER_ID).number);
    }

    add_column(out, "/", e, COLUMN_TENANT);
}


/* Change numbers are not given again, not in a store that was put back from a
 * backup either; the ids of events may be, but with another time. */
static void
write_id(const entry *e)
{
    char    data[512];
    bt_buf  id;

    bt_buf_init(&id, data, sizeof(data));
    bt_atom_tag(&id, &e->page->identity);
    add_text(&id, text_of(e, COLUMN_KIND));
    bt_buf_addc(&id, '/');
    bt_buf_addi(&id, bt_rows_get(e->rows, COLUMN_ID).number);

    bt_buf_addc(&id, '/');
    bt_buf_addi(&id, bt_rows_get(e->rows, is_kind(e, AUDIT)
                                          ? COLUMN_AT : COLUMN_NUMBER).number);
    bt_xml_leaf(e->xml, "id", (bt_str) { data, id.len });
}


static void
write_title(const entry *e)
{
    char    data[SENTENCE_MAX];
    bt_buf  title;

    bt_buf_init(&title, data, sizeof(data));
    add_text(&title, text_of(e, COLUMN_NEW));
    bt_buf_addz(&title, ": ");

    if (is_kind(e, "command") || is_kind(e, AUDIT)) {
        add_act(&title, e);

    } else {
        add_phrase(&title, text_of(e, COLUMN_KIND), text_of(e, COLUMN_WORD));
    }

    add_place(&title, e);
    add_column(&title, " by ", e, COLUMN_USER);
    bt_xml_leaf(e->xml, "title", (bt_str) { data, title.len });
}


static void
write_author(const entry *e)
{
    if (has(e, COLUMN_USER)) {
        bt_xml_open(e->xml, "author");
        bt_xml_leaf(e->xml, "name", text_of(e, COLUMN_USER));
        bt_xml_close(e->xml);
    }
}


static void
write_category(const entry *e)
{
    bt_xml_open(e->xml, "category");
    bt_xml_attr(e->xml, "term", text_of(e, COLUMN_NEW));
    bt_xml_close(e->xml);
}


static void
set_page(bt_route *route, bt_str kind, int64_t id)
{
    size_t  i;

    for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (bt_str_eqz(kind, pages[i].kind)) {
            route->view = pages[i].view;
            route->kind = pages[i].list;
            route->id = id;
        }
    }
}


/* The page about the entry: its record's, an event's command or target; where
 * there is none any more, that of the cluster. */
static bt_route
find_page(const entry *e)
{
    bt_route  route = { .view = BT_VIEW_AUDIT, .format = BT_FORMAT_HTML };

    if (!is_kind(e, AUDIT)) {
        set_page(&route, BT_STR("clusters"),
                 bt_rows_get(e->rows, COLUMN_CLUSTER_ID).number);

        if (has(e, COLUMN_PRESENT)) {
            set_page(&route, text_of(e, COLUMN_KIND),
                     bt_rows_get(e->rows, COLUMN_ID).number);
        }

    } else if (has(e, COLUMN_COMMAND)) {
        set_page(&route, BT_STR("command"),
                 bt_rows_get(e->rows, COLUMN_COMMAND).number);

    } else if (has(e, COLUMN_TARGET)) {
        set_page(&route, text_of(e, COLUMN_TARGET_KIND),
                 bt_rows_get(e->rows, COLUMN_TARGET).number);
    }

    return route;
}


static void
write_links(const entry *e)
{
    bt_route  route = find_page(e);

    bt_document_reference(e->page->reply, "alternate", &route);
    route.format = BT_FORMAT_XML;
    bt_document_reference(e->page->reply, "related", &route);
}


/* "IN_PROGRESS became FAILED." */
static void
add_transition(bt_buf *out, const entry *e)
{
    if (has(e, COLUMN_OLD)) {
        add_text(out, text_of(e, COLUMN_OLD));
        bt_buf_addz(out, " became ");

    } else {
        bt_buf_addz(out, "First seen as ");
    }

    add_text(out, text_of(e, COLUMN_NEW));
    bt_buf_addc(out, '.');
}


/* What came before, the cause's code and stage, and the text of the cluster or
 * agent, whole. */
static void
write_summary(const entry *e)
{
    char    data[SENTENCE_MAX];
    bt_str  text = text_of(e, COLUMN_TEXT);
    bt_buf  begin;

    bt_buf_init(&begin, data, sizeof(data));

    if (!is_kind(e, AUDIT)) {
        add_transition(&begin, e);
    }

    add_column(&begin, " Cause ", e, COLUMN_CODE);
    add_column(&begin, " in ", e, COLUMN_STAGE);

    if (has(e, COLUMN_CODE) || has(e, COLUMN_STAGE)) {
        bt_buf_addz(&begin, text.len > 0 ? ":" : ".");
    }

    if (begin.len > 0 && text.len > 0) {
        bt_buf_addc(&begin, ' ');
    }

    if (begin.len > 0 || text.len > 0) {
        bt_xml_open(e->xml, "summary");
        bt_xml_text(e->xml, (bt_str) { data, begin.len });
        bt_xml_text(e->xml, text);
        bt_xml_close(e->xml);
    }
}


/* For programs: simple elements without attributes (RFC 4287, 6.4.1), which
 * every library hands over. */
static void
write_fields(const entry *e)
{
    static const struct {
        const char *element;
        int         column;
    } fields[] = {
        { "b:kind", COLUMN_KIND },
        { "b:id", COLUMN_ID },
        { "b:cluster-id", COLUMN_CLUSTER_ID },
        { "b:cluster", COLUMN_CLUSTER },
        { "b:tenant-id", COLUMN_TENANT_ID },
        { "b:tenant", COLUMN_TENANT },
        { "b:old-status", COLUMN_OLD },
        { "b:status", COLUMN_NEW },
        { "b:cause-code", COLUMN_CODE },
    };
    size_t    i;
    bt_value  value;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        value = bt_rows_get(e->rows, (size_t) fields[i].column);

        if (value.type == BT_VALUE_INT) {
            bt_xml_leaf_int(e->xml, fields[i].element, value.number);

        } else if (bt_value_text(value).len > 0) {
            bt_xml_leaf(e->xml, fields[i].element, bt_value_text(value));
        }
    }
}


void
bt_atom_entry_write(const bt_atom_page *page, bt_rows *rows)
{
    bt_usec  at;
    entry    e = { page, rows, page->reply->xml };

    at = bt_value_time(bt_rows_get(rows, COLUMN_AT));

    bt_xml_open(e.xml, "entry");
    write_id(&e);
    write_title(&e);
    bt_xml_time(e.xml, NULL, "updated", at);
    bt_xml_time(e.xml, NULL, "published", at);
    write_author(&e);
    write_category(&e);
    write_links(&e);
    write_summary(&e);
    write_fields(&e);
    bt_xml_close(e.xml);
}
