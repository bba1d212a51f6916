/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/dsa_grid_page: grids of two parameters on the page of a sensitivity analysis. A large one is shown by some of its lines and columns. */
#include <math.h>
#include <string.h>

#include "app/dsa.h"
#include "ipsim/format.h"

enum { MOST_LINES = 11, MOST_ACROSS = 8 };

/* Rows first .. first + n_1 * n_2 - 1 of a list of rows, the second parameter moving fastest. */
typedef struct grid {
    const ipsim_table *table;
    const size_t *rows;
    size_t n_1, n_2;
} grid;

static double real(const grid *g, size_t k, const char *column)
{
    return ipsim_page_real(g->table, g->rows[k], column);
}

static const char *text(const grid *g, size_t k, const char *column)
{
    return ipsim_page_text(g->table, g->rows[k], column);
}

/* The grid that begins at rows[0]. */
static grid find_grid(const ipsim_table *table, const size_t *rows, size_t n)
{
    grid g = {.table = table, .rows = rows, .n_1 = 1, .n_2 = 1};
    const char *const names[] = {"parameter_1", "parameter_2"};
    size_t same = 1;
    while (same < n && strcmp(text(&g, same, names[0]), text(&g, 0, names[0])) == 0 &&
           strcmp(text(&g, same, names[1]), text(&g, 0, names[1])) == 0) {
        same++;
    }
    while (g.n_2 < same && real(&g, g.n_2, "value_1") == real(&g, 0, "value_1") &&
           real(&g, g.n_2, "value_2") > real(&g, g.n_2 - 1, "value_2")) {
        g.n_2++;
    }
    while ((g.n_1 + 1) * g.n_2 <= same && real(&g, g.n_1 * g.n_2, "value_1") > real(&g, (g.n_1 - 1) * g.n_2, "value_1")) {
        g.n_1++;
    }
    return g;
}

/* How many of n values to show, both ends among them: where it can be had, evenly spaced ones. */
static size_t shown_of(size_t n, size_t most)
{
    size_t m = most;
    if (n <= most) {
        return n;
    }
    while (m > 4 && (n - 1) % (m - 1) != 0) {
        m--;
    }
    return (n - 1) % (m - 1) == 0 ? m : most;
}

static size_t shown_at(size_t i, size_t shown, size_t n)
{
    return (2 * i * (n - 1) + (shown - 1)) / (2 * (shown - 1));
}

static void print_values(const grid *g, size_t lines, size_t across, FILE *stream)
{
    char headings[MOST_ACROSS][IPSIM_FORMAT_SIZE];
    const char *pointers[MOST_ACROSS + 2] = {"Down, across"};
    for (size_t j = 0; j < across; j++) {
        pointers[j + 1] = ipsim_format_number(real(g, shown_at(j, across, g->n_2), "value_2"), 4, headings[j], sizeof headings[j]);
    }
    ipsim_page_table out = ipsim_page_begin(pointers, 0);
    for (size_t i = 0; i < lines; i++) {
        size_t line = shown_at(i, lines, g->n_1) * g->n_2;
        ipsim_page_number(&out, real(g, line, "value_1"));
        for (size_t j = 0; j < across; j++) {
            double value = real(g, line + shown_at(j, across, g->n_2), "estimate");
            char number[IPSIM_FORMAT_SIZE];
            ipsim_page_cell(&out, "%s%s", value > 0.0 ? "+" : "", ipsim_format_number(value, 4, number, sizeof number));
        }
    }
    ipsim_page_end(&out, stream);
}

static void print_grid(const grid *g, FILE *stream)
{
    size_t n = g->n_1 * g->n_2, n_positive = 0;
    size_t lines = shown_of(g->n_1, MOST_LINES), across = shown_of(g->n_2, MOST_ACROSS);
    char shown[64] = "";
    for (size_t k = 0; k < n; k++) {
        n_positive += real(g, k, "estimate") > 0.0;
    }
    if (lines < g->n_1 || across < g->n_2) {
        snprintf(shown, sizeof shown, ", of which %zu are shown", lines * across);
    }
    fprintf(stream, "\nTWO AT A TIME: %s down, %s across\n", text(g, 0, "parameter_1"), text(g, 0, "parameter_2"));
    print_values(g, lines, across, stream);
    ipsim_page_paragraph(stream, "Positive at %zu of %zu points%s; dsa_grid.csv has all of them, with their errors.", n_positive, n, shown);
}

void ipsim_dsa_page_grids(const ipsim_table *table, const size_t *rows, size_t n, FILE *stream)
{
    for (size_t at = 0; at < n;) {
        grid g = find_grid(table, rows + at, n - at);
        if (g.n_1 > 1 && g.n_2 > 1) {
            print_grid(&g, stream);
        }
        at += g.n_1 * g.n_2;
    }
}
