/* atom_internal.h: what the files of the Atom feeds share. */

#ifndef BT_ATOM_INTERNAL_H
#define BT_ATOM_INTERNAL_H

#include "fcgi_backend/list.h"

/* A way to the entries by the few records that a parameter leaves: their table
 * f by an index of theirs, and the condition for it (NULL: none). */
typedef struct {
    bt_param_e  param;
    const char *from;
    const char *condition;
} bt_atom_way;

/* Where the entries of a view's feed are.  list: table and index hints, the
 * order (by change number and record's id) and the columns of filters. */
typedef struct {
    bt_list     list;
    const char *title;
    const char *keys;          /* " SELECT" of number, id, at and kind */
    const char *id;            /* the second part of the order */
    const char *record;        /* join for filters of the record's columns */
    uint32_t    needs;         /* bits of the parameters that are such */
    const bt_atom_way *ways;
    size_t      way_count;
    const char *by_time;       /* index for the numbers of a window */
    const char *columns;       /* of a bt_atom_entry, from k and its joins */
    const char *joins;
} bt_atom_source;

/* By which name the store gives ids (RFC 4151), and a number of its own. */
typedef struct {
    char    authority[256];
    char    store[33];
    bt_usec minted;
} bt_atom_identity;

/* Place of an entry in its feed. */
typedef struct {
    bool    given;
    int64_t number;
    int64_t id;
} bt_atom_key;

/* One page of a feed. */
typedef struct {
    bt_reply             *reply;
    const bt_atom_source *source;
    bt_atom_identity      identity;
    bt_filter             filter;
    const bt_atom_way    *way;           /* NULL: by the changes' own index */
    const char           *index;
    int64_t               least, most;   /* numbers of the window */
    bt_atom_key           first, last;   /* of the page; both or none given */
    int64_t               count;
    bt_usec               newest;        /* time; BT_USEC_NONE: no entry */
    bool                  more_above, more_below;
} bt_atom_page;

/* The feed of a view; NULL: it has none. */
const bt_atom_source *bt_atom_source_of(bt_view_e view);

/* Finds which entries are on the page. */
bt_store_status bt_atom_find(bt_atom_page *page);

/* Reads the page's entries, newest first. */
bt_store_status bt_atom_read(const bt_atom_page *page, bt_rows **rows);

/* Writes the present one of these rows as an element. */
void bt_atom_entry_write(const bt_atom_page *page, bt_rows *rows);

/* Appends "tag:AUTHORITY,DATE:STORE/", which all ids begin with. */
void bt_atom_tag(bt_buf *out, const bt_atom_identity *identity);

#endif
