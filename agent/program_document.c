/* program_document.c: reads the document that a program printed. */

#include "agent/program.h"

#include <limits.h>
#include <mxml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/program_value.h"

#define NAMESPACE  "urn:nginx-backup-tasks:1"

typedef void (*record_reader)(program_reader *reader, mxml_node_t *node,
                              void *record);

/* --- parts of records ---------------------------------------------- */

static bt_cause_record
read_cause(program_reader *reader, mxml_node_t *node)
{
    mxml_node_t *cause = program_child(node, "cause");

    if (cause == NULL) {
        return (bt_cause_record) { .code = BT_STR("") };
    }
    return (bt_cause_record) {
        .code = program_word(reader, cause, "code"),
        .stage = program_word(reader, cause, "stage"),
        .text = program_text(reader, cause, "text"),
        .trace_id = program_word(reader, cause, "trace-id")
    };
}

/* A word that is not in the view's list becomes UNKNOWN, and stays to be seen
 * as the raw one. */
static void
read_status(program_reader *reader, mxml_node_t *node, bt_view_e view,
            bt_str *status, bt_str *raw)
{
    const char *const *known = bt_view_statuses(view);

    *status = program_word(reader, node, "status");
    *raw = program_word(reader, node, "raw-status");
    if (status->len == 0) {
        program_complain(reader, "has no status");
        return;
    }
    while (*known != NULL && !bt_str_eqz(*status, *known)) {
        known++;
    }
    if (*known == NULL) {
        if (raw->len == 0) {
            *raw = *status;
        }
        *status = BT_STR("UNKNOWN");
    }
}

static bt_str
read_source_id(program_reader *reader, mxml_node_t *node, const char *usual)
{
    bt_str source_id = program_word(reader, node, "source-id");

    if (source_id.len == 0 && usual != NULL) {
        return bt_str_of(usual);
    }
    if (source_id.len == 0) {
        program_complain(reader, "has no source-id");
    }
    return source_id;
}

/* The cluster's own number of the tenant; 1 where there is no other. */
static int64_t
read_tenant_id(program_reader *reader, mxml_node_t *node)
{
    mxml_node_t *tenant = program_child(node, "tenant");

    return tenant == NULL ? 1 : program_attribute(reader, tenant, "id", 1);
}

/* Reads each `name` inside `container` of the node into an array. */
static void *
read_list(program_reader *reader, mxml_node_t *node, const char *container,
          const char *name, size_t item, record_reader read, size_t *count)
{
    mxml_node_t *list = program_child(node, container);
    char        *items;
    size_t       number = program_count(list, name);

    *count = 0;
    items = number == 0 ? NULL : program_room(reader, number * item);
    if (items == NULL) {
        return NULL;
    }
    for (mxml_node_t *child = mxmlGetFirstChild(list);
         child != NULL && !reader->failed; child = mxmlGetNextSibling(child))
    {
        if (program_is(child, name)) {
            read(reader, child, items + *count * item);
            ++*count;
        }
    }
    return items;
}

/* The same for a list of the root, whose records are named in complaints. */
static void *
read_records(program_reader *reader, const char *container, const char *name,
             size_t item, record_reader read, size_t *count)
{
    reader->name = name;
    reader->number = 0;
    return read_list(reader, reader->root, container, name, item, read, count);
}

/* --- records ---------------------------------------------- */

static void
read_tenant(program_reader *reader, mxml_node_t *node, void *record)
{
    bt_tenant_record *tenant = record;

    reader->number++;
    *tenant = (bt_tenant_record) {
        .ob_id = program_attribute(reader, node, "id", 1),
        .name = program_text(reader, node, "name"),
        .role = program_word(reader, node, "role"),
        .log_mode = program_word(reader, node, "log-mode"),
        .restorable_from = program_time(reader, node, "restorable-from"),
        .restorable_to = program_time(reader, node, "restorable-to")
    };
    if (tenant->name.len == 0) {
        program_complain(reader, "has no name");
    }
}

static void
read_task_tenant(program_reader *reader, mxml_node_t *node, void *record)
{
    bt_task_tenant_record *tenant = record;

    *tenant = (bt_task_tenant_record) {
        .tenant = program_attribute(reader, node, "id", 1),
        .start_time = program_time(reader, node, "start-time"),
        .end_time = program_time(reader, node, "end-time"),
        .progress = program_percent(reader, node, "progress-percent"),
        .size_bytes = program_number(reader, node, "size-bytes", BT_UNKNOWN)
    };
    read_status(reader, node, BT_VIEW_DATA, &tenant->status,
                &tenant->raw_status);
}

static void
read_task(program_reader *reader, mxml_node_t *node, void *record)
{
    bt_data_record *task = record;

    reader->number++;
    *task = (bt_data_record) {
        .tenant = read_tenant_id(reader, node),
        .source_id = read_source_id(reader, node, NULL),
        .mode = program_word(reader, node, "mode"),
        .method = program_word(reader, node, "method"),
        .backup_set_id = program_number(reader, node, "backup-set-id",
                                        BT_UNKNOWN),
        .source = program_text(reader, node, "source"),
        .start_time = program_time(reader, node, "start-time"),
        .end_time = program_time(reader, node, "end-time"),
        .status_since = program_time(reader, node, "status-since"),
        .progress = program_percent(reader, node, "progress-percent"),
        .data_version = program_number(reader, node, "data-version",
                                       BT_UNKNOWN),
        .storage_directory = program_path(reader, node, "storage-directory"),
        .size_bytes = program_number(reader, node, "size-bytes", BT_UNKNOWN),
        .set_state = program_word(reader, node, "set-state"),
        .restorable_from = program_time(reader, node, "restorable-from"),
        .restorable_to = program_time(reader, node, "restorable-to"),
        .cause = read_cause(reader, node)
    };
    read_status(reader, node, BT_VIEW_DATA, &task->status, &task->raw_status);
    task->tenants = read_list(reader, node, "tenants", "tenant",
                              sizeof(bt_task_tenant_record), read_task_tenant,
                              &task->tenant_count);
}

static void
read_cleanup(program_reader *reader, mxml_node_t *node, void *record)
{
    bt_cleanup_record *task = record;

    reader->number++;
    *task = (bt_cleanup_record) {
        .tenant = read_tenant_id(reader, node),
        .source_id = read_source_id(reader, node, NULL),
        .type = program_text(reader, node, "type"),
        .start_time = program_time(reader, node, "start-time"),
        .end_time = program_time(reader, node, "end-time"),
        .status_since = program_time(reader, node, "status-since"),
        .items_total = program_number(reader, node, "items-total",
                                      BT_UNKNOWN),
        .items_done = program_number(reader, node, "items-done", BT_UNKNOWN),
        .cause = read_cause(reader, node)
    };
    read_status(reader, node, BT_VIEW_CLEANUP, &task->status,
                &task->raw_status);
}

static void
read_second(program_reader *reader, mxml_node_t *node, void *record)
{
    bt_second_record *second = record;
    int64_t           tenant = read_tenant_id(reader, node);

    reader->number++;
    *second = (bt_second_record) {
        .tenant = tenant, .source_id = read_source_id(reader, node, NULL),
        .copy_id = program_number(reader, node, "copy-id", 1),
        .kind = program_word(reader, node, "kind"),
        .task_tenant = tenant,
        .task_source_id = program_word(reader, node, "task-source-id"),
        .backup_set_id = program_number(reader, node, "backup-set-id",
                                        BT_UNKNOWN),
        .start_time = program_time(reader, node, "start-time"),
        .end_time = program_time(reader, node, "end-time"),
        .latest_backup_time = program_time(reader, node,
                                           "latest-backup-time"),
        .storage_directory = program_path(reader, node, "storage-directory"),
        .status_since = program_time(reader, node, "status-since"),
        .cause = read_cause(reader, node)
    };
    read_status(reader, node, BT_VIEW_SECOND, &second->status,
                &second->raw_status);
    if (!bt_str_eqz(second->kind, "DATA") && !bt_str_eqz(second->kind, "LOG"))
    {
        program_complain(reader, "has no kind, which is DATA or LOG");
    }
}

static void
read_round(program_reader *reader, mxml_node_t *node, void *record)
{
    bt_round_record *round = record;
    int64_t          incarnation = program_number(reader, node, "incarnation",
                                                  1);

    *round = (bt_round_record) {
        .incarnation = incarnation < 1 || incarnation > INT_MAX
                       ? 1 : (int) incarnation,
        .round_id = program_number(reader, node, "round-id", BT_UNKNOWN),
        .start_time = program_time(reader, node, "start-time"),
        .end_time = program_time(reader, node, "end-time"),
        .checkpoint = program_time(reader, node, "checkpoint")
    };
    read_status(reader, node, BT_VIEW_LOG, &round->status,
                &round->raw_status);
    if (round->round_id == BT_UNKNOWN) {
        program_complain(reader, "has a round without a round-id");
    }
}

static void
read_gap(program_reader *reader, mxml_node_t *node, void *record)
{
    bt_gap_record *gap = record;

    *gap = (bt_gap_record) {
        .from = program_time(reader, node, "from"),
        .to = program_time(reader, node, "to")
    };
    if (gap->from == BT_UNKNOWN) {
        program_complain(reader, "has a gap without from");
    }
}

static void
read_sample(program_reader *reader, mxml_node_t *node, void *record)
{
    bt_latency_record *sample = record;

    sample->at = program_attribute_time(reader, node, "at");
    sample->seconds = program_attribute(reader, node, "seconds", BT_UNKNOWN);
    if (sample->at == BT_UNKNOWN || sample->seconds < 0) {
        program_complain(reader, "has a sample without at and seconds");
    }
}

/* By the cluster's clock, unless the program knows better. */
static void
fill_latency(bt_log_record *log, bt_usec clock)
{
    if (log->observed == BT_UNKNOWN) {
        log->observed = clock;
    }
    if (log->latency_seconds == BT_UNKNOWN
        && log->latest_backup_time != BT_UNKNOWN)
    {
        log->latency_seconds = log->observed < log->latest_backup_time
                               ? 0 : (log->observed - log->latest_backup_time)
                                     / BT_SECOND;
    }
}

static void
read_log(program_reader *reader, mxml_node_t *node, void *record)
{
    bt_log_record *log = record;

    reader->number++;
    *log = (bt_log_record) {
        .tenant = read_tenant_id(reader, node),
        .source_id = read_source_id(reader, node, "1"),
        .method = program_word(reader, node, "method"),
        .host = program_text(reader, node, "host"),
        .latest_backup_time = program_time(reader, node,
                                           "latest-backup-time"),
        .latency_seconds = program_number(reader, node, "latency-seconds",
                                          BT_UNKNOWN),
        .observed = program_time(reader, node, "observed"),
        .storage_directory = program_path(reader, node, "storage-directory"),
        .start_time = program_time(reader, node, "start-time"),
        .status_since = program_time(reader, node, "status-since"),
        .cause = read_cause(reader, node)
    };
    read_status(reader, node, BT_VIEW_LOG, &log->status, &log->raw_status);
    log->rounds = read_list(reader, node, "rounds", "round",
                            sizeof(bt_round_record), read_round,
                            &log->round_count);
    log->gaps = read_list(reader, node, "gaps", "gap", sizeof(bt_gap_record),
                          read_gap, &log->gap_count);
    log->samples = read_list(reader, node, "latency", "sample",
                             sizeof(bt_latency_record), read_sample,
                             &log->sample_count);
    fill_latency(log, reader->document->cluster.clock);
}

/* --- the whole ---------------------------------------------- */

static void
read_cluster(program_reader *reader)
{
    int64_t incarnation = program_number(reader, reader->root, "incarnation",
                                         1);
    bt_usec clock = program_time(reader, reader->root, "observed");

    if (clock == BT_UNKNOWN) {
        clock = reader->clock;
    }
    if (incarnation < 1 || incarnation > INT_MAX) {
        program_complain(reader, "has an incarnation below 1");
    }
    reader->document->cluster = (bt_collect_cluster) {
        .ob_name = program_text(reader, reader->root, "ob-name"),
        .ob_id = program_number(reader, reader->root, "ob-id", BT_UNKNOWN),
        .version = program_text(reader, reader->root, "version"),
        .incarnation = (int) incarnation, .created = BT_UNKNOWN,
        .clock = clock
    };
}

static void
read_all(program_reader *reader)
{
    bt_program_document *document = reader->document;

    read_cluster(reader);
    document->tenants = read_records(reader, "tenants", "tenant",
                                     sizeof(bt_tenant_record), read_tenant,
                                     &document->tenant_count);
    document->tasks = read_records(reader, "data-backup-tasks", "task",
                                   sizeof(bt_data_record), read_task,
                                   &document->task_count);
    document->logs = read_records(reader, "log-backups", "log-backup",
                                  sizeof(bt_log_record), read_log,
                                  &document->log_count);
    document->cleanups = read_records(reader, "cleanup-tasks", "cleanup-task",
                                      sizeof(bt_cleanup_record), read_cleanup,
                                      &document->cleanup_count);
    document->seconds = read_records(reader, "second-backups",
                                     "second-backup",
                                     sizeof(bt_second_record), read_second,
                                     &document->second_count);
}

/* The records that the last element promises; whoever does not count is
 * believed. */
static void
check_count(program_reader *reader, mxml_node_t *page)
{
    const bt_program_document *document = reader->document;
    int64_t                    found = (int64_t) (document->task_count
                                                  + document->log_count
                                                  + document->cleanup_count
                                                  + document->second_count);
    int64_t                    count = program_attribute(reader, page, "count",
                                                         found);

    if (count != found) {
        program_complain(reader, "counts %lld records, and there are %lld",
                         (long long) count, (long long) found);
    }
}

/* What is not said to be whole by its last element is not. */
static mxml_node_t *
closing_page(program_reader *reader)
{
    mxml_node_t *last = NULL;
    const char  *complete;

    for (mxml_node_t *child = mxmlGetFirstChild(reader->root); child != NULL;
         child = mxmlGetNextSibling(child))
    {
        if (program_is_element(child)) {
            last = child;
        }
    }
    if (last == NULL || !program_is(last, "page")) {
        program_complain(reader, "does not end with <page complete=\"true\"/>");
        return NULL;
    }
    complete = mxmlElementGetAttr(last, "complete");
    if (complete == NULL || strcmp(complete, "true") != 0) {
        program_complain(reader, "says itself that it is not complete");
        return NULL;
    }
    return last;
}

/* The only element; what a program says beside its document is not XML. */
static mxml_node_t *
find_root(program_reader *reader, mxml_node_t *top)
{
    mxml_node_t *root = NULL;

    for (mxml_node_t *child = mxmlGetFirstChild(top); child != NULL;
         child = mxmlGetNextSibling(child))
    {
        const char *text = program_piece(child);

        if (text != NULL && strspn(text, " \t\r\n") != strlen(text)) {
            program_complain(reader, "has text outside of its root: \"%.60s\"",
                             text);
        } else if (program_is_element(child)) {
            if (root != NULL) {
                program_complain(reader, "has more than one root");
            }
            root = child;
        }
    }
    if (root == NULL || !program_is(root, "cluster")) {
        program_complain(reader, "has no root <cluster>");
    }
    return root;
}

static void
check_version(program_reader *reader)
{
    const char *space = mxmlElementGetAttr(reader->root, "xmlns");
    const char *version = mxmlElementGetAttr(reader->root, "version");

    if (space == NULL || strcmp(space, NAMESPACE) != 0 || version == NULL
        || strncmp(version, "1.", 2) != 0)
    {
        program_complain(reader, "is not of the namespace " NAMESPACE
                         " and version 1.0");
    }
}

static void
read_root(program_reader *reader, mxml_node_t *top)
{
    mxml_node_t *page = NULL;

    reader->root = find_root(reader, top);
    if (!reader->failed) {
        check_version(reader);
    }
    if (!reader->failed) {
        page = closing_page(reader);
    }
    if (page != NULL) {
        read_all(reader);
        reader->name = "page";
        reader->number = 0;
        check_count(reader, page);
    }
}

/* mxml takes a last tag without its end for whole. */
static void
check_end(program_reader *reader, bt_str text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]) != NULL)
    {
        text.len--;
    }
    if (text.len == 0) {
        program_complain(reader, "is empty");
    } else if (text.data[text.len - 1] != '>') {
        program_complain(reader, "ends in the middle");
    }
}

bool
bt_program_parse(bt_program_document *document, bt_str text, bt_usec clock,
                 char *why, size_t size)
{
    program_reader reader = {
        .document = document, .clock = clock, .why = why, .size = size,
        .name = "", .number = 0
    };
    mxml_node_t   *top = NULL;
    char          *clean = NULL;

    *document = (bt_program_document) { .blocks = NULL };
    why[0] = '\0';
    check_end(&reader, text);
    if (!reader.failed) {
        clean = program_clean(&reader, text);
    }
    if (clean != NULL) {
        top = program_load(&reader, clean);
    }
    if (!reader.failed) {
        read_root(&reader, top);
    }
    mxmlDelete(top);
    if (reader.failed) {
        bt_program_free(document);
    }
    return !reader.failed;
}
