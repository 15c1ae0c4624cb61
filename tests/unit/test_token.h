/* test_token.h: what the tests of token/ share: cmocka, keys, verification. */

#ifndef TEST_TOKEN_H
#define TEST_TOKEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/tokens/token_sign.h"

#define COUNT(table)  (sizeof(table) / sizeof((table)[0]))

/* 2026-11-22T08:20:04Z */
#define TEST_NOW      INT64_C(1795335604)
#define TEST_ISSUER   "https://portal.example/realms/ops"
#define TEST_CLAIMS   "\"iss\":\"" TEST_ISSUER "\",\"aud\":\"backup\"," \
                      "\"iat\":1795335600"
#define TEST_PAYLOAD  "{\"exp\":1795335664," TEST_CLAIMS ",\"sub\":\"li.wei\"}"

/* One key of each type, made once by test_keys_make(). */
typedef struct {
    sign_key  rsa, es256, es384, eddsa, secret;
} test_keys;

/* Each algorithm and the key that it is tested with. */
typedef struct {
    unsigned     alg;
    const char  *name;
    size_t       key;                    /* offset in test_keys */
} test_alg;

static const test_alg  test_algs[] = {
    { BT_ALG_RS256, "RS256", offsetof(test_keys, rsa) },
    { BT_ALG_RS384, "RS384", offsetof(test_keys, rsa) },
    { BT_ALG_RS512, "RS512", offsetof(test_keys, rsa) },
    { BT_ALG_PS256, "PS256", offsetof(test_keys, rsa) },
    { BT_ALG_ES256, "ES256", offsetof(test_keys, es256) },
    { BT_ALG_ES384, "ES384", offsetof(test_keys, es384) },
    { BT_ALG_EDDSA, "EdDSA", offsetof(test_keys, eddsa) },
    { BT_ALG_HS256, "HS256", offsetof(test_keys, secret) },
};


static inline int
test_keys_make(void **state)
{
    test_keys  *keys = calloc(1, sizeof(*keys));

    keys->rsa = sign_key_new(BT_ALG_RS256);
    keys->es256 = sign_key_new(BT_ALG_ES256);
    keys->es384 = sign_key_new(BT_ALG_ES384);
    keys->eddsa = sign_key_new(BT_ALG_EDDSA);
    keys->secret = sign_key_new(BT_ALG_HS256);
    *state = keys;

    return 0;
}


static inline int
test_keys_unmake(void **state)
{
    test_keys  *keys = *state;

    sign_key_free(&keys->rsa);
    sign_key_free(&keys->es256);
    sign_key_free(&keys->es384);
    sign_key_free(&keys->eddsa);
    free(keys);

    return 0;
}


static inline const sign_key *
test_key_of(const test_keys *keys, const test_alg *alg)
{
    return (const sign_key *) (const void *) ((const char *) keys + alg->key);
}


/* Parses keys that have to be good; frees the text. */
static inline bt_keys *
test_parse_keys(char *text, unsigned allowed)
{
    char      why[BT_KEYS_WHY_MAX] = "";
    bt_keys  *keys = bt_keys_parse("keys", bt_str_of(text), allowed, why,
                                   sizeof(why));

    if (keys == NULL) {
        fail_msg("%s\n%s", why, text);
    }

    assert_string_equal(why, "");
    free(text);

    return keys;
}


/* A JWKS of one key, with further members. */
static inline bt_keys *
test_jwks(const sign_key *key, const char *more, unsigned allowed)
{
    char  *jwk = sign_jwk(key, more);
    char  *set = sign_format("{\"keys\":[%s]}", jwk);

    free(jwk);

    return test_parse_keys(set, allowed);
}


/* The keys of a portal, each with its kid, and a secret. */
static inline bt_keys *
test_portal_keys(const test_keys *keys, unsigned allowed)
{
    char     *rsa = sign_jwk(&keys->rsa, ",\"kid\":\"rsa\"");
    char     *ec = sign_jwk(&keys->es256, ",\"kid\":\"ec\"");
    char     *ed = sign_jwk(&keys->eddsa, ",\"kid\":\"ed\"");
    char     *secret = sign_jwk(&keys->secret, ",\"kid\":\"hs\"");
    char     *set = sign_format("{\"keys\":[%s,%s,%s,%s]}", rsa, ec, ed,
                                secret);

    free(secret);
    free(ed);
    free(ec);
    free(rsa);

    return test_parse_keys(set, allowed);
}


static inline bt_token_conf
test_conf(void)
{
    static const bt_str  audiences[] = {
        { "backup", 6 }, { "https://backup.example/", 23 }
    };

    return (bt_token_conf) { BT_STR(TEST_ISSUER), audiences,
                             COUNT(audiences), 0, false };
}


/* Verifies `len` bytes that end where the memory ends, so that a sanitizer
 * sees a byte read too far. */
static inline bt_token_e
test_verify_bytes(const bt_keys *keys, const bt_token_conf *conf,
    const char *token, size_t len)
{
    bt_claims   *claims = (bt_claims *) &claims;
    bt_token_e   reason;
    char        *copy = malloc(len + (len == 0));

    if (len > 0) {
        memcpy(copy, token, len);
    }

    reason = bt_token_verify(keys, conf, TEST_NOW, (bt_str) { copy, len },
                             &claims);

    assert_int_equal(reason == BT_TOKEN_GOOD, claims != NULL);
    assert_non_null(bt_token_text(reason));
    bt_claims_free(claims);
    free(copy);

    return reason;
}


static inline void
test_reason(const char *name, bt_token_e got, bt_token_e expected)
{
    if (got != expected) {
        fail_msg("%s: \"%s\", not \"%s\"", name, bt_token_text(got),
                 bt_token_text(expected));
    }
}


/* Verifies a token that has to end so; frees it. */
static inline void
test_expect(const char *name, const bt_keys *keys, char *token,
    bt_token_e expected)
{
    bt_token_conf  conf = test_conf();

    test_reason(name, test_verify_bytes(keys, &conf, token, strlen(token)),
                expected);
    free(token);
}

#endif
