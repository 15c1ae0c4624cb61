/* views.h: the views, one function each, and the lists that several need. */

#ifndef BT_VIEWS_H
#define BT_VIEWS_H

#include "fcgi_backend/list.h"

extern const bt_list bt_list_data;
extern const bt_list bt_list_log;
extern const bt_list bt_list_cleanup;
extern const bt_list bt_list_second;
extern const bt_list bt_list_commands;
extern const bt_list bt_list_audit;
extern const bt_list bt_list_reports;

/* The list that a list view, or the `kind` of a route, names; NULL: none. */
const bt_list *bt_list_of(bt_view_e view);

/* Each answers a GET with a document and returns 200, or the status of an
 * error that it has set in the reply. */
int bt_view_data(bt_reply *reply);
int bt_view_data_task(bt_reply *reply);
int bt_view_data_cause(bt_reply *reply);
int bt_view_data_second(bt_reply *reply);
int bt_view_log(bt_reply *reply);
int bt_view_log_backup(bt_reply *reply);
int bt_view_cleanup(bt_reply *reply);
int bt_view_cleanup_task(bt_reply *reply);
int bt_view_second(bt_reply *reply);
int bt_view_second_backup(bt_reply *reply);
int bt_view_clusters(bt_reply *reply);
int bt_view_cluster(bt_reply *reply);
int bt_view_commands(bt_reply *reply);
int bt_view_command(bt_reply *reply);
int bt_view_audit(bt_reply *reply);
int bt_view_metrics(bt_reply *reply);
int bt_view_health_report(bt_reply *reply);
int bt_view_reports(bt_reply *reply);
int bt_view_report(bt_reply *reply);
int bt_view_action(bt_reply *reply);

#endif
