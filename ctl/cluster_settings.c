/* cluster_settings.c: what a registration consists of, and what it may be. */

#include "cluster.h"

#include "agent/endpoint.h"
#include "store/bt_option.h"

#include <stdio.h>
#include <string.h>

#define NAME_CHARS  128

static const struct {
    const char *name;
    size_t      bytes;              /* of its column */
} described[CLUSTER_SETTINGS] = {
    [CLUSTER_ADAPTER] = { "adapter", 32 },
    [CLUSTER_ENDPOINTS] = { "endpoints", 1024 },
    [CLUSTER_USER] = { "user", 128 },
    [CLUSTER_SECRET] = { "secret", 1024 },
    [CLUSTER_TLS] = { "tls", 16 },
    [CLUSTER_TLS_CA] = { "tls-ca", 1024 },
    [CLUSTER_PROGRAM] = { "program", 1024 },
    [CLUSTER_RPO] = { "rpo", 0 },
    [CLUSTER_DATA_AGE] = { "data-age", 0 },
    [CLUSTER_ROUND] = { "round", 0 },
    [CLUSTER_CONNECT] = { "connect-timeout", 0 },
    [CLUSTER_STATEMENT] = { "statement-timeout", 0 },
    [CLUSTER_GROUPS] = { "groups", 0 },
    [CLUSTER_ALLOW] = { "allow", 0 }
};

const char *
cluster_setting_name(cluster_setting setting)
{
    return described[setting].name;
}

static void
add_item(bt_buf *out, const char *text)
{
    if (out->len > 0) {
        bt_buf_addz(out, ", ");
    }
    bt_buf_addz(out, text);
}

void
cluster_setting_text(const cluster_settings *settings,
                     cluster_setting setting, char text[CLUSTER_TEXT])
{
    bt_buf out;

    bt_buf_init(&out, text, CLUSTER_TEXT);
    if (setting < CLUSTER_TEXTS) {
        bt_buf_addz(&out, settings->texts[setting]);
    } else if (setting < CLUSTER_NUMBERS_END) {
        bt_buf_addi(&out, settings->numbers[setting - CLUSTER_TEXTS]);
        bt_buf_addz(&out, " s");
    } else if (setting == CLUSTER_GROUPS) {
        for (size_t i = 0; i < settings->group_count; i++) {
            add_item(&out, settings->groups[i]);
        }
    } else {
        for (size_t i = 0; i < CLUSTER_ACTS; i++) {
            if (settings->allowed[i]) {
                add_item(&out, cluster_act_names[i]);
            }
        }
    }
}

void
cluster_defaults(cluster_settings *settings, const char *name)
{
    *settings = (cluster_settings) {
        .name = name,
        .texts = { "oceanbase4", "", "", "", "", "", "" },
        .numbers = { 600, 129600, 10, 3, 10 },
        .allowed = { [CLUSTER_START] = true, [CLUSTER_STOP] = true,
                     [CLUSTER_RESTART] = true }
    };
}

void
cluster_apply(cluster_settings *settings, const cluster_order *order)
{
    for (size_t i = 0; i < CLUSTER_TEXTS; i++) {
        if (order->texts[i] != NULL) {
            settings->texts[i] = order->texts[i];
        }
    }
    for (size_t i = 0; i < CLUSTER_NUMBERS; i++) {
        if (order->numbers[i] != 0) {
            settings->numbers[i] = order->numbers[i];
        }
    }
    for (size_t i = 0; i < CLUSTER_ACTS; i++) {
        if (order->allowed[i] >= 0) {
            settings->allowed[i] = order->allowed[i] == 1;
        }
    }
    if (order->group_count > 0 || order->no_groups) {
        memcpy(settings->groups, order->groups, sizeof(settings->groups));
        settings->group_count = order->group_count;
    }
    if (order->texts[CLUSTER_TLS] == NULL
        && order->texts[CLUSTER_TLS_CA] != NULL
        && *order->texts[CLUSTER_TLS_CA] != '\0')
    {
        settings->texts[CLUSTER_TLS] = "VERIFY_IDENTITY";
    }
}

/* Names are keys, and stand on pages, in scopes and in logs. */
static bool
is_name(const char *name)
{
    size_t len = strlen(name), chars = 0;

    if (len == 0 || name[0] == ' ' || name[len - 1] == ' '
        || !bt_utf8_valid(bt_str_of(name), &chars) || chars > NAME_CHARS)
    {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char) name[i] < 0x20 || name[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

static int
check_names(const cluster_settings *settings)
{
    bool good = is_name(settings->name);

    for (size_t i = 0; i < settings->group_count; i++) {
        good = good && is_name(settings->groups[i]);
    }
    return good ? CTL_DONE
                : ctl_say(CTL_REFUSED, "the name of a cluster or of a group "
                          "is 1 to %d characters of UTF-8, none of them a "
                          "control character, without a blank at either end",
                          NAME_CHARS);
}

static bool
is_path(const char *text)
{
    return text[0] == '/' && strchr(text, '\n') == NULL;
}

static bool
is_variable(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

    return text[0] != '\0' && (text[0] < '0' || text[0] > '9')
           && strspn(text, letters) == strlen(text);
}

/* What stands there may be a password by mistake: it is not repeated. */
static int
check_secret(const char *secret)
{
    if (*secret == '\0'
        || (strncmp(secret, "file:", 5) == 0 && is_path(secret + 5))
        || (strncmp(secret, "option:", 7) == 0 && is_path(secret + 7)))
    {
        return CTL_DONE;
    }
    if (strncmp(secret, "env:", 4) == 0) {
        return is_variable(secret + 4)
               ? CTL_DONE
               : ctl_say(CTL_REFUSED, "the name of a variable has letters, "
                         "digits and _ only; the password itself belongs into "
                         "the environment of the agent");
    }
    return ctl_say(CTL_REFUSED, "where the password is must be file:PATH, "
                   "option:PATH#GROUP (paths begin with /) or env:NAME; a "
                   "password itself is never given here");
}

static int
check_endpoints(const char *list)
{
    bt_endpoint found;
    const char *rest = list;
    int         got;

    do {
        got = bt_endpoint_next(&rest, &found);
    } while (got == 1);
    return got == 0 ? CTL_DONE
                    : ctl_say(CTL_REFUSED, "the endpoints %s are not "
                              "HOST:PORT[,HOST:PORT ...] or the path of a "
                              "socket; example: --endpoints "
                              "10.1.4.7:2881,10.1.4.8:2881", list);
}

static int
check_tls(const cluster_settings *settings)
{
    bt_tls_e    tls;
    const char *mode = settings->texts[CLUSTER_TLS];
    const char *ca = settings->texts[CLUSTER_TLS_CA];

    if (*mode != '\0' && !bt_tls_by_name(mode, &tls)) {
        return ctl_say(CTL_REFUSED, "--tls is disabled, preferred, required, "
                       "verify_ca or verify_identity");
    }
    if (*ca != '\0' && !is_path(ca)) {
        return ctl_say(CTL_REFUSED, "--tls-ca is a path that begins with /");
    }
    if (*ca != '\0' && *mode != '\0' && bt_tls_by_name(mode, &tls)
        && tls != BT_TLS_VERIFY)
    {
        return ctl_say(CTL_REFUSED, "--tls-ca is looked at with --tls "
                       "verify_identity only");
    }
    return CTL_DONE;
}

static bool
from_option_file(const cluster_settings *settings)
{
    return strncmp(settings->texts[CLUSTER_SECRET], "option:", 7) == 0;
}

/* An adapter for OceanBase needs to know where and as whom. */
static int
check_oceanbase(const cluster_settings *settings)
{
    if (settings->simulated) {
        return CTL_DONE;
    }
    if (*settings->texts[CLUSTER_PROGRAM] != '\0') {
        return ctl_say(CTL_REFUSED, "--program is for --adapter program only");
    }
    if (from_option_file(settings)) {
        return CTL_DONE;
    }
    if (*settings->texts[CLUSTER_ENDPOINTS] == '\0') {
        return ctl_say(CTL_REFUSED, "the cluster's addresses are missing; "
                       "example: --endpoints 10.1.4.7:2881,10.1.4.8:2881");
    }
    return *settings->texts[CLUSTER_USER] != '\0'
           ? CTL_DONE
           : ctl_say(CTL_REFUSED, "the user is missing, one of the sys "
                     "tenant; example: --user backup@sys");
}

static int
check_adapter(const cluster_settings *settings)
{
    const char *adapter = settings->texts[CLUSTER_ADAPTER];

    if (strcmp(adapter, "oceanbase4") == 0
        || strcmp(adapter, "oceanbase2") == 0)
    {
        return check_oceanbase(settings);
    }
    if (strcmp(adapter, "program") != 0) {
        return ctl_say(CTL_REFUSED, "no adapter is called %s; there are "
                       "oceanbase4, oceanbase2 and program", adapter);
    }
    return is_path(settings->texts[CLUSTER_PROGRAM])
           ? CTL_DONE
           : ctl_say(CTL_REFUSED, "the adapter \"program\" needs --program, a "
                     "path that begins with /");
}

static int
check_lengths(const cluster_settings *settings)
{
    size_t chars;

    for (size_t i = 0; i < CLUSTER_TEXTS; i++) {
        if (strlen(settings->texts[i]) > described[i].bytes
            || !bt_utf8_valid(bt_str_of(settings->texts[i]), &chars))
        {
            return ctl_say(CTL_REFUSED, "--%s is UTF-8 of at most %zu bytes",
                           described[i].name, described[i].bytes);
        }
    }
    return CTL_DONE;
}

int
cluster_validate(const cluster_settings *settings)
{
    int code = check_names(settings);

    if (code == CTL_DONE) {
        code = check_lengths(settings);
    }
    if (code == CTL_DONE) {
        code = check_secret(settings->texts[CLUSTER_SECRET]);
    }
    if (code == CTL_DONE) {
        code = check_endpoints(settings->texts[CLUSTER_ENDPOINTS]);
    }
    if (code == CTL_DONE) {
        code = check_tls(settings);
    }
    return code == CTL_DONE ? check_adapter(settings) : code;
}
