/* form.h: the body of a POST. */

#ifndef BT_FORM_H
#define BT_FORM_H

#include "fcgi_backend/reply.h"

#define BT_FORM_MAX      (16 * 1024)     /* bytes of a body */
#define BT_REASON_CHARS  1024

/* The fields of an act's form; "" where one was not sent. */
typedef struct {
    const char *csrf;
    const char *expected_state;
    const char *idempotency_key;
    const char *reason;
    const char *mode;             /* of a backup */
} bt_form;

/* Reads and checks the form: known fields, each once, UTF-8 without control
 * characters but line ends and tabs.  Returns 200 or an error's status. */
int  bt_form_read(bt_reply *reply, bt_form *form);

/* Compares the posted token with both that are valid, in constant time. */
bool bt_form_trusted(const bt_form *form, const char *tokens);

#endif
