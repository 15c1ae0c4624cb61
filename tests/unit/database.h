/* database.h: a private MariaDB for one unit test program, with the real schema. */

#ifndef TEST_DATABASE_H
#define TEST_DATABASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <ftw.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctl/migrations.h"
#include "store/bt_store.h"

#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))

typedef struct {
    char      dir[64];
    char      option_file[96];      /* as root, database backup_tasks */
    pid_t     pid;                  /* 0: it does not run */
    bt_store *store;                /* for what a test looks up itself */
} test_database;

static test_database database;

/* What it starts ends with this program, however that ends. */
static inline pid_t
database_spawn(char *const argv[])
{
    char  log[96];
    pid_t pid = fork();

    if (pid != 0) {
        assert_true(pid > 0);
        return pid;
    }
    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void) snprintf(log, sizeof(log), "%s/log", database.dir);
    if (freopen("/dev/null", "r", stdin) != NULL
        && freopen(log, "a", stdout) != NULL
        && dup2(STDOUT_FILENO, STDERR_FILENO) >= 0)
    {
        (void) execvp(argv[0], argv);
    }
    _exit(127);
}

static inline bt_store *
database_open(const bt_store_conf *conf)
{
    bt_store_conf own = *conf;
    bt_store     *store;

    own.defaults_file = database.option_file;
    store = bt_store_new(&own);
    assert_non_null(store);
    return store;
}

static inline void
database_wait(void)
{
    bt_store_conf         conf = { .no_database = true };
    const struct timespec pause = { 0, 50 * 1000 * 1000 };
    bt_store             *store = database_open(&conf);

    while (bt_store_plain(store, "SELECT 1") != BT_STORE_OK) {
        if (waitpid(database.pid, NULL, WNOHANG) == database.pid) {
            database.pid = 0;
            fail_msg("mariadbd ended, see %s/log", database.dir);
        }
        (void) nanosleep(&pause, NULL);
    }
    bt_store_free(store);
}

/* Starts the server on the data that is there, and waits until it answers. */
static inline void
database_start(void)
{
    char  data[96], socket[96], pid_file[96];
    char *argv[] = {
        "/usr/sbin/mariadbd", "--no-defaults", data, socket, pid_file,
        "--skip-networking", "--innodb-flush-log-at-trx-commit=0",
        "--skip-innodb-doublewrite", "--innodb-buffer-pool-size=64M",
        "--character-set-server=utf8mb4",
        getuid() == 0 ? "--user=root" : NULL, NULL
    };

    (void) snprintf(data, sizeof(data), "--datadir=%s/data", database.dir);
    (void) snprintf(socket, sizeof(socket), "--socket=%s/sock", database.dir);
    (void) snprintf(pid_file, sizeof(pid_file), "--pid-file=%s/pid",
                    database.dir);
    database.pid = database_spawn(argv);
    database_wait();
}

static inline void
database_stop(int signal)
{
    if (database.pid != 0) {
        (void) kill(database.pid, signal);
        (void) waitpid(database.pid, NULL, 0);
        database.pid = 0;
    }
}

static inline void
database_install(void)
{
    char  data[96];
    char *argv[] = {
        "mariadb-install-db", "--no-defaults", data, "--skip-test-db",
        "--skip-name-resolve", "--force",
        "--auth-root-authentication-method=normal",
        getuid() == 0 ? "--user=root" : NULL, NULL
    };
    int   status;

    (void) snprintf(data, sizeof(data), "--datadir=%s/data", database.dir);
    assert_int_equal(waitpid(database_spawn(argv), &status, 0) > 0
                     ? status : -1, 0);
}

static inline void
database_plain(const char *sql)
{
    if (bt_store_plain(database.store, sql) != BT_STORE_OK) {
        fail_msg("%s\nin: %.400s", bt_store_error(database.store), sql);
    }
}

/* schema/ of the repository: from the place of this program in its build/,
 * else from where it was called. */
static inline void
database_schema_dir(char *dir, size_t size)
{
    char    program[512];
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

    assert_true(len > 0);
    program[len] = '\0';
    (void) snprintf(dir, size, "%s/../../schema", dirname(program));
    if (access(dir, R_OK) != 0) {
        (void) snprintf(dir, size, "schema");
    }
}

static inline void
database_schema(void)
{
    char           dir[600], why[1024];
    migration_list list;

    database_schema_dir(dir, sizeof(dir));
    if (!migrations_read(&list, dir, why, sizeof(why))) {
        fail_msg("%s", why);
    }
    for (size_t i = 0; i < list.count; i++) {
        for (size_t k = 0; k < list.items[i].count; k++) {
            database_plain(list.items[i].statements[k]);
        }
    }
    migrations_free(&list);
}

/* For cmocka's group setup and teardown. */
static int
database_setup(void **state)
{
    bt_store_conf conf = { .no_database = true };
    FILE         *file;

    (void) state;
    assert_int_equal(bt_store_library_begin(), 0);
    (void) snprintf(database.dir, sizeof(database.dir),
                    "/tmp/bt-unit-XXXXXX");
    assert_non_null(mkdtemp(database.dir));
    (void) snprintf(database.option_file, sizeof(database.option_file),
                    "%s/store.cnf", database.dir);
    file = fopen(database.option_file, "we");
    assert_non_null(file);
    (void) fprintf(file, "[backup-tasks]\nsocket=%s/sock\nuser=root\n",
                   database.dir);
    assert_int_equal(fclose(file), 0);
    database_install();
    database_start();
    database.store = database_open(&conf);
    database_plain("CREATE DATABASE backup_tasks CHARACTER SET utf8mb4");
    bt_store_free(database.store);
    database.store = database_open(&(bt_store_conf) { .group = NULL });
    database_schema();
    return 0;
}

static inline int
database_forget(const char *path, const struct stat *about, int kind,
                struct FTW *walk)
{
    (void) about;
    (void) kind;
    (void) walk;
    return remove(path);
}

static int
database_teardown(void **state)
{
    (void) state;
    bt_store_free(database.store);
    database_stop(SIGKILL);
    (void) nftw(database.dir, database_forget, 16, FTW_DEPTH | FTW_PHYS);
    bt_store_library_end();
    return 0;
}

/* First column of the first row; BT_USEC_NONE for NULL or no row. */
static inline int64_t
database_number(const char *sql)
{
    bt_rows *rows;
    int64_t  number = BT_USEC_NONE;

    if (bt_store_run(database.store, sql, NULL, 0, &rows, NULL)
        != BT_STORE_OK)
    {
        fail_msg("%s\nin: %.400s", bt_store_error(database.store), sql);
    }
    if (bt_rows_next(rows) == 1
        && bt_rows_get(rows, 0).type != BT_VALUE_NULL)
    {
        number = bt_rows_get(rows, 0).number;
    }
    bt_rows_close(rows);
    return number;
}

/* The same as text, "" for NULL; valid until the next call. */
static inline const char *
database_text(const char *sql)
{
    static char text[4096];
    bt_buf      buf;
    bt_rows    *rows;

    bt_buf_init(&buf, text, sizeof(text));
    if (bt_store_run(database.store, sql, NULL, 0, &rows, NULL)
        != BT_STORE_OK)
    {
        fail_msg("%s\nin: %.400s", bt_store_error(database.store), sql);
    }
    if (bt_rows_next(rows) == 1) {
        bt_value value = bt_rows_get(rows, 0);

        bt_buf_add(&buf, value.text.data, value.text.len);
    }
    bt_rows_close(rows);
    return text;
}

/* Waits until the statement's number is not 0.  information_schema shows what
 * it knew before, unless nobody has looked for a tenth of a second. */
static inline void
database_until(const char *sql)
{
    const struct timespec pause = { 0, 150 * 1000 * 1000 };

    while (database_number(sql) == 0) {
        (void) nanosleep(&pause, NULL);
    }
}

#endif
