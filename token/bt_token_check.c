/* bt_token_check.c: registered claims against time, issuer and audience. */

#include "token/bt_token_impl.h"


/* A NumericDate, RFC 7519 section 2.  True for a good or an absent one. */
static bool
read_time(const bt_claims *claims, const char *name, double *time, bool *there)
{
    const json_t  *json = json_object_get(claims, name);

    *there = json != NULL;
    *time = 0;

    if (json == NULL) {
        return true;
    }

    if (!json_is_number(json)) {
        return false;
    }

    *time = json_number_value(json);

    return *time >= 0 && *time <= (double) BT_TOKEN_TIME_MAX;
}


/* RFC 7519 sections 4.1.4 to 4.1.6. */
static bt_token_e
check_times(const bt_claims *claims, const bt_token_conf *conf, int64_t now)
{
    double  exp, nbf, iat, leeway = (double) conf->leeway;
    double  at = (double) now;
    bool    has_exp, has_nbf, has_iat;

    if (!read_time(claims, "exp", &exp, &has_exp)
        || !read_time(claims, "nbf", &nbf, &has_nbf)
        || !read_time(claims, "iat", &iat, &has_iat))
    {
        return BT_TOKEN_CLAIM;
    }

    if (!has_exp && !conf->exp_optional) {
        return BT_TOKEN_EXP;
    }

    if (has_exp && at >= exp + leeway) {
        return BT_TOKEN_EXPIRED;
    }

    if (has_nbf && at < nbf - leeway) {
        return BT_TOKEN_EARLY;
    }

    if (has_iat && at < iat - leeway) {
        return BT_TOKEN_FUTURE;
    }

    return BT_TOKEN_GOOD;
}


/* RFC 7519 section 4.1.1. */
static bt_token_e
check_issuer(const bt_claims *claims, bt_str issuer)
{
    const json_t  *iss = json_object_get(claims, "iss");

    if (iss != NULL && !json_is_string(iss)) {
        return BT_TOKEN_CLAIM;
    }

    if (issuer.len > 0
        && (iss == NULL || !bt_str_eq(bt_json_text(iss), issuer)))
    {
        return BT_TOKEN_ISSUER;
    }

    return BT_TOKEN_GOOD;
}


static bool
is_ours(const json_t *audience, const bt_token_conf *conf)
{
    size_t  i;

    for (i = 0; i < conf->audience_count; i++) {
        if (bt_str_eq(bt_json_text(audience), conf->audiences[i])) {
            return true;
        }
    }

    return false;
}


/* RFC 7519 section 4.1.3: a text, or an array of texts. */
static bt_token_e
check_audience(const bt_claims *claims, const bt_token_conf *conf)
{
    const json_t  *aud = json_object_get(claims, "aud");
    const json_t  *item;
    size_t         i;
    bool           found;

    found = json_is_string(aud) && is_ours(aud, conf);

    if (aud != NULL && !json_is_string(aud) && !json_is_array(aud)) {
        return BT_TOKEN_CLAIM;
    }

    for (i = 0; i < json_array_size(aud); i++) {
        item = json_array_get(aud, i);
        if (!json_is_string(item)) {
            return BT_TOKEN_CLAIM;
        }

        found = found || is_ours(item, conf);
    }

    return found || conf->audience_count == 0 ? BT_TOKEN_GOOD
                                              : BT_TOKEN_AUDIENCE;
}


bt_token_e
bt_claims_check(const bt_claims *claims, const bt_token_conf *conf,
    int64_t now)
{
    bt_token_e  reason = check_times(claims, conf, now);

    if (reason == BT_TOKEN_GOOD) {
        reason = check_issuer(claims, conf->issuer);
    }

    if (reason == BT_TOKEN_GOOD) {
        reason = check_audience(claims, conf);
    }

    return reason;
}
