/* metrics.c: samples in the text formats of Prometheus and OpenMetrics. */

#include "fcgi_backend/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT  "\xef\xbf\xbd"


static void
put(bt_metrics *metrics, const char *text)
{
    bt_output_write(metrics->output, text, strlen(text));
}


void
bt_metrics_metric(bt_metrics *metrics, const char *name, const char *help)
{
    metrics->name = name;

    put(metrics, "# HELP ");
    put(metrics, name);
    put(metrics, " ");
    put(metrics, help);
    put(metrics, "\n# TYPE ");
    put(metrics, name);
    put(metrics, " gauge\n");
}


void
bt_metrics_sample(bt_metrics *metrics)
{
    put(metrics, metrics->name);
    metrics->labels = false;
}


const char *
bt_metrics_clean(bt_pool *pool, bt_str value)
{
    char    *text, *out;
    size_t   i, step;

    /* U+FFFD takes three bytes, in the place of one at least. */
    text = bt_pool_alloc(pool, value.len * 3 + 1);

    if (text == NULL) {
        return NULL;
    }

    out = text;

    for (i = 0; i < value.len; i += step) {

        if (bt_xml_forbidden(value.data + i, value.len - i, &step)
            || value.data[i] == '\r')
        {
            memcpy(out, REPLACEMENT, sizeof(REPLACEMENT) - 1);
            out += sizeof(REPLACEMENT) - 1;

        } else {
            memcpy(out, value.data + i, step);
            out += step;
        }
    }

    *out = '\0';

    return text;
}


static void
put_escaped(bt_metrics *metrics, const char *value)
{
    size_t  len;

    for ( ;; ) {
        len = strcspn(value, "\n\"\\");
        bt_output_write(metrics->output, value, len);
        value += len;

        if (*value == '\0') {
            return;
        }

        put(metrics, *value == '\n' ? "\\n" : *value == '"' ? "\\\""
                                                          : "\\\\");
        value++;
    }
}


void
bt_metrics_label(bt_metrics *metrics, const char *name, const char *value)
{
    put(metrics, metrics->labels ? "," : "{");
    put(metrics, name);
    put(metrics, "=\"");
    put_escaped(metrics, value);
    put(metrics, "\"");
    metrics->labels = true;
}


static void
end_labels(bt_metrics *metrics)
{
    put(metrics, metrics->labels ? "} " : " ");
}


void
bt_metrics_value(bt_metrics *metrics, int64_t value)
{
    char  text[32];

    end_labels(metrics);
    snprintf(text, sizeof(text), "%" PRId64 "\n", value);
    put(metrics, text);
}


void
bt_metrics_seconds(bt_metrics *metrics, bt_usec value)
{
    char      text[40];
    int64_t   whole, rest;

    whole = value / BT_SECOND;
    rest = value % BT_SECOND;

    end_labels(metrics);
    snprintf(text, sizeof(text), "%s%" PRId64 ".%06" PRId64 "\n",
             value < 0 ? "-" : "", whole < 0 ? -whole : whole,
             rest < 0 ? -rest : rest);
    put(metrics, text);
}
