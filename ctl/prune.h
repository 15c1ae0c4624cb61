/* prune.h: the command "audit prune". */

#ifndef CTL_PRUNE_H
#define CTL_PRUNE_H

#include "ctl.h"

/* argv[0] is "prune".  Removes the events before a time, and appends one that
 * holds the hash of the last of them, so that the chain goes on from there. */
int ctl_audit_prune(ctl_context *ctl, int argc, char **argv);

#endif
