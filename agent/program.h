/* program.h: what the files of the program adapter share: the printed document, and how a program is run. */

#ifndef BT_PROGRAM_H
#define BT_PROGRAM_H

#include "agent/adapter.h"

/* 75 of sysexits.h: not now, but later. */
#define BT_PROGRAM_DONE     0
#define BT_PROGRAM_REFUSED  1
#define BT_PROGRAM_LATER    75

/* What a program printed, as records; texts belong to the document. */
typedef struct {
    bt_collect_cluster  cluster;
    bt_tenant_record   *tenants;
    size_t              tenant_count;
    bt_data_record     *tasks;
    size_t              task_count;
    bt_cleanup_record  *cleanups;
    size_t              cleanup_count;
    bt_second_record   *seconds;
    size_t              second_count;
    bt_log_record      *logs;
    size_t              log_count;
    struct bt_block    *blocks;     /* the memory of all this */
} bt_program_document;

/* Reads a document as docs/program-adapter.md describes it.  clock: of the
 * cluster, where the document does not tell it.  False: nothing of it can be
 * used, `why` (of `size` bytes) says in one line what is wrong with it.  True:
 * to be given to bt_program_free(). */
bool bt_program_parse(bt_program_document *document, bt_str text,
                      bt_usec clock, char *why, size_t size);
void bt_program_free(bt_program_document *document);

/* One run.  Texts are NULL where there is nothing to say. */
typedef struct {
    const bt_access *access;
    const char      *verb;
    const char      *tenant;        /* its name, the last argument */
    int64_t          tenant_id;
    int64_t          command_id;    /* 0: none */
    const char      *source_id;     /* of the record that the act is about */
} bt_program_call;

/* status: the exit status; -1: it did not come to one, and `error` says why.
 * output: all that it printed, NUL-terminated.  error: the first of what it
 * wrote to standard error, without secrets, in one line. */
typedef struct {
    int    status;
    char  *output;
    size_t len;
    char   error[BT_REASON_MAX];
} bt_program_result;

/* Runs the program of the access and waits for its end, at most
 * statement_seconds long; then it is ended, and its process group with it.
 * result is to be given to bt_program_result_free() in any case. */
void bt_program_run(const bt_program_call *call, bt_program_result *result);
void bt_program_result_free(bt_program_result *result);

struct bt_link {
    const bt_access *access;
    int64_t          accepted;      /* the command that the program took */
    const char      *verb;          /* and what it was told */
    bt_usec          accepted_at;   /* by the store's clock */
};

/* Runs "collect" and reads what it printed. */
bt_answer bt_program_look(bt_link *link, bt_program_document *document,
                          bt_reason *reason);
bt_answer bt_program_step(bt_link *link, bt_order *order, bt_step *step,
                          bt_reason *reason);

#endif
