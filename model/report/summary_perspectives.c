/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/summary_perspectives: net cost in each perspective, and what a unit of gain costs. See summary_parts.h. */
#include <math.h>
#include <string.h>

#include "ipsim/format.h"
#include "summary_parts.h"

static const char ALL[] = "all";

typedef struct readings { /* which need a line of explanation below the table */
    bool dominance, savings, doubtful;
} readings;

/* The n-th perspective; a model that declares none has one, "all", in which every cost counts. NULL after the last. */
static const char *nth_perspective(const ipsim_summary_writer *s, size_t n)
{
    const char *name = ipsim_summary_nth_name(s->tables->about, "perspective:", n);
    return name == NULL && n == 0 ? ALL : name;
}

static const char *cost_outcome(ipsim_summary_writer *s, const char *perspective)
{
    const char *outcome = perspective == ALL ? "cost" : ipsim_arena_printf(s->arena, "cost_%s", perspective);
    s->failed = s->failed || outcome == NULL;
    return outcome != NULL ? outcome : "";
}

static size_t find_ratio(const ipsim_summary_writer *s, const char *arm, const char *perspective, const char *effect)
{
    const ipsim_table *ratios = s->tables->ratios;
    const struct {
        const char *column, *text;
    } wanted[] = {{"scenario", arm}, {"subgroup", "all"}, {"perspective", perspective}, {"effect", effect}, {"discounted", "yes"}};
    const ipsim_column *year = ipsim_summary_column(ratios, "year", IPSIM_REAL);
    for (size_t row = 0; row < ratios->n_rows; row++) {
        bool same = year->real[row] == ipsim_summary_horizon(s);
        for (size_t w = 0; same && w < sizeof wanted / sizeof wanted[0]; w++) {
            same = strcmp(ipsim_summary_text_at(ipsim_summary_column(ratios, wanted[w].column, IPSIM_TEXT), row), wanted[w].text) == 0;
        }
        if (same) {
            return row;
        }
    }
    return ratios->n_rows;
}

/* Whether chance alone could have given the figure its sign. */
static bool sign_is_doubtful(ipsim_summary_figure figure)
{
    return figure.found && figure.estimate != 0.0 && fabs(figure.estimate) < 2.0 * figure.mcse;
}

/* Large ratios are printed in thousands, all of them, so that they can be compared at a glance. */
static double ratio_factor(const ipsim_summary_writer *s)
{
    const ipsim_column *ratio = ipsim_summary_column(s->tables->ratios, "ratio", IPSIM_REAL);
    const ipsim_column *year = ipsim_summary_column(s->tables->ratios, "year", IPSIM_REAL);
    for (size_t row = 0; row < s->tables->ratios->n_rows; row++) {
        if (year->real[row] == ipsim_summary_horizon(s) && fabs(ratio->real[row]) >= 1e5) {
            return 1e-3;
        }
    }
    return 1.0;
}

static const char *ratio_cell(ipsim_summary_writer *s, const char *arm, const char *perspective, const char *effect, double factor,
                              readings *used)
{
    size_t row = find_ratio(s, arm, perspective, effect);
    if (row == s->tables->ratios->n_rows) {
        return "";
    }
    const char *reading = ipsim_summary_text_at(ipsim_summary_column(s->tables->ratios, "reading", IPSIM_TEXT), row);
    bool saves = strcmp(reading, "less effective") == 0;
    char text[IPSIM_FORMAT_SIZE + 16];
    if (saves || strcmp(reading, "ratio") == 0) {
        double ratio = ipsim_summary_column(s->tables->ratios, "ratio", IPSIM_REAL)->real[row];
        double mcse = ipsim_summary_column(s->tables->ratios, "mcse", IPSIM_REAL)->real[row];
        ipsim_format_estimate(ratio * factor, mcse * factor, false, text, IPSIM_FORMAT_SIZE);
        used->savings = used->savings || saves;
        strcat(text, saves ? " saved" : "");
    } else {
        snprintf(text, sizeof text, "%.40s", reading);
        used->dominance = used->dominance || strncmp(reading, "domina", 6) == 0;
    }
    const char *cost = cost_outcome(s, perspective);
    if ((sign_is_doubtful(ipsim_summary_lookup(s, arm, cost, "all", true, ipsim_summary_horizon(s))) ||
         sign_is_doubtful(ipsim_summary_lookup(s, arm, effect, "all", true, ipsim_summary_horizon(s))))) {
        strcat(text, " ?");
        used->doubtful = true;
    }
    return ipsim_summary_copy(s, text);
}

static bool has_effect(const ipsim_summary_writer *s, const char *effect)
{
    const ipsim_table *ratios = s->tables->ratios;
    for (size_t row = 0; ratios != NULL && row < ratios->n_rows; row++) {
        if (strcmp(ipsim_summary_text_at(ipsim_summary_column(ratios, "effect", IPSIM_TEXT), row), effect) == 0) {
            return true;
        }
    }
    return false;
}

static void explain_readings(const ipsim_summary_writer *s, readings used)
{
    char text[640];
    snprintf(text, sizeof text, "%s%s%s",
             used.dominance ? "Dominant: cheaper and better, or equal in one of the two. Dominated: the reverse. " : "",
             used.savings ? "Saved: costs less and gains less; the amount saved for each unit lost. " : "",
             used.doubtful
                 ? "?: a cost or a gain lies within two standard errors of zero, so its sign may be chance; simulate more persons."
                 : "");
    if (text[0] != '\0') {
        ipsim_format_paragraph(text, 2, s->width, s->page);
    }
}

/* ---- the table ---- */
static const struct {
    const char *effect, *heading;
} effects[] = {{"qalys", "per QALY"}, {"employment_years", "per year in work"}};
enum { N_EFFECTS = sizeof effects / sizeof effects[0] };

typedef struct columns {
    size_t n_years, n_effects;
    double years[IPSIM_SUMMARY_YEARS];
    size_t effects[N_EFFECTS];
    double ratio_factor;
} columns;

static columns choose_columns(const ipsim_summary_writer *s)
{
    columns chosen = {.n_years = s->n_years};
    memcpy(chosen.years, s->years, sizeof chosen.years);
    for (size_t e = 0; s->compare && e < N_EFFECTS; e++) {
        if (has_effect(s, effects[e].effect)) {
            chosen.effects[chosen.n_effects++] = e;
        }
    }
    chosen.ratio_factor = chosen.n_effects > 0 ? ratio_factor(s) : 1.0;
    return chosen;
}

static void fill_line(ipsim_summary_writer *s, const char *arm, const char *perspective, const columns *chosen, const char **cells,
                      readings *used)
{
    const char *outcome = cost_outcome(s, perspective);
    for (size_t y = 0; y < chosen->n_years; y++) {
        cells[y] = ipsim_summary_estimate(s, ipsim_summary_lookup(s, arm, outcome, "all", true, chosen->years[y]), s->money.factor);
    }
    for (size_t e = 0; e < chosen->n_effects; e++) {
        cells[chosen->n_years + e] = ratio_cell(s, arm, perspective, effects[chosen->effects[e]].effect, chosen->ratio_factor, used);
    }
}

static ipsim_summary_grid fill(ipsim_summary_writer *s, const columns *chosen, readings *used)
{
    ipsim_summary_grid grid = ipsim_summary_grid_create(s->arena, chosen->n_years + chosen->n_effects, s->width);
    for (size_t y = 0; y < chosen->n_years; y++) {
        ipsim_summary_grid_heading(&grid, y, ipsim_summary_period(s, chosen->years[y]));
    }
    for (size_t e = 0; e < chosen->n_effects; e++) {
        ipsim_summary_grid_heading(&grid, chosen->n_years + e, effects[chosen->effects[e]].heading);
    }
    for (size_t a = 0; a < s->n_arms && !grid.failed; a++) {
        const char *perspective;
        ipsim_summary_grid_title(&grid, s->arms[a]);
        for (size_t n = 0; (perspective = nth_perspective(s, n)) != NULL; n++) {
            const char *label = ipsim_arena_printf(s->arena, "  %s",
                                                   perspective == ALL ? "All costs" : ipsim_summary_name(s, "perspective:", perspective));
            fill_line(s, s->arms[a], perspective, chosen, ipsim_summary_grid_line(&grid, label), used);
        }
    }
    s->failed = s->failed || grid.failed;
    return grid;
}

void ipsim_summary_perspectives(ipsim_summary_writer *s)
{
    columns chosen = choose_columns(s);
    readings used = {false, false, false};
    ipsim_summary_grid grid = fill(s, &chosen, &used);
    if (chosen.n_years == IPSIM_SUMMARY_YEARS && !ipsim_summary_grid_fits(&grid)) {
        /* The ratios belong beside the costs they come from; the middle year can be read in differences.csv. */
        chosen.years[1] = chosen.years[2];
        chosen.n_years = 2;
        grid = fill(s, &chosen, &used);
    }
    const char *ratios = "";
    if (chosen.n_effects > 0) {
        ratios = ipsim_arena_printf(s->arena, ", COST PER UNIT GAINED (%s%s, %s)", chosen.ratio_factor < 1.0 ? "thousand " : "",
                                    s->currency, ipsim_summary_period(s, ipsim_summary_horizon(s)));
    }
    const char *title = ipsim_arena_printf(s->arena, "%s (%s per 1 000 people)%s",
                                           s->compare ? "CHANGE IN NET COST" : "NET COST BY PERSPECTIVE", s->money.unit,
                                           ratios != NULL ? ratios : "");
    s->failed = s->failed || title == NULL || ratios == NULL;
    if (!s->failed) {
        ipsim_summary_grid_print(&grid, title, s->page);
        explain_readings(s, used);
        fputc('\n', s->page);
    }
}
