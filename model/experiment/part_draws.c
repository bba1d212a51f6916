/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The draws of a part. While blocks of a draw are missing its exact sums are kept, in whatever order they come; the last one turns them into
 * doubles, which are therefore the same however the blocks were dealt. */
#include <stdlib.h>

#include "part.h"

static bool is_complete(const experiment_part *part, size_t draw)
{
    return ipsim_units_have_all(&part->units, (unit_range){(int64_t)draw * part->blocks, (int64_t)(draw + 1) * part->blocks});
}

static bool finish(experiment_part *part, size_t draw, const experiment_sums *sums)
{
    part->draws[draw].done = ipsim_kept_of(part->keep, sums);
    ipsim_experiment_sums_merge(part->e, part->sums, sums);
    return part->draws[draw].done != NULL;
}

bool ipsim_part_add_draw(experiment_part *part, const experiment_sums *sums, size_t draw)
{
    draw_state *state = &part->draws[draw];
    bool complete = is_complete(part, draw);
    if (complete && !state->open)
        return finish(part, draw, sums); /* all of it at once: nothing to merge */
    if (!state->open)
        state->open = ipsim_experiment_sums_create(part->e);
    if (!state->open)
        return false;
    ipsim_experiment_sums_merge(part->e, state->open, sums);
    if (!complete)
        return true;
    bool ok = finish(part, draw, state->open);
    ipsim_experiment_sums_free(state->open);
    state->open = NULL;
    return ok;
}

/* What is complete in `from` is in its sums, which have been merged. */
bool ipsim_part_merge_draws(experiment_part *into, const experiment_part *from)
{
    for (size_t draw = 0; draw < from->n_replicates; draw++) {
        const draw_state *state = &from->draws[draw];
        if (state->done && !(into->draws[draw].done = ipsim_kept_copy(into->keep, state->done)))
            return false;
        if (state->open && !ipsim_part_add_draw(into, state->open, draw))
            return false;
    }
    return true;
}

void ipsim_part_forget_draws(experiment_part *part)
{
    for (size_t draw = 0; part->draws && draw < part->n_replicates; draw++) {
        ipsim_experiment_sums_free(part->draws[draw].open);
        free(part->draws[draw].done);
        part->draws[draw] = (draw_state){0};
    }
}
