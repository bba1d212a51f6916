/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seats for the people of a block: in order of subgroup, every combination of subgroups in whole vectors. */
#include <stdlib.h>
#include <string.h>

#include "tally.h"

/* Dimensions share a view while they have at most this many combinations: more would leave too few people in each. */
enum { COMBINATIONS_MAX = 32 };

static size_t whole(size_t n)
{
    return (n + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES;
}

static void view_clear(struct ipsim_people_view *view)
{
    free(view->attribute);
    free(view->n_levels);
    free(view->first_group);
    free(view->order);
    free(view->stretches);
    free(view->groups);
    free(view->count);
    free(view->combination);
}

static bool view_init(struct ipsim_people_view *view, const ipsim_grouping *grouping, size_t first, size_t n, size_t capacity,
                      size_t n_seats, bool ordered)
{
    view->n_dimensions = n;
    view->attribute = calloc(n + 1, sizeof *view->attribute);
    view->n_levels = calloc(n + 1, sizeof *view->n_levels);
    view->first_group = calloc(n + 1, sizeof *view->first_group);
    view->n_combinations = 1;
    for (size_t d = 0; view->attribute && view->n_levels && view->first_group && d < n; d++) {
        view->attribute[d] = grouping->attribute[first + d];
        view->n_levels[d] = grouping->n_levels[first + d];
        view->first_group[d] = grouping->first[first + d];
        view->n_combinations *= view->n_levels[d];
    }
    size_t n_places = whole(capacity + view->n_combinations * (IPSIM_LANES - 1));
    view->stretches = calloc(view->n_combinations, sizeof *view->stretches);
    view->groups = calloc(view->n_combinations * (n + 1), sizeof *view->groups);
    view->count = calloc(view->n_combinations + 1, sizeof *view->count);
    /* Of each person, and in a view of other dimensions than the seats are sorted by of each seat: those may have more padding than its own
     * places, having more combinations. */
    view->combination = calloc(n_places > n_seats ? n_places : n_seats, sizeof *view->combination);
    view->order = ordered ? ipsim_simd_alloc(n_places, sizeof *view->order) : NULL;
    return view->attribute && view->n_levels && view->first_group && view->stretches && view->groups && view->count && view->combination &&
           (view->order || !ordered);
}

/* How many dimensions, from one on, share a view; at least one, if there is any. */
static size_t n_sharing(const ipsim_grouping *grouping, size_t first, size_t *n_combinations)
{
    size_t n = 0;
    *n_combinations = 1;
    while (first + n < grouping->n_dimensions && (n == 0 || *n_combinations * grouping->n_levels[first + n] <= COMBINATIONS_MAX))
        *n_combinations *= grouping->n_levels[first + n++];
    return n;
}

/* Of each batch: people sorted by combination are padded once for each combination, and once more where a batch ends within one. */
static size_t n_seats_for(size_t persons, size_t n_batches, const ipsim_grouping *grouping)
{
    size_t n_combinations;
    n_sharing(grouping, 0, &n_combinations);
    size_t padded = persons + (n_combinations + n_batches) * (IPSIM_LANES - 1);
    return whole((padded + n_batches - 1) / n_batches);
}

ipsim_people *ipsim_people_create(size_t persons, size_t n_batches, size_t n_attributes, const ipsim_grouping *grouping)
{
    ipsim_people *people = calloc(1, sizeof *people);
    if (!people)
        return NULL;
    size_t n_seats = n_seats_for(persons, n_batches, grouping), capacity = persons < n_seats ? persons : n_seats;
    people->capacity = capacity;
    people->n_attributes = n_attributes;
    people->n_dimensions = grouping->n_dimensions;
    people->views = calloc(grouping->n_dimensions + 1, sizeof *people->views);
    bool ok = people->views != NULL;
    for (size_t first = 0, n = 0; ok && (first < grouping->n_dimensions || people->n_views == 0); first += n) {
        size_t n_combinations;
        n = n_sharing(grouping, first, &n_combinations);
        ok = view_init(&people->views[people->n_views], grouping, first, n, capacity, n_seats, people->n_views > 0);
        people->n_views++;
    }
    if (ok) {
        people->stride = n_seats + IPSIM_LANES;
        people->person = ipsim_simd_alloc(people->stride, sizeof *people->person);
        people->tile_first = ipsim_simd_alloc(people->stride, sizeof *people->tile_first);
        people->tile_lanes = ipsim_simd_alloc(people->stride, sizeof *people->tile_lanes);
        people->attributes = ipsim_simd_alloc(people->stride * n_attributes, sizeof *people->attributes);
    }
    if (!ok || !people->person || !people->tile_first || !people->tile_lanes || !people->attributes) {
        ipsim_people_free(people);
        return NULL;
    }
    return people;
}

void ipsim_people_free(ipsim_people *people)
{
    if (!people)
        return;
    for (size_t i = 0; people->views && i < people->n_views; i++)
        view_clear(&people->views[i]);
    free(people->views);
    free(people->person);
    free(people->tile_first);
    free(people->tile_lanes);
    free(people->attributes);
    free(people);
}

/* Counts the combinations and lays out their stretches; view->count then says where the next one of each goes. */
static void lay_out(struct ipsim_people_view *view)
{
    size_t place = 0;
    view->n_stretches = 0;
    for (size_t c = 0; c < view->n_combinations; c++) {
        size_t n = view->count[c], rest = c;
        view->count[c] = place;
        if (n == 0)
            continue;
        people_stretch *stretch = &view->stretches[view->n_stretches];
        *stretch = (people_stretch){.first = place,
                                    .n = whole(n),
                                    .persons = (int64_t)n,
                                    .combination = c,
                                    .group = view->groups + view->n_stretches * view->n_dimensions};
        for (size_t d = view->n_dimensions; d-- > 0; rest /= view->n_levels[d])
            stretch->group[d] = view->first_group[d] + (uint32_t)(rest % view->n_levels[d]);
        place += whole(n);
        view->n_stretches++;
    }
    view->n_places = place;
}

static size_t combination_of(const struct ipsim_people_view *view, const double *attributes, size_t stride)
{
    size_t c = 0;
    for (size_t d = 0; d < view->n_dimensions; d++)
        c = c * view->n_levels[d] + (size_t)attributes[view->attribute[d] * stride];
    return c;
}

static void seat_in_order(ipsim_people *people, struct ipsim_people_view *view)
{
    memset(view->count, 0, view->n_combinations * sizeof *view->count);
    for (size_t slot = 0; slot < people->n_slots; slot++)
        if (people->person[slot] >= 0) {
            view->combination[slot] = combination_of(view, people->attributes + slot, people->stride);
            view->count[view->combination[slot]]++;
        }
    lay_out(view);
    for (size_t i = 0; i < view->n_places; i++)
        view->order[i] = (int64_t)(people->stride - IPSIM_LANES);
    for (size_t slot = 0; slot < people->n_slots; slot++)
        if (people->person[slot] >= 0)
            view->order[view->count[view->combination[slot]]++] = (int64_t)slot;
}

static void lay_tile(ipsim_people *people, size_t first, size_t n)
{
    for (size_t slot = first; slot < first + n; slot++) {
        people->tile_first[slot] = (int64_t)first;
        people->tile_lanes[slot] = (int64_t)n;
    }
}

static void lay_tiles(ipsim_people *people, const struct ipsim_people_view *view)
{
    for (const people_stretch *s = view->stretches; s < view->stretches + view->n_stretches; s++)
        for (size_t done = 0; done < s->n; done += IPSIM_TILE)
            lay_tile(people, s->first + done, s->n - done < IPSIM_TILE ? s->n - done : IPSIM_TILE);
    lay_tile(people, people->n_slots, people->stride - people->n_slots); /* of nobody */
}

bool ipsim_people_sort(const ipsim_people *people, size_t n, const double *attributes, int64_t *which)
{
    const struct ipsim_people_view *view = &people->views[0];
    size_t *next = calloc(view->n_combinations + 1, sizeof *next);
    if (!next)
        return false;
    for (size_t i = 0; i < n; i++)
        next[combination_of(view, attributes + i * people->n_attributes, 1) + 1]++;
    for (size_t c = 0; c < view->n_combinations; c++)
        next[c + 1] += next[c];
    for (size_t i = 0; i < n; i++)
        which[next[combination_of(view, attributes + i * people->n_attributes, 1)]++] = (int64_t)i;
    free(next);
    return true;
}

size_t ipsim_people_fit(ipsim_people *people, size_t n, const int64_t *which, const double *attributes)
{
    struct ipsim_people_view *view = &people->views[0];
    size_t n_seats = people->stride - IPSIM_LANES, taken = 0, fit = 0;
    memset(view->count, 0, view->n_combinations * sizeof *view->count);
    for (; fit < n && fit < people->capacity; fit++) {
        size_t *count = &view->count[combination_of(view, attributes + (size_t)which[fit] * people->n_attributes, 1)];
        if (*count % IPSIM_LANES == 0 && taken == n_seats)
            break;
        taken += *count % IPSIM_LANES == 0 ? IPSIM_LANES : 0;
        ++*count;
    }
    return fit;
}

void ipsim_people_seat(ipsim_people *people, int64_t first, size_t n, const int64_t *which, const double *attributes)
{
    struct ipsim_people_view *view = &people->views[0];
    ipsim_bug_assert(n <= people->capacity);
    memset(view->count, 0, view->n_combinations * sizeof *view->count);
    for (size_t i = 0; i < n; i++) {
        size_t row = which ? (size_t)which[i] : i;
        view->combination[i] = combination_of(view, attributes + row * people->n_attributes, 1);
        view->count[view->combination[i]]++;
    }
    lay_out(view);
    ipsim_bug_assert(view->n_places + IPSIM_LANES <= people->stride);
    people->n_persons = n;
    people->n_slots = view->n_places;
    lay_tiles(people, view);
    memset(people->attributes, 0, people->stride * people->n_attributes * sizeof *people->attributes);
    for (size_t slot = 0; slot < people->stride; slot++)
        people->person[slot] = -1;
    for (size_t i = 0; i < n; i++) {
        size_t slot = view->count[view->combination[i]]++, row = which ? (size_t)which[i] : i;
        people->person[slot] = first + (int64_t)row;
        for (size_t a = 0; a < people->n_attributes; a++)
            people->attributes[a * people->stride + slot] = attributes[row * people->n_attributes + a];
    }
    for (size_t i = 1; i < people->n_views; i++)
        seat_in_order(people, &people->views[i]);
}
