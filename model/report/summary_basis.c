/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/summary_basis: what the figures of a summary rest on: published targets met and missed, and conventions. See summary_parts.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/format.h"
#include "summary_parts.h"

enum { MOST_TARGETS = 6 };

/* ---- published targets ---- */
static void print_target(ipsim_summary_writer *s, size_t row, bool with_verdict)
{
    const ipsim_table *targets = s->tables->targets;
    const char *scenario = ipsim_summary_text_at(ipsim_summary_column(targets, "scenario", IPSIM_TEXT), row);
    const char *name = ipsim_summary_text_at(ipsim_summary_column(targets, "target", IPSIM_TEXT), row);
    const char *verdict = ipsim_summary_text_at(ipsim_summary_column(targets, "verdict", IPSIM_TEXT), row);
    const char *columns[] = {"simulated", "value", "low", "high"};
    char numbers[4][IPSIM_FORMAT_SIZE], range[2 * IPSIM_FORMAT_SIZE + 16] = "", figures[4 * IPSIM_FORMAT_SIZE + 80];
    double value[4];
    for (size_t i = 0; i < 4; i++) {
        value[i] = ipsim_summary_column(targets, columns[i], IPSIM_REAL)->real[row];
        ipsim_format_number(value[i], 4, numbers[i], sizeof numbers[i]);
    }
    if (!isnan(value[2]) && !isnan(value[3])) {
        snprintf(range, sizeof range, " (%s to %s)", numbers[2], numbers[3]);
    } else if (!isnan(value[2]) || !isnan(value[3])) {
        snprintf(range, sizeof range, isnan(value[3]) ? " (at least %s)" : " (at most %s)", numbers[isnan(value[3]) ? 2 : 3]);
    }
    snprintf(figures, sizeof figures, ": %s simulated, %s published%s%s%s", numbers[0], numbers[1], range, with_verdict ? ", " : "",
             with_verdict ? verdict : "");
    const char *label = ipsim_summary_name(s, "target:", name);
    size_t taken = 2 + ipsim_format_width(scenario) + 2 + ipsim_format_width(figures);
    size_t room = taken + 10 < s->width ? s->width - taken : 10;
    bool cut = ipsim_format_width(label) > room;
    fprintf(s->page, "  %s  %.*s%s%s\n", scenario, (int)ipsim_format_fit(label, cut ? room - 1 : room), label, cut ? "…" : "", figures);
}

void ipsim_summary_targets(ipsim_summary_writer *s)
{
    const ipsim_table *targets = s->tables->targets;
    if (targets == NULL || targets->n_rows == 0) {
        return;
    }
    const ipsim_column *use = ipsim_summary_column(targets, "use", IPSIM_TEXT),
                       *verdict = ipsim_summary_column(targets, "verdict", IPSIM_TEXT);
    size_t asked[2] = {0}, inside[2] = {0}, unknown = 0, no_range = 0, outside = 0;
    for (size_t row = 0; row < targets->n_rows; row++) {
        size_t held_out = strcmp(ipsim_summary_text_at(use, row), "calibration") != 0;
        const char *text = ipsim_summary_text_at(verdict, row);
        if (strcmp(text, "inside") != 0 && strcmp(text, "outside") != 0) {
            bool without = strcmp(text, "no range") == 0; /* neither met nor missed */
            no_range += without;
            unknown += !without;
            continue;
        }
        asked[held_out]++;
        inside[held_out] += strcmp(text, "inside") == 0;
        outside += strcmp(text, "outside") == 0;
    }
    bool all = asked[0] + asked[1] + no_range <= MOST_TARGETS;
    fprintf(s->page, "PUBLISHED FIGURES reproduced within their range:");
    for (size_t held_out = 0; held_out < 2; held_out++) {
        if (asked[held_out] > 0) {
            fprintf(s->page, " %zu of %zu %s", inside[held_out], asked[held_out],
                    held_out       ? "held out"
                    : asked[1] > 0 ? "used to calibrate,"
                                   : "used to calibrate");
        }
    }
    if (asked[0] + asked[1] == 0) {
        fprintf(s->page, " none can be judged");
    }
    if (no_range > 0) {
        fprintf(s->page, "; %zu without a range", no_range);
    }
    if (unknown > 0) {
        fprintf(s->page, "; %zu not available", unknown);
    }
    fprintf(s->page, !all && outside > 0 ? ". Outside:\n" : "\n");
    size_t shown = 0;
    for (size_t row = 0; row < targets->n_rows && shown < MOST_TARGETS; row++) {
        const char *text = ipsim_summary_text_at(verdict, row);
        if (strcmp(text, "outside") == 0 || (all && (strcmp(text, "inside") == 0 || strcmp(text, "no range") == 0))) {
            print_target(s, row, all);
            shown++;
        }
    }
    if (!all && outside > shown) {
        fprintf(s->page, "  and %zu more outside: targets.csv\n", outside - shown);
    }
    fputc('\n', s->page);
}

/* ---- conventions ---- */
/* The simulated people beside what they should look like: the largest of the deviations, in standard errors. */
static void print_population(const ipsim_summary_writer *s, FILE *text)
{
    const ipsim_table *population = s->tables->population;
    if (population == NULL) {
        return;
    }
    const ipsim_column *simulated = ipsim_summary_column(population, "simulated", IPSIM_REAL);
    const ipsim_column *mcse = ipsim_summary_column(population, "mcse", IPSIM_REAL),
                       *target = ipsim_summary_column(population, "target", IPSIM_REAL);
    size_t count = 0;
    double largest = 0.0;
    for (size_t row = 0; row < population->n_rows; row++) {
        double z = fabs(simulated->real[row] - target->real[row]) / mcse->real[row];
        if (isfinite(z)) {
            largest = z > largest ? z : largest;
            count++;
        }
    }
    if (count == 1) {
        fprintf(text, " Their one mean or share lies within %.1f standard errors of what it should be (population.csv).",
                ceil(largest * 10.0) / 10.0);
    } else if (count > 1) {
        fprintf(text, " Their %zu means and shares lie within %.1f standard errors of what they should be (population.csv).", count,
                ceil(largest * 10.0) / 10.0);
    }
}

void ipsim_summary_conventions(ipsim_summary_writer *s)
{
    char *paragraph = NULL, number[IPSIM_FORMAT_SIZE];
    size_t size = 0;
    FILE *text = open_memstream(&paragraph, &size);
    if (text == NULL) {
        s->failed = true;
        return;
    }
    const char *persons = ipsim_summary_convention(s, "persons"), *seed = ipsim_summary_convention(s, "seed"),
               *timing = ipsim_summary_convention(s, "timing");
    const char *costs = ipsim_summary_convention(s, "discounting_costs"), *effects = ipsim_summary_convention(s, "discounting_effects"),
               *price_year = ipsim_summary_convention(s, "price_year");
    fprintf(text, "CONVENTIONS. Horizon %s years; \"by year N\" is the total until then.",
            ipsim_format_number(ipsim_summary_horizon(s), 6, number, sizeof number));
    if (timing != NULL) {
        fprintf(text, " Timing: %s.", timing);
    }
    fprintf(text, " Discounting: costs %s; effects %s.", costs != NULL ? costs : "none", effects != NULL ? effects : "none");
    if (s->discounts_costs || s->discounts_effects) {
        fprintf(text, " Money, QALYs and costs per unit gained are discounted; years are not.");
    }
    if (s->currency[0] != '\0') {
        fprintf(text, " Prices: %s%s%s.", s->currency, price_year != NULL ? " of " : "", price_year != NULL ? price_year : "");
    }
    if (persons != NULL) {
        fprintf(text, " %s simulated %s%s.", ipsim_format_count(strtoll(persons, NULL, 10), number, sizeof number),
                strcmp(persons, "1") == 0 ? "person" : "people", s->compare ? ", the same in every scenario" : "");
    }
    if (seed != NULL) {
        const char *replicates = ipsim_summary_convention(s, "replicates"), *seeds = ipsim_summary_convention(s, "seeds");
        bool several = seeds != NULL && strcmp(seeds, "one") != 0;
        if (replicates == NULL) {
            fprintf(text, " Seed %s.", seed);
        } else if (several) {
            fprintf(text, " They are %s replicates, each with a seed of its own (replicates.csv).", replicates);
        } else {
            fprintf(text, " They are %s replicates of seed %s (replicates.csv).", replicates, seed);
        }
    }
    print_population(s, text);
    fprintf(text,
            " ± is one Monte Carlo standard error: the noise of simulating so many people and no more. It is not the uncertainty of the"
            " parameters, which these figures leave out.");
    if (fclose(text) != 0 || paragraph == NULL) {
        s->failed = true;
    } else {
        ipsim_format_paragraph(paragraph, 0, s->width, s->page);
    }
    free(paragraph);
}
