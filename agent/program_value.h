/* program_value.h: values of a printed document, and the memory that they live in. */

#ifndef BT_PROGRAM_VALUE_H
#define BT_PROGRAM_VALUE_H

#include "agent/program.h"

#include <mxml.h>

/* name, number: the record that is being read, for complaints. */
typedef struct {
    bt_program_document *document;
    mxml_node_t         *root;
    bt_usec              clock;
    const char          *name;
    size_t               number;
    char                *why;
    size_t               size;
    bool                 failed;
} program_reader;

/* The first complaint stays. */
void program_complain(program_reader *reader, const char *form, ...)
    __attribute__((format(printf, 2, 3)));

/* Memory of the document, zeroed; NULL: there is none, and that is said. */
void *program_room(program_reader *reader, size_t size);

/* A copy of the text in which each character that XML 1.0 forbids, and each
 * malformed byte, is U+FFFD: one odd name costs no document. */
char *program_clean(program_reader *reader, bt_str text);
/* A node with the tree of a text below it, to be deleted; what is not
 * well-formed is complained of. */
mxml_node_t *program_load(program_reader *reader, const char *text);

bool         program_is_element(mxml_node_t *node);
bool         program_is(mxml_node_t *node, const char *name);
mxml_node_t *program_child(mxml_node_t *node, const char *name);
size_t       program_count(mxml_node_t *list, const char *name);
/* One piece of an element's text; NULL: the node is none. */
const char  *program_piece(mxml_node_t *node);

/* Of the node's first child with that name.  text: as it stands.  word:
 * without blanks around it.  path: without a user, a password and a query.
 * Absent or empty: an empty text, `usual`, or BT_UNKNOWN. */
bt_str  program_text(program_reader *reader, mxml_node_t *node,
                     const char *name);
bt_str  program_word(program_reader *reader, mxml_node_t *node,
                     const char *name);
bt_str  program_path(program_reader *reader, mxml_node_t *node,
                     const char *name);
int64_t program_number(program_reader *reader, mxml_node_t *node,
                       const char *name, int64_t usual);
int64_t program_percent(program_reader *reader, mxml_node_t *node,
                        const char *name);
bt_usec program_time(program_reader *reader, mxml_node_t *node,
                     const char *name);

/* The same of attributes. */
int64_t program_attribute(program_reader *reader, mxml_node_t *node,
                          const char *name, int64_t usual);
bt_usec program_attribute_time(program_reader *reader, mxml_node_t *node,
                               const char *name);

#endif
