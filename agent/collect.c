/* collect.c: lets through to the recorder what is not yet recorded, and only that. */

#include "agent/collect.h"

#include <stdlib.h>
#include <string.h>

#include "agent/collect_memory.h"

#define PORTION        500         /* records in one commit */
#define SLOT           (5 * BT_MINUTE)
#define SLOT_SECONDS   300
#define KEY_TENANT     100          /* kinds of keys besides bt_kind */
#define CONTENT_GONE   1

/* The worst latency of five minutes. */
typedef struct {
    bt_usec at;                     /* BT_UNKNOWN: none */
    int64_t worst;
} slot;

/* A log backup: what changes at every look, and is written by its id. */
typedef struct {
    uint64_t        key;
    bt_touch_record last;           /* id 0: not looked up yet */
    slot            slots[2];       /* before, present */
    bool            touched;        /* by this look, and not put */
} log_state;

typedef struct {
    uint64_t key;
    uint64_t content;
} noted;

struct bt_collect {
    int64_t         cluster_id;
    bt_memory       memory;
    unsigned        look;
    int64_t         epoch;          /* five minutes of the last refresh */

    bt_self_record  known;          /* as it stands in the store */
    uint64_t        described;      /* hash of what was written of it */
    bool            has_known;

    log_state      *logs;
    size_t          log_count;
    bt_touch_record *touches;       /* room for log_count */

    /* Of the look under way. */
    bt_recorder    *recorder;
    bt_usec         now;
    bool            refresh;        /* what moves on is put, too */
    bt_look         state;
    bt_self_record  self;           /* its texts are ours */
    char            ob_name[512];
    char            version[256];
    bool            has_self;
    noted          *noted;          /* put, and not committed yet */
    size_t          noted_count;
    size_t          noted_room;
};

bt_collect *
bt_collect_new(int64_t cluster_id)
{
    bt_collect *collect = calloc(1, sizeof(*collect));

    if (collect != NULL) {
        collect->cluster_id = cluster_id;
        collect->epoch = -1;
    }
    return collect;
}

void
bt_collect_free(bt_collect *collect)
{
    if (collect == NULL) {
        return;
    }
    bt_memory_free(&collect->memory);
    free(collect->logs);
    free(collect->touches);
    free(collect->noted);
    free(collect);
}

static bt_look
look_of(const bt_collect *collect, bt_store_status status)
{
    if (bt_recorder_lost(collect->recorder)) {
        return BT_LOOK_LOST;
    }
    return status == BT_STORE_OK ? BT_LOOK_DONE : BT_LOOK_FAILED;
}

/* A refresh comes once in five minutes, for each cluster at another moment. */
static bool
is_refresh(bt_collect *collect)
{
    int64_t phase = collect->cluster_id * 7919 % SLOT_SECONDS;
    int64_t epoch = (collect->now / BT_SECOND + phase) / SLOT_SECONDS;
    bool    refresh = epoch != collect->epoch;

    collect->epoch = epoch;
    return refresh;
}

bt_look
bt_collect_begin(bt_collect *collect, bt_recorder *recorder, bt_usec now)
{
    collect->recorder = recorder;
    collect->now = now;
    collect->look++;
    collect->refresh = is_refresh(collect);
    collect->state = BT_LOOK_DONE;
    collect->has_self = false;
    collect->noted_count = 0;
    for (size_t i = 0; i < collect->log_count; i++) {
        collect->logs[i].touched = false;
    }
    bt_recorder_discard(recorder);
    if (!collect->has_known) {
        collect->state = look_of(collect,
                                 bt_recorder_self(recorder,
                                                  collect->cluster_id,
                                                  &collect->known));
        collect->has_known = collect->state == BT_LOOK_DONE;
    }
    collect->self = collect->known;
    bt_recorder_scope(recorder, collect->cluster_id,
                      collect->known.incarnation, now);
    return collect->state;
}

static bt_str
keep_text(char *room, size_t size, bt_str text)
{
    size_t len = text.len < size ? text.len : size;

    if (len > 0) {
        memcpy(room, text.data, len);
    }
    return (bt_str) { room, len };
}

/* Another number or another creation is another cluster under the old name. */
static bool
is_another(const bt_self_record *known, const bt_collect_cluster *cluster)
{
    return (known->ob_id != BT_UNKNOWN && cluster->ob_id != BT_UNKNOWN
            && known->ob_id != cluster->ob_id)
           || (known->created != BT_UNKNOWN && cluster->created != BT_UNKNOWN
               && known->created != cluster->created);
}

void
bt_collect_cluster_is(bt_collect *collect, const bt_collect_cluster *cluster)
{
    const bt_self_record *known = &collect->known;
    bt_self_record       *self = &collect->self;

    collect->has_self = true;
    self->ob_name = keep_text(collect->ob_name, sizeof(collect->ob_name),
                              cluster->ob_name);
    self->version = keep_text(collect->version, sizeof(collect->version),
                              cluster->version);
    self->ob_id = cluster->ob_id;
    self->created = cluster->created;
    self->incarnation = known->incarnation;
    if (is_another(known, cluster)) {
        self->incarnation++;
    }
    if (cluster->incarnation > self->incarnation) {
        self->incarnation = cluster->incarnation;
    }
    bt_recorder_scope(collect->recorder, collect->cluster_id,
                      self->incarnation, collect->now);
}

static void
note(bt_collect *collect, uint64_t key, uint64_t content)
{
    noted *more;

    if (collect->noted_count == collect->noted_room) {
        size_t room = collect->noted_room > 0 ? 2 * collect->noted_room : 16;

        more = realloc(collect->noted, room * sizeof(*more));
        if (more == NULL) {
            return;
        }
        collect->noted = more;
        collect->noted_room = room;
    }
    collect->noted[collect->noted_count++] = (noted) { key, content };
}

static uint64_t
hash_of_self(const bt_self_record *self)
{
    uint64_t hash = bt_hash_text(BT_HASH_START, self->ob_name);

    hash = bt_hash_number(hash, self->ob_id);
    hash = bt_hash_text(hash, self->version);
    hash = bt_hash_number(hash, self->incarnation);
    return bt_hash_number(hash, self->created);
}

static bool
describe(bt_collect *collect)
{
    const bt_self_record *self = &collect->self;
    uint64_t              hash = hash_of_self(self);

    if (!collect->has_self || hash == collect->described) {
        return true;
    }
    collect->state = look_of(collect,
                             bt_recorder_describe(collect->recorder,
                                                  collect->cluster_id, self));
    if (collect->state != BT_LOOK_DONE) {
        return false;
    }
    collect->described = hash;
    collect->known.incarnation = self->incarnation;
    if (self->ob_id != BT_UNKNOWN) {
        collect->known.ob_id = self->ob_id;
    }
    if (self->created != BT_UNKNOWN) {
        collect->known.created = self->created;
    }
    return true;
}

/* Writes what waits, and remembers it from then on. */
static void
write_out(bt_collect *collect)
{
    bt_recorder *recorder = collect->recorder;

    if (!describe(collect)) {
        return;
    }
    if (bt_recorder_waiting(recorder) > 0) {
        collect->state = look_of(collect, bt_recorder_commit(recorder));
    }
    if (collect->state == BT_LOOK_DONE) {
        for (size_t i = 0; i < collect->noted_count; i++) {
            (void) bt_memory_put(&collect->memory, collect->noted[i].key,
                                 collect->noted[i].content, collect->look);
        }
        collect->noted_count = 0;
    }
}

/* True when the record is to be put; it counts as put from then on. */
static bool
is_news(bt_collect *collect, uint64_t key, uint64_t content, bool moves)
{
    if (collect->state != BT_LOOK_DONE) {
        return false;
    }
    if (bt_memory_same(&collect->memory, key, content, collect->look)
        && !(moves && collect->refresh))
    {
        return false;
    }
    if (bt_recorder_waiting(collect->recorder) >= PORTION) {
        write_out(collect);
    }
    note(collect, key, content);
    return collect->state == BT_LOOK_DONE;
}

/* Never 0, which means a free place. */
static uint64_t
key_of(const bt_collect *collect, int kind, int64_t tenant, bt_str source_id,
       int64_t copy_id)
{
    uint64_t hash = bt_hash_number(BT_HASH_START, kind);

    hash = bt_hash_number(hash, collect->self.incarnation);
    hash = bt_hash_number(hash, tenant);
    hash = bt_hash_text(hash, source_id);
    hash = bt_hash_number(hash, copy_id);
    return hash != 0 ? hash : 1;
}

void
bt_collect_tenant(bt_collect *collect, const bt_tenant_record *tenant)
{
    uint64_t key = key_of(collect, KEY_TENANT, tenant->ob_id, BT_STR(""), 0);
    uint64_t hash = bt_hash_text(BT_HASH_START, tenant->name);

    hash = bt_hash_text(hash, tenant->role);
    hash = bt_hash_text(hash, tenant->log_mode);
    hash = bt_hash_number(hash, tenant->restorable_from);
    hash = bt_hash_number(hash, tenant->restorable_to == BT_UNKNOWN);
    if (is_news(collect, key, hash, tenant->restorable_to != BT_UNKNOWN)) {
        bt_recorder_put_tenant(collect->recorder, tenant);
    }
}

static uint64_t
hash_cause(uint64_t hash, const bt_cause_record *cause)
{
    hash = bt_hash_text(hash, cause->code);
    hash = bt_hash_text(hash, cause->stage);
    hash = bt_hash_text(hash, cause->text);
    return bt_hash_text(hash, cause->trace_id);
}

static uint64_t
hash_task_tenant(uint64_t hash, const bt_task_tenant_record *tenant)
{
    hash = bt_hash_number(hash, tenant->tenant);
    hash = bt_hash_text(hash, tenant->status);
    hash = bt_hash_text(hash, tenant->raw_status);
    hash = bt_hash_number(hash, tenant->start_time);
    hash = bt_hash_number(hash, tenant->end_time);
    hash = bt_hash_number(hash, tenant->progress);
    return bt_hash_number(hash, tenant->size_bytes);
}

static uint64_t
hash_data(const bt_data_record *task)
{
    uint64_t hash = bt_hash_text(BT_HASH_START, task->mode);

    hash = bt_hash_text(hash, task->method);
    hash = bt_hash_number(hash, task->backup_set_id);
    hash = bt_hash_text(hash, task->source);
    hash = bt_hash_number(hash, task->start_time);
    hash = bt_hash_number(hash, task->end_time);
    hash = bt_hash_text(hash, task->status);
    hash = bt_hash_text(hash, task->raw_status);
    hash = bt_hash_number(hash, task->status_since);
    hash = bt_hash_number(hash, task->progress);
    hash = bt_hash_number(hash, task->data_version);
    hash = bt_hash_text(hash, task->storage_directory);
    hash = bt_hash_number(hash, task->size_bytes);
    hash = bt_hash_text(hash, task->set_state);
    hash = bt_hash_number(hash, task->restorable_from);
    hash = bt_hash_number(hash, task->restorable_to);
    hash = hash_cause(hash, &task->cause);
    for (size_t i = 0; i < task->tenant_count; i++) {
        hash = hash_task_tenant(hash, &task->tenants[i]);
    }
    return hash;
}

void
bt_collect_data(bt_collect *collect, const bt_data_record *task)
{
    uint64_t key = key_of(collect, BT_KIND_DATA, task->tenant,
                          task->source_id, 0);

    if (is_news(collect, key, hash_data(task), false)) {
        bt_recorder_put_data(collect->recorder, task);
    }
}

void
bt_collect_cleanup(bt_collect *collect, const bt_cleanup_record *task)
{
    uint64_t key = key_of(collect, BT_KIND_CLEANUP, task->tenant,
                          task->source_id, 0);
    uint64_t hash = bt_hash_text(BT_HASH_START, task->type);

    hash = bt_hash_number(hash, task->start_time);
    hash = bt_hash_number(hash, task->end_time);
    hash = bt_hash_text(hash, task->status);
    hash = bt_hash_text(hash, task->raw_status);
    hash = bt_hash_number(hash, task->status_since);
    hash = bt_hash_number(hash, task->items_total);
    hash = bt_hash_number(hash, task->items_done);
    hash = hash_cause(hash, &task->cause);
    if (is_news(collect, key, hash, false)) {
        bt_recorder_put_cleanup(collect->recorder, task);
    }
}

void
bt_collect_second(bt_collect *collect, const bt_second_record *second)
{
    uint64_t key = key_of(collect, BT_KIND_SECOND, second->tenant,
                          second->source_id, second->copy_id);
    uint64_t hash = bt_hash_text(BT_HASH_START, second->kind);

    hash = bt_hash_number(hash, second->task_tenant);
    hash = bt_hash_text(hash, second->task_source_id);
    hash = bt_hash_number(hash, second->backup_set_id);
    hash = bt_hash_number(hash, second->start_time);
    hash = bt_hash_number(hash, second->end_time);
    hash = bt_hash_text(hash, second->storage_directory);
    hash = bt_hash_text(hash, second->status);
    hash = bt_hash_text(hash, second->raw_status);
    hash = bt_hash_number(hash, second->status_since);
    hash = hash_cause(hash, &second->cause);
    if (is_news(collect, key, hash,
                second->latest_backup_time != BT_UNKNOWN))
    {
        bt_recorder_put_second(collect->recorder, second);
    }
}

/* Without what moves on by itself: times of checkpoints, latency, samples. */
static uint64_t
hash_log(const bt_log_record *log)
{
    uint64_t hash = bt_hash_text(BT_HASH_START, log->method);

    hash = bt_hash_text(hash, log->host);
    hash = bt_hash_text(hash, log->storage_directory);
    hash = bt_hash_number(hash, log->start_time);
    hash = bt_hash_text(hash, log->status);
    hash = bt_hash_text(hash, log->raw_status);
    hash = bt_hash_number(hash, log->status_since);
    hash = hash_cause(hash, &log->cause);
    for (size_t i = 0; i < log->round_count; i++) {
        const bt_round_record *round = &log->rounds[i];

        hash = bt_hash_number(hash, round->incarnation);
        hash = bt_hash_number(hash, round->round_id);
        hash = bt_hash_text(hash, round->status);
        hash = bt_hash_text(hash, round->raw_status);
        hash = bt_hash_number(hash, round->start_time);
        hash = bt_hash_number(hash, round->end_time);
    }
    for (size_t i = 0; i < log->gap_count; i++) {
        hash = bt_hash_number(hash, log->gaps[i].from);
        hash = bt_hash_number(hash, log->gaps[i].to);
    }
    return hash;
}

static log_state *
state_of(bt_collect *collect, uint64_t key)
{
    size_t           count = collect->log_count;
    log_state       *logs;
    bt_touch_record *touches;

    for (size_t i = 0; i < count; i++) {
        if (collect->logs[i].key == key) {
            return &collect->logs[i];
        }
    }
    logs = realloc(collect->logs, (count + 1) * sizeof(*logs));
    if (logs == NULL) {
        return NULL;
    }
    collect->logs = logs;
    touches = realloc(collect->touches, (count + 1) * sizeof(*touches));
    if (touches == NULL) {
        return NULL;
    }
    collect->touches = touches;
    logs[count] = (log_state) {
        .key = key, .slots = { { BT_UNKNOWN, 0 }, { BT_UNKNOWN, 0 } }
    };
    collect->log_count++;
    return &logs[count];
}

static void
sample(log_state *state, const bt_log_record *log)
{
    slot *present = &state->slots[1];
    bt_usec at;

    if (log->observed == BT_UNKNOWN || log->latency_seconds == BT_UNKNOWN) {
        return;
    }
    at = log->observed - log->observed % SLOT;
    if (present->at != at) {
        state->slots[0] = *present;
        *present = (slot) { at, log->latency_seconds };
    } else if (log->latency_seconds > present->worst) {
        present->worst = log->latency_seconds;
    }
}

/* The record with the worst of the last ten minutes among its samples. */
static void
put_log(bt_collect *collect, const bt_log_record *log, const log_state *state)
{
    bt_log_record      record = *log;
    bt_latency_record *samples = calloc(log->sample_count + 2,
                                        sizeof(*samples));

    if (samples != NULL) {
        for (size_t i = 0; i < log->sample_count; i++) {
            samples[i] = log->samples[i];
        }
        for (size_t i = 0; i < 2; i++) {
            if (state->slots[i].at != BT_UNKNOWN) {
                samples[record.sample_count++] = (bt_latency_record) {
                    state->slots[i].at, state->slots[i].worst
                };
            }
        }
        record.samples = samples;
    }
    bt_recorder_put_log(collect->recorder, &record);
    free(samples);
}

void
bt_collect_log(bt_collect *collect, const bt_log_record *log)
{
    uint64_t   key = key_of(collect, BT_KIND_LOG, log->tenant, log->source_id,
                            0);
    log_state *state = state_of(collect, key);
    int64_t    id = 0;

    if (state == NULL) {
        bt_recorder_put_log(collect->recorder, log);
        return;
    }
    sample(state, log);
    if (is_news(collect, key, hash_log(log), true)) {
        put_log(collect, log, state);
        state->touched = false;
        return;
    }
    if (state->last.id == 0 && collect->state == BT_LOOK_DONE) {
        collect->state = look_of(collect,
                                 bt_recorder_find(collect->recorder,
                                                  collect->cluster_id,
                                                  collect->self.incarnation,
                                                  BT_KIND_LOG, log->tenant,
                                                  log->source_id, &id));
        state->last.id = id;
    }
    state->last.latest_backup_time = log->latest_backup_time;
    state->last.latency_seconds = log->latency_seconds;
    state->last.observed = log->observed;
    state->touched = state->last.id != 0;
}

void
bt_collect_gone(bt_collect *collect, bt_kind kind, int64_t tenant,
                bt_str source_id)
{
    uint64_t key = key_of(collect, kind, tenant, source_id, 0);
    int64_t  id;

    if (!is_news(collect, key, CONTENT_GONE, false)) {
        return;
    }
    collect->state = look_of(collect,
                             bt_recorder_find(collect->recorder,
                                              collect->cluster_id,
                                              collect->self.incarnation, kind,
                                              tenant, source_id, &id));
    if (collect->state == BT_LOOK_DONE && id != 0) {
        bt_recorder_put_removal(collect->recorder, kind, id);
    }
}

static void
touch(bt_collect *collect)
{
    size_t count = 0;

    for (size_t i = 0; i < collect->log_count; i++) {
        if (collect->logs[i].touched) {
            collect->touches[count++] = collect->logs[i].last;
        }
    }
    collect->state = look_of(collect,
                             bt_recorder_touch(collect->recorder,
                                               collect->cluster_id,
                                               collect->touches, count));
}

bt_look
bt_collect_end(bt_collect *collect, bool good)
{
    if (good && collect->state == BT_LOOK_DONE) {
        write_out(collect);
        if (collect->state == BT_LOOK_DONE) {
            touch(collect);
        }
        bt_memory_trim(&collect->memory, collect->look);
    }
    free(collect->noted);
    collect->noted = NULL;
    collect->noted_count = collect->noted_room = 0;
    bt_recorder_discard(collect->recorder);
    return collect->state;
}
