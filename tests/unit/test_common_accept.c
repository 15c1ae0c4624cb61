/* test_common_accept.c: which form and which language a client prefers. */

#include <stdlib.h>

#include "common/bt_accept.h"
#include "tests/unit/test_common.h"

#define NONE  BT_FORMAT_MAX

#define CHROME  "text/html,application/xhtml+xml,application/xml;q=0.9,"       \
    "image/avif,image/webp,image/apng,*/*;q=0.8,"                             \
    "application/signed-exchange;v=b3;q=0.7"
#define FIREFOX  "text/html,application/xhtml+xml,application/xml;q=0.9,"      \
    "*/*;q=0.8"
#define PROMETHEUS  "application/openmetrics-text;version=1.0.0;q=0.5,"        \
    "application/openmetrics-text;version=0.0.1;q=0.4,"                       \
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"


typedef struct {
    const char  *header;
    int          format;
} format_case;


static const format_case  pages[] = {
    { "", BT_FORMAT_HTML }, { "*/*", BT_FORMAT_HTML },
    { "*", BT_FORMAT_HTML }, { "text/*", BT_FORMAT_HTML },
    { CHROME, BT_FORMAT_HTML }, { FIREFOX, BT_FORMAT_HTML },
    { "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
      BT_FORMAT_HTML },
    { "application/xml", BT_FORMAT_XML }, { "text/xml", BT_FORMAT_XML },
    { "Application/XML", BT_FORMAT_XML },
    { "application/*", BT_FORMAT_XML },
    { "text/csv", BT_FORMAT_CSV },
    { "application/atom+xml;type=feed", BT_FORMAT_ATOM },
    { "application/atom+xml, application/xml;q=0.9", BT_FORMAT_ATOM },
    { "text/csv;charset=UTF-8", BT_FORMAT_CSV },
    { "text/csv; header=\"present\"", BT_FORMAT_CSV },
    { "application/xml;charset=\"utf-8\"", BT_FORMAT_XML },
    { "application/xml;profile=old", BT_FORMAT_XML },
    { "application/xml, text/html", BT_FORMAT_HTML },
    { "application/xml, */*;q=0.1", BT_FORMAT_XML },
    { "application/xml, text/xml, */*; q=0.01", BT_FORMAT_XML },
    { "application/xml;q=0.8, text/csv;q=0.9", BT_FORMAT_CSV },
    { "text/html;q=0.5, text/csv;q=0.501", BT_FORMAT_CSV },
    { "text/html;q=0.5, text/csv;q=0.5009", BT_FORMAT_HTML },
    { "text/html;q=.5, text/csv;q=.6", BT_FORMAT_CSV },
    { "text/*;q=0.3, text/csv;q=0.7, */*;q=0.5", BT_FORMAT_CSV },
    { "*/*;q=0.5, text/*;q=0.3", BT_FORMAT_XML },
    { "text/html;q=0, */*", BT_FORMAT_XML },
    { "text/html;q=0.000, application/xml;q=0, text/xml;q=0, */*",
      BT_FORMAT_CSV },
    { "*/*, text/html;q=0.2", BT_FORMAT_XML },
    { "text/csv;header=absent, text/html;q=0.1", BT_FORMAT_HTML },
    { "application/xml;q=1;ext=\"a,b;c\", text/html;q=0.9", BT_FORMAT_XML },
    { "text/html;x=\"a,application/xml\"", BT_FORMAT_HTML },
    { "text/html;x=\"\\\",application/xml", BT_FORMAT_HTML },
    { "application/json;q=0.9, application/xml;q=0.1", BT_FORMAT_XML },
    { "\tapplication/xml\t;\tq\t=\t0.4\t, text/html;q=0.3", BT_FORMAT_XML },
    { ",,, ,application/xml,,", BT_FORMAT_XML },
    { "application/xml;q=", BT_FORMAT_XML },
    { "application/xml;q=two", BT_FORMAT_XML },
    { "application/xml;q=0.5x, text/html;q=0.9", BT_FORMAT_XML },
    { "application/xml;q=-1", BT_FORMAT_XML },
    { "application/xml;q=0.9;q=0, text/html;q=0.5", BT_FORMAT_XML },
    { "xml", BT_FORMAT_HTML }, { "/", BT_FORMAT_HTML },
    { "text/", BT_FORMAT_HTML }, { "/html", BT_FORMAT_HTML },
    { ";q=1", BT_FORMAT_HTML }, { "\"", BT_FORMAT_HTML },
    { ",", BT_FORMAT_HTML },
    { "application/json", NONE }, { "image/*", NONE },
    { "text/htm", NONE }, { "text/html5", NONE },
    { "*/xml", NONE }, { "*/*;q=0", NONE }, { "text/html;q=0", NONE },
    { "text/html;q=0.0001", NONE },
    { "application/xhtml+xml", NONE },
};

static const format_case  details[] = {
    { "text/csv", NONE }, { "text/csv, */*;q=0.1", BT_FORMAT_HTML },
    { "application/xml", BT_FORMAT_XML },
};

static const format_case  scrapes[] = {
    { "", BT_FORMAT_TEXT }, { "*/*", BT_FORMAT_TEXT },
    { "text/plain", BT_FORMAT_TEXT },
    { PROMETHEUS, BT_FORMAT_OPENMETRICS },
    { "application/openmetrics-text", BT_FORMAT_OPENMETRICS },
    { "application/openmetrics-text;version=0.0.1,text/plain;q=0.1",
      BT_FORMAT_TEXT },
    { "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
      "text/plain;version=0.0.4;q=0.5", BT_FORMAT_OPENMETRICS },
    { "application/openmetrics-text;q=0.1,text/plain;q=0.2", BT_FORMAT_TEXT },
    { "application/openmetrics-text;q=0,*/*;q=0.1", BT_FORMAT_TEXT },
    { "application/openmetrics-text;q=0", NONE },
    { "text/html", NONE },
};


static void
check_formats(const format_case *cases, size_t count, bt_view_e view)
{
    size_t       i;
    bool         found;
    bt_format_e  format;

    for (i = 0; i < count; i++) {
        format = NONE;
        found = bt_accept_format(bt_str_of(cases[i].header), view, &format);

        if (format != (bt_format_e) cases[i].format
            || found != (format != NONE))
        {
            fail_msg("\"%s\": %s", cases[i].header,
                     format == NONE ? "none" : bt_format_name(format));
        }
    }
}


static void
test_formats(void **state)
{
    (void) state;

    check_formats(pages, COUNT(pages), BT_VIEW_DATA);
    check_formats(details, COUNT(details), BT_VIEW_DATA_TASK);
    check_formats(scrapes, COUNT(scrapes), BT_VIEW_METRICS);
}


/* Each byte, each pair of the bytes that mean something, and cut values. */
static void
test_hostile(void **state)
{
    static const char  odd[] = ",;=\"\\*/ \tq01.\r\n\xff";
    char               text[8192], *copy;
    size_t             i, j, k;
    bt_format_e        format;

    (void) state;

    for (i = 0; i < sizeof(odd); i++) {
        for (j = 0; j < sizeof(odd); j++) {
            for (k = 0; k < sizeof(text); k++) {
                text[k] = k % 2 ? odd[i] : odd[j];
            }
            (void) bt_accept_format((bt_str) { text, sizeof(text) },
                                    BT_VIEW_DATA, &format);
        }
    }

    for (i = 0; i <= strlen(CHROME); i++) {
        copy = malloc(i + 1);
        assert_non_null(copy);
        memcpy(copy, CHROME, i);
        (void) bt_accept_format((bt_str) { copy, i }, BT_VIEW_DATA, &format);
        (void) bt_accept_prefers((bt_str) { copy, i }, "zh", "en");
        free(copy);
    }

    assert_true(bt_accept_format((bt_str) { NULL, 0 }, BT_VIEW_DATA,
                                 &format));
    assert_int_equal(format, BT_FORMAT_HTML);
}


static void
test_types(void **state)
{
    char    data[128];
    bt_buf  buf;

    (void) state;

    bt_buf_init(&buf, data, sizeof(data));
    bt_accept_types(&buf, BT_VIEW_DATA_TASK);
    assert_string_equal(data, "text/html, application/xml");
}


static void
test_languages(void **state)
{
    static const struct {
        const char  *header;
        bool         zh;
    } cases[] = {
        { "", false }, { "zh", true }, { "ZH-Hans-CN", true },
        { "zh_CN", true }, { "zha", false }, { "z", false },
        { "en;q=0.799, zh;q=0.8", true }, { "en, zh", false },
        { "zh, en", true }, { "de, zh;q=0.1", true },
        { "*, zh;q=0.5", false }, { "zh;q=0", false }, { "zh;q=", true },
        { ",,,;;q=q=,zh-", true },
    };
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        if (bt_accept_prefers(bt_str_of(cases[i].header), "zh", "en")
            != cases[i].zh)
        {
            fail_msg("\"%s\"", cases[i].header);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_languages),
    };

    return cmocka_run_group_tests_name("common: accept", tests, NULL, NULL);
}
