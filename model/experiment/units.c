/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "units.h"

#include <stdlib.h>
#include <string.h>

#include "ipsim/wide.h"

void ipsim_units_clear(unit_set *set)
{
    free(set->ranges);
    *set = (unit_set){0};
}

void ipsim_units_empty(unit_set *set)
{
    set->count = 0;
}

static bool make_room(unit_set *set)
{
    if (set->out_of_memory)
        return false;
    if (set->count < set->capacity)
        return true;
    size_t capacity = 2 * set->capacity + 8;
    unit_range *grown = realloc(set->ranges, capacity * sizeof *grown);
    if (!grown) {
        set->out_of_memory = true;
        return false;
    }
    set->ranges = grown;
    set->capacity = capacity;
    return true;
}

/* The first range that ends at or after a unit: the place where a range that begins there belongs. */
static size_t place_of(const unit_set *set, int64_t unit)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->ranges[middle].end < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void ipsim_units_add(unit_set *set, unit_range range)
{
    if (range.first >= range.end)
        return;
    size_t at = place_of(set, range.first), last = at;
    while (last < set->count && set->ranges[last].first <= range.end)
        last++;
    if (last == at) {
        if (!make_room(set))
            return;
        memmove(&set->ranges[at + 1], &set->ranges[at], (set->count - at) * sizeof *set->ranges);
        set->ranges[at] = range;
        set->count++;
        return;
    }
    if (range.first < set->ranges[at].first)
        set->ranges[at].first = range.first;
    int64_t end = set->ranges[last - 1].end > range.end ? set->ranges[last - 1].end : range.end;
    set->ranges[at].end = end;
    memmove(&set->ranges[at + 1], &set->ranges[last], (set->count - last) * sizeof *set->ranges);
    set->count -= last - at - 1;
}

void ipsim_units_merge(unit_set *into, const unit_set *from)
{
    for (size_t i = 0; i < from->count; i++)
        ipsim_units_add(into, from->ranges[i]);
    into->out_of_memory |= from->out_of_memory;
}

int64_t ipsim_units_count(const unit_set *set)
{
    int64_t count = 0;
    for (size_t i = 0; i < set->count; i++)
        count += set->ranges[i].end - set->ranges[i].first;
    return count;
}

bool ipsim_units_overlap(const unit_set *a, const unit_set *b)
{
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->ranges[i].first < b->ranges[j].end && b->ranges[j].first < a->ranges[i].end)
            return true;
        if (a->ranges[i].end < b->ranges[j].end)
            i++;
        else
            j++;
    }
    return false;
}

unit_range ipsim_units_first_gap(const unit_set *set, unit_range within)
{
    for (size_t i = place_of(set, within.first); i < set->count && within.first < within.end; i++) {
        if (set->ranges[i].first > within.first)
            return (unit_range){within.first, set->ranges[i].first < within.end ? set->ranges[i].first : within.end};
        if (set->ranges[i].end > within.first)
            within.first = set->ranges[i].end < within.end ? set->ranges[i].end : within.end;
    }
    return within;
}

bool ipsim_units_have_all(const unit_set *set, unit_range wanted)
{
    unit_range gap = ipsim_units_first_gap(set, wanted);
    return gap.first >= gap.end;
}

unit_range ipsim_units_of_shard(int64_t n_units, int64_t shard, int64_t n_shards)
{
    return (unit_range){(int64_t)((ipsim_wide128)n_units * (shard - 1) / n_shards), (int64_t)((ipsim_wide128)n_units * shard / n_shards)};
}

void ipsim_units_pack(const unit_set *set, ipsim_bytes *bytes)
{
    ipsim_bytes_put_64(bytes, set->count);
    for (size_t i = 0; i < set->count; i++) {
        ipsim_bytes_put_64(bytes, (uint64_t)set->ranges[i].first);
        ipsim_bytes_put_64(bytes, (uint64_t)set->ranges[i].end);
    }
}

void ipsim_units_unpack(unit_set *set, ipsim_reader *reader)
{
    ipsim_units_empty(set);
    int64_t last = -1;
    for (uint64_t n = ipsim_reader_get_64(reader); n > 0 && !reader->bad; n--) {
        unit_range range;
        range.first = (int64_t)ipsim_reader_get_64(reader);
        range.end = (int64_t)ipsim_reader_get_64(reader);
        if (range.first <= last || range.end <= range.first)
            reader->bad = true;
        else
            ipsim_units_add(set, range);
        last = range.end;
    }
}
