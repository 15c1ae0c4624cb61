/* bt_option.c: the parser of MySQL option files; bt_option.h says why it is our own. */

#include "bt_option.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

typedef struct {
    const char *file;
    const char *group;
    unsigned    line;
    bool        ours;               /* inside a section that counts */
    bt_option  *option;
    char       *why;
    size_t      size;
} bt_reader;

typedef struct {
    const char *name;
    size_t      offset;
} bt_text_option;

static const bt_text_option bt_text_options[] = {
    { "host",       offsetof(bt_option, host) },
    { "socket",     offsetof(bt_option, socket) },
    { "user",       offsetof(bt_option, user) },
    { "password",   offsetof(bt_option, password) },
    { "database",   offsetof(bt_option, database) },
    { "ssl-ca",     offsetof(bt_option, ssl_ca) },
    { "ssl-capath", offsetof(bt_option, ssl_capath) },
    { "ssl-cert",   offsetof(bt_option, ssl_cert) },
    { "ssl-key",    offsetof(bt_option, ssl_key) }
};

static bool bt_refuse(const bt_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool
bt_refuse(const bt_reader *reader, const char *format, ...)
{
    char    text[256];
    va_list args;

    va_start(args, format);
    (void) vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    if (reader->line > 0) {
        (void) snprintf(reader->why, reader->size, "%s, line %u: %s",
                        reader->file, reader->line, text);
    } else {
        (void) snprintf(reader->why, reader->size, "%s: %s", reader->file,
                        text);
    }
    return false;
}

static char *
bt_trim(char *text)
{
    size_t len;

    while (isspace((unsigned char) *text)) {
        text++;
    }
    len = strlen(text);
    while (len > 0 && isspace((unsigned char) text[len - 1])) {
        text[--len] = '\0';
    }
    return text;
}

static char
bt_escape(char code)
{
    switch (code) {
    case 'b': return '\b';
    case 't': return '\t';
    case 'n': return '\n';
    case 'r': return '\r';
    case 's': return ' ';
    default:  return code;
    }
}

/* Takes quotes, escapes and a comment off a value, in place. */
static bool
bt_unquote(const bt_reader *reader, char *value)
{
    char  quote = '\0';
    char *from = value;
    char *to = value;

    if (*from == '"' || *from == '\'') {
        quote = *from++;
    }
    while (*from != '\0' && *from != quote) {
        if (quote == '\0' && *from == '#') {
            break;
        }
        if (*from == '\\' && from[1] != '\0') {
            *to++ = bt_escape(from[1]);
            from += 2;
            continue;
        }
        *to++ = *from++;
    }
    if (quote != '\0' && *from != quote) {
        return bt_refuse(reader, "the closing %c is missing", quote);
    }
    if (quote == '\0') {
        while (to > value && isspace((unsigned char) to[-1])) {
            to--;
        }
    }
    *to = '\0';
    return true;
}

static bool
bt_boolean(const char *value)
{
    return value == NULL || strcasecmp(value, "1") == 0
           || strcasecmp(value, "on") == 0 || strcasecmp(value, "true") == 0;
}

bool
bt_tls_by_name(const char *name, bt_tls_e *tls)
{
    static const struct {
        const char *name;
        bt_tls_e    tls;
    } modes[] = {
        { "DISABLED", BT_TLS_DISABLED }, { "PREFERRED", BT_TLS_PREFERRED },
        { "REQUIRED", BT_TLS_REQUIRED }, { "VERIFY_CA", BT_TLS_VERIFY },
        { "VERIFY_IDENTITY", BT_TLS_VERIFY }
    };

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcasecmp(name, modes[i].name) == 0) {
            *tls = modes[i].tls;
            return true;
        }
    }
    return false;
}

static bool
bt_set_tls_mode(const bt_reader *reader, const char *value)
{
    if (value != NULL && bt_tls_by_name(value, &reader->option->tls)) {
        return true;
    }
    return bt_refuse(reader, "ssl-mode is DISABLED, PREFERRED, REQUIRED, "
                     "VERIFY_CA or VERIFY_IDENTITY");
}

/* The options without a mode: to verify asks for TLS, to ask for it does not
 * take back that it is verified. */
static void
bt_set_tls_flag(bt_option *option, const char *name, const char *value)
{
    bool on = bt_boolean(value);

    if (strcmp(name, "ssl-verify-server-cert") == 0) {
        if (on) {
            option->tls = BT_TLS_VERIFY;
        } else if (option->tls == BT_TLS_VERIFY) {
            option->tls = BT_TLS_REQUIRED;
        }
    } else if (strcmp(name, "skip-ssl") == 0
               || (strcmp(name, "ssl") == 0 && !on))
    {
        option->tls = BT_TLS_DISABLED;
    } else if (strcmp(name, "ssl") == 0 && option->tls != BT_TLS_VERIFY) {
        option->tls = BT_TLS_REQUIRED;
    }
}

static bool
bt_set_port(const bt_reader *reader, const char *value)
{
    char *end;
    long  port;

    if (value == NULL) {
        return bt_refuse(reader, "port needs a value");
    }
    port = strtol(value, &end, 10);
    if (*end != '\0' || end == value || port < 1 || port > 65535) {
        return bt_refuse(reader, "port is a number from 1 to 65535");
    }
    reader->option->port = (unsigned) port;
    return true;
}

static bool
bt_set_text(const bt_reader *reader, const bt_text_option *text,
            const char *value)
{
    char **field = (char **) (void *) ((char *) reader->option + text->offset);

    if (value == NULL) {
        return bt_refuse(reader, "%s needs a value", text->name);
    }
    free(*field);
    *field = strdup(value);
    return *field != NULL || bt_refuse(reader, "out of memory");
}

/* value: NULL when the line has no '='. */
static bool
bt_set(const bt_reader *reader, const char *name, const char *value)
{
    bt_option *option = reader->option;

    for (size_t i = 0; i < sizeof(bt_text_options) / sizeof(bt_text_options[0]);
         i++)
    {
        if (strcmp(name, bt_text_options[i].name) == 0) {
            return bt_set_text(reader, &bt_text_options[i], value);
        }
    }
    if (strcmp(name, "port") == 0) {
        return bt_set_port(reader, value);
    }
    if (strcmp(name, "ssl-mode") == 0) {
        return bt_set_tls_mode(reader, value);
    }
    bt_set_tls_flag(option, name, value);
    return true;
}

static bool
bt_section(bt_reader *reader, char *line)
{
    char *end = strchr(line, ']');

    if (end == NULL) {
        return bt_refuse(reader, "the closing ] is missing");
    }
    *end = '\0';
    line = bt_trim(line + 1);
    reader->ours = strcmp(line, "client") == 0
                   || strcmp(line, reader->group) == 0;
    return true;
}

static bool
bt_line(bt_reader *reader, char *line)
{
    char *name = bt_trim(line);
    char *value;

    if (*name == '\0' || *name == '#' || *name == ';') {
        return true;
    }
    if (*name == '[') {
        return bt_section(reader, name);
    }
    if (*name == '!') {
        return bt_refuse(reader, "!include is not followed; "
                         "write the options into this file");
    }
    if (!reader->ours) {
        return true;
    }
    value = strchr(name, '=');
    if (value != NULL) {
        *value = '\0';
        value = bt_trim(value + 1);
        if (!bt_unquote(reader, value)) {
            return false;
        }
    }
    name = bt_trim(name);
    for (char *c = name; *c != '\0'; c++) {
        if (*c == '_') {
            *c = '-';
        }
    }
    return bt_set(reader, name, value);
}

static bool
bt_lines(bt_reader *reader, FILE *file)
{
    char   *line = NULL;
    size_t  room = 0;
    bool    good = true;

    while (good && getline(&line, &room, file) >= 0) {
        reader->line++;
        good = bt_line(reader, line);
    }
    if (line != NULL) {
        explicit_bzero(line, room);
    }
    free(line);
    reader->line = 0;
    if (good && ferror(file)) {
        return bt_refuse(reader, "%s", strerror(errno));
    }
    return good;
}

static bool
bt_defaults(const bt_reader *reader)
{
    bt_option *option = reader->option;

    if (option->database == NULL) {
        option->database = strdup(BT_OPTION_DATABASE);
    }
    return option->database != NULL || bt_refuse(reader, "out of memory");
}

static bool
bt_private(const bt_reader *reader, FILE *file)
{
    struct stat about;

    if (reader->option->password == NULL) {
        return true;
    }
    if (fstat(fileno(file), &about) != 0) {
        return bt_refuse(reader, "%s", strerror(errno));
    }
    if ((about.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        return bt_refuse(reader, "holds a password and everybody may read it; "
                         "run: chmod o-rw %s", reader->file);
    }
    return true;
}

bool
bt_option_read(bt_option *option, const char *file, const char *group,
               char *why, size_t size)
{
    bt_reader  reader = { file, group != NULL ? group : BT_OPTION_GROUP, 0,
                          false, option, why, size };
    FILE      *in;
    bool       good;

    *option = (bt_option) { .tls = BT_TLS_PREFERRED };
    in = fopen(file, "re");
    if (in == NULL) {
        return bt_refuse(&reader, "%s", strerror(errno));
    }
    good = bt_lines(&reader, in) && bt_private(&reader, in)
           && bt_defaults(&reader);
    (void) fclose(in);
    if (!good) {
        bt_option_free(option);
    }
    return good;
}

void
bt_option_free(bt_option *option)
{
    if (option->password != NULL) {
        explicit_bzero(option->password, strlen(option->password));
    }
    free(option->password);
    free(option->host);
    free(option->socket);
    free(option->user);
    free(option->database);
    free(option->ssl_ca);
    free(option->ssl_capath);
    free(option->ssl_cert);
    free(option->ssl_key);
    *option = (bt_option) { 0 };
}
