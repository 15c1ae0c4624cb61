/* migrations.h: the numbered migrations as they stand in files. */

#ifndef MIGRATIONS_H
#define MIGRATIONS_H

#include <stdbool.h>
#include <stddef.h>

#define MIGRATION_NAME_MAX  80

/* One statement of a migration, without its ';'. */
typedef struct {
    char  **statements;
    size_t  count;
    int     version;                        /* from the name: 0001-... */
    char    name[MIGRATION_NAME_MAX];       /* 0001-records.sql */
    char    sha256[65];                     /* of the file, hex */
} migration_file;

typedef struct {
    migration_file *items;                    /* 1, 2, 3 ... without a hole */
    size_t        count;
} migration_list;

/* Reads the files NNNN-name.sql of a directory.  False: why says what is
 * wrong (a hole, a name twice, an unreadable or unfinished file). */
bool migrations_read(migration_list *migrations, const char *dir, char *why,
                        size_t size);
void migrations_free(migration_list *migrations);

#endif
