/* simulation_xml.c: what the simulation prints. */

#include "programs/simulation.h"

#include <stdio.h>

static void
put_escaped(bt_str text)
{
    char   room[8192];
    size_t at = 0;

    while (at < text.len) {
        size_t step = text.len - at > 1024 ? 1024 : text.len - at;
        bt_buf buf;

        /* A character is not cut in two. */
        while (at + step < text.len && step > 1
               && ((unsigned char) text.data[at + step] & 0xc0) == 0x80)
        {
            step--;
        }
        bt_buf_init(&buf, room, sizeof(room));
        bt_xml_escape(&buf, (bt_str) { text.data + at, step });
        (void) fwrite(buf.data, 1, buf.len, stdout);
        at += step;
    }
}

void
sim_text(const char *name, bt_str text)
{
    if (text.len > 0) {
        (void) printf("<%s>", name);
        put_escaped(text);
        (void) printf("</%s>", name);
    }
}

void
sim_number(const char *name, int64_t number)
{
    if (number != BT_UNKNOWN) {
        (void) printf("<%s>%lld</%s>", name, (long long) number, name);
    }
}

void
sim_time(const char *name, bt_usec at)
{
    char text[BT_TIME_MAX];

    if (at != BT_UNKNOWN) {
        (void) bt_time_format_utc(text, at);
        (void) printf("<%s>%s</%s>", name, text, name);
    }
}

void
sim_cause(const bt_cause_record *cause)
{
    if (cause->code.len + cause->text.len > 0) {
        (void) printf("<cause>");
        sim_text("code", cause->code);
        sim_text("stage", cause->stage);
        sim_text("text", cause->text);
        sim_text("trace-id", cause->trace_id);
        (void) printf("</cause>");
    }
}

static void
put_percent(int64_t progress)
{
    if (progress >= 0) {
        (void) printf("<progress-percent>%lld.%02lld</progress-percent>",
                      (long long) progress / 100, (long long) progress % 100);
    }
}

static void
put_tenants(const bt_data_record *task)
{
    if (task->tenant_count == 0) {
        return;
    }
    (void) printf("<tenants>");
    for (size_t i = 0; i < task->tenant_count; i++) {
        const bt_task_tenant_record *tenant = &task->tenants[i];

        (void) printf("<tenant id=\"%lld\">", (long long) tenant->tenant);
        sim_text("status", task->status);
        sim_text("raw-status", task->raw_status);
        sim_time("start-time", task->start_time);
        sim_time("end-time", task->end_time);
        put_percent(task->progress);
        (void) printf("</tenant>");
    }
    (void) printf("</tenants>");
}

void
sim_task(simulation *sim, const bt_data_record *task)
{
    sim->count++;
    (void) printf("<task><tenant id=\"%lld\"/>", (long long) task->tenant);
    sim_text("source-id", task->source_id);
    sim_text("mode", task->mode);
    sim_number("backup-set-id", task->backup_set_id);
    sim_text("source", task->source);
    sim_time("start-time", task->start_time);
    sim_time("end-time", task->end_time);
    sim_text("status", task->status);
    sim_text("raw-status", task->raw_status);
    sim_time("status-since", task->status_since);
    put_percent(task->progress);
    sim_text("method", task->method);
    sim_number("data-version", task->data_version);
    sim_text("storage-directory", task->storage_directory);
    sim_number("size-bytes", task->size_bytes);
    sim_text("set-state", task->set_state);
    sim_time("restorable-from", task->restorable_from);
    sim_cause(&task->cause);
    put_tenants(task);
    (void) printf("</task>\n");
}
