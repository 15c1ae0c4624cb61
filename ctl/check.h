/* check.h: what the files of the command "check" share. */

#ifndef CHECK_H
#define CHECK_H

#include "ctl.h"

/* What is kept twice or must hold.  sql returns one row for each thing that is
 * wrong: a text, then the values of `fix`, the last of them an id.  todo: what
 * to do about it; NULL: --repair does it, by the statement fix, and by `touch`
 * with a change number and the id where feeds shall see the record again. */
typedef struct {
    const char *what;
    const char *todo;
    const char *sql;
    const char *fix;
    const char *touch;
} check_rule;

/* What was found so far; with repair nothing is printed, but put right. */
typedef struct {
    ctl_context *ctl;
    bool         repair;
    int64_t      all;
    int64_t      of_kind;
    int64_t      number;            /* the change number; 0: not taken */
    int64_t      cells;             /* hourly counts that were put right */
    int64_t      values;            /* and other values */
} check_run;

/* Prints a finding, the first ones of a kind whole. */
void check_found(check_run *run, const char *what, bt_str text);
/* Ends a kind of finding with what to do; NULL: --repair does it. */
void check_kind_done(check_run *run, const char *todo);

/* All of these: false when the store failed. */

/* Compares hourly_counts with the rows, or makes them equal. */
bool check_counts(check_run *run);
/* Goes through the rules; with repair only through those with a fix. */
bool check_rules(check_run *run);
/* Follows the chain of hashes through audit_events. */
bool check_audit(check_run *run);

#endif
