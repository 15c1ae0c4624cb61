/* bt_token_keys.c: a key file, from opening it to keys that can be used. */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "token/bt_token_impl.h"


bool
bt_reader_refuse(bt_reader *reader, const char *format, ...)
{
    char     text[BT_KEYS_WHY_MAX];
    va_list  args;

    va_start(args, format);
    (void) vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    if (reader->number > 0) {
        (void) snprintf(reader->why, reader->size, "%s: key %u %s",
                        reader->path, reader->number, text);
    } else {
        (void) snprintf(reader->why, reader->size, "%s: %s", reader->path,
                        text);
    }

    return false;
}


bool
bt_reader_leave_out(bt_reader *reader, const char *format, ...)
{
    size_t   size = sizeof(reader->left_out);
    int      len;
    va_list  args;

    if (reader->left_out[0] != '\0') {
        return true;
    }

    len = snprintf(reader->left_out, size, "key %u ", reader->number);

    va_start(args, format);
    (void) vsnprintf(reader->left_out + len, size - (size_t) len, format, args);
    va_end(args);

    return true;
}


/* The configured algorithms in words: at most 8 names of 5 characters. */
static void
write_names(char names[64], unsigned allowed)
{
    bt_buf  buf;
    size_t  i;

    bt_buf_init(&buf, names, 64);

    for (i = 0; i < BT_ALG_COUNT; i++) {
        if ((allowed & bt_algs[i].alg) != 0) {
            if (buf.len > 0) {
                bt_buf_addc(&buf, ' ');
            }

            bt_buf_addz(&buf, bt_algs[i].name);
        }
    }
}


/* What is wrong with a whole file whose keys are each in order. */
static bool
check_set(bt_reader *reader)
{
    char  names[64];

    if (reader->keys->count == 0) {
        write_names(names, reader->keys->allowed);
        return bt_reader_refuse(reader, "no key in it fits %s%s%s", names,
                                reader->left_out[0] != '\0' ? "; " : "",
                                reader->left_out);
    }

    if ((reader->keys->allowed & BT_ALG_HS256) != 0 && !reader->secret) {
        return bt_reader_refuse(reader, "HS256 is configured, but no secret is"
                                " in it; put {\"kty\":\"oct\",\"k\":...} into"
                                " a JWKS, or do without HS256");
    }

    return true;
}


/* A SEQUENCE of ASN.1, and no text that happens to begin with a zero. */
static bool
looks_binary(bt_str text)
{
    size_t  i;

    for (i = 0; i < text.len && i < 16; i++) {
        if ((unsigned char) text.data[i] < 8) {
            return text.data[0] == 0x30;
        }
    }

    return false;
}


/* A file in a form that somebody may well try. */
static bool
refuse_form(bt_reader *reader, bt_str text)
{
    if (text.len == 0) {
        return bt_reader_refuse(reader, "the file is empty");
    }

    if (looks_binary(text)) {
        return bt_reader_refuse(reader, "this looks like DER; make it PEM"
                                " (openssl x509 or pkey -pubin, with -inform"
                                " DER)");
    }

    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        return bt_reader_refuse(reader, "begins with a byte order mark; save it"
                                " without");
    }

    return bt_reader_refuse(reader, "neither PEM nor a JWKS; a secret for"
                            " HS256 goes into a JWKS, too: {\"keys\":"
                            "[{\"kty\":\"oct\",\"k\":\"...\"}]}");
}


static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


static bool
read_text(bt_reader *reader, bt_str text)
{
    size_t  i = 0;

    while (i < text.len && is_blank(text.data[i])) {
        i++;
    }

    if (i < text.len && text.data[i] == '{') {
        return bt_reader_jwks(reader, text) && check_set(reader);
    }

    if (bt_text_has_pem(text)) {
        return bt_reader_pem(reader, text) && check_set(reader);
    }

    text.data += i;
    text.len -= i;

    return refuse_form(reader, text);
}


static bool
parse(bt_reader *reader, bt_str text, unsigned allowed)
{
    bool  good;

    reader->keys = calloc(1, sizeof(*reader->keys));
    if (reader->keys == NULL) {
        return bt_reader_refuse(reader, "no memory");
    }

    reader->keys->allowed = allowed;

    /* else the first token would do it, in the midst of a request */
    json_object_seed(0);

    (void) ERR_set_mark();
    good = read_text(reader, text);
    (void) ERR_pop_to_mark();

    if (!good) {
        bt_keys_free(reader->keys);
        reader->keys = NULL;
    }

    return good;
}


bt_keys *
bt_keys_parse(const char *path, bt_str text, unsigned allowed, char *why,
    size_t size)
{
    bt_reader  reader = { .path = path, .why = why, .size = size };

    (void) parse(&reader, text, allowed);

    return reader.keys;
}


static bool
check_file(bt_reader *reader, const struct stat *about)
{
    if (!S_ISREG(about->st_mode)) {
        return bt_reader_refuse(reader, "not a regular file");
    }

    if ((about->st_mode & S_IWOTH) != 0) {
        return bt_reader_refuse(reader, "everybody may write to it, and so add"
                                " a key; run: chmod o-w %s", reader->path);
    }

    if (about->st_size > BT_KEYS_FILE_MAX) {
        return bt_reader_refuse(reader, "longer than %d bytes",
                                BT_KEYS_FILE_MAX);
    }

    return true;
}


/* The bytes read, or -1 with the sentence. */
static ssize_t
read_file(bt_reader *reader, int fd, struct stat *about, char *data)
{
    ssize_t  got = 1, len = 0;

    if (fstat(fd, about) != 0) {
        (void) bt_reader_refuse(reader, "%s", strerror(errno));
        return -1;
    }

    if (!check_file(reader, about)) {
        return -1;
    }

    while (got > 0 && len < BT_KEYS_FILE_MAX) {
        got = read(fd, data + len, (size_t) (BT_KEYS_FILE_MAX - len));
        if (got < 0 && errno == EINTR) {
            got = 1;
            continue;
        }

        if (got < 0) {
            (void) bt_reader_refuse(reader, "%s", strerror(errno));
            return -1;
        }

        len += got;
    }

    return len;
}


static bool
load(bt_reader *reader, int fd, char *data, unsigned allowed)
{
    struct stat  about;
    ssize_t      len = read_file(reader, fd, &about, data);

    if (len < 0 || !parse(reader, (bt_str) { data, (size_t) len }, allowed)) {
        return false;
    }

    if (reader->secret && (about.st_mode & S_IROTH) != 0) {
        bt_keys_free(reader->keys);
        reader->keys = NULL;
        return bt_reader_refuse(reader, "holds a secret, and everybody may"
                                " read it; run: chmod o-r %s", reader->path);
    }

    return true;
}


bt_keys *
bt_keys_load(const char *path, unsigned allowed, char *why, size_t size)
{
    bt_reader   reader = { .path = path, .why = why, .size = size };
    char       *data;
    int         fd;

    /* a FIFO must not hold up the reading of a configuration */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        (void) bt_reader_refuse(&reader, "%s", strerror(errno));
        return NULL;
    }

    data = malloc(BT_KEYS_FILE_MAX);

    if (data != NULL) {
        (void) load(&reader, fd, data, allowed);
        OPENSSL_cleanse(data, BT_KEYS_FILE_MAX);
    } else {
        (void) bt_reader_refuse(&reader, "no memory");
    }

    free(data);
    (void) close(fd);

    return reader.keys;
}


void
bt_keys_free(bt_keys *keys)
{
    size_t  i;

    if (keys == NULL) {
        return;
    }

    for (i = 0; i < keys->count; i++) {
        free((char *) keys->list[i].kid.data);
        EVP_MD_CTX_free(keys->list[i].verify);
        EVP_MAC_CTX_free(keys->list[i].mac);
    }

    free(keys);
}
