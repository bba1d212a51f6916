/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to describe: a document written twice at once, as HTML and as Markdown. Text is plain and escaped for each: whatever a scenario
 * says is shown, never run. Nothing fails at once; memory that is short is seen at the end. */
#ifndef IPSIM_DESCRIBE_PAGE_H
#define IPSIM_DESCRIBE_PAGE_H

#include "ipsim/describe.h"

typedef struct page {
    FILE *html, *markdown;
    char *html_text, *markdown_text;
    size_t html_size, markdown_size;
    size_t n_columns; /* of the table being written */
    ipsim_document *document;
    bool out_of_memory;
} page;

bool page_begin(page *p, ipsim_document *document); /* false: memory is short */
/* The two texts become files of the document. false: memory is short. */
bool page_end(page *p, const char *title, const char *stylesheet);

/* A file of the document; text is taken. */
void page_add_file(page *p, const char *name, char *text);

void page_heading(page *p, int level, const char *text);
void page_paragraph(page *p, const char *format, ...) IPSIM_PRINTF(2, 3);
void page_formula(page *p, const char *text);
void page_list_item(page *p, const char *text);
void page_list_end(page *p);
/* Cells are plain text; NULL is an empty one. */
void page_table_begin(page *p, const char *const *headings, size_t n_columns);
void page_table_row(page *p, const char *const *cells);
void page_table_end(page *p);
/* svg (taken) is inlined into the HTML and becomes a file that the Markdown shows. */
void page_figure(page *p, char *svg, const char *file, const char *alternative);

/* ---- text of what a scenario holds ---- */
enum { PAGE_TEXT_SIZE = 640 };
typedef struct page_text {
    char at[PAGE_TEXT_SIZE];
} page_text;

/* "0.15", or "0.15 (= h0 * 12)" for an expression that is more than the number itself. */
const char *page_number(const ipsim_number *number, page_text *text);
const char *page_numbers(const ipsim_numbers *numbers, page_text *text);
const char *page_names(const ipsim_names *names, page_text *text); /* "a, b and c" */
const char *page_or(const char *text, const char *otherwise);
/* "the file's label (name)", or the name when there is no label. */
const char *page_label(const ipsim_text *label, const char *name, page_text *text);
/* "beta (alpha 12, beta 30), cut to 0 - 1" */
const char *page_distribution(const ipsim_distribution_spec *spec, page_text *text);
/* "years 0 to 2 since model entry"; "always" */
const char *page_window(const ipsim_text *clock, const ipsim_number *from, const ipsim_number *until, page_text *text);
const char *page_clock(const char *clock, page_text *text); /* in words; NULL: since entry to the state */

#endif
