/* test_common_text.c: strings, buffers, UTF-8, percent and XML coding. */

#include "tests/unit/test_common.h"


static void
test_compare(void **state)
{
    (void) state;

    assert_true(bt_str_eq(BT_STR("abc"), bt_str_of("abc")));
    assert_false(bt_str_eq(BT_STR("abc"), BT_STR("abd")));
    assert_false(bt_str_eq(BT_STR("abc"), BT_STR("ab")));
    assert_true(bt_str_eq(bt_str_of(NULL), BT_STR("")));
    assert_true(bt_str_eqz(BT_STR("x"), "x"));
    assert_true(bt_str_eqz(bt_str_of(NULL), ""));
    assert_false(bt_str_eqz(BT_STR("a\0b"), "a"));
}


static void
test_buffer(void **state)
{
    char    data[8];
    bt_buf  buf;

    (void) state;

    bt_buf_init(&buf, data, sizeof(data));
    assert_string_equal(data, "");

    bt_buf_addz(&buf, "abc");
    bt_buf_addc(&buf, 'd');
    bt_buf_addi(&buf, -12);
    assert_string_equal(data, "abcd-12");
    assert_int_equal(buf.len, 7);
    assert_false(buf.full);

    bt_buf_add(&buf, NULL, 0);
    assert_false(buf.full);

    bt_buf_addc(&buf, 'e');
    assert_true(buf.full);
    assert_string_equal(data, "abcd-12");
}


static void
test_buffer_stays_full(void **state)
{
    char    data[4];
    bt_buf  buf;

    (void) state;

    bt_buf_init(&buf, data, sizeof(data));
    bt_buf_addz(&buf, "abcd");
    bt_buf_addz(&buf, "a");
    assert_true(buf.full);
    assert_string_equal(data, "");

    bt_buf_init(&buf, NULL, 0);
    bt_buf_addz(&buf, "");
    assert_true(buf.full);
}


static void
test_numbers(void **state)
{
    static const struct {
        int64_t      number;
        const char  *text;
    } cases[] = {
        { 0, "0" }, { 7, "7" }, { -1, "-1" }, { 1000, "1000" },
        { INT64_MAX, "9223372036854775807" },
        { INT64_MIN, "-9223372036854775808" },
    };
    char    data[32];
    bt_buf  buf;
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        bt_buf_init(&buf, data, sizeof(data));
        bt_buf_addi(&buf, cases[i].number);
        assert_string_equal(data, cases[i].text);
    }
}


static void
test_utf8(void **state)
{
    static const struct {
        const char  *text;
        int          chars;              /* -1: not well-formed */
    } cases[] = {
        { "", 0 }, { "abc", 3 }, { "\xC3\xA9", 1 }, { "\xE4\xB8\xAD", 1 },
        { "\xF0\x9F\x92\xBE", 1 }, { "\xF4\x8F\xBF\xBF", 1 },
        { "\xEF\xBF\xBF", 1 }, { "\xED\x9F\xBF", 1 }, { "\xEE\x80\x80", 1 },
        { "\x7F", 1 }, { "\xC2\x80", 1 }, { "\xE0\xA0\x80", 1 },
        { "\xF0\x90\x80\x80", 1 }, { "a\xE4\xB8\xAD\xF0\x9F\x92\xBEz", 4 },
        { "\x80", -1 }, { "\xBF", -1 }, { "\xC0\x80", -1 },
        { "\xC1\xBF", -1 }, { "\xE0\x9F\xBF", -1 },
        { "\xF0\x8F\xBF\xBF", -1 }, { "\xED\xA0\x80", -1 },
        { "\xED\xBF\xBF", -1 }, { "\xF4\x90\x80\x80", -1 },
        { "\xF5\x80\x80\x80", -1 }, { "\xFE", -1 }, { "\xFF", -1 },
        { "\xC3", -1 }, { "\xE4\xB8", -1 }, { "\xF0\x9F\x92", -1 },
        { "\xC3" "a", -1 }, { "\xE4\xB8" "a", -1 }, { "ok\xE4", -1 },
    };
    size_t  i, chars;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        chars = 0;
        assert_int_equal(bt_utf8_valid(bt_str_of(cases[i].text), &chars),
                         cases[i].chars >= 0);
        if (cases[i].chars >= 0) {
            assert_int_equal(chars, cases[i].chars);
        }
    }

    assert_int_equal(bt_utf8_step("", 0), 0);
    assert_int_equal(bt_utf8_step("\0", 1), 1);
    assert_int_equal(bt_utf8_step("\xF0\x9F\x92\xBE", 3), 0);
    assert_true(bt_utf8_valid(bt_str_of(NULL), NULL));
}


/* Writes one code point as UTF-8 the plain way, surrogates too. */
static size_t
encode_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char) code;
        return 1;
    }

    if (code < 0x800) {
        out[0] = (char) (0xC0 | code >> 6);
        out[1] = (char) (0x80 | (code & 0x3F));
        return 2;
    }

    if (code < 0x10000) {
        out[0] = (char) (0xE0 | code >> 12);
        out[1] = (char) (0x80 | (code >> 6 & 0x3F));
        out[2] = (char) (0x80 | (code & 0x3F));
        return 3;
    }

    out[0] = (char) (0xF0 | code >> 18);
    out[1] = (char) (0x80 | (code >> 12 & 0x3F));
    out[2] = (char) (0x80 | (code >> 6 & 0x3F));
    out[3] = (char) (0x80 | (code & 0x3F));
    return 4;
}


/* Char of XML 1.0, section 2.2. */
static bool
is_xml_char(uint32_t code)
{
    return code == 0x9 || code == 0xA || code == 0xD
           || (code >= 0x20 && code <= 0xD7FF)
           || (code >= 0xE000 && code <= 0xFFFD)
           || (code >= 0x10000 && code <= 0x10FFFF);
}


static void
test_every_code_point(void **state)
{
    char      data[4];
    uint32_t  code;
    size_t    len, step;
    bool      surrogate;

    (void) state;

    for (code = 0; code < 0x120000; code++) {
        len = encode_utf8(data, code);
        surrogate = code >= 0xD800 && code <= 0xDFFF;

        assert_int_equal(bt_utf8_step(data, len),
                         surrogate || code > 0x10FFFF ? 0 : len);
        assert_int_equal(bt_xml_forbidden(data, len, &step),
                         !is_xml_char(code));
        assert_int_equal(step, surrogate || code > 0x10FFFF ? 1 : len);
    }
}


static void
test_percent(void **state)
{
    static const struct {
        const char  *text;
        bool         plus_space;
        const char  *decoded;            /* NULL: broken */
    } cases[] = {
        { "", true, "" }, { "abc", true, "abc" }, { "a+b", true, "a b" },
        { "a+b", false, "a+b" }, { "a%2Bb", true, "a+b" },
        { "%41%7a", true, "Az" }, { "%25", true, "%" },
        { "%e4%B8%aD", true, "\xE4\xB8\xAD" }, { "%", true, NULL },
        { "%4", true, NULL }, { "a%", true, NULL }, { "%G1", true, NULL },
        { "%1G", true, NULL }, { "%%41", true, NULL }, { "%-1", true, NULL },
        { "% 1", true, NULL }, { "%0x", true, NULL },
    };
    char    data[32];
    size_t  i;
    long    len;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        len = bt_percent_decode(data, bt_str_of(cases[i].text),
                                cases[i].plus_space);
        if (cases[i].decoded == NULL) {
            assert_int_equal(len, -1);
            continue;
        }
        assert_int_equal(len, strlen(cases[i].decoded));
        assert_memory_equal(data, cases[i].decoded, (size_t) len);
    }

    assert_int_equal(bt_percent_decode(data, BT_STR("%00"), true), 1);
    assert_int_equal(data[0], '\0');
}


static void
test_percent_in_place(void **state)
{
    char    data[] = "a%20b+%25";
    bt_str  in = BT_STR("");

    (void) state;

    in.data = data;
    in.len = strlen(data);

    assert_int_equal(bt_percent_decode(data, in, true), 5);
    assert_memory_equal(data, "a b %", 5);
}


static void
test_percent_round(void **state)
{
    char    all[256], encoded[1024], decoded[1024];
    bt_str  in = { all, sizeof(all) };
    bt_buf  buf;
    size_t  i;
    long    len;

    (void) state;

    for (i = 0; i < sizeof(all); i++) {
        all[i] = (char) i;
    }

    bt_buf_init(&buf, encoded, sizeof(encoded));
    bt_percent_encode(&buf, in);
    assert_false(buf.full);
    assert_int_equal(strspn(encoded, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
                            "mnopqrstuvwxyz0123456789-._~%"), buf.len);
    assert_int_equal(buf.len, 66 + (256 - 66) * 3);

    in.data = encoded;
    in.len = buf.len;
    len = bt_percent_decode(decoded, in, true);
    assert_int_equal(len, 256);
    assert_memory_equal(decoded, all, 256);
}


static void
test_xml(void **state)
{
    static const struct {
        const char  *text;
        const char  *escaped;
    } cases[] = {
        { "", "" }, { "plain \xE4\xB8\xAD", "plain \xE4\xB8\xAD" },
        { "<a href=\"x\">'&'", "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;" },
        { "\t\n\r", "&#9;&#10;&#13;" },
        { "a\x01" "b", "a\xEF\xBF\xBD" "b" },
        { "\x1B[0m", "\xEF\xBF\xBD[0m" },
        { "\xEF\xBF\xBE\xEF\xBF\xBF", "\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\xE4\xB8" "a", "\xEF\xBF\xBD\xEF\xBF\xBD" "a" },
        { "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\xF0\x9F\x92\xBE", "\xF0\x9F\x92\xBE" }, { "\x7F", "\x7F" },
    };
    char    data[128];
    bt_buf  buf;
    size_t  i;

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {
        bt_buf_init(&buf, data, sizeof(data));
        bt_xml_escape(&buf, bt_str_of(cases[i].text));
        assert_string_equal(data, cases[i].escaped);
    }

    bt_buf_init(&buf, data, sizeof(data));
    bt_xml_escape(&buf, BT_STR("a\0b"));
    assert_string_equal(data, "a\xEF\xBF\xBD" "b");

    /* a reference is written whole or not at all */
    bt_buf_init(&buf, data, 5);
    bt_xml_escape(&buf, BT_STR("a&b"));
    assert_true(buf.full);
    assert_string_equal(data, "a");
}


static void
test_secret(void **state)
{
    (void) state;

    assert_true(bt_equal_secret("abcd", "abcd", 4));
    assert_true(bt_equal_secret("abcd", "abce", 3));
    assert_true(bt_equal_secret(NULL, NULL, 0));
    assert_false(bt_equal_secret("abcd", "abce", 4));
    assert_false(bt_equal_secret("bbcd", "abcd", 4));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_buffer),
        cmocka_unit_test(test_buffer_stays_full),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_percent),
        cmocka_unit_test(test_percent_in_place),
        cmocka_unit_test(test_percent_round),
        cmocka_unit_test(test_xml),
        cmocka_unit_test(test_secret),
    };

    return cmocka_run_group_tests_name("common: text", tests, NULL, NULL);
}
