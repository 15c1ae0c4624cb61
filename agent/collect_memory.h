/* collect_memory.h: a hash for each record that was written; internal to collect.c. */

#ifndef BT_COLLECT_MEMORY_H
#define BT_COLLECT_MEMORY_H

#include "common/bt_time.h"

typedef struct {
    uint64_t key;                   /* 0: free */
    uint64_t content;
    unsigned seen;                  /* number of the look */
} bt_memory_entry;

/* An open hash table; its room is a power of two. */
typedef struct {
    bt_memory_entry *entries;
    size_t           count;
    size_t           room;
} bt_memory;

/* Hashes are built a value at a time, from BT_HASH_START on. */
#define BT_HASH_START  UINT64_C(14695981039346656037)

uint64_t bt_hash_number(uint64_t hash, int64_t number);
uint64_t bt_hash_text(uint64_t hash, bt_str text);

/* True when the same content is remembered under the key; it counts as seen at
 * this look. */
bool     bt_memory_same(bt_memory *memory, uint64_t key, uint64_t content,
                        unsigned look);
/* False: no memory; the record will be compared with the store once more. */
bool     bt_memory_put(bt_memory *memory, uint64_t key, uint64_t content,
                       unsigned look);
/* Gives up what was not seen lately, where that is most of it. */
void     bt_memory_trim(bt_memory *memory, unsigned look);
void     bt_memory_free(bt_memory *memory);

#endif
