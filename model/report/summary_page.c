/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/summary_page: labels, cells and paragraphs on a page of fixed width. See summary_parts.h. */
#include <string.h>

#include "ipsim/format.h"
#include "summary_parts.h"

enum { INDENT = 2, GAP = 2, LEAST_LABEL = 28 /* labels are cut to this rather than parting columns into blocks */ };

ipsim_summary_grid ipsim_summary_grid_create(ipsim_arena *arena, size_t n_columns, size_t width)
{
    ipsim_summary_grid grid = {.arena = arena, .n_columns = n_columns, .width = width};
    grid.headings = ipsim_arena_alloc(arena, n_columns, sizeof *grid.headings);
    grid.failed = grid.headings == NULL;
    return grid;
}

void ipsim_summary_grid_heading(ipsim_summary_grid *grid, size_t column, const char *text)
{
    grid->failed = grid->failed || text == NULL;
    if (!grid->failed) {
        grid->headings[column] = text;
    }
}

static void append(ipsim_summary_grid *grid, const char *label, const char **cells)
{
    if (grid->n_lines == grid->capacity) {
        size_t capacity = grid->capacity == 0 ? 16 : 2 * grid->capacity;
        ipsim_summary_line *lines = ipsim_arena_alloc(grid->arena, capacity, sizeof *lines);
        if (lines == NULL) {
            grid->failed = true;
            return;
        }
        if (grid->n_lines > 0) {
            memcpy(lines, grid->lines, grid->n_lines * sizeof *lines);
        }
        grid->lines = lines;
        grid->capacity = capacity;
    }
    grid->lines[grid->n_lines++] = (ipsim_summary_line){label, cells};
}

const char **ipsim_summary_grid_line(ipsim_summary_grid *grid, const char *label)
{
    const char **cells = ipsim_arena_alloc(grid->arena, grid->n_columns, sizeof *cells);
    if (cells == NULL || label == NULL) {
        grid->failed = true;
        return cells != NULL ? cells : grid->headings;
    }
    append(grid, label, cells);
    return cells;
}

void ipsim_summary_grid_title(ipsim_summary_grid *grid, const char *label)
{
    grid->failed = grid->failed || label == NULL;
    if (label != NULL) {
        append(grid, label, NULL);
    }
}

/* ---- printing ---- */
static const char *cell_of(const ipsim_summary_line *line, size_t column)
{
    return line->cells != NULL && line->cells[column] != NULL ? line->cells[column] : "";
}

static size_t column_width(const ipsim_summary_grid *grid, size_t column)
{
    size_t widest = grid->headings[column] != NULL ? ipsim_format_width(grid->headings[column]) : 0;
    for (size_t l = 0; l < grid->n_lines; l++) {
        size_t width = ipsim_format_width(cell_of(&grid->lines[l], column));
        widest = width > widest ? width : widest;
    }
    return widest;
}

static size_t all_columns(const ipsim_summary_grid *grid)
{
    size_t width = 0;
    for (size_t c = 0; c < grid->n_columns; c++) {
        width += GAP + column_width(grid, c);
    }
    return width;
}

/* As wide as the widest label, less if that brings all columns side by side, but never less than LEAST_LABEL. */
static size_t label_width(const ipsim_summary_grid *grid)
{
    size_t widest = 0;
    for (size_t l = 0; l < grid->n_lines; l++) {
        size_t width = grid->lines[l].cells != NULL ? ipsim_format_width(grid->lines[l].label) : 0;
        widest = width > widest ? width : widest;
    }
    size_t taken = INDENT + all_columns(grid);
    if (grid->whole_labels || widest <= LEAST_LABEL || taken + widest <= grid->width) {
        return widest;
    }
    return taken + LEAST_LABEL < grid->width ? grid->width - taken : LEAST_LABEL;
}

static void print_right(const char *text, size_t width, FILE *page)
{
    size_t own = ipsim_format_width(text);
    fprintf(page, "%*s%s", (int)(GAP + (width > own ? width - own : 0)), "", text);
}

static void print_label(const char *text, size_t width, FILE *page)
{
    size_t own = ipsim_format_width(text);
    if (own > width) {
        fprintf(page, "%*s%.*s…", INDENT, "", (int)ipsim_format_fit(text, width - 1), text);
    } else {
        fprintf(page, "%*s%s%*s", INDENT, "", text, (int)(width - own), "");
    }
}

static void print_block(const ipsim_summary_grid *grid, const char *title, size_t first, size_t end, size_t labels, FILE *page)
{
    /* The title shares the line of the headings where there is room. */
    size_t title_width = ipsim_format_width(title);
    if (title_width > labels + INDENT) {
        ipsim_format_paragraph(title, INDENT, grid->width, page);
        title_width = 0;
        title = "";
    }
    fprintf(page, "%s%*s", title, (int)(labels + INDENT - title_width), "");
    for (size_t c = first; c < end; c++) {
        print_right(grid->headings[c] != NULL ? grid->headings[c] : "", column_width(grid, c), page);
    }
    fputc('\n', page);
    for (size_t l = 0; l < grid->n_lines; l++) {
        if (grid->lines[l].cells == NULL) {
            fprintf(page, "%*s%s\n", INDENT, "", grid->lines[l].label);
            continue;
        }
        print_label(grid->lines[l].label, labels, page);
        for (size_t c = first; c < end; c++) {
            print_right(cell_of(&grid->lines[l], c), column_width(grid, c), page);
        }
        fputc('\n', page);
    }
}

bool ipsim_summary_grid_fits(const ipsim_summary_grid *grid)
{
    return grid->failed || INDENT + label_width(grid) + all_columns(grid) <= grid->width;
}

void ipsim_summary_grid_print(const ipsim_summary_grid *grid, const char *title, FILE *page)
{
    size_t labels = label_width(grid);
    for (size_t first = 0, end; first < grid->n_columns; first = end) {
        size_t used = INDENT + labels;
        for (end = first; end < grid->n_columns; end++) {
            used += GAP + column_width(grid, end);
            if (used > grid->width && end > first) {
                break;
            }
        }
        print_block(grid, title, first, end, labels, page);
    }
}

void ipsim_summary_trim(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (*from == '\n') {
            while (to > text && to[-1] == ' ') {
                to--;
            }
        }
        *to++ = *from;
    }
    *to = '\0';
}
