/* actor.h: who uses the shell, for the audit trail. */

#ifndef CTL_ACTOR_H
#define CTL_ACTOR_H

#include "acts/bt_act.h"

/* The texts of an actor. */
typedef struct {
    char     user[128];
    char     host[64];
    char     note[256];
    bt_actor actor;
} ctl_actor;

/* The user that the process really is, as "os:NAME", and the host.  The note
 * tells who that was before: who used sudo, where the process is root's and
 * the environment can be believed as far as root can, and who logged in, where
 * the kernel knows (/proc/self/loginuid, which no later change of user
 * touches). */
void ctl_actor_find(ctl_actor *who);

/* A key as the forms of the page have it: 32 hexadecimal digits. */
#define CTL_KEY_DIGITS  32
bool ctl_key_make(char key[CTL_KEY_DIGITS + 1]);
bool ctl_key_valid(const char *key);

#endif
