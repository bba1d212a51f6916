/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/draws: which column is what. See include/ipsim/draws.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "economics/draws_private.h"
#include "ipsim/nearest.h"

const char *const ipsim_draws_usual_draw[] = {"draw", "draws", "sim", "simulation", "iteration", "iter", "sample", NULL};
static const char *const usual_strategy[] = {"strategy", "scenario", "arm", "intervention", "treatment", "option", NULL};
static const char *const usual_cost[] = {"cost", "costs", "total_cost", "c", NULL};
static const char *const usual_effect[] = {"qalys", "qaly", "effect", "effects", "effectiveness", "e", NULL};
static const char *const usual_perspective[] = {"perspective", NULL};
static const char *const usual_subgroup[] = {"subgroup", NULL};
static const char *const usual_weight[] = {"weight", "share", "persons", NULL};

int ipsim_draws_find_column(const ipsim_csv *csv, const char *wanted, const char *const *usual)
{
    size_t c = csv->n_columns;
    if (wanted != NULL) {
        c = ipsim_csv_column(csv, wanted);
    }
    for (size_t u = 0; wanted == NULL && c == csv->n_columns && usual[u] != NULL; u++) {
        for (c = 0; c < csv->n_columns && strcasecmp(csv->names[c], usual[u]) != 0;) {
            c++;
        }
    }
    return c < csv->n_columns ? (int)c : NO_COLUMN;
}

static void say_missing(draws_reader *r, const ipsim_csv *csv, const char *wanted, const char *what, const char *option)
{
    const char *near = wanted != NULL ? ipsim_nearest(wanted, csv->names, csv->n_columns) : NULL;
    if (near != NULL) {
        ipsim_draws_problem(r, IPSIM_ERR_MISSING, csv, csv->header_line, wanted, "there is no such column; did you mean \"%s\"?", near);
        return;
    }
    char columns[400] = "";
    for (size_t c = 0, used = 0; c < csv->n_columns && used < sizeof columns - 1; c++) {
        int length = snprintf(columns + used, sizeof columns - used, "%s%s", c > 0 ? ", " : "", csv->names[c]);
        used += length > 0 ? (size_t)length : 0;
    }
    if (wanted != NULL) {
        ipsim_draws_problem(r, IPSIM_ERR_MISSING, csv, csv->header_line, wanted, "there is no such column; the columns are %s", columns);
    } else {
        ipsim_draws_problem(r, IPSIM_ERR_MISSING, csv, csv->header_line, NULL,
                            "no column of %s was found; name it with --%s; the columns are %s", what, option, columns);
    }
}

/* A column that need not be there, unless it was asked for. */
static int optional(draws_reader *r, const ipsim_csv *csv, const char *wanted, const char *const *usual)
{
    int column = ipsim_draws_find_column(csv, wanted, usual);
    if (column == NO_COLUMN && wanted != NULL) {
        say_missing(r, csv, wanted, "", "");
    }
    return column;
}

/* ---- wide tables ---- */
static const char separators[] = "_.-: ";

/* The strategy that a column's name ends in after the prefix: "ips" in cost_ips or cost.ips, "1" in cost1. NULL when it does not fit. */
static const char *strategy_in_name(const char *column, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncasecmp(column, prefix, length) != 0 || column[length] == '\0') {
        return NULL;
    }
    const char *rest = column + length;
    if (strchr(separators, *rest) != NULL) {
        return rest[1] != '\0' ? rest + 1 : NULL;
    }
    return rest[strspn(rest, "0123456789")] == '\0' ? rest : NULL;
}

static size_t count_prefix(const ipsim_csv *csv, const char *prefix)
{
    size_t count = 0;
    for (size_t c = 0; c < csv->n_columns; c++) {
        count += strategy_in_name(csv->names[c], prefix) != NULL;
    }
    return count;
}

/* The prefix asked for, with what separates it or without ("cost_" is "cost"), or the first usual one that any column has. */
static const char *find_prefix(draws_reader *r, const ipsim_csv *csv, const char *wanted, const char *const *usual)
{
    size_t length = wanted != NULL ? strlen(wanted) : 0;
    if (length > 1 && strchr(separators, wanted[length - 1]) != NULL) {
        wanted = ipsim_arena_printf(r->arena, "%.*s", (int)length - 1, wanted);
        r->out_of_memory = r->out_of_memory || wanted == NULL;
        return wanted != NULL && count_prefix(csv, wanted) > 0 ? wanted : NULL;
    }
    for (; wanted == NULL && *usual != NULL; usual++) {
        if (count_prefix(csv, *usual) > 0) {
            return *usual;
        }
    }
    return wanted != NULL && count_prefix(csv, wanted) > 0 ? wanted : NULL;
}

/* "a,b,c" as words of the arena; blanks around them do not count. */
static size_t split(draws_reader *r, const char *list, const char ***words)
{
    size_t count = 1;
    for (const char *at = list; *at != '\0'; at++) {
        count += *at == ',';
    }
    *words = ipsim_draws_get(r, count, sizeof **words);
    for (size_t i = 0; *words != NULL && i < count; i++) {
        size_t length = strcspn(list, ",");
        const char *begin = list + strspn(list, " ");
        const char *end = list + length;
        while (end > begin && end[-1] == ' ') {
            end--;
        }
        (*words)[i] = ipsim_arena_printf(r->arena, "%.*s", (int)(end > begin ? end - begin : 0), begin);
        r->out_of_memory = r->out_of_memory || (*words)[i] == NULL;
        list += length + 1;
    }
    return count;
}

static bool listed_pairs(draws_reader *r, const ipsim_csv *csv, const ipsim_draws_columns *wanted, draws_layout *layout)
{
    const char **costs, **effects, **names = NULL;
    size_t n = split(r, wanted->cost, &costs), n_effects = split(r, wanted->effect, &effects);
    size_t n_names = wanted->strategy != NULL ? split(r, wanted->strategy, &names) : n;
    if (n != n_effects || n != n_names) {
        ipsim_draws_problem(r, IPSIM_ERR_USAGE, csv, 0, NULL,
                            "--cost lists %zu columns, --effect %zu and --strategy %zu: one for each strategy was expected", n, n_effects,
                            n_names);
        return false;
    }
    layout->n_pairs = n;
    layout->cost = ipsim_draws_get(r, n, sizeof(int));
    layout->effect = ipsim_draws_get(r, n, sizeof(int));
    layout->names = ipsim_draws_get(r, n, sizeof(char *));
    for (size_t i = 0; !r->out_of_memory && i < n; i++) {
        layout->cost[i] = optional(r, csv, costs[i], NULL);
        layout->effect[i] = optional(r, csv, effects[i], NULL);
        layout->names[i] = names != NULL ? names[i] : costs[i];
    }
    return !r->failed && !r->out_of_memory;
}

static bool prefixed_pairs(draws_reader *r, const ipsim_csv *csv, const ipsim_draws_columns *wanted, draws_layout *layout)
{
    const char *cost = find_prefix(r, csv, wanted->cost, usual_cost);
    const char *effect = find_prefix(r, csv, wanted->effect, usual_effect);
    if (cost == NULL || effect == NULL) {
        if (cost == NULL) {
            say_missing(r, csv, wanted->cost, "costs", "cost");
        }
        if (effect == NULL) {
            say_missing(r, csv, wanted->effect, "effects", "effect");
        }
        return false;
    }
    size_t n = count_prefix(csv, cost);
    layout->cost = ipsim_draws_get(r, n, sizeof(int));
    layout->effect = ipsim_draws_get(r, n, sizeof(int));
    layout->names = ipsim_draws_get(r, n, sizeof(char *));
    for (size_t c = 0; !r->out_of_memory && c < csv->n_columns; c++) {
        const char *name = strategy_in_name(csv->names[c], cost);
        size_t e = csv->n_columns;
        for (size_t other = 0; name != NULL && other < csv->n_columns; other++) {
            const char *of_effect = strategy_in_name(csv->names[other], effect);
            e = of_effect != NULL && strcmp(of_effect, name) == 0 ? other : e;
        }
        if (name != NULL && e == csv->n_columns) {
            ipsim_draws_problem(r, IPSIM_ERR_MISSING, csv, csv->header_line, csv->names[c], "no column of effects (%s...) goes with it",
                                effect);
        } else if (name != NULL) {
            layout->cost[layout->n_pairs] = (int)c;
            layout->effect[layout->n_pairs] = (int)e;
            layout->names[layout->n_pairs++] = name;
        }
    }
    for (size_t c = 0; c < csv->n_columns; c++) {
        const char *name = strategy_in_name(csv->names[c], effect);
        bool paired = name == NULL;
        for (size_t i = 0; i < layout->n_pairs; i++) {
            paired = paired || layout->effect[i] == (int)c;
        }
        if (!paired) {
            ipsim_draws_problem(r, IPSIM_ERR_MISSING, csv, csv->header_line, csv->names[c], "no column of costs (%s...) goes with it",
                                cost);
        }
    }
    r->draws->cost_name = cost;
    r->draws->effect_name = effect;
    return !r->failed && !r->out_of_memory;
}

static bool is_list(const char *text)
{
    return text != NULL && strchr(text, ',') != NULL;
}

bool ipsim_draws_find_layout(draws_reader *r, const ipsim_csv *csv, const ipsim_draws_columns *wanted, draws_layout *layout)
{
    *layout = (draws_layout){.csv = csv, .strategy = NO_COLUMN, .perspective = NO_COLUMN, .subgroup = NO_COLUMN, .weight = NO_COLUMN};
    layout->draw = optional(r, csv, wanted->draw, ipsim_draws_usual_draw);
    r->draws->cost_name = "cost";
    r->draws->effect_name = "effect";
    if (is_list(wanted->cost) || is_list(wanted->effect) || is_list(wanted->strategy)) {
        layout->wide = true;
        if (!is_list(wanted->cost) || !is_list(wanted->effect)) {
            ipsim_draws_problem(r, IPSIM_ERR_USAGE, csv, 0, NULL,
                                "--cost and --effect must both list their columns, one for each strategy");
            return false;
        }
        return listed_pairs(r, csv, wanted, layout);
    }
    layout->strategy = ipsim_draws_find_column(csv, wanted->strategy, usual_strategy);
    if (layout->strategy == NO_COLUMN && wanted->strategy != NULL) {
        say_missing(r, csv, wanted->strategy, "", "");
        return false;
    }
    if (layout->strategy == NO_COLUMN) {
        layout->wide = true;
        return prefixed_pairs(r, csv, wanted, layout);
    }
    layout->n_pairs = 1;
    layout->cost = ipsim_draws_get(r, 1, sizeof(int));
    layout->effect = ipsim_draws_get(r, 1, sizeof(int));
    if (r->out_of_memory) {
        return false;
    }
    layout->cost[0] = ipsim_draws_find_column(csv, wanted->cost, usual_cost);
    layout->effect[0] = ipsim_draws_find_column(csv, wanted->effect, usual_effect);
    layout->perspective = optional(r, csv, wanted->perspective, usual_perspective);
    layout->subgroup = optional(r, csv, wanted->subgroup, usual_subgroup);
    layout->weight = optional(r, csv, wanted->weight, usual_weight);
    if (layout->cost[0] == NO_COLUMN) {
        say_missing(r, csv, wanted->cost, "costs", "cost");
    } else {
        r->draws->cost_name = csv->names[layout->cost[0]];
    }
    if (layout->effect[0] == NO_COLUMN) {
        say_missing(r, csv, wanted->effect, "effects", "effect");
    } else {
        r->draws->effect_name = csv->names[layout->effect[0]];
    }
    return !r->failed;
}
