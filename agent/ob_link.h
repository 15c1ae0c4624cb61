/* ob_link.h: a connection to an OceanBase cluster: statements, rows, values that may be odd. */

#ifndef BT_OB_LINK_H
#define BT_OB_LINK_H

#include <mysql.h>

#include "agent/adapter.h"

#define OB_SQL_MAX  6144

/* In a SELECT of a whole history, whose rows are read while they are recorded:
 * the deadline of one statement is too short for it.  A comment to others. */
#define OB_SQL_PATIENT  "/*+ QUERY_TIMEOUT(600000000) */ "

/* Where a cluster is reached, and the open connection (NULL: none).  session:
 * one more for each connection that was made. */
typedef struct {
    bt_access  access;              /* own copies of its texts */
    MYSQL     *mysql;
    unsigned   endpoint;            /* the last that worked */
    unsigned   session;
    unsigned   statements;          /* sent so far */
} ob_link;

/* A statement under construction.  Only constants, integers and identifiers
 * that bt_ob_quote() made may come into it. */
typedef struct {
    char   text[OB_SQL_MAX];
    bt_buf buf;
} ob_sql;

/* Rows of a SELECT; stored: all of them are here, and can be read again. */
typedef struct {
    ob_link       *link;
    MYSQL_RES     *result;
    MYSQL_ROW      row;
    unsigned long *lengths;
    unsigned       columns;
    bool           stored;
} ob_rows;

bool      ob_link_init(ob_link *link, const bt_access *access);
void      ob_link_free(ob_link *link);

/* Connects where there is no connection: endpoints in order, the last that
 * worked first; session in UTC with a deadline for each statement. */
bt_answer ob_link_connect(ob_link *link, bt_reason *reason);
void      ob_link_drop(ob_link *link);
/* "host:port" of the open connection. */
void      ob_link_endpoint(const ob_link *link, char *out, size_t size);

void      ob_sql_start(ob_sql *sql, const char *constant);
void      ob_sql_add(ob_sql *sql, const char *constant);
void      ob_sql_int(ob_sql *sql, int64_t number);
/* FROM_UNIXTIME() of the second before `at`. */
void      ob_sql_time(ob_sql *sql, bt_usec at);

/* Sends a SELECT.  stored: takes all rows over at once; else they are read
 * one by one, and no other statement may be sent before ob_rows_end(). */
bt_answer ob_select(ob_link *link, const ob_sql *sql, bool stored,
                    ob_rows *rows, bt_reason *reason);
bool      ob_rows_next(ob_rows *rows);
void      ob_rows_again(ob_rows *rows);
/* Gives the rows back; not OK when the connection broke among them. */
bt_answer ob_rows_end(ob_rows *rows, bt_reason *reason);

/* Sends a statement without rows.  *number: the server's error, 0: none. */
bt_answer ob_execute(ob_link *link, const char *statement, unsigned *number,
                     bt_reason *reason);

/* Values of the row at hand.  What is NULL, missing or garbage is unknown: an
 * empty text, BT_UNKNOWN. */
bt_str    ob_text(const ob_rows *rows, unsigned column);
int64_t   ob_int(const ob_rows *rows, unsigned column);
/* Text of a time in the session's zone, which is UTC. */
bt_usec   ob_time(const ob_rows *rows, unsigned column);
/* An SCN: nanoseconds since 1970; 0 is unknown. */
bt_usec   ob_scn(const ob_rows *rows, unsigned column);
/* A decimal number in hundredths. */
int64_t   ob_hundredths(const ob_rows *rows, unsigned column);
/* The same of texts. */
int64_t   ob_int_of(bt_str text);
bt_usec   ob_time_of(bt_str text);
bt_usec   ob_scn_of(bt_str text);
int64_t   ob_hundredths_of(bt_str text);

void      ob_reason(bt_reason *reason, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What an error number of the server or library means for a caller. */
bt_answer ob_answer_of(unsigned number);

#endif
