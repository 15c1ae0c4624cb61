/* bt_audit.c: the audit trail: each event holds the SHA-256 of its predecessor. */

#include "bt_audit.h"

#include <openssl/evp.h>
#include <string.h>

#define AUDIT_COLUMNS  14
#define AUDIT_NAMES                                                           \
    "id, at, user, roles, client_address, request_id, action, kind,"          \
    " target_id, cluster_id, tenant_id, command_id, outcome, detail,"         \
    " previous_hash, hash"
#define AUDIT_CHUNK    1000

/* Values of an event in the order of the table. */
static void
bt_audit_values(const bt_audit_event *event, bt_value out[AUDIT_COLUMNS])
{
    const bt_str  texts[] = {
        event->user, event->roles, event->client_address, event->request_id,
        event->action, event->kind
    };
    const int64_t numbers[] = {
        event->target_id, event->cluster_id, event->tenant_id,
        event->command_id
    };

    *out++ = bt_int(event->id);
    *out++ = bt_time(event->at);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *out++ = texts[i].len > 0 ? bt_text(texts[i]) : bt_null();
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        *out++ = numbers[i] != 0 ? bt_int(numbers[i]) : bt_null();
    }
    *out++ = bt_text(event->outcome);
    *out = event->detail.len > 0 ? bt_text(event->detail) : bt_null();
}

static bool
bt_audit_add_bytes(EVP_MD_CTX *context, bt_str bytes)
{
    char   data[24];
    bt_buf length;

    bt_buf_init(&length, data, sizeof(data));
    bt_buf_addi(&length, (int64_t) bytes.len);
    bt_buf_addc(&length, ':');
    return EVP_DigestUpdate(context, data, length.len) == 1
           && EVP_DigestUpdate(context, bytes.data, bytes.len) == 1
           && EVP_DigestUpdate(context, "\n", 1) == 1;
}

static bool
bt_audit_add(EVP_MD_CTX *context, bt_value value)
{
    char   data[BT_TIME_MAX];
    bt_buf number;

    switch (value.type) {
    case BT_VALUE_NULL:
        return EVP_DigestUpdate(context, "-\n", 2) == 1;
    case BT_VALUE_INT:
        bt_buf_init(&number, data, sizeof(data));
        bt_buf_addi(&number, value.number);
        return bt_audit_add_bytes(context, (bt_str) { data, number.len });
    case BT_VALUE_TIME:
        return bt_audit_add_bytes(
            context,
            (bt_str) { data, bt_time_format_sql(data, value.number) });
    case BT_VALUE_TEXT:
        break;
    }
    return bt_audit_add_bytes(context, value.text);
}

static bool
bt_audit_hash_values(const unsigned char previous[BT_AUDIT_HASH],
                     const bt_value values[AUDIT_COLUMNS],
                     unsigned char hash[BT_AUDIT_HASH])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool        good;

    if (context == NULL) {
        return false;
    }
    good = EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1
           && EVP_DigestUpdate(context, previous, BT_AUDIT_HASH) == 1;
    for (size_t i = 0; good && i < AUDIT_COLUMNS; i++) {
        good = bt_audit_add(context, values[i]);
    }
    good = good && EVP_DigestFinal_ex(context, hash, NULL) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

bool
bt_audit_hash(const unsigned char previous[BT_AUDIT_HASH],
              const bt_audit_event *event, unsigned char hash[BT_AUDIT_HASH])
{
    bt_value values[AUDIT_COLUMNS];

    bt_audit_values(event, values);
    return bt_audit_hash_values(previous, values, hash);
}

/* Id and hash of the last event; 0 and zeros where there is none. */
static bt_store_status
bt_audit_last(bt_store *store, int64_t *id, unsigned char hash[BT_AUDIT_HASH])
{
    bt_rows        *rows;
    bt_value        value;
    bt_store_status status;

    *id = 0;
    memset(hash, 0, BT_AUDIT_HASH);
    status = bt_store_run(store, "SELECT id, hash FROM audit_events"
                          " ORDER BY id DESC LIMIT 1", NULL, 0, &rows, NULL);
    if (status != BT_STORE_OK) {
        return status;
    }
    if (bt_rows_next(rows) > 0) {
        *id = bt_rows_get(rows, 0).number;
        value = bt_rows_get(rows, 1);
        if (value.type == BT_VALUE_TEXT && value.text.len == BT_AUDIT_HASH) {
            memcpy(hash, value.text.data, BT_AUDIT_HASH);
        }
    }
    bt_rows_close(rows);
    return BT_STORE_OK;
}

static bt_store_status
mark_change(bt_store *store, int64_t cluster_id, bt_value number, bt_value at)
{
    bt_value values[] = { number, at, bt_int(cluster_id) };

    if (cluster_id == BT_CHANGE_NOWHERE) {
        return BT_STORE_OK;
    }
    if (cluster_id == BT_CHANGE_EVERYWHERE) {
        return bt_store_run(store, "UPDATE cluster_changes SET number = ?,"
                            " at = ?", values, 2, NULL, NULL);
    }
    return bt_store_run(store, "INSERT INTO cluster_changes (number, at,"
                        " cluster_id) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE"
                        " number = VALUES(number), at = VALUES(at)", values, 3,
                        NULL, NULL);
}

bt_store_status
bt_change_number(bt_store *store, int64_t cluster_id, int64_t *number)
{
    bt_value        at = bt_null();
    bt_rows        *rows;
    int64_t         affected = 0;
    bt_store_status status;

    status = bt_store_run(store, BT_SQL_NEXT_NUMBER, NULL, 0, NULL, &affected);
    if (status == BT_STORE_OK) {
        status = bt_store_run(store, "SELECT number, at FROM change_counter"
                              " WHERE id = 1", NULL, 0, &rows, NULL);
    }
    if (status != BT_STORE_OK) {
        return status;
    }
    if (bt_rows_next(rows) > 0 && affected == 1) {
        *number = bt_rows_get(rows, 0).number;
        at = bt_rows_get(rows, 1);
    } else {
        status = BT_STORE_ERROR;
    }
    bt_rows_close(rows);
    return status == BT_STORE_OK
           ? mark_change(store, cluster_id, bt_int(*number), at) : status;
}

static bt_str
bt_audit_hex(const unsigned char hash[BT_AUDIT_HASH],
             char out[2 * BT_AUDIT_HASH])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < BT_AUDIT_HASH; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    return (bt_str) { out, 2 * BT_AUDIT_HASH };
}

bt_store_status
bt_audit_append(bt_store *store, const bt_audit_event *event)
{
    bt_value        values[AUDIT_COLUMNS + 2];
    unsigned char   previous[BT_AUDIT_HASH];
    unsigned char   hash[BT_AUDIT_HASH];
    char            hex[2][2 * BT_AUDIT_HASH];
    bt_audit_event  next = *event;
    bt_store_status status;

    status = bt_audit_last(store, &next.id, previous);
    if (status != BT_STORE_OK) {
        return status;
    }
    next.id++;
    if (!bt_audit_hash(previous, &next, hash)) {
        return BT_STORE_ERROR;
    }
    bt_audit_values(&next, values);
    values[AUDIT_COLUMNS] = bt_text(bt_audit_hex(previous, hex[0]));
    values[AUDIT_COLUMNS + 1] = bt_text(bt_audit_hex(hash, hex[1]));
    return bt_store_run(store, "INSERT INTO audit_events (" AUDIT_NAMES ")"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                        " UNHEX(?), UNHEX(?))",
                        values, AUDIT_COLUMNS + 2, NULL, NULL);
}

static int
bt_audit_digit(char c)
{
    const char  digits[] = "0123456789abcdef";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int) (found - digits) : -1;
}

/* Reads "ID:HASH"; false where it is none. */
static bool
bt_audit_read_place(bt_str text, bt_audit_place *place)
{
    size_t at = 0;

    place->id = 0;
    while (at < text.len && at < 18 && text.data[at] >= '0'
           && text.data[at] <= '9')
    {
        place->id = place->id * 10 + (text.data[at++] - '0');
    }
    if (at == 0 || text.len - at < 1 + 2 * BT_AUDIT_HASH
        || text.data[at++] != ':')
    {
        return false;
    }
    for (size_t i = 0; i < BT_AUDIT_HASH; i++, at += 2) {
        int high = bt_audit_digit(text.data[at]);
        int low = bt_audit_digit(text.data[at + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        place->hash[i] = (unsigned char) (high << 4 | low);
    }
    return true;
}

static bool
bt_audit_read_pruned(bt_str detail, bt_audit_place *place)
{
    const bt_str words = BT_STR(BT_AUDIT_PRUNED);
    const char  *found = memmem(detail.data, detail.len, words.data,
                                words.len);

    if (found == NULL) {
        return false;
    }
    found += words.len;
    return bt_audit_read_place(
        (bt_str) { found, detail.len - (size_t) (found - detail.data) },
        place);
}

bt_store_status
bt_audit_begin(bt_store *store, bt_audit_place *place)
{
    bt_rows        *rows;
    bt_audit_place  found;
    bt_store_status status;

    *place = (bt_audit_place) { .id = 0 };
    status = bt_store_run(store, "SELECT t.detail, b.id FROM audit_events t"
                          " JOIN (SELECT MIN(id) AS id FROM audit_events) b"
                          " WHERE t.action = '" BT_AUDIT_PRUNE "'"
                          " AND b.id > 1 ORDER BY t.id DESC LIMIT 1", NULL, 0,
                          &rows, NULL);
    if (status != BT_STORE_OK) {
        return status;
    }
    if (bt_rows_next(rows) > 0
        && bt_rows_get(rows, 0).type == BT_VALUE_TEXT
        && bt_audit_read_pruned(bt_rows_get(rows, 0).text, &found)
        && found.id < bt_rows_get(rows, 1).number)
    {
        *place = found;
    }
    bt_rows_close(rows);
    return BT_STORE_OK;
}

static bool
bt_audit_is(bt_value value, const unsigned char hash[BT_AUDIT_HASH])
{
    return value.type == BT_VALUE_TEXT && value.text.len == BT_AUDIT_HASH
           && memcmp(value.text.data, hash, BT_AUDIT_HASH) == 0;
}

static void
bt_audit_found(bt_audit_walk *walk, int64_t id, const char *fault)
{
    walk->bad_id = id;
    walk->fault = fault;
}

/* Goes on to the event that `rows` is on, or tells what is wrong with it. */
static bool
bt_audit_step(bt_audit_walk *walk, bt_rows *rows)
{
    bt_value      values[AUDIT_COLUMNS];
    bt_value      previous = bt_rows_get(rows, AUDIT_COLUMNS);
    unsigned char hash[BT_AUDIT_HASH];

    for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
        values[i] = bt_rows_get(rows, i);
    }
    if (values[0].number != walk->last + 1) {
        bt_audit_found(walk, walk->last + 1, "is missing");
    } else if (walk->events == 0 && walk->trust
               && previous.type == BT_VALUE_TEXT
               && previous.text.len == BT_AUDIT_HASH)
    {
        memcpy(walk->hash, previous.text.data, BT_AUDIT_HASH);
    } else if (!bt_audit_is(previous, walk->hash)) {
        bt_audit_found(walk, values[0].number,
                       "does not follow the one before it");
    }
    if (walk->bad_id != 0) {
        return true;
    }
    if (!bt_audit_hash_values(walk->hash, values, hash)) {
        return false;
    }
    if (!bt_audit_is(bt_rows_get(rows, AUDIT_COLUMNS + 1), hash)) {
        bt_audit_found(walk, values[0].number, "was changed");
        return true;
    }
    memcpy(walk->hash, hash, BT_AUDIT_HASH);
    walk->last = values[0].number;
    walk->events++;
    return true;
}

/* The next events; *more: there may be others behind them. */
static bt_store_status
bt_audit_walk_on(bt_store *store, bt_audit_walk *walk, bool *more)
{
    bt_rows        *rows;
    bt_value        params[2] = { bt_int(walk->last), bt_int(AUDIT_CHUNK) };
    int             next;
    size_t          count = 0;
    bool            good = true;
    bt_store_status status;

    status = bt_store_run(store, "SELECT " AUDIT_NAMES " FROM audit_events"
                          " WHERE id > ? ORDER BY id LIMIT ?", params, 2,
                          &rows, NULL);
    if (status != BT_STORE_OK) {
        return status;
    }
    while ((next = bt_rows_next(rows)) > 0 && good && walk->bad_id == 0) {
        good = bt_audit_step(walk, rows);
        count++;
    }
    bt_rows_close(rows);
    *more = count == AUDIT_CHUNK && walk->bad_id == 0;
    return good && next >= 0 ? BT_STORE_OK : BT_STORE_ERROR;
}

bt_store_status
bt_audit_verify(bt_store *store, int64_t from, bt_audit_walk *walk)
{
    bool            more = true;
    bt_audit_place  begin;
    bt_store_status status = bt_audit_begin(store, &begin);

    *walk = (bt_audit_walk) { .first = from, .last = from - 1, .trust = true };
    if (from <= begin.id + 1) {
        walk->first = begin.id + 1;
        walk->last = begin.id;
        walk->trust = false;
        memcpy(walk->hash, begin.hash, BT_AUDIT_HASH);
    }
    while (status == BT_STORE_OK && more) {
        status = bt_audit_walk_on(store, walk, &more);
    }
    return status;
}
