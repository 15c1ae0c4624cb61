/* test_token_keys.c: key files that are refused, and what the sentence says. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test_token.h"


/* Parses what has to be refused with these words; frees the text. */
static void
refused(char *text, unsigned allowed, const char *words)
{
    char      why[BT_KEYS_WHY_MAX] = "";
    bt_keys  *keys = bt_keys_parse("/etc/keys", bt_str_of(text), allowed, why,
                                   sizeof(why));

    if (keys != NULL || strstr(why, words) == NULL
        || strncmp(why, "/etc/keys: ", 11) != 0 || strchr(why, '\n') != NULL)
    {
        fail_msg("\"%s\", not \"%s\", for\n%s", why, words, text);
    }

    free(text);
}


static void
test_forms(void **state)
{
    static const struct {
        const char  *text;
        const char  *words;
    } cases[] = {
        { "", "empty" },
        { " \r\n\t", "empty" },
        { "c2VjcmV0", "neither PEM nor a JWKS; a secret for HS256" },
        { "0123456789abcdef0123456789abcdef", "neither PEM" },
        { "[]", "neither PEM" },
        { "\"x\"", "neither PEM" },
        { "\xef\xbb\xbf{}", "byte order mark" },
        { "0Y0\x13\x06\x07", "DER" },
        { "{", "line 1, column 1: cut off" },
        { "{}", "no list \"keys\"" },
        { "{\"keys\":{}}", "no list \"keys\"" },
        { "{\"keys\":[]}", "no key in it fits RS256" },
        { "{\"keys\":[]} x", "not JSON" },
        { "{\"keys\":[],\"keys\":[]}", "a name twice" },
        { "{\"keys\":[\"\xff\"]}", "not UTF-8" },
        { "{\"keys\":[1e999]}", "too large" },
        { "{\"keys\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}", "too deep" },
        { "{\n\"keys\":[\n]", "line 3, column 1: cut off" },
        { "{\"keys\":[1]}", "key 1 is not an object with a \"kty\"" },
        { "{\"keys\":[{}]}", "key 1 is not an object with a \"kty\"" },
        { "{\"keys\":[{\"kty\":1}]}", "key 1 is not an object with a" },
        { "{\"keys\":[{\"kty\":\"rsa\"}]}", "key 1 is of an unknown \"kty\"" },
        { "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-521\"},{\"kty\":\"X\"}]}",
          "fits RS256; key 1 is EC on another curve" },
        { "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X25519\"}]}",
          "key 1 is OKP on another curve" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"enc\"}]}",
          "key 1 is for another algorithm or use" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RSA-OAEP\"}]}",
          "key 1 is for another algorithm or use" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"none\"}]}",
          "key 1 is for another algorithm or use" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"key_ops\":[\"sign\"]}]}",
          "key 1 is for another algorithm or use" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"use\":null}]}", "RFC 7517" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"key_ops\":\"verify\"}]}", "RFC 7517" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"alg\":7}]}", "RFC 7517" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"kid\":7}]}", "RFC 7517" },
        { "{\"keys\":[{\"kty\":\"RSA\"}]}", "key 1 has no text \"n\"" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\"}]}", "no text \"e\"" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQ==\",\"e\":\"Aw\"}]}",
          "\"n\" that is not base64url without padding" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"Aw\"}]}",
          "\"n\" that is not base64url" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
          "key 1 is RSA of 17 bits; at least 2048" },
        { "{\"keys\":[{\"kty\":\"RSA\",\"d\":\"AQAB\"}]}",
          "key 1 is a private key" },
        { "-----BEGIN nothing", "key 1 is broken, or cut off" },
        { "-----BEGIN PUBLIC KEY-----\nAAAA\n", "key 1 is broken, or cut off" },
        { "-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n",
          "key 1 is broken" },
        { "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
          "key 1 is broken" },
        { "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
          "key 1 is broken" },
        { "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
          "key 1 is a private key" },
        { "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----",
          "key 1 is a private key" },
        { "-----BEGIN CRL-----\nAAAA\n-----END CRL-----\n",
          "key 1 is of an unknown kind" },
    };
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        refused(strdup(cases[i].text), BT_ALG_RS256, cases[i].words);
    }
}


static void
test_weak_rsa(void **state)
{
    sign_key  key = { EVP_RSA_gen(1024), { 0 } };
    char     *jwk = sign_jwk(&key, "");

    (void) state;

    refused(sign_pem(&key), BT_ALG_RS256,
            "key 1 is RSA of 1024 bits; at least 2048 are needed");
    refused(sign_format("{\"keys\":[%s]}", jwk), BT_ALG_PS256,
            "key 1 is RSA of 1024 bits");
    refused(sign_format("{\"keys\":[{\"kty\":\"X\"},%s]}", jwk), BT_ALG_RS256,
            "key 2 is RSA of 1024 bits");
    /* where RSA is not configured it does not count */
    refused(sign_pem(&key), BT_ALG_ES256,
            "no key in it fits ES256; key 1 is RSA");
    free(jwk);
    sign_key_free(&key);
}


/* Numbers that are no key: too large, even, on no curve, too short. */
static void
test_invalid_numbers(void **state)
{
    const test_keys  *k = *state;
    char              big[2740], *x, *y;

    memset(big, 'B', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    refused(sign_format("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%.2728s\"}",
                        big), BT_ALG_RS256, "is RSA of 16363 bits; at most");
    refused(sign_format("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}", big),
            BT_ALG_RS256, "or too long");
    refused(sign_format("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%.344sA\"}",
                        big), BT_ALG_RS256, "that is not base64url");
    refused(sign_format("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%.400s\"}",
                        big), BT_ALG_RS256, "key 1 is not a valid RSA key");

    x = sign_number(&k->rsa, OSSL_PKEY_PARAM_RSA_N, 0);
    refused(sign_format("{\"kty\":\"RSA\",\"e\":\"AQ\",\"n\":\"%s\"}", x),
            BT_ALG_RS256, "key 1 is not a valid RSA key");
    free(x);

    x = sign_number(&k->es256, OSSL_PKEY_PARAM_EC_PUB_X, 32);
    y = sign_number(&k->es256, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    refused(sign_format("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\","
                        "\"y\":\"%s\"}", x, x), BT_ALG_ES256,
            "key 1 is not a valid key");
    refused(sign_format("{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"%s\","
                        "\"y\":\"%s\"}", x, y), BT_ALG_ES384,
            "is not of 48 bytes");
    refused(sign_format("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\","
                        "\"y\":\"%.40s\"}", x, y), BT_ALG_ES256,
            "is not of 32 bytes");
    refused(sign_format("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%.40s\","
                        "\"y\":\"%s\"}", x, y), BT_ALG_ES256,
            "is not of 32 bytes");
    refused(sign_format("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\"}", x),
            BT_ALG_ES256, "has no text \"y\"");
    refused(sign_format("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%.40s\"}",
                        x), BT_ALG_EDDSA, "key 1 is not a valid key");
    free(y);
    free(x);
}


/* A key on P-521 among others is left out; alone it is not enough. */
static void
test_other_curves(void **state)
{
    const test_keys  *k = *state;
    sign_key          p521 = { EVP_EC_gen("P-521"), { 0 } };
    sign_key          ed448 = { EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), { 0 } };
    char             *a = sign_pem(&p521), *b = sign_pem(&k->es256);
    unsigned          all = BT_ALG_ALL & ~BT_ALG_HS256;

    bt_keys_free(test_parse_keys(sign_format("%s%s", a, b), all));
    refused(sign_pem(&p521), all, "RS256 RS384 RS512 PS256 ES256 ES384 EdDSA; "
            "key 1 is EC on secp521r1");
    refused(sign_pem(&ed448), all, "key 1 is ED448");
    refused(sign_pem(&k->es384), BT_ALG_ES256, "key 1 is EC on secp384r1");
    free(b);
    free(a);
    sign_key_free(&ed448);
    sign_key_free(&p521);
}


static char *
secret_of(const void *data, size_t len)
{
    char  *k = sign_base64(data, len);
    char  *text = sign_format("{\"keys\":[{\"kty\":\"oct\",\"k\":\"%s\"}]}", k);

    free(k);

    return text;
}


/* HS256 with a public key, in every form in which it could be given. */
static void
test_public_key_as_secret(void **state)
{
    const test_keys  *k = *state;
    X509             *certificate;
    unsigned char    *der = NULL;
    char             *pem = sign_pem(&k->rsa);
    int               len = i2d_PUBKEY(k->rsa.key, &der);

    refused(strdup(pem), BT_ALG_HS256, "no key in it fits HS256; key 1 is RSA");
    refused(strdup(pem), BT_ALG_HS256 | BT_ALG_RS256,
            "HS256 is configured, but no secret is in it");
    refused(secret_of(pem, strlen(pem)), BT_ALG_HS256,
            "key 1 is a public key given as a secret");
    refused(secret_of(der, (size_t) len), BT_ALG_HS256,
            "key 1 is a public key given as a secret");
    OPENSSL_free(der);
    free(pem);

    certificate = sign_certificate(&k->es256, BT_ALG_ES256);
    der = NULL;
    len = i2d_X509(certificate, &der);
    refused(secret_of(der, (size_t) len), BT_ALG_HS256,
            "key 1 is a public key given as a secret");
    OPENSSL_free(der);
    X509_free(certificate);
}


static void
test_secrets(void **state)
{
    const test_keys  *k = *state;
    unsigned char     data[BT_KEY_HMAC_MAX + 1];

    memset(data, 7, sizeof(data));
    refused(secret_of(data, 31), BT_ALG_HS256,
            "key 1 is a secret of 31 bytes; HS256 needs 32 to 1024");
    refused(secret_of(data, 1025), BT_ALG_HS256, "a secret of 1025 bytes");
    refused(secret_of(data, 32), BT_ALG_RS256, "key 1 is a secret");
    refused(strdup("{\"kty\":\"oct\"}"), BT_ALG_HS256, "has no text \"k\"");
    bt_keys_free(test_parse_keys(secret_of(data, 32), BT_ALG_HS256));
    bt_keys_free(test_parse_keys(secret_of(data, 1024), BT_ALG_HS256));
    refused(sign_jwk(&k->secret, ",\"alg\":\"HS512\""), BT_ALG_HS256,
            "key 1 is for another algorithm");
}


/* Something after the key, in the block that should end with it. */
static void
test_trailing_data(void **state)
{
    const test_keys  *k = *state;
    unsigned char    *der = NULL;
    int               len = i2d_PUBKEY(k->es256.key, &der);
    BIO              *bio = BIO_new(BIO_s_mem());
    unsigned char     data[256] = { 0 };

    assert_true(len > 0 && len < (int) sizeof(data));
    memcpy(data, der, (size_t) len);
    OPENSSL_free(der);

    (void) PEM_write_bio(bio, PEM_STRING_PUBLIC, "", data, len + 1);
    refused(sign_bio_text(bio), BT_ALG_ES256, "key 1 is broken");
}


/* A private key's JWK, by its d; a kid that is too long. */
static void
test_members(void **state)
{
    const test_keys  *k = *state;
    char              kid[BT_TOKEN_KID_MAX + 2], *more;

    refused(sign_jwk(&k->es256, ",\"d\":\"AAAA\""), BT_ALG_ES256,
            "key 1 is a private key");

    memset(kid, 'k', sizeof(kid) - 1);
    kid[sizeof(kid) - 1] = '\0';
    more = sign_format(",\"kid\":\"%s\"", kid);
    refused(sign_jwk(&k->es256, more), BT_ALG_ES256,
            "has a kid longer than 256 bytes");
    free(more);
}


/* Broken JSON is not quoted: what stands there may be a secret. */
static void
test_no_secret_told(void **state)
{
    char      why[BT_KEYS_WHY_MAX];
    bt_str    text = BT_STR("{\"keys\":[{\"kty\":\"oct\",\"k\":SECRET}]}");

    (void) state;

    assert_null(bt_keys_parse("f", text, BT_ALG_HS256, why, sizeof(why)));
    assert_string_equal(why, "f: line 1, column 32: not JSON");
}


static void
test_many_keys(void **state)
{
    const test_keys  *k = *state;
    char             *jwk = sign_jwk(&k->eddsa, ""), *set = strdup("");
    char             *next;
    int               i;

    for (i = 0; i < BT_KEYS_MAX; i++) {
        next = sign_format("%s%s,{\"kty\":\"X\"},", set, jwk);
        free(set);
        set = next;
    }

    refused(sign_format("{\"keys\":[%s%s]}", set, jwk), BT_ALG_EDDSA,
            "key 65 is one too many; a file may hold 32");
    bt_keys_free(test_parse_keys(sign_format("{\"keys\":[%s{\"kty\":\"Y\"}]}",
                                             set), BT_ALG_EDDSA));
    free(set);
    free(jwk);
}


/* A key file cut off anywhere is refused, or is the part that is whole. */
static void
test_cut_off(void **state)
{
    const test_keys  *k = *state;
    char             *jwk = sign_jwk(&k->eddsa, ",\"kid\":\"a\"");
    char             *set = sign_format("{\"keys\":[%s]}", jwk);
    char             *pem = sign_pem(&k->es256), *copy;
    char              why[BT_KEYS_WHY_MAX];
    size_t            i;

    for (i = 0; i < strlen(set); i++) {
        copy = malloc(i + 1);
        memcpy(copy, set, i);
        assert_null(bt_keys_parse("f", (bt_str) { copy, i }, BT_ALG_EDDSA, why,
                                  sizeof(why)));
        free(copy);
    }

    /* the last dash and the end of line are not needed by OpenSSL */
    for (i = 0; i < strlen(pem) - 6; i++) {
        copy = malloc(i + 1);
        memcpy(copy, pem, i);
        assert_null(bt_keys_parse("f", (bt_str) { copy, i }, BT_ALG_ES256, why,
                                  sizeof(why)));
        free(copy);
    }

    free(pem);
    free(set);
    free(jwk);
}


/* A sentence that does not fit is cut, never more. */
static void
test_small_room(void **state)
{
    char  why[8] = "1234567";

    (void) state;

    assert_null(bt_keys_parse("path", BT_STR("x"), BT_ALG_RS256, why, 6));
    assert_string_equal(why, "path:");
    assert_int_equal(why[6], '7');
}


static void
write_file(const char *path, const char *text, size_t len, mode_t mode)
{
    int  fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}


static void
load_refused(const char *path, unsigned allowed, const char *words)
{
    char  why[BT_KEYS_WHY_MAX] = "";

    assert_null(bt_keys_load(path, allowed, why, sizeof(why)));

    if (strncmp(why, path, strlen(path)) != 0 || strstr(why, words) == NULL) {
        fail_msg("\"%s\", not \"%s\"", why, words);
    }
}


static void
test_files(void **state)
{
    const test_keys  *k = *state;
    char              dir[] = "/tmp/bt-test-XXXXXX", path[64], why[64] = "";
    char             *pem = sign_pem(&k->es256);
    char             *secret = sign_jwk(&k->secret, "");
    char             *big = calloc(1, BT_KEYS_FILE_MAX + 1);
    bt_keys          *keys;

    assert_non_null(mkdtemp(dir));
    (void) snprintf(path, sizeof(path), "%s/keys", dir);

    load_refused(path, BT_ALG_ES256, "No such file or directory");
    load_refused(dir, BT_ALG_ES256, "not a regular file");
    assert_int_equal(mkfifo(path, 0600), 0);
    load_refused(path, BT_ALG_ES256, "not a regular file");
    assert_int_equal(unlink(path), 0);

    write_file(path, pem, strlen(pem), 0666);
    load_refused(path, BT_ALG_ES256, "everybody may write to it");
    write_file(path, pem, strlen(pem), 0644);
    keys = bt_keys_load(path, BT_ALG_ES256, why, sizeof(why));
    assert_non_null(keys);
    assert_string_equal(why, "");
    bt_keys_free(keys);

    write_file(path, secret, strlen(secret), 0644);
    load_refused(path, BT_ALG_HS256, "everybody may read it; run: chmod o-r");
    write_file(path, secret, strlen(secret), 0640);
    keys = bt_keys_load(path, BT_ALG_HS256, why, sizeof(why));
    assert_non_null(keys);
    bt_keys_free(keys);

    write_file(path, big, BT_KEYS_FILE_MAX + 1, 0600);
    load_refused(path, BT_ALG_HS256, "longer than 262144 bytes");
    write_file(path, "", 0, 0600);
    load_refused(path, BT_ALG_HS256, "the file is empty");

    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
    free(big);
    free(secret);
    free(pem);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_weak_rsa),
        cmocka_unit_test(test_invalid_numbers),
        cmocka_unit_test(test_other_curves),
        cmocka_unit_test(test_public_key_as_secret),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_trailing_data),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_no_secret_told),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_small_room),
        cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests_name("token: key files", tests,
                                       test_keys_make, test_keys_unmake);
}
