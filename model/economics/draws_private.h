/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that read tables of draws share. */
#ifndef IPSIM_DRAWS_PRIVATE_H
#define IPSIM_DRAWS_PRIVATE_H

#include "ipsim/arena.h"
#include "ipsim/csv_read.h"
#include "ipsim/draws.h"

enum { NO_COLUMN = -1, LARGEST_NOTES = 32 };

typedef struct draws_reader {
    ipsim_draws *draws;
    ipsim_arena *arena;
    ipsim_error_list *errors;
    bool failed, out_of_memory;
} draws_reader;

/* How numbers of one file are written: both at once is a fault. */
typedef struct number_style {
    size_t n_commas, n_points;
} number_style;

/* Where things stand in one file. A wide table has a cost and an effect column for each strategy, a tidy one has one of each. */
typedef struct draws_layout {
    const ipsim_csv *csv;
    bool wide;
    int draw, strategy, perspective, subgroup, weight;
    size_t n_pairs;
    int *cost, *effect; /* n_pairs columns */
    const char **names; /* wide: n_pairs strategies */
    number_style style;
} draws_layout;

/* The draws of a file, in order: numerically when every label is a number. */
typedef struct draw_index {
    size_t n_draws;
    const char **labels;
    size_t *of_row; /* the draw of each row */
    bool named;     /* false: no draw column, draws are counted in the order of rows */
} draw_index;

void ipsim_draws_note(draws_reader *r, const char *format, ...) IPSIM_PRINTF(2, 3);
void ipsim_draws_problem(draws_reader *r, ipsim_status status, const ipsim_csv *csv, int line, const char *column, const char *format, ...)
    IPSIM_PRINTF(6, 7);
void *ipsim_draws_get(draws_reader *r, size_t count, size_t size); /* NULL sets out_of_memory */

/* A finite number, written with "." or, where commas do not separate columns, with ","; false after reporting it. */
bool ipsim_draws_number(draws_reader *r, const ipsim_csv *csv, number_style *style, size_t row, int column, double *value);
bool ipsim_draws_check_style(draws_reader *r, const ipsim_csv *csv, const number_style *style);
void ipsim_draws_note_layout(draws_reader *r, const ipsim_csv *csv);

/* draws_columns.c: false after reporting what is missing. */
bool ipsim_draws_find_layout(draws_reader *r, const ipsim_csv *csv, const ipsim_draws_columns *wanted, draws_layout *layout);
int ipsim_draws_find_column(const ipsim_csv *csv, const char *wanted, const char *const *usual);
extern const char *const ipsim_draws_usual_draw[];

/* draws_index.c */
bool ipsim_draws_index(draws_reader *r, const ipsim_csv *csv, int column, draw_index *index);

/* draws_parameters.c */
bool ipsim_draws_read_parameters(draws_reader *r, const char *path, const draw_index *draws);
bool ipsim_draws_take_parameters(draws_reader *r, draws_layout *layout, const draw_index *draws);

#endif
