/* form.c: the body of a POST. */

#include "fcgi_backend/form.h"

#include <string.h>
#include <strings.h>

#define FORM_TYPE   "application/x-www-form-urlencoded"
#define KEY_DIGITS  32


typedef struct {
    const char  *name;
    size_t       offset;
} form_field;


static const form_field  form_fields[] = {
    { "csrf", offsetof(bt_form, csrf) },
    { "expected-state", offsetof(bt_form, expected_state) },
    { "idempotency-key", offsetof(bt_form, idempotency_key) },
    { "reason", offsetof(bt_form, reason) },
    { "mode", offsetof(bt_form, mode) }
};


static int
bad_field(bt_reply *reply, const char *name, const char *text)
{
    reply->error.parameter = name;

    return bt_reply_error(reply, 400, "BAD_REQUEST", text);
}


static bool
is_form(const bt_request *request)
{
    size_t       len;
    const char  *type;

    type = FCGX_GetParam("CONTENT_TYPE", request->fcgi->envp);
    len = sizeof(FORM_TYPE) - 1;

    return type != NULL && strncasecmp(type, FORM_TYPE, len) == 0
           && (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}


static int
read_body(bt_reply *reply, char **body)
{
    int                len;
    const bt_request  *request = reply->request;

    if (!is_form(request)) {
        return bad_field(reply, NULL, "The body is not a form. Send it as "
                         FORM_TYPE ".");
    }

    if (request->content_length > BT_FORM_MAX) {
        return bt_reply_error(reply, 413, "TOO_LARGE",
                              "The form is larger than 16 kB. Shorten the"
                              " reason.");
    }

    *body = bt_pool_alloc(request->pool, BT_FORM_MAX + 1);

    if (*body == NULL) {
        return bt_reply_error(reply, 500, "INTERNAL",
                              "There is no memory left. Try again in a"
                              " moment.");
    }

    len = FCGX_GetStr(*body, BT_FORM_MAX, request->fcgi->in);

    if (len < 0 || len != request->content_length) {
        return bad_field(reply, NULL, "The form did not arrive whole. Send it"
                         " again.");
    }

    return 200;
}


static bool
is_clean_text(bt_str text)
{
    size_t  i, step;

    for (i = 0; i < text.len; i += step) {
        if (bt_xml_forbidden(text.data + i, text.len - i, &step)) {
            return false;
        }
    }

    return true;
}


static const form_field *
find_field(const char *name)
{
    size_t  i;

    for (i = 0; i < sizeof(form_fields) / sizeof(form_fields[0]); i++) {
        if (strcmp(form_fields[i].name, name) == 0) {
            return &form_fields[i];
        }
    }

    return NULL;
}


/* "name=value", still encoded, changed in place. */
static int
take_pair(bt_reply *reply, bt_form *form, char *pair)
{
    char              *value;
    long               len;
    const char       **place;
    const form_field  *field;

    value = strchr(pair, '=');

    if (value == NULL) {
        return bad_field(reply, NULL, "The form is broken. Open it again.");
    }

    *value++ = '\0';
    field = find_field(pair);

    if (field == NULL) {
        return bad_field(reply, NULL, "The form has a field that is not"
                         " known. Open it again.");
    }

    len = bt_percent_decode(value, bt_str_of(value), true);

    if (len < 0 || !is_clean_text((bt_str) { value, (size_t) len })) {
        return bad_field(reply, field->name, "The text cannot be read. Use"
                         " letters, digits and signs in UTF-8.");
    }

    value[len] = '\0';
    place = (const char **) ((char *) form + field->offset);

    if (*place != NULL) {
        return bad_field(reply, field->name, "The field stands in the form"
                         " twice. Send it once.");
    }

    *place = value;

    return 200;
}


static bool
is_key(const char *text)
{
    return strlen(text) == KEY_DIGITS
           && strspn(text, "0123456789abcdefABCDEF") == KEY_DIGITS;
}


/* A backup says of which mode it is to be, nothing else does. */
static bool
is_mode(const bt_request *request, const char *mode)
{
    if (request->route.action != BT_ACTION_BACKUP) {
        return *mode == '\0';
    }

    return strcmp(mode, "FULL") == 0 || strcmp(mode, "INCREMENTAL") == 0;
}


static int
check(bt_reply *reply, bt_form *form)
{
    size_t        i, chars;
    const char  **place;

    for (i = 0; i < sizeof(form_fields) / sizeof(form_fields[0]); i++) {
        place = (const char **) ((char *) form + form_fields[i].offset);
        *place = *place != NULL ? *place : "";
    }

    if (!is_key(form->idempotency_key)) {
        return bad_field(reply, "idempotency-key", "The form has no key of 32"
                         " hexadecimal digits. Open it again.");
    }

    if (*form->expected_state == '\0') {
        return bad_field(reply, "expected-state", "The form does not say which"
                         " state it was made for. Open it again.");
    }

    if (!is_mode(reply->request, form->mode)) {
        return bad_field(reply, "mode", "A backup is FULL or INCREMENTAL, and"
                         " nothing else has a mode. Open the form again.");
    }

    if (!bt_utf8_valid(bt_str_of(form->reason), &chars)
        || chars > BT_REASON_CHARS)
    {
        return bad_field(reply, "reason", "The reason is longer than 1024"
                         " characters. Shorten it.");
    }

    return 200;
}


int
bt_form_read(bt_reply *reply, bt_form *form)
{
    int    status;
    char  *body, *pair, *rest;

    *form = (bt_form) { 0 };
    body = NULL;
    status = read_body(reply, &body);

    if (status != 200) {
        return status;
    }

    for (pair = strtok_r(body, "&", &rest); pair != NULL;
         pair = strtok_r(NULL, "&", &rest))
    {
        status = take_pair(reply, form, pair);

        if (status != 200) {
            return status;
        }
    }

    return check(reply, form);
}


bool
bt_form_trusted(const bt_form *form, const char *tokens)
{
    bool         trusted;
    size_t       len, sent;
    const char  *token;

    trusted = false;
    sent = strlen(form->csrf);

    for (token = tokens; *token != '\0'; token += len) {
        token += strspn(token, " ");
        len = strcspn(token, " ");

        if (len > 0 && len == sent
            && bt_equal_secret(token, form->csrf, len))
        {
            trusted = true;
        }
    }

    return trusted;
}
