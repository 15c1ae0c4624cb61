/* test_worker_xml.c: documents built by the worker: escaping, repair, parts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "xml/bt_xml.h"


typedef struct {
    char    data[64 * 1024];
    bt_buf  buf;
} text_sink;


static void
take(void *context, const char *data, size_t len)
{
    bt_buf_add(&((text_sink *) context)->buf, data, len);
}


static bt_xml *
begin(text_sink *sink)
{
    bt_xml  *xml;

    bt_xml_thread_begin();
    bt_buf_init(&sink->buf, sink->data, sizeof(sink->data));
    xml = bt_xml_new(take, sink);
    assert_non_null(xml);

    return xml;
}


#define HEAD  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"


/* The text of <a>VALUE</a>. */
static void
assert_text(bt_str value, const char *expected)
{
    bt_xml            *xml;
    static text_sink   sink;

    xml = begin(&sink);
    bt_xml_leaf(xml, "a", value);
    assert_true(bt_xml_ok(xml));
    assert_string_equal(sink.data, expected);
    bt_xml_free(xml);
}


static void
test_text(void **state)
{
    (void) state;

    assert_text(BT_STR("x<&>\"'"), HEAD "<a>x&lt;&amp;&gt;&quot;'</a>\n");
    assert_text(BT_STR(""), HEAD "<a />\n");
    assert_text(BT_STR("a\r\nb\tc"), HEAD "<a>a&#13;\nb\tc</a>\n");
    assert_text(BT_STR("\xf0\x9f\x98\x80\xe6\xbb\xa1"),
                HEAD "<a>\xf0\x9f\x98\x80\xe6\xbb\xa1</a>\n");
}


static void
test_forbidden(void **state)
{
    (void) state;

    assert_text(BT_STR("a\x01\x02\x03\x04z"),
                HEAD "<a replaced=\"true\">a\xef\xbf\xbd\xef\xbf\xbd"
                "\xef\xbf\xbd\xef\xbf\xbdz</a>\n");
    assert_text(BT_STR("a\0b"),
                HEAD "<a replaced=\"true\">a\xef\xbf\xbd" "b</a>\n");
    assert_text(BT_STR("\xff"), HEAD "<a replaced=\"true\">\xef\xbf\xbd</a>\n");
    assert_text(BT_STR("\xef\xbf\xbe"),
                HEAD "<a replaced=\"true\">\xef\xbf\xbd</a>\n");
}


static void
test_attribute(void **state)
{
    bt_xml            *xml;
    static text_sink   sink;

    (void) state;

    xml = begin(&sink);
    bt_xml_open(xml, "a");
    bt_xml_attr(xml, "b", BT_STR("x\t\n\r\"<&'\x02"));
    bt_xml_attr_int(xml, "c", INT64_MIN);
    bt_xml_close(xml);

    assert_string_equal(sink.data,
                        HEAD "<a b=\"x&#9;&#10;&#13;&quot;&lt;&amp;'"
                        "\xef\xbf\xbd\" replaced=\"true\""
                        " c=\"-9223372036854775808\" />\n");
    bt_xml_free(xml);
}


/* Of another namespace: what is forbidden is replaced, and nothing is added. */
static void
test_foreign(void **state)
{
    bt_xml            *xml;
    static text_sink   sink;

    (void) state;

    xml = begin(&sink);
    bt_xml_foreign(xml);
    bt_xml_open(xml, "a");
    bt_xml_attr(xml, "b", BT_STR("\x02"));
    bt_xml_leaf(xml, "c", BT_STR("\x02"));
    bt_xml_close(xml);

    assert_string_equal(sink.data, HEAD "<a b=\"\xef\xbf\xbd\">\n"
                        "<c>\xef\xbf\xbd</c></a>\n");
    bt_xml_free(xml);
}


static void
test_long_text(void **state)
{
    char               value[20000];
    bt_xml            *xml;
    static text_sink   sink;

    (void) state;

    memset(value, 'x', sizeof(value));
    memset(value + 100, ' ', 50);

    xml = begin(&sink);
    bt_xml_open(xml, "root");
    bt_xml_leaf(xml, "a", (bt_str) { value, sizeof(value) });
    bt_xml_close(xml);

    /* Nothing is wrapped or indented. */
    assert_non_null(memmem(sink.data, sink.buf.len, value, sizeof(value)));
    bt_xml_free(xml);
}


/* The same document, flushed as `mask` says after each of its steps. */
static void
build(text_sink *sink, unsigned mask)
{
    int      i;
    bt_xml  *xml;

    xml = begin(sink);
    bt_xml_open(xml, "root");
    bt_xml_attr(xml, "v", BT_STR("1"));
    bt_xml_leaf_int(xml, "head", 7);

    if (mask & 1) {
        bt_xml_flush(xml);
    }

    bt_xml_open(xml, "rows");

    if (mask & 2) {
        bt_xml_flush(xml);
    }

    for (i = 0; i < 3; i++) {
        bt_xml_open(xml, "row");
        bt_xml_leaf_int(xml, "id", i);

        if (mask & 4) {
            bt_xml_flush(xml);
        }

        bt_xml_leaf(xml, "t", BT_STR("\r\x03"));
        bt_xml_close(xml);

        if (mask & 8) {
            bt_xml_flush(xml);
        }
    }

    bt_xml_close(xml);

    if (mask & 16) {
        bt_xml_flush(xml);
    }

    bt_xml_leaf(xml, "tail", BT_STR("x"));
    bt_xml_close(xml);
    assert_true(bt_xml_ok(xml));
    bt_xml_free(xml);
}


static size_t
without_line_feeds(char *data)
{
    char  *in, *out;

    for (in = out = data; *in != '\0'; in++) {
        if (*in != '\n') {
            *out++ = *in;
        }
    }

    *out = '\0';

    return (size_t) (out - data);
}


/* A document in parts is the whole one, but for line ends between elements. */
static void
test_parts(void **state)
{
    unsigned           mask;
    static text_sink   whole, parts;

    (void) state;

    build(&whole, 0);
    without_line_feeds(whole.data);

    for (mask = 1; mask < 32; mask++) {
        build(&parts, mask);
        without_line_feeds(parts.data);
        assert_string_equal(parts.data, whole.data);
    }
}


static void
test_nothing_early(void **state)
{
    bt_xml            *xml;
    static text_sink   sink;

    (void) state;

    xml = begin(&sink);
    bt_xml_open(xml, "root");
    bt_xml_leaf(xml, "a", BT_STR("b"));
    assert_int_equal(sink.buf.len, 0);
    bt_xml_free(xml);
}


static void
test_too_deep(void **state)
{
    int                i;
    bt_xml            *xml;
    static text_sink   sink;

    (void) state;

    xml = begin(&sink);

    for (i = 0; i < 100; i++) {
        bt_xml_open(xml, "a");
    }

    assert_false(bt_xml_ok(xml));

    for (i = 0; i < 100; i++) {
        bt_xml_close(xml);
    }

    bt_xml_free(xml);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_forbidden),
        cmocka_unit_test(test_attribute),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_nothing_early),
        cmocka_unit_test(test_too_deep),
    };

    return cmocka_run_group_tests_name("worker: xml", tests, NULL, NULL);
}
