/* fuzz_token_keys.c: any text as a key file; the keys verify a token. */

#include <stdlib.h>
#include <string.h>

#include "token/bt_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(bool holds)
{
    if (!holds) {
        abort();
    }
}


static void
verify(const bt_keys *keys)
{
    /* {"alg":"RS256"}, {"alg":"ES256"} and {"alg":"EdDSA"} with {} */
    static const bt_str  tokens[] = {
        BT_STR("eyJhbGciOiJSUzI1NiJ9.e30.AA"),
        BT_STR("eyJhbGciOiJFUzI1NiJ9.e30.AA"),
        BT_STR("eyJhbGciOiJFZERTQSJ9.e30.AA"),
    };
    bt_token_conf        conf = { .leeway = 0 };
    bt_token_e           reason;
    bt_claims           *claims;
    size_t               i;

    for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        reason = bt_token_verify(keys, &conf, 0, tokens[i], &claims);
        check(claims == NULL && (reason == BT_TOKEN_SIGNATURE
                                 || reason == BT_TOKEN_KEY_TYPE
                                 || reason == BT_TOKEN_ALG));
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned  sets[] = {
        BT_ALG_ALL & ~BT_ALG_HS256, BT_ALG_ALL, BT_ALG_ES256
    };
    char                   why[BT_KEYS_WHY_MAX];
    bt_keys               *keys;
    size_t                 i;

    for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        why[0] = '\0';
        keys = bt_keys_parse("f", (bt_str) { (const char *) data, size },
                             sets[i], why, sizeof(why));

        if (keys != NULL) {
            check(why[0] == '\0');
            verify(keys);
            bt_keys_free(keys);

        } else {
            check(strncmp(why, "f: ", 3) == 0 && strchr(why, '\n') == NULL);
        }
    }

    return 0;
}
