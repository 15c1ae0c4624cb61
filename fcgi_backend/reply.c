/* reply.c: errors of a reply. */

#include "fcgi_backend/reply.h"

#include "common/bt_log.h"


int
bt_reply_error(bt_reply *reply, int status, const char *code, const char *text)
{
    reply->error.code = code;
    reply->error.text = text;

    return status;
}


int
bt_reply_not_found(bt_reply *reply)
{
    return bt_reply_error(reply, 404, "NOT_FOUND",
                          "There is no such record, or it is not in the scope"
                          " of your account. Look for it in the lists.");
}


/* The store answers, and has not been made ready for this worker: nobody but
 * its operator can help, and no reader did anything wrong. */
int
bt_reply_not_ready(bt_reply *reply, const char *what, const char *remedy)
{
    const char  *error = bt_store_error(reply->store);

    bt_log("error", "request=%s %s%s%s%s: run \"%s\"", reply->request->id,
           what, *error != '\0' ? " (" : "", error,
           *error != '\0' ? ")" : "", remedy);

    return bt_reply_error(reply, 503, "UNAVAILABLE",
                          "The record store is not ready for this version of"
                          " the page. Whoever runs this service finds in the"
                          " worker's log what to do.");
}


int
bt_reply_store(bt_reply *reply, bt_store_status status)
{
    switch (status) {

    case BT_STORE_OK:
        return 200;

    case BT_STORE_UNAVAILABLE:
        return bt_reply_error(reply, 503, "UNAVAILABLE",
                              "The record store does not answer. The page is"
                              " back as soon as the store is; try again in a"
                              " few seconds.");

    case BT_STORE_DEADLINE:
        return bt_reply_error(reply, 503, "UNAVAILABLE",
                              "The record store took too long. Try again, or"
                              " ask for a shorter time range.");

    case BT_STORE_CONFLICT:
        return bt_reply_error(reply, 503, "UNAVAILABLE",
                              "The record store is busy with the same record."
                              " Try again in a few seconds.");

    case BT_STORE_DUPLICATE:
    case BT_STORE_ERROR:
        break;
    }

    switch (bt_store_lacks(reply->store)) {

    case BT_LACKS_TABLES:
        return bt_reply_not_ready(reply, "the record store lacks tables of"
                                  " this version", "backup-tasks-ctl migrate");

    case BT_LACKS_RIGHT:
        return bt_reply_not_ready(reply, "the worker's account lacks a right"
                                  " in the record store",
                                  "backup-tasks-ctl grants");

    case BT_LACKS_NOTHING:
        break;
    }

    return bt_reply_error(reply, 500, "INTERNAL",
                          "The record store refused a statement. Tell the"
                          " operator of this page the request id; the"
                          " worker's log says more.");
}
