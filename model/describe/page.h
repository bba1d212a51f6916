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

bool ipsim_doc_begin(page *p, ipsim_document *document); /* false: memory is short */
/* The two texts become files of the document. false: memory is short. */
bool ipsim_doc_end(page *p, const char *title, const char *stylesheet);

/* A file of the document; text is taken. */
void ipsim_doc_add_file(page *p, const char *name, char *text);

void ipsim_doc_heading(page *p, int level, const char *text);
void ipsim_doc_paragraph(page *p, const char *format, ...) IPSIM_PRINTF(2, 3);
void ipsim_doc_formula(page *p, const char *text);
void ipsim_doc_list_item(page *p, const char *text);
void ipsim_doc_list_end(page *p);
/* Cells are plain text; NULL is an empty one. */
void ipsim_doc_table_begin(page *p, const char *const *headings, size_t n_columns);
void ipsim_doc_table_row(page *p, const char *const *cells);
void ipsim_doc_table_end(page *p);
/* svg (taken) is inlined into the HTML and becomes a file that the Markdown shows. */
void ipsim_doc_figure(page *p, char *svg, const char *file, const char *alternative);

/* ---- text of what a scenario holds ---- */
enum { PAGE_TEXT_SIZE = 640 };
typedef struct page_text {
    char at[PAGE_TEXT_SIZE];
} page_text;

/* "0.15", or "0.15 (= h0 * 12)" for an expression that is more than the number itself. */
const char *ipsim_doc_number(const ipsim_number *number, page_text *text);
const char *ipsim_doc_numbers(const ipsim_numbers *numbers, page_text *text);
const char *ipsim_doc_names(const ipsim_names *names, page_text *text); /* "a, b and c" */
const char *ipsim_doc_or(const char *text, const char *otherwise);
/* "the file's label (name)", or the name when there is no label. */
const char *ipsim_doc_label(const ipsim_text *label, const char *name, page_text *text);
/* "beta (alpha 12, beta 30), cut to 0 - 1" */
const char *ipsim_doc_distribution(const ipsim_distribution_spec *spec, page_text *text);
/* "years 0 to 2 since model entry"; "always" */
const char *ipsim_doc_window(const ipsim_text *clock, const ipsim_number *from, const ipsim_number *until, page_text *text);
const char *ipsim_doc_clock(const char *clock, page_text *text); /* in words; NULL: since entry to the state */

#endif
