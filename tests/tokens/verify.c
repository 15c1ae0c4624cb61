/* verify.c: verifies the tokens on its standard input, one in a line; for tests. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token/bt_token.h"

#define AUDIENCES_MAX  8
#define STEPS_MAX      8

typedef struct {
    bt_token_conf  conf;
    bt_str         audiences[AUDIENCES_MAX];
    bt_str         claim[STEPS_MAX];       /* the path of the claim to show */
    size_t         steps;
    int64_t        now;
} options;


static void
usage(const char *wrong)
{
    fprintf(stderr, "verify: %s\nusage: verify KEYFILE ALGORITHM[,ALGORITHM]..."
            " [now=SECONDS] [issuer=TEXT] [audience=TEXT]... [leeway=SECONDS]"
            " [claim=NAME]... [exp=optional]\n", wrong);
    exit(2);
}


static unsigned
read_algorithms(char *list)
{
    unsigned   set = 0, alg;
    char      *rest = NULL, *name;

    for (name = strtok_r(list, ",", &rest); name != NULL;
         name = strtok_r(NULL, ",", &rest))
    {
        alg = bt_alg_by_name(bt_str_of(name));
        if (alg == 0) {
            usage(name);
        }

        set |= alg;
    }

    return set;
}


static void
read_option(options *o, const char *text)
{
    const char  *value = strchr(text, '=');
    bt_str       name;

    if (value++ == NULL) {
        usage(text);
    }

    name = (bt_str) { text, (size_t) (value - text - 1) };

    if (bt_str_eqz(name, "now")) {
        o->now = strtoll(value, NULL, 10);

    } else if (bt_str_eqz(name, "leeway")) {
        o->conf.leeway = strtoll(value, NULL, 10);

    } else if (bt_str_eqz(name, "issuer")) {
        o->conf.issuer = bt_str_of(value);

    } else if (bt_str_eqz(name, "audience")
               && o->conf.audience_count < AUDIENCES_MAX)
    {
        o->audiences[o->conf.audience_count++] = bt_str_of(value);

    } else if (bt_str_eqz(name, "claim") && o->steps < STEPS_MAX) {
        o->claim[o->steps++] = bt_str_of(value);

    } else if (bt_str_eqz(name, "exp")) {
        o->conf.exp_optional = true;

    } else {
        usage(text);
    }
}


/* Its items, each after a tab. */
static void
show_claim(const options *o, const bt_claims *claims)
{
    bt_claim    claim;
    bt_str      item;
    bt_claim_e  kind = bt_claim_find(claims, o->claim, o->steps, &claim);

    if (kind == BT_CLAIM_TEXT || kind == BT_CLAIM_LIST) {
        while (bt_claim_next(&claim, &item)) {
            printf("\t%.*s", (int) item.len, item.data);
        }
    }
}


static void
verify(const bt_keys *keys, const options *o, bt_str token)
{
    bt_claims   *claims;
    bt_token_e   reason = bt_token_verify(keys, &o->conf, o->now, token,
                                          &claims);

    printf("%s", reason == BT_TOKEN_GOOD ? "good" : bt_token_text(reason));

    if (claims != NULL) {
        show_claim(o, claims);
    }

    printf("\n");
    bt_claims_free(claims);
}


int
main(int argc, char **argv)
{
    options   o = { .now = 0 };
    char      why[BT_KEYS_WHY_MAX];
    char     *line = NULL;
    size_t    room = 0;
    ssize_t   len;
    bt_keys  *keys;
    int       i;

    if (argc < 3) {
        usage("a key file and algorithms are needed");
    }

    for (i = 3; i < argc; i++) {
        read_option(&o, argv[i]);
    }

    o.conf.audiences = o.audiences;

    keys = bt_keys_load(argv[1], read_algorithms(argv[2]), why, sizeof(why));
    if (keys == NULL) {
        printf("%s\n", why);
        return 1;
    }

    while ((len = getline(&line, &room, stdin)) > 0) {
        if (line[len - 1] == '\n') {
            len--;
        }

        verify(keys, &o, (bt_str) { line, (size_t) len });
    }

    free(line);
    bt_keys_free(keys);

    return 0;
}
