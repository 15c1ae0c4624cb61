/* bench_token.c: what verifying one token costs, per algorithm, in microseconds. */

#include <time.h>

#include "tests/tokens/token_sign.h"

#define NOW      INT64_C(1795335604)
#define SECONDS  0.4
#define BATCH    50

/* As large as what Keycloak sends to a user with some roles. */
#define PAYLOAD                                                              \
    "{\"exp\":1795335904,\"iat\":1795335604,\"auth_time\":1795335000,"        \
    "\"jti\":\"5f0c2d2e-0b6c-4a43-9d0a-0c6b2f2d5c11\","                       \
    "\"iss\":\"https://portal.example/realms/ops\",\"aud\":[\"backup\","      \
    "\"account\"],\"sub\":\"7c0d3b0e-6d0c-4df8-8a55-1d3c1e0c2f11\","          \
    "\"typ\":\"Bearer\",\"azp\":\"portal\",\"session_state\":"                \
    "\"c1f6b6de-8f55-4a39-b3a6-0f8b1f7bb4c2\",\"acr\":\"1\","                 \
    "\"allowed-origins\":[\"https://portal.example\"],\"realm_access\":"      \
    "{\"roles\":[\"offline_access\",\"uma_authorization\",\"viewer\","        \
    "\"operator\",\"group:payments\"]},\"resource_access\":{\"account\":"     \
    "{\"roles\":[\"manage-account\",\"manage-account-links\","                \
    "\"view-profile\"]}},\"scope\":\"openid profile email\","                 \
    "\"email_verified\":true,\"name\":\"Li Wei\",\"preferred_username\":"     \
    "\"li.wei\",\"given_name\":\"Wei\",\"family_name\":\"Li\",\"locale\":"    \
    "\"zh\",\"zoneinfo\":\"Asia/Shanghai\",\"email\":\"li.wei@example.com\"}"

static const bt_str  roles_path[] = {
    { "realm_access", 12 }, { "roles", 5 }
};


static double
microseconds(void)
{
    struct timespec  at;

    (void) clock_gettime(CLOCK_MONOTONIC, &at);

    return (double) at.tv_sec * 1e6 + (double) at.tv_nsec / 1e3;
}


static void
verify(const bt_keys *keys, bt_str token, bt_token_e expected)
{
    static const bt_str  audience = { "backup", 6 };
    bt_token_conf        conf = { BT_STR("https://portal.example/realms/ops"),
                                  &audience, 1, 0, false };
    bt_claims           *claims;
    bt_claim             roles;
    bt_str               item;

    sign_need(bt_token_verify(keys, &conf, NOW, token, &claims) == expected,
              "verification");

    if (claims != NULL) {
        sign_need(bt_claim_find(claims, roles_path, 2, &roles)
                  == BT_CLAIM_LIST, "roles");
        while (bt_claim_next(&roles, &item)) {
            sign_need(item.len > 0, "role");
        }
    }

    bt_claims_free(claims);
}


/* The least of the batches: what it costs when nobody else has the core. */
static void
measure(const char *name, const bt_keys *keys, char *token,
    bt_token_e expected)
{
    bt_str  text = bt_str_of(token);
    double  end = microseconds() + SECONDS * 1e6, least = 1e12, began, took;
    size_t  count = 0, i;

    while ((began = microseconds()) < end) {
        for (i = 0; i < BATCH; i++) {
            verify(keys, text, expected);
        }

        took = (microseconds() - began) / BATCH;
        least = took < least ? took : least;
        count += BATCH;
    }

    printf("%-28s %5zu bytes %8.1f us at least %8.1f us mean\n", name,
           text.len, least, SECONDS * 1e6 / (double) count);
    free(token);
}


static bt_keys *
keys_of(const sign_key *key, unsigned alg)
{
    char      why[BT_KEYS_WHY_MAX];
    char     *jwk = sign_jwk(key, ",\"kid\":\"k\"");
    bt_keys  *keys = bt_keys_parse("key", bt_str_of(jwk), alg, why,
                                   sizeof(why));

    sign_need(keys != NULL, why);
    free(jwk);

    return keys;
}


static char *
token_of(const sign_key *key, unsigned alg)
{
    char  *header = sign_format("{\"alg\":\"%s\",\"typ\":\"JWT\","
                                "\"kid\":\"k\"}", bt_alg_name(alg));
    char  *token = sign_token(key, alg, header, PAYLOAD);

    free(header);

    return token;
}


static void
measure_key(const char *name, sign_key key, unsigned alg)
{
    bt_keys  *keys = keys_of(&key, alg);

    measure(name, keys, token_of(&key, alg), BT_TOKEN_GOOD);
    bt_keys_free(keys);
    sign_key_free(&key);
}


/* What a stranger can make a server do. */
static void
measure_refused(void)
{
    sign_key   key = sign_key_new(BT_ALG_RS256);
    sign_key   other = sign_key_new(BT_ALG_RS256);
    bt_keys   *keys = keys_of(&key, BT_ALG_RS256);
    char      *junk = sign_format("%016384d", 0);

    measure("RS256, another key", keys, token_of(&other, BT_ALG_RS256),
            BT_TOKEN_SIGNATURE);
    measure("alg none", keys, sign_token(&key, BT_ALG_RS256,
                                         "{\"alg\":\"none\"}", PAYLOAD),
            BT_TOKEN_ALG);
    measure("16 kB of zeros", keys, junk, BT_TOKEN_PARTS);

    bt_keys_free(keys);
    sign_key_free(&other);
    sign_key_free(&key);
}


int
main(void)
{
    sign_key  rsa4096 = { EVP_RSA_gen(4096), { 0 } };

    measure_key("RS256, 2048 bits", sign_key_new(BT_ALG_RS256), BT_ALG_RS256);
    measure_key("RS256, 4096 bits", rsa4096, BT_ALG_RS256);
    measure_key("RS384, 2048 bits", sign_key_new(BT_ALG_RS384), BT_ALG_RS384);
    measure_key("RS512, 2048 bits", sign_key_new(BT_ALG_RS512), BT_ALG_RS512);
    measure_key("PS256, 2048 bits", sign_key_new(BT_ALG_PS256), BT_ALG_PS256);
    measure_key("ES256", sign_key_new(BT_ALG_ES256), BT_ALG_ES256);
    measure_key("ES384", sign_key_new(BT_ALG_ES384), BT_ALG_ES384);
    measure_key("EdDSA", sign_key_new(BT_ALG_EDDSA), BT_ALG_EDDSA);
    measure_key("HS256", sign_key_new(BT_ALG_HS256), BT_ALG_HS256);
    measure_refused();

    return 0;
}
