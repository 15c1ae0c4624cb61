/* grants.c: the command "grants": prints what each account needs, as SQL. */

#include "ctl.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME     "grants.sql"
#define ACCOUNT_TEXT  512
#define SECTIONS      4
#define LINE_TEXT     1024

/* A name in the file and what stands for it. */
typedef struct {
    const char *name;               /* of the section; NULL: the database */
    const char *written;
    char        meant[ACCOUNT_TEXT];
    bool        given;
} word;

typedef struct {
    const char *dir;
    word        words[SECTIONS + 1];
    bool        any;                /* an account was named */
} grants;

static int
usage(void)
{
    return ctl_say(CTL_REFUSED, "usage: backup-tasks-ctl grants "
                   "[--database NAME] [--worker USER[@HOST]] "
                   "[--agent USER[@HOST]] [--migrate USER[@HOST]] "
                   "[--admin USER[@HOST]] [--dir DIR]");
}

/* What would have to be escaped, not alike in every store, is refused. */
static bool
is_plain(const char *text, size_t len, size_t max)
{
    size_t chars;

    if (len == 0 || !bt_utf8_valid((bt_str) { text, len }, &chars)
        || chars > max)
    {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char) text[i] < 0x20 || text[i] == 0x7f
            || strchr("'`\"\\", text[i]) != NULL)
        {
            return false;
        }
    }
    return true;
}

static bool
set_account(word *account, const char *text)
{
    const char *at = strrchr(text, '@');
    const char *host = at != NULL ? at + 1 : "localhost";
    size_t      len = at != NULL ? (size_t) (at - text) : strlen(text);

    if (!is_plain(text, len, 80) || !is_plain(host, strlen(host), 255)) {
        return false;
    }
    (void) snprintf(account->meant, sizeof(account->meant), "'%.*s'@'%s'",
                    (int) len, text, host);
    account->given = true;
    return true;
}

static bool
set_database(word *database, const char *text)
{
    if (!is_plain(text, strlen(text), 64)) {
        return false;
    }
    (void) snprintf(database->meant, sizeof(database->meant), "`%s`", text);
    return true;
}

static bool
take_option(grants *what, int option)
{
    static const char letters[SECTIONS + 1] = "wamr";
    const char       *letter = strchr(letters, option);

    if (letter != NULL) {
        what->any = true;
        return set_account(&what->words[letter - letters], optarg);
    }
    switch (option) {
    case 'b':
        return set_database(&what->words[SECTIONS], optarg);
    case 'd':
        what->dir = optarg;
        return true;
    default:
        return false;
    }
}

static bool
read_options(grants *what, int argc, char **argv)
{
    static const struct option options[] = {
        { "worker", required_argument, NULL, 'w' },
        { "agent", required_argument, NULL, 'a' },
        { "migrate", required_argument, NULL, 'm' },
        { "admin", required_argument, NULL, 'r' },
        { "database", required_argument, NULL, 'b' },
        { "dir", required_argument, NULL, 'd' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    *what = (grants) {
        .dir = BT_SHARE_DIR "/schema",
        .words = {
            { "worker", "'backup_worker'@'localhost'", "", false },
            { "agent", "'backup_agent'@'localhost'", "", false },
            { "migrate", "'backup_migrate'@'localhost'", "", false },
            { "admin", "'backup_admin'@'localhost'", "", false },
            { NULL, "`backup_tasks`", "", false }
        }
    };
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (!take_option(what, option)) {
            return false;
        }
    }
    return optind == argc;
}

/* The word that stands here, or NULL. */
static const word *
word_at(const grants *what, const char *text)
{
    for (size_t i = 0; i <= SECTIONS; i++) {
        if (what->words[i].meant[0] != '\0'
            && strncmp(text, what->words[i].written,
                       strlen(what->words[i].written)) == 0)
        {
            return &what->words[i];
        }
    }
    return NULL;
}

static void
print_line(const grants *what, const char *line)
{
    const word *found;

    while (*line != '\0') {
        found = word_at(what, line);
        if (found != NULL) {
            (void) fputs(found->meant, stdout);
            line += strlen(found->written);
        } else {
            (void) putchar(*line++);
        }
    }
}

/* "-- [worker] ..." begins the section of an account. */
static bool
begins_section(const grants *what, const char *line, bool *wanted)
{
    size_t len;

    for (size_t i = 0; i < SECTIONS; i++) {
        len = strlen(what->words[i].name);
        if (strncmp(line, "-- [", 4) == 0
            && strncmp(line + 4, what->words[i].name, len) == 0
            && line[4 + len] == ']')
        {
            *wanted = !what->any || what->words[i].given;
            return true;
        }
    }
    return false;
}

static int
print_grants(const grants *what)
{
    char  path[LINE_TEXT], line[LINE_TEXT];
    FILE *file;
    bool  wanted = true;

    (void) snprintf(path, sizeof(path), "%s/" FILE_NAME, what->dir);
    file = fopen(path, "re");
    if (file == NULL) {
        return ctl_say(CTL_REFUSED, "cannot read %s: name the directory of "
                       "the migrations by --dir", path);
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        (void) begins_section(what, line, &wanted);
        if (wanted) {
            print_line(what, line);
        }
    }
    (void) fclose(file);
    return CTL_DONE;
}

int
ctl_grants(ctl_context *ctl, int argc, char **argv)
{
    grants what;

    (void) ctl;
    return read_options(&what, argc, argv) ? print_grants(&what) : usage();
}
