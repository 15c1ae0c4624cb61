/* test_token_claims.c: times, issuer, audience, and how claims are read. */

#include "tests/unit/test_token.h"
#include "token/bt_token_impl.h"


typedef struct {
    bt_keys   *keys;
    sign_key   secret;
} fixture;


static int
setup(void **state)
{
    fixture  *f = calloc(1, sizeof(*f));

    f->secret = sign_key_new(BT_ALG_HS256);
    f->keys = test_jwks(&f->secret, "", BT_ALG_HS256);
    *state = f;

    return 0;
}


static int
teardown(void **state)
{
    fixture  *f = *state;

    bt_keys_free(f->keys);
    free(f);

    return 0;
}


static bt_token_e
verify(const fixture *f, const bt_token_conf *conf, const char *payload,
    bt_claims **claims)
{
    char        *token = sign_token(&f->secret, BT_ALG_HS256,
                                    "{\"alg\":\"HS256\"}", payload);
    bt_token_e   reason = bt_token_verify(f->keys, conf, TEST_NOW,
                                          bt_str_of(token), claims);

    free(token);

    return reason;
}


static void
test_checks(void **state)
{
    static const bt_str  audiences[] = { { "a", 1 }, { "b", 1 } };
    static const struct {
        const char     *payload;
        bt_token_conf   conf;
        bt_token_e      reason;
    } cases[] = {
        /* exp, without and with leeway, to the second and below */
        { "{\"exp\":1795335605}", { .leeway = 0 }, BT_TOKEN_GOOD },
        { "{\"exp\":1795335604.001}", { .leeway = 0 }, BT_TOKEN_GOOD },
        { "{\"exp\":1795335604}", { .leeway = 0 }, BT_TOKEN_EXPIRED },
        { "{\"exp\":1795335575}", { .leeway = 30 }, BT_TOKEN_GOOD },
        { "{\"exp\":1795335574}", { .leeway = 30 }, BT_TOKEN_EXPIRED },
        { "{\"exp\":1.795335605e9}", { .leeway = 0 }, BT_TOKEN_GOOD },
        { "{\"exp\":253402300799}", { .leeway = 0 }, BT_TOKEN_GOOD },
        { "{\"exp\":1}", { .leeway = INT64_MAX }, BT_TOKEN_GOOD },
        { "{}", { .leeway = 30 }, BT_TOKEN_EXP },
        { "{}", { .exp_optional = true }, BT_TOKEN_GOOD },
        { "{\"exp\":1}", { .exp_optional = true }, BT_TOKEN_EXPIRED },
        { "{\"exp\":\"x\"}", { .exp_optional = true }, BT_TOKEN_CLAIM },
        /* nbf and iat */
        { "{\"exp\":2e9,\"nbf\":1795335604,\"iat\":1795335604}",
          { .leeway = 0 }, BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"nbf\":0,\"iat\":0}", { .leeway = 0 },
          BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"nbf\":1795335605}", { .leeway = 0 },
          BT_TOKEN_EARLY },
        { "{\"exp\":2e9,\"nbf\":1795335605}", { .leeway = 1 },
          BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"iat\":1795335634}", { .leeway = 30 },
          BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"iat\":1795335635}", { .leeway = 30 },
          BT_TOKEN_FUTURE },
        /* issuer and audience when they are not configured, and when */
        { "{\"exp\":2e9,\"iss\":\"x\",\"aud\":\"y\"}", { .leeway = 0 },
          BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"iss\":1}", { .leeway = 0 }, BT_TOKEN_CLAIM },
        { "{\"exp\":2e9,\"aud\":[1]}", { .leeway = 0 }, BT_TOKEN_CLAIM },
        { "{\"exp\":2e9,\"iss\":\"\xe4\xb8\xad\"}",
          { .issuer = { "\xe4\xb8\xad", 3 } }, BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"iss\":\"\\u4e2d\"}",
          { .issuer = { "\xe4\xb8\xad", 3 } }, BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"aud\":\"b\"}", { { NULL, 0 }, audiences, 2, 0, 0 },
          BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"aud\":[\"c\",\"b\"]}",
          { { NULL, 0 }, audiences, 2, 0, 0 }, BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"aud\":[\"b\",\"c\"]}",
          { { NULL, 0 }, audiences, 2, 0, 0 }, BT_TOKEN_GOOD },
        { "{\"exp\":2e9,\"aud\":[\"b\",1]}",
          { { NULL, 0 }, audiences, 2, 0, 0 }, BT_TOKEN_CLAIM },
        { "{\"exp\":2e9,\"aud\":[\"c\"]}",
          { { NULL, 0 }, audiences, 2, 0, 0 }, BT_TOKEN_AUDIENCE },
        { "{\"exp\":2e9,\"aud\":\"b\"}", { { NULL, 0 }, audiences, 1, 0, 0 },
          BT_TOKEN_AUDIENCE },
    };
    bt_claims  *claims;
    size_t      i;

    for (i = 0; i < COUNT(cases); i++) {
        test_reason(cases[i].payload,
                    verify(*state, &cases[i].conf, cases[i].payload, &claims),
                    cases[i].reason);
        bt_claims_free(claims);
    }
}


static const char  claims_text[] =
    "{\"exp\":2e9,\"sub\":\"li.wei\",\"uid\":-4711,"
    "\"big\":9223372036854775807,"
    "\"realm_access\":{\"roles\":[\"viewer\",\"\",\"backup operator\"]},"
    "\"https://example.com/roles\":[\"auditor\"],"
    "\"a.b\":\"dotted\",\"a\":{\"b\":\"nested\",\"\":\"empty\"},"
    "\"scope\":\"  openid  profile \",\"name\":\"\xe6\x9d\x8e\","
    "\"none\":null,\"yes\":true,\"real\":1.5,\"object\":{},\"empty\":[],"
    "\"mixed\":[\"a\",1],\"deep\":[[\"a\"]],\"line\":\"a\\nb\","
    "\"lines\":[\"a\",\"b\\u007f\"],\"blank\":\"\"}";


/* The items as one text, each in brackets; or what kind of claim it is. */
static const char *
read_claim(const bt_claims *claims, const bt_str *path, size_t steps)
{
    static char  text[256];
    bt_claim     claim;
    bt_str       item;
    bt_buf       buf;

    switch (bt_claim_find(claims, path, steps, &claim)) {

    case BT_CLAIM_NONE:
        return "none";

    case BT_CLAIM_BAD:
        return "bad";

    case BT_CLAIM_TEXT:
        bt_buf_init(&buf, text, sizeof(text));
        bt_buf_add(&buf, claim.text.data, claim.text.len);
        bt_buf_addz(&buf, ":");
        break;

    case BT_CLAIM_LIST:
        bt_buf_init(&buf, text, sizeof(text));
        break;
    }

    while (bt_claim_next(&claim, &item)) {
        bt_buf_addz(&buf, "[");
        bt_buf_add(&buf, item.data, item.len);
        bt_buf_addz(&buf, "]");
    }

    assert_false(bt_claim_next(&claim, &item));

    return text;
}


static void
test_read(void **state)
{
    static const struct {
        const char  *path[3];
        const char  *value;
    } cases[] = {
        { { "sub" }, "li.wei:[li.wei]" },
        { { "name" }, "\xe6\x9d\x8e:[\xe6\x9d\x8e]" },
        { { "uid" }, "-4711:[-4711]" },
        { { "big" }, "9223372036854775807:[9223372036854775807]" },
        { { "scope" }, "  openid  profile :[openid][profile]" },
        { { "blank" }, ":" },
        { { "realm_access", "roles" }, "[viewer][backup operator]" },
        { { "https://example.com/roles" }, "[auditor]" },
        { { "a.b" }, "dotted:[dotted]" },
        { { "a", "b" }, "nested:[nested]" },
        { { "a", "" }, "empty:[empty]" },
        { { "empty" }, "" },
        { { "none" }, "none" },
        { { "missing" }, "none" },
        { { "SUB" }, "none" },
        { { "su" }, "none" },
        { { "subs" }, "none" },
        { { "sub", "x" }, "none" },
        { { "realm_access", "groups" }, "none" },
        { { "realm_access", "roles", "0" }, "none" },
        { { "realm_access.roles" }, "none" },
        { { "realm_access" }, "bad" },
        { { "yes" }, "bad" },
        { { "real" }, "bad" },
        { { "exp" }, "bad" },
        { { "object" }, "bad" },
        { { "mixed" }, "bad" },
        { { "deep" }, "bad" },
        { { "line" }, "bad" },
        { { "lines" }, "bad" },
    };
    bt_token_conf  conf = { .leeway = 0 };
    bt_claims     *claims;
    bt_str         path[3];
    size_t         i, steps;
    const char    *value;

    test_reason("claims", verify(*state, &conf, claims_text, &claims),
                BT_TOKEN_GOOD);

    for (i = 0; i < COUNT(cases); i++) {
        for (steps = 0; steps < 3 && cases[i].path[steps] != NULL; steps++) {
            path[steps] = bt_str_of(cases[i].path[steps]);
        }

        value = read_claim(claims, path, steps);
        if (strcmp(value, cases[i].value) != 0) {
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].path[0], value,
                     cases[i].value);
        }
    }

    assert_string_equal(read_claim(claims, path, 0), "none");
    bt_claims_free(claims);
    bt_claims_free(NULL);
}


/* Every text of up to 3 characters: decoded only when encoding the result
 * gives the same text again. */
static void
test_base64(void **state)
{
    unsigned char  out[BT_BASE64_BYTES(4)];
    char           text[4], *again;
    unsigned       n, len;
    long           got;
    unsigned       good[5] = { 0 };

    (void) state;

    for (n = 0; n < 256u * 256u * 256u; n += n < 65536 ? 1 : 251) {
        text[0] = (char) n;
        text[1] = (char) (n >> 8);
        text[2] = (char) (n >> 16);
        text[3] = text[1];

        for (len = 0; len <= 4; len++) {
            got = bt_base64_decode(out, (bt_str) { text, len });
            if (got < 0) {
                continue;
            }

            assert_true((size_t) got <= BT_BASE64_BYTES(len));
            again = sign_base64(out, (size_t) got);
            assert_int_equal(strlen(again), len);
            assert_memory_equal(again, text, len);
            free(again);
            good[len]++;
        }
    }

    assert_true(good[0] > 0 && good[2] > 0 && good[3] > 0 && good[4] > 0);
    assert_int_equal(good[1], 0);
}


static void
test_names(void **state)
{
    size_t  i, k;

    (void) state;

    for (i = 0; i < COUNT(test_algs); i++) {
        assert_int_equal(bt_alg_by_name(bt_str_of(test_algs[i].name)),
                         test_algs[i].alg);
        assert_string_equal(bt_alg_name(test_algs[i].alg), test_algs[i].name);
    }

    assert_null(bt_alg_name(0));
    assert_null(bt_alg_name(BT_ALG_ALL));
    assert_null(bt_alg_name(0x100));
    assert_int_equal(bt_alg_by_name((bt_str) { NULL, 0 }), 0);

    /* each reason has words of its own */
    for (i = 0; i < BT_TOKEN_MAX_REASON; i++) {
        for (k = 0; k < i; k++) {
            assert_string_not_equal(bt_token_text((bt_token_e) i),
                                    bt_token_text((bt_token_e) k));
        }
    }

    assert_string_equal(bt_token_text(BT_TOKEN_MAX_REASON), "unknown reason");
    assert_string_equal(bt_token_text((bt_token_e) -1), "unknown reason");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_checks),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests_name("token: claims", tests, setup, teardown);
}
