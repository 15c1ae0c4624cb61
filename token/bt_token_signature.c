/* bt_token_signature.c: one signature against one prepared key. */

#include <openssl/crypto.h>
#include <openssl/ec.h>

#include "token/bt_token_impl.h"

/* Two integers of up to 49 bytes and their heads. */
#define DER_MAX  112


/* r || s (RFC 7518 section 3.4) as the ECDSA-Sig-Value that OpenSSL takes.
 * That r and s are from 1 to n - 1 is OpenSSL's to check.  The length, or 0. */
static size_t
der_of(unsigned char der[DER_MAX], const unsigned char *raw, size_t bytes)
{
    ECDSA_SIG  *sig = ECDSA_SIG_new();
    BIGNUM     *r = BN_bin2bn(raw, (int) bytes, NULL);
    BIGNUM     *s = BN_bin2bn(raw + bytes, (int) bytes, NULL);
    int         len = 0;

    if (sig == NULL || r == NULL || s == NULL
        || ECDSA_SIG_set0(sig, r, s) != 1)
    {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(sig);
        return 0;
    }

    if (i2d_ECDSA_SIG(sig, NULL) <= DER_MAX) {
        len = i2d_ECDSA_SIG(sig, &der);
    }

    ECDSA_SIG_free(sig);

    return len > 0 ? (size_t) len : 0;
}


static bool
verify_public(const bt_key *key, bt_str text, const unsigned char *signature,
    size_t len)
{
    EVP_MD_CTX  *ctx = EVP_MD_CTX_new();
    bool         good;

    good = ctx != NULL
           && EVP_MD_CTX_copy_ex(ctx, key->verify) == 1
           && EVP_DigestVerify(ctx, signature, len,
                               (const unsigned char *) text.data, text.len)
              == 1;

    EVP_MD_CTX_free(ctx);

    return good;
}


static bool
verify_secret(const bt_key *key, bt_str text, const unsigned char *signature)
{
    unsigned char  mac[EVP_MAX_MD_SIZE];
    EVP_MAC_CTX   *ctx = EVP_MAC_CTX_dup(key->mac);
    size_t         len = 0;
    bool           good;

    good = ctx != NULL
           && EVP_MAC_update(ctx, (const unsigned char *) text.data, text.len)
              == 1
           && EVP_MAC_final(ctx, mac, &len, sizeof(mac)) == 1
           && len == key->length
           && CRYPTO_memcmp(mac, signature, len) == 0;

    EVP_MAC_CTX_free(ctx);
    OPENSSL_cleanse(mac, sizeof(mac));

    return good;
}


bool
bt_key_verify(const bt_key *key, bt_str text, const unsigned char *signature,
    size_t len)
{
    unsigned char  der[DER_MAX];

    if (len != key->length) {
        return false;
    }

    if (key->mac != NULL) {
        return verify_secret(key, text, signature);
    }

    if (key->alg->bytes > 0) {
        len = der_of(der, signature, key->alg->bytes);
        return len > 0 && verify_public(key, text, der, len);
    }

    return verify_public(key, text, signature, len);
}
