/* bt_pool.c: memory that lives as long as one request. */

#include "common/bt_pool.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE  (32 * 1024)


typedef struct block  block;

struct block {
    block               *next;
    size_t               used;
    size_t               size;
    alignas(max_align_t) char  data[];
};


struct bt_pool {
    block  *blocks;
};


bt_pool *
bt_pool_new(void)
{
    return calloc(1, sizeof(bt_pool));
}


void
bt_pool_reset(bt_pool *pool)
{
    block  *next, *b;

    for (b = pool->blocks; b != NULL; b = next) {
        next = b->next;
        free(b);
    }

    pool->blocks = NULL;
}


void
bt_pool_free(bt_pool *pool)
{
    if (pool == NULL) {
        return;
    }

    bt_pool_reset(pool);
    free(pool);
}


static block *
add_block(bt_pool *pool, size_t size)
{
    block  *b;

    if (size < BLOCK_SIZE) {
        size = BLOCK_SIZE;
    }

    b = calloc(1, sizeof(block) + size);

    if (b == NULL) {
        return NULL;
    }

    b->size = size;
    b->next = pool->blocks;
    pool->blocks = b;

    return b;
}


void *
bt_pool_alloc(bt_pool *pool, size_t size)
{
    void   *data;
    block  *b;

    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    b = pool->blocks;

    if (b == NULL || b->size - b->used < size) {
        b = add_block(pool, size);

        if (b == NULL) {
            return NULL;
        }
    }

    data = b->data + b->used;
    b->used += size;

    return data;
}


char *
bt_pool_copy(bt_pool *pool, bt_str text)
{
    char  *copy;

    copy = bt_pool_alloc(pool, text.len + 1);

    if (copy != NULL && text.len > 0) {
        memcpy(copy, text.data, text.len);
    }

    return copy;
}
