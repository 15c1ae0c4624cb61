/* test_agent_ob_cause.c: failure texts in every form, and paths and texts without secrets. */

#include "test_common.h"

#include "agent/ob_cause.h"

typedef struct {
    const char *comment;
    int64_t     result;
    bool        canceled;
    const char *code;
    const char *stage;
    const char *trace_id;
} row;

static const row rows[] = {
    { "(ROOTSERVICE)addr: 10.0.0.1:2882, result: -9070(backup dest is not "
      "reachable), trace_id: YB42AC1E87E6-0005E8CD0F1A2B3C-0-0", -9070, false,
      "-9070", "ROOTSERVICE", "YB42AC1E87E6-0005E8CD0F1A2B3C-0-0" },
    { "(SERVER)ls_id: 1001, addr: 10.0.0.1:2882, module: BACKUP_DATA, "
      "result: -9082(device out of space), trace_id: Y1", 0, false,
      "-9082", "BACKUP_DATA", "Y1" },
    /* as samples print it: case, blanks, full-width comma, no sign */
    { "(server)LS_ID:1001\xef\xbc\x8c addr:10.0.0.1:2882, Module:backup_data,"
      "result:4012(Timeout),Trace_Id:Y2", 4012, false,
      "-4012", "BACKUP_DATA", "Y2" },
    { "( SERVER ) no", -4012, false, "-4012", "", "" },
    { " (SERVER)module\xef\xbc\x9a BACKUP_CLEAN\xef\xbc\x8cresult\xef\xbc\x9a"
      "-4018", 0, false, "-4018", "BACKUP_CLEAN", "" },
    /* the text's number stands above the column's */
    { "(SERVER)module: X, result: -4009(IO error)", -4016, false,
      "-4009", "X", "" },
    { "(SERVER)module: X, result: 0(none)", -4016, false, "-4016", "X", "" },
    { "(SERVER)module: X, result: many", 4016, false, "-4016", "X", "" },
    /* 4.2.0 */
    { "Timeout", -4012, false, "-4012", "", "" },
    { "backup can not start", 9040, false, "-9040", "", "" },
    { "the result: -1 of something else", -9040, false, "-9040", "", "" },
    /* canceled, however it is said */
    { "Operation canceled", -4072, false, "CANCELED", "", "" },
    { "Operation canceled", 4072, false, "CANCELED", "", "" },
    { "", 0, true, "CANCELED", "", "" },
    { "(SERVER)module: BACKUP_DATA, result: -4072(Canceled), trace_id: Y3",
      0, false, "CANCELED", "BACKUP_DATA", "Y3" },
    /* nothing, or nonsense */
    { "", 0, false, "", "", "" },
    { "", BT_USEC_NONE, false, "", "", "" },
    { "(SERVER)", BT_USEC_NONE, false, "", "SERVER", "" },
    { "(SERVER)module:", -9000000000, false, "", "SERVER", "" },
    { "(SERVER)xmodule: A, myresult: -5, trace_id", 0, false,
      "", "SERVER", "" },
    { "trace_id: Y4 alone", -4016, false, "-4016", "", "Y4" }
};


static void
test_forms(void **state)
{
    static ob_cause  cause;

    (void) state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        ob_cause_parse(&cause, bt_str_of(rows[i].comment), rows[i].result,
                       rows[i].canceled);

        if (strcmp(cause.code, rows[i].code) != 0
            || strcmp(cause.stage, rows[i].stage) != 0
            || strcmp(cause.trace_id, rows[i].trace_id) != 0)
        {
            fail_msg("\"%s\": code \"%s\", stage \"%s\", trace id \"%s\"",
                     rows[i].comment, cause.code, cause.stage,
                     cause.trace_id);
        }

        if (rows[i].comment[0] != '\0') {
            assert_string_equal(cause.text, rows[i].comment);
        }
    }
}


/* Without a text, the number's own. */
static void
test_known(void **state)
{
    static ob_cause  cause;

    (void) state;

    ob_cause_parse(&cause, (bt_str) { NULL, 0 }, 9040, false);
    assert_string_equal(cause.code, "-9040");
    assert_non_null(strstr(cause.text, "log archive status is not doing"));
    ob_cause_parse(&cause, (bt_str) { NULL, 0 }, -123456, false);
    assert_string_equal(cause.code, "-123456");
    assert_string_equal(cause.text, "Error -123456");
    ob_cause_parse(&cause, (bt_str) { NULL, 0 }, 0, true);
    assert_string_equal(cause.text, "Operation canceled");

    assert_string_equal(ob_error_text(-9091), ob_error_text(9091));
    assert_null(ob_error_text(0));
    assert_null(ob_error_text(INT64_MIN));
    assert_non_null(ob_error_remedy(-9023));
    assert_null(ob_error_remedy(9091));
}


static void
test_long(void **state)
{
    static ob_cause  cause;
    static char      text[3 * OB_TEXT_MAX];
    const char       head[] = "(SERVER)trace_id: ";

    (void) state;

    memset(text, 'x', sizeof(text));

    for (size_t i = 0; i < sizeof(head) - 1; i++) {
        text[i] = head[i];
    }

    ob_cause_parse(&cause, (bt_str) { text, sizeof(text) }, -1, false);
    assert_int_equal(strlen(cause.text), OB_TEXT_MAX);
    assert_int_equal(strlen(cause.trace_id), OB_TRACE_MAX - 1);
}


typedef struct {
    const char *in;
    const char *out;
} pair;


static void
test_paths(void **state)
{
    static const pair  pairs[] = {
        { "file:///backup/a b", "file:///backup/a b" },
        { "oss://bucket/a/b?host=x.com&access_id=AK&access_key=SK",
          "oss://bucket/a/b" },
        { "s3://user:secret@host/bucket/x@y", "s3://host/bucket/x@y" },
        { "LOCATION=cos://b/c?access_key=1 BINDING=Optional", "cos://b/c" },
        { "location=file:///x BINDING=Mandatory PIECE_SWITCH_INTERVAL=1d",
          "file:///x" },
        { "oss://b/p&host=h&access_id=AK", "oss://b/p&host=h" },
        { "", "" },
        { "?x", "" },
        { "://", "://" },
        { "/plain/path", "/plain/path" },
        { "file:///\xe4\xb8\xad\xff", "file:///\xe4\xb8\xad?" }
    };
    char               out[256];

    (void) state;

    for (size_t i = 0; i < COUNT(pairs); i++) {
        ob_path_clean(bt_str_of(pairs[i].in), out, sizeof(out));
        assert_string_equal(out, pairs[i].out);
    }

    ob_path_clean((bt_str) { NULL, 0 }, out, sizeof(out));
    assert_string_equal(out, "");
}


static void
test_texts(void **state)
{
    static const pair  pairs[] = {
        { "nothing to hide?", "nothing to hide?" },
        { "cannot write oss://b/p?access_id=AK&access_key=SK, sorry",
          "cannot write oss://b/p?***, sorry" },
        { "ACCESS_KEY=SK and access_id=AK'", "ACCESS_KEY=*** and access_id="
          "***'" },
        { "set password='a b'", "set password=***" },
        { "password=\"x y", "password=***" },
        { "encrypt_key=abc", "encrypt_key=***" },
        { "a\xff\x80z", "a??z" }
    };
    char               out[256];

    (void) state;

    for (size_t i = 0; i < COUNT(pairs); i++) {
        ob_text_clean(bt_str_of(pairs[i].in), out, sizeof(out));
        assert_string_equal(out, pairs[i].out);
    }

    ob_text_clean(BT_STR("\xe4\xb8\xad\xe4\xb8\xad"), out, 6);
    assert_string_equal(out, "\xe4\xb8\xad");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests_name("agent: ob cause", tests, NULL, NULL);
}
