/* fuzz_program.c: whatever a program prints, its document is used whole or refused with a reason. */

#include "agent/program.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every text is inside the document's memory: reading it is the test. */
static void
touch(bt_str text)
{
    volatile char last = 0;

    for (size_t i = 0; i < text.len; i++) {
        last = text.data[i];
    }
    (void) last;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bt_program_document document;
    char                why[300];

    if (!bt_program_parse(&document, (bt_str) { (const char *) data, size },
                          INT64_C(1795169700) * BT_SECOND, why, sizeof(why)))
    {
        if (why[0] == '\0' || document.blocks != NULL) {
            abort();
        }
        return 0;
    }
    touch(document.cluster.version);
    for (size_t i = 0; i < document.task_count; i++) {
        if (document.tasks[i].source_id.len == 0
            || document.tasks[i].status.len == 0
            || document.tasks[i].progress > 10000)
        {
            abort();
        }
        touch(document.tasks[i].storage_directory);
        touch(document.tasks[i].cause.text);
    }
    for (size_t i = 0; i < document.log_count; i++) {
        touch(document.logs[i].storage_directory);
    }
    bt_program_free(&document);
    return 0;
}
