/* test_token_accept.c: good tokens of every algorithm, and how keys are chosen. */

#include <openssl/err.h>

#include "tests/unit/test_token.h"

/* r and s of ES256, both 0: 86 characters. */
#define A_20            "AAAAAAAAAAAAAAAAAAAA"
#define ZERO_SIGNATURE  A_20 A_20 A_20 A_20 A_20


static char *
header_of(const char *alg, const char *more)
{
    return sign_format("{\"alg\":\"%s\",\"typ\":\"JWT\"%s}", alg, more);
}


static char *
token_of(const test_keys *keys, const test_alg *alg, const char *more)
{
    char  *header = header_of(alg->name, more);
    char  *token = sign_token(test_key_of(keys, alg), alg->alg, header,
                              TEST_PAYLOAD);

    free(header);

    return token;
}


/* A set of all five keys, each with a kid, as a portal publishes it. */
static char *
all_keys(const test_keys *keys)
{
    char  *rsa = sign_jwk(&keys->rsa, ",\"kid\":\"r\",\"use\":\"sig\"");
    char  *es256 = sign_jwk(&keys->es256, ",\"kid\":\"e\"");
    char  *es384 = sign_jwk(&keys->es384, ",\"kid\":\"f\"");
    char  *eddsa = sign_jwk(&keys->eddsa, ",\"kid\":\"d\"");
    char  *secret = sign_jwk(&keys->secret, ",\"kid\":\"s\"");
    char  *set = sign_format("{\"keys\":[%s,%s,%s,%s,%s]}", rsa, es256, es384,
                             eddsa, secret);

    free(secret);
    free(eddsa);
    free(es384);
    free(es256);
    free(rsa);

    return set;
}


static void
test_every_algorithm(void **state)
{
    bt_keys  *keys;
    size_t    i;

    for (i = 0; i < COUNT(test_algs); i++) {
        keys = test_jwks(test_key_of(*state, &test_algs[i]), "",
                         test_algs[i].alg);
        test_expect(test_algs[i].name, keys,
                    token_of(*state, &test_algs[i], ""), BT_TOKEN_GOOD);
        bt_keys_free(keys);
    }
}


/* The same with one set for all, by kid and without. */
static void
test_one_set(void **state)
{
    bt_keys  *keys = test_parse_keys(all_keys(*state), BT_ALG_ALL);
    char      kid[] = ",\"kid\":\"?\"";
    size_t    i;

    for (i = 0; i < COUNT(test_algs); i++) {
        kid[8] = "rrrrefds"[i];
        test_expect(test_algs[i].name, keys,
                    token_of(*state, &test_algs[i], ""), BT_TOKEN_GOOD);
        test_expect(test_algs[i].name, keys,
                    token_of(*state, &test_algs[i], kid), BT_TOKEN_GOOD);
    }

    bt_keys_free(keys);
}


/* Each token against keys for each other algorithm: never good. */
static void
test_every_pair(void **state)
{
    bt_keys  *keys;
    size_t    i, k;

    for (i = 0; i < COUNT(test_algs); i++) {
        keys = test_parse_keys(all_keys(*state), test_algs[i].alg);

        for (k = 0; k < COUNT(test_algs); k++) {
            test_expect(test_algs[k].name, keys,
                        token_of(*state, &test_algs[k], ""),
                        i == k ? BT_TOKEN_GOOD : BT_TOKEN_ALG);
        }

        bt_keys_free(keys);
    }
}


static void
test_pem(void **state)
{
    bt_keys  *keys;
    size_t    i;

    for (i = 0; test_algs[i].alg != BT_ALG_HS256; i++) {
        keys = test_parse_keys(sign_pem(test_key_of(*state, &test_algs[i])),
                               test_algs[i].alg);
        /* a key without kid is a key for every kid */
        test_expect(test_algs[i].name, keys,
                    token_of(*state, &test_algs[i], ""), BT_TOKEN_GOOD);
        test_expect(test_algs[i].name, keys,
                    token_of(*state, &test_algs[i], ",\"kid\":\"k\""),
                    BT_TOKEN_GOOD);
        bt_keys_free(keys);
    }
}


static char *
certificate_of(const sign_key *key, unsigned alg)
{
    X509  *certificate = sign_certificate(key, alg);
    BIO   *bio = BIO_new(BIO_s_mem());

    sign_need(PEM_write_bio_X509(bio, certificate) == 1, "PEM");
    X509_free(certificate);

    return sign_bio_text(bio);
}


/* It has expired, which says nothing about the key. */
static void
test_certificate(void **state)
{
    bt_keys  *keys;
    size_t    i;

    for (i = 0; test_algs[i].alg != BT_ALG_HS256; i++) {
        keys = test_parse_keys(
            certificate_of(test_key_of(*state, &test_algs[i]),
                           test_algs[i].alg), test_algs[i].alg);
        test_expect(test_algs[i].name, keys,
                    token_of(*state, &test_algs[i], ""), BT_TOKEN_GOOD);
        bt_keys_free(keys);
    }
}


/* Several blocks with words between them, and PKCS #1. */
static void
test_pem_file(void **state)
{
    const test_keys  *k = *state;
    char             *es256 = sign_pem(&k->es256);
    char             *eddsa = sign_pem(&k->eddsa);
    BIO              *bio = BIO_new(BIO_s_mem());
    EVP_PKEY         *rsa = k->rsa.key;
    unsigned char    *der = NULL;
    int               len = i2d_PublicKey(rsa, &der);
    char             *pkcs1;
    bt_keys          *keys;
    size_t            i;

    (void) PEM_write_bio(bio, PEM_STRING_RSA_PUBLIC, "", der, len);
    OPENSSL_free(der);
    pkcs1 = sign_bio_text(bio);

    keys = test_parse_keys(sign_format("old one:\r\n%s\nnew:\n%s-----\n%s\n",
                                       es256, eddsa, pkcs1),
                           BT_ALG_ALL & ~BT_ALG_HS256);

    for (i = 0; i < COUNT(test_algs); i++) {
        test_expect(test_algs[i].name, keys,
                    token_of(*state, &test_algs[i], ""),
                    test_algs[i].alg == BT_ALG_ES384 ? BT_TOKEN_KEY_TYPE
                    : test_algs[i].alg == BT_ALG_HS256 ? BT_TOKEN_ALG
                    : BT_TOKEN_GOOD);
    }

    bt_keys_free(keys);
    free(pkcs1);
    free(eddsa);
    free(es256);
}


/* A key that is bound to PSS by its type, and perhaps to one hash. */
static EVP_PKEY *
pss_key(const EVP_MD *digest)
{
    EVP_PKEY_CTX  *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    EVP_PKEY      *key = NULL;

    sign_need(EVP_PKEY_keygen_init(ctx) == 1
              && (digest == NULL
                  || EVP_PKEY_CTX_set_rsa_pss_keygen_md(ctx, digest) == 1)
              && EVP_PKEY_keygen(ctx, &key) == 1, "RSA-PSS");
    EVP_PKEY_CTX_free(ctx);

    return key;
}


/* It signs PS256 and nothing else. */
static void
test_pss_key(void **state)
{
    test_keys        keys = *(test_keys *) *state;
    const test_alg  *ps256 = &test_algs[3];
    bt_keys         *loaded;
    char            *pem;
    char             why[BT_KEYS_WHY_MAX];

    keys.rsa.key = pss_key(EVP_sha512());
    pem = sign_pem(&keys.rsa);
    assert_null(bt_keys_parse("k", bt_str_of(pem), BT_ALG_PS256, why,
                              sizeof(why)));
    assert_string_equal(why, "k: key 1 cannot be used for PS256");
    EVP_PKEY_free(keys.rsa.key);
    free(pem);

    keys.rsa.key = pss_key(NULL);
    pem = sign_pem(&keys.rsa);
    assert_null(bt_keys_parse("k", bt_str_of(pem), BT_ALG_RS256, why,
                              sizeof(why)));
    assert_string_equal(why, "k: no key in it fits RS256; key 1 is RSA-PSS");

    loaded = test_parse_keys(pem, BT_ALG_PS256 | BT_ALG_RS256);
    test_expect("RSA-PSS", loaded, token_of(&keys, ps256, ""), BT_TOKEN_GOOD);

    bt_keys_free(loaded);
    EVP_PKEY_free(keys.rsa.key);
}


/* Rotation: old and new key together; and two keys with one kid. */
static void
test_rotation(void **state)
{
    const test_keys  *old = *state;
    test_keys         new = *old;
    char             *a, *b;
    bt_keys          *keys;
    const char       *kids[][2] = { { "2025", "2026" }, { "x", "x" } };
    const test_alg   *es256 = &test_algs[4];
    size_t            i;

    new.es256 = sign_key_new(BT_ALG_ES256);

    for (i = 0; i < COUNT(kids); i++) {
        a = sign_jwk(&old->es256, i == 0 ? ",\"kid\":\"2025\""
                                         : ",\"kid\":\"x\"");
        b = sign_jwk(&new.es256, i == 0 ? ",\"kid\":\"2026\""
                                        : ",\"kid\":\"x\"");
        keys = test_parse_keys(sign_format("{\"keys\":[%s,%s]}", a, b),
                               BT_ALG_ES256);
        free(b);
        free(a);

        a = sign_format(",\"kid\":\"%s\"", kids[i][0]);
        b = sign_format(",\"kid\":\"%s\"", kids[i][1]);
        test_expect("old", keys, token_of(old, es256, a), BT_TOKEN_GOOD);
        test_expect("new", keys, token_of(&new, es256, b), BT_TOKEN_GOOD);
        test_expect("new, no kid", keys, token_of(&new, es256, ""),
                    BT_TOKEN_GOOD);
        test_expect("new for old", keys, token_of(&new, es256, a),
                    i == 0 ? BT_TOKEN_SIGNATURE : BT_TOKEN_GOOD);
        free(b);
        free(a);
        bt_keys_free(keys);
    }

    sign_key_free(&new.es256);
}


/* use, key_ops and alg narrow what a key is for. */
static void
test_narrowed(void **state)
{
    const test_keys  *k = *state;
    const test_alg   *rs256 = &test_algs[0], *ps256 = &test_algs[3];
    unsigned          both = BT_ALG_RS256 | BT_ALG_PS256;
    bt_keys          *keys;

    keys = test_jwks(&k->rsa, ",\"alg\":\"PS256\",\"use\":\"sig\","
                     "\"key_ops\":[\"sign\",\"verify\"]", both);
    test_expect("PS256", keys, token_of(k, ps256, ""), BT_TOKEN_GOOD);
    test_expect("RS256", keys, token_of(k, rs256, ""), BT_TOKEN_KEY_TYPE);
    bt_keys_free(keys);
}


/* A single JWK; members that mean nothing to us. */
static void
test_single_jwk(void **state)
{
    const test_keys  *k = *state;
    bt_keys          *keys;

    keys = test_parse_keys(sign_jwk(&k->eddsa, ",\"x5t\":\"a\",\"z\":[1]"),
                           BT_ALG_EDDSA);
    test_expect("JWK", keys, token_of(k, &test_algs[6], ""), BT_TOKEN_GOOD);
    bt_keys_free(keys);
}


/* Headers that portals really send, and a kid of the greatest length. */
static void
test_headers(void **state)
{
    const test_keys  *k = *state;
    const char       *headers[] = {
        "{\"alg\":\"ES256\"}",
        "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"x5t\":\"AAAA\"}",
        "{\"typ\":\"jwt\",\"alg\":\"ES256\",\"jku\":\"https://evil.example\"}",
        " { \"typ\" : \"at+jwt\" , \"alg\" : \"ES256\" } \n",
        "{\"typ\":\"application/at+JWT\",\"alg\":\"ES256\",\"cty\":\"\"}",
        "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"b64\":true}",
        "{\"typ\":\"JWT\",\"alg\":\"\\u0045S256\",\"kid\":\"\"}",
        "{\"alg\":\"ES256\",\"x\":\"[[[[[[[[[[[[[[[[[[[[\"}",
        "{\"alg\":\"ES256\",\"x\":\"\\\"[[[[[[[[[[[[[[[[[[[[\"}",
        "{\"alg\":\"ES256\",\"x\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}",
    };
    char              kid[BT_TOKEN_KID_MAX + 1], *header;
    bt_keys          *keys = test_parse_keys(sign_pem(&k->es256), BT_ALG_ES256);
    size_t            i;

    for (i = 0; i < COUNT(headers); i++) {
        test_expect(headers[i], keys,
                    sign_token(&k->es256, BT_ALG_ES256, headers[i],
                               TEST_PAYLOAD), BT_TOKEN_GOOD);
    }

    memset(kid, 'k', sizeof(kid) - 1);
    kid[sizeof(kid) - 1] = '\0';
    header = sign_format("{\"alg\":\"ES256\",\"kid\":\"%s\"}", kid);
    test_expect("long kid", keys,
                sign_token(&k->es256, BT_ALG_ES256, header, TEST_PAYLOAD),
                BT_TOKEN_GOOD);
    free(header);
    bt_keys_free(keys);
}


/* Every length of r and s: leading zero bytes are rare but real. */
static void
test_many_signatures(void **state)
{
    const test_keys  *k = *state;
    bt_keys          *keys = test_parse_keys(all_keys(k), BT_ALG_ALL);
    int               i;

    for (i = 0; i < 600; i++) {
        test_expect("ES256", keys, token_of(k, &test_algs[4], ""),
                    BT_TOKEN_GOOD);
    }

    bt_keys_free(keys);
}


/* Nothing is left for the next one who asks OpenSSL for its errors, and
 * nothing of an earlier error is taken away. */
static void
test_error_queue(void **state)
{
    const test_keys  *k = *state;
    bt_keys          *keys;
    char              why[BT_KEYS_WHY_MAX];
    bt_str            broken = BT_STR("-----BEGIN PUBLIC KEY-----\nAAAA\n"
                                      "-----END PUBLIC KEY-----\n");

    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 77);

    keys = test_parse_keys(all_keys(k), BT_ALG_ALL);
    test_expect("good", keys, token_of(k, &test_algs[0], ""), BT_TOKEN_GOOD);
    test_expect("bad", keys, token_of(k, &test_algs[0], ",\"kid\":\"s\""),
                BT_TOKEN_KEY_TYPE);
    bt_keys_free(keys);
    keys = test_parse_keys(sign_pem(&k->es256), BT_ALG_ES256);
    test_expect("forged", keys, sign_format("%s%.86s", "eyJhbGciOiJFUzI1NiJ9"
                                            ".e30.", ZERO_SIGNATURE),
                BT_TOKEN_SIGNATURE);
    bt_keys_free(keys);
    assert_null(bt_keys_parse("k", broken, BT_ALG_ALL, why, sizeof(why)));

    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 77);
    assert_int_equal(ERR_get_error(), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_every_algorithm),
        cmocka_unit_test(test_one_set),
        cmocka_unit_test(test_every_pair),
        cmocka_unit_test(test_pem),
        cmocka_unit_test(test_certificate),
        cmocka_unit_test(test_pem_file),
        cmocka_unit_test(test_pss_key),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_narrowed),
        cmocka_unit_test(test_single_jwk),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_many_signatures),
        cmocka_unit_test(test_error_queue),
    };

    return cmocka_run_group_tests_name("token: accept", tests, test_keys_make,
                                       test_keys_unmake);
}
