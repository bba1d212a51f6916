/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe/curves: a hazard against its clock, as a small drawing. The line is what a reader of the methods section would plot: the baseline
 * times the multiplier, and beside it the same with the effects and steps that hold for everybody on the same clock. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/compiled_model.h"
#include "ipsim/hazard.h"
#include "parts.h"

enum { POINTS = 241, LINES_MOST = 8, WIDTH = 520, HEIGHT = 220, LEFT = 64, RIGHT = 150, TOP = 14, BOTTOM = 40, MOST_TICKS = 16 };

#define NEXT_TO_NOTHING 1e-300

typedef struct curve {
    double x[POINTS], y[LINES_MOST][POINTS];
    char names[LINES_MOST][80];
    size_t n_lines;
    const char *axis;
    bool logarithmic;
} curve;

/* Effects on everybody and steps, where the clock runs with the transition's for somebody who enters the state at the start. */
static bool same_clock(const char *a, const char *b)
{
    bool age_a = a && strcmp(a, "age") == 0, age_b = b && strcmp(b, "age") == 0;
    bool calendar_a = a && strcmp(a, "calendar") == 0, calendar_b = b && strcmp(b, "calendar") == 0;
    return age_a == age_b && calendar_a == calendar_b;
}

static double factor_at(double x, const char *clock, const ipsim_effect *effects, size_t n_effects, const ipsim_modifier *modifiers,
                        size_t n_modifiers, bool *any)
{
    double factor = 1.0;
    for (size_t i = 0; i < n_effects; i++) {
        const ipsim_effect *e = &effects[i];
        bool always = !e->from_years.given && !e->until_years.given;
        if (e->attribute.value || !(always || same_clock(e->clock.value ? e->clock.value : "start", clock)))
            continue;
        *any = true;
        double log_hr = e->log_hr.given ? e->log_hr.value : log(e->hr.value);
        if (e->from_years.given && x < e->from_years.value)
            continue;
        if (!e->until_years.given || x < e->until_years.value)
            factor *= exp(log_hr);
        else if (e->fade_until_years.given && x < e->fade_until_years.value)
            factor *= exp(log_hr * (e->fade_until_years.value - x) / (e->fade_until_years.value - e->until_years.value));
    }
    for (size_t i = 0; i < n_modifiers; i++) {
        const ipsim_modifier *m = &modifiers[i];
        if (!same_clock(m->clock.value ? m->clock.value : "start", clock) || m->values.count == 0)
            continue;
        *any = true;
        size_t piece = 0;
        while (piece < m->breaks.count && x >= m->breaks.items[piece].value)
            piece++;
        factor *= m->values.items[piece < m->values.count ? piece : m->values.count - 1].value;
    }
    return factor;
}

/* ---- what is drawn ---- */

static double range_of(const ipsim_scenario *s, const ipsim_hazard *law)
{
    double end = s->simulation.horizon_years.value;
    if (law->family == IPSIM_PIECEWISE && law->n_bands > 1 && 2.0 * law->breaks[law->n_bands - 2] < end)
        end = 2.0 * law->breaks[law->n_bands - 2];
    double nearly_all = ipsim_hazard_inverse(law, 4.6); /* by then 99 % have gone */
    if (law->family != IPSIM_EXPONENTIAL && law->family != IPSIM_PIECEWISE && nearly_all < end)
        end = nearly_all;
    /* A hazard that dies away is shown until it has. */
    double first = ipsim_hazard_rate(law, 1e-6 * end), x = end;
    while (isfinite(first) && x > 1e-3 * end && ipsim_hazard_rate(law, x / 1.5) < 0.01 * first)
        x /= 1.5;
    return x > 0.0 ? x : 1.0;
}

static bool sample_law(curve *c, const ipsim_scenario *s, const char *clock, const ipsim_hazard_spec *spec, const ipsim_effect *effects,
                       size_t n_effects, const ipsim_modifier *modifiers, size_t n_modifiers)
{
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_hazard law;
    ipsim_error err;
    bool ok = arena && spec->family.value < (int)IPSIM_FIXED && ipsim_compile_family(arena, spec, &law, &err) == IPSIM_OK;
    double multiplier = spec->multiplier.given ? spec->multiplier.value : 1.0, end = ok ? range_of(s, &law) : 1.0;
    double begin = clock && strcmp(clock, "calendar") == 0 ? s->simulation.start_year.value : 0.0;
    end = clock && strcmp(clock, "age") == 0 ? 100.0 : begin + end;
    bool any = false;
    for (size_t i = 0; ok && i < POINTS; i++) {
        c->x[i] = begin + (end - begin) * ((double)i + (i == 0 ? 1e-3 : 0.0)) / (POINTS - 1);
        c->y[0][i] = multiplier * ipsim_hazard_rate(&law, c->x[i]);
        c->y[1][i] = c->y[0][i] * factor_at(c->x[i], clock, effects, n_effects, modifiers, n_modifiers, &any);
    }
    c->n_lines = any ? 2 : 1;
    strcpy(c->names[0], "baseline");
    strcpy(c->names[1], "with effects on all");
    ipsim_arena_free(arena);
    return ok;
}

static void name_stratum(const ipsim_scenario *s, const ipsim_rate_table *table, size_t stratum, char *name, size_t size)
{
    size_t used = 0, rest = table->n_strata;
    name[0] = '\0';
    for (size_t k = 0; k < table->n_keys && used < size; k++) {
        const ipsim_attribute *a = &s->attributes[table->key_attribute[k]];
        rest /= a->levels.count;
        int n = snprintf(name + used, size - used, "%s%s", k > 0 ? ", " : "", a->levels.items[stratum / rest % a->levels.count]);
        used += n > 0 ? (size_t)n : 0;
    }
    if (table->n_keys == 0)
        snprintf(name, size, "table");
}

static bool sample_table(curve *c, const ipsim_scenario *s, const ipsim_hazard_spec *spec)
{
    const ipsim_rate_table *table = spec->data;
    if (!table || table->n_ages == 0)
        return false;
    double multiplier = spec->multiplier.given ? spec->multiplier.value : 1.0;
    double begin = table->ages[0], end = table->ages[table->n_ages - 1] + 1.0;
    size_t year = 0;
    while (year + 1 < table->n_years && table->years[year + 1] <= s->simulation.start_year.value)
        year++;
    c->n_lines = table->n_strata < LINES_MOST ? table->n_strata : LINES_MOST;
    c->logarithmic = true;
    for (size_t line = 0; line < c->n_lines; line++) {
        name_stratum(s, table, line, c->names[line], sizeof c->names[line]);
        size_t band = 0;
        for (size_t i = 0; i < POINTS; i++) {
            c->x[i] = begin + (end - begin) * (double)i / (POINTS - 1);
            while (band + 1 < table->n_ages && table->ages[band + 1] <= c->x[i])
                band++;
            c->y[line][i] = multiplier * table->values[(line * table->n_years + year) * table->n_ages + band];
        }
    }
    return true;
}

/* ---- drawing ---- */

/* 1, 2 or 5 times a power of ten, giving three to seven steps. */
static double tick_step(double range)
{
    double power = pow(10.0, floor(log10(range / 4.0)));
    double share = range / 4.0 / power;
    return power * (share > 5.0 ? 10.0 : share > 2.0 ? 5.0 : share > 1.0 ? 2.0 : 1.0);
}

static void scale_y(const curve *c, double *low, double *high)
{
    *low = INFINITY;
    *high = 0.0;
    for (size_t line = 0; line < c->n_lines; line++)
        for (size_t i = 0; i < POINTS; i++) {
            double y = c->y[line][i];
            if (isfinite(y) && y > *high)
                *high = y;
            if (isfinite(y) && y > 0.0 && y < *low)
                *low = y;
        }
    if (!c->logarithmic || !(*high > 0.0) || !isfinite(*low)) {
        *low = 0.0;
        *high = *high > NEXT_TO_NOTHING ? *high * 1.08 : 1.0; /* an axis cannot be divided into steps of less than the smallest number */
        return;
    }
    *low = floor(log10(*low));
    *high = ceil(log10(*high));
    *high += *high <= *low;
}

static void draw_axes(FILE *out, const curve *c, double low, double high)
{
    double x0 = c->x[0], x1 = c->x[POINTS - 1], step = tick_step(x1 - x0);
    double wide = WIDTH - LEFT - RIGHT, tall = HEIGHT - TOP - BOTTOM;
    double first = fabs(ceil(x0 / step - 0.01)) * step;
    for (int i = 0; i < MOST_TICKS && first + i * step <= x1 + step / 100; i++) {
        double x = first + i * step;
        double at = LEFT + wide * (x - x0) / (x1 - x0);
        fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.6g</text>\n", at < LEFT ? LEFT : at, HEIGHT - BOTTOM + 15, x);
    }
    double y_step = c->logarithmic ? ceil((high - low) / MOST_TICKS) : tick_step(high - low);
    for (int i = 0; i <= MOST_TICKS && low + i * y_step <= high + y_step / 100; i++) {
        double y = low + i * y_step;
        double at = TOP + tall * (1.0 - (y - low) / (high - low));
        fprintf(out, "<path d=\"M%d %.1fH%d\" stroke=\"#d9dfe4\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.4g</text>\n", LEFT, at,
                WIDTH - RIGHT, LEFT - 6, at + 3.5, c->logarithmic ? pow(10.0, y) : y);
    }
    fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", LEFT + wide / 2, HEIGHT - 6, c->axis);
    fprintf(out, "<text transform=\"translate(12 %.1f) rotate(-90)\" text-anchor=\"middle\">hazard, per year</text>\n", TOP + tall / 2);
}

static void draw_lines(FILE *out, const curve *c, double low, double high)
{
    /* Okabe and Ito's colours; dashes tell the lines apart in print. */
    static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#999999"};
    static const char *const dashes[] = {"", "6 3", "2 2", "8 3 2 3", "", "6 3", "2 2", "8 3 2 3"};
    double wide = WIDTH - LEFT - RIGHT, tall = HEIGHT - TOP - BOTTOM, x0 = c->x[0], x1 = c->x[POINTS - 1];
    for (size_t line = 0; line < c->n_lines; line++) {
        bool pen_down = false;
        fputs("<path fill=\"none\" stroke-width=\"1.8\" d=\"", out);
        for (size_t i = 0; i < POINTS; i++) {
            double y = c->logarithmic ? log10(c->y[line][i]) : c->y[line][i];
            if (!isfinite(y)) {
                pen_down = false;
                continue;
            }
            y = y > high ? high : y;
            fprintf(out, "%c%.1f %.1f", pen_down ? 'L' : 'M', LEFT + wide * (c->x[i] - x0) / (x1 - x0),
                    TOP + tall * (1.0 - (y - low) / (high - low)));
            pen_down = true;
        }
        fprintf(out, "\" stroke=\"%s\" stroke-dasharray=\"%s\"/>\n", colours[line], dashes[line]);
        double at = TOP + 10.0 + 16.0 * (double)line;
        fprintf(out,
                "<path d=\"M%d %.1fh20\" stroke=\"%s\" stroke-width=\"1.8\" stroke-dasharray=\"%s\"/><text x=\"%d\" y=\"%.1f\">%s</text>\n",
                WIDTH - RIGHT + 8, at, colours[line], dashes[line], WIDTH - RIGHT + 32, at + 3.5, c->names[line]);
    }
}

static char *draw(const curve *c)
{
    char *text = NULL;
    size_t size;
    double low, high;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    scale_y(c, &low, &high);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"Helvetica, Arial, "
            "sans-serif\" font-size=\"10\" fill=\"#33424f\">\n",
            WIDTH, HEIGHT, WIDTH, HEIGHT);
    draw_axes(out, c, low, high);
    draw_lines(out, c, low, high);
    fputs("</svg>\n", out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

char *ipsim_describe_curve(const ipsim_scenario *s, const char *clock, const ipsim_hazard_spec *hazard, const ipsim_effect *effects,
                           size_t n_effects, const ipsim_modifier *modifiers, size_t n_modifiers)
{
    curve *c = calloc(1, sizeof *c);
    char *drawing = NULL, axis[PAGE_TEXT_SIZE + 16];
    page_text words;
    if (!c)
        return NULL;
    bool is_table = hazard->family.value == (int)IPSIM_HAZARD_TABLE;
    bool drawn = is_table ? sample_table(c, s, hazard) : sample_law(c, s, clock, hazard, effects, n_effects, modifiers, n_modifiers);
    snprintf(axis, sizeof axis, "years %s", ipsim_doc_clock(is_table && !clock ? "age" : clock, &words));
    c->axis = axis;
    if (drawn)
        drawing = draw(c);
    free(c);
    return drawing;
}
