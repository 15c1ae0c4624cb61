/* bt_token_jwk.c: keys of a JWKS, or one JWK: RFC 7517, RFC 7518 section 6. */

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

#include "token/bt_token_impl.h"

/* Bytes of a member: a modulus above BT_KEY_RSA_MAX is refused later, by its
 * bits. */
#define MEMBER_MAX    2052
#define MEMBER_CHARS  (MEMBER_MAX / 3 * 4)

#define COORDINATE_MAX  48

typedef struct {
    unsigned char data[BT_BASE64_BYTES(MEMBER_CHARS)];
    size_t        len;
} bt_member;

typedef struct {
    const char *crv;
    const char *group;
    size_t      bytes;
} bt_curve;

static const bt_curve  curves[] = {
    { "P-256", "prime256v1", 32 },
    { "P-384", "secp384r1", 48 },
};


static bool
is_text(const json_t *json, const char *text)
{
    return json_is_string(json) && bt_str_eqz(bt_json_text(json), text);
}


/* A member in base64url: what the key is made of. */
static bool
read_member(bt_reader *reader, const json_t *jwk, const char *name,
    bt_member *member)
{
    const json_t  *json = json_object_get(jwk, name);
    bt_str         text;
    long           len;

    member->len = 0;

    if (!json_is_string(json)) {
        return bt_reader_refuse(reader, "has no text \"%s\"", name);
    }

    text = bt_json_text(json);
    len = text.len <= MEMBER_CHARS ? bt_base64_decode(member->data, text) : -1;

    if (len <= 0) {
        return bt_reader_refuse(reader, "has a \"%s\" that is not base64url"
                                " without padding, or too long", name);
    }

    member->len = (size_t) len;

    return true;
}


static EVP_PKEY *
key_from(const char *type, OSSL_PARAM_BLD *build)
{
    OSSL_PARAM    *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX  *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY      *key = NULL;

    if (params != NULL && ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1) {
        (void) EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
    }

    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);

    return key;
}


static bool
add_public(bt_reader *reader, EVP_PKEY *key, const bt_key_use *use)
{
    bool  good;

    good = key != NULL ? bt_reader_add_public(reader, key, use)
                       : bt_reader_refuse(reader, "is not a valid key");

    EVP_PKEY_free(key);

    return good;
}


static EVP_PKEY *
rsa_key(const bt_member *modulus, const bt_member *exponent)
{
    OSSL_PARAM_BLD  *build = OSSL_PARAM_BLD_new();
    BIGNUM          *n = BN_bin2bn(modulus->data, (int) modulus->len, NULL);
    BIGNUM          *e = BN_bin2bn(exponent->data, (int) exponent->len, NULL);
    EVP_PKEY        *key = NULL;

    if (build != NULL && n != NULL && e != NULL
        && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1
        && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
    {
        key = key_from("RSA", build);
    }

    BN_free(e);
    BN_free(n);
    OSSL_PARAM_BLD_free(build);

    return key;
}


static bool
read_rsa(bt_reader *reader, const json_t *jwk, const bt_key_use *use)
{
    bt_member  n, e;

    return read_member(reader, jwk, "n", &n)
           && read_member(reader, jwk, "e", &e)
           && add_public(reader, rsa_key(&n, &e), use);
}


static EVP_PKEY *
ec_key(const bt_curve *curve, const bt_member *x, const bt_member *y)
{
    OSSL_PARAM_BLD  *build = OSSL_PARAM_BLD_new();
    unsigned char    point[1 + 2 * COORDINATE_MAX];
    EVP_PKEY        *key = NULL;

    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(point + 1, x->data, curve->bytes);
    memcpy(point + 1 + curve->bytes, y->data, curve->bytes);

    if (build != NULL
        && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
                                           curve->group, 0) == 1
        && OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
                                            point, 1 + 2 * curve->bytes) == 1)
    {
        key = key_from("EC", build);
    }

    OSSL_PARAM_BLD_free(build);

    return key;
}


static bool
read_ec(bt_reader *reader, const json_t *jwk, const bt_key_use *use)
{
    const json_t    *crv = json_object_get(jwk, "crv");
    const bt_curve  *curve = NULL;
    bt_member        x, y;
    size_t           i;

    for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        if (is_text(crv, curves[i].crv)) {
            curve = &curves[i];
        }
    }

    if (curve == NULL) {
        return bt_reader_leave_out(reader, "is EC on another curve");
    }

    if (!read_member(reader, jwk, "x", &x)
        || !read_member(reader, jwk, "y", &y))
    {
        return false;
    }

    /* RFC 7518 section 6.2.1.2: leading zeros stay */
    if (x.len != curve->bytes || y.len != curve->bytes) {
        return bt_reader_refuse(reader, "has an \"x\" or \"y\" that is not of"
                                " %zu bytes", curve->bytes);
    }

    return add_public(reader, ec_key(curve, &x, &y), use);
}


/* RFC 8037 section 2. */
static bool
read_okp(bt_reader *reader, const json_t *jwk, const bt_key_use *use)
{
    bt_member  x;

    if (!is_text(json_object_get(jwk, "crv"), "Ed25519")) {
        return bt_reader_leave_out(reader, "is OKP on another curve");
    }

    return read_member(reader, jwk, "x", &x)
           && add_public(reader,
                         EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
                                                     x.data, x.len),
                         use);
}


static bool
read_oct(bt_reader *reader, const json_t *jwk, const bt_key_use *use)
{
    bt_member  k;
    bool       good;

    if (!read_member(reader, jwk, "k", &k)) {
        return false;
    }

    good = bt_reader_add_secret(reader, k.data, k.len, use);

    OPENSSL_cleanse(&k, sizeof(k));

    return good;
}


/* A list of texts that has `text` in it. */
static bool
has_text(const json_t *list, const char *text)
{
    size_t  i;

    for (i = 0; i < json_array_size(list); i++) {
        if (is_text(json_array_get(list, i), text)) {
            return true;
        }
    }

    return false;
}


/* use, key_ops, alg and kid: RFC 7517 sections 4.2 to 4.5.  use->algs is 0
 * when the key is for something else. */
static bool
read_use(bt_reader *reader, const json_t *jwk, bt_key_use *use)
{
    const json_t  *purpose = json_object_get(jwk, "use");
    const json_t  *ops = json_object_get(jwk, "key_ops");
    const json_t  *alg = json_object_get(jwk, "alg");
    const json_t  *kid = json_object_get(jwk, "kid");

    use->kid = bt_json_text(kid);
    use->algs = alg != NULL ? bt_alg_by_name(bt_json_text(alg)) : BT_ALG_ALL;

    if ((purpose != NULL && !json_is_string(purpose))
        || (ops != NULL && !json_is_array(ops))
        || (alg != NULL && !json_is_string(alg))
        || (kid != NULL && !json_is_string(kid)))
    {
        return bt_reader_refuse(reader, "has a use, key_ops, alg or kid that"
                                " is not what RFC 7517 says");
    }

    if (json_string_length(kid) > BT_TOKEN_KID_MAX) {
        return bt_reader_refuse(reader, "has a kid longer than %d bytes",
                                BT_TOKEN_KID_MAX);
    }

    if ((purpose != NULL && !is_text(purpose, "sig"))
        || (ops != NULL && !has_text(ops, "verify")))
    {
        use->algs = 0;
    }

    return true;
}


static bool
read_jwk(bt_reader *reader, const json_t *jwk)
{
    static const struct {
        const char  *kty;
        bool       (*read)(bt_reader *, const json_t *, const bt_key_use *);
    } types[] = {
        { "RSA", read_rsa }, { "EC", read_ec }, { "OKP", read_okp },
        { "oct", read_oct },
    };
    const json_t  *kty = json_object_get(jwk, "kty");
    bt_key_use     use;
    size_t         i;

    if (!json_is_string(kty)) {
        return bt_reader_refuse(reader, "is not an object with a \"kty\"");
    }

    if (json_object_get(jwk, "d") != NULL) {
        return bt_reader_refuse(reader, "is a private key (it has a \"d\");"
                                " put the public one here");
    }

    if (!read_use(reader, jwk, &use)) {
        return false;
    }

    if ((use.algs & reader->keys->allowed) == 0) {
        return bt_reader_leave_out(reader, "is for another algorithm or use");
    }

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (is_text(kty, types[i].kty)) {
            return types[i].read(reader, jwk, &use);
        }
    }

    return bt_reader_leave_out(reader, "is of an unknown \"kty\"");
}


/* RFC 7517 section 5. */
static bool
read_set(bt_reader *reader, const json_t *set)
{
    const json_t  *list = json_object_get(set, "keys");
    size_t         i;

    if (list == NULL && json_object_get(set, "kty") != NULL) {
        reader->number = 1;
        return read_jwk(reader, set);
    }

    if (!json_is_array(list)) {
        return bt_reader_refuse(reader, "has no list \"keys\": it is not a"
                                " JWKS");
    }

    for (i = 0; i < json_array_size(list); i++) {
        reader->number = (unsigned) i + 1;

        if (!read_jwk(reader, json_array_get(list, i))) {
            return false;
        }
    }

    return true;
}


/* jansson's own text quotes what stands there: perhaps a secret. */
static const char *
json_why(const json_error_t *error)
{
    switch (json_error_code(error)) {

    case json_error_out_of_memory:
        return "no memory";

    case json_error_invalid_utf8:
        return "not UTF-8";

    case json_error_premature_end_of_input:
        return "cut off";

    case json_error_duplicate_key:
        return "a name twice in one object";

    case json_error_stack_overflow:
        return "nested too deep";

    case json_error_numeric_overflow:
        return "a number that is too large";

    default:
        return "not JSON";
    }
}


bool
bt_reader_jwks(bt_reader *reader, bt_str text)
{
    json_error_t   error;
    json_t        *set = bt_json_object(text, &error);
    bool           good;

    if (set == NULL) {
        return bt_reader_refuse(reader, "line %d, column %d: %s", error.line,
                                error.column, json_why(&error));
    }

    good = read_set(reader, set);
    if (good) {
        reader->number = 0;
    }

    json_decref(set);

    return good;
}
