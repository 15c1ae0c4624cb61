/* bt_token_impl.h: what the files of token/ share and nobody else includes. */

#ifndef BT_TOKEN_IMPL_H
#define BT_TOKEN_IMPL_H

#include <jansson.h>
#include <openssl/evp.h>

#include "token/bt_token.h"

#define BT_ALG_COUNT       8
/* An RSA key may be used with this many algorithms, others with fewer. */
#define BT_KEY_ALGS_MAX    4
/* Of an RSA key of BT_KEY_RSA_MAX bits. */
#define BT_SIGNATURE_MAX   (BT_KEY_RSA_MAX / 8)

typedef struct {
    unsigned    alg;
    const char *name;
    const char *type;        /* of the key, OpenSSL's name; NULL: a secret */
    const char *group;       /* its curve, OpenSSL's name, or NULL */
    const char *digest;      /* or NULL: part of the algorithm */
    size_t      bytes;       /* ES: of r, and of s; HS: of the hash */
    bool        pss;
} bt_alg;

extern const bt_alg bt_algs[BT_ALG_COUNT];
const bt_alg *bt_alg_find(unsigned alg);    /* NULL: not one */

/* One key with one of its algorithms.  The contexts are prepared and never
 * used themselves: each verification works with a copy. */
typedef struct {
    const bt_alg *alg;
    bt_str        kid;       /* data NULL: the key has none */
    EVP_MD_CTX   *verify;    /* NULL for a secret */
    EVP_MAC_CTX  *mac;       /* NULL for a public key */
    size_t        length;    /* bytes of a signature */
} bt_key;

struct bt_keys {
    unsigned allowed;
    unsigned keys;           /* keys in the file that count */
    size_t   count;          /* entries of list */
    bt_key   list[BT_KEYS_MAX * BT_KEY_ALGS_MAX];
};

/* A key file being read. */
typedef struct {
    const char *path;
    bt_keys    *keys;
    unsigned    number;      /* of the key being read, from 1; 0: none */
    bool        secret;      /* a secret was among the keys that count */
    char        left_out[80];    /* what the first key that fits none is */
    char       *why;
    size_t      size;
} bt_reader;

/* What a JWK says of its own use, or nothing: kid.data NULL, all algorithms. */
typedef struct {
    bt_str   kid;
    unsigned algs;
} bt_key_use;

/* Writes the sentence; always false. */
bool bt_reader_refuse(bt_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Remembers what a key is that does not count; always true. */
bool bt_reader_leave_out(bt_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a key for the algorithms that it fits, or leaves it out.  False: it was
 * refused and the sentence is written. */
bool bt_reader_add_public(bt_reader *reader, EVP_PKEY *key,
                          const bt_key_use *use);
bool bt_reader_add_secret(bt_reader *reader, const unsigned char *secret,
                          size_t len, const bt_key_use *use);

/* True for a text with the beginning of a PEM block somewhere in it. */
bool bt_text_has_pem(bt_str text);

/* The keys of a text that is PEM, or JSON.  False as above. */
bool bt_reader_pem(bt_reader *reader, bt_str text);
bool bt_reader_jwks(bt_reader *reader, bt_str text);

/* Strict base64url: RFC 7515 section 2, RFC 4648 sections 5, 3.2, 3.3, 3.5.
 * `out` holds BT_BASE64_BYTES(in.len).  The decoded length, or -1. */
#define BT_BASE64_BYTES(chars)  ((chars) * 3 / 4)
long bt_base64_decode(unsigned char *out, bt_str in);

/* An object from JSON, as strict as bt_token_verify() says; NULL if it is not
 * one, with where and the code (not the text) of why in *error, or NULL. */
json_t *bt_json_object(bt_str text, json_error_t *error);

static inline bt_str
bt_json_text(const json_t *json)
{
    return (bt_str) { json_string_value(json), json_string_length(json) };
}

/* True for a good signature of `text`.  Errors of OpenSSL are a false. */
bool bt_key_verify(const bt_key *key, bt_str text,
                   const unsigned char *signature, size_t len);

/* Registered claims against what they have to be. */
bt_token_e bt_claims_check(const bt_claims *claims, const bt_token_conf *conf,
                           int64_t now);

#endif
