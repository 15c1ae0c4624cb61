/* migrate.c: the command "migrate": applies the numbered migrations, each statement once. */

#include "ctl.h"
#include "identity.h"
#include "migrations.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define LOCK_TRIES      60          /* each waits as long as the server lets */
#define ERROR_NO_TABLE  1146u

/* What schema_migrations says about one migration. */
typedef struct {
    bool    found;
    bool    finished;
    int64_t reached;                /* statements that are done */
    char    sha256[65];
} progress;

/* The lock is a row lock of a connection of its own, since DDL ends the
 * transaction of the connection that runs it. */
typedef struct {
    ctl_context   *ctl;
    bt_store      *lock;
    migration_list known;
    const char    *authority;       /* NULL: the machine's name */
    int            applied;         /* last one of this run; 0: none */
} migrate;

static const char *const own_tables[] = {
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " version INT NOT NULL,"
    " name VARCHAR(128) NOT NULL,"
    " sha256 CHAR(64) NOT NULL,"
    " reached INT NOT NULL,"
    " started DATETIME(6) NOT NULL,"
    " finished DATETIME(6) NULL,"
    " PRIMARY KEY (version)"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE TABLE IF NOT EXISTS schema_lock ("
    " id INT NOT NULL,"
    " PRIMARY KEY (id)"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    /* Reads first: the row may be locked by a migrate at work. */
    "INSERT IGNORE INTO schema_lock (id) SELECT 1 FROM DUAL"
    " WHERE NOT EXISTS (SELECT 1 FROM schema_lock)"
};

static int
create_database(ctl_context *ctl)
{
    bt_store_conf conf = ctl->conf;
    bt_store     *server;
    const char   *name = bt_store_database(ctl->store);
    char          sql[512];
    int           code = CTL_DONE;

    if (strchr(name, '`') != NULL || strlen(name) > 64) {
        return ctl_say(CTL_REFUSED, "%s is no name for a database", name);
    }
    conf.no_database = true;
    server = bt_store_new(&conf);
    if (server == NULL) {
        return ctl_say(CTL_FAILED, "out of memory");
    }
    (void) snprintf(sql, sizeof(sql), "CREATE DATABASE IF NOT EXISTS `%s` "
                    "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", name);
    if (bt_store_plain(server, sql) != BT_STORE_OK) {
        code = ctl_say(CTL_FAILED, "the database %s is missing, or not for "
                       "this account, and cannot be created: %s; run as an "
                       "administrator: %s; and grant this account all on it",
                       name,
                       bt_store_error(server), sql);
    }
    bt_store_free(server);
    return code;
}

static int
prepare(ctl_context *ctl)
{
    if (bt_store_plain(ctl->store, "SELECT 1") == BT_STORE_OK) {
        return CTL_DONE;
    }
    if (bt_store_errno(ctl->store) != 1049
        && bt_store_errno(ctl->store) != 1044)
    {
        return ctl_store_failed(ctl, "cannot reach the record store");
    }
    return create_database(ctl);
}

static int
lacks_rights(const ctl_context *ctl)
{
    (void) ctl_say(CTL_FAILED, "this account lacks a right that migrations "
                   "need: %s", bt_store_error(ctl->store));
    return ctl_say(CTL_FAILED, "nothing was applied; let the database's "
                   "administrator run what \"backup-tasks-ctl grants "
                   "--database %s --migrate USER@HOST\" prints, then run "
                   "migrate again", bt_store_database(ctl->store));
}

static int
create_own_tables(ctl_context *ctl)
{
    for (size_t i = 0; i < sizeof(own_tables) / sizeof(own_tables[0]); i++) {
        if (bt_store_plain(ctl->store, own_tables[i]) != BT_STORE_OK) {
            return bt_store_lacks(ctl->store) == BT_LACKS_RIGHT
                   ? lacks_rights(ctl)
                   : ctl_store_failed(ctl, "cannot create schema_migrations");
        }
    }
    return CTL_DONE;
}

/* Tries on a table that holds nothing what migrations do to others, so that a
 * right that is missing is found before the first of them. */
static int
try_rights(ctl_context *ctl)
{
    static const char *const trials[] = {
        "DROP TABLE IF EXISTS schema_trial",
        "CREATE TABLE schema_trial (id INT NOT NULL)",
        "ALTER TABLE schema_trial ADD COLUMN n INT NULL",
        "CREATE INDEX schema_trial_n ON schema_trial (n)",
        "INSERT INTO schema_trial (id) VALUES (1)",
        "UPDATE schema_trial SET n = 1",
        "DELETE FROM schema_trial",
        "DROP TABLE schema_trial"
    };
    int code = CTL_DONE;

    for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
        if (bt_store_plain(ctl->store, trials[i]) == BT_STORE_OK) {
            continue;
        }
        code = bt_store_lacks(ctl->store) == BT_LACKS_RIGHT
               ? lacks_rights(ctl)
               : ctl_store_failed(ctl, "cannot try what migrations do");
        (void) bt_store_plain(ctl->store, trials[0]);
        break;
    }
    return code;
}

static int
take_lock(migrate *m)
{
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        if (bt_store_begin(m->lock) == BT_STORE_OK
            && bt_store_run(m->lock, "SELECT id FROM schema_lock WHERE id = 1 "
                            "FOR UPDATE", NULL, 0, NULL, NULL) == BT_STORE_OK)
        {
            return CTL_DONE;
        }
        if (bt_store_status_of(m->lock) != BT_STORE_CONFLICT) {
            break;
        }
        bt_store_rollback(m->lock);
        (void) ctl_say(CTL_DONE, "another migrate is at work: waiting");
    }
    return ctl_say(CTL_FAILED, "cannot take the lock of the migrations: %s; "
                   "run migrate again when the other one has ended",
                   bt_store_error(m->lock));
}

static void
take_progress(bt_rows *rows, progress *at)
{
    bt_str sha256 = bt_rows_get(rows, 0).text;

    at->found = true;
    at->reached = bt_rows_get(rows, 1).number;
    at->finished = bt_rows_get(rows, 2).type != BT_VALUE_NULL;
    (void) snprintf(at->sha256, sizeof(at->sha256), "%.*s", (int) sha256.len,
                    sha256.data);
}

static int
read_progress(const migrate *m, int version, progress *at)
{
    bt_value  params[] = { bt_int(version) };
    bt_rows  *rows;

    *at = (progress) { .found = false };
    if (bt_store_run(m->ctl->store, "SELECT sha256, reached, finished FROM "
                     "schema_migrations WHERE version = ?", params, 1, &rows,
                     NULL) != BT_STORE_OK)
    {
        return ctl_store_failed(m->ctl, "cannot read schema_migrations");
    }
    if (bt_rows_next(rows) == 1) {
        take_progress(rows, at);
    }
    bt_rows_close(rows);
    return CTL_DONE;
}

static int
refuse_newer(const migrate *m)
{
    bt_rows *rows;
    int64_t  newest = 0;

    if (bt_store_run(m->ctl->store, "SELECT MAX(version) FROM "
                     "schema_migrations", NULL, 0, &rows, NULL)
        != BT_STORE_OK)
    {
        return ctl_store_failed(m->ctl, "cannot read schema_migrations");
    }
    if (bt_rows_next(rows) == 1) {
        newest = bt_rows_get(rows, 0).number;
    }
    bt_rows_close(rows);
    if (newest <= (int64_t) m->known.count) {
        return CTL_DONE;
    }
    return ctl_say(CTL_REFUSED, "the record store is newer than this program: "
                   "it has migration %d, the newest known here is %zu; "
                   "install the newer programs, nothing was changed",
                   (int) newest, m->known.count);
}

/* Numbers that all stores share: what the statement makes is there, or what
 * it drops is gone. */
static bool
is_done_already(unsigned number)
{
    static const unsigned done[] = {
        1050, 1051, 1060, 1061, 1068, 1091, 1304, 1359, 1360
    };

    for (size_t i = 0; i < sizeof(done) / sizeof(done[0]); i++) {
        if (done[i] == number) {
            return true;
        }
    }
    return false;
}

static int
statement_failed(const migrate *m, const migration_file *file, size_t index)
{
    const char *text = file->statements[index];

    (void) ctl_say(CTL_FAILED, "%s, statement %zu of %zu (%.*s ...): %s "
                   "(error %u)", file->name, index + 1, file->count,
                   (int) strcspn(text, "\n"), text,
                   bt_store_error(m->ctl->store),
                   bt_store_errno(m->ctl->store));
    bt_store_rollback(m->ctl->store);
    return ctl_say(CTL_FAILED, "what came before it is kept; run migrate "
                   "again when the cause is mended");
}

/* The statement and the note that it is done: one transaction, except that
 * DDL commits by itself, which `in_flight` makes good: the statement that an
 * interrupted run may have finished. */
static int
apply_statement(const migrate *m, const migration_file *file, size_t index,
                bool in_flight)
{
    bt_store *store = m->ctl->store;
    bt_value  params[] = { bt_int((int64_t) index + 1), bt_int(file->version) };

    if (bt_store_begin(store) != BT_STORE_OK) {
        return statement_failed(m, file, index);
    }
    if (bt_store_plain(store, file->statements[index]) != BT_STORE_OK
        && !(in_flight && is_done_already(bt_store_errno(store))))
    {
        return statement_failed(m, file, index);
    }
    if (bt_store_run(store, "UPDATE schema_migrations SET reached = ? "
                     "WHERE version = ?", params, 2, NULL, NULL)
        != BT_STORE_OK
        || bt_store_commit(store) != BT_STORE_OK)
    {
        return statement_failed(m, file, index);
    }
    return CTL_DONE;
}

static int
note_start(const migrate *m, const migration_file *file)
{
    bt_value params[] = {
        bt_int(file->version), bt_text(bt_str_of(file->name)),
        bt_text(bt_str_of(file->sha256)), bt_time(bt_time_now())
    };

    if (bt_store_run(m->ctl->store, "INSERT INTO schema_migrations (version, "
                     "name, sha256, reached, started) VALUES (?, ?, ?, 0, ?)",
                     params, 4, NULL, NULL) != BT_STORE_OK)
    {
        return ctl_store_failed(m->ctl, "cannot write schema_migrations");
    }
    return CTL_DONE;
}

static int
note_end(const migrate *m, const migration_file *file)
{
    bt_value params[] = { bt_time(bt_time_now()), bt_int(file->version) };

    if (bt_store_run(m->ctl->store, "UPDATE schema_migrations SET finished = ?"
                     " WHERE version = ?", params, 2, NULL, NULL)
        != BT_STORE_OK)
    {
        return ctl_store_failed(m->ctl, "cannot write schema_migrations");
    }
    (void) printf("%s: applied\n", file->name);
    return CTL_DONE;
}

static int
apply(migrate *m, const migration_file *file)
{
    progress at;
    int      code = read_progress(m, file->version, &at);

    if (code != CTL_DONE) {
        return code;
    }
    if (at.found && strcmp(at.sha256, file->sha256) != 0) {
        return ctl_say(CTL_REFUSED, "%s is not the file that was applied to "
                       "this store: put the original back (its SHA-256 is "
                       "%s), and make changes in a new migration",
                       file->name, at.sha256);
    }
    if (at.finished) {
        return CTL_DONE;
    }
    code = at.found ? CTL_DONE : note_start(m, file);
    for (size_t i = (size_t) at.reached; code == CTL_DONE && i < file->count;
         i++)
    {
        code = apply_statement(m, file, i,
                               at.found && i == (size_t) at.reached);
    }
    if (code != CTL_DONE) {
        return code;
    }
    m->applied = file->version;
    return note_end(m, file);
}

/* The trail stands in a table that the migrations make: they come first, and
 * a directory may have others. */
static int
put_on_record(const migrate *m)
{
    char detail[64];

    if (m->applied == 0
        || (bt_store_run(m->ctl->store, "SELECT 1 FROM audit_events"
                         " WHERE id = 0", NULL, 0, NULL, NULL) != BT_STORE_OK
            && bt_store_errno(m->ctl->store) == ERROR_NO_TABLE))
    {
        return CTL_DONE;
    }
    (void) snprintf(detail, sizeof(detail), "up to migration %d", m->applied);
    return ctl_note(m->ctl, "migrate", detail);
}

/* Nothing is tried where nothing is to be done. */
static int
try_pending(const migrate *m)
{
    bt_rows *rows;
    int64_t  finished = 0;

    if (bt_store_run(m->ctl->store, "SELECT COUNT(*) FROM schema_migrations"
                     " WHERE finished IS NOT NULL", NULL, 0, &rows, NULL)
        != BT_STORE_OK)
    {
        return ctl_store_failed(m->ctl, "cannot read schema_migrations");
    }
    if (bt_rows_next(rows) == 1) {
        finished = bt_rows_get(rows, 0).number;
    }
    bt_rows_close(rows);
    return finished < (int64_t) m->known.count ? try_rights(m->ctl)
                                               : CTL_DONE;
}

static int
apply_all(migrate *m)
{
    int code = take_lock(m);

    if (code == CTL_DONE) {
        code = refuse_newer(m);
    }
    if (code == CTL_DONE) {
        code = try_pending(m);
    }
    for (size_t i = 0; code == CTL_DONE && i < m->known.count; i++) {
        code = apply(m, &m->known.items[i]);
    }
    if (code == CTL_DONE) {
        code = identity_mint(m->ctl, m->authority);
    }
    bt_store_rollback(m->lock);
    if (code == CTL_DONE) {
        code = put_on_record(m);
    }
    if (code == CTL_DONE) {
        (void) printf("the record store is at migration %zu\n",
                      m->known.count);
    }
    return code;
}

static int
run_migrations(ctl_context *ctl, const char *dir, const char *authority)
{
    migrate m = { .ctl = ctl, .authority = authority };
    char    why[512];
    int     code;

    if (!migrations_read(&m.known, dir, why, sizeof(why))) {
        return ctl_say(CTL_REFUSED, "%s", why);
    }
    code = prepare(ctl);
    if (code == CTL_DONE) {
        code = create_own_tables(ctl);
    }
    if (code == CTL_DONE) {
        m.lock = bt_store_new(&ctl->conf);
        code = m.lock != NULL ? apply_all(&m)
                              : ctl_say(CTL_FAILED, "out of memory");
    }
    bt_store_free(m.lock);
    migrations_free(&m.known);
    return code;
}

int
ctl_migrate(ctl_context *ctl, int argc, char **argv)
{
    static const struct option options[] = {
        { "dir", required_argument, NULL, 'd' },
        { "authority", required_argument, NULL, 'a' },
        { NULL, 0, NULL, 0 }
    };
    const char *dir = BT_SHARE_DIR "/schema";
    const char *authority = NULL;
    int         option;

    while ((option = getopt_long(argc, argv, "d:", options, NULL)) != -1) {
        if (option == 'd') {
            dir = optarg;
        } else if (option == 'a') {
            authority = optarg;
        } else {
            return CTL_REFUSED;
        }
    }
    if (authority != NULL && !identity_authority_fits(authority)) {
        return ctl_say(CTL_REFUSED, "--authority takes a domain name or an "
                       "address of mail of yours, in lower case");
    }
    if (optind < argc) {
        return ctl_say(CTL_REFUSED, "migrate takes no argument; "
                       "see: backup-tasks-ctl --help");
    }
    return run_migrations(ctl, dir, authority);
}
