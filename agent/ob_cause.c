/* ob_cause.c: splits failure texts into stage, code, text and trace id. */

#include "agent/ob_cause.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/bt_time.h"

#define CANCELED_CODE  4072

typedef struct {
    int         number;
    const char *text;
    const char *remedy;
} ob_error;

/* Sources: ob_errno.def; what to do: the documentation of backup and restore,
 * and the questions that people asked about these. */
static const ob_error errors[] = {
    { 1227, "Access denied",
      "grant ALTER SYSTEM to the agent's account, or use an account of the "
      "sys tenant that has it" },
    { 1235, "Not supported", "this version does not know the statement" },
    { 4007, "Not supported", "this version does not know the statement" },
    { 4009, "IO error", NULL },
    { 4012, "Timeout", NULL },
    { 4016, "Internal error", NULL },
    { 4018, "Entry not exist", NULL },
    { 4072, "Operation canceled", NULL },
    { 4114, "In STOP state",
      "log archiving is switched off in this build: see the parameter "
      "enable_log_archive" },
    { 4179, "Operation not allowed now",
      "something in the cluster forbids it at the moment, such as a snapshot "
      "of the tenant: read the message, and try again" },
    { 5036, "Access denied",
      "grant ALTER SYSTEM to the agent's account, or use an account of the "
      "sys tenant that has it" },
    { 5160, "invalid tenant name", "the tenant is not in the cluster" },
    { 9022, "Can't stop archive because a schema is being dropped", NULL },
    { 9023, "cannot start log archive backup",
      "the tenant is being created, restored or dropped, is in the recycle "
      "bin, or is a standby whose version archives on its primary only" },
    { 9024, "log archive backup already stopped", NULL },
    { 9026, "invalid backup destination",
      "set the destination of the tenant: ALTER SYSTEM SET LOG_ARCHIVE_DEST" },
    { 9027, "log archive is interrupted",
      "restart the log backup: this begins a new round" },
    { 9028, "log archive status does not match", NULL },
    { 9029, "log archive is not running", NULL },
    { 9030, "log archive round is invalid", NULL },
    { 9034, "log archive already stopped", NULL },
    { 9036, "backup is in progress",
      "wait until the running backup of this tenant has ended" },
    { 9037, "invalid backup status", NULL },
    { 9040, "backup can not start, because log archive status is not doing.",
      "start the log backup of the tenant, and wait until it is in progress" },
    { 9041, "cancel backup is not allowed", NULL },
    { 9044, "backup data is being deleted", "wait until it is deleted" },
    { 9047, "invalid password", NULL },
    { 9049, "cannot cancel a backup that has stopped", NULL },
    { 9050, "backup backup can not start", NULL },
    { 9053, "cancel delete is not allowed", NULL },
    { 9059, "backup backup reached the maximum number of copies", NULL },
    { 9070, "backup destination cannot be reached",
      "look at the storage and its mount on every server of the cluster" },
    { 9071, "permission denied",
      "every server of the cluster must be able to write to the destination" },
    { 9077, "log archive rounds are not continuous", NULL },
    { 9079, "archived log is recycled", NULL },
    { 9082, "no space left on the backup device", NULL },
    { 9087, "clog was recycled before it was archived", NULL },
    { 9091, "Already in ARCHIVELOG mode", NULL },
    { 9092, "Already in NOARCHIVELOG mode", NULL },
    { 9138, "no replica can do the backup", NULL }
};

static const ob_error *
find_error(int64_t number)
{
    if (number < 0 && number > -INT64_C(1000000)) {
        number = -number;
    }
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i].number == number) {
            return &errors[i];
        }
    }
    return NULL;
}

const char *
ob_error_text(int64_t number)
{
    const ob_error *error = find_error(number);

    return error == NULL ? NULL : error->text;
}

const char *
ob_error_remedy(int64_t number)
{
    const ob_error *error = find_error(number);

    return error == NULL ? NULL : error->remedy;
}

/* Bytes of blanks and punctuation before what comes next; full-width comma,
 * colon and blank, too. */
static size_t
skip_between(const char *text)
{
    static const char *const wide[] = {
        "\xef\xbc\x8c", "\xef\xbc\x9a", "\xe3\x80\x80"
    };
    size_t len = 0;

    for (;;) {
        size_t before = len;

        len += strspn(text + len, " \t\r\n,:");
        for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
            if (strncmp(text + len, wide[i], 3) == 0) {
                len += 3;
            }
        }
        if (len == before) {
            return len;
        }
    }
}

static bool
is_word(char c)
{
    return isalnum((unsigned char) c) || c == '_' || c == '-';
}

/* What stands behind "name:", or NULL. */
static const char *
value_of(const char *text, const char *name)
{
    size_t      len = strlen(name);
    const char *at = text;

    while ((at = strcasestr(at, name)) != NULL) {
        size_t between = skip_between(at + len);

        if (between > 0 && (at == text || !is_word(at[-1]))) {
            return at + len + between;
        }
        at += len;
    }
    return NULL;
}

static void
take_word(const char *at, bool upper, char *out, size_t size)
{
    size_t len = 0;

    while (at != NULL && is_word(at[len]) && len + 1 < size) {
        out[len] = upper ? (char) toupper((unsigned char) at[len]) : at[len];
        len++;
    }
    out[len] = '\0';
}

/* "(SERVER)" or "(ROOTSERVICE)" at the beginning. */
static void
take_origin(const char *text, char *out, size_t size)
{
    size_t before = skip_between(text);

    out[0] = '\0';
    if (text[before] == '(') {
        take_word(text + before + 1, true, out, size);
    }
    if (strcmp(out, "SERVER") != 0 && strcmp(out, "ROOTSERVICE") != 0) {
        out[0] = '\0';
    }
}

static void
write_code(char out[OB_CODE_MAX], int64_t number)
{
    out[0] = '\0';
    if (number == BT_USEC_NONE || number == 0) {
        return;
    }
    (void) snprintf(out, OB_CODE_MAX, "-%lld",
                    (long long) (number < 0 ? -number : number));
}

/* The text's own number: only where the text has the long form. */
static int64_t
take_result(const char *text, int64_t result)
{
    const char *at = value_of(text, "result");
    char       *end;
    long long   number;

    if (at == NULL) {
        return result;
    }
    number = strtoll(at, &end, 10);
    if (end == at || number == 0 || number > 1000000 || number < -1000000) {
        return result;
    }
    return number;
}

/* A cause without a word of the cluster. */
static void
say_number(ob_cause *cause, int64_t number)
{
    const char *known = ob_error_text(number);

    (void) snprintf(cause->text, sizeof(cause->text), "%s%s",
                    known != NULL ? known : "Error ",
                    known != NULL ? "" : cause->code);
}

void
ob_cause_parse(ob_cause *cause, bt_str comment, int64_t result, bool canceled)
{
    char origin[OB_STAGE_MAX];

    memset(cause, 0, sizeof(*cause));
    ob_text_clean(comment, cause->text, sizeof(cause->text));
    take_origin(cause->text, origin, sizeof(origin));
    if (result < -1000000 || result > 1000000) {
        result = 0;
    }
    if (origin[0] != '\0') {
        result = take_result(cause->text, result);
        take_word(value_of(cause->text, "module"), true, cause->stage,
                  sizeof(cause->stage));
        if (cause->stage[0] == '\0') {
            memcpy(cause->stage, origin, sizeof(origin));
        }
    }
    take_word(value_of(cause->text, "trace_id"), false, cause->trace_id,
              sizeof(cause->trace_id));
    write_code(cause->code, result);
    if (canceled || result == -CANCELED_CODE || result == CANCELED_CODE) {
        memcpy(cause->code, "CANCELED", sizeof("CANCELED"));
    }
    if (cause->text[0] == '\0' && cause->code[0] != '\0') {
        say_number(cause, strcmp(cause->code, "CANCELED") == 0
                          ? CANCELED_CODE : result);
    }
}
