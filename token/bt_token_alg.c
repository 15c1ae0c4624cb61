/* bt_token_alg.c: the algorithms and what each needs of a key, as a table. */

#include "token/bt_token_impl.h"


/* RFC 7518 sections 3.1 to 3.5, RFC 8037 section 3.1. */
const bt_alg  bt_algs[BT_ALG_COUNT] = {
    { BT_ALG_RS256, "RS256", "RSA", NULL, "SHA256", 0, false },
    { BT_ALG_RS384, "RS384", "RSA", NULL, "SHA384", 0, false },
    { BT_ALG_RS512, "RS512", "RSA", NULL, "SHA512", 0, false },
    { BT_ALG_PS256, "PS256", "RSA", NULL, "SHA256", 0, true },
    { BT_ALG_ES256, "ES256", "EC", "prime256v1", "SHA256", 32, false },
    { BT_ALG_ES384, "ES384", "EC", "secp384r1", "SHA384", 48, false },
    { BT_ALG_EDDSA, "EdDSA", "ED25519", NULL, NULL, 0, false },
    { BT_ALG_HS256, "HS256", NULL, NULL, "SHA256", 32, false },
};


unsigned
bt_alg_by_name(bt_str name)
{
    size_t  i;

    for (i = 0; i < BT_ALG_COUNT; i++) {
        if (bt_str_eqz(name, bt_algs[i].name)) {
            return bt_algs[i].alg;
        }
    }

    return 0;
}


const bt_alg *
bt_alg_find(unsigned alg)
{
    size_t  i;

    for (i = 0; i < BT_ALG_COUNT; i++) {
        if (bt_algs[i].alg == alg) {
            return &bt_algs[i];
        }
    }

    return NULL;
}


const char *
bt_alg_name(unsigned alg)
{
    const bt_alg  *found = bt_alg_find(alg);

    return found != NULL ? found->name : NULL;
}
