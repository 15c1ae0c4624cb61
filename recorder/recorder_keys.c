/* recorder_keys.c: finds records by their natural key, and gives ids to new ones. */

#include "recorder_internal.h"

#include <string.h>

#define KEY_COLUMNS  6

/* FNV-1a, a number at a time. */
static uint64_t
hash_step(uint64_t hash, uint64_t part)
{
    return (hash ^ part) * UINT64_C(1099511628211);
}

static uint64_t
hash_key(const rec_key *key)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    hash = hash_step(hash, (uint64_t) key->kind);
    hash = hash_step(hash, (uint64_t) key->cluster_id);
    hash = hash_step(hash, (uint64_t) key->incarnation);
    hash = hash_step(hash, (uint64_t) key->tenant);
    hash = hash_step(hash, (uint64_t) key->copy_id);
    for (size_t i = 0; i < key->source_id.len; i++) {
        hash = hash_step(hash, (unsigned char) key->source_id.data[i]);
    }
    return hash;
}

static bool
same_key(const rec_key *a, const rec_key *b)
{
    return a->kind == b->kind && a->cluster_id == b->cluster_id
           && a->incarnation == b->incarnation && a->tenant == b->tenant
           && a->copy_id == b->copy_id
           && bt_str_eq(a->source_id, b->source_id);
}

/* The place in the table where the key is, or would be. */
static size_t *
find_place(const bt_recorder *recorder, const rec_key *key)
{
    size_t *table = recorder->index.data;
    size_t  mask = recorder->index.count - 1;
    size_t  at = (size_t) hash_key(key) & mask;

    while (table[at] != 0
           && !same_key(rec_at(&recorder->keys, table[at] - 1), key))
    {
        at = (at + 1) & mask;
    }
    return &table[at];
}

/* Keeps the table at most half full, its size a power of two. */
static bool
grow_index(bt_recorder *recorder)
{
    size_t wanted = recorder->index.count > 0 ? 2 * recorder->index.count
                                              : 256;

    if (2 * recorder->keys.count < recorder->index.count) {
        return true;
    }
    while (recorder->index.count < wanted) {
        if (rec_add(recorder, &recorder->index) == NULL) {
            return false;
        }
    }
    memset(recorder->index.data, 0, wanted * sizeof(size_t));
    for (size_t i = 0; i < recorder->keys.count; i++) {
        *find_place(recorder, rec_at(&recorder->keys, i)) = i + 1;
    }
    return true;
}

size_t
rec_key_of(bt_recorder *recorder, const rec_key *key)
{
    size_t  *place;
    rec_key *added;

    if (!grow_index(recorder)) {
        return REC_NONE;
    }
    place = find_place(recorder, key);
    if (*place != 0) {
        return *place - 1;
    }
    added = rec_add(recorder, &recorder->keys);
    if (added == NULL) {
        return REC_NONE;
    }
    *added = *key;
    *place = recorder->keys.count;
    return recorder->keys.count - 1;
}

static void
bind_key(bt_recorder *recorder, const rec_key *key)
{
    rec_bind(recorder, bt_int(key->cluster_id));
    rec_bind(recorder, bt_text(bt_str_of(rec_kinds[key->kind].name)));
    rec_bind(recorder, bt_int(key->incarnation));
    rec_bind(recorder, bt_int(key->tenant));
    rec_bind(recorder, bt_text(key->source_id));
    rec_bind(recorder, bt_int(key->copy_id));
}

static bt_kind
kind_by_name(bt_str name)
{
    int kind = 0;

    while (kind + 1 < BT_KIND_MAX
           && !bt_str_eqz(name, rec_kinds[kind].name))
    {
        kind++;
    }
    return (bt_kind) kind;
}

static void
take_key_row(const bt_recorder *recorder, bt_rows *rows)
{
    rec_key seen = {
        .cluster_id = bt_rows_get(rows, 2).number,
        .kind = kind_by_name(bt_rows_get(rows, 3).text),
        .incarnation = (int) bt_rows_get(rows, 4).number,
        .tenant = bt_rows_get(rows, 5).number,
        .source_id = bt_rows_get(rows, 6).text,
        .copy_id = bt_rows_get(rows, 7).number
    };
    size_t   place = *find_place(recorder, &seen);
    rec_key *key;

    if (place != 0) {
        key = rec_at(&recorder->keys, place - 1);
        key->id = bt_rows_get(rows, 0).number;
        key->listed_at = bt_rows_get(rows, 1).number;
    }
}

/* Looks up `count` keys given by their numbers. */
static bool
look_up(bt_recorder *recorder, const size_t *numbers, size_t count)
{
    bt_rows *rows;

    rec_sql_start(recorder, "SELECT id, listed_at, cluster_id, kind, "
                  "incarnation, ob_tenant_id, source_id, copy_id "
                  "FROM record_keys WHERE ");
    for (size_t i = 0; i < count; i++) {
        rec_sql(recorder, i > 0 ? " OR " : "");
        rec_sql(recorder, "(cluster_id = ? AND kind = ? AND incarnation = ? "
                "AND ob_tenant_id = ? AND source_id = ? AND copy_id = ?)");
        bind_key(recorder, rec_at(&recorder->keys, numbers[i]));
    }
    if (!rec_run(recorder, &rows)) {
        return false;
    }
    while (bt_rows_next(rows) == 1) {
        take_key_row(recorder, rows);
    }
    bt_rows_close(rows);
    return true;
}

static bool
look_up_all(bt_recorder *recorder, const size_t *numbers, size_t count)
{
    for (size_t done = 0; done < count;) {
        size_t portion = rec_portion(count - done);

        if (!look_up(recorder, numbers + done, portion)) {
            return false;
        }
        done += portion;
    }
    return true;
}

static bt_usec
listed_at(const bt_recorder *recorder, const rec_key *key)
{
    const rec_item *item = rec_at(&recorder->items, key->item);
    const bt_value *start = &item->values[rec_kinds[item->kind].start_time];

    return start->type == BT_VALUE_TIME ? start->number : item->at;
}

static bool
insert_keys(bt_recorder *recorder, const size_t *numbers, size_t count)
{
    rec_sql_start(recorder, "INSERT INTO record_keys (cluster_id, kind, "
                  "incarnation, ob_tenant_id, source_id, copy_id, listed_at) "
                  "VALUES ");
    for (size_t i = 0; i < count; i++) {
        const rec_key *key = rec_at(&recorder->keys, numbers[i]);

        rec_sql(recorder, i > 0 ? ", " : "");
        rec_placeholders(recorder, KEY_COLUMNS + 1);
        bind_key(recorder, key);
        rec_bind(recorder, bt_time(listed_at(recorder, key)));
    }
    return rec_run(recorder, NULL);
}

static bool
insert_all(bt_recorder *recorder, const size_t *numbers, size_t count)
{
    for (size_t done = 0; done < count;) {
        size_t portion = rec_portion(count - done);

        if (!insert_keys(recorder, numbers + done, portion)) {
            return false;
        }
        done += portion;
    }
    return look_up_all(recorder, numbers, count);
}

/* Numbers of the keys without an id; of items only, or of all. */
static size_t *
missing(bt_recorder *recorder, bool items_only, size_t *count)
{
    size_t *numbers = rec_alloc(recorder, &recorder->scratch,
                                (recorder->keys.count + 1) * sizeof(*numbers));

    *count = 0;
    for (size_t i = 0; numbers != NULL && i < recorder->keys.count; i++) {
        const rec_key *key = rec_at(&recorder->keys, i);

        if (key->id == 0 && (!items_only || key->item != REC_NONE)) {
            numbers[(*count)++] = i;
        }
    }
    return numbers;
}

bool
rec_resolve_keys(bt_recorder *recorder)
{
    size_t  count;
    size_t *numbers;

    for (size_t i = 0; i < recorder->keys.count; i++) {
        ((rec_key *) rec_at(&recorder->keys, i))->id = 0;
    }
    numbers = missing(recorder, false, &count);
    if (numbers == NULL || !look_up_all(recorder, numbers, count)) {
        return false;
    }
    numbers = missing(recorder, true, &count);
    if (numbers == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const rec_key *key = rec_at(&recorder->keys, numbers[i]);

        ((rec_item *) rec_at(&recorder->items, key->item))->is_new = true;
    }
    return insert_all(recorder, numbers, count);
}
