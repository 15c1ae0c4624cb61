/* ready.h: whether the record store can be worked with. */

#ifndef BT_READY_H
#define BT_READY_H

#include "store/bt_store.h"

/* What the store is to this worker; texts live until its next call. */
typedef struct {
    bool          answers;
    bt_store_lack lack;           /* of what reading needs */
    bool          told;           /* the schema's number could be read */
    int64_t       schema;         /* then: the store's, 0: none */
    const char   *error;          /* "" where nothing failed */
} bt_ready;

/* The schema that this worker was made for. */
int64_t bt_ready_schema(void);

/* Looks whether the store answers, has every table that the worker reads, lets
 * its account read them, and has been migrated.  True: documents can be
 * made. */
bool    bt_ready_check(bt_store *store, bt_ready *ready);

/* Whether the account may write what acts write; nothing is changed.  Else
 * bt_store_error() says what is missing. */
bool    bt_ready_writes(bt_store *store);

#endif
