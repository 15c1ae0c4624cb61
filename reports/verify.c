/* verify.c: reads documents back, and tells whether they are what was written. */

#include "reports/internal.h"

#include <string.h>


bt_store_status
bt_report_part(bt_store *store, const char *day, const char *group,
    const char *format, int64_t part, bt_rows **rows)
{
    bt_value         values[4];
    bt_store_status  status;

    values[0] = bt_text(bt_str_of(day));
    values[1] = bt_text(bt_str_of(group));
    values[2] = bt_text(bt_str_of(format));
    values[3] = bt_int(part);

    status = bt_store_run(store, "SELECT data FROM report_parts WHERE day = ?"
                          " AND group_name = ? AND format = ? AND part = ?",
                          values, 4, rows, NULL);

    if (status == BT_STORE_OK && bt_rows_next(*rows) <= 0) {
        bt_rows_close(*rows);
        *rows = NULL;
    }

    return status;
}


/* Adds the parts that there are to the digest. */
static bt_store_status
add_parts(bt_store *store, const bt_report_document *document,
    EVP_MD_CTX *digest, int64_t *bytes)
{
    char             day[BT_DAY_TEXT];
    bt_str           data;
    bt_rows         *rows;
    int64_t          part;
    bt_store_status  status;

    bt_day_format(day, document->day);

    for (part = 0; /* void */ ; part++) {
        status = bt_report_part(store, day, document->group, document->format,
                                part, &rows);

        if (status != BT_STORE_OK || rows == NULL) {
            return status;
        }

        data = bt_value_text(bt_rows_get(rows, 0));
        *bytes += (int64_t) data.len;

        if (EVP_DigestUpdate(digest, data.data, data.len) != 1) {
            status = BT_STORE_ERROR;
        }

        bt_rows_close(rows);

        if (status != BT_STORE_OK) {
            return status;
        }
    }
}


bt_store_status
bt_report_verify(bt_store *store, const bt_report_document *document,
    bool *kept, bool *good)
{
    char             sha256[BT_REPORT_SHA256_MAX];
    int64_t          bytes = 0;
    EVP_MD_CTX      *digest = EVP_MD_CTX_new();
    bt_store_status  status = BT_STORE_ERROR;

    if (digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1) {
        status = add_parts(store, document, digest, &bytes);
    }

    if (status == BT_STORE_OK) {
        bt_report_hex(sha256, digest);
        *kept = bytes > 0;
        *good = bytes == document->bytes
                && strcmp(sha256, document->sha256) == 0;
    }

    EVP_MD_CTX_free(digest);

    return status;
}
