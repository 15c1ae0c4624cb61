/* act.c: answers a posted form. */

#include "fcgi_backend/act.h"

#include "fcgi_backend/document.h"
#include "fcgi_backend/form.h"
#include "fcgi_backend/target.h"


static bt_actor
actor_of(const bt_request *request)
{
    return (bt_actor) {
        .user = bt_str_of(request->user),
        .roles = bt_str_of(request->role_names),
        .client_address = bt_str_of(request->client),
        .request_id = bt_str_of(request->id)
    };
}


/* target: NULL where it was not read. */
static bt_act
act_of(const bt_reply *reply, const bt_form *form, const bt_target *target)
{
    const bt_route  *route = &reply->request->route;

    return (bt_act) {
        .action = route->action,
        .kind = route->kind,
        .id = route->id,
        .tenant_id = target != NULL && route->action == BT_ACTION_BACKUP
                     ? target->tenant_id : 0,
        .mode = bt_str_of(form->mode),
        .expected_state = bt_str_of(form->expected_state),
        .key = bt_str_of(form->idempotency_key),
        .reason = bt_str_of(form->reason),
        .seconds = reply->context->command_seconds
    };
}


static int
set_location(bt_reply *reply, int64_t command_id)
{
    bt_route         route;
    const bt_route  *from = &reply->request->route;

    if (from->action == BT_ACTION_ACKNOWLEDGE) {
        route = (bt_route) { .view = from->kind, .id = from->id };

    } else {
        route = (bt_route) { .view = BT_VIEW_COMMAND,
                             .kind = BT_VIEW_COMMANDS, .id = command_id };
    }

    /* The query holds no more than how the reader wants to see things. */
    reply->output->location =
        bt_document_href(reply, &route, &reply->request->query, NULL,
                         NULL).data;
    reply->output->cache_control = "private, no-store";
    reply->output->type = NULL;

    return 303;
}


static int
set_refusal(bt_reply *reply, const bt_act_result *result)
{
    bool  forbidden = result->outcome == BT_ACT_FORBIDDEN;

    if (result->state[0] != '\0') {
        reply->error.present_state = bt_pool_copy(reply->request->pool,
                                                  bt_str_of(result->state));
    }

    return bt_reply_error(reply, forbidden ? 403 : 409,
                          forbidden ? "FORBIDDEN" : "CONFLICT", result->text);
}


int
bt_reply_refuse_act(bt_reply *reply, int status)
{
    bt_act    act;
    bt_form   none = { "", "", "", "", "" };
    bt_actor  actor;

    act = act_of(reply, &none, NULL);
    actor = actor_of(reply->request);
    (void) bt_act_refused(reply->store, &actor, &act, reply->error.text);

    return status;
}


static int
carry_out(bt_reply *reply, const bt_form *form, const bt_target *target)
{
    bt_act           act;
    bt_actor         actor;
    bt_act_result    result;
    bt_store_status  status;

    act = act_of(reply, form, target);
    actor = actor_of(reply->request);
    status = bt_act_carry_out(reply->store, &actor, &act, &result);

    if (status != BT_STORE_OK) {
        return bt_reply_store(reply, status);
    }

    if (result.outcome == BT_ACT_CONFLICT
        || result.outcome == BT_ACT_FORBIDDEN)
    {
        return set_refusal(reply, &result);
    }

    return set_location(reply, result.command_id);
}


int
bt_reply_act(bt_reply *reply)
{
    int              status;
    bool             found;
    bt_form          form;
    bt_target        target;
    bt_store_status  read;

    if (!bt_route_takes_post(&reply->request->route)) {
        return bt_reply_error(reply, 405, "METHOD_NOT_ALLOWED",
                              "Only the forms of acts take POST. Use GET.");
    }

    status = bt_form_read(reply, &form);

    if (status != 200) {
        return status;
    }

    read = bt_target_read(reply, &target, &found);

    if (read != BT_STORE_OK) {
        return bt_reply_store(reply, read);
    }

    if (!found) {
        return bt_reply_refuse_act(reply, bt_reply_not_found(reply));
    }

    if (!bt_form_trusted(&form, reply->request->csrf)) {
        bt_reply_error(reply, 403, "FORBIDDEN", "The form is too old or was"
                       " not made for you. Open it again.");
        return bt_reply_refuse_act(reply, 403);
    }

    if (target.tenant_id == 0 && target.choices != NULL) {
        reply->error.parameter = "tenant-name";
        return bt_reply_error(reply, 400, "BAD_REQUEST", "The cluster has"
                              " several tenants. Choose one of them.");
    }

    return carry_out(reply, &form, &target);
}
