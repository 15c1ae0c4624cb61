/* ob_cause.h: takes the text apart in which a cluster says why something failed. */

#ifndef BT_OB_CAUSE_H
#define BT_OB_CAUSE_H

#include <stddef.h>

#include "common/bt_text.h"

#define OB_CODE_MAX   24
#define OB_STAGE_MAX  64
#define OB_TRACE_MAX  128
#define OB_TEXT_MAX   4096          /* of a COMMENT: VARCHAR(4096) */

/* code: the error number with its sign ("-9040"), CANCELED, or "".  text: the
 * cluster's own, whole but for secrets. */
typedef struct {
    char code[OB_CODE_MAX];
    char stage[OB_STAGE_MAX];
    char trace_id[OB_TRACE_MAX];
    char text[OB_TEXT_MAX + 1];
} ob_cause;

/* Understands every form that the versions print, in any case, with blanks or
 * without, with full-width punctuation:
 *   (ROOTSERVICE)addr: IP:PORT, result: -9070(text), trace_id: Y...
 *   (SERVER)ls_id: N, addr: IP:PORT, module: X, result: N(text), trace_id: ...
 *   any other text, which is the text alone
 * result: the number that a column says (0 or BT_USEC_NONE: none), with or
 * without its sign; the text's own number stands above it.  canceled: somebody
 * wanted it.  Source: ObHAResultInfo::get_comment_str and printed samples. */
void ob_cause_parse(ob_cause *cause, bt_str comment, int64_t result,
                    bool canceled);

/* What a cluster calls an error number (with or without sign); NULL: it is not
 * among those that backups give.  Source: OceanBase ob_errno.def. */
const char *ob_error_text(int64_t number);
/* What a person can do about it, for the result of a command; NULL. */
const char *ob_error_remedy(int64_t number);

/* Copies a text without secrets: what follows access_id=, access_key=,
 * encrypt_key=, password= and their like becomes ***, and so does the query
 * part of a URL.  out is NUL-terminated and cut at a whole character. */
void ob_text_clean(bt_str text, char *out, size_t size);

/* A storage path: scheme, host and path; without user, query part, options
 * that follow, and without LOCATION= before it. */
void ob_path_clean(bt_str path, char *out, size_t size);

#endif
