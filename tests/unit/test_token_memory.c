/* test_token_memory.c: each allocation fails once; a refusal, never a crash. */

#include <jansson.h>
#include <openssl/crypto.h>

#include "tests/unit/test_token.h"

/* More allocations than any call makes. */
#define CALLS_MAX  20000

/* Calls that still get memory; negative: all. */
static long  left = -1;


static bool
is_used_up(void)
{
    if (left > 0) {
        left--;
        return false;
    }

    return left == 0;
}


static void *
json_malloc(size_t size)
{
    return is_used_up() ? NULL : malloc(size);
}


static void *
crypto_malloc(size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    return is_used_up() ? NULL : malloc(size);
}


static void *
crypto_realloc(void *memory, size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    return is_used_up() ? NULL : realloc(memory, size);
}


static void
crypto_free(void *memory, const char *file, int line)
{
    (void) file;
    (void) line;
    free(memory);
}


/* Loads with the nth allocation and all after it failing, for every n, until
 * a load needs no more than n. */
static bt_keys *
load_short_of_memory(const char *text, unsigned alg)
{
    char      why[BT_KEYS_WHY_MAX];
    bt_keys  *keys;
    bool      enough = false;
    long      n;

    for (n = 0; n < CALLS_MAX; n++) {
        why[0] = '\0';
        left = n;
        keys = bt_keys_parse("f", bt_str_of(text), alg, why, sizeof(why));
        enough = left > 0;
        left = -1;

        assert_int_equal(keys == NULL, why[0] != '\0');
        if (enough) {
            break;
        }

        bt_keys_free(keys);
        keys = NULL;
    }

    assert_true(enough);
    assert_non_null(keys);

    return keys;
}


static void
verify_short_of_memory(const bt_keys *keys, const char *token)
{
    bt_token_conf   conf = test_conf();
    bt_token_e      reason = BT_TOKEN_EMPTY;
    bt_claims      *claims;
    bool            enough = false;
    long            n;

    for (n = 0; n < CALLS_MAX && !enough; n++) {
        left = n;
        reason = bt_token_verify(keys, &conf, TEST_NOW, bt_str_of(token),
                                 &claims);
        enough = left > 0;
        left = -1;

        assert_int_equal(reason == BT_TOKEN_GOOD, claims != NULL);
        bt_claims_free(claims);
    }

    assert_true(enough);
    assert_int_equal(reason, BT_TOKEN_GOOD);
}


static void
test_short_of_memory(void **state)
{
    const sign_key  *key;
    bt_keys         *keys;
    char            *jwk, *header, *token;
    size_t           i;

    for (i = 0; i < COUNT(test_algs); i++) {
        key = test_key_of(*state, &test_algs[i]);
        jwk = sign_jwk(key, ",\"kid\":\"k\"");
        header = sign_format("{\"alg\":\"%s\"}", test_algs[i].name);
        token = sign_token(key, test_algs[i].alg, header, TEST_PAYLOAD);

        /* what OpenSSL sets up once is there before memory is short */
        keys = test_parse_keys(strdup(jwk), test_algs[i].alg);
        test_expect("first", keys, strdup(token), BT_TOKEN_GOOD);
        bt_keys_free(keys);

        keys = load_short_of_memory(jwk, test_algs[i].alg);
        verify_short_of_memory(keys, token);

        bt_keys_free(keys);
        free(token);
        free(header);
        free(jwk);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_short_of_memory),
    };

    json_set_alloc_funcs(json_malloc, free);
    if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free)
        != 1)
    {
        return 1;
    }

    return cmocka_run_group_tests_name("token: memory", tests,
                                       test_keys_make, test_keys_unmake);
}
