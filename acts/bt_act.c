/* bt_act.c: the transaction of an act, and its place in the audit trail. */

#include "acts/bt_act_internal.h"

#include "store/bt_audit.h"

#define TRIES           5        /* of a transaction that met a deadlock */
#define ADDRESS_BYTES   64       /* columns of audit_events */
#define REQUEST_BYTES   64
#define ROLES_BYTES     128
#define DETAIL_BYTES    2048


bt_str
bt_act_cut(bt_str text, size_t max)
{
    while (text.len > max || (text.len > 0 && !bt_utf8_valid(text, NULL))) {
        text.len--;
    }

    return text;
}


/* What is to be said, and in brackets who it was: that part stays whole. */
static bt_str
add_note(bt_buf *out, bt_str detail, bt_str note)
{
    if (note.len == 0) {
        return bt_act_cut(detail, DETAIL_BYTES);
    }

    note = bt_act_cut(note, DETAIL_BYTES - sizeof(" []"));
    detail = bt_act_cut(detail, DETAIL_BYTES - sizeof(" []") - note.len);
    bt_buf_add(out, detail.data, detail.len);
    bt_buf_addz(out, detail.len > 0 ? " [" : "[");
    bt_buf_add(out, note.data, note.len);
    bt_buf_addc(out, ']');

    return (bt_str) { out->data, out->len };
}


bt_store_status
bt_acting_audit(const bt_acting *acting, const char *outcome, bt_str detail)
{
    char             data[DETAIL_BYTES + 1];
    bt_buf           text;
    const bt_act    *act = acting->act;
    const bt_actor  *actor = acting->actor;

    bt_buf_init(&text, data, sizeof(data));

    bt_audit_event  event = {
        .at = acting->now,
        .user = actor->user,
        .roles = bt_act_cut(actor->roles, ROLES_BYTES),
        .client_address = bt_act_cut(actor->client_address, ADDRESS_BYTES),
        .request_id = bt_act_cut(actor->request_id, REQUEST_BYTES),
        .action = bt_str_of(bt_action_name(act->action)),
        .kind = bt_str_of(bt_view_name(act->kind)),
        .target_id = act->id,
        .cluster_id = acting->subject.cluster_id,
        .tenant_id = acting->tenant_id,
        .command_id = acting->result->command_id,
        .outcome = bt_str_of(outcome),
        .detail = add_note(&text, detail, actor->note)
    };

    return bt_audit_append(acting->store, &event);
}


bt_store_status
bt_acting_run(bt_acting *acting, bt_acting_body body)
{
    int              i;
    bt_store        *store = acting->store;
    bt_store_status  status;

    for (i = 0; i < TRIES; i++) {
        acting->refused = false;
        status = bt_store_begin(store);

        if (status == BT_STORE_OK) {
            status = body(acting);
        }

        if (status == BT_STORE_OK && !acting->refused) {
            status = bt_store_commit(store);

        } else {
            bt_store_rollback(store);
        }

        if (status != BT_STORE_CONFLICT && status != BT_STORE_DUPLICATE) {
            return status;
        }
    }

    return status;
}


static bt_store_status
refusal_body(bt_acting *acting)
{
    int64_t          number;
    bt_store_status  status;

    status = bt_change_number(acting->store, acting->subject.cluster_id,
                              &number);

    return status == BT_STORE_OK
           ? bt_acting_audit(acting, "REFUSED", bt_str_of(acting->result->text))
           : status;
}


void
bt_acting_refuse(bt_acting *acting, bt_act_outcome outcome, const char *text)
{
    acting->refused = true;
    acting->result->outcome = outcome;
    acting->result->text = text;
    acting->result->command_id = 0;
}


static const char *
state_refusal(const bt_act_facts *facts, bt_action_e action)
{
    if (action == BT_ACTION_BACKUP) {
        return "A data backup of this tenant is running. Wait until it has"
               " ended.";
    }

    if (action == BT_ACTION_CANCEL && facts->kind == BT_VIEW_COMMANDS) {
        return "Only a command that no agent has taken yet can be canceled."
               " Look at what became of it.";
    }

    return action == BT_ACTION_CANCEL
           ? "Only what has not ended can be canceled. Look at the task again."
           : "The present state does not allow this. Look at the record"
             " again.";
}


const char *
bt_act_refusal(const bt_act_facts *facts, bt_action_e action,
    bt_act_outcome *outcome)
{
    *outcome = BT_ACT_CONFLICT;

    if (action == BT_ACTION_ACKNOWLEDGE && facts->acknowledged) {
        return "The record is acknowledged already. Nothing is left to do.";
    }

    if (facts->open_id != 0 && action != BT_ACTION_ACKNOWLEDGE) {
        return "A command for it is still open. Wait until it has ended.";
    }

    if (!bt_act_state_allows(bt_str_of(facts->status), action)) {
        return state_refusal(facts, action);
    }

    if (facts->forbidden) {
        *outcome = BT_ACT_FORBIDDEN;
        return "The operator of this page does not allow this on this"
               " cluster. Ask for it.";
    }

    if (facts->not_alone) {
        return "The cluster does not do this for this tenant by itself. Choose"
               " another tenant or task.";
    }

    return NULL;
}


void
bt_acting_check(bt_acting *acting)
{
    const char      *refusal;
    bt_act_outcome   outcome;

    if (acting->facts.open_id == 0 && acting->act->expected_state.len > 0
        && !bt_str_eqz(acting->act->expected_state, acting->facts.status))
    {
        bt_acting_refuse(acting, BT_ACT_CONFLICT, "The state is not the"
                         " expected one any more. Look at the record again.");
        return;
    }

    refusal = bt_act_refusal(&acting->facts, acting->act->action, &outcome);

    if (refusal != NULL) {
        bt_acting_refuse(acting, outcome, refusal);
    }
}


static bt_acting
begin(bt_store *store, const bt_actor *actor, const bt_act *act,
    bt_act_result *result)
{
    *result = (bt_act_result) { .outcome = BT_ACT_DONE };

    return (bt_acting) {
        .store = store,
        .actor = actor,
        .act = act,
        .result = result,
        .now = bt_time_now(),
        .subject = { .kind = act->kind, .id = act->id },
        .tenant_id = act->tenant_id,
        .facts = { .kind = act->kind, .status = result->state }
    };
}


static bt_acting_body
body_of(const bt_act *act)
{
    if (act->action == BT_ACTION_ACKNOWLEDGE) {
        return bt_acting_acknowledge;
    }

    return act->kind == BT_VIEW_COMMANDS ? bt_acting_cancel
                                         : bt_acting_request;
}


/* What is refused is written down in a transaction of its own; who asked gets
 * the refusal also where that fails. */
bt_store_status
bt_act_carry_out(bt_store *store, const bt_actor *actor, const bt_act *act,
    bt_act_result *result)
{
    bt_acting        acting;
    bt_store_status  status;

    acting = begin(store, actor, act, result);
    status = bt_acting_run(&acting, body_of(act));

    if (status == BT_STORE_OK && acting.refused) {
        (void) bt_acting_run(&acting, refusal_body);
    }

    return status;
}


bt_store_status
bt_act_refused(bt_store *store, const bt_actor *actor, const bt_act *act,
    const char *text)
{
    bt_acting        acting;
    bt_act_result    result;
    bt_store_status  status;

    acting = begin(store, actor, act, &result);
    status = bt_acting_find(&acting);
    result.text = text;

    return status == BT_STORE_OK ? bt_acting_run(&acting, refusal_body)
                                 : status;
}


bt_store_status
bt_act_note_in(bt_store *store, const bt_actor *actor, const char *action,
    int64_t cluster_id, const char *detail)
{
    char    data[DETAIL_BYTES + 1];
    bt_buf  text;
    bt_str  cut;

    bt_buf_init(&text, data, sizeof(data));
    cut = add_note(&text, bt_str_of(detail), actor->note);

    bt_audit_event  event = {
        .at = bt_time_now(),
        .user = actor->user,
        .client_address = bt_act_cut(actor->client_address, ADDRESS_BYTES),
        .action = bt_str_of(action),
        .kind = cluster_id != 0 ? BT_STR("clusters") : (bt_str) { "", 0 },
        .target_id = cluster_id,
        .cluster_id = cluster_id,
        .outcome = BT_STR("DONE"),
        .detail = cut
    };

    return bt_audit_append(store, &event);
}


/* The event alone; its lock is the change counter's. */
bt_store_status
bt_act_note(bt_store *store, const bt_actor *actor, const char *action,
    const char *detail)
{
    int64_t          number;
    bt_store_status  status;

    status = bt_store_begin(store);

    if (status == BT_STORE_OK) {
        status = bt_change_number(store, BT_CHANGE_EVERYWHERE, &number);
    }

    if (status == BT_STORE_OK) {
        status = bt_act_note_in(store, actor, action, 0, detail);
    }

    if (status == BT_STORE_OK) {
        return bt_store_commit(store);
    }

    bt_store_rollback(store);

    return status;
}
