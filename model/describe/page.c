/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool ipsim_doc_begin(page *p, ipsim_document *document)
{
    *p = (page){.document = document};
    p->html = open_memstream(&p->html_text, &p->html_size);
    p->markdown = open_memstream(&p->markdown_text, &p->markdown_size);
    return p->html && p->markdown;
}

void ipsim_doc_add_file(page *p, const char *name, char *text)
{
    ipsim_document *d = p->document;
    ipsim_document_file *files = text ? realloc(d->files, (d->n_files + 1) * sizeof *files) : NULL;
    if (files) {
        d->files = files;
        d->files[d->n_files] = (ipsim_document_file){strdup(name), text};
        if (files[d->n_files].name) {
            d->n_files++;
            return;
        }
    }
    free(text);
    p->out_of_memory = true;
}

/* ---- escaping ---- */

/* Loading a scenario has refused control characters and those that turn the direction of text. */

static void put_html(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        switch (*c) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*c, out);
        }
    }
}

/* Line ends become blanks: a line of text could otherwise begin a heading or end a table. */
static void put_markdown(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\n')
            fputc(' ', out);
        else if (*c == '&')
            fputs("&amp;", out);
        else if (*c == '<')
            fputs("&lt;", out);
        else if (strchr("\\`*_[]|#~$!", *c))
            fprintf(out, "\\%c", *c);
        else
            fputc(*c, out);
    }
}

/* ---- blocks ---- */

static void put_anchor(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++)
        if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_')
            fputc(*c, out);
        else if (*c >= 'A' && *c <= 'Z')
            fputc(*c - 'A' + 'a', out);
        else if (*c == ' ')
            fputc('-', out);
}

void ipsim_doc_heading(page *p, int level, const char *text)
{
    fprintf(p->html, "<h%d id=\"", level);
    put_anchor(p->html, text);
    fputs("\">", p->html);
    put_html(p->html, text);
    fprintf(p->html, "</h%d>\n", level);
    fprintf(p->markdown, "\n%.*s ", level, "######");
    put_markdown(p->markdown, text);
    fputs("\n\n", p->markdown);
}

void ipsim_doc_paragraph(page *p, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        p->out_of_memory = true;
        return;
    }
    fputs("<p>", p->html);
    put_html(p->html, text);
    fputs("</p>\n", p->html);
    put_markdown(p->markdown, text);
    fputs("\n\n", p->markdown);
    free(text);
}

void ipsim_doc_formula(page *p, const char *text)
{
    fputs("<p class=\"formula\">", p->html);
    put_html(p->html, text);
    fputs("</p>\n", p->html);
    fprintf(p->markdown, "    %s\n\n", text); /* an indented block is shown as it is */
}

void ipsim_doc_list_item(page *p, const char *text)
{
    fputs("<li>", p->html);
    put_html(p->html, text);
    fputs("</li>\n", p->html);
    fputs("- ", p->markdown);
    put_markdown(p->markdown, text);
    fputc('\n', p->markdown);
}

void ipsim_doc_list_end(page *p)
{
    fputc('\n', p->markdown);
}

void ipsim_doc_table_begin(page *p, const char *const *headings, size_t n_columns)
{
    p->n_columns = n_columns;
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table><thead><tr>", p->html);
    for (size_t i = 0; i < n_columns; i++) {
        fputs("<th scope=\"col\">", p->html);
        put_html(p->html, headings[i]);
        fputs("</th>", p->html);
        fputs("| ", p->markdown);
        put_markdown(p->markdown, headings[i]);
        fputc(' ', p->markdown);
    }
    fputs("</tr></thead><tbody>\n", p->html);
    fputs("|\n", p->markdown);
    for (size_t i = 0; i < n_columns; i++)
        fputs("| --- ", p->markdown);
    fputs("|\n", p->markdown);
}

void ipsim_doc_table_row(page *p, const char *const *cells)
{
    fputs("<tr>", p->html);
    for (size_t i = 0; i < p->n_columns; i++) {
        const char *cell = cells[i] ? cells[i] : "";
        fputs(i == 0 ? "<th scope=\"row\">" : "<td>", p->html);
        put_html(p->html, cell);
        fputs(i == 0 ? "</th>" : "</td>", p->html);
        fputs("| ", p->markdown);
        put_markdown(p->markdown, cell);
        fputc(' ', p->markdown);
    }
    fputs("</tr>\n", p->html);
    fputs("|\n", p->markdown);
}

void ipsim_doc_table_end(page *p)
{
    fputs("</tbody></table></div>\n", p->html);
    fputc('\n', p->markdown);
}

void ipsim_doc_figure(page *p, char *svg, const char *file, const char *alternative)
{
    if (!svg) {
        p->out_of_memory = true;
        return;
    }
    const char *drawing = strstr(svg, "<svg"); /* without the XML declaration, which HTML does not know */
    fputs("<figure role=\"img\" aria-label=\"", p->html);
    put_html(p->html, alternative);
    fprintf(p->html, "\">%s</figure>\n", drawing ? drawing : svg);
    fputs("![", p->markdown);
    put_markdown(p->markdown, alternative);
    fprintf(p->markdown, "](%s)\n\n", file);
    ipsim_doc_add_file(p, file, svg);
}

bool ipsim_doc_end(page *p, const char *title, const char *stylesheet)
{
    bool ok = p->html && p->markdown && !p->out_of_memory;
    ok = (!p->html || fclose(p->html) == 0) && ok;
    ok = (!p->markdown || fclose(p->markdown) == 0) && ok;
    char *whole = NULL;
    size_t size;
    FILE *out = ok ? open_memstream(&whole, &size) : NULL;
    if (out) {
        fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
              out);
        put_html(out, title);
        fprintf(out, "</title>\n<style>\n%s</style></head><body><main>\n%s</main></body></html>\n", stylesheet, p->html_text);
        ok = fclose(out) == 0;
    }
    ok = ok && out;
    free(p->html_text);
    p->html_text = NULL;
    if (ok) {
        ipsim_doc_add_file(p, "description.html", whole);
        ipsim_doc_add_file(p, "description.md", p->markdown_text);
        return !p->out_of_memory;
    }
    free(whole);
    free(p->markdown_text);
    return false;
}
