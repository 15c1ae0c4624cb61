/* digest.h: SHA-256 of a row of values, each told apart from its neighbours. */

#ifndef BT_DIGEST_H
#define BT_DIGEST_H

#include <openssl/evp.h>

#include "common/bt_text.h"

#define BT_DIGEST_SIZE  32

typedef struct {
    EVP_MD_CTX *context;           /* NULL: no memory */
} bt_digest;

void bt_digest_begin(bt_digest *digest);
void bt_digest_number(bt_digest *digest, int64_t number);
/* NULL is another value than "". */
void bt_digest_text(bt_digest *digest, const char *text);
void bt_digest_bytes(bt_digest *digest, const void *data, size_t len);
/* False without memory.  The digest is used up. */
bool bt_digest_end(bt_digest *digest, unsigned char out[BT_DIGEST_SIZE]);

#endif
