/* identity.h: the name by which a store gives the ids of its feeds. */

#ifndef CTL_IDENTITY_H
#define CTL_IDENTITY_H

#include "ctl.h"

/* True for what RFC 4151 takes for an authority: a name of the DNS or an
 * address of mail, in lower case. */
bool identity_authority_fits(const char *authority);

/* Gives the store its identity, once: `authority`, else (NULL) this machine's
 * full name, with the present day and a random number.  CTL_REFUSED when it
 * has another authority already.  Nothing is done in a store that has no such
 * table yet. */
int  identity_mint(const ctl_context *ctl, const char *authority);

#endif
