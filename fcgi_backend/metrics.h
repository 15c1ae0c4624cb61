/* metrics.h: samples in the text formats of Prometheus and OpenMetrics. */

#ifndef BT_METRICS_H
#define BT_METRICS_H

#include "common/bt_pool.h"
#include "common/bt_time.h"
#include "fcgi_backend/output.h"

/* Tenants with samples of their own, so that no scrape becomes endless; that
 * there are more is told. */
#define BT_METRICS_TENANTS  20000

/* A document being written.  All metrics are gauges, which both formats write
 * alike; the samples of one metric stand together. */
typedef struct {
    bt_output  *output;
    const char *name;
    bool        labels;           /* the present sample has one already */
} bt_metrics;

/* A label's value as it is written, but for what is escaped: without what
 * documents replace.  NULL without memory. */
const char *bt_metrics_clean(bt_pool *pool, bt_str value);

/* Begins a metric: its name and what it says, without line ends. */
void bt_metrics_metric(bt_metrics *metrics, const char *name,
                       const char *help);

/* A sample of it: begun, labelled as often as needed (with clean values), ended
 * by its value. */
void bt_metrics_sample(bt_metrics *metrics);
void bt_metrics_label(bt_metrics *metrics, const char *name,
                      const char *value);
void bt_metrics_value(bt_metrics *metrics, int64_t value);
/* Microseconds, written as seconds. */
void bt_metrics_seconds(bt_metrics *metrics, bt_usec value);

#endif
