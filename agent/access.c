/* access.c: reads how a cluster is reached, and the password from where it is kept. */

#include "agent/access.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX  1024

static bool refuse(char *why, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool
refuse(char *why, size_t size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void) vsnprintf(why, size, format, args);
    va_end(args);
    return false;
}

static char *
text_of(bt_rows *rows, size_t column)
{
    bt_value value = bt_rows_get(rows, column);

    return strndup(value.text.data != NULL ? value.text.data : "",
                   value.text.len);
}

static bool
take_access(bt_access *access, bt_rows *rows)
{
    char *tls = text_of(rows, 6);

    access->name = text_of(rows, 0);
    access->adapter = text_of(rows, 1);
    access->endpoints = text_of(rows, 2);
    access->user = text_of(rows, 3);
    access->secret = text_of(rows, 4);
    access->program = text_of(rows, 5);
    access->tls_ca = text_of(rows, 7);
    /* A program stands for the cluster, whatever that is: so it does for the
     * samples of OceanBase. */
    if (access->program != NULL && *access->program != '\0') {
        free(access->adapter);
        access->adapter = strdup("program");
    }
    access->round_seconds = (int) bt_rows_get(rows, 8).number;
    access->connect_seconds = (int) bt_rows_get(rows, 9).number;
    access->statement_seconds = (int) bt_rows_get(rows, 10).number;
    /* An unknown word asks for the strictest. */
    access->tls = BT_TLS_PREFERRED;
    if (tls != NULL && *tls != '\0' && !bt_tls_by_name(tls, &access->tls)) {
        access->tls = BT_TLS_VERIFY;
    }
    free(tls);
    return access->name != NULL && access->adapter != NULL
           && access->endpoints != NULL && access->user != NULL
           && access->secret != NULL && access->program != NULL
           && access->tls_ca != NULL;
}

/* "option:PATH#GROUP" in two; *group is NULL without one. */
static char *
option_path(const char *secret, char **group)
{
    char *path = strdup(secret + strlen("option:"));

    *group = NULL;
    if (path != NULL) {
        *group = strrchr(path, '#');
        if (*group != NULL) {
            *(*group)++ = '\0';
        }
    }
    return path;
}

static bool
is_option(const char *secret)
{
    return strncmp(secret, "option:", strlen("option:")) == 0;
}

static bool
read_option(const char *secret, bt_option *option, char *why, size_t size)
{
    char *group;
    char *path = option_path(secret, &group);
    bool  good = path != NULL && bt_option_read(option, path, group, why,
                                                size);

    free(path);
    return good;
}

static void
fill(char **field, const char *value)
{
    char *copy;

    if (**field == '\0' && value != NULL && (copy = strdup(value)) != NULL) {
        free(*field);
        *field = copy;
    }
}

static void
fill_endpoints(bt_access *access, const bt_option *option)
{
    char        text[300];
    const char *form;

    if (option->socket != NULL) {
        fill(&access->endpoints, option->socket);
    } else if (option->host != NULL) {
        form = strchr(option->host, ':') != NULL ? "[%s]:%u" : "%s:%u";
        (void) snprintf(text, sizeof(text), form, option->host,
                        option->port != 0 ? option->port : 3306);
        fill(&access->endpoints, text);
    }
}

/* What the registration leaves open may stand in the option file.  A file that
 * cannot be read is complained of where its password is needed. */
void
bt_access_fill(bt_access *access, bool tls_given)
{
    bt_option option;
    char      why[256];

    if (!is_option(access->secret)
        || !read_option(access->secret, &option, why, sizeof(why)))
    {
        return;
    }
    fill(&access->user, option.user);
    fill(&access->tls_ca, option.ssl_ca);
    fill_endpoints(access, &option);
    if (!tls_given) {
        access->tls = option.tls;
    }
    bt_option_free(&option);
}

bool
bt_access_read(bt_store *store, int64_t cluster_id, bt_access *access)
{
    bt_value id = bt_int(cluster_id);
    bt_rows *rows;
    bool     found;

    *access = (bt_access) { .cluster_id = cluster_id };
    if (bt_store_run(store, "SELECT c.name, c.adapter, a.endpoints, a.user, "
                     "a.secret, a.program, a.tls, a.tls_ca, c.round_seconds, "
                     "a.connect_seconds, a.statement_seconds FROM clusters c "
                     "JOIN cluster_access a ON a.cluster_id = c.id "
                     "WHERE c.id = ?", &id, 1, &rows, NULL) != BT_STORE_OK)
    {
        return false;
    }
    found = bt_rows_next(rows) == 1 && take_access(access, rows);
    if (found) {
        bt_access_fill(access, bt_rows_get(rows, 6).text.len > 0);
    } else {
        bt_access_free(access);
    }
    bt_rows_close(rows);
    return found;
}

void
bt_access_free(bt_access *access)
{
    free(access->name);
    free(access->adapter);
    free(access->endpoints);
    free(access->user);
    free(access->secret);
    free(access->tls_ca);
    free(access->program);
    *access = (bt_access) { 0 };
}

/* Only the agent's own user may read a file with a secret; root, who checks a
 * cluster by hand, may read them all. */
static bool
is_private(int fd, const char *path, char *why, size_t size)
{
    struct stat about;

    if (fstat(fd, &about) != 0) {
        return refuse(why, size, "the secret's file %s: %s", path,
                      strerror(errno));
    }
    if (!S_ISREG(about.st_mode)) {
        return refuse(why, size, "the secret's file %s is no regular file",
                      path);
    }
    if (about.st_uid != geteuid() && geteuid() != 0) {
        return refuse(why, size, "the secret's file %s belongs to another "
                      "user; make the agent's user its owner", path);
    }
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return refuse(why, size, "the secret's file %s can be read by others; "
                      "run: chmod 600 %s", path, path);
    }
    return true;
}

static int
open_private(const char *path, char *why, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd == -1) {
        (void) refuse(why, size, "the secret's file %s: %s", path,
                      strerror(errno));
    } else if (!is_private(fd, path, why, size)) {
        (void) close(fd);
        fd = -1;
    }
    return fd;
}

static char *
first_line(int fd)
{
    char    text[SECRET_MAX + 1];
    ssize_t len = read(fd, text, SECRET_MAX);
    char   *line = NULL;

    if (len >= 0) {
        text[len] = '\0';
        text[strcspn(text, "\r\n")] = '\0';
        line = strdup(text);
    }
    explicit_bzero(text, sizeof(text));
    return line;
}

static bool
secret_of_file(const char *path, char **password, char *why, size_t size)
{
    int fd = open_private(path, why, size);

    if (fd == -1) {
        return false;
    }
    *password = first_line(fd);
    (void) close(fd);
    if (*password == NULL) {
        return refuse(why, size, "the secret's file %s cannot be read", path);
    }
    return **password != '\0'
           || refuse(why, size, "the first line of the secret's file %s is "
                     "empty", path);
}

static bool
secret_of_variable(const char *name, char **password, char *why, size_t size)
{
    const char *value = getenv(name);

    if (value == NULL) {
        return refuse(why, size, "the variable %s with the secret is not in "
                      "the agent's environment", name);
    }
    *password = strdup(value);
    return *password != NULL || refuse(why, size, "out of memory");
}

static bool
secret_of_option(const char *secret, char **password, char *why, size_t size)
{
    bt_option option;
    char     *group;
    char     *path = option_path(secret, &group);
    int       fd = path != NULL ? open_private(path, why, size) : -1;
    char      text[256];

    free(path);
    if (fd == -1) {
        return false;
    }
    (void) close(fd);
    if (!read_option(secret, &option, text, sizeof(text))) {
        return refuse(why, size, "the secret's %s: %s", secret, text);
    }
    *password = strdup(option.password != NULL ? option.password : "");
    bt_option_free(&option);
    return *password != NULL || refuse(why, size, "out of memory");
}

bool
bt_secret_read(const bt_access *access, char **password, char *why,
               size_t size)
{
    const char *secret = access->secret;
    bool        good;

    *password = NULL;
    if (*secret == '\0') {
        *password = strdup("");
        good = *password != NULL;
    } else if (strncmp(secret, "file:", 5) == 0) {
        good = secret_of_file(secret + 5, password, why, size);
    } else if (strncmp(secret, "env:", 4) == 0) {
        good = secret_of_variable(secret + 4, password, why, size);
    } else if (is_option(secret)) {
        good = secret_of_option(secret, password, why, size);
    } else {
        good = refuse(why, size, "the secret must be given as file:PATH, "
                      "env:NAME or option:PATH#GROUP");
    }
    if (!good) {
        bt_secret_free(*password);
        *password = NULL;
    }
    return good;
}

void
bt_secret_free(char *password)
{
    if (password != NULL) {
        explicit_bzero(password, strlen(password));
        free(password);
    }
}
