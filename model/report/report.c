/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/report: the page as a whole. See include/ipsim/report.h. */
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"

const ipsim_table *ipsim_report_find(const ipsim_report_tables *tables, const char *name)
{
    for (size_t t = 0; t < tables->count; t++) {
        if (strcmp(tables->items[t]->name, name) == 0) {
            return tables->items[t];
        }
    }
    return NULL;
}

static void put_asset(ipsim_report_asset asset, FILE *stream)
{
    fwrite(asset.text, 1, asset.size, stream);
}

/* The one script that may run is named by its digest, so nothing that a table holds could ever run, even if it got onto the page as HTML.
 * Nothing is fetched. */
static void put_head(const ipsim_report_tables *tables, const json_t *messages, const char *language, bool with_script, FILE *stream)
{
    fprintf(
        stream,
        "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        "style-src 'unsafe-inline'; script-src %s\">\n<meta name=\"generator\" content=\"ipsim\">\n<meta name=\"color-scheme\" "
        "content=\"light dark\">\n<title>",
        language, with_script ? ipsim_report_script_digest() : "'none'");
    ipsim_report_put_title(tables, messages, stream);
    fputs("</title>\n<style>\n", stream);
    put_asset(ipsim_report_style(), stream);
    fputs("</style>\n</head>\n", stream);
}

/* Whether another table of the page tells the same and more: provenance is parameters with more columns, the grid of the slider has more
 * thresholds than the tables of cea. */
static bool is_superseded(const ipsim_report_tables *tables, const char *name)
{
    static const char *const by[][2] = {{"parameters", "provenance"}, {"ceac", "grid_ceac"}, {"evpi", "grid_evpi"}};
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++) {
        if (strcmp(name, by[i][0]) == 0 && ipsim_report_find(tables, by[i][1]) != NULL) {
            return true;
        }
    }
    return false;
}

static ipsim_status put_data(const ipsim_report_tables *tables, const char *language, FILE *stream, ipsim_error *err)
{
    const ipsim_table *about = ipsim_report_find(tables, "about");
    ipsim_status status = IPSIM_OK;
    bool first = true;
    fprintf(stream, "<script type=\"application/json\" id=\"ipsim-data\">{\"language\":\"%s\",\"tables\":{", language);
    for (size_t t = 0; status == IPSIM_OK && t < tables->count; t++) {
        const ipsim_table *table = tables->items[t];
        bool *keep = NULL;
        bool superseded = is_superseded(tables, table->name);
        if (superseded || !ipsim_report_wants(table->name) || ipsim_report_find(tables, table->name) != table) {
            continue;
        }
        status = ipsim_report_select(table, about, &keep, err);
        if (status == IPSIM_OK) {
            fprintf(stream, "%s\n\"%s\":", first ? "" : ",", table->name);
            status = ipsim_report_json(table, keep, stream, err);
            first = false;
        }
        free(keep);
    }
    fputs("}}</script>\n", stream);
    return status;
}

static ipsim_status put_page(const ipsim_report_tables *tables, const json_t *catalogue, const ipsim_report_options *options, FILE *stream,
                             ipsim_error *err)
{
    const char *language = options->language != NULL ? options->language : "en";
    const json_t *messages = json_object_get(catalogue, language);
    bool with_script = ipsim_report_has_script() && !options->plain;
    if (messages == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "there is no language \"%s\"; there are en (English) and nb (Norwegian)", language);
    }
    put_head(tables, messages, language, with_script, stream);
    fputs("<body>\n<a class=\"skip\" href=\"#report\">", stream);
    ipsim_report_put_html_text(ipsim_report_message(messages, "skip"), stream);
    fputs("</a>\n<div id=\"page\"><main id=\"report\" class=\"static\" tabindex=\"-1\">\n", stream);
    ipsim_status status = ipsim_report_put_static(tables, messages, stream, err);
    fputs("</main></div>\n", stream);
    if (status == IPSIM_OK && with_script) {
        status = put_data(tables, language, stream, err);
        fputs("<script type=\"application/json\" id=\"ipsim-messages\">", stream);
        put_asset(ipsim_report_messages(), stream);
        fputs("</script>\n<script>", stream);
        put_asset(ipsim_report_script(), stream);
        fputs("</script>\n", stream);
    }
    fputs("</body>\n</html>\n", stream);
    return status;
}

ipsim_status ipsim_report_write(const ipsim_table *const *tables, size_t n_tables, const ipsim_report_options *options, FILE *stream,
                                ipsim_error *err)
{
    ipsim_report_asset text = ipsim_report_messages();
    json_t *catalogue = json_loadb(text.text, text.size, 0, NULL);
    if (catalogue == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short"); /* the build has checked that it is JSON */
    }
    ipsim_report_tables all = {tables, n_tables};
    ipsim_status status = put_page(&all, catalogue, options, stream, err);
    json_decref(catalogue);
    return status;
}
