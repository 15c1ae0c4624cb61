/* notify.c: what has changed since it was told, what of it is due, and that it is told once. */

#include "agent/notify_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bt_log.h"
#include "common/bt_view.h"

#define LEASE_SLACK      30         /* seconds beyond the longest run */
#define GAP_SECONDS      60         /* between two messages, at most */
#define BACKOFF_SECONDS  10
#define BACKOFF_MAX      600
#define BACKOFF_STEPS    6
#define KEEP_SECONDS     86400      /* what has gone stays known */
#define MESSAGE_MAX      (1024 * 1024)

/* What a risk is recognised by.  The first member of whatever is looked for
 * by it. */
typedef struct {
    bt_risk_e kind;
    int64_t   cluster_id;
    int64_t   tenant_id;
    int64_t   log_id;
} risk_key;

/* What was told of a risk last. */
typedef struct {
    risk_key    key;
    bool        present;
    bt_usec     told;
    const char *cluster;
    const char *tenant;
} told_risk;

/* Since when a change is there; the process's own memory, so that a state must
 * last after a start, too. */
typedef struct {
    risk_key key;
    bool     began;
    bt_usec  since;
} waiting;

struct bt_notify {
    bt_notify_conf conf;
    bt_store      *store;
    bt_pool       *pool;            /* of one look */
    waiting       *waits;
    size_t         wait_count;
    int64_t        agent_id;

    /* The row of notify_state. */
    int64_t        number;
    int64_t        tries;
    bt_usec        try_after;
    bt_usec        told_at;
};

/* A look on its way. */
typedef struct {
    bt_notify        *notify;
    bt_usec           now;
    bt_health         health;
    risk_key         *present;      /* those of health, in their order */
    told_risk        *told;         /* the same */
    size_t            told_count;
    bt_notify_change *changes;
    size_t            count;
} look;

bt_notify *
bt_notify_new(const bt_notify_conf *conf, bt_store *store)
{
    bt_notify *notify = calloc(1, sizeof(bt_notify));

    if (notify == NULL) {
        return NULL;
    }
    notify->conf = *conf;
    notify->store = store;
    notify->pool = bt_pool_new();
    if (notify->pool == NULL) {
        free(notify);
        return NULL;
    }
    return notify;
}

void
bt_notify_free(bt_notify *notify)
{
    if (notify != NULL) {
        bt_pool_free(notify->pool);
        free(notify->waits);
        free(notify);
    }
}

static risk_key
key_of(const bt_risk *risk)
{
    return (risk_key) { risk->kind, risk->cluster_id, risk->tenant_id,
                        risk->log_id };
}

static int
compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Of two things that begin with a key: for thousands of risks at once. */
static int
compare_keys(const void *first, const void *second)
{
    const risk_key *a = first, *b = second;
    int             order = compare_numbers(a->kind, b->kind);

    order = order != 0 ? order : compare_numbers(a->cluster_id, b->cluster_id);
    order = order != 0 ? order : compare_numbers(a->tenant_id, b->tenant_id);
    return order != 0 ? order : compare_numbers(a->log_id, b->log_id);
}

static void
sort(void *items, size_t count, size_t size)
{
    if (count > 0) {
        qsort(items, count, size, compare_keys);
    }
}

static void *
find(risk_key key, const void *items, size_t count, size_t size)
{
    return count > 0 ? bsearch(&key, items, count, size, compare_keys) : NULL;
}

/* The lease outlives the longest run, so that nobody else begins meanwhile. */
static bool
take_lease(bt_notify *notify, bool *ours)
{
    int64_t  changed = 0;
    bt_value params[] = {
        bt_int(notify->agent_id),
        bt_int(notify->conf.limit_seconds + LEASE_SLACK),
        bt_int(notify->agent_id)
    };

    if (bt_store_run(notify->store, "UPDATE notify_state SET agent_id = ?,"
                     " lease_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND"
                     " WHERE id = 1 AND (agent_id = ? OR lease_until IS NULL"
                     " OR lease_until < UTC_TIMESTAMP(6))", params, 3, NULL,
                     &changed) != BT_STORE_OK)
    {
        return false;
    }
    *ours = changed > 0;
    return true;
}

static bool
read_state(bt_notify *notify)
{
    bt_rows *rows;
    bool     found;

    if (bt_store_run(notify->store, "SELECT number, tries, try_after, told_at"
                     " FROM notify_state WHERE id = 1", NULL, 0, &rows, NULL)
        != BT_STORE_OK)
    {
        return false;
    }
    found = bt_rows_next(rows) > 0;
    if (found) {
        notify->number = bt_rows_get(rows, 0).number;
        notify->tries = bt_rows_get(rows, 1).number;
        notify->try_after = bt_value_time(bt_rows_get(rows, 2));
        notify->told_at = bt_value_time(bt_rows_get(rows, 3));
    }
    bt_rows_close(rows);
    return found;
}

static bool
kind_by_name(bt_str name, bt_risk_e *kind)
{
    for (bt_risk_e k = 0; k < BT_RISK_MAX; k++) {
        if (bt_str_eqz(name, bt_risk_name(k))) {
            *kind = k;
            return true;
        }
    }
    return false;
}

static const char *
copy_name(look *now, bt_value name)
{
    const char *text = bt_pool_copy(now->notify->pool, bt_value_text(name));

    return text != NULL ? text : "";
}

/* Room for one more; false without memory.  A risk of a kind that this
 * program does not know was told by a newer one. */
static bool
take_told(look *now, bt_rows *rows)
{
    told_risk *more;
    told_risk  one = { .present = bt_rows_get(rows, 4).number != 0 };

    if (!kind_by_name(bt_rows_get(rows, 0).text, &one.key.kind)) {
        return true;
    }
    if ((now->told_count & (now->told_count - 1)) == 0) {
        more = bt_pool_alloc(now->notify->pool,
                             (now->told_count * 2 + 1) * sizeof(told_risk));
        if (more == NULL) {
            return false;
        }
        if (now->told_count > 0) {
            memcpy(more, now->told, now->told_count * sizeof(told_risk));
        }
        now->told = more;
    }
    one.key.cluster_id = bt_rows_get(rows, 1).number;
    one.key.tenant_id = bt_rows_get(rows, 2).number;
    one.key.log_id = bt_rows_get(rows, 3).number;
    one.told = bt_rows_get(rows, 5).number;
    one.cluster = copy_name(now, bt_rows_get(rows, 6));
    one.tenant = copy_name(now, bt_rows_get(rows, 7));
    now->told[now->told_count++] = one;
    return true;
}

static bool
read_told(look *now)
{
    bt_rows *rows;
    bool     good = true;
    int      more;

    if (bt_store_run(now->notify->store, "SELECT r.kind, r.cluster_id,"
                     " r.tenant_id, r.log_id, r.present, r.told_at, c.name,"
                     " n.name FROM notify_risks r"
                     " LEFT JOIN clusters c ON c.id = r.cluster_id"
                     " LEFT JOIN tenants n ON n.id = r.tenant_id", NULL, 0,
                     &rows, NULL) != BT_STORE_OK)
    {
        return false;
    }
    while (good && (more = bt_rows_next(rows)) > 0) {
        good = take_told(now, rows);
    }
    bt_rows_close(rows);
    sort(now->told, now->told_count, sizeof(told_risk));
    return good && more == 0;
}

static bool
read_health(look *now)
{
    const bt_health *health = &now->health;
    bt_health_query  query = {
        .store = now->notify->store, .pool = now->notify->pool,
        .now = now->now
    };

    if (bt_health_find(&query, &now->health) != BT_STORE_OK) {
        return false;
    }
    now->present = bt_pool_alloc(now->notify->pool,
                                 (health->risk_count + 1) * sizeof(risk_key));
    if (now->present == NULL) {
        return false;
    }
    for (size_t i = 0; i < health->risk_count; i++) {
        now->present[i] = key_of(&health->risks[i]);
    }
    sort(now->present, health->risk_count, sizeof(risk_key));
    return true;
}

static const told_risk *
find_told(const look *now, risk_key key)
{
    return find(key, now->told, now->told_count, sizeof(told_risk));
}

static bool
is_present(const look *now, risk_key key)
{
    return find(key, now->present, now->health.risk_count, sizeof(risk_key))
           != NULL;
}

/* When this change was seen first, by this process; a risk has either come or
 * gone. */
static bt_usec
since(const look *now, risk_key key, bool began)
{
    const bt_notify *notify = now->notify;
    const waiting   *wait = find(key, notify->waits, notify->wait_count,
                                 sizeof(waiting));

    return wait != NULL && wait->began == began ? wait->since : now->now;
}

/* Due: it has lasted, and the same risk was not told of just now. */
static void
add_change(look *now, const bt_risk *risk, bool began, const told_risk *told)
{
    const bt_notify_conf *conf = &now->notify->conf;
    bt_usec               first = since(now, key_of(risk), began);

    now->changes[now->count++] = (bt_notify_change) {
        .risk = *risk,
        .began = began,
        .due = now->now - first >= conf->delay_seconds * BT_SECOND
               && (told == NULL
                   || now->now - told->told
                      >= conf->interval_seconds * BT_SECOND)
    };
}

static bt_risk
risk_of(const told_risk *told)
{
    return (bt_risk) {
        .kind = told->key.kind,
        .cluster_id = told->key.cluster_id,
        .cluster = told->cluster,
        .tenant_id = told->key.tenant_id,
        .tenant = told->tenant,
        .log_id = told->key.log_id,
        .since = BT_USEC_NONE,
        .seconds = -1
    };
}

static bool
compare(look *now)
{
    const bt_health *health = &now->health;
    bt_risk          gone;

    now->changes = bt_pool_alloc(now->notify->pool,
                                 (health->risk_count + now->told_count + 1)
                                 * sizeof(bt_notify_change));
    if (now->changes == NULL) {
        return false;
    }
    for (size_t i = 0; i < health->risk_count; i++) {
        const told_risk *told = find_told(now, key_of(&health->risks[i]));

        if (told == NULL || !told->present) {
            add_change(now, &health->risks[i], true, told);
        }
    }
    for (size_t i = 0; i < now->told_count; i++) {
        if (now->told[i].present && !is_present(now, now->told[i].key)) {
            gone = risk_of(&now->told[i]);
            add_change(now, &gone, false, &now->told[i]);
        }
    }
    return true;
}

/* What is not told yet waits with the time since when it is so. */
static bool
remember(look *now)
{
    bt_notify *notify = now->notify;
    waiting   *waits = NULL;

    if (now->count > 0) {
        waits = calloc(now->count, sizeof(waiting));
        if (waits == NULL) {
            return false;
        }
    }
    for (size_t i = 0; i < now->count; i++) {
        risk_key key = key_of(&now->changes[i].risk);

        waits[i] = (waiting) {
            key, now->changes[i].began,
            since(now, key, now->changes[i].began)
        };
    }
    sort(waits, now->count, sizeof(waiting));
    free(notify->waits);
    notify->waits = waits;
    notify->wait_count = now->count;
    return true;
}

static bool
is_time(const look *now)
{
    const bt_notify *notify = now->notify;
    int              interval = notify->conf.interval_seconds;
    bt_usec          gap = (interval < GAP_SECONDS ? interval : GAP_SECONDS)
                           * BT_SECOND;
    bool             due = false;

    for (size_t i = 0; i < now->count; i++) {
        due = due || now->changes[i].due;
    }
    return due
           && (notify->try_after == BT_USEC_NONE
               || now->now >= notify->try_after)
           && (notify->told_at == BT_USEC_NONE
               || now->now - notify->told_at >= gap
               || now->now < notify->told_at);
}

static void
collect_text(void *context, const char *data, size_t len)
{
    bt_buf_add(context, data, len);
}

/* "NAME=value" in the pool. */
static char *
variable(bt_pool *pool, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char  *text = bt_pool_alloc(pool, size);

    if (text != NULL) {
        (void) snprintf(text, size, "%s=%s", name, value);
    }
    return text;
}

/* For programs that do not want to read XML. */
static void
make_variables(const look *now, char *variables[8])
{
    const bt_health *health = &now->health;
    bt_pool         *pool = now->notify->pool;
    char             text[BT_SENTENCE_MAX], number[24];
    bt_buf           buf;
    bt_health_e      worst = health->risk_count > 0
                             ? bt_risk_severity(health->risks[0].kind)
                             : BT_HEALTH_OK;
    size_t           count = 0;

    (void) snprintf(number, sizeof(number), "%lld",
                    (long long) now->notify->number);
    variables[count++] = variable(pool, "BACKUP_TASKS_NUMBER", number);
    variables[count++] = variable(pool, "BACKUP_TASKS_SEVERITY",
                                  bt_view_statuses(BT_VIEW_CLUSTERS)[worst]);
    for (bt_language_e l = BT_ENGLISH; l < BT_LANGUAGES; l++) {
        bt_buf_init(&buf, text, sizeof(text));
        bt_sentence_verdict(l, health, &buf);
        variables[count++] = variable(pool, l == BT_ENGLISH
                                      ? "BACKUP_TASKS_SUBJECT"
                                      : "BACKUP_TASKS_SUBJECT_ZH", text);
        bt_buf_init(&buf, text, sizeof(text));
        bt_sentence(l, health, &buf);
        variables[count++] = variable(pool, l == BT_ENGLISH
                                      ? "BACKUP_TASKS_TEXT"
                                      : "BACKUP_TASKS_TEXT_ZH", text);
    }
    variables[count] = NULL;
}

/* A document that is too large for any mail is cut in the number of its
 * changes; the sentence says how many there are. */
static bool
make_document(look *now, bt_buf *out)
{
    bt_notify_message message = {
        .number = now->notify->number, .now = now->now,
        .public_url = now->notify->conf.public_url, .health = &now->health,
        .changes = now->changes, .count = now->count
    };

    for (size_t size = out->size; message.count > 0; message.count /= 2) {
        bt_buf_init(out, out->data, size);
        if (!bt_notify_document(&message, collect_text, out)) {
            return false;
        }
        if (!out->full) {
            return true;
        }
    }
    return false;
}

static bool
run_program(look *now, char *why, size_t size)
{
    char  *variables[8];
    char  *data = bt_pool_alloc(now->notify->pool, MESSAGE_MAX);
    bt_buf text;

    if (data == NULL) {
        (void) snprintf(why, size, "out of memory");
        return false;
    }
    bt_buf_init(&text, data, MESSAGE_MAX);
    make_variables(now, variables);
    if (!make_document(now, &text)) {
        (void) snprintf(why, size, "the document cannot be written");
        return false;
    }
    return bt_notify_run(now->notify->conf.program,
                         (bt_str) { text.data, text.len }, variables,
                         now->notify->conf.limit_seconds,
                         now->notify->conf.end, why, size);
}

static bool
write_told(look *now, const bt_notify_change *change)
{
    bt_value params[] = {
        bt_text(bt_str_of(bt_risk_name(change->risk.kind))),
        bt_int(change->risk.cluster_id), bt_int(change->risk.tenant_id),
        bt_int(change->risk.log_id), bt_int(change->began),
        bt_time(now->now)
    };
    bt_store *store = now->notify->store;

    return bt_store_run(store, "DELETE FROM notify_risks WHERE kind = ?"
                        " AND cluster_id = ? AND tenant_id = ?"
                        " AND log_id = ?", params, 4, NULL, NULL)
               == BT_STORE_OK
           && bt_store_run(store, "INSERT INTO notify_risks (kind, cluster_id,"
                           " tenant_id, log_id, present, told_at)"
                           " VALUES (?, ?, ?, ?, ?, ?)", params, 6, NULL,
                           NULL) == BT_STORE_OK;
}

static bool
write_all_told(look *now)
{
    bt_notify *notify = now->notify;
    bt_value   params[] = {
        bt_time(now->now), bt_int(notify->agent_id), bt_int(notify->number)
    };
    bt_value   old = bt_time(now->now - KEEP_SECONDS * BT_SECOND);
    int64_t    changed = 0;

    if (bt_store_run(notify->store, "UPDATE notify_state SET number ="
                     " number + 1, tries = 0, try_after = NULL, told_at = ?"
                     " WHERE id = 1 AND agent_id = ? AND number = ?", params,
                     3, NULL, &changed) != BT_STORE_OK
        || changed != 1)
    {
        return false;
    }
    for (size_t i = 0; i < now->count; i++) {
        if (now->changes[i].due && !write_told(now, &now->changes[i])) {
            return false;
        }
    }
    return bt_store_run(notify->store, "DELETE FROM notify_risks"
                        " WHERE present = 0 AND told_at < ?", &old, 1, NULL,
                        NULL) == BT_STORE_OK;
}

/* What was told and is not written down is told again, under its number. */
static bool
note_success(look *now)
{
    bt_store *store = now->notify->store;

    if (bt_store_begin(store) == BT_STORE_OK && write_all_told(now)
        && bt_store_commit(store) == BT_STORE_OK)
    {
        return true;
    }
    bt_store_rollback(store);
    return false;
}

static bool
note_failure(look *now, const char *why)
{
    bt_notify *notify = now->notify;
    int64_t    step = notify->tries < BACKOFF_STEPS ? notify->tries
                                                    : BACKOFF_STEPS;
    int64_t    pause = BACKOFF_SECONDS << step;
    bt_value   params[] = {
        bt_time(0), bt_int(notify->agent_id)
    };

    pause = pause < BACKOFF_MAX ? pause : BACKOFF_MAX;
    params[0] = bt_time(now->now + pause * BT_SECOND);
    bt_log("error", "notification %lld was not told, try again in %lld s: "
           "%s: %s", (long long) notify->number, (long long) pause,
           notify->conf.program, why);
    return bt_store_run(notify->store, "UPDATE notify_state SET tries ="
                        " tries + 1, try_after = ? WHERE id = 1"
                        " AND agent_id = ?", params, 2, NULL, NULL)
           == BT_STORE_OK;
}

static bool
tell(look *now)
{
    char why[512] = "";

    if (!run_program(now, why, sizeof(why))) {
        return note_failure(now, why);
    }
    bt_log("notice", "notification %lld was told",
           (long long) now->notify->number);
    return note_success(now);
}

bool
bt_notify_look(bt_notify *notify, int64_t agent_id, bt_usec now)
{
    look one = { .notify = notify, .now = now };
    bool ours = false, good;

    bt_pool_reset(notify->pool);
    notify->agent_id = agent_id;
    good = take_lease(notify, &ours);
    if (good && ours) {
        good = read_state(notify) && read_health(&one) && read_told(&one)
               && compare(&one) && remember(&one);
    }
    /* What was seen before the store or the lease went is no measure any
     * more: clusters may look silent because nobody could write. */
    if (!good || !ours) {
        notify->wait_count = 0;
        return good;
    }
    return !is_time(&one) || tell(&one);
}
