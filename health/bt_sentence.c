/* bt_sentence.c: the sentence above the tabs in words; a test compares it with xslt/messages/. */

#include "health/bt_sentence.h"

#include <stdio.h>
#include <string.h>

#define NAME_CHARS   40
#define PART_MAX     1024


typedef struct {
    const char  *key;
    const char  *text[BT_LANGUAGES];
} message;


/* What is put into a pattern. */
typedef struct {
    const char  *name;
    const char  *value;
} argument;


static const message  messages[] = {
    { "health.at-risk.one", { "{n} of {all} clusters is at risk.",
                              "{all} 个集群中有 {n} 个存在风险。" } },
    { "health.at-risk.many", { "{n} of {all} clusters are at risk.",
                               "{all} 个集群中有 {n} 个存在风险。" } },
    { "health.ok.one", { "The one cluster is not at risk.",
                         "唯一的集群无风险。" } },
    { "health.ok.many", { "None of {all} clusters is at risk.",
                          "全部 {all} 个集群均无风险。" } },
    { "health.none", { "No cluster is known to be at risk.",
                       "目前未发现存在风险的集群。" } },
    { "health.empty", { "There is no cluster here that you may see.",
                        "没有您可以查看的集群。" } },
    { "health.unknown.one", { "{n} cluster has never been observed.",
                              "有 {n} 个集群从未采集到数据。" } },
    { "health.unknown.many", { "{n} clusters have never been observed.",
                               "有 {n} 个集群从未采集到数据。" } },
    { "risk.LOG_INTERRUPTED", {
        "Log backup of {who} was interrupted {age} ago.",
        "{who} 的日志备份已于 {age}前中断。" } },
    { "risk.LOG_FAILED", { "Log backup of {who} failed {age} ago.",
                           "{who} 的日志备份已于 {age}前失败。" } },
    { "risk.LOG_LATENCY", { "Log backup of {who} is at least {age} behind.",
                            "{who} 的日志备份延时至少 {age}。" } },
    { "risk.DATA_AGE", { "{who} has had no good data backup for {age}.",
                         "{who} 已有 {age}没有成功的数据备份。" } },
    { "risk.DATA_NEVER", { "{who} has never had a good data backup.",
                           "{who} 从未有过成功的数据备份。" } },
    { "risk.STALE", {
        "{who} has not answered for {age}; what is shown of it is that old.",
        "{who} 已有 {age}没有响应，其数据停留在当时。" } },
    { "risk.LOG_STOPPED", { "Log backup of {who} has been stopped for {age}.",
                            "{who} 的日志备份已停止 {age}。" } },
    { "risk.DATA_FAILED", {
        "The newest data backup of {who} failed {age} ago.",
        "{who} 最近一次数据备份已于 {age}前失败。" } },
    { "risk.tenant", { "(tenant {0})", "(租户 {0})" } },
    { "time.unknown", { "an unknown time", "未知时长" } },
    { "unit.s", { "s", "秒" } },
    { "unit.min", { "min", "分钟" } },
    { "unit.h", { "h", "小时" } },
    { "unit.d", { "d", "天" } }
};


const char *
bt_language_name(bt_language_e language)
{
    return language == BT_CHINESE ? "zh" : "en";
}


const char *
bt_sentence_pattern(bt_language_e language, const char *key)
{
    size_t  i;

    for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {

        if (strcmp(messages[i].key, key) == 0) {
            return messages[i].text[language];
        }
    }

    return NULL;
}


static const char *
value_of(const argument *arguments, size_t count, const char *name,
    size_t len)
{
    size_t  i;

    for (i = 0; i < count; i++) {

        if (strlen(arguments[i].name) == len
            && memcmp(arguments[i].name, name, len) == 0)
        {
            return arguments[i].value;
        }
    }

    return "";
}


static void
say(bt_buf *out, bt_language_e language, const char *key,
    const argument *arguments, size_t count)
{
    const char  *end;
    const char  *text = bt_sentence_pattern(language, key);

    while (text != NULL && *text != '\0') {
        end = *text == '{' ? strchr(text, '}') : NULL;

        if (end == NULL) {
            bt_buf_addc(out, *text++);
            continue;
        }

        bt_buf_addz(out, value_of(arguments, count, text + 1,
                                  (size_t) (end - text - 1)));
        text = end + 1;
    }
}


/* "1,234" */
static void
add_count(bt_buf *out, size_t number)
{
    char    digits[24];
    size_t  i, len;

    len = (size_t) snprintf(digits, sizeof(digits), "%zu", number);

    for (i = 0; i < len; i++) {

        if (i > 0 && (len - i) % 3 == 0) {
            bt_buf_addc(out, ',');
        }

        bt_buf_addc(out, digits[i]);
    }
}


static void
add_unit(bt_buf *out, bt_language_e language, int64_t number,
    const char *unit)
{
    if (out->len > 0) {
        bt_buf_addc(out, ' ');
    }

    bt_buf_addi(out, number);
    bt_buf_addc(out, ' ');
    bt_buf_addz(out, bt_sentence_pattern(language, unit));
}


/* "2 h 13 min": at most two units, and one from ten days on. */
static void
add_span(bt_buf *out, bt_language_e language, int64_t seconds)
{
    int64_t  low;

    if (seconds < 0) {
        bt_buf_addz(out, bt_sentence_pattern(language, "time.unknown"));

    } else if (seconds < 60) {
        add_unit(out, language, seconds, "unit.s");

    } else if (seconds < 3600) {
        add_unit(out, language, seconds / 60, "unit.min");

    } else if (seconds < 86400) {
        add_unit(out, language, seconds / 3600, "unit.h");
        low = seconds % 3600 / 60;

        if (low != 0) {
            add_unit(out, language, low, "unit.min");
        }

    } else {
        add_unit(out, language, seconds / 86400, "unit.d");
        low = seconds % 86400 / 3600;

        if (low != 0 && seconds < 864000) {
            add_unit(out, language, low, "unit.h");
        }
    }
}


/* A name as the page shortens it; in mail and logs it must not end a line. */
static void
add_name(bt_buf *out, const char *name)
{
    size_t  step, chars = 0, all = 0;
    bt_str  rest = bt_str_of(name);

    (void) bt_utf8_valid(rest, &all);

    while (rest.len > 0) {

        if (all > NAME_CHARS && chars == NAME_CHARS - 1) {
            bt_buf_addz(out, "…");
            return;
        }

        if (bt_xml_forbidden(rest.data, rest.len, &step)) {
            bt_buf_addz(out, "\xef\xbf\xbd");

        } else {
            step = bt_utf8_step(rest.data, rest.len);

            if ((unsigned char) *rest.data < 0x20 || *rest.data == 0x7f) {
                bt_buf_addc(out, ' ');

            } else {
                bt_buf_add(out, rest.data, step);
            }
        }

        rest.data += step;
        rest.len -= step;
        chars++;
    }
}


static void
add_who(bt_buf *out, bt_language_e language, const bt_risk *risk)
{
    char      tenant[PART_MAX];
    bt_buf    name;
    argument  argument_0 = { "0", tenant };

    add_name(out, risk->cluster);

    if (risk->tenant_id != 0) {
        bt_buf_init(&name, tenant, sizeof(tenant));
        add_name(&name, risk->tenant);
        bt_buf_addc(out, ' ');
        say(out, language, "risk.tenant", &argument_0, 1);
    }
}


void
bt_sentence_risk(bt_language_e language, const bt_risk *risk, bt_buf *out)
{
    char      who_text[PART_MAX], age_text[PART_MAX], key[64];
    bt_buf    who, age;
    argument  arguments[] = { { "who", who_text }, { "age", age_text } };

    bt_buf_init(&who, who_text, sizeof(who_text));
    add_who(&who, language, risk);
    bt_buf_init(&age, age_text, sizeof(age_text));
    add_span(&age, language, risk->seconds);
    (void) snprintf(key, sizeof(key), "risk.%s", bt_risk_name(risk->kind));
    say(out, language, key, arguments, 2);
}


static void
say_number(bt_buf *out, bt_language_e language, const char *key, size_t n,
    size_t all)
{
    char      n_text[64], all_text[64];
    bt_buf    n_buf, all_buf;
    argument  arguments[] = { { "n", n_text }, { "all", all_text } };

    bt_buf_init(&n_buf, n_text, sizeof(n_text));
    add_count(&n_buf, n);
    bt_buf_init(&all_buf, all_text, sizeof(all_text));
    add_count(&all_buf, all);
    say(out, language, key, arguments, 2);
}


void
bt_sentence_verdict(bt_language_e language, const bt_health *health,
    bt_buf *out)
{
    const char        *key;
    bt_health_counts   counts;

    bt_health_count(health, &counts);

    if (counts.at_risk > 0) {
        key = counts.at_risk == 1 ? "health.at-risk.one"
                                  : "health.at-risk.many";

    } else if (counts.clusters == 0) {
        key = "health.empty";

    } else if (counts.of[BT_HEALTH_UNKNOWN] > 0) {
        key = "health.none";

    } else {
        key = counts.clusters == 1 ? "health.ok.one" : "health.ok.many";
    }

    say_number(out, language, key, counts.at_risk, counts.clusters);
}


void
bt_sentence(bt_language_e language, const bt_health *health, bt_buf *out)
{
    size_t            i, unknown;
    bt_health_counts  counts;

    bt_sentence_verdict(language, health, out);

    for (i = 0; i < health->risk_count && i < BT_RISKS_SHOWN; i++) {
        bt_buf_addc(out, ' ');
        bt_sentence_risk(language, &health->risks[i], out);
    }

    bt_health_count(health, &counts);
    unknown = counts.of[BT_HEALTH_UNKNOWN];

    if (unknown > 0) {
        bt_buf_addc(out, ' ');
        say_number(out, language, unknown == 1 ? "health.unknown.one"
                                               : "health.unknown.many",
                   unknown, counts.clusters);
    }
}
