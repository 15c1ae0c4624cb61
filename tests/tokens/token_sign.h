/* token_sign.h: makes keys and tokens with OpenSSL, for tests and the bench. */

#ifndef TOKEN_SIGN_H
#define TOKEN_SIGN_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "token/bt_token.h"

#define SIGNATURE_MAX  1024

/* A key pair, or a secret for HS256 (key is NULL). */
typedef struct {
    EVP_PKEY      *key;
    unsigned char  secret[BT_KEY_HMAC_MIN];
} sign_key;


static inline void
sign_need(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "token_sign.h: %s failed\n", what);
        abort();
    }
}


/* A new text, to be freed. */
static inline char *
    __attribute__((format(printf, 1, 2)))
sign_format(const char *format, ...)
{
    char     *text = NULL;
    va_list   args;

    va_start(args, format);
    sign_need(vasprintf(&text, format, args) >= 0, "vasprintf");
    va_end(args);

    return text;
}


static inline sign_key
sign_key_new(unsigned alg)
{
    sign_key  made;

    memset(&made, 0, sizeof(made));

    switch (alg) {

    case BT_ALG_ES256:
        made.key = EVP_EC_gen("P-256");
        break;

    case BT_ALG_ES384:
        made.key = EVP_EC_gen("P-384");
        break;

    case BT_ALG_EDDSA:
        made.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        break;

    case BT_ALG_HS256:
        sign_need(RAND_bytes(made.secret, sizeof(made.secret)) == 1, "random");
        return made;

    default:
        made.key = EVP_RSA_gen(2048);
    }

    sign_need(made.key != NULL, "key generation");

    return made;
}


static inline void
sign_key_free(sign_key *key)
{
    EVP_PKEY_free(key->key);
    key->key = NULL;
}


/* base64url without padding, to be freed. */
static inline char *
sign_base64(const void *data, size_t len)
{
    char    *text = malloc(len * 4 / 3 + 5);
    size_t   i, end;

    sign_need(text != NULL, "malloc");

    end = (size_t) EVP_EncodeBlock((unsigned char *) text, data, (int) len);

    while (end > 0 && text[end - 1] == '=') {
        text[--end] = '\0';
    }

    for (i = 0; i < end; i++) {
        text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
    }

    return text;
}


static inline const char *
sign_digest(unsigned alg)
{
    switch (alg) {

    case BT_ALG_RS384:
    case BT_ALG_ES384:
        return "SHA384";

    case BT_ALG_RS512:
        return "SHA512";

    case BT_ALG_EDDSA:
        return NULL;

    default:
        return "SHA256";
    }
}


/* From OpenSSL's form to r || s. */
static inline size_t
sign_raw(unsigned char *signature, size_t len, size_t bytes)
{
    const unsigned char  *p = signature;
    ECDSA_SIG            *sig = d2i_ECDSA_SIG(NULL, &p, (long) len);

    sign_need(sig != NULL, "d2i_ECDSA_SIG");
    (void) BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, (int) bytes);
    (void) BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + bytes, (int) bytes);
    ECDSA_SIG_free(sig);

    return 2 * bytes;
}


static inline size_t
sign_public(const sign_key *key, unsigned alg, const char *text, size_t size,
    unsigned char signature[SIGNATURE_MAX])
{
    EVP_MD_CTX    *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX  *params;
    size_t         len = SIGNATURE_MAX;

    sign_need(EVP_DigestSignInit_ex(ctx, &params, sign_digest(alg), NULL, NULL,
                                    key->key, NULL) == 1, "signing");

    if (alg == BT_ALG_PS256) {
        (void) EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING);
        (void) EVP_PKEY_CTX_set_rsa_pss_saltlen(params, RSA_PSS_SALTLEN_DIGEST);
    }

    sign_need(EVP_DigestSign(ctx, signature, &len, (const void *) text, size)
              == 1, "signing");
    EVP_MD_CTX_free(ctx);

    return len;
}


/* The signature as it stands in a token, before base64url. */
static inline size_t
sign_text(const sign_key *key, unsigned alg, const char *text, size_t size,
    unsigned char signature[SIGNATURE_MAX])
{
    unsigned  mac_len;
    size_t    len;

    if (alg == BT_ALG_HS256) {
        sign_need(HMAC(EVP_sha256(), key->secret, sizeof(key->secret),
                       (const void *) text, size, signature, &mac_len) != NULL,
                  "HMAC");
        return mac_len;
    }

    len = sign_public(key, alg, text, size, signature);

    if (EVP_PKEY_is_a(key->key, "EC")) {
        return sign_raw(signature, len,
                        ((size_t) EVP_PKEY_get_bits(key->key) + 7) / 8);
    }

    return len;
}


/* Header and payload of any bytes, signed; to be freed. */
static inline char *
sign_bytes(const sign_key *key, unsigned alg, bt_str header, bt_str payload)
{
    char           *h = sign_base64(header.data, header.len);
    char           *p = sign_base64(payload.data, payload.len);
    char           *text = sign_format("%s.%s", h, p);
    unsigned char   signature[SIGNATURE_MAX];
    size_t          len = sign_text(key, alg, text, strlen(text), signature);
    char           *s = sign_base64(signature, len);
    char           *token = sign_format("%s.%s", text, s);

    free(s);
    free(text);
    free(p);
    free(h);

    return token;
}


static inline char *
sign_token(const sign_key *key, unsigned alg, const char *header,
    const char *payload)
{
    return sign_bytes(key, alg, bt_str_of(header), bt_str_of(payload));
}


/* A number of the key as a member of a JWK, in `bytes` bytes, 0: as needed. */
static inline char *
sign_number(const sign_key *key, const char *name, size_t bytes)
{
    BIGNUM         *number = NULL;
    unsigned char   data[SIGNATURE_MAX];
    char           *text;

    sign_need(EVP_PKEY_get_bn_param(key->key, name, &number) == 1, name);

    if (bytes == 0) {
        bytes = (size_t) BN_num_bytes(number);
    }

    sign_need(BN_bn2binpad(number, data, (int) bytes) >= 0, name);
    text = sign_base64(data, bytes);
    BN_free(number);

    return text;
}


/* The members of a public JWK, or of a secret's, after its "kty". */
static inline char *
sign_members(const sign_key *key)
{
    unsigned char   x[32];
    size_t          bytes, len = sizeof(x);
    char           *a, *b = NULL, *text;

    if (key->key == NULL) {
        a = sign_base64(key->secret, sizeof(key->secret));
        text = sign_format("\"oct\",\"k\":\"%s\"", a);

    } else if (EVP_PKEY_is_a(key->key, "EC")) {
        bytes = ((size_t) EVP_PKEY_get_bits(key->key) + 7) / 8;
        a = sign_number(key, OSSL_PKEY_PARAM_EC_PUB_X, bytes);
        b = sign_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, bytes);
        text = sign_format("\"EC\",\"crv\":\"P-%d\",\"x\":\"%s\",\"y\":\"%s\"",
                           EVP_PKEY_get_bits(key->key), a, b);

    } else if (EVP_PKEY_is_a(key->key, "ED25519")) {
        sign_need(EVP_PKEY_get_raw_public_key(key->key, x, &len) == 1, "x");
        a = sign_base64(x, len);
        text = sign_format("\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"", a);

    } else {
        a = sign_number(key, OSSL_PKEY_PARAM_RSA_N, 0);
        b = sign_number(key, OSSL_PKEY_PARAM_RSA_E, 0);
        text = sign_format("\"RSA\",\"n\":\"%s\",\"e\":\"%s\"", a, b);
    }

    free(b);
    free(a);

    return text;
}


/* more: further members, each with a comma before it; to be freed. */
static inline char *
sign_jwk(const sign_key *key, const char *more)
{
    char  *members = sign_members(key);
    char  *text = sign_format("{\"kty\":%s%s}", members, more);

    free(members);

    return text;
}


/* What a BIO in memory has got, to be freed; frees the BIO. */
static inline char *
sign_bio_text(BIO *bio)
{
    char  *data, *text;
    long   len = BIO_get_mem_data(bio, &data);

    text = strndup(data, (size_t) len);
    sign_need(text != NULL, "strndup");
    BIO_free(bio);

    return text;
}


/* Signed by the key itself, and expired. */
static inline X509 *
sign_certificate(const sign_key *key, unsigned alg)
{
    X509        *x = X509_new();
    const char  *digest = sign_digest(alg);

    (void) X509_set_pubkey(x, key->key);
    (void) X509_gmtime_adj(X509_getm_notBefore(x), -1000);
    (void) X509_gmtime_adj(X509_getm_notAfter(x), -1);
    sign_need(X509_sign(x, key->key, digest != NULL
                        ? EVP_get_digestbyname(digest) : NULL) > 0, "X509");

    return x;
}


static inline char *
sign_pem(const sign_key *key)
{
    BIO  *bio = BIO_new(BIO_s_mem());

    sign_need(PEM_write_bio_PUBKEY(bio, key->key) == 1, "PEM");

    return sign_bio_text(bio);
}

#endif
