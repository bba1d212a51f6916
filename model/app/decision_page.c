/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/decision: the text of a summary. See decision.h. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "app/decision.h"
#include "ipsim/format.h"

enum { MOST_COLUMNS = 16, DIGITS = 4, WIDTH = 98 };

/* Headings may be the same for several columns. */
static const char *const column_names[MOST_COLUMNS] = {"1", "2",  "3",  "4",  "5",  "6",  "7",  "8",
                                                       "9", "10", "11", "12", "13", "14", "15", "16"};

ipsim_page_table ipsim_page_begin(const char *const *headings, size_t n_left)
{
    ipsim_page_table page = {.headings = headings, .n_left = n_left};
    ipsim_column_spec columns[MOST_COLUMNS];
    for (; headings[page.n_columns] != NULL; page.n_columns++) {
        ipsim_bug_assert(page.n_columns < MOST_COLUMNS);
        columns[page.n_columns] = (ipsim_column_spec){column_names[page.n_columns], IPSIM_TEXT, ""};
    }
    page.table = ipsim_table_create("page", columns, page.n_columns);
    page.failed = page.table == NULL;
    page.column = page.n_columns; /* the first cell begins a row */
    return page;
}

static void put(ipsim_page_table *page, const char *text)
{
    if (page->failed) {
        return;
    }
    if (page->column == page->n_columns) {
        page->row = ipsim_table_add_row(page->table);
        page->column = 0;
    }
    ipsim_table_put_text(page->table, page->row, page->column++, text);
}

void ipsim_page_cell(ipsim_page_table *page, const char *format, ...)
{
    char text[160];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    put(page, text);
}

void ipsim_page_number(ipsim_page_table *page, double value)
{
    char text[IPSIM_FORMAT_SIZE];
    put(page, isnan(value) ? "" : ipsim_format_number(value, DIGITS, text, sizeof text));
}

void ipsim_page_interval(ipsim_page_table *page, double low, double high)
{
    char from[IPSIM_FORMAT_SIZE], to[IPSIM_FORMAT_SIZE];
    if (isnan(low) || isnan(high)) {
        put(page, "");
        return;
    }
    ipsim_page_cell(page, "%s to %s", ipsim_format_number(low, DIGITS, from, sizeof from),
                    ipsim_format_number(high, DIGITS, to, sizeof to));
}

void ipsim_page_estimate(ipsim_page_table *page, double value, double se)
{
    char text[IPSIM_FORMAT_SIZE];
    put(page, isnan(value) ? "" : ipsim_format_estimate(value, se, false, text, sizeof text));
}

const char *ipsim_page_percent(double share, char *text, size_t size)
{
    if (share > 0.0 && share < 0.005) {
        snprintf(text, size, "<1 %%");
    } else if (share > 0.995 && share < 1.0) {
        snprintf(text, size, ">99 %%");
    } else {
        snprintf(text, size, "%.0f %%", 100.0 * share);
    }
    return text;
}

void ipsim_page_share(ipsim_page_table *page, double share)
{
    char text[IPSIM_FORMAT_SIZE];
    put(page, isnan(share) ? "" : ipsim_page_percent(share, text, sizeof text));
}

void ipsim_page_end(ipsim_page_table *page, FILE *stream)
{
    ipsim_aligned_column columns[MOST_COLUMNS];
    for (size_t c = 0; c < page->n_columns; c++) {
        columns[c] = (ipsim_aligned_column){
            .heading = page->headings[c], .column = column_names[c], .right = c >= page->n_left, .widest = 60};
    }
    if (stream != NULL && !page->failed &&
        ipsim_aligned_print(stream, page->table, 0, page->table->n_rows, columns, page->n_columns) != IPSIM_OK) {
        fputs("(memory is short)\n", stream);
    }
    ipsim_table_free(page->table);
    page->table = NULL;
}

void ipsim_page_paragraph(FILE *stream, const char *format, ...)
{
    char text[1200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ipsim_format_paragraph(text, 2, WIDTH, stream);
}

void ipsim_page_panel_title(FILE *stream, const ipsim_decision_job *job, size_t perspective, size_t subgroup)
{
    const ipsim_draws *d = job->draws;
    bool part = subgroup != d->total && d->n_subgroups > 1;
    char key[160];
    snprintf(key, sizeof key, "perspective:%s", d->perspectives[perspective]);
    const char *label = ipsim_decision_about(job->folder, key);
    if (d->n_perspectives > 1) {
        fprintf(stream, "\nPERSPECTIVE %s%s%s%s%s%s\n", d->perspectives[perspective], label != NULL ? " (" : "", label != NULL ? label : "",
                label != NULL ? ")" : "", part ? ", SUBGROUP " : "", part ? d->subgroups[subgroup] : "");
    } else if (part) {
        fprintf(stream, "\nSUBGROUP %s\n", d->subgroups[subgroup]);
    }
}

void ipsim_page_population(FILE *stream, const ipsim_decision_job *job)
{
    char all[IPSIM_FORMAT_SIZE], each[IPSIM_FORMAT_SIZE];
    ipsim_page_paragraph(stream, "All: %s persons, %s a year for %g years, later ones discounted at %g %% a year.",
                         ipsim_format_number(job->settings.persons, DIGITS, all, sizeof all),
                         ipsim_format_number(job->persons_per_year, DIGITS, each, sizeof each), job->years, 100.0 * job->rate);
}

void ipsim_page_notes(FILE *stream, const ipsim_decision_job *job)
{
    if (job->draws->n_notes + job->n_remarks > 0) {
        fputs("\nNOTES\n", stream);
    }
    for (size_t i = 0; i < job->draws->n_notes; i++) {
        ipsim_page_paragraph(stream, "%s", job->draws->notes[i]);
    }
    for (size_t i = 0; i < job->n_remarks; i++) {
        ipsim_page_paragraph(stream, "%s", job->remarks[i]);
    }
}

double ipsim_page_real(const ipsim_table *table, size_t row, const char *column)
{
    size_t c = ipsim_table_find_column(table, column);
    ipsim_bug_assert(c < table->n_columns && table->columns[c].type == IPSIM_REAL);
    return table->columns[c].real[row];
}

const char *ipsim_page_text(const ipsim_table *table, size_t row, const char *column)
{
    size_t c = ipsim_table_find_column(table, column);
    ipsim_bug_assert(c < table->n_columns && table->columns[c].type == IPSIM_TEXT);
    return table->columns[c].text[row] != NULL ? table->columns[c].text[row] : "";
}

bool ipsim_page_is_about(const ipsim_table *table, size_t row, const char *perspective, const char *subgroup)
{
    return strcmp(ipsim_page_text(table, row, "perspective"), perspective) == 0 &&
           (subgroup == NULL || strcmp(ipsim_page_text(table, row, "subgroup"), subgroup) == 0);
}

bool ipsim_page_is_headline(const ipsim_decision_job *job, double threshold)
{
    for (size_t h = 0; h < job->n_headlines; h++) {
        if (job->thresholds[job->headlines[h]] == threshold) {
            return true;
        }
    }
    return false;
}
