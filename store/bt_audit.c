/* bt_audit.c: the audit trail: each event holds the SHA-256 of its predecessor. */

#include "bt_audit.h"

#include <openssl/evp.h>
#include <string.h>

#define AUDIT_COLUMNS  14

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

bool
bt_audit_hash(const unsigned char previous[BT_AUDIT_HASH],
              const bt_audit_event *event, unsigned char hash[BT_AUDIT_HASH])
{
    bt_value    values[AUDIT_COLUMNS];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool        good;

    if (context == NULL) {
        return false;
    }
    bt_audit_values(event, values);
    good = EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1
           && EVP_DigestUpdate(context, previous, BT_AUDIT_HASH) == 1;
    for (size_t i = 0; good && i < AUDIT_COLUMNS; i++) {
        good = bt_audit_add(context, values[i]);
    }
    good = good && EVP_DigestFinal_ex(context, hash, NULL) == 1;
    EVP_MD_CTX_free(context);
    return good;
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

bt_store_status
bt_change_number(bt_store *store, int64_t *number)
{
    bt_rows        *rows;
    int64_t         affected = 0;
    bt_store_status status;

    status = bt_store_run(store, "UPDATE change_counter"
                          " SET number = number + 1 WHERE id = 1", NULL, 0,
                          NULL, &affected);
    if (status == BT_STORE_OK) {
        status = bt_store_run(store, "SELECT number FROM change_counter"
                              " WHERE id = 1", NULL, 0, &rows, NULL);
    }
    if (status != BT_STORE_OK) {
        return status;
    }
    if (bt_rows_next(rows) > 0 && affected == 1) {
        *number = bt_rows_get(rows, 0).number;
    } else {
        status = BT_STORE_ERROR;
    }
    bt_rows_close(rows);
    return status;
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
    return bt_store_run(store, "INSERT INTO audit_events (id, at, user, roles,"
                        " client_address, request_id, action, kind, target_id,"
                        " cluster_id, tenant_id, command_id, outcome, detail,"
                        " previous_hash, hash) VALUES"
                        " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                        " UNHEX(?), UNHEX(?))",
                        values, AUDIT_COLUMNS + 2, NULL, NULL);
}
