/* sample_causes.c: the common causes of failure, in the forms clusters print them. */

#include "sample_internal.h"

#include <stdio.h>
#include <string.h>

/* %1$s: the first three bytes of the address, %2$s: the trace id. */
const sample_cause sample_causes[] = {
    { "-9040", "start", "REFUSED",
      "backup can not start, because log archive status is not doing." },
    { "-9082", "BACKUP_DATA", "FAILED",
      "(SERVER)ls_id: 1001, addr: %1$s.12:2882, module: BACKUP_DATA, "
      "result: -9082(device out of space), trace_id: %2$s" },
    { "-9071", "BACKUP_DATA", "FAILED",
      "(SERVER)ls_id: 1, addr: %1$s.11:2882, module: BACKUP_DATA, "
      "result: -9071(permission denied), trace_id: %2$s" },
    { "-9070", "ROOTSERVICE", "FAILED",
      "(ROOTSERVICE)addr: %1$s.11:2882, result: -9070(backup dest is not "
      "reachable), trace_id: %2$s" },
    { "-4012", "BACKUP_META", "FAILED",
      "(SERVER)ls_id:1002\xef\xbc\x8c addr:%1$s.13:2882, module:BACKUP_META, "
      "result:-4012(Timeout), trace_id:%2$s" },
    { "-9036", "start", "REFUSED",
      "another backup of this tenant is in progress" },
    { "-9138", "BACKUP_DATA", "FAILED",
      "(ROOTSERVICE)addr: %1$s.11:2882, result: -9138(no replica can do "
      "backup), trace_id: %2$s" },
    { "-9079", "BACKUP_LOG", "FAILED",
      "(SERVER)ls_id: 1003, addr: %1$s.12:2882, module: BACKUP_LOG, "
      "result: -9079(archive log recycled), trace_id: %2$s" },
    { "-9026", "start", "REFUSED", "backup dest is not set." },
    { "-9047", "BACKUP_SYS_META", "FAILED", "Invalid password" },
    { "-4009", "BACKUP_DATA", "FAILED",
      "(server)ls_id: 1001, addr: %1$s.13:2882, module: backup_data, "
      "result: 4009(IO error), trace_id: %2$s" },
    { "-4018", "BACKUP_CLEAN", "FAILED",
      "(SERVER)ls_id: 1, addr: %1$s.11:2882, module: BACKUP_CLEAN, "
      "result: -4018(Entry not exist), trace_id: %2$s" },
    { "CANCELED", "", "CANCELED", "Operation canceled" }
};

const size_t sample_cause_count = sizeof(sample_causes)
                                  / sizeof(sample_causes[0]);

const sample_cause *
sample_cause_by_code(const char *code)
{
    for (size_t i = 0; code != NULL && i < sample_cause_count; i++) {
        if (strcmp(sample_causes[i].code, code) == 0) {
            return &sample_causes[i];
        }
    }
    return NULL;
}

/* Puts the address and the trace id where the form wants them. */
static void
fill_form(char *out, const char *form, const char *network, const char *trace)
{
    bt_buf buf;

    bt_buf_init(&buf, out, SAMPLE_TEXT);
    while (*form != '\0') {
        if (strncmp(form, "%1$s", 4) == 0) {
            bt_buf_addz(&buf, network);
            form += 4;
        } else if (strncmp(form, "%2$s", 4) == 0) {
            bt_buf_addz(&buf, trace);
            form += 4;
        } else {
            bt_buf_addc(&buf, *form++);
        }
    }
}

bt_cause_record
sample_cause_of(const sample_run *run, const sample_unit *unit,
                const sample_cause *cause, char *text, char trace[64])
{
    const char *network = sample_clusters[unit->cluster].network;

    if (cause == NULL) {
        return (bt_cause_record) { .code = { "", 0 } };
    }
    (void) snprintf(trace, 64, "YB420A14%04X%04X-0006%08X-0-0",
                    (unsigned) (unit->cluster * 257) & 0xFFFFu,
                    (unsigned) (unit->tenant * 4099) & 0xFFFFu,
                    (unsigned) (run->state >> 32));
    fill_form(text, cause->form, network, trace);
    return (bt_cause_record) {
        .code = bt_str_of(cause->code), .stage = bt_str_of(cause->stage),
        .text = bt_str_of(text),
        .trace_id = strstr(cause->form, "%2$s") != NULL
                    ? bt_str_of(trace) : (bt_str) { "", 0 }
    };
}
