/* validator.c: ETag and Last-Modified of documents, and when the reader's copy is still good. */

#include "fcgi_backend/validator.h"

#include <string.h>
#include <time.h>

#include "fcgi_backend/delta.h"
#include "fcgi_backend/digest.h"
#include "fcgi_backend/document.h"
#include "fcgi_backend/filter.h"
#include "fcgi_backend/overview.h"
#include "fcgi_backend/watch.h"

/* Tells tags of other ways to compute them apart. */
#define TAG_VERSION  1

#define TAG_BYTES    16        /* of the hash */
#define OFFSET_LEN   6         /* of "+08:00" */

/* A date tells states apart that are seconds apart: what is younger may
 * still become another one. */
#define SETTLED      2         /* seconds */


bool
bt_validator_applies(const bt_request *request)
{
    switch (request->route.view) {

    case BT_VIEW_ACTION:
    case BT_VIEW_HEALTH:
    case BT_VIEW_HEALTH_REPORT:
    case BT_VIEW_METRICS:
    case BT_VIEW_REPORT:
        return false;

    default:
        return !request->post;
    }
}


bool
bt_validator_is_asked(const bt_request *request)
{
    return *request->if_none_match != '\0'
           || *request->if_modified_since != '\0';
}


static bool
is_page(const bt_request *request)
{
    return request->route.format == BT_FORMAT_HTML;
}


/* The states above the tabs are those of the last 24 hours, where no window is
 * asked for. */
static bool
has_overview(const bt_reply *reply)
{
    bt_format_e  format = reply->request->route.format;

    return (format == BT_FORMAT_HTML || format == BT_FORMAT_XML)
           && !bt_query_is_stream(&reply->request->query,
                                  &reply->request->route);
}


/* Whether risks and states of clusters stand in the document. */
static bool
has_health(const bt_reply *reply)
{
    bt_view_e  view = reply->request->route.view;

    return has_overview(reply) || view == BT_VIEW_CLUSTERS
           || view == BT_VIEW_CLUSTER;
}


/* By sheets of nginx: ours, or the operator's own. */
static bool
is_shaped(const bt_request *request)
{
    return is_page(request) || *request->page != '\0';
}


/* What was asked for, and by whom. */
static void
add_request(bt_digest *digest, const bt_request *request)
{
    const bt_route  *route = &request->route;

    bt_digest_number(digest, TAG_VERSION);
    bt_digest_text(digest, BT_VERSION);
    bt_digest_number(digest, route->view);
    bt_digest_number(digest, route->kind);
    bt_digest_number(digest, route->id);
    bt_digest_number(digest, route->format);
    bt_digest_text(digest, request->query_text);
    bt_digest_number(digest, request->query.from);
    bt_digest_number(digest, request->query.to);
    bt_digest_text(digest, request->query.tz);
    bt_digest_text(digest, request->zone_name);
    bt_digest_text(digest, request->base);
    bt_digest_text(digest, request->origin);
    bt_digest_text(digest, request->scope_text);

    if (is_shaped(request)) {
        bt_digest_text(digest, request->user);
        bt_digest_text(digest, request->role_names);
        bt_digest_text(digest, request->page);
    }
}


/* What the worker's clock alone makes another document: ages that people
 * read, the window above the tabs, the zone's offset, and a position that
 * cannot be followed any more. */
static void
add_clock(bt_digest *digest, const bt_reply *reply)
{
    char               local[BT_TIME_MAX];
    size_t             len;
    bt_usec            from, to;
    const bt_request  *request = reply->request;

    bt_digest_number(digest, is_page(request) ? request->now / BT_MINUTE : 0);

    if (has_overview(reply)) {
        bt_overview_window(request, &from, &to);
        bt_digest_number(digest, from);
        bt_digest_number(digest, to);
    }

    if (reply->zone != NULL) {
        len = bt_time_format_local(local, request->now, reply->zone);
        bt_digest_bytes(digest, local + len - OFFSET_LEN, OFFSET_LEN);
    }

    if (bt_delta_is_offered(reply)) {
        bt_digest_number(digest, request->now / BT_DAY);
        bt_digest_number(digest, bt_delta_is_old(request));
    }
}


/* Clusters as the validator's statement has them. */
typedef struct {
    int64_t *ids;
    size_t   count, room;
    bt_pool *pool;
} places;


static bool
add_id(places *p, int64_t id)
{
    int64_t  *more;

    if (p->count == p->room) {
        p->room = p->room > 0 ? 2 * p->room : 64;
        more = bt_pool_alloc(p->pool, p->room * sizeof(int64_t));

        if (more == NULL) {
            return false;
        }

        if (p->count > 0) {
            memcpy(more, p->ids, p->count * sizeof(int64_t));
        }

        p->ids = more;
    }

    p->ids[p->count++] = id;

    return true;
}


#define SQL_LATE                                                              \
    "c.observed IS NULL"                                                      \
    " OR TIMESTAMPDIFF(MICROSECOND, c.observed, ?)"                           \
    " > 3000000 * c.round_seconds"

/* Readers of everything: the counter, and the clusters that do not answer. */
#define SQL_ALL                                                               \
    "SELECT k.number, k.at, c.id, c.observed, c.stale_reason"                 \
    " FROM change_counter k LEFT JOIN clusters c ON (" SQL_LATE ")"

/* The others: the clusters of their scope, and no counter. */
#define SQL_PART                                                              \
    "SELECT m.number, m.at, c.id, l.observed, l.stale_reason"                 \
    " FROM clusters c LEFT JOIN cluster_changes m ON m.cluster_id = c.id"     \
    " LEFT JOIN (SELECT c.id, c.observed, c.stale_reason"                     \
    " FROM clusters c WHERE " SQL_LATE ") l ON l.id = c.id WHERE 1 = 1"


static bt_store_status
run_statement(bt_reply *reply, bt_rows **rows)
{
    bt_sql             sql;
    bt_value           now;
    bt_filter          filter;
    bt_store_status    status;
    const bt_request  *request = reply->request;

    now = bt_time(request->now);
    bt_sql_init(&sql);

    if (request->scope.all) {
        bt_sql_value(&sql, SQL_ALL, now);
        bt_sql_add(&sql, " WHERE k.id = 1");

    } else {
        filter = (bt_filter) { .request = request };
        bt_sql_value(&sql, SQL_PART, now);
        bt_filter_where_places(&filter, &sql, BT_FILTER_SCOPE, false);
    }

    bt_sql_add(&sql, " ORDER BY c.id");
    status = bt_sql_run(&sql, reply->store, rows);
    bt_sql_free(&sql);

    return status;
}


static void
add_value(bt_digest *digest, bt_value value)
{
    bt_digest_number(digest, value.type);

    if (value.type == BT_VALUE_TEXT) {
        bt_digest_bytes(digest, value.text.data, value.text.len);

    } else if (value.type != BT_VALUE_NULL) {
        bt_digest_number(digest, value.number);
    }
}


/* *changed: when the newest of it happened. */
static bt_store_status
add_store(bt_reply *reply, bt_digest *digest, places *p, bt_usec *changed)
{
    int              more;
    bool             good;
    size_t           i;
    bt_rows         *rows;
    bt_store_status  status;

    status = run_statement(reply, &rows);

    if (status != BT_STORE_OK) {
        return status;
    }

    more = 0;
    good = true;

    while (good && (more = bt_rows_next(rows)) > 0) {
        *changed = bt_value_time(bt_rows_get(rows, 1));
        good = add_id(p, bt_rows_get(rows, 2).number);

        for (i = 0; i < 5; i++) {
            add_value(digest, bt_rows_get(rows, i));
        }
    }

    bt_rows_close(rows);

    return !good ? BT_STORE_ERROR
                 : more < 0 ? BT_STORE_UNAVAILABLE : BT_STORE_OK;
}


/* *changed: when the health of any cluster last became another. */
static bool
add_health(bt_reply *reply, bt_digest *digest, const places *p,
    bt_usec *changed)
{
    bool                  good;
    unsigned char        *health = reply->validator.health;
    static const int64_t  none[1];

    if (!has_health(reply)) {
        return true;
    }

    good = bt_watch_read(reply->context->watch,
                         reply->request->scope.all ? NULL
                         : p->count > 0 ? p->ids : none,
                         p->count, reply->request->now, health, changed);
    bt_digest_bytes(digest, health, BT_DIGEST_SIZE);

    return good;
}


static void
write_tag(bt_validator *validator, const unsigned char *hash)
{
    size_t             i;
    bt_buf             out;
    static const char  digits[] = "0123456789abcdef";

    bt_buf_init(&out, validator->tag, sizeof(validator->tag));
    bt_buf_addz(&out, "W/\"");

    for (i = 0; i < TAG_BYTES; i++) {
        bt_buf_addc(&out, digits[hash[i] >> 4]);
        bt_buf_addc(&out, digits[hash[i] & 15]);
    }

    bt_buf_addc(&out, '"');
}


/* A date can say it where nothing but time and the records makes a difference:
 * of a scope, clusters that leave it would take the newest date with them. */
static bool
has_date(const bt_reply *reply)
{
    return reply->request->scope.all && reply->zone == NULL
           && !is_shaped(reply->request);
}


/* When the clock last made it another document; see add_clock(). */
static bt_usec
clock_changed(const bt_reply *reply)
{
    bt_usec          now = reply->request->now;
    const bt_query  *query = &reply->request->query;

    if (has_overview(reply)
        || (query->from != BT_USEC_NONE && query->range != BT_RANGE_CUSTOM))
    {
        return now - now % BT_MINUTE;
    }

    return bt_delta_is_offered(reply) ? now - now % BT_DAY : 0;
}


static void
write_date(bt_reply *reply, bt_usec changed)
{
    time_t     seconds;
    bt_usec    moved;
    struct tm  utc;

    moved = clock_changed(reply);
    changed = moved > changed ? moved : changed;
    seconds = (time_t) (changed / BT_SECOND);

    if (reply->request->now / BT_SECOND - seconds < SETTLED
        || gmtime_r(&seconds, &utc) == NULL)
    {
        return;
    }

    (void) strftime(reply->validator.date, sizeof(reply->validator.date),
                    "%a, %d %b %Y %H:%M:%S GMT", &utc);
}


bt_store_status
bt_validator_read(bt_reply *reply)
{
    places           p;
    bool             good;
    bt_usec          changed, watched;
    bt_digest        digest;
    bt_validator    *validator = &reply->validator;
    bt_store_status  status;
    unsigned char    hash[BT_DIGEST_SIZE];

    p = (places) { .pool = reply->request->pool };
    changed = watched = 0;
    *validator = (bt_validator) { 0 };

    bt_digest_begin(&digest);
    add_request(&digest, reply->request);
    add_clock(&digest, reply);
    status = add_store(reply, &digest, &p, &changed);
    good = add_health(reply, &digest, &p, &watched);
    good = bt_digest_end(&digest, hash) && good;

    /* a store that has lost its counter tells nothing */
    good = good && (changed != 0 || !reply->request->scope.all);

    if (status == BT_STORE_OK && good) {
        write_tag(validator, hash);

        if (has_date(reply)) {
            write_date(reply, watched > changed ? watched : changed);
        }
    }

    return status;
}


void
bt_validator_compare(bt_reply *reply, const bt_health *health)
{
    bt_validator   *validator = &reply->validator;
    unsigned char   hash[BT_DIGEST_SIZE];

    /* In a tenant's scope the document knows less than the look. */
    if (reply->request->scope.tenant_count == 0
        && (!bt_watch_hash(health, hash)
            || memcmp(hash, validator->health, sizeof(hash)) != 0))
    {
        *validator->tag = '\0';
        *validator->date = '\0';
        bt_watch_wake(reply->context->watch);
    }
}


/* One entity tag at *text, which moves behind it; NULL at the end or where
 * there is none.  Weak comparison: "W/" does not count. */
static const char *
next_tag(const char **text, size_t *len)
{
    const char  *begin, *end;

    *text += strspn(*text, " \t,");

    if (strncmp(*text, "W/", 2) == 0) {
        *text += 2;
    }

    if (**text != '"') {
        return NULL;
    }

    begin = *text;
    end = strchr(begin + 1, '"');

    if (end == NULL) {
        return NULL;
    }

    *len = (size_t) (end + 1 - begin);
    *text = end + 1;

    return begin;
}


static bool
is_listed(const char *list, const char *tag)
{
    size_t       len;
    const char  *given;

    tag += strncmp(tag, "W/", 2) == 0 ? 2 : 0;

    while ((given = next_tag(&list, &len)) != NULL) {
        if (len == strlen(tag) && memcmp(given, tag, len) == 0) {
            return true;
        }
    }

    return false;
}


static bool
is_any(const char *list)
{
    list += strspn(list, " \t");

    return list[0] == '*' && list[1 + strspn(list + 1, " \t")] == '\0';
}


bool
bt_validator_is_current(const bt_reply *reply, bool found)
{
    const bt_request    *request = reply->request;
    const bt_validator  *validator = &reply->validator;

    if (*request->if_none_match != '\0') {

        if (is_any(request->if_none_match)) {
            return found;
        }

        return *validator->tag != '\0'
               && is_listed(request->if_none_match, validator->tag);
    }

    if (!found && (request->route.id > 0 || request->query.delta[0] != '\0')) {
        return false;
    }

    return *validator->date != '\0'
           && strcmp(request->if_modified_since, validator->date) == 0;
}


bool
bt_validator_fixed(bt_reply *reply, const char *sha256)
{
    bt_buf  out;

    reply->validator = (bt_validator) { 0 };
    bt_buf_init(&out, reply->validator.tag, sizeof(reply->validator.tag));
    bt_buf_addc(&out, '"');
    bt_buf_addz(&out, sha256);
    bt_buf_addc(&out, '"');
    bt_validator_headers(reply);

    return bt_validator_is_current(reply, true);
}


void
bt_validator_headers(const bt_reply *reply)
{
    bt_output           *output = reply->output;
    const bt_validator  *validator = &reply->validator;

    output->tag = *validator->tag != '\0' ? validator->tag : NULL;
    output->date = *validator->date != '\0' ? validator->date : NULL;
    output->vary = "Authorization, Cookie";
}
