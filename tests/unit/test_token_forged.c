/* test_token_forged.c: signatures that somebody forged, of every kind. */

#include "tests/unit/test_token.h"

/* No issuer and no audience: only its signature is of interest. */
#define OTHER_PAYLOAD  "{\"exp\":1795335664}"


/* HMAC with the public key as the secret, as text, as DER, as modulus. */
static void
test_hmac_with_public_key(void **state)
{
    const test_keys  *k = *state;
    bt_keys          *rsa = test_jwks(&k->rsa, "", BT_ALG_RS256);
    bt_keys          *all = test_portal_keys(k, BT_ALG_ALL);
    char             *pem = sign_pem(&k->rsa);
    unsigned char    *der = NULL, mac[32];
    size_t            len[] = { strlen(pem), 0 };
    const void       *secret[] = { pem, NULL };
    char             *text, *h, *p, *s;
    size_t            i;

    len[1] = (size_t) i2d_PUBKEY(k->rsa.key, &der);
    secret[1] = der;

    for (i = 0; i < COUNT(len); i++) {
        h = sign_base64("{\"alg\":\"HS256\"}", 15);
        p = sign_base64(TEST_PAYLOAD, strlen(TEST_PAYLOAD));
        text = sign_format("%s.%s", h, p);
        (void) HMAC(EVP_sha256(), secret[i], (int) len[i], (void *) text,
                    strlen(text), mac, NULL);
        s = sign_base64(mac, sizeof(mac));

        test_expect("RS256 only", rsa, sign_format("%s.%s", text, s),
                    BT_TOKEN_ALG);
        test_expect("all", all, sign_format("%s.%s", text, s),
                    BT_TOKEN_SIGNATURE);
        free(s);
        free(text);
        free(p);
        free(h);
    }

    OPENSSL_free(der);
    free(pem);
    bt_keys_free(all);
    bt_keys_free(rsa);
}


/* A good token whose signature becomes `len` other bytes. */
static char *
with_signature(const char *token, const void *data, size_t len)
{
    char  *s = sign_base64(data, len);
    char  *made = sign_format("%.*s.%s", (int) (strrchr(token, '.') - token),
                              token, s);

    free(s);

    return made;
}


/* The largest numbers below and at the order n of P-256, RFC 5903. */
static const unsigned char  order[32] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
    0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};


static void
test_ecdsa_form(void **state)
{
    const test_keys  *k = *state;
    bt_keys          *keys = test_jwks(&k->es256, "", BT_ALG_ES256);
    const char       *header = "{\"alg\":\"ES256\"}";
    char             *token = sign_token(&k->es256, BT_ALG_ES256, header,
                                         TEST_PAYLOAD);
    unsigned char     s[2 * SIGNATURE_MAX] = { 0 };
    const char       *end = strrchr(token, '.');
    size_t            len;

    /* r and s zero: the "psychic signature" of CVE-2022-21449 */
    test_expect("0, 0", keys, with_signature(token, s, 64),
                BT_TOKEN_SIGNATURE);
    s[63] = 1;
    test_expect("0, 1", keys, with_signature(token, s, 64),
                BT_TOKEN_SIGNATURE);
    memcpy(s, order, 32);
    memcpy(s + 32, order, 32);
    test_expect("n, n", keys, with_signature(token, s, 64),
                BT_TOKEN_SIGNATURE);
    memset(s, 0xff, 64);
    test_expect("2^256 - 1", keys, with_signature(token, s, 64),
                BT_TOKEN_SIGNATURE);

    /* DER is a signature of the same text, in a form that JWS does not have */
    len = sign_public(&k->es256, BT_ALG_ES256, token, (size_t) (end - token),
                      s);
    test_expect("DER", keys, with_signature(token, s, len),
                BT_TOKEN_SIGNATURE);
    len = sign_raw(s, len, 32);
    test_expect("raw", keys, with_signature(token, s, len), BT_TOKEN_GOOD);
    test_expect("cut", keys, with_signature(token, s, 63),
                BT_TOKEN_SIGNATURE);
    s[64] = 0;
    test_expect("one more", keys, with_signature(token, s, 65),
                BT_TOKEN_SIGNATURE);
    memcpy(s + 64, s, 64);
    test_expect("doubled", keys, with_signature(token, s, 128),
                BT_TOKEN_SIGNATURE);
    memmove(s, s + 32, 64);
    test_expect("swapped", keys, with_signature(token, s, 64),
                BT_TOKEN_SIGNATURE);

    free(token);
    bt_keys_free(keys);
}


/* A key on another curve under ES256, and ES384's form for it. */
static void
test_wrong_curve(void **state)
{
    const test_keys  *k = *state;
    sign_key          p521 = { EVP_EC_gen("P-521"), { 0 } };
    sign_key          k256 = { EVP_EC_gen("secp256k1"), { 0 } };
    bt_keys          *keys = test_jwks(&k->es256, "", BT_ALG_ES256
                                       | BT_ALG_ES384);
    const char       *es256 = "{\"alg\":\"ES256\"}";
    const char       *es384 = "{\"alg\":\"ES384\"}";

    test_expect("P-384 as ES256", keys,
                sign_token(&k->es384, BT_ALG_ES256, es256, TEST_PAYLOAD),
                BT_TOKEN_SIGNATURE);
    test_expect("P-384", keys,
                sign_token(&k->es384, BT_ALG_ES384, es384, TEST_PAYLOAD),
                BT_TOKEN_KEY_TYPE);
    test_expect("P-256 as ES384", keys,
                sign_token(&k->es256, BT_ALG_ES384, es384, TEST_PAYLOAD),
                BT_TOKEN_KEY_TYPE);
    test_expect("P-521", keys,
                sign_token(&p521, BT_ALG_ES256, es256, TEST_PAYLOAD),
                BT_TOKEN_SIGNATURE);
    test_expect("secp256k1", keys,
                sign_token(&k256, BT_ALG_ES256, es256, TEST_PAYLOAD),
                BT_TOKEN_SIGNATURE);
    test_expect("SHA-384", keys,
                sign_token(&k->es256, BT_ALG_ES384, es256, TEST_PAYLOAD),
                BT_TOKEN_SIGNATURE);

    bt_keys_free(keys);
    sign_key_free(&k256);
    sign_key_free(&p521);
}


/* Each algorithm with somebody else's key of the same type, and with its key
 * for another text. */
static void
test_stranger(void **state)
{
    test_keys        strange;
    void            *made = NULL;
    bt_keys         *keys = test_portal_keys(*state,
                                             BT_ALG_ALL & ~BT_ALG_ES384);
    const sign_key  *ours;
    char            *header, *token, *other, *text;
    size_t           i;

    (void) test_keys_make(&made);
    strange = *(test_keys *) made;

    for (i = 0; i < COUNT(test_algs); i++) {
        if (test_algs[i].alg == BT_ALG_ES384) {
            continue;
        }

        header = sign_format("{\"alg\":\"%s\"}", test_algs[i].name);
        ours = test_key_of(*state, &test_algs[i]);
        token = sign_token(ours, test_algs[i].alg, header, TEST_PAYLOAD);
        other = sign_token(ours, test_algs[i].alg, header,
                           OTHER_PAYLOAD);
        text = sign_format("%.*s%s", (int) (strrchr(token, '.') - token),
                           token, strrchr(other, '.'));

        test_expect("another text's signature", keys, text,
                    BT_TOKEN_SIGNATURE);
        test_expect("stranger", keys,
                    sign_token(test_key_of(&strange, &test_algs[i]),
                               test_algs[i].alg, header, TEST_PAYLOAD),
                    BT_TOKEN_SIGNATURE);
        free(other);
        free(token);
        free(header);
    }

    (void) test_keys_unmake(&made);
    bt_keys_free(keys);
}


/* The attacker's key in the header, or a place to fetch it from: not looked
 * at (RFC 8725 section 3.10), so the signature is just wrong. */
static void
test_own_key_in_header(void **state)
{
    const test_keys  *k = *state;
    sign_key          own = sign_key_new(BT_ALG_ES256);
    char             *jwk = sign_jwk(&own, ",\"kid\":\"ec\"");
    bt_keys          *keys = test_portal_keys(k, BT_ALG_ES256);
    char             *header;
    const char       *forms[] = {
        "{\"alg\":\"ES256\",\"kid\":\"ec\",\"jwk\":%s}",
        "{\"alg\":\"ES256\",\"jwk\":%s}",
        "{\"alg\":\"ES256\",\"jku\":\"https://evil.example/jwks\",\"x\":%s}",
        "{\"alg\":\"ES256\",\"x5u\":\"file:///dev/zero\",\"x\":%s}",
        "{\"alg\":\"ES256\",\"x5c\":[\"MIIB\"],\"x\":%s}",
    };
    size_t            i, len;

    for (i = 0; i < COUNT(forms); i++) {
        len = strlen(forms[i]) - 3;
        header = sign_format("%.*s%s}", (int) len, forms[i], jwk);
        test_expect(header, keys,
                    sign_token(&own, BT_ALG_ES256, header, TEST_PAYLOAD),
                    BT_TOKEN_SIGNATURE);
        free(header);
    }

    free(jwk);
    sign_key_free(&own);
    bt_keys_free(keys);
}


/* PSS with another salt, PKCS #1 as PSS, and the reverse. */
static void
test_rsa_padding(void **state)
{
    const test_keys  *k = *state;
    bt_keys          *keys = test_jwks(&k->rsa, "", BT_ALG_RS256
                                       | BT_ALG_PS256);
    const char       *ps256 = "{\"alg\":\"PS256\"}";
    char             *token = sign_token(&k->rsa, BT_ALG_PS256, ps256,
                                         TEST_PAYLOAD);
    size_t            len = (size_t) (strrchr(token, '.') - token);
    unsigned char     s[SIGNATURE_MAX];
    size_t            size = sizeof(s);
    EVP_MD_CTX       *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX     *params;

    test_expect("PKCS #1 as PSS", keys,
                sign_token(&k->rsa, BT_ALG_RS256, ps256, TEST_PAYLOAD),
                BT_TOKEN_SIGNATURE);
    test_expect("PSS as PKCS #1", keys,
                sign_token(&k->rsa, BT_ALG_PS256, "{\"alg\":\"RS256\"}",
                           TEST_PAYLOAD), BT_TOKEN_SIGNATURE);
    test_expect("SHA-512 as SHA-256", keys,
                sign_token(&k->rsa, BT_ALG_RS512, "{\"alg\":\"RS256\"}",
                           TEST_PAYLOAD), BT_TOKEN_SIGNATURE);

    (void) EVP_DigestSignInit_ex(ctx, &params, "SHA256", NULL, NULL,
                                 k->rsa.key, NULL);
    (void) EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING);
    (void) EVP_PKEY_CTX_set_rsa_pss_saltlen(params, 20);
    assert_int_equal(EVP_DigestSign(ctx, s, &size, (void *) token, len), 1);
    EVP_MD_CTX_free(ctx);
    test_expect("salt of 20 bytes", keys, with_signature(token, s, size),
                BT_TOKEN_SIGNATURE);

    free(token);
    bt_keys_free(keys);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_hmac_with_public_key),
        cmocka_unit_test(test_ecdsa_form),
        cmocka_unit_test(test_wrong_curve),
        cmocka_unit_test(test_stranger),
        cmocka_unit_test(test_own_key_in_header),
        cmocka_unit_test(test_rsa_padding),
    };

    return cmocka_run_group_tests_name("token: forged", tests,
                                       test_keys_make, test_keys_unmake);
}
