/* check.h: what the files of the command "check" share. */

#ifndef CHECK_H
#define CHECK_H

#include "ctl.h"

/* What was found so far. */
typedef struct {
    int64_t all;
    int64_t of_kind;
} check_result;

/* Prints a finding, the first ones of a kind whole. */
void check_found(check_result *result, const char *what, bt_str text);
void check_kind_done(check_result *result);

/* Compares hourly_counts with the rows; false: the store failed. */
bool check_counts(const ctl_context *ctl, check_result *result);
/* Makes hourly_counts equal to the rows, and prints how many differed. */
int  repair_counts(const ctl_context *ctl);

#endif
