/* notify_document.c: a message as XML: what changed, and the sentence as it is now. */

#include "agent/notify_internal.h"

#include <stdio.h>

#include "common/bt_view.h"

#define URL_MAX  2048

static void
add_text(bt_xml *xml, const char *element, bt_language_e language,
         const char *text)
{
    bt_xml_open(xml, element);
    bt_xml_attr(xml, "xml:lang", bt_str_of(bt_language_name(language)));
    bt_xml_text(xml, bt_str_of(text));
    bt_xml_close(xml);
}

static void
add_sentences(bt_xml *xml, const bt_health *health)
{
    char   text[BT_SENTENCE_MAX];
    bt_buf buf;

    for (bt_language_e l = BT_ENGLISH; l < BT_LANGUAGES; l++) {
        bt_buf_init(&buf, text, sizeof(text));
        bt_sentence(l, health, &buf);
        add_text(xml, "sentence", l, text);
    }
}

/* Where there is no public URL there is no link. */
static void
add_link(bt_xml *xml, const char *public_url, const char *path, int64_t id,
         const char *rest)
{
    char url[URL_MAX];

    if (*public_url == '\0') {
        return;
    }
    if (id != 0) {
        (void) snprintf(url, sizeof(url), "%s%s/%lld%s", public_url, path,
                        (long long) id, rest);
    } else {
        (void) snprintf(url, sizeof(url), "%s%s", public_url, path);
    }
    bt_xml_open(xml, "link");
    bt_xml_attr(xml, "rel", BT_STR("alternate"));
    bt_xml_attr(xml, "type", BT_STR("text/html"));
    bt_xml_attr(xml, "href", bt_str_of(url));
    bt_xml_close(xml);
}

static void
link_risk(bt_xml *xml, const char *public_url, const bt_risk *risk)
{
    if (risk->log_id != 0) {
        add_link(xml, public_url, "log", risk->log_id, "");
    } else if (risk->task_id != 0) {
        add_link(xml, public_url, "data", risk->task_id, "/cause");
    } else {
        add_link(xml, public_url, "clusters", risk->cluster_id, "");
    }
}

static void
add_change(bt_xml *xml, const bt_notify_message *message,
           const bt_notify_change *change)
{
    char   text[BT_SENTENCE_MAX];
    bt_buf buf;

    bt_xml_open(xml, "change");
    bt_xml_attr(xml, "what", change->began ? BT_STR("BEGAN")
                                           : BT_STR("ENDED"));
    bt_health_write_risk(xml, NULL, &change->risk);
    if (change->began) {
        for (bt_language_e l = BT_ENGLISH; l < BT_LANGUAGES; l++) {
            bt_buf_init(&buf, text, sizeof(text));
            bt_sentence_risk(l, &change->risk, &buf);
            add_text(xml, "sentence", l, text);
        }
    }
    link_risk(xml, message->public_url, &change->risk);
    bt_xml_close(xml);
}

static bt_str
severity_of(const bt_health *health)
{
    const char *const *states = bt_view_statuses(BT_VIEW_CLUSTERS);
    bt_health_e        worst = BT_HEALTH_OK;

    /* Worst first. */
    if (health->risk_count > 0) {
        worst = bt_risk_severity(health->risks[0].kind);
    }
    return bt_str_of(states[worst]);
}

static void
write_all(bt_xml *xml, const bt_notify_message *message)
{
    bt_xml_open(xml, "notification");
    bt_xml_attr(xml, "xmlns", BT_STR(BT_NAMESPACE));
    bt_xml_attr(xml, "version", BT_STR(BT_FEED_VERSION));
    bt_xml_time_attr(xml, "generated", message->now);
    bt_xml_attr_int(xml, "number", message->number);
    bt_xml_attr(xml, "severity", severity_of(message->health));
    add_sentences(xml, message->health);
    add_link(xml, message->public_url, "clusters", 0, "");
    bt_health_write(xml, NULL, message->health, message->now);
    bt_xml_open(xml, "changes");
    for (size_t i = 0; i < message->count; i++) {
        if (message->changes[i].due) {
            add_change(xml, message, &message->changes[i]);
        }
    }
    bt_xml_close(xml);
    bt_xml_close(xml);
}

bool
bt_notify_document(const bt_notify_message *message, bt_xml_sink sink,
                   void *context)
{
    bt_xml *xml = bt_xml_new(sink, context);
    bool    good;

    bt_xml_thread_begin();
    if (xml == NULL) {
        return false;
    }
    write_all(xml, message);
    good = bt_xml_ok(xml);
    bt_xml_free(xml);
    return good;
}
