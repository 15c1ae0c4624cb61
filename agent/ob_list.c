/* ob_list.c: growing arrays, sorted and searched by tenant and id. */

#include "agent/ob_list.h"

#include <stdlib.h>
#include <string.h>

void *
ob_list_add(ob_list *list, size_t size)
{
    char *data;

    list->size = size;
    if (list->count == list->room) {
        size_t room = list->room < 4 ? 4 : list->room + list->room / 2;

        data = realloc(list->data, room * size);
        if (data == NULL) {
            return NULL;
        }
        list->data = data;
        list->room = room;
    }
    data = list->data + list->count++ * size;
    memset(data, 0, size);
    return data;
}

void *
ob_list_at(const ob_list *list, size_t index)
{
    return list->data + index * list->size;
}

void
ob_list_remove(ob_list *list, size_t index)
{
    list->count--;
    memmove(list->data + index * list->size,
            list->data + (index + 1) * list->size,
            (list->count - index) * list->size);
}

void
ob_list_clear(ob_list *list)
{
    list->count = 0;
}

void
ob_list_free(ob_list *list)
{
    free(list->data);
    *list = (ob_list) { .data = NULL };
}

static int
compare(const void *a, const void *b)
{
    int64_t left[2], right[2];

    memcpy(left, a, sizeof(left));
    memcpy(right, b, sizeof(right));
    if (left[0] != right[0]) {
        return left[0] < right[0] ? -1 : 1;
    }
    return (left[1] > right[1]) - (left[1] < right[1]);
}

void
ob_list_sort(ob_list *list)
{
    if (list->count > 1) {
        qsort(list->data, list->count, list->size, compare);
    }
}

void *
ob_list_find(const ob_list *list, int64_t tenant, int64_t id)
{
    int64_t key[2] = { tenant, id };

    return list->count == 0 ? NULL
           : bsearch(key, list->data, list->count, list->size, compare);
}

bool
ob_ids_has(const ob_list *list, int64_t id)
{
    for (size_t i = list->count; i-- > 0;) {
        if (*(const int64_t *) ob_list_at(list, i) == id) {
            return true;
        }
    }
    return false;
}

bool
ob_ids_add(ob_list *list, int64_t id)
{
    int64_t *place;

    if (ob_ids_has(list, id)) {
        return true;
    }
    place = ob_list_add(list, sizeof(*place));
    if (place != NULL) {
        *place = id;
    }
    return place != NULL;
}

void
ob_ids_remove(ob_list *list, int64_t id)
{
    for (size_t i = list->count; i-- > 0;) {
        if (*(const int64_t *) ob_list_at(list, i) == id) {
            ob_list_remove(list, i);
        }
    }
}

void
ob_ids_trim(ob_list *list, size_t keep)
{
    while (list->count > keep) {
        ob_list_remove(list, 0);
    }
}
