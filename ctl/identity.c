/* identity.c: the name by which a store gives the ids of its feeds. */

#include "identity.h"

#include "actor.h"

#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ERROR_NO_TABLE  1146u
#define AUTHORITY_MAX   255

/* Labels of letters, digits and inner hyphens, separated by dots. */
static bool
is_domain(const char *name)
{
    char last = '.';

    for (; *name != '\0'; last = *name++) {
        bool alnum = islower((unsigned char) *name)
                     || isdigit((unsigned char) *name);

        if (*name == '.' ? last == '.' || last == '-'
                         : !alnum && (*name != '-' || last == '.'))
        {
            return false;
        }
    }
    return last != '.' && last != '-';
}

bool
identity_authority_fits(const char *authority)
{
    const char *at = strchr(authority, '@');

    if (strlen(authority) > AUTHORITY_MAX) {
        return false;
    }
    return at == NULL
           ? is_domain(authority)
           : at > authority && is_domain(at + 1)
             && strspn(authority, "abcdefghijklmnopqrstuvwxyz0123456789-._")
                == (size_t) (at - authority);
}

static bool
take_name(char *out, size_t size, const char *name)
{
    size_t len = strlen(name);

    if (len >= size) {
        return false;
    }
    for (size_t i = 0; i <= len; i++) {
        out[i] = (char) tolower((unsigned char) name[i]);
    }
    return identity_authority_fits(out);
}

/* The machine's full name, as its resolver knows it. */
static void
find_name(char *out, size_t size)
{
    struct addrinfo  hints = { .ai_flags = AI_CANONNAME };
    struct addrinfo *found = NULL;
    char             host[AUTHORITY_MAX + 1] = "";
    bool             full;

    (void) gethostname(host, sizeof(host) - 1);
    full = getaddrinfo(host, NULL, &hints, &found) == 0
           && found->ai_canonname != NULL
           && take_name(out, size, found->ai_canonname);
    if (found != NULL) {
        freeaddrinfo(found);
    }
    if (!full && !take_name(out, size, host)) {
        (void) snprintf(out, size, "localhost");
    }
}

static int
insert(const ctl_context *ctl, const char *authority)
{
    char     name[AUTHORITY_MAX + 1];
    char     key[CTL_KEY_DIGITS + 1];
    bt_value values[3];

    if (authority == NULL) {
        find_name(name, sizeof(name));
        authority = name;
    }
    if (!ctl_key_make(key)) {
        return ctl_say(CTL_FAILED, "the system gives no random numbers");
    }
    values[0] = bt_text(bt_str_of(authority));
    values[1] = bt_time(bt_time_now());
    values[2] = bt_text(bt_str_of(key));
    if (bt_store_run(ctl->store, "INSERT INTO store_identity (id, authority, "
                     "minted, store_id) VALUES (1, ?, ?, ?)", values, 3, NULL,
                     NULL) != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "cannot write store_identity");
    }
    (void) printf("the ids of feeds are given in the name of %s\n", authority);
    return CTL_DONE;
}

int
identity_mint(const ctl_context *ctl, const char *authority)
{
    bt_rows *rows;
    int      code = CTL_DONE;
    bool     known;

    if (bt_store_run(ctl->store, "SELECT authority FROM store_identity "
                     "WHERE id = 1", NULL, 0, &rows, NULL) != BT_STORE_OK)
    {
        return bt_store_errno(ctl->store) == ERROR_NO_TABLE
               ? CTL_DONE
               : ctl_store_failed(ctl, "cannot read store_identity");
    }
    known = bt_rows_next(rows) == 1;
    if (known && authority != NULL
        && !bt_str_eqz(bt_value_text(bt_rows_get(rows, 0)), authority))
    {
        bt_str name = bt_value_text(bt_rows_get(rows, 0));

        code = ctl_say(CTL_REFUSED, "this store gives the ids of its feeds in "
                       "the name of %.*s, which cannot be changed: readers "
                       "would take all entries for new; leave out "
                       "--authority", (int) name.len, name.data);
    }
    bt_rows_close(rows);
    return known ? code : insert(ctl, authority);
}
