/* test_token_hostile.c: tokens that somebody forged, each with its reason. */

#include "tests/unit/test_token.h"

#define A_16   "AAAAAAAAAAAAAAAA"
#define A_64   A_16 A_16 A_16 A_16
#define A_256  A_64 A_64 A_64 A_64
#define A_1K   A_256 A_256 A_256 A_256
#define A_4K   A_1K A_1K A_1K A_1K
#define IN_16  "[[[[[[[[[[[[[[[["
#define OUT_16 "]]]]]]]]]]]]]]]]"
#define NEVER  "{\"exp\":1795335664}"


/* Everything that a header can say, signed with the good RSA key. */
static const struct {
    const char  *header;
    bt_token_e   reason;
}  headers[] = {
    /* alg none, in every spelling and type */
    { "{\"alg\":\"none\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"None\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"NONE\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"nOnE\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"NonE\"}", BT_TOKEN_ALG },
    { "{\"alg\":\" none\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"n\\u006fne\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"\"}", BT_TOKEN_ALG },
    { "{\"alg\":null}", BT_TOKEN_ALG },
    { "{\"alg\":0}", BT_TOKEN_ALG },
    { "{\"alg\":false}", BT_TOKEN_ALG },
    { "{\"alg\":[]}", BT_TOKEN_ALG },
    { "{\"alg\":[\"RS256\"]}", BT_TOKEN_ALG },
    { "{\"alg\":{\"RS256\":1}}", BT_TOKEN_ALG },
    { "{}", BT_TOKEN_ALG },
    { "{\"Alg\":\"RS256\"}", BT_TOKEN_ALG },
    /* nearly one of ours, and some that we do not have */
    { "{\"alg\":\"rs256\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"RS256 \"}", BT_TOKEN_ALG },
    { "{\"alg\":\"RS2567\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"RS25\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"RS1\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"RS384\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"PS256\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"ES256K\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"ES512\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"RSA-OAEP\",\"enc\":\"A128GCM\"}", BT_TOKEN_ALG },
    { "{\"alg\":\"dir\"}", BT_TOKEN_ALG },
    /* not JSON as we take it */
    { "{\"alg\":\"RS256\",\"alg\":\"RS256\"}", BT_TOKEN_HEADER },
    { "{\"alg\":\"none\",\"alg\":\"RS256\"}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"\\u0061lg\":\"RS256\"}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\\u0000\"}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"x\":\"\xff\"}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"x\":\"\xc0\x80\"}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"x\":\"\xed\xa0\x80\"}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"x\":\"\\ud800\"}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\"} {}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",}", BT_TOKEN_HEADER },
    { "{'alg':'RS256'}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\"", BT_TOKEN_HEADER },
    { "\xef\xbb\xbf{\"alg\":\"RS256\"}", BT_TOKEN_HEADER },
    { "[{\"alg\":\"RS256\"}]", BT_TOKEN_HEADER },
    { "\"RS256\"", BT_TOKEN_HEADER },
    { "null", BT_TOKEN_HEADER },
    { "", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"x\":1e999}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"x\":99999999999999999999}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"x\":NaN}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"x\":" IN_16 OUT_16 "}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"x\":\"" A_4K "\"}", BT_TOKEN_LONG },
    /* extensions, RFC 7515 section 4.1.11 and RFC 7797 */
    { "{\"alg\":\"RS256\",\"crit\":[\"exp\"],\"exp\":1}", BT_TOKEN_CRIT },
    { "{\"alg\":\"RS256\",\"crit\":[]}", BT_TOKEN_CRIT },
    { "{\"alg\":\"RS256\",\"crit\":null}", BT_TOKEN_CRIT },
    { "{\"alg\":\"RS256\",\"crit\":\"b64\",\"b64\":true}", BT_TOKEN_CRIT },
    { "{\"alg\":\"RS256\",\"b64\":false,\"crit\":[\"b64\"]}",
      BT_TOKEN_B64 },
    { "{\"alg\":\"RS256\",\"b64\":false}", BT_TOKEN_B64 },
    { "{\"alg\":\"RS256\",\"b64\":0}", BT_TOKEN_B64 },
    { "{\"alg\":\"RS256\",\"b64\":\"true\"}", BT_TOKEN_B64 },
    /* another kind of token */
    { "{\"alg\":\"RS256\",\"typ\":\"logout+jwt\"}", BT_TOKEN_TYP },
    { "{\"alg\":\"RS256\",\"typ\":\"dpop+jwt\"}", BT_TOKEN_TYP },
    { "{\"alg\":\"RS256\",\"typ\":\"JWE\"}", BT_TOKEN_TYP },
    { "{\"alg\":\"RS256\",\"typ\":\"\"}", BT_TOKEN_TYP },
    { "{\"alg\":\"RS256\",\"typ\":null}", BT_TOKEN_TYP },
    { "{\"alg\":\"RS256\",\"typ\":[\"JWT\"]}", BT_TOKEN_TYP },
    { "{\"alg\":\"RS256\",\"typ\":\"application/\"}", BT_TOKEN_TYP },
    /* kid as a path, a query, another key, the wrong type, too long */
    { "{\"alg\":\"RS256\",\"kid\":\"../../dev/null\"}",
      BT_TOKEN_KEY_UNKNOWN },
    { "{\"alg\":\"RS256\",\"kid\":\"rsa' OR '1'='1\"}",
      BT_TOKEN_KEY_UNKNOWN },
    { "{\"alg\":\"RS256\",\"kid\":\"\"}", BT_TOKEN_KEY_UNKNOWN },
    { "{\"alg\":\"RS256\",\"kid\":\"RSA\"}", BT_TOKEN_KEY_UNKNOWN },
    { "{\"alg\":\"RS256\",\"kid\":\"rs\"}", BT_TOKEN_KEY_UNKNOWN },
    { "{\"alg\":\"RS256\",\"kid\":\"rsa \"}", BT_TOKEN_KEY_UNKNOWN },
    { "{\"alg\":\"RS256\",\"kid\":\"rsa\\u0000\"}", BT_TOKEN_HEADER },
    { "{\"alg\":\"RS256\",\"kid\":\"ec\"}", BT_TOKEN_KEY_TYPE },
    { "{\"alg\":\"RS256\",\"kid\":\"hs\"}", BT_TOKEN_KEY_TYPE },
    { "{\"alg\":\"RS256\",\"kid\":null}", BT_TOKEN_KID },
    { "{\"alg\":\"RS256\",\"kid\":1}", BT_TOKEN_KID },
    { "{\"alg\":\"RS256\",\"kid\":[\"rsa\"]}", BT_TOKEN_KID },
    { "{\"alg\":\"RS256\",\"kid\":\"" A_256 "A\"}", BT_TOKEN_KID },
    { "{\"alg\":\"RS256\",\"kid\":\"" A_256 "\"}", BT_TOKEN_KEY_UNKNOWN },
};


static void
test_header(void **state)
{
    const test_keys  *k = *state;
    bt_keys          *keys = test_portal_keys(k, BT_ALG_RS256 | BT_ALG_ES256
                                         | BT_ALG_HS256);
    size_t            i;

    for (i = 0; i < COUNT(headers); i++) {
        test_expect(headers[i].header, keys,
                    sign_token(&k->rsa, BT_ALG_RS256, headers[i].header,
                               TEST_PAYLOAD), headers[i].reason);
    }

    bt_keys_free(keys);
}


/* Every payload here has a good signature. */
static const struct {
    const char  *payload;
    bt_token_e   reason;
}  payloads[] = {
    { "", BT_TOKEN_PAYLOAD },
    { "{", BT_TOKEN_PAYLOAD },
    { "[]", BT_TOKEN_PAYLOAD },
    { "\"sub\"", BT_TOKEN_PAYLOAD },
    { "1", BT_TOKEN_PAYLOAD },
    { "null", BT_TOKEN_PAYLOAD },
    { TEST_PAYLOAD "x", BT_TOKEN_PAYLOAD },
    { TEST_PAYLOAD TEST_PAYLOAD, BT_TOKEN_PAYLOAD },
    { "\xef\xbb\xbf" TEST_PAYLOAD, BT_TOKEN_PAYLOAD },
    { "{\"exp\":1,\"exp\":1795335664," TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    { "{\"a\":{\"b\":1,\"b\":1},\"exp\":1795335664," TEST_CLAIMS "}",
      BT_TOKEN_PAYLOAD },
    { "{\"sub\":\"a\\u0000b\",\"exp\":1795335664," TEST_CLAIMS "}",
      BT_TOKEN_PAYLOAD },
    { "{\"sub\":\"\xe9\",\"exp\":1795335664," TEST_CLAIMS "}",
      BT_TOKEN_PAYLOAD },
    { "{\"\xff\":1,\"exp\":1795335664," TEST_CLAIMS "}",
      BT_TOKEN_PAYLOAD },
    { "{\"sub\":\"\xf4\x90\x80\x80\",\"exp\":1795335664," TEST_CLAIMS "}",
      BT_TOKEN_PAYLOAD },
    { "{\"sub\":\"\\udc00\",\"exp\":1795335664," TEST_CLAIMS "}",
      BT_TOKEN_PAYLOAD },
    { "{\"x\":" IN_16 OUT_16 ",\"exp\":1795335664," TEST_CLAIMS "}",
      BT_TOKEN_PAYLOAD },
    /* brackets in a text neither add to the depth nor take from it */
    { "{\"x\":[\"" OUT_16 "\"," IN_16 OUT_16 "],\"exp\":1795335664,"
      TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    { "{\"x\":[\"\\\"" OUT_16 "\"," IN_16 OUT_16 "],\"exp\":1795335664,"
      TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    { "{\"x\":1e309,\"exp\":1795335664," TEST_CLAIMS "}",
      BT_TOKEN_PAYLOAD },
    { "{\"exp\":1e309," TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    { "{\"exp\":NaN," TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    { "{\"exp\":Infinity," TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    { "{\"exp\":9223372036854775808," TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    { "{\"exp\":0x7fffffff," TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    { "{\"exp\":+1795335664," TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    { "{\"exp\":1795335664,/**/" TEST_CLAIMS "}", BT_TOKEN_PAYLOAD },
    /* dates of a wrong type, or out of all bounds */
    { "{\"exp\":\"1795335664\"," TEST_CLAIMS "}", BT_TOKEN_CLAIM },
    { "{\"exp\":null," TEST_CLAIMS "}", BT_TOKEN_CLAIM },
    { "{\"exp\":true," TEST_CLAIMS "}", BT_TOKEN_CLAIM },
    { "{\"exp\":[1795335664]," TEST_CLAIMS "}", BT_TOKEN_CLAIM },
    { "{\"exp\":-1," TEST_CLAIMS "}", BT_TOKEN_CLAIM },
    { "{\"exp\":1e300," TEST_CLAIMS "}", BT_TOKEN_CLAIM },
    { "{\"exp\":253402300800," TEST_CLAIMS "}", BT_TOKEN_CLAIM },
    { "{\"exp\":9223372036854775807," TEST_CLAIMS "}", BT_TOKEN_CLAIM },
    { "{\"exp\":1795335664,\"nbf\":\"0\"," TEST_CLAIMS "}",
      BT_TOKEN_CLAIM },
    { "{\"exp\":1795335664,\"nbf\":-1e9," TEST_CLAIMS "}",
      BT_TOKEN_CLAIM },
    { "{\"exp\":1795335664,\"iat\":{}}", BT_TOKEN_CLAIM },
    /* times */
    { "{" TEST_CLAIMS "}", BT_TOKEN_EXP },
    { "{\"Exp\":1795335664," TEST_CLAIMS "}", BT_TOKEN_EXP },
    { "{\"exp\":1795335604," TEST_CLAIMS "}", BT_TOKEN_EXPIRED },
    { "{\"exp\":1795335603," TEST_CLAIMS "}", BT_TOKEN_EXPIRED },
    { "{\"exp\":1795335603.999," TEST_CLAIMS "}", BT_TOKEN_EXPIRED },
    { "{\"exp\":0," TEST_CLAIMS "}", BT_TOKEN_EXPIRED },
    { "{\"exp\":-0.0," TEST_CLAIMS "}", BT_TOKEN_EXPIRED },
    { "{\"exp\":1795335664,\"nbf\":1795335605," TEST_CLAIMS "}",
      BT_TOKEN_EARLY },
    { "{\"exp\":1795335664,\"nbf\":1795335604.5," TEST_CLAIMS "}",
      BT_TOKEN_EARLY },
    { "{\"exp\":1795335664,\"iat\":1795335605}", BT_TOKEN_FUTURE },
    { "{\"exp\":1795335664,\"iat\":2e11}", BT_TOKEN_FUTURE },
    /* issuer */
    { NEVER, BT_TOKEN_ISSUER },
    { "{\"exp\":1795335664,\"iss\":\"\"}", BT_TOKEN_ISSUER },
    { "{\"exp\":1795335664,\"iss\":null}", BT_TOKEN_CLAIM },
    { "{\"exp\":1795335664,\"iss\":[\"" TEST_ISSUER "\"]}",
      BT_TOKEN_CLAIM },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER "/\"}",
      BT_TOKEN_ISSUER },
    { "{\"exp\":1795335664,\"iss\":\"HTTPS://portal.example/realms/ops\"}",
      BT_TOKEN_ISSUER },
    { "{\"exp\":1795335664,\"iss\":\"https://portal.example/realms/op\"}",
      BT_TOKEN_ISSUER },
    /* audience */
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER "\"}",
      BT_TOKEN_AUDIENCE },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER "\",\"aud\":\"other\"}",
      BT_TOKEN_AUDIENCE },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER "\",\"aud\":\"Backup\"}",
      BT_TOKEN_AUDIENCE },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER
      "\",\"aud\":\"backup other\"}", BT_TOKEN_AUDIENCE },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER "\",\"aud\":[]}",
      BT_TOKEN_AUDIENCE },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER
      "\",\"aud\":[\"a\",\"b\"]}", BT_TOKEN_AUDIENCE },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER
      "\",\"aud\":[[\"backup\"]]}", BT_TOKEN_CLAIM },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER
      "\",\"aud\":[\"backup\",1]}", BT_TOKEN_CLAIM },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER
      "\",\"aud\":{\"backup\":1}}", BT_TOKEN_CLAIM },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER "\",\"aud\":null}",
      BT_TOKEN_CLAIM },
    { "{\"exp\":1795335664,\"iss\":\"" TEST_ISSUER "\",\"aud\":true}",
      BT_TOKEN_CLAIM },
};


static void
test_payload(void **state)
{
    const test_keys  *k = *state;
    bt_keys          *keys = test_portal_keys(k, BT_ALG_EDDSA);
    size_t            i;

    for (i = 0; i < COUNT(payloads); i++) {
        test_expect(payloads[i].payload, keys,
                    sign_token(&k->eddsa, BT_ALG_EDDSA,
                               "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}",
                               payloads[i].payload), payloads[i].reason);
    }

    bt_keys_free(keys);
}


/* Texts that are no token, or were one once. */
static void
test_form(void **state)
{
    static const struct {
        const char  *token;
        bt_token_e   reason;
    } cases[] = {
        { "", BT_TOKEN_EMPTY },
        { ".", BT_TOKEN_PARTS },
        { "..", BT_TOKEN_HEADER },
        { "...", BT_TOKEN_PARTS },
        { "e30", BT_TOKEN_PARTS },
        { "e30.e30", BT_TOKEN_PARTS },
        { "e30.e30.e30.e30", BT_TOKEN_PARTS },
        { "e30.e30.e30.e30.e30", BT_TOKEN_PARTS },
        { "e30.e30.e30", BT_TOKEN_ALG },
        { "Bearer e30.e30.e30", BT_TOKEN_BASE64 },
        { "e30=.e30.e30", BT_TOKEN_BASE64 },
        { "e30.e30.AA==", BT_TOKEN_BASE64 },
        { " e30.e30.e30", BT_TOKEN_BASE64 },
        { "e30.e30.e30 ", BT_TOKEN_BASE64 },
        { "e30.e30.e30\n", BT_TOKEN_BASE64 },
        { "e30.e3\n0.e30", BT_TOKEN_BASE64 },
        { "e30.e30.+/+/", BT_TOKEN_BASE64 },
        { "e30.e30.A", BT_TOKEN_BASE64 },
        { "e30.e30.AAAAA", BT_TOKEN_BASE64 },
        { "e31.e30.e30", BT_TOKEN_BASE64 },
        { "e30.e31.e30", BT_TOKEN_BASE64 },
        { "e30.e30.AB", BT_TOKEN_BASE64 },
        { "e30.e30.\xc3\xa9\xc3\xa9", BT_TOKEN_BASE64 },
        { "{\"alg\":\"none\"}.{}.", BT_TOKEN_BASE64 },
        { "eyJhbGciOiJub25lIn0.e30.", BT_TOKEN_ALG },
        { "eyJhbGciOiJFUzI1NiJ9.e30.", BT_TOKEN_SIGNATURE },
        { "eyJhbGciOiJFUzI1NiJ9..", BT_TOKEN_SIGNATURE },
    };
    bt_keys        *keys = test_portal_keys(*state, BT_ALG_ALL);
    bt_token_conf   conf = test_conf();
    char           *big = malloc(BT_TOKEN_MAX + 1);
    size_t          i;

    for (i = 0; i < COUNT(cases); i++) {
        test_expect(cases[i].token, keys, strdup(cases[i].token),
                    cases[i].reason);
    }

    test_reason("NUL", test_verify_bytes(keys, &conf, "e30.e3\0.e30", 11),
                BT_TOKEN_BASE64);

    (void) snprintf(big, BT_TOKEN_MAX, "%s", "eyJhbGciOiJFUzI1NiJ9.");
    memset(big + 21, 'A', BT_TOKEN_MAX - 20);
    big[100] = '.';
    test_reason("16385", test_verify_bytes(keys, &conf, big, BT_TOKEN_MAX + 1),
                BT_TOKEN_LONG);
    test_reason("16384", test_verify_bytes(keys, &conf, big, BT_TOKEN_MAX),
                BT_TOKEN_SIGNATURE);

    memset(big, '.', BT_TOKEN_MAX);
    test_reason("dots", test_verify_bytes(keys, &conf, big, BT_TOKEN_MAX),
                BT_TOKEN_PARTS);

    free(big);
    bt_keys_free(keys);
}


static void
every_byte(const bt_keys *keys, const char *token)
{
    bt_token_conf  conf = test_conf();
    size_t         len = strlen(token), i;
    char          *copy = malloc(len + 2);

    test_reason("whole", test_verify_bytes(keys, &conf, token, len),
                BT_TOKEN_GOOD);

    for (i = 0; i < len; i++) {
        assert_int_not_equal(test_verify_bytes(keys, &conf, token, i), 0);
        assert_int_not_equal(test_verify_bytes(keys, &conf, token + i + 1,
                                               len - i - 1), 0);

        memcpy(copy, token, len + 1);
        copy[i] = copy[i] == 'A' ? 'Q' : 'A';
        assert_int_not_equal(test_verify_bytes(keys, &conf, copy, len), 0);
        copy[i] = (char) (token[i] ^ 0x20);
        assert_int_not_equal(test_verify_bytes(keys, &conf, copy, len), 0);

        memmove(copy + i, token + i + 1, len - i - 1);
        assert_int_not_equal(test_verify_bytes(keys, &conf, copy, len - 1), 0);

        memcpy(copy, token, i);
        copy[i] = '.';
        memcpy(copy + i + 1, token + i, len - i);
        assert_int_not_equal(test_verify_bytes(keys, &conf, copy, len + 1), 0);
    }

    free(copy);
}


/* Every beginning of a good token, and every token with one character less,
 * one more or another one. */
static void
test_every_byte(void **state)
{
    bt_keys         *keys = test_portal_keys(*state, BT_ALG_ALL);
    const test_alg  *alg;
    char            *header, *token;
    size_t           i;

    for (i = 0; i < COUNT(test_algs); i++) {
        alg = &test_algs[i];

        /* ES384 has no key here, and the rest of RSA is as RS256 */
        if ((alg->alg & (BT_ALG_RS256 | BT_ALG_ES256 | BT_ALG_EDDSA
                         | BT_ALG_HS256)) == 0)
        {
            continue;
        }

        header = sign_format("{\"alg\":\"%s\"}", alg->name);
        token = sign_token(test_key_of(*state, alg), alg->alg, header,
                           TEST_PAYLOAD);
        every_byte(keys, token);
        free(token);
        free(header);
    }

    bt_keys_free(keys);
}


/* Deep and large JSON within the size of a token ends at once. */
static void
test_deep(void **state)
{
    const test_keys  *k = *state;
    bt_keys          *keys = test_portal_keys(k, BT_ALG_HS256);
    static const char opening[] = "[{\"{[";
    char             *text = malloc(12000);
    size_t            i, n;

    for (i = 0; i < strlen(opening); i++) {
        for (n = 0; n < 11999; n++) {
            text[n] = opening[i];
        }

        text[n] = '\0';
        test_expect("deep", keys, sign_token(&k->secret, BT_ALG_HS256,
                                             "{\"alg\":\"HS256\"}", text),
                    BT_TOKEN_PAYLOAD);
    }

    free(text);
    bt_keys_free(keys);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_payload),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_deep),
    };

    return cmocka_run_group_tests_name("token: hostile", tests,
                                       test_keys_make, test_keys_unmake);
}
