/* face_html.c: a report as a page, made by the sheet from one part of the rows at a time. */

#include "reports/internal.h"

#include <stdio.h>
#include <string.h>

/* Rows of one part: the sheet holds them all, at about 16 times their size. */
#define CHUNK_ROWS  500

/* Where the sheet wants the rows in the page's frame. */
#define PLACE       "<!--rows-->"
#define DOCTYPE     "<!DOCTYPE html>\n"


static void
fail(bt_report *report, const char *why)
{
    report->status = BT_STORE_ERROR;
    snprintf(report->reporter->why, sizeof(report->reporter->why), "%s", why);
}


static void
begin_chunk(bt_report *report)
{
    bt_report_page  *page = &report->page;

    bt_output_init(&page->chunk, NULL);
    page->xml = bt_xml_new(bt_output_write, &page->chunk);
    page->rows = 0;
    report->reply.xml = page->xml;

    if (page->xml == NULL) {
        fail(report, "no memory for a part of the page");
        return;
    }

    bt_report_head(report);
}


static void
drop_chunk(bt_report *report)
{
    bt_xml_free(report->page.xml);
    bt_output_free(&report->page.chunk);
    report->page.xml = NULL;
    report->reply.xml = NULL;
}


/* What the sheet makes of the chunk; NULL: report->status is set. */
static char *
end_chunk(bt_report *report, int *len)
{
    char            *out = NULL;
    bt_reporter     *reporter = report->reporter;
    bt_report_page  *page = &report->page;

    bt_xml_close(page->xml);

    if (!bt_xml_ok(page->xml) || page->chunk.failed) {
        fail(report, "no memory for a part of the page");

    } else if (!bt_report_sheet_apply(reporter->sheet, reporter->language,
                                      (bt_str) { page->chunk.data,
                                                 page->chunk.len },
                                      &out, len))
    {
        fail(report, "the sheet made no page of the report");
    }

    drop_chunk(report);

    return out;
}


static void
write_frame(bt_report *report, const char *frame, size_t len)
{
    const char  *place = memmem(frame, len, PLACE, sizeof(PLACE) - 1);
    const char  *last = frame + len;

    if (place == NULL) {
        fail(report, "the sheet has no place for the rows");
        return;
    }

    bt_output_write(report->reply.output, DOCTYPE, sizeof(DOCTYPE) - 1);
    bt_output_write(report->reply.output, frame, (size_t) (place - frame));
    place += sizeof(PLACE) - 1;
    report->page.tail = bt_pool_copy(report->reporter->pool,
                                     (bt_str) { place,
                                                (size_t) (last - place) });

    if (report->page.tail == NULL) {
        fail(report, "no memory for the page");
    }
}


static void
begin(bt_report *report)
{
    int    len;
    char  *frame;

    begin_chunk(report);

    if (report->status != BT_STORE_OK) {
        return;
    }

    bt_report_summary(report);

    if (report->status != BT_STORE_OK) {
        drop_chunk(report);
        return;
    }

    frame = end_chunk(report, &len);

    if (frame != NULL) {
        write_frame(report, frame, (size_t) len);
        bt_report_sheet_drop(frame);
    }
}


static void
open_section(bt_report *report, const bt_report_section *section)
{
    begin_chunk(report);

    if (report->status == BT_STORE_OK) {
        bt_xml_open(report->reply.xml, section->container);
        report->page.chunks++;
        bt_xml_attr_int(report->reply.xml, "part", report->page.chunks);
    }
}


static void
finish_chunk(bt_report *report)
{
    int    len;
    char  *out;

    bt_xml_close(report->reply.xml);
    out = end_chunk(report, &len);

    if (out != NULL) {
        bt_output_write(report->reply.output, out, (size_t) len);
        bt_report_sheet_drop(out);
    }
}


static void
add_row(bt_report *report, const bt_report_section *section, bt_rows *rows,
    int64_t id, void *extras)
{
    if (report->status != BT_STORE_OK) {
        return;
    }

    if (report->page.rows == CHUNK_ROWS) {
        finish_chunk(report);

        if (report->status == BT_STORE_OK) {
            open_section(report, section);
        }
    }

    if (report->status == BT_STORE_OK) {
        bt_report_row(report, section, rows, id, extras);
        report->page.rows++;
    }
}


static void
close_section(bt_report *report, const bt_report_section *section)
{
    (void) section;

    if (report->status == BT_STORE_OK) {
        finish_chunk(report);
    }

    report->page.chunks = 0;
}


static void
end(bt_report *report)
{
    bt_output_write(report->reply.output, report->page.tail,
                    strlen(report->page.tail));
}


const bt_report_face  bt_report_html = {
    "html", begin, open_section, add_row, close_section, end
};
