/* bt_token.c: verifies one token, from its text to its claims. */

#include <string.h>
#include <strings.h>

#include <openssl/err.h>

#include "token/bt_token_impl.h"

/* The three parts, decoded one after the other. */
typedef struct {
    bt_str        header;
    bt_str        payload;
    bt_str        signature;
    bt_str        signed_text;         /* as it stands in the token */
    unsigned char data[BT_BASE64_BYTES(BT_TOKEN_MAX)];
} bt_parts;

typedef struct {
    unsigned      alg;
    const json_t *kid;                 /* NULL: none */
} bt_header;


/* RFC 7515 section 7.1.  The parts are still encoded. */
static bt_token_e
split(bt_str token, bt_parts *parts)
{
    const char  *end = token.data + token.len;
    const char  *first, *second;

    if (token.len == 0) {
        return BT_TOKEN_EMPTY;
    }

    if (token.len > BT_TOKEN_MAX) {
        return BT_TOKEN_LONG;
    }

    first = memchr(token.data, '.', token.len);
    if (first == NULL) {
        return BT_TOKEN_PARTS;
    }

    second = memchr(first + 1, '.', (size_t) (end - first - 1));
    if (second == NULL
        || memchr(second + 1, '.', (size_t) (end - second - 1)) != NULL)
    {
        return BT_TOKEN_PARTS;
    }

    parts->header = (bt_str) { token.data, (size_t) (first - token.data) };
    parts->payload = (bt_str) { first + 1, (size_t) (second - first - 1) };
    parts->signature = (bt_str) { second + 1, (size_t) (end - second - 1) };
    parts->signed_text = (bt_str) { token.data,
                                    (size_t) (second - token.data) };

    return parts->header.len > BT_TOKEN_HEADER_MAX ? BT_TOKEN_LONG
                                                   : BT_TOKEN_GOOD;
}


static bt_token_e
decode(bt_parts *parts)
{
    bt_str *const   list[] = {
        &parts->header, &parts->payload, &parts->signature
    };
    unsigned char  *p = parts->data;
    size_t          i;
    long            len;

    for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        len = bt_base64_decode(p, *list[i]);
        if (len < 0) {
            return BT_TOKEN_BASE64;
        }

        *list[i] = (bt_str) { (const char *) p, (size_t) len };
        p += len;
    }

    return BT_TOKEN_GOOD;
}


/* RFC 7519 section 5.1, RFC 9068 section 2.1, RFC 7515 section 4.1.9. */
static bool
is_known_type(const json_t *typ)
{
    static const char  prefix[] = "application/";
    const char        *name = json_string_value(typ);

    if (typ == NULL) {
        return true;
    }

    if (name == NULL) {
        return false;
    }

    if (strncasecmp(name, prefix, sizeof(prefix) - 1) == 0) {
        name += sizeof(prefix) - 1;
    }

    return strcasecmp(name, "JWT") == 0 || strcasecmp(name, "at+jwt") == 0;
}


static bt_token_e
read_header(const json_t *json, unsigned allowed, bt_header *header)
{
    const json_t  *alg = json_object_get(json, "alg");
    const json_t  *b64 = json_object_get(json, "b64");

    header->alg = json_is_string(alg) ? bt_alg_by_name(bt_json_text(alg)) : 0;
    if ((header->alg & allowed) == 0) {
        return BT_TOKEN_ALG;
    }

    if (b64 != NULL && !json_is_true(b64)) {
        return BT_TOKEN_B64;
    }

    /* we know no extension, so none can be fulfilled */
    if (json_object_get(json, "crit") != NULL) {
        return BT_TOKEN_CRIT;
    }

    if (!is_known_type(json_object_get(json, "typ"))) {
        return BT_TOKEN_TYP;
    }

    header->kid = json_object_get(json, "kid");
    if (header->kid != NULL
        && (!json_is_string(header->kid)
            || json_string_length(header->kid) > BT_TOKEN_KID_MAX))
    {
        return BT_TOKEN_KID;
    }

    return BT_TOKEN_GOOD;
}


static bt_token_e
check_signature(const bt_keys *keys, const bt_header *header,
    const bt_parts *parts)
{
    const bt_key  *key;
    bt_token_e     reason = BT_TOKEN_KEY_UNKNOWN;
    size_t         i;

    for (i = 0; i < keys->count; i++) {
        key = &keys->list[i];

        if (header->kid != NULL && key->kid.data != NULL
            && !bt_str_eq(key->kid, bt_json_text(header->kid)))
        {
            continue;
        }

        if (key->alg->alg != header->alg) {
            if (reason == BT_TOKEN_KEY_UNKNOWN) {
                reason = BT_TOKEN_KEY_TYPE;
            }

            continue;
        }

        if (bt_key_verify(key, parts->signed_text,
                          (const unsigned char *) parts->signature.data,
                          parts->signature.len))
        {
            return BT_TOKEN_GOOD;
        }

        reason = BT_TOKEN_SIGNATURE;
    }

    return reason;
}


static bt_token_e
check_header(const bt_keys *keys, const bt_parts *parts)
{
    json_t      *json = bt_json_object(parts->header, NULL);
    bt_header    header;
    bt_token_e   reason;

    if (json == NULL) {
        return BT_TOKEN_HEADER;
    }

    reason = read_header(json, keys->allowed, &header);
    if (reason == BT_TOKEN_GOOD) {
        reason = check_signature(keys, &header, parts);
    }

    json_decref(json);

    return reason;
}


static bt_token_e
verify(const bt_keys *keys, const bt_token_conf *conf, int64_t now,
    bt_str token, bt_claims **claims)
{
    bt_parts    parts;
    bt_token_e  reason = split(token, &parts);

    if (reason == BT_TOKEN_GOOD) {
        reason = decode(&parts);
    }

    if (reason == BT_TOKEN_GOOD) {
        reason = check_header(keys, &parts);
    }

    if (reason != BT_TOKEN_GOOD) {
        return reason;
    }

    *claims = bt_json_object(parts.payload, NULL);
    if (*claims == NULL) {
        return BT_TOKEN_PAYLOAD;
    }

    reason = bt_claims_check(*claims, conf, now);
    if (reason != BT_TOKEN_GOOD) {
        bt_claims_free(*claims);
        *claims = NULL;
    }

    return reason;
}


bt_token_e
bt_token_verify(const bt_keys *keys, const bt_token_conf *conf, int64_t now,
    bt_str token, bt_claims **claims)
{
    bt_token_e  reason;

    *claims = NULL;

    /* nginx would take what is left in the queue for an error of its own */
    (void) ERR_set_mark();
    reason = verify(keys, conf, now, token, claims);
    (void) ERR_pop_to_mark();

    return reason;
}


const char *
bt_token_text(bt_token_e reason)
{
    static const char *const  texts[BT_TOKEN_MAX_REASON] = {
        [BT_TOKEN_GOOD] = "the token is good",
        [BT_TOKEN_EMPTY] = "there is no token",
        [BT_TOKEN_LONG] = "the token or its header is too long",
        [BT_TOKEN_PARTS] = "the token has not three parts",
        [BT_TOKEN_BASE64] = "a part of the token is not base64url",
        [BT_TOKEN_HEADER] = "the token's header is not a proper JSON object",
        [BT_TOKEN_ALG] = "the token's alg is not a configured algorithm",
        [BT_TOKEN_B64] = "the token's payload is not encoded (b64)",
        [BT_TOKEN_CRIT] = "the token demands an extension (crit)",
        [BT_TOKEN_TYP] = "the token's typ is neither JWT nor at+jwt",
        [BT_TOKEN_KID] = "the token's kid is not a text of usual length",
        [BT_TOKEN_KEY_UNKNOWN] = "no key has the token's kid",
        [BT_TOKEN_KEY_TYPE] = "no key fits the token's alg and kid",
        [BT_TOKEN_SIGNATURE] = "the token's signature is wrong",
        [BT_TOKEN_PAYLOAD] = "the token's payload is not a proper JSON object",
        [BT_TOKEN_CLAIM] = "exp, nbf, iat, iss or aud is of a wrong type",
        [BT_TOKEN_EXP] = "the token has no exp",
        [BT_TOKEN_EXPIRED] = "the token has expired",
        [BT_TOKEN_EARLY] = "the token is not valid yet (nbf)",
        [BT_TOKEN_FUTURE] = "the token is from the future (iat)",
        [BT_TOKEN_ISSUER] = "the token's iss is not the issuer",
        [BT_TOKEN_AUDIENCE] = "the token's aud is somebody else",
    };

    if ((unsigned) reason >= BT_TOKEN_MAX_REASON) {
        return "unknown reason";
    }

    return texts[reason];
}
