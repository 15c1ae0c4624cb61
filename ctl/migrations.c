/* migrations.c: reads the migration files and splits them into statements. */

#include "migrations.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char  *data;
    size_t len;
} text_file;

static bool
complain(char *why, size_t size, const char *path, const char *text)
{
    (void) snprintf(why, size, "%s: %s", path, text);
    return false;
}

/* NNNN-name.sql */
static bool
is_migration(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < 4; i++) {
        if (!isdigit((unsigned char) name[i])) {
            return false;
        }
    }
    return name[4] == '-' && len > 9 && strcmp(name + len - 4, ".sql") == 0
           && len < MIGRATION_NAME_MAX;
}

static int
number_of(const char *name)
{
    int number = 0;

    for (size_t i = 0; i < 4; i++) {
        number = 10 * number + (name[i] - '0');
    }
    return number;
}

static bool
read_all(int fd, text_file *file)
{
    struct stat about;

    if (fstat(fd, &about) != 0) {
        return false;
    }
    file->data = calloc(1, (size_t) about.st_size + 1);
    if (file->data == NULL) {
        return false;
    }
    while (file->len < (size_t) about.st_size) {
        ssize_t got = read(fd, file->data + file->len,
                           (size_t) about.st_size - file->len);

        if (got <= 0) {
            return got == 0;
        }
        file->len += (size_t) got;
    }
    return true;
}

static bool
slurp(const char *path, text_file *file)
{
    int  fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good;

    *file = (text_file) { NULL, 0 };
    if (fd < 0) {
        return false;
    }
    good = read_all(fd, file);
    (void) close(fd);
    if (!good) {
        free(file->data);
        file->data = NULL;
    }
    return good;
}

static bool
digest(const text_file *file, char out[65])
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned      len = 0;

    if (EVP_Digest(file->data, file->len, hash, &len, EVP_sha256(), NULL) != 1)
    {
        return false;
    }
    for (unsigned i = 0; i < len && i < 32; i++) {
        (void) snprintf(out + 2 * (size_t) i, 3, "%02x", hash[i]);
    }
    return true;
}

static bool
add_statement(migration_file *migration, const char *text)
{
    char **grown = realloc(migration->statements,
                           (migration->count + 1) * sizeof(*grown));

    if (grown == NULL) {
        return false;
    }
    migration->statements = grown;
    grown[migration->count] = strdup(text);
    if (grown[migration->count] == NULL) {
        return false;
    }
    migration->count++;
    return true;
}

/* Cuts at a ';' that ends a line; lines that are a comment are left out.
 * `pending` is true when text without its ';' is left at the end. */
static bool
split(migration_file *migration, char *text, bool *pending)
{
    char   *statement = calloc(1, strlen(text) + 2);
    size_t  used = 0;
    char   *rest = text;
    char   *line;

    if (statement == NULL) {
        return false;
    }
    while ((line = strsep(&rest, "\n")) != NULL) {
        size_t len = strlen(line);

        while (len > 0 && isspace((unsigned char) line[len - 1])) {
            len--;
        }
        if (len == 0 || strncmp(line, "--", 2) == 0) {
            continue;
        }
        memcpy(statement + used, line, len);
        used += len;
        statement[used++] = '\n';
        if (line[len - 1] != ';') {
            continue;
        }
        statement[used - 2] = '\0';
        if (!add_statement(migration, statement)) {
            free(statement);
            return false;
        }
        used = 0;
    }
    *pending = used > 0;
    free(statement);
    return true;
}

static bool
read_migration(migration_file *migration, const char *dir, const char *name,
                  char *why, size_t size)
{
    char         path[4096];
    text_file file;
    bool         pending = false;
    bool         good;

    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);
    (void) snprintf(migration->name, sizeof(migration->name), "%s", name);
    migration->version = number_of(name);
    if (!slurp(path, &file)) {
        return complain(why, size, path, strerror(errno));
    }
    good = digest(&file, migration->sha256)
           && split(migration, file.data, &pending);
    free(file.data);
    if (!good) {
        return complain(why, size, path, "out of memory");
    }
    if (pending || migration->count == 0) {
        return complain(why, size, path,
                           "does not end with a whole statement");
    }
    return true;
}

static int
is_one(const struct dirent *entry)
{
    return is_migration(entry->d_name);
}

static bool
read_names(migration_list *migrations, const char *dir,
              struct dirent **names, size_t count, char *why, size_t size)
{
    migrations->items = calloc(count + 1, sizeof(*migrations->items));
    if (migrations->items == NULL) {
        return complain(why, size, dir, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        migration_file *migration = &migrations->items[i];

        migrations->count = i + 1;
        if (!read_migration(migration, dir, names[i]->d_name, why, size)) {
            return false;
        }
        if (migration->version != (int) i + 1) {
            return complain(why, size, dir, "the numbers of the migrations "
                               "must be 0001, 0002 ... without a hole");
        }
    }
    return true;
}

bool
migrations_read(migration_list *migrations, const char *dir, char *why,
                   size_t size)
{
    struct dirent **names;
    int             count;
    bool            good;

    *migrations = (migration_list) { NULL, 0 };
    count = scandir(dir, &names, is_one, alphasort);
    if (count < 0) {
        return complain(why, size, dir, strerror(errno));
    }
    if (count == 0) {
        free(names);
        return complain(why, size, dir, "no migrations (0001-….sql) here");
    }
    good = read_names(migrations, dir, names, (size_t) count, why, size);
    for (int i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
    if (!good) {
        migrations_free(migrations);
    }
    return good;
}

void
migrations_free(migration_list *migrations)
{
    for (size_t i = 0; i < migrations->count; i++) {
        migration_file *migration = &migrations->items[i];

        for (size_t k = 0; k < migration->count; k++) {
            free(migration->statements[k]);
        }
        free(migration->statements);
    }
    free(migrations->items);
    *migrations = (migration_list) { NULL, 0 };
}
