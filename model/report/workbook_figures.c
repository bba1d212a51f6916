/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_figures: results and differences by name. See workbook_parts.h. */
#include <math.h>
#include <string.h>

#include "workbook_parts.h"

/* FNV-1a over the words of a key, each with its end. */
static uint64_t hash_word(uint64_t hash, const char *word)
{
    do {
        hash = (hash ^ (unsigned char)*word) * UINT64_C(0x100000001b3);
    } while (*word++ != '\0');
    return hash;
}

static uint64_t hash_of(const char *scenario, const char *outcome, const char *payer, const char *discounted, double year)
{
    uint64_t bits, hash = UINT64_C(0xcbf29ce484222325);
    memcpy(&bits, &year, sizeof bits);
    hash = hash_word(hash, scenario);
    hash = hash_word(hash, outcome);
    hash = hash_word(hash, payer);
    hash = hash_word(hash, discounted);
    hash = (hash ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

bool ipsim_workbook_figures_open(ipsim_arena *arena, const ipsim_table *table, workbook_figures *out)
{
    *out = (workbook_figures){.mask = 63};
    if (!ipsim_summary_figures_open(arena, table, &out->rows) || table->n_rows >= UINT32_MAX) {
        return false;
    }
    const ipsim_summary_figures *f = &out->rows;
    while (out->mask < 2 * f->n_rows) {
        out->mask = 2 * out->mask + 1;
    }
    out->slots = ipsim_arena_alloc(arena, out->mask + 1, sizeof *out->slots);
    for (size_t i = 0; out->slots != NULL && i < f->n_rows; i++) {
        size_t row = f->rows[i];
        uint64_t at = hash_of(ipsim_summary_text_at(f->scenario, row), ipsim_summary_text_at(f->outcome, row),
                              ipsim_summary_text_at(f->payer, row), ipsim_summary_text_at(f->discounted, row), f->year->real[row]);
        while (out->slots[at & out->mask] != 0) {
            at++;
        }
        out->slots[at & out->mask] = (uint32_t)row + 1;
    }
    return out->slots != NULL;
}

ipsim_summary_figure ipsim_workbook_find(const workbook_figures *figures, const char *scenario, const char *outcome, const char *payer,
                                         bool discounted, double year)
{
    const ipsim_summary_figures *f = &figures->rows;
    const char *yes = discounted ? "yes" : "no";
    if (figures->slots == NULL) {
        return (ipsim_summary_figure){false, NAN, NAN};
    }
    for (uint64_t at = hash_of(scenario, outcome, payer, yes, year);; at++) {
        uint32_t slot = figures->slots[at & figures->mask];
        if (slot == 0) {
            return (ipsim_summary_figure){false, NAN, NAN};
        }
        size_t row = slot - 1;
        if (f->year->real[row] == year && strcmp(ipsim_summary_text_at(f->outcome, row), outcome) == 0 &&
            strcmp(ipsim_summary_text_at(f->payer, row), payer) == 0 && strcmp(ipsim_summary_text_at(f->scenario, row), scenario) == 0 &&
            strcmp(ipsim_summary_text_at(f->discounted, row), yes) == 0) {
            return (ipsim_summary_figure){true, f->estimate->real[row], f->mcse->real[row]};
        }
    }
}
