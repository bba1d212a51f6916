/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the fast engine keeps a block while it is at work: engines of several models take turns in one room, which then stays in the cache. */
#include <stdlib.h>

#include "fast.h"

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t most_risks_of_a_state(const ipsim_compiled_model *model)
{
    size_t most = 0;
    for (size_t s = 0; s < model->n_states; s++)
        most = larger(most, model->first_risk[s + 1] - model->first_risk[s]);
    return most;
}

ipsim_fast_room *ipsim_fast_room_create(const ipsim_compiled_model *const *models, size_t n_models, size_t stride)
{
    ipsim_fast_room *room = calloc(1, sizeof *room);
    if (!room)
        return NULL;
    for (size_t i = 0; i < n_models; i++) {
        room->n_risks = larger(room->n_risks, models[i]->n_risks);
        room->n_risks_of_state = larger(room->n_risks_of_state, most_risks_of_a_state(models[i]));
        room->n_states = larger(room->n_states, models[i]->n_states);
        room->n_streams = larger(room->n_streams, models[i]->n_streams);
        room->n_events = larger(room->n_events, models[i]->n_events);
        room->n_clocks = larger(room->n_clocks, models[i]->n_clocks);
    }
    room->stride = stride;
    room->now = ipsim_simd_alloc(stride, sizeof *room->now);
    room->origin = ipsim_simd_alloc(room->n_clocks * stride, sizeof *room->origin);
    room->budget = ipsim_simd_alloc((room->n_streams + 1) * stride, sizeof *room->budget);
    room->renewed = ipsim_simd_alloc((room->n_streams + 1) * stride, sizeof *room->renewed);
    room->durations = ipsim_simd_alloc((room->n_events + 1) * stride, sizeof *room->durations);
    room->lanes = ipsim_simd_alloc(3 * room->n_risks_of_state * IPSIM_CHUNK, sizeof *room->lanes);
    room->multipliers = ipsim_simd_alloc(room->n_risks * stride, sizeof *room->multipliers);
    room->list = calloc(room->n_states + 1, sizeof *room->list);
    room->n_list = calloc(room->n_states + 1, sizeof *room->n_list);
    bool ok = room->now && room->origin && room->budget && room->renewed && room->durations && room->lanes && room->multipliers &&
              room->list && room->n_list;
    for (size_t s = 0; ok && s < room->n_states + 1; s++)
        ok = (room->list[s] = ipsim_simd_alloc(stride, sizeof **room->list)) != NULL;
    if (!ok) {
        ipsim_fast_room_free(room);
        return NULL;
    }
    return room;
}

void ipsim_fast_room_free(ipsim_fast_room *room)
{
    if (!room)
        return;
    for (size_t s = 0; room->list && s < room->n_states + 1; s++)
        free(room->list[s]);
    free(room->now);
    free(room->origin);
    free(room->budget);
    free(room->renewed);
    free(room->durations);
    free(room->lanes);
    free(room->multipliers);
    free(room->list);
    free(room->n_list);
    free(room);
}

bool ipsim_fast_room_fits(const ipsim_fast_room *room, const ipsim_compiled_model *model)
{
    return model->n_risks <= room->n_risks && most_risks_of_a_state(model) <= room->n_risks_of_state && model->n_states <= room->n_states &&
           model->n_streams <= room->n_streams && model->n_events <= room->n_events && model->n_clocks <= room->n_clocks;
}
