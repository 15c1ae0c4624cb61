/* csv.c: rows of a result as lines of CSV (RFC 4180), for programs and spreadsheets. */

#include "fcgi_backend/csv.h"

#include <string.h>

#include "acts/bt_act.h"
#include "health/bt_health.h"

#define MARK         "\xef\xbb\xbf"        /* U+FEFF */
#define REPLACEMENT  "\xef\xbf\xbd"        /* U+FFFD */


/* The columns that a kind of field has here: what is put behind its name. */
static const char *const  suffixes[][BT_FIELD_COLUMNS_MAX + 1] = {
    [BT_FIELD_PLAIN] = { "", NULL },
    [BT_FIELD_DECIMAL] = { "", NULL },
    [BT_FIELD_REF] = { "-id", "", NULL },
    [BT_FIELD_CLUSTER] = { "-id", "", "-simulated", NULL },
    [BT_FIELD_DURATION] = { "", NULL },
    [BT_FIELD_CAUSE] = { "-code", "-stage", "-text", "-trace-id", NULL },
    [BT_FIELD_ACK] = { "-by", "-at", "", NULL },
    [BT_FIELD_STALE] = { "-since", "-reason", NULL },
    [BT_FIELD_COMMAND] = { "-id", "-action", "-state", "-by", "-at", "-since",
                           "-progress", "-progress-at", NULL },
    [BT_FIELD_PROGRESS] = { "", "-at", NULL },
    [BT_FIELD_ACTIONS] = { "", NULL },
    [BT_FIELD_CANCEL] = { "", NULL },
    [BT_FIELD_BACKUP] = { "", NULL },
    [BT_FIELD_DOCUMENTS] = { NULL },
    [BT_FIELD_EXTRA] = { NULL }
};


static void
put(bt_csv *csv, const char *data, size_t len)
{
    bt_output_write(csv->output, data, len);
}


static void
begin_cell(bt_csv *csv)
{
    if (csv->inside) {
        put(csv, ",", 1);
    }

    csv->inside = true;
}


void
bt_csv_empty(bt_csv *csv)
{
    begin_cell(csv);
}


void
bt_csv_word(bt_csv *csv, const char *text)
{
    begin_cell(csv);
    put(csv, text, strlen(text));
}


void
bt_csv_number(bt_csv *csv, int64_t number)
{
    char    data[24];
    bt_buf  buf;

    bt_buf_init(&buf, data, sizeof(data));
    bt_buf_addi(&buf, number);
    bt_csv_word(csv, data);
}


void
bt_csv_time(bt_csv *csv, bt_usec at)
{
    char  text[BT_TIME_MAX];

    if (at == BT_USEC_NONE) {
        bt_csv_empty(csv);
        return;
    }

    (void) bt_time_format_utc(text, at);
    bt_csv_word(csv, text);
}


/* "-9040" and "+1.5" are numbers for a spreadsheet, too. */
static bool
is_number(bt_str text)
{
    size_t  i, digits, dots;

    digits = dots = 0;

    for (i = 1; i < text.len; i++) {

        if (text.data[i] >= '0' && text.data[i] <= '9') {
            digits++;

        } else if (text.data[i] == '.' && digits > 0 && dots == 0) {
            dots++;

        } else {
            return false;
        }
    }

    return digits > 0;
}


/* True for text that a spreadsheet would calculate.  Where Chinese or Japanese
 * is written, the wide forms of the signs count as well. */
static bool
is_formula(bt_str text)
{
    size_t                     i;
    static const char *const   wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b",
                                          "\xef\xbc\x8d", "\xef\xbc\xa0" };

    if (text.len == 0) {
        return false;
    }

    if (text.data[0] == '+' || text.data[0] == '-') {
        return !is_number(text);
    }

    for (i = 0; text.len >= 3 && i < sizeof(wide) / sizeof(wide[0]); i++) {
        if (memcmp(text.data, wide[i], 3) == 0) {
            return true;
        }
    }

    return strchr("=@\t\r\n", text.data[0]) != NULL && text.data[0] != '\0';
}


/* Also what other programs take for the separator, and blanks at the ends. */
static bool
needs_quotes(bt_str text)
{
    size_t  i;

    if (text.len > 0
        && (text.data[0] == ' ' || text.data[text.len - 1] == ' '))
    {
        return true;
    }

    for (i = 0; i < text.len; i++) {

        switch (text.data[i]) {

        case ',': case ';': case '"': case '\t': case '\r': case '\n':
            return true;

        default:
            break;
        }
    }

    return false;
}


/* The text without what XML forbids, quotes doubled. */
static void
put_text(bt_csv *csv, bt_str text)
{
    bool         forbidden;
    size_t       i, start, step;

    start = 0;

    for (i = 0; i < text.len; i += step) {
        forbidden = bt_xml_forbidden(text.data + i, text.len - i, &step);

        if (!forbidden && text.data[i] != '"') {
            continue;
        }

        put(csv, text.data + start, i - start);
        put(csv, forbidden ? REPLACEMENT : "\"\"", forbidden ? 3 : 2);
        start = i + step;
    }

    put(csv, text.data + start, text.len - start);
}


void
bt_csv_text(bt_csv *csv, bt_str text)
{
    bool  quotes;

    begin_cell(csv);

    quotes = needs_quotes(text);

    if (quotes) {
        put(csv, "\"", 1);
    }

    if (is_formula(text)) {
        put(csv, "'", 1);
    }

    put_text(csv, text);

    if (quotes) {
        put(csv, "\"", 1);
    }
}


void
bt_csv_value(bt_csv *csv, bt_value value)
{
    switch (value.type) {

    case BT_VALUE_INT:
        bt_csv_number(csv, value.number);
        break;

    case BT_VALUE_TIME:
        bt_csv_time(csv, value.number);
        break;

    case BT_VALUE_TEXT:
        bt_csv_text(csv, value.text);
        break;

    case BT_VALUE_NULL:
        bt_csv_empty(csv);
        break;
    }
}


void
bt_csv_end_line(bt_csv *csv)
{
    put(csv, "\r\n", 2);
    csv->inside = false;
}


void
bt_csv_begin(bt_csv *csv, bt_output *output)
{
    *csv = (bt_csv) { .output = output };
    put(csv, MARK, sizeof(MARK) - 1);
}


void
bt_csv_names(bt_csv *csv, const bt_field *fields, size_t count)
{
    size_t  i, j;

    for (i = 0; i < count; i++) {
        for (j = 0; suffixes[fields[i].kind][j] != NULL; j++) {
            bt_csv_word(csv, fields[i].element);
            put(csv, suffixes[fields[i].kind][j],
                strlen(suffixes[fields[i].kind][j]));
        }
    }
}


static void
put_cluster(bt_csv *csv, const bt_value cluster[3])
{
    bt_csv_value(csv, cluster[0]);
    bt_csv_value(csv, cluster[1]);
    bt_csv_word(csv, cluster[2].type == BT_VALUE_INT && cluster[2].number != 0
                     ? "true" : "");
}


static void
put_duration(bt_csv *csv, const bt_value values[2])
{
    int64_t  seconds;

    if (bt_row_duration(values[0], values[1], &seconds)) {
        bt_csv_number(csv, seconds);

    } else {
        bt_csv_empty(csv);
    }
}


void
bt_csv_stale(bt_csv *csv, bt_usec now, const bt_value stale[3])
{
    if (bt_health_is_stale(now, stale[0], stale[1])) {
        bt_csv_value(csv, stale[0]);
        bt_csv_value(csv, stale[2]);

    } else {
        bt_csv_empty(csv);
        bt_csv_empty(csv);
    }
}


/* "stop restart": words are separated by a blank. */
static void
put_actions(bt_csv *csv, bt_value status)
{
    bt_action_e  action;
    const char  *separator = "";

    bt_csv_empty(csv);

    for (action = BT_ACTION_START; action <= BT_ACTION_RESTART; action++) {

        if (bt_act_state_allows(bt_value_text(status), action)) {
            put(csv, separator, strlen(separator));
            put(csv, bt_action_name(action), strlen(bt_action_name(action)));
            separator = " ";
        }
    }
}


/* A time without what it is the time of says nothing. */
static void
put_progress(bt_csv *csv, const bt_value progress[2])
{
    bt_csv_value(csv, progress[0]);
    bt_csv_value(csv, bt_value_text(progress[0]).len > 0 ? progress[1]
                                                         : bt_null());
}


static void
put_command(bt_csv *csv, const bt_value *command)
{
    size_t    i;
    bt_value  none[2] = { bt_null(), bt_null() };

    for (i = 0; i < 6; i++) {
        bt_csv_value(csv, command[0].type == BT_VALUE_INT ? command[i]
                                                          : bt_null());
    }

    put_progress(csv, command[0].type == BT_VALUE_INT ? command + 6 : none);
}


size_t
bt_csv_cells(bt_field_e kind)
{
    size_t  count;

    for (count = 0; suffixes[kind][count] != NULL; count++) { /* void */ }

    return count;
}


void
bt_csv_field(bt_csv *csv, const bt_reply *reply, bt_field_e kind,
    const bt_value *values)
{
    size_t  i;

    switch (kind) {

    case BT_FIELD_DECIMAL:
        bt_csv_value(csv, bt_row_decimal(values[0]));
        break;

    case BT_FIELD_CLUSTER:
        put_cluster(csv, values);
        break;

    case BT_FIELD_DURATION:
        put_duration(csv, values);
        break;

    case BT_FIELD_STALE:
        bt_csv_stale(csv, reply->request->now, values);
        break;

    case BT_FIELD_COMMAND:
        put_command(csv, values);
        break;

    case BT_FIELD_PROGRESS:
        put_progress(csv, values);
        break;

    case BT_FIELD_CANCEL:
        bt_csv_word(csv, bt_row_may_cancel(values)
                         ? bt_action_name(BT_ACTION_CANCEL) : "");
        break;

    case BT_FIELD_BACKUP:
        bt_csv_word(csv, bt_row_may_back_up(values)
                         ? bt_action_name(BT_ACTION_BACKUP) : "");
        break;

    case BT_FIELD_ACTIONS:
        put_actions(csv, values[0]);
        break;

    case BT_FIELD_DOCUMENTS:
        break;

    default:
        for (i = 0; i < bt_field_columns(kind); i++) {
            bt_csv_value(csv, values[i]);
        }
    }
}


void
bt_csv_fields(bt_csv *csv, const bt_reply *reply, const bt_field *fields,
    size_t count, bt_rows *rows, size_t column)
{
    size_t    i, j;
    bt_value  values[BT_FIELD_COLUMNS_MAX] = { { .type = BT_VALUE_NULL } };

    for (i = 0; i < count; i++) {

        for (j = 0; j < bt_field_columns(fields[i].kind); j++) {
            values[j] = bt_rows_get(rows, column++);
        }

        bt_csv_field(csv, reply, fields[i].kind, values);
    }
}
