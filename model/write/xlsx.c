/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/xlsx: see include/ipsim/xlsx.h. Sheets and cells. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/plain_text.h"
#include "xlsx_private.h"

enum { MOST_BYTES = 32767, SHORT_TEXT = 255 }; /* of a cell, which counts characters, so bytes are on the safe side; of a title */

bool ipsim_xlsx_check(ipsim_xlsx *book, lxw_error result)
{
    if (result != LXW_NO_ERROR && book->failure == LXW_NO_ERROR) {
        book->failure = result;
    }
    return result == LXW_NO_ERROR;
}

/* "_x000D_" in a cell means a carriage return; for the characters themselves the underscore is spelt out. */
static bool is_escape(const char *text)
{
    return text[0] == '_' && text[1] == 'x' && strspn(text + 2, "0123456789abcdefABCDEF") >= 4 && text[6] == '_';
}

static char *spell_escapes_out(char *text)
{
    size_t count = 0;
    for (const char *c = text; *c != '\0'; c++) {
        count += is_escape(c);
    }
    char *spelt = count > 0 ? malloc(strlen(text) + 6 * count + 1) : text;
    if (count > 0 && spelt != NULL) {
        char *to = spelt;
        for (const char *c = text; *c != '\0'; c++) {
            if (is_escape(c)) {
                memcpy(to, "_x005F", 6);
                to += 6;
            }
            *to++ = *c;
        }
        *to = '\0';
    }
    if (count > 0) {
        free(text);
    }
    return spelt;
}

char *ipsim_xlsx_clean(ipsim_xlsx *book, const char *text, size_t most)
{
    static const char dots[] = "…";
    size_t room = ipsim_plain_text_room(text, "");
    char *clean = malloc(room + sizeof dots);
    if (clean != NULL) {
        size_t bytes = ipsim_plain_text(text, "", true, clean, room < most ? room : most - sizeof dots);
        if (room >= most) {
            memcpy(clean + bytes, dots, sizeof dots);
        }
        clean = spell_escapes_out(clean);
    }
    book->short_of_memory = book->short_of_memory || clean == NULL;
    return clean;
}

/* ---- formats ---- */
enum { INK = 0x1F3044, GREY = 0x5F6B76, PALE = 0xE8EEF4, GREEN = 0x1B6E3C, RED = 0xA3261B };

static void set_number_format(lxw_format *format, ipsim_xlsx_style style, int decimals)
{
    char digits[32] = "#,##0", text[128];
    if (decimals > 0) {
        snprintf(digits, sizeof digits, "#,##0.%.*s", decimals, "000000");
    }
    switch (style) {
    case IPSIM_XLSX_CHANGE:
        snprintf(text, sizeof text, "+%s;-%s;%s", digits, digits, digits);
        break;
    case IPSIM_XLSX_ERROR:
        snprintf(text, sizeof text, "\"± \"%s", digits);
        ipsim_xlsx_library.format_set_font_color(format, GREY);
        break;
    case IPSIM_XLSX_SHARE:
        snprintf(text, sizeof text, "%s%%", digits);
        break;
    default:
        snprintf(text, sizeof text, "%s", digits);
        break;
    }
    ipsim_xlsx_library.format_set_num_format(format, text);
}

static void set_text_format(lxw_format *format, ipsim_xlsx_style style)
{
    /* A cell of text stays text when it is edited: "=1+1" would otherwise become a formula then. */
    ipsim_xlsx_library.format_set_num_format_index(format, 49); /* "@" */
    ipsim_xlsx_library.format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    switch (style) {
    case IPSIM_XLSX_TITLE:
        ipsim_xlsx_library.format_set_bold(format);
        ipsim_xlsx_library.format_set_font_size(format, 16);
        ipsim_xlsx_library.format_set_font_color(format, INK);
        break;
    case IPSIM_XLSX_HEADING:
        ipsim_xlsx_library.format_set_bold(format);
        ipsim_xlsx_library.format_set_font_size(format, 12);
        ipsim_xlsx_library.format_set_font_color(format, INK);
        break;
    case IPSIM_XLSX_HEADER_NUMBER:
    case IPSIM_XLSX_HEADER_INDENTED:
    case IPSIM_XLSX_HEADER:
        if (style == IPSIM_XLSX_HEADER_NUMBER) {
            ipsim_xlsx_library.format_set_align(format, LXW_ALIGN_RIGHT);
        }
        ipsim_xlsx_library.format_set_indent(format, style == IPSIM_XLSX_HEADER_INDENTED);
        ipsim_xlsx_library.format_set_align(format, LXW_ALIGN_VERTICAL_BOTTOM);
        ipsim_xlsx_library.format_set_bold(format);
        ipsim_xlsx_library.format_set_text_wrap(format);
        ipsim_xlsx_library.format_set_bg_color(format, PALE);
        ipsim_xlsx_library.format_set_bottom(format, LXW_BORDER_THIN);
        break;
    case IPSIM_XLSX_NOTE:
        ipsim_xlsx_library.format_set_text_wrap(format);
        ipsim_xlsx_library.format_set_font_color(format, GREY);
        break;
    case IPSIM_XLSX_WRAPPED:
        ipsim_xlsx_library.format_set_text_wrap(format);
        break;
    case IPSIM_XLSX_INDENTED:
        ipsim_xlsx_library.format_set_indent(format, 1);
        break;
    case IPSIM_XLSX_RIGHT:
        ipsim_xlsx_library.format_set_align(format, LXW_ALIGN_RIGHT);
        break;
    case IPSIM_XLSX_GOOD:
        ipsim_xlsx_library.format_set_indent(format, 1);
        ipsim_xlsx_library.format_set_font_color(format, GREEN);
        break;
    case IPSIM_XLSX_BAD:
        ipsim_xlsx_library.format_set_indent(format, 1);
        ipsim_xlsx_library.format_set_bold(format);
        ipsim_xlsx_library.format_set_font_color(format, RED);
        break;
    default:
        break;
    }
}

static lxw_format *format_of(ipsim_xlsx *book, ipsim_xlsx_style style, int decimals)
{
    decimals = style < IPSIM_XLSX_NUMBER || decimals < 0 ? 0 : decimals;
    decimals = decimals > IPSIM_XLSX_MOST_DECIMALS ? IPSIM_XLSX_MOST_DECIMALS : decimals;
    lxw_format **format = &book->formats[style][decimals];
    if (*format == NULL) {
        *format = ipsim_xlsx_library.workbook_add_format(book->workbook);
        book->short_of_memory = book->short_of_memory || *format == NULL;
        if (*format != NULL && style < IPSIM_XLSX_NUMBER) {
            set_text_format(*format, style);
        } else if (*format != NULL) {
            set_number_format(*format, style, decimals);
            ipsim_xlsx_library.format_set_align(*format, LXW_ALIGN_VERTICAL_TOP);
        }
    }
    return *format;
}

/* ---- sheets ---- */
ipsim_xlsx_sheet *ipsim_xlsx_add_sheet(ipsim_xlsx *book, const char *name)
{
    ipsim_xlsx_sheet *sheet = calloc(1, sizeof *sheet);
    lxw_worksheet *worksheet = sheet != NULL ? ipsim_xlsx_library.workbook_add_worksheet(book->workbook, name) : NULL;
    if (worksheet == NULL) {
        book->short_of_memory = true; /* the name is ours, and good */
        free(sheet);
        return NULL;
    }
    *sheet = (ipsim_xlsx_sheet){.book = book, .worksheet = worksheet, .next = book->sheets};
    snprintf(sheet->name, sizeof sheet->name, "%s", name);
    book->sheets = sheet;
    ipsim_xlsx_library.worksheet_gridlines(worksheet, LXW_HIDE_ALL_GRIDLINES);
    return sheet;
}

static bool is_inside(size_t row, size_t column)
{
    return row < IPSIM_XLSX_MOST_ROWS && column < IPSIM_XLSX_MOST_COLUMNS;
}

void ipsim_xlsx_text(ipsim_xlsx_sheet *sheet, size_t row, size_t column, ipsim_xlsx_style style, const char *text)
{
    if (sheet == NULL || !is_inside(row, column)) {
        return;
    }
    lxw_format *format = format_of(sheet->book, style, 0);
    bool shaded = style == IPSIM_XLSX_HEADER || style == IPSIM_XLSX_HEADER_NUMBER || style == IPSIM_XLSX_HEADER_INDENTED;
    char *clean = text != NULL ? ipsim_xlsx_clean(sheet->book, text, MOST_BYTES) : NULL;
    if (clean != NULL && clean[0] != '\0') {
        ipsim_xlsx_check(sheet->book,
                         ipsim_xlsx_library.worksheet_write_string(sheet->worksheet, (lxw_row_t)row, (lxw_col_t)column, clean, format));
    } else if (shaded) {
        ipsim_xlsx_check(sheet->book,
                         ipsim_xlsx_library.worksheet_write_blank(sheet->worksheet, (lxw_row_t)row, (lxw_col_t)column, format));
    }
    free(clean);
}

void ipsim_xlsx_number(ipsim_xlsx_sheet *sheet, size_t row, size_t column, ipsim_xlsx_style style, int decimals, double value)
{
    if (sheet != NULL && isfinite(value) && is_inside(row, column)) {
        lxw_format *format = format_of(sheet->book, style, decimals);
        ipsim_xlsx_check(sheet->book,
                         ipsim_xlsx_library.worksheet_write_number(sheet->worksheet, (lxw_row_t)row, (lxw_col_t)column, value, format));
    }
}

void ipsim_xlsx_paragraph(ipsim_xlsx_sheet *sheet, size_t row, size_t first_column, size_t last_column, double height,
                          ipsim_xlsx_style style, const char *text)
{
    if (sheet == NULL || !is_inside(row, last_column)) {
        return;
    }
    lxw_format *format = format_of(sheet->book, style, 0);
    if (height > 0.0) {
        ipsim_xlsx_height(sheet, row, height);
    }
    char *clean = ipsim_xlsx_clean(sheet->book, text, MOST_BYTES);
    if (clean != NULL && last_column > first_column) {
        /* The range is merged around an empty text, since merging reads a text that begins with = as a formula in some versions. */
        ipsim_xlsx_check(sheet->book, ipsim_xlsx_library.worksheet_merge_range(sheet->worksheet, (lxw_row_t)row, (lxw_col_t)first_column,
                                                                               (lxw_row_t)row, (lxw_col_t)last_column, "", format));
    }
    if (clean != NULL && clean[0] != '\0') {
        ipsim_xlsx_check(sheet->book, ipsim_xlsx_library.worksheet_write_string(sheet->worksheet, (lxw_row_t)row, (lxw_col_t)first_column,
                                                                                clean, format));
    }
    free(clean);
}

void ipsim_xlsx_width(ipsim_xlsx_sheet *sheet, size_t first_column, size_t last_column, double characters)
{
    if (sheet != NULL && is_inside(0, last_column)) {
        ipsim_xlsx_check(sheet->book, ipsim_xlsx_library.worksheet_set_column(sheet->worksheet, (lxw_col_t)first_column,
                                                                              (lxw_col_t)last_column, characters, NULL));
    }
}

void ipsim_xlsx_height(ipsim_xlsx_sheet *sheet, size_t row, double points)
{
    if (sheet != NULL && is_inside(row, 0)) {
        ipsim_xlsx_check(sheet->book, ipsim_xlsx_library.worksheet_set_row(sheet->worksheet, (lxw_row_t)row, points, NULL));
    }
}

void ipsim_xlsx_comment(ipsim_xlsx_sheet *sheet, size_t row, size_t column, const char *text)
{
    char *clean = sheet != NULL ? ipsim_xlsx_clean(sheet->book, text, MOST_BYTES) : NULL;
    if (clean != NULL) {
        lxw_comment_options options = {.visible = LXW_COMMENT_DISPLAY_HIDDEN, .x_scale = 2.2};
        ipsim_xlsx_check(sheet->book, ipsim_xlsx_library.worksheet_write_comment_opt(sheet->worksheet, (lxw_row_t)row, (lxw_col_t)column,
                                                                                     clean, &options));
    }
    free(clean);
}

void ipsim_xlsx_freeze(ipsim_xlsx_sheet *sheet, size_t first_header, size_t last_header, size_t first_free)
{
    if (sheet != NULL) {
        ipsim_xlsx_library.worksheet_freeze_panes(sheet->worksheet, (lxw_row_t)last_header + 1, (lxw_col_t)first_free);
        ipsim_xlsx_check(sheet->book,
                         ipsim_xlsx_library.worksheet_repeat_rows(sheet->worksheet, (lxw_row_t)first_header, (lxw_row_t)last_header));
        if (first_free > 0) {
            ipsim_xlsx_check(sheet->book, ipsim_xlsx_library.worksheet_repeat_columns(sheet->worksheet, 0, (lxw_col_t)first_free - 1));
        }
    }
}

void ipsim_xlsx_filter(ipsim_xlsx_sheet *sheet, size_t header_row, size_t last_row, size_t last_column)
{
    if (sheet != NULL && last_row > header_row) {
        ipsim_xlsx_check(sheet->book, ipsim_xlsx_library.worksheet_autofilter(sheet->worksheet, (lxw_row_t)header_row, 0,
                                                                              (lxw_row_t)last_row, (lxw_col_t)last_column));
    }
}

/* In a footer "&" begins a command. */
static void set_footer(ipsim_xlsx_sheet *sheet)
{
    char text[SHORT_TEXT] = "&L&8", page[] = "&R&8&A, &P / &N";
    size_t used = strlen(text);
    for (const char *c = sheet->book->title; *c != '\0' && used + sizeof page + 4 < sizeof text - 60; c++) {
        bool begins = ((unsigned char)*c & 0xC0U) != 0x80U;
        if (begins && used > 120) {
            break;
        }
        if (*c == '&') {
            text[used++] = '&';
        }
        text[used++] = *c;
    }
    snprintf(text + used, sizeof text - used, "%s", page);
    ipsim_xlsx_check(sheet->book, ipsim_xlsx_library.worksheet_set_footer(sheet->worksheet, text));
}

static void set_paper(ipsim_xlsx_sheet *sheet, bool landscape)
{
    enum { A4 = 9 };
    ipsim_xlsx_library.worksheet_set_paper(sheet->worksheet, A4);
    if (landscape) {
        ipsim_xlsx_library.worksheet_set_landscape(sheet->worksheet);
    }
    ipsim_xlsx_library.worksheet_set_margins(sheet->worksheet, 0.5, 0.5, 0.6, 0.7);
    set_footer(sheet);
}

void ipsim_xlsx_page(ipsim_xlsx_sheet *sheet, bool landscape)
{
    if (sheet != NULL) {
        set_paper(sheet, landscape);
        ipsim_xlsx_library.worksheet_fit_to_pages(sheet->worksheet, 1, 0);
    }
}

/* A page that is fitted has no breaks of ours, so the scale is worked out: a character takes up to 0.1 inches, by the font. */
void ipsim_xlsx_pages(ipsim_xlsx_sheet *sheet, bool landscape, double characters, const size_t *rows, size_t n_rows)
{
    enum { MOST_BREAKS = 1000, LEAST_SCALE = 25, LARGEST_SCALE = 95 };
    lxw_row_t *breaks = sheet != NULL && n_rows > 0 ? calloc(n_rows + 1, sizeof *breaks) : NULL;
    if (sheet == NULL) {
        return;
    }
    set_paper(sheet, landscape);
    double scale = 100.0 * (landscape ? 10.6 : 7.2) / (0.1 * characters);
    ipsim_xlsx_library.worksheet_set_print_scale(sheet->worksheet, (uint16_t)(scale > LARGEST_SCALE ? LARGEST_SCALE
                                                                              : scale < LEAST_SCALE ? LEAST_SCALE
                                                                                                    : scale));
    sheet->book->short_of_memory = sheet->book->short_of_memory || (n_rows > 0 && breaks == NULL);
    for (size_t i = 0; breaks != NULL && i < n_rows && i < MOST_BREAKS; i++) {
        breaks[i] = (lxw_row_t)rows[i];
    }
    if (breaks != NULL) {
        ipsim_xlsx_check(sheet->book, ipsim_xlsx_library.worksheet_set_h_pagebreaks(sheet->worksheet, breaks));
    }
    free(breaks);
}
