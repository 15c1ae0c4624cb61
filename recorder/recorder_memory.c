/* recorder_memory.c: lists, arenas and values of the recorder. */

#include "recorder_internal.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE  ((size_t) 64 * 1024)
/* What a DATETIME holds: the years 1000 to 9999. */
#define TIME_MIN    (INT64_C(-30610224000) * BT_SECOND)
#define TIME_MAX    (INT64_C(253402300800) * BT_SECOND - 1)

struct rec_block {
    rec_block *next;
    size_t     used;
    size_t     room;
    char       data[];
};

void *
rec_add(bt_recorder *recorder, rec_list *list)
{
    char *item;

    if (list->count == list->room) {
        size_t room = list->room > 0 ? 2 * list->room : 64;
        void  *grown = realloc(list->data, room * list->size);

        if (grown == NULL) {
            recorder->no_memory = true;
            return NULL;
        }
        list->data = grown;
        list->room = room;
    }
    item = (char *) list->data + list->count * list->size;
    memset(item, 0, list->size);
    list->count++;
    return item;
}

void *
rec_at(const rec_list *list, size_t index)
{
    return (char *) list->data + index * list->size;
}

void
rec_list_free(rec_list *list)
{
    free(list->data);
    list->data = NULL;
    list->count = 0;
    list->room = 0;
}

static rec_block *
new_block(size_t size)
{
    size_t     room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    rec_block *block = malloc(sizeof(*block) + room);

    if (block != NULL) {
        block->next = NULL;
        block->used = 0;
        block->room = room;
    }
    return block;
}

void *
rec_alloc(bt_recorder *recorder, rec_arena *arena, size_t size)
{
    rec_block *block = arena->first;
    void      *memory;

    size = (size + 15) & ~(size_t) 15;
    if (block == NULL || block->room - block->used < size) {
        block = new_block(size);
        if (block == NULL) {
            recorder->no_memory = true;
            return NULL;
        }
        block->next = arena->first;
        arena->first = block;
    }
    memory = block->data + block->used;
    block->used += size;
    return memory;
}

void
rec_arena_free(rec_arena *arena)
{
    while (arena->first != NULL) {
        rec_block *next = arena->first->next;

        free(arena->first);
        arena->first = next;
    }
}

bt_str
rec_copy(bt_recorder *recorder, rec_arena *arena, bt_str text)
{
    char *copy;

    if (text.len == 0) {
        return (bt_str) { "", 0 };
    }
    copy = rec_alloc(recorder, arena, text.len);
    if (copy == NULL) {
        return (bt_str) { "", 0 };
    }
    memcpy(copy, text.data, text.len);
    return (bt_str) { copy, text.len };
}

bt_value
rec_text_value(bt_recorder *recorder, bt_str text, size_t chars)
{
    static const char replacement[3] = { '\xef', '\xbf', '\xbd' };
    char   *copy;
    size_t  used = 0;
    size_t  at = 0;

    if (text.len == 0) {
        return bt_null();
    }
    copy = rec_alloc(recorder, &recorder->arena, text.len * 3);
    if (copy == NULL) {
        return bt_null();
    }
    for (size_t n = 0; at < text.len && n < chars; n++) {
        size_t step = bt_utf8_step(text.data + at, text.len - at);

        if (step == 0) {
            memcpy(copy + used, replacement, 3);
            used += 3;
            at++;
            continue;
        }
        memcpy(copy + used, text.data + at, step);
        used += step;
        at += step;
    }
    return bt_text(((bt_str) { copy, used }));
}

bt_value
rec_number_value(int64_t number)
{
    return number == BT_UNKNOWN ? bt_null() : bt_int(number);
}

bt_value
rec_time_value(bt_usec at)
{
    return at < TIME_MIN || at > TIME_MAX ? bt_null() : bt_time(at);
}

bool
rec_equal(const bt_value *a, const bt_value *b)
{
    if (a->type != b->type) {
        return false;
    }
    return a->type == BT_VALUE_TEXT ? bt_str_eq(a->text, b->text)
                                    : a->number == b->number;
}

bt_str
rec_text_of(const bt_value *value)
{
    return value->type == BT_VALUE_TEXT ? value->text : (bt_str) { "", 0 };
}

bt_usec
rec_time_of(const bt_value *value)
{
    return value->type == BT_VALUE_TIME ? value->number : BT_UNKNOWN;
}
