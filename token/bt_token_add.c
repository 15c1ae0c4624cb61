/* bt_token_add.c: prepares a key for the algorithms that it fits. */

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "token/bt_token_impl.h"

#define GROUP_MAX  64


static bool
group_is(EVP_PKEY *key, const char *group)
{
    char  name[GROUP_MAX];

    return EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) == 1
           && strcmp(name, group) == 0;
}


static bool
fits(const bt_alg *alg, EVP_PKEY *key)
{
    if (alg->type == NULL) {
        return false;
    }

    /* a key that its maker has bound to PSS */
    if (alg->pss && EVP_PKEY_is_a(key, "RSA-PSS")) {
        return true;
    }

    return EVP_PKEY_is_a(key, alg->type)
           && (alg->group == NULL || group_is(key, alg->group));
}


static bool
leave_out_public(bt_reader *reader, EVP_PKEY *key)
{
    char         group[GROUP_MAX];
    const char  *type = EVP_PKEY_get0_type_name(key);

    if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1) {
        return bt_reader_leave_out(reader, "is %s on %s", type, group);
    }

    return bt_reader_leave_out(reader, "is %s", type != NULL ? type : "odd");
}


/* A number on no curve, an even modulus and the like. */
static bool
is_valid(EVP_PKEY *key)
{
    EVP_PKEY_CTX  *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool           valid;

    valid = ctx != NULL && EVP_PKEY_public_check(ctx) == 1;

    EVP_PKEY_CTX_free(ctx);

    return valid;
}


static bool
check_public(bt_reader *reader, EVP_PKEY *key)
{
    int  bits = EVP_PKEY_get_bits(key);

    if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) {
        if (bits < BT_KEY_RSA_MIN) {
            return bt_reader_refuse(reader, "is RSA of %d bits; at least %d"
                                    " are needed", bits, BT_KEY_RSA_MIN);
        }

        if (bits > BT_KEY_RSA_MAX) {
            return bt_reader_refuse(reader, "is RSA of %d bits; at most %d"
                                    " are taken", bits, BT_KEY_RSA_MAX);
        }
    }

    if (!is_valid(key)) {
        return bt_reader_refuse(reader, "is not a valid %s key",
                                EVP_PKEY_get0_type_name(key));
    }

    return true;
}


static EVP_MD_CTX *
prepare_public(const bt_alg *alg, EVP_PKEY *key)
{
    EVP_MD_CTX    *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX  *params = NULL;

    if (ctx == NULL
        || EVP_DigestVerifyInit_ex(ctx, &params, alg->digest, NULL, NULL, key,
                                   NULL) != 1)
    {
        EVP_MD_CTX_free(ctx);
        return NULL;
    }

    /* RFC 7518 section 3.5: the salt is as long as the hash */
    if (alg->pss
        && (EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING) <= 0
            || EVP_PKEY_CTX_set_rsa_pss_saltlen(params,
                                                RSA_PSS_SALTLEN_DIGEST) <= 0))
    {
        EVP_MD_CTX_free(ctx);
        return NULL;
    }

    return ctx;
}


static EVP_MAC_CTX *
prepare_secret(const bt_alg *alg, const unsigned char *secret, size_t len)
{
    OSSL_PARAM    params[2];
    EVP_MAC      *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
    EVP_MAC_CTX  *ctx = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;

    /* OSSL_PARAM has no const; HMAC only reads it */
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                                 (char *) alg->digest, 0);
    params[1] = OSSL_PARAM_construct_end();

    EVP_MAC_free(mac);

    if (ctx != NULL && EVP_MAC_init(ctx, secret, len, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }

    return ctx;
}


/* Owns what `key` holds, in any case. */
static bool
append(bt_reader *reader, bt_key key, const bt_key_use *use)
{
    char     *kid = NULL;
    bt_keys  *keys = reader->keys;

    if (use->kid.data != NULL) {
        /* one byte more: a kid may be empty */
        kid = malloc(use->kid.len + 1);
        if (kid == NULL) {
            EVP_MD_CTX_free(key.verify);
            EVP_MAC_CTX_free(key.mac);
            return bt_reader_refuse(reader, "could not be kept: no memory");
        }

        memcpy(kid, use->kid.data, use->kid.len);
        key.kid = (bt_str) { kid, use->kid.len };
    }

    keys->list[keys->count++] = key;

    return true;
}


static bool
append_public(bt_reader *reader, const bt_alg *alg, EVP_PKEY *key,
    const bt_key_use *use)
{
    bt_key  entry = { .alg = alg, .verify = prepare_public(alg, key) };

    if (entry.verify == NULL) {
        return bt_reader_refuse(reader, "cannot be used for %s", alg->name);
    }

    entry.length = 2 * alg->bytes;
    if (entry.length == 0) {
        entry.length = (size_t) EVP_PKEY_get_size(key);
    }

    return append(reader, entry, use);
}


static bool
is_room(bt_reader *reader)
{
    if (reader->keys->keys == BT_KEYS_MAX) {
        return bt_reader_refuse(reader, "is one too many; a file may hold %d",
                                BT_KEYS_MAX);
    }

    reader->keys->keys++;

    return true;
}


bool
bt_reader_add_public(bt_reader *reader, EVP_PKEY *key, const bt_key_use *use)
{
    unsigned  algs = 0;
    size_t    i;

    for (i = 0; i < BT_ALG_COUNT; i++) {
        if (fits(&bt_algs[i], key)) {
            algs |= bt_algs[i].alg;
        }
    }

    algs &= use->algs & reader->keys->allowed;
    if (algs == 0) {
        return leave_out_public(reader, key);
    }

    if (!check_public(reader, key) || !is_room(reader)) {
        return false;
    }

    for (i = 0; i < BT_ALG_COUNT; i++) {
        if ((algs & bt_algs[i].alg) != 0
            && !append_public(reader, &bt_algs[i], key, use))
        {
            return false;
        }
    }

    return true;
}


/* Whoever gives a public key as the secret lets everybody sign. */
static bool
is_public_key(const unsigned char *secret, size_t len)
{
    const unsigned char  *p = secret;
    EVP_PKEY             *key;
    X509                 *certificate;
    bool                  is;

    if (bt_text_has_pem((bt_str) { (const char *) secret, len })) {
        return true;
    }

    key = d2i_PUBKEY(NULL, &p, (long) len);
    p = secret;
    certificate = d2i_X509(NULL, &p, (long) len);
    is = key != NULL || certificate != NULL;

    EVP_PKEY_free(key);
    X509_free(certificate);

    return is;
}


static bool
check_secret(bt_reader *reader, const bt_alg *alg, const unsigned char *secret,
    size_t len)
{
    if (len < alg->bytes || len > BT_KEY_HMAC_MAX) {
        return bt_reader_refuse(reader, "is a secret of %zu bytes; %s needs"
                                " %zu to %d random ones", len, alg->name,
                                alg->bytes, BT_KEY_HMAC_MAX);
    }

    if (is_public_key(secret, len)) {
        return bt_reader_refuse(reader, "is a public key given as a secret:"
                                " everybody could sign with it");
    }

    return true;
}


static bool
append_secret(bt_reader *reader, const bt_alg *alg,
    const unsigned char *secret, size_t len, const bt_key_use *use)
{
    bt_key  entry = { .alg = alg, .mac = prepare_secret(alg, secret, len) };

    if (entry.mac == NULL) {
        return bt_reader_refuse(reader, "cannot be used for %s", alg->name);
    }

    entry.length = alg->bytes;
    reader->secret = true;

    return append(reader, entry, use);
}


bool
bt_reader_add_secret(bt_reader *reader, const unsigned char *secret,
    size_t len, const bt_key_use *use)
{
    const bt_alg  *alg = bt_alg_find(BT_ALG_HS256);

    if ((use->algs & reader->keys->allowed & alg->alg) == 0) {
        return bt_reader_leave_out(reader, "is a secret");
    }

    return check_secret(reader, alg, secret, len) && is_room(reader)
           && append_secret(reader, alg, secret, len, use);
}
