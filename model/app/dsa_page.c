/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/dsa_page: a sensitivity analysis on one screen. Everything is read from the tables; see dsa.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/dsa.h"
#include "ipsim/format.h"

enum { MOST_BARS = 14, MOST_FLIPS = 10, BAR_CELLS = 33, LONGEST_LABEL = 34 };

typedef struct dsa_page {
    const ipsim_dsa *dsa;
    FILE *stream;
    bool unicode;
    /* The headline: one scenario, one output. */
    const char *scenario, *comparator, *perspective, *outcome, *unit;
    double threshold, base, mcse;
} dsa_page;

static double real(const ipsim_table *table, size_t row, const char *column)
{
    return ipsim_page_real(table, row, column);
}

static const char *text(const ipsim_table *table, size_t row, const char *column)
{
    return ipsim_page_text(table, row, column);
}

/* Whether the row is about the headline's output, and its scenario unless any_scenario. */
static bool is_headline(const dsa_page *page, const ipsim_table *table, size_t row, bool any_scenario)
{
    double threshold = real(table, row, "threshold");
    bool same = isnan(page->threshold) ? isnan(threshold) : threshold == page->threshold;
    return same && strcmp(text(table, row, "outcome"), page->outcome) == 0 &&
           strcmp(text(table, row, "perspective"), page->perspective) == 0 &&
           (any_scenario || strcmp(text(table, row, "scenario"), page->scenario) == 0);
}

static const char *about(const dsa_page *page, const char *scenario, const char *kind, const char *name)
{
    const ipsim_table *table = page->dsa->about;
    char key[400];
    snprintf(key, sizeof key, "%s%s%s", kind, *kind ? ":" : "", name);
    for (size_t row = 0; row < table->n_rows; row++) {
        if (strcmp(text(table, row, "scenario"), scenario) == 0 && strcmp(text(table, row, "key"), key) == 0) {
            return text(table, row, "value");
        }
    }
    return name;
}

static const char *signed_number(double value, char *buffer)
{
    buffer[0] = '+';
    ipsim_format_number(value, 4, buffer + (value > 0.0), IPSIM_FORMAT_SIZE - 1);
    return buffer;
}

/* The effect that thresholds value. */
static const char *effect_of(const dsa_page *page)
{
    return about(page, page->comparator, "", "dsa_effect");
}

/* "QALY" or "unit of years in competitive work". */
static void put_unit_of_effect(const dsa_page *page, char *buffer, size_t size)
{
    const char *effect = effect_of(page);
    bool qalys = strcmp(effect, "qalys") == 0;
    const char *label = strcmp(effect, "life_years") == 0 ? "life years" : about(page, page->scenario, "outcome", effect);
    snprintf(buffer, size, qalys ? "QALY" : "unit of \"%s\"", label);
}

/* "net benefit, society, at 275 000 NOK a QALY". */
static void describe_output(const dsa_page *page, char *buffer, size_t size)
{
    const char *label = about(page, page->scenario, "perspective", page->perspective);
    char number[IPSIM_FORMAT_SIZE], unit[128];
    put_unit_of_effect(page, unit, sizeof unit);
    if (!isnan(page->threshold)) {
        snprintf(buffer, size, "net benefit, %s, at %s %s a %s", label, ipsim_format_number(page->threshold, 6, number, sizeof number),
                 page->unit, unit);
    } else if (page->perspective[0] != '\0') {
        snprintf(buffer, size, "cost, %s, %s", label, page->unit);
    } else {
        snprintf(buffer, size, "%s, %s", about(page, page->scenario, "outcome", page->outcome), page->unit);
    }
}

static void print_title(dsa_page *page)
{
    const ipsim_dsa *d = page->dsa;
    char what[300], persons[IPSIM_FORMAT_SIZE], count[IPSIM_FORMAT_SIZE], runs[IPSIM_FORMAT_SIZE + 24], base[IPSIM_FORMAT_SIZE];
    describe_output(page, what, sizeof what);
    snprintf(runs, sizeof runs, "each of %s runs", ipsim_format_count(d->n_runs, count, sizeof count));
    fprintf(page->stream, "SENSITIVITY of the difference %s - %s\n", page->scenario, page->comparator);
    ipsim_page_paragraph(
        page->stream, "%c%s: a person, discounted, over %s years. Base: %s. %s persons in %s, the same people with the same luck.",
        what[0] >= 'a' && what[0] <= 'z' ? what[0] - 'a' + 'A' : what[0], what + 1, about(page, page->comparator, "", "horizon_years"),
        ipsim_format_estimate(page->base, page->mcse, true, base, sizeof base), ipsim_format_count(d->persons, persons, sizeof persons),
        d->n_runs == 1 ? "one run" : runs);
    if (fabs(page->base) < 2.0 * page->mcse) {
        ipsim_page_paragraph(page->stream, "Its sign is not settled by so many persons: the base lies within two standard errors of 0. "
                                           "Use more (-n) before reading where it changes.");
    }
}

/* ---- several scenarios ---- */

static void print_scenarios(dsa_page *page)
{
    const char *effect = effect_of(page), *extra = strcmp(effect, "qalys") == 0 ? "Extra QALYs" : "Extra effect";
    const char *const with_cost[] = {"Scenario", "Extra cost", extra, "Net benefit", NULL};
    static const char *const other[] = {"Scenario", "Difference", NULL};
    const ipsim_table *table = page->dsa->base;
    bool net_benefit = !isnan(page->threshold);
    fprintf(page->stream, "\nSCENARIOS against %s, each at its base\n", page->comparator);
    ipsim_page_table out = ipsim_page_begin(net_benefit ? with_cost : other, 1);
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!is_headline(page, table, row, true)) {
            continue;
        }
        const char *scenario = text(table, row, "scenario");
        ipsim_page_cell(&out, "%s", scenario);
        for (int effects = 0; net_benefit && effects < 2; effects++) {
            for (size_t r = 0; r < table->n_rows; r++) {
                bool cost = strncmp(text(table, r, "outcome"), "cost", 4) == 0 &&
                            strcmp(text(table, r, "perspective"), page->perspective) == 0;
                bool wanted = effects ? strcmp(text(table, r, "outcome"), effect) == 0 : cost;
                if (wanted && strcmp(text(table, r, "scenario"), scenario) == 0) {
                    ipsim_page_estimate(&out, real(table, r, "estimate"), real(table, r, "mcse"));
                    break;
                }
            }
        }
        ipsim_page_estimate(&out, real(table, row, "estimate"), real(table, row, "mcse"));
    }
    ipsim_page_end(&out, page->stream);
}

/* ---- the tornado ---- */

typedef struct scale {
    double least, most;
} scale;

static int cell_of(const scale *s, double value)
{
    double share = s->most > s->least ? (value - s->least) / (s->most - s->least) : 0.5;
    int cell = (int)floor(share * (BAR_CELLS - 1) + 0.5);
    return cell < 0 ? 0 : cell >= BAR_CELLS ? BAR_CELLS - 1 : cell;
}

static bool spans(int cell, int from, int to)
{
    return from < to ? cell >= from && cell <= to : cell <= from && cell >= to;
}

/* From the base to the output at the low end one way of drawing, to that at the high end another. */
static void draw_bar(const dsa_page *page, const scale *s, double low, double high, char *out, size_t size)
{
    static const char *const plain[] = {" ", "-", "+", "=", "|", ":"}, *const blocks[] = {" ", "░", "█", "▓", "│", "┊"};
    const char *const *glyphs = page->unicode ? blocks : plain;
    int base = cell_of(s, page->base), at_low = cell_of(s, low), at_high = cell_of(s, high);
    bool has_zero = s->least < 0.0 && s->most > 0.0;
    size_t used = 0;
    for (int cell = 0; cell < BAR_CELLS; cell++) {
        int glyph = (spans(cell, base, at_low) ? 1 : 0) + (spans(cell, base, at_high) ? 2 : 0);
        glyph = cell == base ? 4 : glyph == 0 && has_zero && cell == cell_of(s, 0.0) ? 5 : glyph;
        used += (size_t)snprintf(out + used, used < size ? size - used : 0, "%s", glyphs[glyph]);
    }
}

static size_t find_bars(const dsa_page *page, size_t *rows, size_t most, scale *s)
{
    const ipsim_table *table = page->dsa->dsa;
    size_t n = 0;
    *s = (scale){page->base, page->base};
    for (size_t row = 0; row < table->n_rows && n < most; row++) {
        if (!is_headline(page, table, row, false)) {
            continue;
        }
        double ends[] = {real(table, row, "at_low"), real(table, row, "at_high")};
        if (real(table, row, "spread") > 0.0) {
            rows[n++] = row;
            s->least = fmin(s->least, fmin(ends[0], ends[1]));
            s->most = fmax(s->most, fmax(ends[0], ends[1]));
        }
    }
    return n;
}

/* The label, cut in the middle where it is long: labels often differ at the end. */
static void name_parameter(const ipsim_table *table, size_t row, char *buffer, size_t size)
{
    const char *label = text(table, row, "label"), *name = text(table, row, "parameter");
    const char *shown = label[0] != '\0' ? label : name;
    size_t width = ipsim_format_width(shown), tail = LONGEST_LABEL / 2 - 1;
    if (width <= LONGEST_LABEL) {
        snprintf(buffer, size, "%s", shown);
        return;
    }
    snprintf(buffer, size, "%.*s…%s", (int)ipsim_format_fit(shown, LONGEST_LABEL - 1 - tail), shown,
             shown + ipsim_format_fit(shown, width - tail));
}

static void print_rest(dsa_page *page, size_t n_shown)
{
    const ipsim_table *table = page->dsa->dsa;
    size_t n_none = 0, n_less = 0, n_seen = 0;
    double widest = 0.0;
    char number[IPSIM_FORMAT_SIZE];
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!is_headline(page, table, row, false)) {
            continue;
        }
        double spread = real(table, row, "spread");
        n_none += !(spread > 0.0);
        if (spread > 0.0 && n_seen++ >= n_shown) {
            n_less++;
            widest = fmax(widest, spread);
        }
    }
    if (n_less > 0) {
        ipsim_page_paragraph(page->stream, "%zu more, the widest of them %s from end to end, are in dsa.csv.", n_less,
                             ipsim_format_number(widest, 3, number, sizeof number));
    }
    if (n_none > 0) {
        ipsim_page_paragraph(page->stream, "%zu without any influence: exactly 0.", n_none);
    }
}

static void print_tornado(dsa_page *page)
{
    const ipsim_table *table = page->dsa->dsa;
    size_t rows[MOST_BARS], n;
    scale s;
    char heading[3 * IPSIM_FORMAT_SIZE], low_end[IPSIM_FORMAT_SIZE], high_end[IPSIM_FORMAT_SIZE];
    n = find_bars(page, rows, MOST_BARS, &s);
    signed_number(s.least, low_end);
    signed_number(s.most, high_end);
    size_t taken = ipsim_format_width(low_end) + ipsim_format_width(high_end);
    int gap = taken + 1 < BAR_CELLS ? BAR_CELLS - (int)taken : 1;
    snprintf(heading, sizeof heading, "%s%*s%s", low_end, gap, "", high_end);
    const char *const headings[] = {"Parameter", "From", "To", "At low", "At high", heading, NULL};
    fprintf(page->stream, "\nONE AT A TIME, from the low end of its range (%s) to the high end (%s), all else at base (%s)\n",
            page->unicode ? "░" : "-", page->unicode ? "█" : "+", page->unicode ? "│" : "|");
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    for (size_t i = 0; i < n; i++) {
        char name[4 * LONGEST_LABEL + 8], bar[4 * BAR_CELLS + 1], number[2][IPSIM_FORMAT_SIZE];
        double low = real(table, rows[i], "at_low"), high = real(table, rows[i], "at_high");
        name_parameter(table, rows[i], name, sizeof name);
        draw_bar(page, &s, low, high, bar, sizeof bar);
        ipsim_page_cell(&out, "%s", name);
        ipsim_page_number(&out, real(table, rows[i], "low"));
        ipsim_page_number(&out, real(table, rows[i], "high"));
        ipsim_page_cell(&out, "%s", signed_number(low, number[0]));
        ipsim_page_cell(&out, "%s", signed_number(high, number[1]));
        ipsim_page_cell(&out, "%s", bar);
    }
    ipsim_page_end(&out, page->stream);
    print_rest(page, n);
}

/* ---- flips ---- */

static void print_flips(dsa_page *page)
{
    static const char *const headings[] = {"Parameter", "Base", "Sign changes at", "Searched", "Reading", NULL};
    const ipsim_table *table = page->dsa->threshold;
    size_t n_flips = 0, n_none = 0, most_looks = 0, least_looks = SIZE_MAX, hidden = 0;
    if (table == NULL) {
        return;
    }
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    for (size_t row = 0; row < table->n_rows; row++) {
        const char *reading = text(table, row, "reading");
        static const char none[] = "no flip at ";
        if (!is_headline(page, table, row, false)) {
            continue;
        }
        if (strncmp(reading, none, sizeof none - 1) == 0) {
            size_t looks = strtoul(reading + sizeof none - 1, NULL, 10);
            n_none++;
            most_looks = looks > most_looks ? looks : most_looks;
            least_looks = looks < least_looks ? looks : least_looks;
        }
        if (isnan(real(table, row, "flips_at"))) {
            continue;
        }
        if (n_flips++ >= MOST_FLIPS) {
            hidden++;
            continue;
        }
        char name[4 * LONGEST_LABEL + 8];
        name_parameter(table, row, name, sizeof name);
        ipsim_page_cell(&out, "%s", name);
        ipsim_page_number(&out, real(table, row, "base"));
        ipsim_page_estimate(&out, real(table, row, "flips_at"), real(table, row, "mcse"));
        ipsim_page_interval(&out, real(table, row, "searched_from"), real(table, row, "searched_to"));
        ipsim_page_cell(&out, "%s", reading);
    }
    fprintf(page->stream, "\nWHERE THE SIGN CHANGES, one parameter at a time, with the error of so many persons\n");
    if (n_flips > 0) {
        ipsim_page_end(&out, page->stream);
    } else {
        ipsim_table_free(out.table);
        fputs("Nowhere that was looked.\n", page->stream);
    }
    if (hidden > 0) {
        ipsim_page_paragraph(page->stream, "%zu more are in dsa_threshold.csv.", hidden);
    }
    if (n_none > 0 && least_looks == most_looks) {
        ipsim_page_paragraph(page->stream, "%zu %s not change the sign at any of %zu values of the range.", n_none,
                             n_none == 1 ? "does" : "do", most_looks);
    } else if (n_none > 0) {
        ipsim_page_paragraph(page->stream, "%zu %s not change the sign at any of %zu to %zu values of the range.", n_none,
                             n_none == 1 ? "does" : "do", least_looks, most_looks);
    }
}

static void print_grids(dsa_page *page)
{
    const ipsim_table *table = page->dsa->grid;
    size_t *rows = table != NULL ? calloc(table->n_rows + 1, sizeof *rows) : NULL, n = 0;
    for (size_t row = 0; rows != NULL && row < table->n_rows; row++) {
        if (is_headline(page, table, row, false)) {
            rows[n++] = row;
        }
    }
    ipsim_dsa_page_grids(table, rows, n, page->stream);
    free(rows);
}

static void print_extremes(dsa_page *page)
{
    const ipsim_table *table = page->dsa->extremes;
    char ends[2][IPSIM_FORMAT_SIZE] = {"", ""};
    for (size_t row = 0; table != NULL && row < table->n_rows; row++) {
        if (is_headline(page, table, row, false)) {
            bool worst = strcmp(text(table, row, "case"), "worst") == 0;
            ipsim_format_estimate(real(table, row, "estimate"), real(table, row, "mcse"), true, ends[worst], sizeof ends[worst]);
        }
    }
    if (ends[0][0] != '\0') {
        ipsim_page_paragraph(page->stream,
                             "\nEXTREMES: all parameters at the ends that were best one at a time: %s; worst: %s. Nobody expects either: "
                             "it ignores which of them go together.",
                             ends[0], ends[1]);
    }
}

static void print_notes(dsa_page *page)
{
    const ipsim_dsa *d = page->dsa;
    fputs("\nNOTES\n", page->stream);
    for (size_t i = 0; i < d->n_notes; i++) {
        ipsim_page_paragraph(page->stream, "%s", d->notes[i]);
    }
    if (d->n_parameters > 0) {
        ipsim_page_paragraph(
            page->stream,
            "A range says how far a parameter may move, not how likely that is; what all of them may do together is what ipsim psa shows.");
    }
}

static void print_page(dsa_page *page)
{
    const ipsim_dsa *d = page->dsa;
    size_t n_outputs = 0;
    while (n_outputs < d->base->n_rows && strcmp(text(d->base, n_outputs, "scenario"), page->scenario) == 0) {
        n_outputs++;
    }
    print_title(page);
    if (n_outputs < d->base->n_rows || d->n_parameters == 0) {
        print_scenarios(page);
    }
    if (d->n_parameters > 0) {
        print_tornado(page);
        if (n_outputs < d->base->n_rows) {
            ipsim_page_paragraph(page->stream, "The other scenarios are in dsa.csv.");
        }
    }
    print_flips(page);
    print_extremes(page);
    print_grids(page);
    if (d->n_parameters > 0 || d->n_notes > 0) {
        print_notes(page);
    }
}

/* Bars are all of one width; blanks behind them help nobody. */
static void trim_lines(char *page)
{
    char *to = page;
    for (const char *from = page; *from != '\0'; from++) {
        for (; *from == '\n' && to > page && to[-1] == ' '; to--) {
        }
        *to++ = *from;
    }
    *to = '\0';
}

char *ipsim_dsa_page(const ipsim_dsa *dsa, bool unicode)
{
    char *result = NULL;
    size_t size = 0, row = dsa->headline;
    FILE *stream = open_memstream(&result, &size);
    if (stream == NULL) {
        return NULL;
    }
    dsa_page page = {.dsa = dsa,
                     .stream = stream,
                     .unicode = unicode,
                     .scenario = text(dsa->base, row, "scenario"),
                     .comparator = text(dsa->base, row, "comparator"),
                     .perspective = text(dsa->base, row, "perspective"),
                     .outcome = text(dsa->base, row, "outcome"),
                     .unit = text(dsa->base, row, "unit"),
                     .threshold = real(dsa->base, row, "threshold"),
                     .base = real(dsa->base, row, "estimate"),
                     .mcse = real(dsa->base, row, "mcse")};
    print_page(&page);
    if (fclose(stream) != 0) {
        free(result);
        result = NULL;
    }
    if (result != NULL) {
        trim_lines(result);
    }
    return result;
}
