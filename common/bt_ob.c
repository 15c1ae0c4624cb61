/* bt_ob.c: OceanBase statements of the acts. */

#include "common/bt_ob.h"

#include <string.h>

#define NAME_CHARS  128
#define SYS_TENANT  1


int
bt_ob_major(bt_str version)
{
    int                 major;
    size_t              i;
    const char         *mark;
    static const char   prefix[] = "OceanBase-v";

    mark = version.len == 0 ? NULL
           : memmem(version.data, version.len, prefix, sizeof(prefix) - 1);
    i = mark == NULL ? 0 : (size_t) (mark - version.data) + sizeof(prefix) - 1;
    major = 0;

    while (i < version.len && version.data[i] >= '0' && version.data[i] <= '9'
           && major < 1000)
    {
        major = major * 10 + (version.data[i++] - '0');
    }

    return major;
}


bool
bt_ob_quote(bt_buf *out, bt_str name)
{
    size_t  i, chars;

    if (name.len == 0 || !bt_utf8_valid(name, &chars) || chars > NAME_CHARS
        || memchr(name.data, '\0', name.len) != NULL)
    {
        return false;
    }

    bt_buf_addc(out, '`');

    for (i = 0; i < name.len; i++) {

        if (name.data[i] == '`') {
            bt_buf_addc(out, '`');
        }

        bt_buf_addc(out, name.data[i]);
    }

    bt_buf_addc(out, '`');

    return true;
}


/* Before 4.x a statement holds for the cluster. */
static bool
is_of_cluster(int major)
{
    return major > 0 && major < 4;
}


static bool
add_statement(char *text, const char *statement, int major, bt_str tenant)
{
    bt_buf  out;

    bt_buf_init(&out, text, BT_OB_STATEMENT_MAX);
    bt_buf_addz(&out, statement);

    if (is_of_cluster(major)) {
        return true;
    }

    bt_buf_addz(&out, " TENANT = ");

    return bt_ob_quote(&out, tenant) && !out.full;
}


static bool
is_suspended(bt_str raw_status)
{
    return bt_str_eqz(raw_status, "SUSPEND")
           || bt_str_eqz(raw_status, "SUSPENDING");
}


/* "STOP, DEFER": the round's state, and the destination's. */
static bool
is_deferred(bt_str raw_status)
{
    static const char  mark[] = ", DEFER";
    size_t             len = sizeof(mark) - 1;

    return raw_status.len >= len
           && memcmp(raw_status.data + raw_status.len - len, mark, len) == 0;
}


bool
bt_ob_log(char out[BT_OB_STATEMENT_MAX], bt_ob_log_e what, int major,
    bt_str tenant)
{
    switch (what) {

    case BT_OB_START:
        return add_statement(out, "ALTER SYSTEM ARCHIVELOG", major, tenant);

    case BT_OB_STOP:
        return add_statement(out, "ALTER SYSTEM NOARCHIVELOG", major, tenant);

    default:
        return add_statement(out, "ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE ="
                             " 'ENABLE'", major, tenant);
    }
}


static size_t
start_statements(char out[BT_OB_STATEMENTS][BT_OB_STATEMENT_MAX], int major,
    bt_str tenant, bt_str raw_status)
{
    size_t  count = 0;

    if (is_suspended(raw_status) || is_deferred(raw_status)) {
        if (!bt_ob_log(out[count++], BT_OB_RESUME, major, tenant)) {
            return 0;
        }
    }

    /* the log mode is on already */
    if (is_suspended(raw_status)
        || bt_str_eqz(raw_status, "ARCHIVELOG, DEFER"))
    {
        return count;
    }

    return bt_ob_log(out[count], BT_OB_START, major, tenant) ? count + 1 : 0;
}


size_t
bt_ob_statements(char out[BT_OB_STATEMENTS][BT_OB_STATEMENT_MAX],
    bt_action_e action, int major, bt_str tenant, bt_str raw_status)
{
    switch (action) {

    case BT_ACTION_START:
        return start_statements(out, major, tenant, raw_status);

    case BT_ACTION_STOP:
        return bt_ob_log(out[0], BT_OB_STOP, major, tenant) ? 1 : 0;

    case BT_ACTION_RESTART:
        return bt_ob_log(out[0], BT_OB_STOP, major, tenant)
               && bt_ob_log(out[1], BT_OB_START, major, tenant) ? 2 : 0;

    default:
        return 0;
    }
}


bool
bt_ob_backup(char out[BT_OB_STATEMENT_MAX], bool incremental, int major,
    bt_str tenant, int64_t command_id)
{
    size_t  len;
    bt_buf  text;

    if (is_of_cluster(major)) {
        return add_statement(out, incremental
                             ? "ALTER SYSTEM BACKUP INCREMENTAL DATABASE"
                             : "ALTER SYSTEM BACKUP DATABASE", major, tenant);
    }

    if (!add_statement(out, incremental ? "ALTER SYSTEM BACKUP INCREMENTAL"
                                        : "ALTER SYSTEM BACKUP",
                       major, tenant))
    {
        return false;
    }

    len = strlen(out);
    bt_buf_init(&text, out + len, BT_OB_STATEMENT_MAX - len);
    bt_buf_addz(&text, " DESCRIPTION = '" BT_OB_DESCRIPTION);

    if (command_id > 0) {
        bt_buf_addi(&text, command_id);

    } else {
        bt_buf_addc(&text, 'N');
    }

    bt_buf_addc(&text, '\'');

    return !text.full;
}


bool
bt_ob_cancel(char out[BT_OB_STATEMENT_MAX], bt_view_e kind, int major,
    bt_str tenant)
{
    switch (kind) {

    case BT_VIEW_DATA:
        return add_statement(out, "ALTER SYSTEM CANCEL BACKUP", major, tenant);

    case BT_VIEW_CLEANUP:
        return add_statement(out, "ALTER SYSTEM CANCEL DELETE BACKUP", major,
                             tenant);

    default:
        return false;
    }
}


bool
bt_ob_backs_up(int major, int64_t ob_id)
{
    return is_of_cluster(major) == (ob_id == SYS_TENANT);
}
