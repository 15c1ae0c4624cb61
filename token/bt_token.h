/* bt_token.h: verifies a portal's tokens (JWT as compact JWS) and reads claims. */

#ifndef BT_TOKEN_H
#define BT_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bt_text.h"

/* Sources.  Tokens: RFC 7519 (JWT), 7515 (JWS), 9068 (at+jwt).  Algorithms:
 * RFC 7518, 8037 (EdDSA), 7797 (b64).  Keys: RFC 7517 (JWK), 7468 (PEM).
 * What can go wrong: RFC 8725.  All numbers of sections below are theirs.
 *
 * Keys are read once, by bt_keys_load(), and then only read: any number of
 * processes and threads may verify with the same bt_keys.  Nothing here keeps
 * state outside its arguments or leaves entries in OpenSSL's error queue. */

/* Algorithms, RFC 7518 section 3.1 and RFC 8037 section 3.1, as a set. */
#define BT_ALG_RS256  0x01u
#define BT_ALG_RS384  0x02u
#define BT_ALG_RS512  0x04u
#define BT_ALG_PS256  0x08u
#define BT_ALG_ES256  0x10u
#define BT_ALG_ES384  0x20u
#define BT_ALG_EDDSA  0x40u        /* Ed25519 only */
#define BT_ALG_HS256  0x80u
#define BT_ALG_ALL    0xffu

#define BT_TOKEN_MAX         16384    /* bytes of a token */
#define BT_TOKEN_HEADER_MAX  4096     /* bytes of its first part, encoded */
#define BT_TOKEN_DEPTH_MAX   16       /* nested objects and arrays */
#define BT_TOKEN_KID_MAX     256      /* bytes */
#define BT_TOKEN_TIME_MAX    INT64_C(253402300799)    /* end of year 9999 */

#define BT_KEYS_MAX          32       /* keys in use of one file */
#define BT_KEYS_FILE_MAX     262144   /* bytes */
#define BT_KEY_RSA_MIN       2048     /* bits, RFC 7518 section 3.3 */
#define BT_KEY_RSA_MAX       8192     /* bits: a bound of the time it takes */
#define BT_KEY_HMAC_MIN      32       /* bytes, RFC 7518 section 3.2 */
#define BT_KEY_HMAC_MAX      1024     /* bytes */

/* Room for any sentence of bt_keys_load() with a path of usual length. */
#define BT_KEYS_WHY_MAX      512

typedef struct bt_keys  bt_keys;

/* The claims of a good token: a JSON object of jansson. */
typedef struct json_t   bt_claims;

/* What a token has to say beside a good signature.  Made once, shared. */
typedef struct {
    bt_str        issuer;          /* exact `iss`; empty: any or none */
    const bt_str *audiences;       /* one of them in `aud` ... */
    size_t        audience_count;  /* ... 0: `aud` is not looked at */
    int64_t       leeway;          /* seconds that clocks may differ, >= 0 */
    bool          exp_optional;    /* true: a token may be valid for ever */
} bt_token_conf;

/* In the order in which they are found out. */
typedef enum {
    BT_TOKEN_GOOD,
    BT_TOKEN_EMPTY,          /* no token */
    BT_TOKEN_LONG,           /* above BT_TOKEN_MAX, _HEADER_MAX */
    BT_TOKEN_PARTS,          /* not three parts, RFC 7515 section 7.1 */
    BT_TOKEN_BASE64,         /* not strict base64url, RFC 7515 section 2 */
    BT_TOKEN_HEADER,         /* no JSON object: see bt_token_verify() */
    BT_TOKEN_ALG,            /* not a configured algorithm */
    BT_TOKEN_B64,            /* unencoded payload, RFC 7797 */
    BT_TOKEN_CRIT,           /* extensions demanded, RFC 7515, 4.1.11 */
    BT_TOKEN_TYP,            /* some other kind of token, RFC 8725, 3.11 */
    BT_TOKEN_KID,            /* no string, or above BT_TOKEN_KID_MAX */
    BT_TOKEN_KEY_UNKNOWN,    /* no key of this kid */
    BT_TOKEN_KEY_TYPE,       /* no key (of this kid) for the algorithm */
    BT_TOKEN_SIGNATURE,      /* wrong, or of a wrong length */
    BT_TOKEN_PAYLOAD,        /* no JSON object */
    BT_TOKEN_CLAIM,          /* exp, nbf, iat, iss or aud of a wrong type */
    BT_TOKEN_EXP,            /* no exp */
    BT_TOKEN_EXPIRED,        /* now >= exp + leeway */
    BT_TOKEN_EARLY,          /* now < nbf - leeway */
    BT_TOKEN_FUTURE,         /* now < iat - leeway */
    BT_TOKEN_ISSUER,         /* iss is not the issuer */
    BT_TOKEN_AUDIENCE,       /* aud has none of the audiences */
    BT_TOKEN_MAX_REASON
} bt_token_e;

/* The algorithm of this name, case-sensitive; 0 for any other. */
unsigned    bt_alg_by_name(bt_str name);
/* The name of one algorithm; NULL for a set of none or several. */
const char *bt_alg_name(unsigned alg);

/* Reads the keys of a file, at most BT_KEYS_FILE_MAX bytes:
 *  - PEM: one or several PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE blocks.  A
 *    certificate is an envelope only: neither its dates nor its issuer count;
 *  - JWKS (RFC 7517 section 5) or one JWK: kty RSA, EC (P-256, P-384), OKP
 *    (Ed25519) and oct.  This is the only form of a secret for HS256.
 * `allowed` is the configured set of algorithms: what bt_token_verify() takes
 * is in it, whatever a token says.  A key counts for those allowed algorithms
 * that its type and its alg, use and key_ops fit; a key that fits none is left
 * out (a portal publishes its encryption keys, too).
 *
 * Result: the keys, to be freed by bt_keys_free().  NULL with one sentence in
 * `why` (size bytes, begins with the path, no newline) for: a file that cannot
 * be read, is of another form, is broken, or that everybody may write to; a
 * private key; a secret that everybody may read; a key that would count but is
 * too weak (BT_KEY_RSA_MIN, BT_KEY_HMAC_MIN) or not valid; a public key given
 * as a secret; HS256 allowed and no secret; no key that counts; more than
 * BT_KEYS_MAX. */
bt_keys *bt_keys_load(const char *path, unsigned allowed, char *why,
                      size_t size);
/* The same of a text; `path` is what the sentence begins with. */
bt_keys *bt_keys_parse(const char *path, bt_str text, unsigned allowed,
                       char *why, size_t size);
void     bt_keys_free(bt_keys *keys);    /* NULL is fine */

/* Verifies a token.  now: seconds since 1970 UTC.
 *
 * Strict where a mistake would cost: three parts of base64url without padding,
 * blanks or unused bits; JSON in UTF-8 without duplicate names, "\u0000",
 * numbers beyond int64 or double, or more than BT_TOKEN_DEPTH_MAX levels; alg
 * is one of the allowed ones and is the key's; crit, and b64 but true, refused;
 * typ absent, JWT or at+jwt (any case, "application/" or not).  jwk, jku, x5u,
 * x5c and the like are never looked at.  A kid selects the keys that have it
 * and those that have none (PEM); a token without kid is tried with all.  The
 * payload is parsed after its signature was found good.
 *
 * exp, nbf, iat: numbers from 0 to BT_TOKEN_TIME_MAX, with or without a
 * fraction.  iss: a string.  aud: a string or an array of strings.
 *
 * Result: BT_TOKEN_GOOD and *claims, to be freed by bt_claims_free(); or the
 * reason, for the log, and *claims is NULL. */
bt_token_e  bt_token_verify(const bt_keys *keys, const bt_token_conf *conf,
                            int64_t now, bt_str token, bt_claims **claims);
/* The reason in words, constant, without anything of the token. */
const char *bt_token_text(bt_token_e reason);

/* A claim that was found, and a position in it.  Points into the bt_claims
 * and into itself: do not copy it, and do not keep it longer. */
typedef struct {
    bt_str               text;         /* BT_CLAIM_TEXT: the whole of it */
    const struct json_t *list;
    size_t               at;
    char                 number[24];
} bt_claim;

typedef enum {
    BT_CLAIM_NONE,           /* not there, or null */
    BT_CLAIM_TEXT,           /* a string, or an integer as decimal digits */
    BT_CLAIM_LIST,           /* an array of strings, may be empty */
    BT_CLAIM_BAD             /* anything else, or control characters in it */
} bt_claim_e;

/* Finds the claim at `path`, one name per level of objects: { "sub" },
 * { "realm_access", "roles" }, { "https://example.com/roles" }.  Names are
 * taken as they are, so that every claim can be reached, dots or not. */
bt_claim_e  bt_claim_find(const bt_claims *claims, const bt_str *path,
                          size_t steps, bt_claim *claim);
/* The next item of a claim that bt_claim_find() found: an element of a list,
 * or a word of a text (words stand between spaces, as in `scope`, RFC 8693
 * section 4.2); never an empty one.  False at the end. */
bool        bt_claim_next(bt_claim *claim, bt_str *item);
void        bt_claims_free(bt_claims *claims);    /* NULL is fine */

#endif
