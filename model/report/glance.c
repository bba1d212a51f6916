/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/glance: see include/ipsim/glance.h. */
#include "ipsim/glance.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/curves.h"
#include "ipsim/format.h"
#include "summary_parts.h"

enum {
    PER_PEOPLE = 1000,
    INDENT = 2,
    GAP = 2,
    LEAST_COLUMN = 8, /* of figures */
    LEAST_LABEL = 18, /* what labels are cut to before an arm is left out */
    MOST_LABEL = 36,
    MOST_NAME = 20, /* of an arm beside its curve */
    LEAST_CURVE = 12,
    MOST_CURVE = 60,
    PEAK = 26, /* "  peak 100 % in year 0.125" and one more */
    MOST_ARMS = 12,
};

typedef struct glance {
    ipsim_arena *arena;
    const ipsim_glance_tables *tables;
    FILE *page;
    size_t width;
    bool colour, failed;
    ipsim_summary_figures changes;
    ipsim_curves curves;
    const char *comparator;
    const char **arms;
    size_t n_arms;
    double horizon;
} glance;

/* A line of the table; cells of arms. */
typedef struct line {
    const char *label;
    const char *cells[MOST_ARMS];
} line;

static const char *print(glance *g, const char *format, ...) IPSIM_PRINTF(2, 3);
static const char *print(glance *g, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *kept = ipsim_arena_strdup(g->arena, text);
    g->failed = g->failed || kept == NULL;
    return kept != NULL ? kept : "";
}

static void put_padded(glance *g, const char *text, size_t width, bool right)
{
    size_t own = ipsim_format_width(text);
    bool cut = own > width;
    size_t bytes = cut ? ipsim_format_fit(text, width - 1) : strlen(text);
    int blanks = cut ? 0 : (int)(width - own);
    fprintf(g->page, "%*s%.*s%s%*s", right ? blanks : 0, "", (int)bytes, text, cut ? "…" : "", right ? 0 : blanks, "");
}

static void put_style(const glance *g, const char *code)
{
    if (g->colour) {
        fprintf(g->page, "\033[%sm", code);
    }
}

static void put_heading(glance *g, const char *text)
{
    put_style(g, "1");
    put_padded(g, text, ipsim_format_width(text) < g->width ? ipsim_format_width(text) : g->width, false);
    put_style(g, "0");
    fputc('\n', g->page);
}

/* ---- the table ---- */
/* Rounded to its error, which is not shown; "?" when chance could have given the sign. */
static const char *cell_of(glance *g, const char *arm, const char *outcome, bool discounted, double factor)
{
    ipsim_summary_figure figure = ipsim_summary_find(&g->changes, arm, outcome, "all", discounted, g->horizon);
    char text[IPSIM_FORMAT_SIZE];
    if (!figure.found) {
        return "";
    }
    if (fabs(figure.estimate) < 0x1p-32 && fabs(figure.mcse) < 0x1p-32) {
        figure.estimate = figure.mcse = 0.0;
    }
    ipsim_format_estimate(figure.estimate * factor, figure.mcse * factor, true, text, sizeof text);
    char *error = strstr(text, " ±");
    if (error != NULL) {
        *error = '\0';
    }
    bool doubtful = figure.estimate != 0.0 && fabs(figure.estimate) < 2.0 * figure.mcse;
    return print(g, "%s%s", text, doubtful ? " ?" : "");
}

static bool has_doubt(const line *lines, size_t n_lines, size_t n_arms)
{
    for (size_t l = 0; l < n_lines; l++) {
        for (size_t a = 0; a < n_arms; a++) {
            size_t length = strlen(lines[l].cells[a]);
            if (length > 0 && lines[l].cells[a][length - 1] == '?') {
                return true;
            }
        }
    }
    return false;
}

static void add_line(glance *g, line *lines, size_t *n_lines, const char *label, const char *outcome, bool discounted, double factor)
{
    bool any = false;
    line *l = &lines[*n_lines];
    *l = (line){.label = label};
    for (size_t a = 0; a < g->n_arms; a++) {
        l->cells[a] = cell_of(g, g->arms[a], outcome, discounted, factor);
        any = any || l->cells[a][0] != '\0';
    }
    *n_lines += any;
}

/* A unit in which the largest amount is easy to read. */
static double choose_money(const glance *g, const char *currency, const char **unit)
{
    double largest = 0.0;
    for (size_t i = 0; i < g->changes.n_rows; i++) {
        size_t row = g->changes.rows[i];
        bool cost = strncmp(ipsim_summary_text_at(g->changes.outcome, row), "cost", 4) == 0;
        double size = cost ? fabs(g->changes.estimate->real[row]) : 0.0;
        largest = size > largest ? size : largest;
    }
    bool millions = largest * PER_PEOPLE >= 1e6;
    *unit = print((glance *)(uintptr_t)g, "%s%s%s", millions ? "million" : "", millions && currency[0] != '\0' ? " " : "", currency);
    return millions ? PER_PEOPLE / 1e6 : PER_PEOPLE;
}

enum { MOST_LINES = 12 };

static size_t fill_lines(glance *g, line lines[MOST_LINES], const char **money_unit)
{
    const ipsim_table *about = g->tables->about;
    size_t n_lines = 0;
    if (ipsim_summary_has(&g->changes, "employment_years")) {
        const char *label = ipsim_summary_label(g->arena, about, "outcome:", "employment_years");
        add_line(g, lines, &n_lines, strcmp(label, "employment_years") == 0 ? "Years in employment" : label, "employment_years", false,
                 PER_PEOPLE);
    } else {
        add_line(g, lines, &n_lines, "Life years", "life_years", false, PER_PEOPLE);
    }
    add_line(g, lines, &n_lines, "QALYs, discounted", "qalys", true, PER_PEOPLE);
    const char *currency = ipsim_summary_about(about, NULL, "currency"), *name;
    double money = choose_money(g, currency != NULL ? currency : "", money_unit);
    for (size_t n = 0; n_lines < MOST_LINES && (name = ipsim_summary_nth_name(about, "perspective:", n)) != NULL; n++) {
        add_line(g, lines, &n_lines, print(g, "Net cost, %s", ipsim_summary_label(g->arena, about, "perspective:", name)),
                 print(g, "cost_%s", name), true, money);
    }
    return n_lines;
}

static void print_table(glance *g)
{
    line lines[MOST_LINES];
    const char *money_unit = "";
    char year[IPSIM_FORMAT_SIZE];
    size_t n_lines = fill_lines(g, lines, &money_unit), labels = 0, shown = 0, widths[MOST_ARMS], used = INDENT;
    for (size_t l = 0; l < n_lines; l++) {
        size_t own = ipsim_format_width(lines[l].label);
        labels = own > labels ? own : labels;
    }
    labels = labels > MOST_LABEL ? MOST_LABEL : labels;
    size_t all = 0;
    for (size_t a = 0; a < g->n_arms; a++) {
        widths[a] = ipsim_format_width(g->arms[a]);
        widths[a] = widths[a] > MOST_NAME ? MOST_NAME : widths[a] < LEAST_COLUMN ? LEAST_COLUMN : widths[a];
        for (size_t l = 0; l < n_lines; l++) {
            size_t own = ipsim_format_width(lines[l].cells[a]);
            widths[a] = own > widths[a] ? own : widths[a];
        }
        all += GAP + widths[a];
    }
    if (INDENT + labels + all > g->width) {
        labels = g->width > INDENT + all + LEAST_LABEL ? g->width - INDENT - all : LEAST_LABEL;
    }
    for (used += labels; shown < g->n_arms && used + GAP + widths[shown] <= g->width; shown++) {
        used += GAP + widths[shown];
    }
    put_heading(g, print(g, "AT A GLANCE: change for 1 000 people by year %s against %s",
                         ipsim_format_number(g->horizon, 6, year, sizeof year), g->comparator));
    fprintf(g->page, "%*s", (int)(INDENT + labels), "");
    for (size_t a = 0; a < shown; a++) {
        fprintf(g->page, "%*s", GAP, "");
        put_padded(g, g->arms[a], widths[a], true);
    }
    fputc('\n', g->page);
    for (size_t l = 0; l < n_lines; l++) {
        fprintf(g->page, "%*s", INDENT, "");
        put_padded(g, lines[l].label, labels, false);
        for (size_t a = 0; a < shown; a++) {
            fprintf(g->page, "%*s", GAP, "");
            put_padded(g, lines[l].cells[a], widths[a], true);
        }
        fputc('\n', g->page);
    }
    const char *doubt = has_doubt(lines, n_lines, shown) ? " ?: chance may have given the sign." : "";
    /* The curves show the comparator as well. */
    size_t all_arms = g->curves.n_arms > g->n_arms + 1 ? g->curves.n_arms - 1 : g->n_arms;
    const char *left = shown < all_arms ? print(g, " %zu more arm%s above.", all_arms - shown, all_arms - shown == 1 ? "" : "s") : "";
    put_style(g, "2");
    fprintf(g->page, "%*s", INDENT, "");
    ipsim_format_paragraph(print(g, "Costs in %s.%s%s", money_unit, doubt, left), INDENT, g->width - INDENT, g->page);
    put_style(g, "0");
}

/* ---- the curves ---- */
/* Between the times of the table, on a straight line. */
static double share_at(const ipsim_curves *c, size_t arm, double year)
{
    size_t after = 0;
    while (after < c->n_times && c->times[after] < year) {
        after++;
    }
    if (after == 0 || after == c->n_times) {
        return ipsim_curves_share(c, arm, after == 0 ? 0 : c->n_times - 1, c->shown);
    }
    double t0 = c->times[after - 1], t1 = c->times[after], left = (t1 - year) / (t1 - t0);
    return left * ipsim_curves_share(c, arm, after - 1, c->shown) + (1.0 - left) * ipsim_curves_share(c, arm, after, c->shown);
}

static double highest(const ipsim_curves *c, size_t arm, double *year)
{
    double most = 0.0;
    *year = c->times[0];
    for (size_t t = 0; t < c->n_times; t++) {
        double share = ipsim_curves_share(c, arm, t, c->shown);
        if (share > most) {
            most = share;
            *year = c->times[t];
        }
    }
    return most;
}

static void print_curve(glance *g, size_t arm, size_t names, size_t columns, double top)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const colours[] = {"34", "33", "32", "31", "36", "35"};
    const ipsim_curves *c = &g->curves;
    double first = c->times[0], step = (c->times[c->n_times - 1] - first) / (double)columns, year;
    fprintf(g->page, "%*s", INDENT, "");
    put_padded(g, c->arms[arm], names, false);
    fprintf(g->page, "%*s", GAP, "");
    put_style(g, colours[arm % (sizeof colours / sizeof colours[0])]);
    for (size_t i = 0; i < columns; i++) {
        double share = share_at(c, arm, first + ((double)i + 0.5) * step);
        /* Whoever is there is seen: nothing but 0 is blank. */
        double level = share > 0.0 && top > 0.0 ? ceil(8.0 * share / top) : 0.0;
        fputs(blocks[level > 8.0 ? 8 : (size_t)level], g->page);
    }
    put_style(g, "0");
    char at[IPSIM_FORMAT_SIZE];
    double most = highest(c, arm, &year);
    fprintf(g->page, "  peak %.0f %% in year %s\n", 100.0 * most, ipsim_format_number(year, 3, at, sizeof at));
}

static void print_curves(glance *g)
{
    const ipsim_curves *c = &g->curves;
    size_t names = 0, shown = c->n_arms < MOST_ARMS ? c->n_arms : MOST_ARMS;
    double top = 0.0, year;
    for (size_t a = 0; a < shown; a++) {
        size_t own = ipsim_format_width(c->arms[a]);
        double most = highest(c, a, &year);
        names = own > names ? own : names;
        top = most > top ? most : top;
    }
    size_t room = g->width - INDENT - GAP - PEAK;
    names = names > MOST_NAME ? MOST_NAME : names;
    names = names + LEAST_CURVE > room ? (room > LEAST_CURVE + 4 ? room - LEAST_CURVE : 4) : names;
    size_t columns = room > names + MOST_CURVE ? MOST_CURVE : room > names ? room - names : 1;
    const char *label = ipsim_summary_label(g->arena, g->tables->about, "state:", c->states[c->shown]);
    char from[IPSIM_FORMAT_SIZE], until[IPSIM_FORMAT_SIZE];
    ipsim_format_number(c->times[0], 4, from, sizeof from);
    ipsim_format_number(c->times[c->n_times - 1], 6, until, sizeof until);
    fputc('\n', g->page);
    put_heading(g, print(g, "%.*s: share of people, year %s to %s", (int)ipsim_format_fit(label, g->width > 34 ? g->width - 34 : 6), label,
                         from, until));
    for (size_t a = 0; a < shown; a++) {
        print_curve(g, a, names, columns, top);
    }
}

/* ---- the whole ---- */
static bool read_tables(glance *g)
{
    const ipsim_table *differences = g->tables->differences;
    const ipsim_column *scenario = ipsim_summary_column(differences, "scenario", IPSIM_TEXT);
    double *years = NULL;
    if (!ipsim_summary_figures_open(g->arena, differences, &g->changes) || !ipsim_curves_read(g->arena, g->tables->occupancy, &g->curves)) {
        return false;
    }
    size_t n_years = ipsim_summary_years(g->arena, &g->changes, &years);
    g->arms = ipsim_arena_alloc(g->arena, MOST_ARMS, sizeof *g->arms);
    g->comparator = differences->n_rows > 0 ? ipsim_summary_text_at(ipsim_summary_column(differences, "comparator", IPSIM_TEXT), 0) : "";
    g->horizon = years != NULL && n_years > 0 ? years[n_years - 1] : NAN;
    for (size_t row = 0; g->arms != NULL && row < differences->n_rows && g->n_arms < MOST_ARMS; row++) {
        const char *name = ipsim_summary_text_at(scenario, row);
        size_t a = g->n_arms;
        while (a > 0 && strcmp(g->arms[a - 1], name) != 0) {
            a--;
        }
        if (a == 0) {
            g->arms[g->n_arms++] = name;
        }
    }
    return g->arms != NULL && years != NULL;
}

ipsim_status ipsim_glance_text(const ipsim_glance_tables *tables, size_t width, bool colour, char **out, ipsim_error *err)
{
    char *text = NULL;
    size_t size = 0;
    width = width > IPSIM_GLANCE_MOST_WIDTH ? IPSIM_GLANCE_MOST_WIDTH : width < IPSIM_GLANCE_LEAST_WIDTH ? IPSIM_GLANCE_LEAST_WIDTH : width;
    glance g = {.arena = ipsim_arena_create(), .tables = tables, .width = width, .colour = colour};
    g.page = open_memstream(&text, &size);
    bool good = g.arena != NULL && g.page != NULL && read_tables(&g);
    if (good && g.n_arms > 0 && isfinite(g.horizon)) {
        print_table(&g);
    }
    if (good && g.curves.n_arms > 0 && g.curves.n_times > 1) {
        print_curves(&g);
    }
    good = (g.page == NULL || fclose(g.page) == 0) && good && !g.failed && text != NULL;
    ipsim_arena_free(g.arena);
    if (!good) {
        free(text);
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the end of the page");
    }
    *out = text;
    return IPSIM_OK;
}
