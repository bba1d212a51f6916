/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/psa_page: looking up its tables, and what stands in its cells. See psa_parts.h. */
#include <math.h>
#include <string.h>

#include "ipsim/format.h"
#include "psa_parts.h"

const char *ipsim_psa_keep(ipsim_psa_writer *p, const char *text)
{
    const char *copy = ipsim_arena_strdup(p->arena, text);
    p->failed = p->failed || copy == NULL;
    return copy != NULL ? copy : "";
}

const char *ipsim_psa_text(const ipsim_table *table, const char *column, size_t row)
{
    return ipsim_summary_text_at(ipsim_summary_column(table, column, IPSIM_TEXT), row);
}

double ipsim_psa_real(const ipsim_table *table, const char *column, size_t row)
{
    return ipsim_summary_column(table, column, IPSIM_REAL)->real[row];
}

const char *ipsim_psa_convention(const ipsim_psa_writer *p, const char *key)
{
    return ipsim_summary_about(p->tables->about, NULL, key);
}

const char *ipsim_psa_label(const ipsim_psa_writer *p, const char *prefix, const char *name)
{
    return ipsim_summary_label(p->arena, p->tables->about, prefix, name);
}

const char *ipsim_psa_perspective_label(const ipsim_psa_writer *p, const char *perspective)
{
    return strcmp(perspective, "all") == 0 ? "All payers" : ipsim_psa_label(p, "perspective:", perspective);
}

const char *ipsim_psa_nth_perspective(const ipsim_psa_writer *p, size_t n)
{
    const ipsim_table *psa = p->tables->psa;
    for (size_t row = 0; row < psa->n_rows; row++) {
        const char *name = ipsim_psa_text(psa, "perspective", row);
        bool fresh = strcmp(ipsim_psa_text(psa, "scenario", row), p->arms[0]) == 0;
        for (size_t before = 0; fresh && before < row; before++) {
            fresh = strcmp(ipsim_psa_text(psa, "perspective", before), name) != 0;
        }
        if (fresh && n-- == 0) {
            return name;
        }
        if (psa->columns[0].integer[row] != psa->columns[0].integer[0]) {
            break; /* a draw has them all */
        }
    }
    return NULL;
}

size_t ipsim_psa_first_arm(const ipsim_psa_writer *p)
{
    return p->compare ? 1 : 0;
}

ipsim_summary_grid ipsim_psa_grid(ipsim_psa_writer *p, bool with_comparator)
{
    size_t first = with_comparator ? 0 : ipsim_psa_first_arm(p);
    ipsim_summary_grid grid = ipsim_summary_grid_create(p->arena, p->n_arms - first, IPSIM_SUMMARY_WIDTH);
    for (size_t a = first; a < p->n_arms; a++) {
        ipsim_summary_grid_heading(&grid, a - first, p->arms[a]);
    }
    return grid;
}

void ipsim_psa_print_grid(ipsim_psa_writer *p, const ipsim_summary_grid *grid, const char *title)
{
    p->failed = p->failed || grid->failed || title == NULL;
    if (!p->failed && grid->n_lines > 0) {
        ipsim_summary_grid_print(grid, title, p->page);
        fputc('\n', p->page);
    }
}

const char *ipsim_psa_interval(ipsim_psa_writer *p, double mean, double low, double high, double factor)
{
    int decimals = 0;
    char text[120];
    double width = fabs(high - low) * fabs(factor);
    for (; width > 0.0 && width < 20.0 && decimals < 6; width *= 10.0) {
        decimals++;
    }
    if (!isfinite(mean)) {
        return "n/a";
    }
    snprintf(text, sizeof text, p->compare ? "%+.*f (%+.*f to %+.*f)" : "%.*f (%.*f to %.*f)", decimals, mean * factor, decimals,
             low * factor, decimals, high * factor);
    return ipsim_psa_keep(p, text);
}

/* ---- cells ---- */
const char *ipsim_psa_percent(ipsim_psa_writer *p, double share)
{
    char text[32];
    if (!isfinite(share)) {
        return "n/a";
    }
    snprintf(text, sizeof text,
             share > 0.0 && share < 0.005   ? "< 1 %%"
             : share < 1.0 && share > 0.995 ? "> 99 %%"
                                            : "%.0f %%",
             100.0 * share);
    return ipsim_psa_keep(p, text);
}

const char *ipsim_psa_percents(ipsim_psa_writer *p, const double *shares, size_t n)
{
    char text[200] = "";
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof text; i++) {
        bool tiny = shares[i] > 0.0 && shares[i] < 0.005, nearly = shares[i] < 1.0 && shares[i] > 0.995;
        used += (size_t)snprintf(text + used, sizeof text - used, isfinite(shares[i]) ? "%s%s%.0f" : "%s%sn/a", i > 0 ? " / " : "",
                                 tiny     ? "< "
                                 : nearly ? "> "
                                          : "",
                                 tiny     ? 1.0
                                 : nearly ? 99.0
                                          : 100.0 * shares[i]);
    }
    snprintf(text + used, used < sizeof text ? sizeof text - used : 0, " %%");
    return ipsim_psa_keep(p, text);
}

const char *ipsim_psa_numbers(ipsim_psa_writer *p, const double *values, size_t n)
{
    char text[400] = "", number[IPSIM_FORMAT_SIZE];
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof text; i++) {
        ipsim_format_number(values[i], 6, number, sizeof number);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? " / " : "", number);
    }
    return ipsim_psa_keep(p, text);
}
