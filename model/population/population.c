/* SPDX-License-Identifier: GPL-3.0-or-later */
/* population: the attributes of each person, drawn from the scenario's distributions and tables. See include/ipsim/population.h. */
#include "ipsim/population.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "columns.h"
#include "ipsim/stream.h"

typedef enum source { FROM_LEVELS, FROM_DISTRIBUTION, FROM_VALUE, FROM_TABLE, FROM_BANDS } source;

typedef struct column {
    source source;
    uint32_t key;
    double *cumulative; /* levels */
    ipsim_distribution distribution;
    double value;
    size_t table, table_column;
    size_t of;
    double *breaks;
    size_t n_breaks;
} column;

typedef struct row_source {
    const ipsim_person_table *data;
    bool in_file_order;
    uint32_t key;
    double *cumulative; /* weights, summing to 1 at the end */
} row_source;

struct ipsim_population {
    ipsim_arena *arena;
    const ipsim_scenario *scenario;
    column *columns;
    size_t *order; /* banded attributes after what they band */
    row_source *tables;
    const column_kernels *kernels;
};

static size_t pick(const double *cumulative, size_t n, double u)
{
    size_t low = 0, high = n - 1; /* the first i with u < cumulative[i] */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (u < cumulative[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* ---- construction ---- */

static bool build_table(ipsim_population *p, const ipsim_person_table_spec *spec, row_source *out)
{
    char name[256];
    snprintf(name, sizeof name, "table:%s", spec->name);
    out->data = spec->data;
    out->in_file_order = spec->order.value == IPSIM_ORDER_FILE;
    out->key = ipsim_stream_key(IPSIM_PURPOSE_ATTRIBUTE, name);
    size_t n = spec->data->n_rows;
    out->cumulative = ipsim_arena_alloc(p->arena, n, sizeof *out->cumulative);
    if (!out->cumulative)
        return false;
    double total = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++)
        total += spec->data->weights ? spec->data->weights[i] : 1.0;
    for (size_t i = 0; i < n; i++) {
        sum += spec->data->weights ? spec->data->weights[i] : 1.0;
        out->cumulative[i] = sum / total;
    }
    return true;
}

static bool build_column(ipsim_population *p, const ipsim_attribute *spec, column *out, ipsim_error_list *errors)
{
    const ipsim_scenario *scenario = p->scenario;
    out->key = ipsim_stream_key(IPSIM_PURPOSE_ATTRIBUTE, spec->name);
    if (spec->of.value) {
        out->source = FROM_BANDS;
        out->of = ipsim_scenario_find_attribute(scenario, spec->of.value);
        out->n_breaks = spec->breaks.count;
        out->breaks = ipsim_arena_alloc(p->arena, out->n_breaks, sizeof *out->breaks);
        if (!out->breaks)
            return false;
        for (size_t i = 0; i < out->n_breaks; i++)
            out->breaks[i] = spec->breaks.items[i].value;
    } else if (spec->table.value) {
        out->source = FROM_TABLE;
        while (strcmp(scenario->person_tables[out->table].name, spec->table.value) != 0)
            out->table++;
        const ipsim_person_table *data = scenario->person_tables[out->table].data;
        while (strcmp(data->names[out->table_column], spec->name) != 0)
            out->table_column++;
    } else if (spec->levels.count > 0) {
        out->source = FROM_LEVELS;
        out->cumulative = ipsim_arena_alloc(p->arena, spec->levels.count, sizeof *out->cumulative);
        if (!out->cumulative)
            return false;
        double sum = 0.0;
        for (size_t i = 0; i < spec->levels.count; i++)
            out->cumulative[i] = sum += spec->probabilities.items[i].value;
    } else if (spec->distribution.given) {
        out->source = FROM_DISTRIBUTION;
        ipsim_error err;
        if (ipsim_scenario_distribution(&spec->distribution, &out->distribution, &err) != IPSIM_OK)
            ipsim_error_add(errors, err.status, spec->distribution.origin, "%s", err.message);
    } else {
        out->source = FROM_VALUE;
        out->value = spec->value.value;
    }
    return true;
}

static bool build(ipsim_population *p, ipsim_error_list *errors)
{
    static const column_kernels *const kernels[IPSIM_N_SIMD] = {&ipsim_column_kernels_sse2, &ipsim_column_kernels_avx2,
                                                                &ipsim_column_kernels_avx512};
    p->kernels = kernels[ipsim_simd_level()];
    const ipsim_scenario *scenario = p->scenario;
    size_t n = scenario->n_attributes, at = 0;
    p->columns = ipsim_arena_alloc(p->arena, n, sizeof *p->columns);
    p->order = ipsim_arena_alloc(p->arena, n, sizeof *p->order);
    p->tables = ipsim_arena_alloc(p->arena, scenario->n_person_tables, sizeof *p->tables);
    if (!p->columns || !p->order || !p->tables)
        return false;
    for (size_t i = 0; i < scenario->n_person_tables; i++)
        if (!build_table(p, &scenario->person_tables[i], &p->tables[i]))
            return false;
    for (size_t a = 0; a < n; a++)
        if (!build_column(p, &scenario->attributes[a], &p->columns[a], errors))
            return false;
    for (size_t a = 0; a < n; a++)
        if (p->columns[a].source != FROM_BANDS)
            p->order[at++] = a;
    for (size_t a = 0; a < n; a++)
        if (p->columns[a].source == FROM_BANDS)
            p->order[at++] = a;
    return true;
}

ipsim_status ipsim_population_create(const ipsim_scenario *scenario, ipsim_population **out, ipsim_error_list *errors)
{
    *out = NULL;
    size_t n_before = errors->count;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_population *p = arena ? ipsim_arena_alloc(arena, 1, sizeof *p) : NULL;
    if (p) {
        p->arena = arena;
        p->scenario = scenario;
    }
    if (!p || !build(p, errors)) {
        ipsim_arena_free(arena);
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the population");
    }
    if (errors->count > n_before) {
        ipsim_arena_free(arena);
        return errors->items[n_before].status;
    }
    *out = p;
    return IPSIM_OK;
}

void ipsim_population_free(ipsim_population *population)
{
    if (population)
        ipsim_arena_free(population->arena);
}

/* ---- drawing ---- */

/* Consecutive persons, at most COLUMN_PERSONS, that are drawn together. */
typedef struct crowd {
    const ipsim_population *p;
    uint64_t seed;
    uint32_t replicate;
    int64_t first;
    size_t n, padded; /* padded: whole vectors */
    double *values;   /* [person * n_attributes + attribute] */
} crowd;

static void draw_uniforms(const crowd *c, uint32_t key, double *u)
{
    c->p->kernels->uniforms(c->seed, c->replicate, c->first, key, c->padded, u);
}

static void put(const crowd *c, size_t attribute, const double *x)
{
    size_t stride = c->p->scenario->n_attributes;
    for (size_t i = 0; i < c->n; i++)
        c->values[i * stride + attribute] = x[i];
}

static double within(double x, double lower, double upper)
{
    x = x < lower ? lower : x;
    return x > upper ? upper : x;
}

static void draw_distribution(const crowd *c, const ipsim_distribution *d, double *u)
{
    const column_kernels *kernels = c->p->kernels;
    bool lognormal = d->family == IPSIM_DIST_LOGNORMAL;
    if (!lognormal && d->family != IPSIM_DIST_NORMAL) {
        for (size_t i = 0; i < c->n; i++)
            u[i] = ipsim_distribution_quantile(d, u[i]);
        return;
    }
    kernels->normals(d->p[0], d->p[1], d->u_lower, d->u_upper - d->u_lower, c->padded, u);
    if (lognormal)
        kernels->exponentials(c->padded, u);
    for (size_t i = 0; i < c->n; i++)
        u[i] = within(u[i], d->lower, d->upper);
}

/* Everybody's row, drawn once for all attributes of the table. */
static void draw_rows(const crowd *c, size_t t)
{
    const ipsim_population *p = c->p;
    const row_source *table = &p->tables[t];
    const double *row[COLUMN_PERSONS];
    double u[COLUMN_PERSONS] __attribute__((aligned(64)));
    size_t n = table->data->n_rows, stride = p->scenario->n_attributes;
    if (!table->in_file_order)
        draw_uniforms(c, table->key, u);
    for (size_t i = 0; i < c->n; i++)
        row[i] = table->data->values + table->data->n_columns * (table->in_file_order ? (size_t)((c->first + (int64_t)i) % (int64_t)n)
                                                                                      : pick(table->cumulative, n, u[i]));
    for (size_t a = 0; a < stride; a++)
        if (p->columns[a].source == FROM_TABLE && p->columns[a].table == t)
            for (size_t i = 0; i < c->n; i++)
                c->values[i * stride + a] = row[i][p->columns[a].table_column];
}

static double band_of(const column *c, double x)
{
    size_t i = 0;
    while (i < c->n_breaks && c->breaks[i] <= x)
        i++;
    return (double)i;
}

static void draw_column(const crowd *c, size_t a)
{
    const column *from = &c->p->columns[a];
    size_t stride = c->p->scenario->n_attributes;
    double x[COLUMN_PERSONS] __attribute__((aligned(64)));
    switch (from->source) {
    case FROM_LEVELS:
        draw_uniforms(c, from->key, x);
        c->p->kernels->levels(from->cumulative, c->p->scenario->attributes[a].levels.count, c->padded, x);
        break;
    case FROM_DISTRIBUTION:
        draw_uniforms(c, from->key, x);
        draw_distribution(c, &from->distribution, x);
        break;
    case FROM_VALUE:
        for (size_t i = 0; i < c->n; i++)
            x[i] = from->value;
        break;
    case FROM_TABLE: /* drawn with its row */
        return;
    case FROM_BANDS:
        for (size_t i = 0; i < c->n; i++)
            x[i] = band_of(from, c->values[i * stride + from->of]);
        break;
    }
    put(c, a, x);
}

void ipsim_population_draw(const ipsim_population *p, uint64_t seed, uint32_t replicate, int64_t first, size_t n, double *values)
{
    ipsim_bug_assert(first >= 0 && first <= IPSIM_PERSON_LIMIT - (int64_t)n);
    for (size_t done = 0; done < n; done += COLUMN_PERSONS) {
        size_t now = n - done < COLUMN_PERSONS ? n - done : COLUMN_PERSONS;
        crowd c = {.p = p,
                   .seed = seed,
                   .replicate = replicate,
                   .first = first + (int64_t)done,
                   .n = now,
                   .padded = (now + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES,
                   .values = values + done * p->scenario->n_attributes};
        for (size_t t = 0; t < p->scenario->n_person_tables; t++)
            draw_rows(&c, t);
        for (size_t i = 0; i < p->scenario->n_attributes; i++)
            draw_column(&c, p->order[i]);
    }
}

/* ---- targets ---- */

static double table_moment(const ipsim_population *p, const column *c, int power, double about)
{
    const row_source *table = &p->tables[c->table];
    double sum = 0.0, below = 0.0;
    for (size_t i = 0; i < table->data->n_rows; i++) {
        double x = table->data->values[i * table->data->n_columns + c->table_column] - about;
        double weight = table->in_file_order ? 1.0 / (double)table->data->n_rows : table->cumulative[i] - below;
        below = table->cumulative[i];
        sum += weight * (power == 1 ? x : x * x);
    }
    return sum;
}

double ipsim_population_target_share(const ipsim_population *p, size_t attribute, size_t level)
{
    const ipsim_attribute *spec = &p->scenario->attributes[attribute];
    const column *c = &p->columns[attribute];
    if (spec->target_probabilities.given)
        return spec->target_probabilities.items[level].value;
    if (c->source == FROM_LEVELS)
        return spec->probabilities.items[level].value;
    if (c->source == FROM_TABLE) {
        const row_source *table = &p->tables[c->table];
        double share = 0.0;
        for (size_t i = 0; i < table->data->n_rows; i++)
            if ((size_t)table->data->values[i * table->data->n_columns + c->table_column] == level)
                share += table->in_file_order ? 1.0 / (double)table->data->n_rows
                                              : table->cumulative[i] - (i ? table->cumulative[i - 1] : 0.0);
        return share;
    }
    if (c->source == FROM_BANDS && p->columns[c->of].source == FROM_DISTRIBUTION) {
        const ipsim_distribution *d = &p->columns[c->of].distribution;
        double low = level == 0 ? 0.0 : ipsim_distribution_cdf(d, c->breaks[level - 1]);
        double high = level == c->n_breaks ? 1.0 : ipsim_distribution_cdf(d, c->breaks[level]);
        return high - low;
    }
    return NAN;
}

double ipsim_population_target_mean(const ipsim_population *p, size_t attribute)
{
    const ipsim_attribute *spec = &p->scenario->attributes[attribute];
    const column *c = &p->columns[attribute];
    if (spec->target_mean.given)
        return spec->target_mean.value;
    switch (c->source) {
    case FROM_DISTRIBUTION:
        return ipsim_distribution_mean(&c->distribution);
    case FROM_VALUE:
        return c->value;
    case FROM_TABLE:
        return table_moment(p, c, 1, 0.0);
    default:
        return NAN;
    }
}

double ipsim_population_target_sd(const ipsim_population *p, size_t attribute)
{
    const ipsim_attribute *spec = &p->scenario->attributes[attribute];
    const column *c = &p->columns[attribute];
    if (spec->target_sd.given)
        return spec->target_sd.value;
    switch (c->source) {
    case FROM_DISTRIBUTION:
        return ipsim_distribution_sd(&c->distribution);
    case FROM_VALUE:
        return 0.0;
    case FROM_TABLE:
        return sqrt(table_moment(p, c, 2, table_moment(p, c, 1, 0.0)));
    default:
        return NAN;
    }
}
