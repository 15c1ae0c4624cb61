/* recorder_internal.h: what the files of the recorder share. */

#ifndef RECORDER_INTERNAL_H
#define RECORDER_INTERNAL_H

#include "recorder.h"

#define REC_COLUMNS_MAX  18
#define REC_PART_MAX     8
#define REC_CAUSE        4          /* code, stage, text, trace_id */
#define REC_NONE         SIZE_MAX

/* A growing array; items are zeroed. */
typedef struct {
    void  *data;
    size_t size;                    /* of one item */
    size_t count;
    size_t room;
} rec_list;

/* Memory that is given back as a whole. */
typedef struct rec_block rec_block;
typedef struct { rec_block *first; } rec_arena;

typedef enum {
    REC_PLAIN,
    REC_VOLATILE,                   /* may change without being a change */
    REC_DERIVED                     /* kept by the recorder itself */
} rec_nature;

typedef struct {
    const char *name;
    size_t      chars;              /* longest text in code points */
    rec_nature  nature;
} rec_column;

/* A table of records: its columns besides those that all have. */
typedef struct {
    const char       *name;         /* in record_keys and changes */
    const char       *table;
    const rec_column *columns;
    size_t            count;
    size_t            status, status_since, start_time, end_time;
    size_t            mode, method; /* of the hourly counts; REC_NONE: '' */
    bool              counted;
} rec_kind;

extern const rec_kind rec_kinds[BT_KIND_MAX];

/* Columns of the tables that other code here looks at by name. */
enum { REC_DATA_SECONDS = 2, REC_SECOND_TASK = 2, REC_SECOND_KIND = 1 };

typedef enum {
    REC_TASK_TENANTS, REC_ROUNDS, REC_GAPS, REC_PARTS
} rec_part_kind;

typedef struct {
    const char       *table;
    const char       *parent;       /* its column for the record's id */
    const rec_column *columns;
    size_t            keys;         /* the first columns; the rest are values */
    size_t            count;
} rec_part_table;

extern const rec_part_table rec_part_tables[REC_PARTS];

/* A natural key; several places of one commit may name the same. */
typedef struct {
    bt_kind  kind;
    int64_t  cluster_id;
    int      incarnation;
    int64_t  tenant;
    bt_str   source_id;
    int64_t  copy_id;
    size_t   item;                  /* REC_NONE: only a link */
    int64_t  id;                    /* 0: not found */
    bt_usec  listed_at;
} rec_key;

typedef struct {
    bt_kind   kind;
    size_t    key;
    size_t    link;                 /* second: key of what it copies */
    bt_usec   at;
    bt_value  values[REC_COLUMNS_MAX];
    bt_value  cause[REC_CAUSE];
    /* Of the transaction under way. */
    size_t    tenant;               /* in the list of tenants */
    bool      is_new;
    bool      gone;                 /* removed earlier: stays so */
    bool      changed;
    bool      touched;              /* volatile columns only */
    bt_value *old;                  /* the row as it stands */
    bt_value *old_cause;            /* NULL: it has none */
} rec_item;

typedef struct {
    rec_part_kind kind;
    size_t        item;
    bt_value      values[REC_PART_MAX];
    /* Of the transaction under way. */
    bt_value      first;            /* values[0], a tenant as our id of it */
    bool          found;
    bool          same;
} rec_part;

typedef struct {
    size_t  item;
    bt_usec at;
    int64_t seconds;
} rec_sample;

typedef struct {
    int64_t  id;                    /* 0: to be inserted */
    int64_t  cluster_id;
    int      incarnation;
    int64_t  ob_id;
    bt_str   name;
    bt_str   role;
    bt_str   log_mode;
    bt_usec  last_full;
    bt_usec  last_incremental;
    bt_str   last_data_status;
    int64_t  last_data_id;
    bt_usec  last_data_at;
    bt_usec  restorable_from;
    bt_usec  restorable_to;
    bool     changed;
    bool     touched;
    bool     renamed;
    bool     stale;                 /* a finished task is not what it was */
} rec_tenant;

typedef struct {
    bt_kind kind;
    int64_t id;
    bt_usec at;
    /* Of the transaction under way. */
    bool    found;
    int64_t cluster_id;
    int64_t tenant_id;
    bt_usec listed_at;
} rec_removal;

/* One task more or less in a cell of hourly_counts. */
typedef struct {
    bt_kind kind;
    int64_t cluster_id;
    int64_t tenant_id;
    bt_usec hour;
    bt_str  status;
    bt_str  mode;
    bt_str  method;
    int64_t tasks;
} rec_count;

typedef struct {
    const char *kind;
    int64_t     id;
    int64_t     cluster_id;
    int64_t     tenant_id;
    bt_value    old_status;
    bt_value    new_status;
    bt_usec     at;
} rec_change;

/* second_backups of a data task that is not part of the commit. */
typedef struct {
    int64_t id;
    bt_usec listed_at;
    int64_t more;
    bt_usec at;
} rec_seconds;

struct bt_recorder {
    bt_store *store;
    char      error[512];
    bool      no_memory;
    bt_holder holder;               /* who must hold what is written */
    bool      lost;                 /* it did not */
    /* The scope of what is put. */
    int64_t   cluster_id;
    int       incarnation;
    bt_usec   at;
    /* What was put. */
    rec_arena arena;
    rec_list  keys;
    rec_list  index;                /* hash table of key numbers + 1 */
    rec_list  items;
    rec_list  parts;
    rec_list  samples;
    rec_list  tenants_put;
    rec_list  removals;
    /* Of the transaction under way. */
    rec_arena scratch;
    rec_list  clusters;             /* int64_t, ascending */
    rec_list  clusters_changed;     /* int64_t */
    rec_list  tenants;
    rec_list  counts;
    rec_list  changes;
    rec_list  seconds;
    int64_t   number;               /* the change number; 0: not taken */
    /* A statement being built. */
    rec_list  text;
    rec_list  params;
};

/* recorder_memory.c */
void  *rec_add(bt_recorder *recorder, rec_list *list);
void  *rec_at(const rec_list *list, size_t index);
void   rec_list_free(rec_list *list);
void  *rec_alloc(bt_recorder *recorder, rec_arena *arena, size_t size);
void   rec_arena_free(rec_arena *arena);
bt_str rec_copy(bt_recorder *recorder, rec_arena *arena, bt_str text);
/* Text for a column: malformed UTF-8 becomes U+FFFD, what is too long is cut,
 * an empty text is NULL. */
bt_value rec_text_value(bt_recorder *recorder, bt_str text, size_t chars);
bt_value rec_number_value(int64_t number);
bt_value rec_time_value(bt_usec at);
bool   rec_equal(const bt_value *a, const bt_value *b);
bt_str rec_text_of(const bt_value *value);
bt_usec rec_time_of(const bt_value *value);

/* recorder_sql.c: builds and runs statements. */
void   rec_sql(bt_recorder *recorder, const char *text);
void   rec_bind(bt_recorder *recorder, bt_value value);
void   rec_sql_start(bt_recorder *recorder, const char *text);
bool   rec_run(bt_recorder *recorder, bt_rows **rows);
/* *affected: how many rows have changed. */
bt_store_status rec_run_changing(bt_recorder *recorder, int64_t *affected);
/* Ends a condition on `clusters c` by the lease of who writes, if need be. */
void   rec_held(bt_recorder *recorder);
/* How many of `left` things go into one statement: few different numbers, so
 * that few different statements are prepared. */
size_t rec_portion(size_t left);
void   rec_placeholders(bt_recorder *recorder, size_t count);
/* Copies a row's columns into the scratch arena. */
bool   rec_take(bt_recorder *recorder, bt_rows *rows, size_t first,
                bt_value *values, size_t count);

/* recorder_kinds.c: a source id as the keys have it. */
bt_str rec_source_text(bt_recorder *recorder, bt_str source_id);

/* recorder_cluster.c: marks a cluster as changed. */
bool   rec_number_cluster(bt_recorder *recorder, int64_t id);

/* recorder_keys.c */
size_t rec_key_of(bt_recorder *recorder, const rec_key *key);
bool   rec_resolve_keys(bt_recorder *recorder);

/* recorder_diff.c */
bool   rec_load(bt_recorder *recorder);
void   rec_compare(bt_recorder *recorder);
bool   rec_compare_parts(bt_recorder *recorder);

/* recorder_tenants.c */
bool   rec_lock_clusters(bt_recorder *recorder);
bool   rec_load_tenants(bt_recorder *recorder);
size_t rec_find_tenant(const bt_recorder *recorder, const rec_key *key,
                       int64_t ob_id);
/* Sets the error of a record or part that names a tenant never put. */
void   rec_unknown_tenant(bt_recorder *recorder, const rec_key *key,
                          int64_t ob_id);
void   rec_add_id(bt_recorder *recorder, rec_list *list, int64_t id);
bool   rec_write_tenants(bt_recorder *recorder);

/* recorder_last.c: what tenants know of their last backups. */
void   rec_note_backups(bt_recorder *recorder);
bool   rec_refresh_tenants(bt_recorder *recorder);

/* recorder_counts.c */
void   rec_count_item(bt_recorder *recorder, const rec_item *item);
void   rec_count_one(bt_recorder *recorder, rec_count count);
bool   rec_write_counts(bt_recorder *recorder);

/* recorder_second.c */
bool   rec_link_seconds(bt_recorder *recorder);
bool   rec_lock_seconds(bt_recorder *recorder);
bool   rec_write_seconds(bt_recorder *recorder);

/* recorder_remove.c */
bool   rec_find_removal_clusters(bt_recorder *recorder);
bool   rec_find_removals(bt_recorder *recorder);
bool   rec_write_removals(bt_recorder *recorder);

/* recorder_write.c */
/* The next change number; it concerns these clusters. */
bool   rec_take_number(bt_recorder *recorder, const int64_t *ids,
                       size_t count);
bool   rec_write_items(bt_recorder *recorder);
bool   rec_write_changes(bt_recorder *recorder);

#endif
