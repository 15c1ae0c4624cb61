/* look.h: what looks at a cluster put, as lines; the views stand in a private MariaDB. */

#ifndef TEST_LOOK_H
#define TEST_LOOK_H

#include "database.h"

#include "agent/adapter.h"

/* What a look puts, one line per record. */
struct bt_collect {
    char   lines[16384];
    bt_buf out;
};

static bt_collect collected;
static bt_link   *asked;
static const bt_adapter *asking;

static void
add_time(bt_usec at)
{
    char text[BT_TIME_MAX];

    if (at == BT_UNKNOWN) {
        bt_buf_addz(&collected.out, " -");
        return;
    }
    (void) bt_time_format_utc(text, at);
    text[19] = '\0';
    bt_buf_addc(&collected.out, ' ');
    bt_buf_addz(&collected.out, text);
}

static void
add_text(bt_str text)
{
    bt_buf_addc(&collected.out, ' ');
    if (text.len > 0) {
        bt_buf_add(&collected.out, text.data, text.len);
    } else {
        bt_buf_addc(&collected.out, '-');
    }
}

static void
add_number(int64_t number)
{
    bt_buf_addc(&collected.out, ' ');
    if (number == BT_UNKNOWN) {
        bt_buf_addc(&collected.out, '-');
    } else {
        bt_buf_addi(&collected.out, number);
    }
}

static void
begin(const char *kind, int64_t tenant, bt_str id)
{
    bt_buf_addz(&collected.out, kind);
    add_number(tenant);
    add_text(id);
}

static void
end(const bt_cause_record *cause)
{
    if (cause->text.len > 0 || cause->code.len > 0) {
        bt_buf_addz(&collected.out, " cause");
        add_text(cause->code);
        add_text(cause->stage);
        add_text(cause->trace_id);
    }
    bt_buf_addc(&collected.out, '\n');
    assert_false(collected.out.full);
}

void
bt_collect_cluster_is(bt_collect *collect, const bt_collect_cluster *cluster)
{
    assert_ptr_equal(collect, &collected);
    assert_true(cluster->clock > 0);
}

void
bt_collect_tenant(bt_collect *collect, const bt_tenant_record *tenant)
{
    (void) collect;
    begin("tenant", tenant->ob_id, tenant->name);
    add_text(tenant->log_mode);
    add_time(tenant->restorable_from);
    add_time(tenant->restorable_to);
    bt_buf_addc(&collected.out, '\n');
}

void
bt_collect_data(bt_collect *collect, const bt_data_record *task)
{
    (void) collect;
    begin("data", task->tenant, task->source_id);
    add_text(task->mode);
    add_text(task->status);
    add_text(task->raw_status);
    add_number(task->progress);
    add_number(task->size_bytes);
    add_text(task->set_state);
    add_text(task->storage_directory);
    for (size_t i = 0; i < task->tenant_count; i++) {
        bt_buf_addz(&collected.out, " in");
        add_number(task->tenants[i].tenant);
        add_text(task->tenants[i].status);
        add_number(task->tenants[i].progress);
    }
    end(&task->cause);
}

void
bt_collect_cleanup(bt_collect *collect, const bt_cleanup_record *task)
{
    (void) collect;
    begin("cleanup", task->tenant, task->source_id);
    add_text(task->status);
    add_number(task->items_done);
    add_number(task->items_total);
    end(&task->cause);
}

void
bt_collect_second(bt_collect *collect, const bt_second_record *second)
{
    (void) collect;
    begin("second", second->tenant, second->source_id);
    add_number(second->copy_id);
    add_text(second->kind);
    add_text(second->task_source_id);
    add_text(second->status);
    add_text(second->raw_status);
    add_time(second->latest_backup_time);
    add_text(second->storage_directory);
    end(&second->cause);
}

void
bt_collect_log(bt_collect *collect, const bt_log_record *log)
{
    (void) collect;
    begin("log", log->tenant, log->source_id);
    add_text(log->status);
    add_text(log->raw_status);
    add_time(log->latest_backup_time);
    add_text(log->storage_directory);
    for (size_t i = 0; i < log->round_count; i++) {
        bt_buf_addz(&collected.out, " round");
        add_number(log->rounds[i].round_id);
    }
    for (size_t i = 0; i < log->gap_count; i++) {
        bt_buf_addz(&collected.out, " gap");
        add_time(log->gaps[i].from);
        add_time(log->gaps[i].to);
    }
    end(&log->cause);
}

void
bt_collect_gone(bt_collect *collect, bt_kind kind, int64_t tenant,
                bt_str source_id)
{
    (void) collect;
    begin(kind == BT_KIND_DATA ? "gone data"
          : kind == BT_KIND_CLEANUP ? "gone cleanup" : "gone second", tenant,
          source_id);
    bt_buf_addc(&collected.out, '\n');
}

static void
run(const char *const *statements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        database_plain(statements[i]);
    }
}

#define RUN(...)                                                              \
    do {                                                                      \
        const char *const list[] = { __VA_ARGS__ };                           \
        run(list, COUNT(list));                                               \
    } while (0)

static void
look(void)
{
    bt_reason reason = { "" };
    bt_answer answer;

    bt_buf_init(&collected.out, collected.lines, sizeof(collected.lines));
    answer = asking->collect(asked, &collected, &reason);
    if (answer != BT_ANSWER_OK) {
        fail_msg("%d: %s", answer, reason.text);
    }
    assert_null(strstr(collected.lines, "SECRET"));
}

static void
has(const char *line)
{
    char whole[1024];

    (void) snprintf(whole, sizeof(whole), "%s\n", line);
    if (strstr(collected.lines, whole) == NULL) {
        fail_msg("no line\n%sin\n%s", whole, collected.lines);
    }
}

static void
has_not(const char *part)
{
    if (strstr(collected.lines, part) != NULL) {
        fail_msg("\"%s\" in\n%s", part, collected.lines);
    }
}

/* Signs in to the views of the database oceanbase. */
static void
sign_in(const bt_adapter *adapter)
{
    static char      endpoint[128];
    static bt_access access = {
        .cluster_id = 1, .name = "c", .adapter = "", .endpoints = endpoint,
        .user = "root", .secret = "", .tls_ca = "", .tls = BT_TLS_DISABLED,
        .program = ""
    };

    (void) snprintf(endpoint, sizeof(endpoint), "%s/sock", database.dir);
    asking = adapter;
    asked = adapter->open(&access);
    assert_non_null(asked);
}

static int
teardown(void **state)
{
    asking->close(asked);
    return database_teardown(state);
}

#endif
