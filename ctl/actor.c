/* actor.c: who uses the shell, for the audit trail. */

#include "actor.h"
#include "ctl.h"
#include "table.h"

#include "acts/bt_command.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define NAME_MAX_BYTES  100
#define UID_UNKNOWN     INT64_C(4294967295)

/* The name of a user, else its number. */
static void
name_of(uid_t uid, char *out, size_t size)
{
    struct passwd  entry, *found = NULL;
    char           data[4096], number[32];

    (void) snprintf(number, sizeof(number), "%lu", (unsigned long) uid);
    if (getpwuid_r(uid, &entry, data, sizeof(data), &found) != 0
        || found == NULL)
    {
        (void) ctl_harmless(out, size, bt_str_of(number));
        return;
    }
    (void) ctl_harmless(out, size, bt_str_of(found->pw_name));
}

static bool
login_of(uid_t *uid)
{
    FILE          *file = fopen("/proc/self/loginuid", "re");
    char           text[24] = "";
    int64_t        number;
    bool           found;

    if (file == NULL) {
        return false;
    }
    found = fgets(text, sizeof(text), file) != NULL
            && ctl_number(text, 0, UID_UNKNOWN - 1, &number);
    (void) fclose(file);
    if (found) {
        *uid = (uid_t) number;
    }
    return found;
}

static void
add_note(ctl_actor *who, const char *what, const char *name)
{
    size_t used = strlen(who->note);

    (void) snprintf(who->note + used, sizeof(who->note) - used, "%s%s: %s",
                    used > 0 ? "; " : "", what, name);
}

void
ctl_actor_find(ctl_actor *who)
{
    char        name[NAME_MAX_BYTES];
    const char *sudo = getenv("SUDO_USER");
    uid_t       login = 0;

    *who = (ctl_actor) { .note = "" };
    name_of(getuid(), name, sizeof(name));
    (void) snprintf(who->user, sizeof(who->user), BT_USER_SHELL "%s", name);
    if (gethostname(who->host, sizeof(who->host) - 1) != 0) {
        who->host[0] = '\0';
    }
    if (getuid() == 0 && sudo != NULL && *sudo != '\0') {
        add_note(who, "sudo",
                 ctl_harmless(name, sizeof(name), bt_str_of(sudo)));
    }
    if (login_of(&login) && login != getuid()) {
        name_of(login, name, sizeof(name));
        add_note(who, "login", name);
    }
    who->actor = (bt_actor) {
        .user = bt_str_of(who->user),
        .client_address = bt_str_of(who->host),
        .note = bt_str_of(who->note)
    };
}

bool
ctl_key_make(char key[CTL_KEY_DIGITS + 1])
{
    unsigned char bytes[CTL_KEY_DIGITS / 2];

    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        (void) snprintf(key + 2 * i, 3, "%02x", bytes[i]);
    }
    return true;
}

bool
ctl_key_valid(const char *key)
{
    return strlen(key) == CTL_KEY_DIGITS
           && strspn(key, "0123456789abcdefABCDEF") == CTL_KEY_DIGITS;
}

int
ctl_note(ctl_context *ctl, const char *action, const char *detail)
{
    ctl_actor who;

    ctl_actor_find(&who);
    if (bt_act_note(ctl->store, &who.actor, action, detail) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "it was done, but is not on record");
    }
    return CTL_DONE;
}
