/* ob_states.h: from every state that any OceanBase version names to the code of the page. */

#ifndef BT_OB_STATES_H
#define BT_OB_STATES_H

#include "common/bt_view.h"

/* Families of versions that name states in their own way, as bits. */
#define OB_V2  0x1u                 /* 2.2.7x and 3.x */
#define OB_V4  0x2u                 /* 4.0 and later */

/* The code (contract, section 4) of the raw state of a record of `view`: data,
 * log, cleanup or second.  An unknown stage of a data backup that begins with
 * BACKUP_, BEFORE_ or PREPARE_ is IN_PROGRESS; any other unknown word, and
 * none, is UNKNOWN.  Never NULL. */
const char *ob_state_code(bt_view_e view, unsigned family, bt_str raw);

/* True when the code is one at which a task has ended. */
bool        ob_state_ended(const char *code);

/* The states of an archive round, for decisions. */
typedef enum {
    OB_ROUND_NONE,
    OB_ROUND_PREPARE,
    OB_ROUND_BEGINNING,
    OB_ROUND_DOING,
    OB_ROUND_INTERRUPTED,
    OB_ROUND_STOPPING,
    OB_ROUND_STOP,
    OB_ROUND_SUSPENDING,
    OB_ROUND_SUSPEND,
    OB_ROUND_OTHER                  /* a word that is not known */
} ob_round_e;

ob_round_e  ob_round_of(bt_str raw);

#endif
