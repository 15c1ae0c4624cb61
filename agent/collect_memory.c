/* collect_memory.c: a hash for each record that was written. */

#include "agent/collect_memory.h"

#include <stdlib.h>

#define ROOM_FIRST  32
#define TRIM_FROM   128             /* smaller tables stay as they are */
#define LOOKS_KEPT  2

/* The last step of splitmix64 mixes, FNV's factor moves on. */
static uint64_t
mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

uint64_t
bt_hash_number(uint64_t hash, int64_t number)
{
    return mix(hash * UINT64_C(1099511628211) + (uint64_t) number);
}

uint64_t
bt_hash_text(uint64_t hash, bt_str text)
{
    uint64_t sum = hash;

    for (size_t i = 0; i < text.len; i++) {
        sum = (sum ^ (unsigned char) text.data[i])
              * UINT64_C(1099511628211);
    }
    return bt_hash_number(sum, (int64_t) text.len);
}

/* The key's place, or the free one where it would be. */
static bt_memory_entry *
find(const bt_memory *memory, uint64_t key)
{
    size_t mask = memory->room - 1;
    size_t at = (size_t) key & mask;

    while (memory->entries[at].key != 0 && memory->entries[at].key != key) {
        at = (at + 1) & mask;
    }
    return &memory->entries[at];
}

bool
bt_memory_same(bt_memory *memory, uint64_t key, uint64_t content,
               unsigned look)
{
    bt_memory_entry *entry;

    if (memory->room == 0) {
        return false;
    }
    entry = find(memory, key);
    if (entry->key == 0 || entry->content != content) {
        return false;
    }
    entry->seen = look;
    return true;
}

/* A table of the room, with what was seen at `from` or later. */
static bool
rebuild(bt_memory *memory, size_t room, unsigned from)
{
    bt_memory new = { calloc(room, sizeof(bt_memory_entry)), 0, room };

    if (new.entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < memory->room; i++) {
        const bt_memory_entry *entry = &memory->entries[i];

        if (entry->key != 0 && entry->seen >= from) {
            *find(&new, entry->key) = *entry;
            new.count++;
        }
    }
    free(memory->entries);
    *memory = new;
    return true;
}

bool
bt_memory_put(bt_memory *memory, uint64_t key, uint64_t content,
              unsigned look)
{
    bt_memory_entry *entry;

    if (2 * (memory->count + 1) > memory->room
        && !rebuild(memory, memory->room > 0 ? 2 * memory->room : ROOM_FIRST,
                    0))
    {
        return false;
    }
    entry = find(memory, key);
    memory->count += entry->key == 0;
    *entry = (bt_memory_entry) { key, content, look };
    return true;
}

void
bt_memory_trim(bt_memory *memory, unsigned look)
{
    unsigned from = look >= LOOKS_KEPT ? look - LOOKS_KEPT : 0;
    size_t   recent = 0;
    size_t   room = ROOM_FIRST;

    if (memory->count < TRIM_FROM) {
        return;
    }
    for (size_t i = 0; i < memory->room; i++) {
        recent += memory->entries[i].key != 0
                  && memory->entries[i].seen >= from;
    }
    if (2 * recent > memory->count) {
        return;
    }
    while (room < 2 * (recent + 1)) {
        room *= 2;
    }
    (void) rebuild(memory, room, from);
}

void
bt_memory_free(bt_memory *memory)
{
    free(memory->entries);
    *memory = (bt_memory) { NULL, 0, 0 };
}
