/* output.c: headers and body of one answer, whole or in pieces. */

#include "fcgi_backend/output.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PIECE  (64 * 1024)


typedef struct {
    int          status;
    const char  *reason;
} status_entry;


static const status_entry  reasons[] = {
    { 200, " OK" },
    { 303, " See Other" },
    { 304, " Not Modified" },
    { 400, " Bad Request" },
    { 403, " Forbidden" },
    { 404, " Not Found" },
    { 405, " Method Not Allowed" },
    { 409, " Conflict" },
    { 410, " Gone" },
    { 413, " Request Entity Too Large" },
    { 500, " Internal Server Error" },
    { 503, " Service Unavailable" }
};


void
bt_output_init(bt_output *output, FCGX_Request *fcgi)
{
    *output = (bt_output) { .fcgi = fcgi, .status = 200 };
}


void
bt_output_to(bt_output *output,
    bool (*sink)(void *context, const char *data, size_t len), void *context)
{
    *output = (bt_output) { .status = 200, .pieces = true, .sink = sink,
                            .sink_context = context };
}


void
bt_output_free(bt_output *output)
{
    free(output->data);
    output->data = NULL;
}


void
bt_output_reset(bt_output *output)
{
    output->len = 0;
    output->more_len = 0;
    output->tag = NULL;
    output->date = NULL;
    output->vary = NULL;
    output->failed = false;
}


void
bt_output_header(bt_output *output, const char *name, bt_str value)
{
    bt_buf  line;

    if (output->started) {
        return;
    }

    bt_buf_init(&line, output->more + output->more_len,
                sizeof(output->more) - output->more_len);
    bt_buf_addz(&line, name);
    bt_buf_addz(&line, ": ");
    bt_buf_add(&line, value.data, value.len);
    bt_buf_addz(&line, "\r\n");

    if (!line.full) {
        output->more_len += line.len;
    }
}


static void
send_bytes(bt_output *output, const char *data, size_t len)
{
    int     rc;
    size_t  part;

    while (len > 0 && !output->gone) {
        part = len > INT_MAX / 2 ? INT_MAX / 2 : len;
        rc = FCGX_PutStr(data, (int) part, output->fcgi->out);

        if (rc < 0 || (size_t) rc != part) {
            output->gone = true;
            return;
        }

        data += part;
        len -= part;
    }
}


static void
send_text(bt_output *output, const char *text)
{
    send_bytes(output, text, strlen(text));
}


static void
send_number(bt_output *output, int number)
{
    char    data[16];
    bt_buf  buf;

    bt_buf_init(&buf, data, sizeof(data));
    bt_buf_addi(&buf, number);
    send_bytes(output, buf.data, buf.len);
}


static void
send_header(bt_output *output, const char *name, const char *value)
{
    if (value == NULL) {
        return;
    }

    send_text(output, name);
    send_text(output, ": ");
    send_text(output, value);
    send_text(output, "\r\n");
}


static void
send_seconds(bt_output *output, const char *name, int seconds)
{
    if (seconds > 0) {
        send_text(output, name);
        send_text(output, ": ");
        send_number(output, seconds);
        send_text(output, "\r\n");
    }
}


static const char *
reason(int status)
{
    size_t  i;

    for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }

    return "";
}


static void
start(bt_output *output)
{
    if (output->started) {
        return;
    }

    output->started = true;

    send_text(output, "Status: ");
    send_number(output, output->status);
    send_text(output, reason(output->status));
    send_text(output, "\r\n");

    /* Before Cache-Control, whose "private" nginx would take for "never". */
    send_seconds(output, "X-Accel-Expires", output->cache_seconds);
    send_header(output, "Content-Type", output->type);
    send_header(output, "Cache-Control", output->cache_control);
    send_header(output, "Location", output->location);
    send_header(output, "ETag", output->tag);
    send_header(output, "Last-Modified", output->date);
    send_header(output, "Vary", output->vary);
    send_bytes(output, output->more, output->more_len);

    send_seconds(output, "Retry-After", output->retry_after);
    send_text(output, "\r\n");
}


static void
send_piece(bt_output *output)
{
    if (output->sink == NULL) {
        start(output);
        send_bytes(output, output->data, output->len);

    } else if (!output->gone && output->len > 0) {
        output->gone = !output->sink(output->sink_context, output->data,
                                     output->len);
    }

    output->sent += (int64_t) output->len;
    output->len = 0;
}


static bool
make_room(bt_output *output, size_t len)
{
    char   *data;
    size_t  room;

    room = output->room > 0 ? output->room : PIECE;

    while (room - output->len < len) {
        room *= 2;
    }

    if (room == output->room) {
        return true;
    }

    data = realloc(output->data, room);

    if (data == NULL) {
        output->failed = true;
        return false;
    }

    output->data = data;
    output->room = room;

    return true;
}


void
bt_output_write(void *context, const char *data, size_t len)
{
    bt_output  *output = context;

    if (len == 0 || output->failed || output->gone
        || !make_room(output, len))
    {
        return;
    }

    memcpy(output->data + output->len, data, len);
    output->len += len;

    if (output->pieces && output->len >= PIECE) {
        send_piece(output);
    }
}


void
bt_output_finish(bt_output *output)
{
    send_piece(output);
}


void
bt_output_break(bt_output *output)
{
    shutdown(output->fcgi->ipcFd, SHUT_RDWR);
    output->gone = true;
}
