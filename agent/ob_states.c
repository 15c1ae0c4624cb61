/* ob_states.c: the one table of states: what a cluster says, and what the page says then. */

#include "agent/ob_states.h"

#include <string.h>

#define BOTH  (OB_V2 | OB_V4)

typedef struct {
    bt_view_e   view;
    unsigned    families;
    const char *raw;
    const char *code;
} ob_state;

/* Sources: kernels 3.1, 4.0, 4.2, 4.3.0.1 and newer (ob_backup_struct.cpp,
 * ob_archive_struct.cpp), the pages of the views, and printed samples, whose
 * words differ from the kernels' now and then. */
static const ob_state states[] = {
    /* jobs and tasks of data backup */
    { BT_VIEW_DATA, OB_V4, "INIT", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BEGINNING", "IN_PROGRESS" },
    { BT_VIEW_DATA, BOTH, "DOING", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "CANCELING", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_SYS_META", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_USER_META", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_META", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_META_FINISH", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_DATA", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_DATA_SYS", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_DATA_MINOR", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_DATA_MAJOR", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_SYS_DATA", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_USER_DATA", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_FUSE_TABLET_META", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "PREPARE_BACKUP_LOG", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BEFORE_BACKUP_LOG", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V4, "BACKUP_LOG", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V2, "RUNNING", "IN_PROGRESS" },
    { BT_VIEW_DATA, OB_V2, "GENERATE", "IN_PROGRESS" },
    { BT_VIEW_DATA, BOTH, "COMPLETED", "COMPLETED" },
    { BT_VIEW_DATA, OB_V2, "FINISH", "COMPLETED" },
    { BT_VIEW_DATA, OB_V2, "SUCCESS", "COMPLETED" },
    { BT_VIEW_DATA, OB_V2, "DELETING", "COMPLETED" },
    { BT_VIEW_DATA, OB_V2, "DELETED", "COMPLETED" },
    { BT_VIEW_DATA, BOTH, "FAILED", "FAILED" },
    { BT_VIEW_DATA, OB_V4, "CANCELED", "FAILED" },
    { BT_VIEW_DATA, OB_V2, "CANCEL", "FAILED" },

    /* rounds of log archiving */
    { BT_VIEW_LOG, OB_V4, "PREPARE", "STARTING" },
    { BT_VIEW_LOG, BOTH, "BEGINNING", "STARTING" },
    { BT_VIEW_LOG, BOTH, "DOING", "IN_PROGRESS" },
    { BT_VIEW_LOG, BOTH, "STOPPING", "STOPPING" },
    { BT_VIEW_LOG, OB_V4, "SUSPENDING", "STOPPING" },
    { BT_VIEW_LOG, BOTH, "STOP", "STOPPED" },
    { BT_VIEW_LOG, OB_V4, "STOPPED", "STOPPED" },
    { BT_VIEW_LOG, OB_V4, "SUSPEND", "STOPPED" },
    { BT_VIEW_LOG, OB_V2, "PAUSED", "STOPPED" },
    { BT_VIEW_LOG, BOTH, "INTERRUPTED", "INTERRUPTED" },
    { BT_VIEW_LOG, OB_V2, "MIXED", "UNKNOWN" },
    { BT_VIEW_LOG, OB_V2, "INVALID", "UNKNOWN" },
    /* no round: what the tenant's log mode or the destination says */
    { BT_VIEW_LOG, OB_V4, "NOARCHIVELOG", "STOPPED" },
    { BT_VIEW_LOG, OB_V4, "ARCHIVELOG", "FAILED" },
    { BT_VIEW_LOG, OB_V4, "STOP, DEFER", "STOPPED" },
    { BT_VIEW_LOG, OB_V4, "NOARCHIVELOG, DEFER", "STOPPED" },
    { BT_VIEW_LOG, OB_V4, "ARCHIVELOG, DEFER", "STOPPED" },

    /* cleanup */
    { BT_VIEW_CLEANUP, OB_V4, "INIT", "PENDING" },
    { BT_VIEW_CLEANUP, OB_V4, "PENDING", "PENDING" },
    { BT_VIEW_CLEANUP, OB_V2, "PREPARE", "PENDING" },
    { BT_VIEW_CLEANUP, BOTH, "DOING", "EXECUTING" },
    { BT_VIEW_CLEANUP, OB_V4, "CANCELING", "EXECUTING" },
    { BT_VIEW_CLEANUP, OB_V2, "CANCEL", "EXECUTING" },
    { BT_VIEW_CLEANUP, OB_V4, "COMPLETED", "COMPLETED" },
    { BT_VIEW_CLEANUP, OB_V4, "FINISH", "COMPLETED" },
    { BT_VIEW_CLEANUP, OB_V2, "STOP", "COMPLETED" },
    { BT_VIEW_CLEANUP, OB_V2, "SUCCESS", "COMPLETED" },
    { BT_VIEW_CLEANUP, BOTH, "FAILED", "FAILED" },
    { BT_VIEW_CLEANUP, OB_V4, "CANCELED", "FAILED" },

    /* second backups, of sets and of pieces */
    { BT_VIEW_SECOND, OB_V2, "SCHEDULE", "SCHEDULING" },
    { BT_VIEW_SECOND, OB_V2, "BACKUP", "IN_PROGRESS" },
    { BT_VIEW_SECOND, OB_V2, "RUNNING", "IN_PROGRESS" },
    { BT_VIEW_SECOND, OB_V2, "DOING", "IN_PROGRESS" },
    { BT_VIEW_SECOND, OB_V2, "BEGINNING", "IN_PROGRESS" },
    { BT_VIEW_SECOND, OB_V2, "CLEAN", "CLEANING" },
    { BT_VIEW_SECOND, OB_V2, "FINISH", "COMPLETED" },
    { BT_VIEW_SECOND, OB_V2, "COMPLETED", "COMPLETED" },
    { BT_VIEW_SECOND, OB_V2, "DELETING", "COMPLETED" },
    { BT_VIEW_SECOND, OB_V2, "CANCEL", "CANCELED" },
    { BT_VIEW_SECOND, OB_V2, "FAILED", "FAILED" },
    { BT_VIEW_SECOND, OB_V2, "INTERRUPTED", "FAILED" },
    { BT_VIEW_SECOND, OB_V2, "STOPPING", "IN_PROGRESS" },
    { BT_VIEW_SECOND, OB_V2, "STOP", "STOPPED" },
    { BT_VIEW_SECOND, OB_V2, "PAUSED", "STOPPED" }
};

static bool
begins_with(bt_str text, const char *prefix)
{
    size_t len = strlen(prefix);

    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

const char *
ob_state_code(bt_view_e view, unsigned family, bt_str raw)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (states[i].view == view && (states[i].families & family) != 0
            && bt_str_eqz(raw, states[i].raw))
        {
            return states[i].code;
        }
    }
    if (view == BT_VIEW_DATA
        && (begins_with(raw, "BACKUP_") || begins_with(raw, "BEFORE_")
            || begins_with(raw, "PREPARE_")))
    {
        return "IN_PROGRESS";
    }
    return "UNKNOWN";
}

bool
ob_state_ended(const char *code)
{
    return strcmp(code, "COMPLETED") == 0 || strcmp(code, "FAILED") == 0
           || strcmp(code, "CANCELED") == 0;
}

ob_round_e
ob_round_of(bt_str raw)
{
    static const char *const words[OB_ROUND_OTHER] = {
        [OB_ROUND_NONE] = "", [OB_ROUND_PREPARE] = "PREPARE",
        [OB_ROUND_BEGINNING] = "BEGINNING", [OB_ROUND_DOING] = "DOING",
        [OB_ROUND_INTERRUPTED] = "INTERRUPTED",
        [OB_ROUND_STOPPING] = "STOPPING", [OB_ROUND_STOP] = "STOP",
        [OB_ROUND_SUSPENDING] = "SUSPENDING", [OB_ROUND_SUSPEND] = "SUSPEND"
    };

    for (unsigned i = 0; i < OB_ROUND_OTHER; i++) {
        if (bt_str_eqz(raw, words[i])) {
            return (ob_round_e) i;
        }
    }
    if (bt_str_eqz(raw, "STOPPED")) {
        return OB_ROUND_STOP;
    }
    return bt_str_eqz(raw, "PAUSED") ? OB_ROUND_SUSPEND : OB_ROUND_OTHER;
}
