/* output.h: headers and body of one answer, whole or in pieces. */

#ifndef BT_OUTPUT_H
#define BT_OUTPUT_H

#include <fcgiapp.h>

#include "common/bt_text.h"

/* Further headers: less than the 4 kB that nginx has room for in all. */
#define BT_HEADERS_MAX  2560

/* An answer.  Whole: nothing is sent before bt_output_finish(), so that it
 * can still become another answer.  In pieces: from the first 64 kB on it can
 * only be finished or broken. */
typedef struct {
    FCGX_Request *fcgi;
    int           status;          /* HTTP status */
    const char   *type;            /* Content-Type */
    const char   *cache_control;
    int           cache_seconds;   /* in nginx's cache; 0: not there */
    int           retry_after;     /* seconds; 0: no such header */
    const char   *location;        /* of a redirect; NULL: none */
    const char   *tag;             /* ETag; NULL: none */
    const char   *date;            /* Last-Modified; NULL: none */
    const char   *vary;            /* NULL: none */
    char          more[BT_HEADERS_MAX];   /* further header lines */
    size_t        more_len;
    bool          pieces;
    char         *data;
    size_t        len, room;
    int64_t       sent;            /* bytes of body */
    bool          started;         /* headers are out */
    bool          gone;            /* the other side does not read any more */
    bool          failed;          /* no memory */

    /* Where the body goes instead, without headers; NULL: to nginx. */
    bool        (*sink)(void *context, const char *data, size_t len);
    void         *sink_context;
} bt_output;

void bt_output_init(bt_output *output, FCGX_Request *fcgi);
/* An output in pieces to a sink, whose false is a reader that has gone. */
void bt_output_to(bt_output *output,
                  bool (*sink)(void *context, const char *data, size_t len),
                  void *context);
void bt_output_free(bt_output *output);
/* Drops what is not sent: only before the first byte is out. */
void bt_output_reset(bt_output *output);

/* Adds a header before the first byte is out, where there is room: one that
 * the answer can do without.  The value is ASCII without control characters. */
void bt_output_header(bt_output *output, const char *name, bt_str value);

/* A bt_xml_sink. */
void bt_output_write(void *output, const char *data, size_t len);

/* Sends headers (if not yet) and what is left. */
void bt_output_finish(bt_output *output);

/* Makes a started answer look broken: nginx sees its connection end before
 * the end of the request and breaks the client's. */
void bt_output_break(bt_output *output);

#endif
