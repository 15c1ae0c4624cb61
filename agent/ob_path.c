/* ob_path.c: keeps secrets out of paths and texts: keys, passwords, query parts. */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "agent/ob_cause.h"

/* What stands behind these is nobody's business. */
static const char *const secrets[] = {
    "access_id=", "access_key=", "accesskey=", "accessid=", "secret=",
    "secret_key=", "encrypt_key=", "password=", "passwd=", "token=",
    "session_token=", "authorization=", "appid=", "s3_region_key="
};

/* A value ends at one of these. */
static const char value_end[] = "& \t\r\n,;'\")";

/* Appends one whole character, or the replacement of a broken byte. */
static size_t
add_character(bt_buf *out, const char *data, size_t len)
{
    size_t step;

    if (*data == '\0' || bt_utf8_step(data, len) == 0) {
        bt_buf_addz(out, "?");
        return 1;
    }
    step = bt_utf8_step(data, len);
    bt_buf_add(out, data, step);
    return step;
}

static size_t
length_to(bt_str text, size_t from, const char *ends)
{
    size_t i = from;

    while (i < text.len && (text.data[i] == '\0'
                            || strchr(ends, text.data[i]) == NULL))
    {
        i++;
    }
    return i;
}

static bool
begins(bt_str text, size_t i, const char *word)
{
    size_t len = strlen(word);

    return i <= text.len && text.len - i >= len
           && strncasecmp(text.data + i, word, len) == 0;
}

/* The length of the name of a secret at `i`, 0: there is none. */
static size_t
secret_at(bt_str text, size_t i)
{
    for (size_t k = 0; k < sizeof(secrets) / sizeof(secrets[0]); k++) {
        if (begins(text, i, secrets[k])) {
            return strlen(secrets[k]);
        }
    }
    return 0;
}

/* The end of a value, which may stand in quotes. */
static size_t
end_of_value(bt_str text, size_t i)
{
    char quote[2] = "";

    if (i < text.len && (text.data[i] == '\'' || text.data[i] == '"')) {
        quote[0] = text.data[i];
        i = length_to(text, i + 1, quote);
        return i < text.len ? i + 1 : i;
    }
    return length_to(text, i, value_end);
}

/* Where the path of a URL that begins behind "://" has its query part. */
static bool
is_query(bt_str text, size_t i)
{
    size_t start = i;

    if (text.data[i] != '?') {
        return false;
    }
    while (start > 0 && strchr(value_end, text.data[start - 1]) == NULL) {
        start--;
    }
    return memmem(text.data + start, i - start, "://", 3) != NULL;
}

void
ob_text_clean(bt_str text, char *out, size_t size)
{
    bt_buf buf;
    size_t i = 0;

    bt_buf_init(&buf, out, size);
    while (i < text.len && !buf.full) {
        size_t name = secret_at(text, i);

        if (name > 0) {
            bt_buf_add(&buf, text.data + i, name);
            bt_buf_addz(&buf, "***");
            i = end_of_value(text, i + name);
        } else if (is_query(text, i)) {
            bt_buf_addz(&buf, "?***");
            i = length_to(text, i, " \t\r\n,;'\")");
        } else {
            i += add_character(&buf, text.data + i, text.len - i);
        }
    }
}

/* RFC 3986, section 3.1. */
static bool
is_scheme(const char *text, size_t len)
{
    size_t i = 0;

    while (i < len && (isalnum((unsigned char) text[i])
                       || strchr("+-.", text[i]) != NULL))
    {
        i++;
    }
    return i == len;
}

/* Passes over "LOCATION=" and the user part of an authority. */
static size_t
path_begin(bt_str path, bt_buf *out)
{
    size_t      i = 0, end;
    const char *mark;

    while (i < path.len && path.data[i] == ' ') {
        i++;
    }
    if (begins(path, i, "LOCATION=")) {
        i += strlen("LOCATION=");
    }
    mark = path.len == i ? NULL
                         : memmem(path.data + i, path.len - i, "://", 3);
    if (mark == NULL
        || !is_scheme(path.data + i, (size_t) (mark - path.data) - i))
    {
        return i;
    }
    end = (size_t) (mark - path.data) + 3;
    while (i < end) {
        i += add_character(out, path.data + i, end - i);
    }
    end = length_to(path, i, "/?");
    mark = end == i ? NULL : memrchr(path.data + i, '@', end - i);
    return mark == NULL ? i : (size_t) (mark - path.data) + 1;
}

static bool
is_option(bt_str path, size_t i)
{
    static const char *const options[] = {
        " BINDING=", " PIECE_SWITCH_INTERVAL=", " STATE="
    };

    for (size_t k = 0; k < sizeof(options) / sizeof(options[0]); k++) {
        if (begins(path, i, options[k])) {
            return true;
        }
    }
    return false;
}

void
ob_path_clean(bt_str path, char *out, size_t size)
{
    bt_buf buf;
    size_t i;

    bt_buf_init(&buf, out, size);
    i = path_begin(path, &buf);
    while (i < path.len && !buf.full && path.data[i] != '?'
           && !is_option(path, i) && secret_at(path, i) == 0
           && !(path.data[i] == '&' && secret_at(path, i + 1) > 0))
    {
        i += add_character(&buf, path.data + i, path.len - i);
    }
}
