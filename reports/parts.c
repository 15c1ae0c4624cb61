/* parts.c: a document's bytes into the store, part by part, with their SHA-256. */

#include "reports/internal.h"

#include <stdlib.h>
#include <string.h>

#define PART  (1024 * 1024)


bool
bt_report_parts_begin(bt_report_parts *parts)
{
    parts->digest = EVP_MD_CTX_new();
    parts->data = malloc(PART);

    return parts->digest != NULL && parts->data != NULL
           && EVP_DigestInit_ex(parts->digest, EVP_sha256(), NULL) == 1;
}


static void
add_part(bt_report_parts *parts)
{
    bt_value  values[5];

    values[0] = bt_text(bt_str_of(parts->day));
    values[1] = bt_text(bt_str_of(parts->group));
    values[2] = bt_text(bt_str_of(parts->format));
    values[3] = bt_int(parts->part);
    values[4] = bt_text(((bt_str) { parts->data, parts->len }));

    parts->status = bt_store_run(parts->reporter->writer,
                                 "INSERT INTO report_parts (day, group_name,"
                                 " format, part, data) VALUES (?, ?, ?, ?, ?)",
                                 values, 5, NULL, NULL);
    parts->part++;
    parts->len = 0;
}


static bool
is_stopped(const bt_reporter *reporter)
{
    return reporter->stopping != NULL && atomic_load(reporter->stopping);
}


bool
bt_report_parts_write(void *context, const char *data, size_t len)
{
    size_t            piece;
    bt_report_parts  *parts = context;

    if (is_stopped(parts->reporter)) {
        parts->status = BT_STORE_UNAVAILABLE;
    }

    if (EVP_DigestUpdate(parts->digest, data, len) != 1) {
        parts->status = BT_STORE_ERROR;
    }

    parts->bytes += (int64_t) len;

    while (len > 0 && parts->status == BT_STORE_OK) {
        piece = len < PART - parts->len ? len : PART - parts->len;
        memcpy(parts->data + parts->len, data, piece);
        parts->len += piece;
        data += piece;
        len -= piece;

        if (parts->len == PART) {
            add_part(parts);
        }
    }

    return parts->status == BT_STORE_OK;
}


void
bt_report_hex(char out[BT_REPORT_SHA256_MAX], EVP_MD_CTX *digest)
{
    unsigned              i, len = 0;
    unsigned char         sum[EVP_MAX_MD_SIZE];
    static const char     digits[] = "0123456789abcdef";

    out[0] = '\0';

    if (EVP_DigestFinal_ex(digest, sum, &len) != 1
        || len != (BT_REPORT_SHA256_MAX - 1) / 2)
    {
        return;
    }

    for (i = 0; i < len; i++) {
        out[2 * i] = digits[sum[i] >> 4];
        out[2 * i + 1] = digits[sum[i] & 15];
    }

    out[2 * len] = '\0';
}


void
bt_report_parts_end(bt_report_parts *parts)
{
    if (parts->status == BT_STORE_OK && parts->len > 0) {
        add_part(parts);
    }

    bt_report_hex(parts->sha256, parts->digest);

    if (parts->status == BT_STORE_OK && parts->sha256[0] == '\0') {
        parts->status = BT_STORE_ERROR;
    }
}


void
bt_report_parts_free(bt_report_parts *parts)
{
    EVP_MD_CTX_free(parts->digest);
    free(parts->data);
}
