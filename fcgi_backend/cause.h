/* cause.h: what error codes mean and what helps, in English and Chinese. */

#ifndef BT_CAUSE_H
#define BT_CAUSE_H

typedef struct {
    const char *code;           /* as in records: "-9040", "CANCELED" */
    const char *meaning[2];     /* English, Chinese */
    const char *remedy[2];
} bt_cause;

/* The entry of a code; a missing minus sign does not matter, because OceanBase
 * prints it with and without.  NULL: not in the catalogue. */
const bt_cause *bt_cause_find(const char *code);

#endif
