/* face_xml.c: a report as XML. */

#include "reports/internal.h"

#include "fcgi_backend/document.h"


static void
begin(bt_report *report)
{
    report->reply.xml = bt_xml_new(bt_output_write, report->reply.output);

    if (report->reply.xml == NULL) {
        report->status = BT_STORE_ERROR;
        return;
    }

    bt_report_head(report);
    bt_report_summary(report);
}


static void
open_section(bt_report *report, const bt_report_section *section)
{
    bt_xml_open(report->reply.xml, section->container);
}


static void
add_row(bt_report *report, const bt_report_section *section, bt_rows *rows,
    int64_t id, void *extras)
{
    bt_report_row(report, section, rows, id, extras);
    bt_xml_flush(report->reply.xml);
}


static void
close_section(bt_report *report, const bt_report_section *section)
{
    (void) section;

    bt_xml_close(report->reply.xml);
}


static void
end(bt_report *report)
{
    bt_document_end(&report->reply, report->rows, true);

    if (!bt_xml_ok(report->reply.xml)) {
        report->status = BT_STORE_ERROR;
    }
}


const bt_report_face  bt_report_xml = {
    "xml", begin, open_section, add_row, close_section, end
};
