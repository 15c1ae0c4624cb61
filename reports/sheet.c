/* sheet.c: turns a part of a report from XML into HTML, by libxslt. */

#include "reports/internal.h"

#include <libexslt/exslt.h>
#include <libxml/parser.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/variables.h>
#include <libxslt/xsltutils.h>
#include <pthread.h>
#include <stdlib.h>


struct bt_report_sheet {
    xsltStylesheet     *style;
    xsltSecurityPrefs  *security;
};


static pthread_once_t  once = PTHREAD_ONCE_INIT;


static void
begin_library(void)
{
    xmlInitParser();
    xsltInit();
    exsltRegisterAll();
}


/* A sheet reads its own files when it is opened, and nothing later. */
static xsltSecurityPrefs *
forbid(void)
{
    xsltSecurityPrefs  *security = xsltNewSecurityPrefs();

    if (security != NULL) {
        xsltSetSecurityPrefs(security, XSLT_SECPREF_READ_FILE,
                             xsltSecurityForbid);
        xsltSetSecurityPrefs(security, XSLT_SECPREF_WRITE_FILE,
                             xsltSecurityForbid);
        xsltSetSecurityPrefs(security, XSLT_SECPREF_CREATE_DIRECTORY,
                             xsltSecurityForbid);
        xsltSetSecurityPrefs(security, XSLT_SECPREF_READ_NETWORK,
                             xsltSecurityForbid);
        xsltSetSecurityPrefs(security, XSLT_SECPREF_WRITE_NETWORK,
                             xsltSecurityForbid);
    }

    return security;
}


bt_report_sheet *
bt_report_sheet_open(const char *path)
{
    bt_report_sheet  *sheet = calloc(1, sizeof(bt_report_sheet));

    if (sheet == NULL) {
        return NULL;
    }

    pthread_once(&once, begin_library);
    sheet->security = forbid();
    sheet->style = xsltParseStylesheetFile((const xmlChar *) path);

    if (sheet->security == NULL || sheet->style == NULL) {
        bt_report_sheet_free(sheet);
        return NULL;
    }

    return sheet;
}


void
bt_report_sheet_free(bt_report_sheet *sheet)
{
    if (sheet == NULL) {
        return;
    }

    if (sheet->style != NULL) {
        xsltFreeStylesheet(sheet->style);
    }

    if (sheet->security != NULL) {
        xsltFreeSecurityPrefs(sheet->security);
    }

    free(sheet);
}


static xmlDoc *
transform(bt_report_sheet *sheet, const char *language, xmlDoc *from)
{
    xmlDoc                *to = NULL;
    const char            *params[] = { "lang", NULL, NULL };
    xsltTransformContext  *context;

    params[1] = language;
    context = xsltNewTransformContext(sheet->style, from);

    if (context == NULL) {
        return NULL;
    }

    if (xsltSetCtxtSecurityPrefs(sheet->security, context) == 0
        && xsltQuoteUserParams(context, params) == 0)
    {
        to = xsltApplyStylesheetUser(sheet->style, from, NULL, NULL, NULL,
                                     context);
    }

    if (to != NULL && context->state != XSLT_STATE_OK) {
        xmlFreeDoc(to);
        to = NULL;
    }

    xsltFreeTransformContext(context);

    return to;
}


bool
bt_report_sheet_apply(bt_report_sheet *sheet, const char *language, bt_str xml,
    char **out, int *len)
{
    xmlDoc   *from, *to;
    xmlChar  *text = NULL;

    *out = NULL;
    from = xmlReadMemory(xml.data, (int) xml.len, NULL, "UTF-8",
                         XML_PARSE_NONET | XML_PARSE_HUGE);

    if (from == NULL) {
        return false;
    }

    to = transform(sheet, language, from);

    if (to != NULL && xsltSaveResultToString(&text, len, to, sheet->style) == 0)
    {
        *out = (char *) text;
    }

    xmlFreeDoc(to);
    xmlFreeDoc(from);

    return *out != NULL;
}


void
bt_report_sheet_drop(char *out)
{
    xmlFree(out);
}
