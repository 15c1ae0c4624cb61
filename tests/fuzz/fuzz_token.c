/* fuzz_token.c: any text as a token, and any JSON in a token with a good MAC. */

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "token/bt_token.h"

#define NOW       INT64_C(1795335604)
#define SECRET    "a secret of thirty-two bytes...."
#define TEXT_MAX  (2 * BT_TOKEN_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* The public halves; the seeds were signed with private ones that are gone. */
static const char  jwks[] =
    "{\"keys\":["
    "{\"kty\":\"RSA\",\"n\":\"ovWKGjX4TLi1MZzc2bnyEWDbQ_TQg_CdFajDH3PiQw-"
    "dt8mnmVl3mdi2SX-3CtIXQcue773Kc_mYHFG_noMDYbnx74Bz-fXWhLaWu1l8GToGfOS"
    "O1PNBb7xzQcJyoB8YaJeFRTOlFmsNlJWZX7NWQjQdKdAf8yk668gGQoR-znRhCEOLUxb"
    "wf37tyIYXTOpAhQc0sEtyDz4MovFftOZtsS9WqO8DfKsmM3O0vLWxRAiT-i7byI0q3dK"
    "Hzl-Pnwit5qGGB9ookl02ADbqGRx3FGu1_gf-HLR0SVAovHm78PmrBOv4kNU2lS7C_CE"
    "_1ruST8ap_jx181bWen5D2ehXAw\",\"e\":\"AQAB\",\"kid\":\"r\"},"
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"tuvFgSSWjbKMKCB2fC-KQ-K44o"
    "djkuMFoK5Qj7Mcso8\",\"y\":\"c-feAYGsxKLeLP2wGiHzotiejoLjt3qtMzVvu1dN"
    "2GE\",\"kid\":\"e\"},"
    "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"jCE4u4Mn0dI4aYHgW_NWv1NENp"
    "3LlmBEuR9o3rJGQ-ugpb8QCiz8mouU33wSArVo\",\"y\":\"s9fEaD-nf2Q5ZLXkCgd"
    "d7X3kBFqO0GKDDl24DgUM5qdUhDaTxRGV8mDtFvfCgq3Y\",\"kid\":\"f\"},"
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"ENoTfx_sMWmEGS90fib3Cx0"
    "acJALvx57btuFSD9QXZ0\",\"kid\":\"d\"},"
    "{\"kty\":\"oct\",\"k\":\"YSBzZWNyZXQgb2YgdGhpcnR5LXR3byBieXRlcy4uLi4"
    "\",\"kid\":\"h\"}"
    "]}";


static void
check(bool holds)
{
    if (!holds) {
        abort();
    }
}


static const bt_keys *
the_keys(void)
{
    static bt_keys  *keys;
    char             why[BT_KEYS_WHY_MAX];

    if (keys == NULL) {
        keys = bt_keys_parse("keys", BT_STR(jwks), BT_ALG_ALL, why,
                             sizeof(why));
        check(keys != NULL);
    }

    return keys;
}


static void
read_claims(const bt_claims *claims)
{
    static const bt_str  paths[][2] = {
        { { "sub", 3 } }, { { "roles", 5 } }, { { "scope", 5 } },
        { { "realm_access", 12 }, { "roles", 5 } }, { { "aud", 3 } },
    };
    bt_claim             claim;
    bt_claim_e           kind;
    bt_str               item;
    size_t               i, sum, c;

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        kind = bt_claim_find(claims, paths[i], i == 3 ? 2 : 1, &claim);
        if (kind != BT_CLAIM_TEXT && kind != BT_CLAIM_LIST) {
            continue;
        }

        sum = 0;
        while (bt_claim_next(&claim, &item)) {
            check(item.len > 0 && bt_utf8_valid(item, NULL));
            sum += item.len;

            for (c = 0; c < item.len; c++) {
                check((unsigned char) item.data[c] >= ' ');
            }
        }

        check(sum <= BT_TOKEN_MAX);
    }
}


/* Once with what the seeds hold, once with everything left open. */
static void
verify(bt_str token)
{
    static const bt_str         audience = { "b", 1 };
    static const bt_token_conf  confs[] = {
        { { "i", 1 }, &audience, 1, 0, false },
        { { NULL, 0 }, NULL, 0, 60, true },
    };
    bt_token_e                  reasons[2];
    bt_claims                  *claims;
    size_t                      i;

    for (i = 0; i < 2; i++) {
        reasons[i] = bt_token_verify(the_keys(), &confs[i], NOW, token,
                                     &claims);

        check((reasons[i] == BT_TOKEN_GOOD) == (claims != NULL));
        check(reasons[i] < BT_TOKEN_MAX_REASON);

        if (claims != NULL) {
            read_claims(claims);
            bt_claims_free(claims);
        }
    }

    /* what is good for the strict one is good for the other */
    check(reasons[0] != BT_TOKEN_GOOD || reasons[1] == BT_TOKEN_GOOD);
}


static size_t
encode(char *out, const void *data, size_t len)
{
    size_t  i, end;

    end = (size_t) EVP_EncodeBlock((unsigned char *) out, data, (int) len);

    while (end > 0 && out[end - 1] == '=') {
        end--;
    }

    for (i = 0; i < end; i++) {
        out[i] = out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i];
    }

    return end;
}


/* Header, line feed, payload: signed, so that what is read only after a good
 * signature is reached, too. */
static void
verify_signed(const char *data, size_t size)
{
    char           text[TEXT_MAX];
    const char    *end = memchr(data, '\n', size);
    unsigned char  mac[32];
    size_t         len;

    if (end == NULL || size > BT_TOKEN_MAX) {
        return;
    }

    len = encode(text, data, (size_t) (end - data));
    text[len++] = '.';
    len += encode(text + len, end + 1, size - (size_t) (end - data) - 1);

    (void) HMAC(EVP_sha256(), SECRET, sizeof(SECRET) - 1,
                (const unsigned char *) text, len, mac, NULL);
    text[len++] = '.';
    len += encode(text + len, mac, sizeof(mac));

    verify((bt_str) { text, len });
}


/* The first byte says which of the two the rest is. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char  *text = (const char *) data + 1;

    if (size == 0) {
        return 0;
    }

    if (data[0] == 'S') {
        verify_signed(text, size - 1);

    } else {
        verify((bt_str) { text, size - 1 });
    }

    return 0;
}
