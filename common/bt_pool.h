/* bt_pool.h: memory that lives as long as one request. */

#ifndef BT_POOL_H
#define BT_POOL_H

#include "common/bt_text.h"

typedef struct bt_pool bt_pool;

/* An empty pool; NULL without memory. */
bt_pool *bt_pool_new(void);
/* Gives everything back but the pool itself. */
void     bt_pool_reset(bt_pool *pool);
void     bt_pool_free(bt_pool *pool);

/* Zeroed memory, aligned for any type; NULL without memory. */
void    *bt_pool_alloc(bt_pool *pool, size_t size);
/* A NUL-terminated copy; NULL without memory. */
char    *bt_pool_copy(bt_pool *pool, bt_str text);

#endif
