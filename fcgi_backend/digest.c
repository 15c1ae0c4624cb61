/* digest.c: SHA-256 of a row of values, each told apart from its neighbours. */

#include "fcgi_backend/digest.h"

#include <string.h>


static void
add(bt_digest *digest, const void *data, size_t len)
{
    if (digest->context != NULL
        && EVP_DigestUpdate(digest->context, data, len) != 1)
    {
        EVP_MD_CTX_free(digest->context);
        digest->context = NULL;
    }
}


void
bt_digest_begin(bt_digest *digest)
{
    digest->context = EVP_MD_CTX_new();

    if (digest->context != NULL
        && EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1)
    {
        EVP_MD_CTX_free(digest->context);
        digest->context = NULL;
    }
}


void
bt_digest_number(bt_digest *digest, int64_t number)
{
    add(digest, &number, sizeof(number));
}


void
bt_digest_bytes(bt_digest *digest, const void *data, size_t len)
{
    bt_digest_number(digest, (int64_t) len);
    add(digest, data, len);
}


void
bt_digest_text(bt_digest *digest, const char *text)
{
    if (text == NULL) {
        bt_digest_number(digest, -1);

    } else {
        bt_digest_bytes(digest, text, strlen(text));
    }
}


bool
bt_digest_end(bt_digest *digest, unsigned char out[BT_DIGEST_SIZE])
{
    bool  good;

    good = digest->context != NULL
           && EVP_DigestFinal_ex(digest->context, out, NULL) == 1;
    EVP_MD_CTX_free(digest->context);
    digest->context = NULL;

    return good;
}
