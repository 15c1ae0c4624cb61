/* ob_list.h: growing arrays for what an adapter remembers and reads. */

#ifndef BT_OB_LIST_H
#define BT_OB_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Items of one size; zeroed when added. */
typedef struct {
    char  *data;
    size_t size;
    size_t count;
    size_t room;
} ob_list;

/* NULL: no memory. */
void *ob_list_add(ob_list *list, size_t size);
void *ob_list_at(const ob_list *list, size_t index);
void  ob_list_remove(ob_list *list, size_t index);
void  ob_list_clear(ob_list *list);
/* Gives the memory back. */
void  ob_list_free(ob_list *list);

/* Lists whose items begin with two int64_t, tenant and id: sorts by them, and
 * finds one (NULL: it is not there) in a sorted list. */
void  ob_list_sort(ob_list *list);
void *ob_list_find(const ob_list *list, int64_t tenant, int64_t id);

/* Lists of int64_t.  add: once each; false: no memory. */
bool  ob_ids_has(const ob_list *list, int64_t id);
bool  ob_ids_add(ob_list *list, int64_t id);
void  ob_ids_remove(ob_list *list, int64_t id);
/* Forgets all but the `keep` that were added last. */
void  ob_ids_trim(ob_list *list, size_t keep);

#endif
