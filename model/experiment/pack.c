/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sums of a part as bytes. They are bound to one set of scenarios: only where the layout of the sums is the same do the bytes mean
 * anything, which the text in front of every file makes sure of (identity.c). */
#include <stdlib.h>

#include "part.h"

static void put_whole(ipsim_bytes *bytes, int64_t value)
{
    const uint64_t limb = (uint64_t)value;
    ipsim_bytes_put_integer(bytes, &limb, 1);
}

static int64_t get_whole(ipsim_reader *reader)
{
    uint64_t limb;
    ipsim_reader_get_integer(reader, &limb, 1);
    return (int64_t)limb;
}

static void put_sums(const experiment *e, const experiment_sums *sums, ipsim_bytes *bytes)
{
    size_t n_attributes = e->scenarios[0]->n_attributes;
    ipsim_ledger_pack(sums->ledger, bytes);
    for (size_t i = 0; i < ipsim_experiment_moves_offset(e, e->n_models); i++)
        put_whole(bytes, sums->moves[i]);
    for (size_t i = 0; i < n_attributes * ipsim_experiment_levels_stride(e); i++)
        put_whole(bytes, sums->level_count[i]);
    for (size_t a = 0; a < n_attributes; a++) {
        ipsim_bytes_put_128(bytes, sums->attribute_x[a]);
        ipsim_bytes_put_integer(bytes, sums->attribute_xx[a].limb, 3);
    }
    put_whole(bytes, sums->firings);
    put_whole(bytes, sums->persons);
}

static void get_sums(const experiment *e, experiment_sums *sums, ipsim_reader *reader)
{
    size_t n_attributes = e->scenarios[0]->n_attributes;
    ipsim_ledger_unpack(sums->ledger, reader);
    for (size_t i = 0; i < ipsim_experiment_moves_offset(e, e->n_models); i++)
        sums->moves[i] = get_whole(reader);
    for (size_t i = 0; i < n_attributes * ipsim_experiment_levels_stride(e); i++)
        sums->level_count[i] = get_whole(reader);
    for (size_t a = 0; a < n_attributes; a++) {
        sums->attribute_x[a] = ipsim_reader_get_128(reader);
        ipsim_reader_get_integer(reader, sums->attribute_xx[a].limb, 3);
    }
    sums->firings = get_whole(reader);
    sums->persons = get_whole(reader);
}

static void put_draws(const experiment_part *part, ipsim_bytes *bytes)
{
    for (size_t draw = 0; draw < part->n_replicates; draw++) {
        const draw_state *state = &part->draws[draw];
        if (!state->done && !state->open)
            continue;
        put_whole(bytes, (int64_t)draw);
        put_whole(bytes, state->done != NULL);
        if (state->done)
            ipsim_kept_pack(part->keep, state->done, bytes);
        else
            put_sums(part->e, state->open, bytes);
    }
}

/* false: memory is short, or the draw is there already. */
static bool get_draw(experiment_part *part, size_t draw, ipsim_reader *reader)
{
    draw_state *state = &part->draws[draw];
    bool done = get_whole(reader) != 0;
    if (state->done || state->open)
        return false;
    if (done)
        state->done = ipsim_kept_create(part->keep);
    else
        state->open = ipsim_experiment_sums_create(part->e);
    if (state->done)
        ipsim_kept_unpack(part->keep, state->done, reader);
    if (state->open)
        get_sums(part->e, state->open, reader);
    return state->done || state->open;
}

bool ipsim_part_pack(const experiment_part *part, ipsim_bytes *out)
{
    ipsim_bytes raw = {0};
    put_sums(part->e, part->sums, &raw);
    for (size_t r = 0; part->replicates && r < part->n_replicates; r++)
        if (part->replicates[r]) {
            put_whole(&raw, (int64_t)r);
            ipsim_ledger_pack(part->replicates[r], &raw);
        }
    if (part->keep)
        put_draws(part, &raw);
    put_whole(&raw, -1); /* no replicate */
    /* The lightest level: most of the gain is in the zeros, and the next level costs twice the time. */
    bool ok = ipsim_bytes_put_deflated(out, &raw, 1);
    ipsim_bytes_clear(&raw);
    return ok;
}

static bool get_part(experiment_part *part, ipsim_reader *reader)
{
    get_sums(part->e, part->sums, reader);
    for (int64_t r = get_whole(reader); r != -1 && !reader->bad; r = get_whole(reader)) {
        if (r < 0 || r >= (int64_t)part->n_replicates)
            return false;
        if (part->keep) {
            if (!get_draw(part, (size_t)r, reader))
                return false;
            continue;
        }
        if (!part->replicates || part->replicates[r])
            return false;
        part->replicates[r] = ipsim_ledger_create(part->e->plan, part->e->n_models, 1);
        if (!part->replicates[r])
            return false;
        ipsim_ledger_unpack(part->replicates[r], reader);
    }
    return !reader->bad && reader->at == reader->end;
}

bool ipsim_part_unpack(experiment_part *part, const void *data, size_t size)
{
    ipsim_reader reader = ipsim_reader_of(data, size);
    void *raw = ipsim_reader_inflate(&reader, &size);
    bool ok = raw != NULL;
    if (ok) {
        ipsim_part_clear(part);
        reader = ipsim_reader_of(raw, size);
        ok = get_part(part, &reader);
    }
    free(raw);
    return ok;
}
