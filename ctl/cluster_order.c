/* cluster_order.c: the options of "cluster add" and "cluster set". */

#include "cluster.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options without a letter; those of settings are their number. */
enum {
    OPTION_GROUP = 200, OPTION_NO_GROUPS, OPTION_ALLOW, OPTION_DENY,
    OPTION_PASSWORD_FILE, OPTION_PASSWORD_ENV, OPTION_ASK_PASSWORD,
    OPTION_PASSWORD, OPTION_NO_CHECK
};

const char *const cluster_act_names[CLUSTER_ACTS] = {
    "start", "stop", "restart", "cancel", "backup"
};

/* The least and most of the settings in seconds, and what they are. */
static const struct {
    int64_t     min, max;
    const char *what;
} limits[CLUSTER_NUMBERS] = {
    { 1, 30 * INT64_C(86400), "--rpo is 1s to 30d" },
    { 60, 400 * INT64_C(86400), "--data-age is 1m to 400d" },
    { 5, 3600, "--round is 5s to 1h" },
    { 1, 60, "--connect-timeout is 1s to 1m" },
    { 1, 600, "--statement-timeout is 1s to 10m" }
};

void
cluster_order_help(FILE *out)
{
    (void) fputs(
"  --adapter NAME         oceanbase4 (4.x; the default), oceanbase2 (2.2.7x\n"
"                         and 3.x), program (anything else)\n"
"  --endpoints LIST       HOST:PORT[,HOST:PORT ...], or the path of a socket\n"
"  --user NAME            such as root@sys, or root@sys#obcluster by a proxy\n"
"  --password-file PATH   the password is the first line of this file, which\n"
"                         only the agent's user may read\n"
"  --password-env NAME    the password is in this variable of the agent's\n"
"                         environment\n"
"  --ask-password PATH    asks for the password here, and writes it to PATH\n"
"  --secret SOURCE        the same: file:PATH, env:NAME, or option:PATH#GROUP\n"
"                         (a MySQL option file, also for user, host and TLS)\n"
"  --tls MODE             disabled, preferred, required, verify_ca,\n"
"                         verify_identity; the last is the default with\n"
"                         --tls-ca, else preferred\n"
"  --tls-ca PATH          who signs the cluster's certificates\n"
"  --program PATH         of the adapter \"program\"\n"
"  --group NAME           a group of clusters; may be given several times\n"
"  --no-groups            in none\n"
"  --rpo TIME             highest good latency of log backup; 10m\n"
"  --data-age TIME        oldest good data backup; 36h\n"
"  --round TIME           how often it is asked; 10s\n"
"  --connect-timeout TIME, --statement-timeout TIME\n"
"                         3s and 10s\n"
"  --allow ACT, --deny ACT\n"
"                         start, stop, restart (allowed unless denied),\n"
"                         cancel, backup (denied unless allowed)\n"
"  --no-check             does not ask the cluster first\n"
"\n"
"TIME is a number of seconds, or with s, m, h or d behind it.\n", out);
}

static int
refuse(const char *text)
{
    return ctl_say(CTL_REFUSED, "%s; see: backup-tasks-ctl cluster add --help",
                   text);
}

static int64_t
unit_of(char letter)
{
    switch (letter) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 86400;
    default:  return 0;
    }
}

static bool
read_time(const char *text, int64_t *out)
{
    char    number[16];
    size_t  len = strspn(text, "0123456789");
    int64_t unit = text[len] == '\0' ? 1 : unit_of(text[len]);

    if (len == 0 || len >= sizeof(number) || unit == 0
        || (text[len] != '\0' && text[len + 1] != '\0'))
    {
        return false;
    }
    memcpy(number, text, len);
    number[len] = '\0';
    if (!ctl_number(number, 0, INT32_MAX, out)) {
        return false;
    }
    *out *= unit;
    return true;
}

static int
take_number(cluster_order *order, size_t setting, const char *text)
{
    size_t  number = setting - CLUSTER_TEXTS;
    int64_t value;

    if (!read_time(text, &value) || value < limits[number].min
        || value > limits[number].max)
    {
        return refuse(limits[number].what);
    }
    order->numbers[number] = value;
    return CTL_DONE;
}

static int
take_act(cluster_order *order, const char *text, bool allowed)
{
    for (size_t i = 0; i < CLUSTER_ACTS; i++) {
        if (strcmp(text, cluster_act_names[i]) == 0) {
            order->allowed[i] = allowed;
            return CTL_DONE;
        }
    }
    return refuse("what can be allowed or denied is start, stop, restart, "
                  "cancel or backup");
}

/* One that is named twice counts once. */
static int
take_group(cluster_order *order, const char *text)
{
    for (size_t i = 0; i < order->group_count; i++) {
        if (strcmp(order->groups[i], text) == 0) {
            return CTL_DONE;
        }
    }
    if (order->group_count == CLUSTER_GROUPS_MAX) {
        return refuse("a cluster is in 64 groups at most");
    }
    order->groups[order->group_count++] = text;
    return CTL_DONE;
}

/* Where the password is, as the table has it. */
static int
take_secret(cluster_order *order, const char *kind, const char *text)
{
    if (order->texts[CLUSTER_SECRET] != NULL) {
        return refuse("one place of the password is enough: --secret, "
                      "--password-file, --password-env or --ask-password");
    }
    if ((size_t) snprintf(order->secret, sizeof(order->secret), "%s%s", kind,
                          text) >= sizeof(order->secret))
    {
        return refuse("the path of the password is too long");
    }
    order->texts[CLUSTER_SECRET] = order->secret;
    return CTL_DONE;
}

static int
take_other(cluster_order *order, int option)
{
    switch (option) {
    case OPTION_GROUP:
        return take_group(order, optarg);
    case OPTION_NO_GROUPS:
        order->no_groups = true;
        return CTL_DONE;
    case OPTION_ALLOW:
    case OPTION_DENY:
        return take_act(order, optarg, option == OPTION_ALLOW);
    case OPTION_PASSWORD_FILE:
        return take_secret(order, "file:", optarg);
    case OPTION_PASSWORD_ENV:
        return take_secret(order, "env:", optarg);
    case OPTION_ASK_PASSWORD:
        order->ask_password = optarg;
        return take_secret(order, "file:", optarg);
    case OPTION_PASSWORD:
        return refuse("a password in an argument is seen by every user of "
                      "this host: write it into a file (--password-file), or "
                      "let yourself be asked (--ask-password)");
    case OPTION_NO_CHECK:
        order->no_check = true;
        return CTL_DONE;
    default:
        return refuse("wrong usage");
    }
}

static int
take_option(cluster_order *order, int option)
{
    if (option == CLUSTER_SECRET) {
        return take_secret(order, "", optarg);
    }
    if (option >= 0 && option < CLUSTER_TEXTS) {
        order->texts[option] = optarg;
        return CTL_DONE;
    }
    if (option >= CLUSTER_TEXTS && option < CLUSTER_NUMBERS_END) {
        return take_number(order, (size_t) option, optarg);
    }
    return take_other(order, option);
}

static const struct option long_options[] = {
    { "adapter", required_argument, NULL, CLUSTER_ADAPTER },
    { "endpoints", required_argument, NULL, CLUSTER_ENDPOINTS },
    { "user", required_argument, NULL, CLUSTER_USER },
    { "secret", required_argument, NULL, CLUSTER_SECRET },
    { "tls", required_argument, NULL, CLUSTER_TLS },
    { "tls-ca", required_argument, NULL, CLUSTER_TLS_CA },
    { "program", required_argument, NULL, CLUSTER_PROGRAM },
    { "rpo", required_argument, NULL, CLUSTER_RPO },
    { "data-age", required_argument, NULL, CLUSTER_DATA_AGE },
    { "round", required_argument, NULL, CLUSTER_ROUND },
    { "connect-timeout", required_argument, NULL, CLUSTER_CONNECT },
    { "statement-timeout", required_argument, NULL, CLUSTER_STATEMENT },
    { "group", required_argument, NULL, OPTION_GROUP },
    { "no-groups", no_argument, NULL, OPTION_NO_GROUPS },
    { "allow", required_argument, NULL, OPTION_ALLOW },
    { "deny", required_argument, NULL, OPTION_DENY },
    { "password-file", required_argument, NULL, OPTION_PASSWORD_FILE },
    { "password-env", required_argument, NULL, OPTION_PASSWORD_ENV },
    { "ask-password", required_argument, NULL, OPTION_ASK_PASSWORD },
    { "password", optional_argument, NULL, OPTION_PASSWORD },
    { "no-check", no_argument, NULL, OPTION_NO_CHECK },
    { NULL, 0, NULL, 0 }
};

int
cluster_order_read(cluster_order *order, int argc, char **argv)
{
    int option, code;

    *order = (cluster_order) { .name = NULL };
    for (size_t i = 0; i < CLUSTER_ACTS; i++) {
        order->allowed[i] = -1;
    }
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        code = take_option(order, option);
        if (code != CTL_DONE) {
            return code;
        }
    }
    if (argc - optind != 1) {
        return refuse("the name of one cluster is needed");
    }
    if (order->no_groups && order->group_count > 0) {
        return refuse("--no-groups and --group exclude each other");
    }
    order->name = argv[optind];
    return CTL_DONE;
}
