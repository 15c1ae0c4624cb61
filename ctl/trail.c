/* trail.c: the command "audit": lists the audit trail, walks its chain, prunes. */

#include "ctl.h"
#include "prune.h"
#include "table.h"

#include "store/bt_audit.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LIMIT_DEFAULT  50
#define LIMIT_MAX      100000000
#define HASH_DIGITS    (2 * BT_AUDIT_HASH)

/* An event whose hash is known from elsewhere. */
typedef struct {
    int64_t     id;                 /* 0: not given */
    const char *hash;
} anchor;

typedef struct {
    const char *user;               /* "": all, and so for the others */
    const char *action;
    const char *cluster;
    int64_t     limit;
    bool        script;
} list_options;

static int
usage(void)
{
    return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl audit list [-H] "
                   "[--user NAME] [--action WORD] [--cluster NAME] "
                   "[--limit N] | audit verify [--from ID] "
                   "[--anchor ID:HASH] | audit prune --before DATE [--yes]");
}

static bool
take_option(list_options *list, int option)
{
    switch (option) {
    case 'H':
        list->script = true;
        return true;
    case 'u':
        list->user = optarg;
        return true;
    case 'a':
        list->action = optarg;
        return true;
    case 'c':
        list->cluster = optarg;
        return true;
    case 'l':
        return ctl_number(optarg, 1, LIMIT_MAX, &list->limit);
    default:
        return false;
    }
}

static bool
read_list(list_options *list, int argc, char **argv)
{
    static const struct option options[] = {
        { "script", no_argument, NULL, 'H' },
        { "user", required_argument, NULL, 'u' },
        { "action", required_argument, NULL, 'a' },
        { "cluster", required_argument, NULL, 'c' },
        { "limit", required_argument, NULL, 'l' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    *list = (list_options) { "", "", "", LIMIT_DEFAULT, false };
    while ((option = getopt_long(argc, argv, "H", options, NULL)) != -1) {
        if (!take_option(list, option)) {
            return false;
        }
    }
    return optind == argc;
}

static bt_store_status
select_events(ctl_context *ctl, const list_options *list, bt_rows **rows)
{
    bt_value params[] = {
        bt_int((int64_t) strlen(list->user)), bt_text(bt_str_of(list->user)),
        bt_int((int64_t) strlen(list->action)),
        bt_text(bt_str_of(list->action)),
        bt_int((int64_t) strlen(list->cluster)),
        bt_text(bt_str_of(list->cluster)), bt_int(list->limit)
    };

    return bt_store_run(ctl->store, "SELECT t.id, t.at, t.user,"
                        " t.client_address, t.action, t.kind, t.target_id,"
                        " c.name, n.name, t.command_id, t.outcome, t.detail"
                        " FROM audit_events t"
                        " LEFT JOIN clusters c ON c.id = t.cluster_id"
                        " LEFT JOIN tenants n ON n.id = t.tenant_id"
                        " WHERE (? = 0 OR t.user = ?)"
                        " AND (? = 0 OR t.action = ?)"
                        " AND (? = 0 OR c.name = ?)"
                        " ORDER BY t.id DESC LIMIT ?", params, 7, rows, NULL);
}

static int
list_events(ctl_context *ctl, int argc, char **argv)
{
    static const char *const heads[] = {
        "ID", "AT", "USER", "FROM", "ACTION", "KIND", "TARGET", "CLUSTER",
        "TENANT", "COMMAND", "OUTCOME", "DETAIL"
    };
    list_options list;
    ctl_table    table;
    bt_rows     *rows;
    bool         whole;

    if (!read_list(&list, argc, argv)) {
        return usage();
    }
    if (select_events(ctl, &list, &rows) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "cannot read the audit trail");
    }
    ctl_table_begin(&table, heads, sizeof(heads) / sizeof(heads[0]),
                    list.script);
    whole = ctl_table_rows(&table, rows);
    return ctl_table_end(&table) && whole
           ? CTL_DONE
           : ctl_say(CTL_FAILED, "the audit trail could not be read");
}

static bool
read_anchor(const char *text, anchor *out)
{
    char        number[24];
    const char *colon = strchr(text, ':');
    size_t      len = colon != NULL ? (size_t) (colon - text) : 0;

    if (len == 0 || len >= sizeof(number)) {
        return false;
    }
    memcpy(number, text, len);
    number[len] = '\0';
    out->hash = colon + 1;
    return ctl_number(number, 1, INT64_MAX, &out->id)
           && strlen(out->hash) == HASH_DIGITS
           && strspn(out->hash, "0123456789abcdef") == HASH_DIGITS;
}

static void
write_hash(char out[HASH_DIGITS + 1], const unsigned char *hash)
{
    for (size_t i = 0; i < BT_AUDIT_HASH; i++) {
        (void) snprintf(out + 2 * i, 3, "%02x", hash[i]);
    }
}

/* The hash of an event, or of the last one that was removed; "": neither. */
static bt_store_status
hash_of(ctl_context *ctl, int64_t event, const bt_audit_place *begin,
        char hash[HASH_DIGITS + 1])
{
    bt_rows        *rows;
    bt_value        id = bt_int(event);
    bt_store_status status;

    hash[0] = '\0';
    if (event == begin->id) {
        write_hash(hash, begin->hash);
        return BT_STORE_OK;
    }
    status = bt_store_run(ctl->store, "SELECT hash FROM audit_events"
                          " WHERE id = ?", &id, 1, &rows, NULL);
    if (status != BT_STORE_OK) {
        return status;
    }
    if (bt_rows_next(rows) > 0
        && bt_rows_get(rows, 0).text.len == BT_AUDIT_HASH)
    {
        write_hash(hash,
                   (const unsigned char *) bt_rows_get(rows, 0).text.data);
    }
    bt_rows_close(rows);
    return BT_STORE_OK;
}

/* A chain that was cut off at its end, or computed anew by somebody who may
 * write it, is whole in itself: only a hash that was kept elsewhere tells. */
static int
check_anchor(ctl_context *ctl, const anchor *known)
{
    char           hash[HASH_DIGITS + 1];
    bt_audit_place begin;

    if (bt_audit_begin(ctl->store, &begin) != BT_STORE_OK
        || hash_of(ctl, known->id, &begin, hash) != BT_STORE_OK)
    {
        return ctl_store_failed(ctl, "cannot read the audit trail");
    }
    if (strcmp(hash, known->hash) == 0) {
        return CTL_DONE;
    }
    if (known->id < begin.id) {
        return ctl_say(CTL_FAILED, "event %" PRId64 " was removed by \"audit "
                       "prune\", as all up to %" PRId64 ": a later anchor is "
                       "needed", known->id, begin.id);
    }
    if (hash[0] == '\0') {
        return ctl_say(CTL_FAILED, "event %" PRId64 " is missing: the trail "
                       "was cut", known->id);
    }
    return ctl_say(CTL_FAILED, "event %" PRId64 " has another hash than the "
                   "one given: the trail was written anew", known->id);
}

static int
walk(ctl_context *ctl, int64_t from, const anchor *known)
{
    bt_audit_walk found;
    char          hash[HASH_DIGITS + 1];

    if (bt_audit_verify(ctl->store, from, &found) != BT_STORE_OK) {
        return ctl_store_failed(ctl, "cannot walk the audit trail");
    }
    if (found.bad_id != 0) {
        return ctl_say(CTL_FAILED, "event %" PRId64 " %s; %" PRId64
                       " events before it are sound", found.bad_id,
                       found.fault, found.events);
    }
    if (known->id != 0 && check_anchor(ctl, known) != CTL_DONE) {
        return CTL_FAILED;
    }
    if (found.events == 0) {
        (void) puts("the audit trail is empty");
        return CTL_DONE;
    }
    write_hash(hash, found.hash);
    if (!found.trust && found.first > 1) {
        (void) printf("%" PRId64 " events were removed, ", found.first - 1);
    }
    (void) printf("%" PRId64 " events are sound, the last is %" PRId64 ":%s\n",
                  found.events, found.last, hash);
    return CTL_DONE;
}

static int
verify(ctl_context *ctl, int argc, char **argv)
{
    static const struct option options[] = {
        { "from", required_argument, NULL, 'f' },
        { "anchor", required_argument, NULL, 'a' },
        { NULL, 0, NULL, 0 }
    };
    anchor  known = { 0, NULL };
    int64_t from = 1;
    int     option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'f' && ctl_number(optarg, 1, INT64_MAX, &from)) {
            continue;
        }
        if (option == 'a' && read_anchor(optarg, &known)) {
            continue;
        }
        return usage();
    }
    return optind == argc ? walk(ctl, from, &known) : usage();
}

int
ctl_audit(ctl_context *ctl, int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "list") == 0) {
        return list_events(ctl, argc - 1, argv + 1);
    }
    if (argc >= 2 && strcmp(argv[1], "verify") == 0) {
        return verify(ctl, argc - 1, argv + 1);
    }
    if (argc >= 2 && strcmp(argv[1], "prune") == 0) {
        return ctl_audit_prune(ctl, argc - 1, argv + 1);
    }
    return usage();
}
