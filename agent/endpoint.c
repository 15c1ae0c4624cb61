/* endpoint.c: the addresses of a cluster, one by one. */

#include "agent/endpoint.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool
digits(const char *text, size_t len, unsigned *number)
{
    *number = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *number = *number * 10 + (unsigned) (text[i] - '0');
        if (*number > 65535) {
            return false;
        }
    }
    return len > 0 && *number > 0;
}

/* Splits HOST:PORT or [ADDRESS]:PORT. */
static bool
split(const char *text, size_t len, bt_endpoint *out)
{
    size_t colon = len;
    size_t begin = len > 0 && text[0] == '[' ? 1 : 0;
    size_t end;

    while (colon > 0 && text[colon - 1] != ':') {
        colon--;
    }
    if (colon == 0 || !digits(text + colon, len - colon, &out->port)) {
        return false;
    }
    end = colon - 1 - begin;
    if (end == 0 || end - begin >= sizeof(out->host)
        || (begin == 1 && text[end] != ']')
        || (begin == 0 && memchr(text, ':', end) != NULL))
    {
        return false;
    }
    for (size_t i = begin; i < end; i++) {
        if ((unsigned char) text[i] <= ' ' || text[i] == 0x7f) {
            return false;
        }
    }
    memcpy(out->host, text + begin, end - begin);
    out->host[end - begin] = '\0';
    return end > begin;
}

int
bt_endpoint_next(const char **list, bt_endpoint *out)
{
    size_t len;

    *out = (bt_endpoint) { .port = 0 };
    if (**list == '\0') {
        return 0;
    }
    if (**list == '/') {
        len = strlen(*list);
        if (len >= sizeof(out->host)) {
            return -1;
        }
        memcpy(out->host, *list, len + 1);
        *list += len;
        return 1;
    }
    while (**list == ' ') {
        (*list)++;
    }
    len = strcspn(*list, ",");
    if (!split(*list, len, out)) {
        return -1;
    }
    *list += len;
    if (**list == ',') {
        (*list)++;
        if (**list == '\0') {
            return -1;
        }
    }
    return 1;
}
