/* bt_token_pem.c: public keys and certificates of a PEM file. */

#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "token/bt_token_impl.h"

#define BEGIN  "-----BEGIN "

typedef struct {
    char          *label;
    char          *header;
    unsigned char *data;
    long           len;
} bt_block;


bool
bt_text_has_pem(bt_str text)
{
    size_t  i, len = sizeof(BEGIN) - 1;

    for (i = 0; i + len <= text.len; i++) {
        if (memcmp(text.data + i, BEGIN, len) == 0) {
            return true;
        }
    }

    return false;
}


static EVP_PKEY *
certificate_key(const unsigned char **p, long len)
{
    X509      *certificate = d2i_X509(NULL, p, len);
    EVP_PKEY  *key = NULL;

    if (certificate != NULL) {
        key = X509_get_pubkey(certificate);
    }

    X509_free(certificate);

    return key;
}


/* RFC 7468 sections 5 and 13, RFC 8017 appendix A.1.1. */
static EVP_PKEY *
key_of(const char *label, const unsigned char **p, long len)
{
    if (strcmp(label, PEM_STRING_PUBLIC) == 0) {
        return d2i_PUBKEY(NULL, p, len);
    }

    if (strcmp(label, PEM_STRING_RSA_PUBLIC) == 0) {
        return d2i_PublicKey(EVP_PKEY_RSA, NULL, p, len);
    }

    return certificate_key(p, len);
}


static bool
check_label(bt_reader *reader, const char *label)
{
    static const char *const  labels[] = {
        PEM_STRING_PUBLIC, PEM_STRING_RSA_PUBLIC, PEM_STRING_X509
    };
    size_t                    i;

    for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (strcmp(label, labels[i]) == 0) {
            return true;
        }
    }

    if (strstr(label, "PRIVATE KEY") != NULL) {
        return bt_reader_refuse(reader, "is a private key; put the public one"
                                " here (openssl pkey -pubout) and keep that"
                                " one away from this host");
    }

    return bt_reader_refuse(reader, "is of an unknown kind; PUBLIC KEY, RSA"
                            " PUBLIC KEY and CERTIFICATE are taken");
}


static bool
read_block(bt_reader *reader, const char *label, const unsigned char *data,
    long len)
{
    static const bt_key_use  any = { { NULL, 0 }, BT_ALG_ALL };
    const unsigned char     *p = data;
    EVP_PKEY                *key;
    bool                     good;

    if (!check_label(reader, label)) {
        return false;
    }

    key = key_of(label, &p, len);

    good = key != NULL && p == data + len
           ? bt_reader_add_public(reader, key, &any)
           : bt_reader_refuse(reader, "is broken");

    EVP_PKEY_free(key);

    return good;
}


/* 1: a block; 0: there is none any more; -1: broken. */
static int
next_block(BIO *bio, bt_block *block)
{
    int  found;

    (void) ERR_set_mark();

    found = PEM_read_bio(bio, &block->label, &block->header, &block->data,
                         &block->len);
    if (found != 1
        && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    {
        found = -1;
    }

    (void) ERR_pop_to_mark();

    return found;
}


static bool
read_blocks(bt_reader *reader, BIO *bio)
{
    bt_block  block;
    bool      good;
    int       found;

    do {
        reader->number++;

        found = next_block(bio, &block);
        if (found <= 0) {
            break;
        }

        good = read_block(reader, block.label, block.data, block.len);

        OPENSSL_free(block.label);
        OPENSSL_free(block.header);
        OPENSSL_clear_free(block.data, (size_t) block.len);

    } while (good);

    if (found < 0 || (found == 0 && reader->number == 1)) {
        return bt_reader_refuse(reader, "is broken, or cut off");
    }

    if (found == 0) {
        reader->number = 0;
    }

    return found == 0;
}


bool
bt_reader_pem(bt_reader *reader, bt_str text)
{
    BIO   *bio = BIO_new_mem_buf(text.data, (int) text.len);
    bool   good;

    if (bio == NULL) {
        return bt_reader_refuse(reader, "no memory");
    }

    good = read_blocks(reader, bio);

    BIO_free(bio);

    return good;
}
