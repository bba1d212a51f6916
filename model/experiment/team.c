/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_private.h"

#include <stdio.h>

/* What a member sends: 0, its units, its sums; or 1 and why there are none. */
static void put_message(const run *job, ipsim_status status, ipsim_bytes *out)
{
    ipsim_bytes_put_32(out, status != IPSIM_OK);
    if (status != IPSIM_OK) {
        ipsim_error none = {.status = status};
        ipsim_bytes_put(out, job->errors->count > 0 ? &job->errors->items[0] : &none, sizeof none);
        return;
    }
    ipsim_bytes list = {0};
    ipsim_units_pack(&job->total->units, &list);
    ipsim_bytes_put_64(out, list.size);
    ipsim_bytes_put(out, list.data, list.size);
    out->out_of_memory |= list.out_of_memory || !ipsim_part_pack(job->total, out);
    ipsim_bytes_clear(&list);
}

static bool take_message(void *data, const void *bytes, size_t size)
{
    run *job = data;
    ipsim_reader reader = ipsim_reader_of(bytes, size);
    if (ipsim_reader_get_32(&reader) != 0) {
        ipsim_error err;
        ipsim_reader_get(&reader, &err, sizeof err);
        ipsim_error_add_copy(job->errors, &err);
        return true;
    }
    unit_set units = {0};
    uint64_t list = ipsim_reader_get_64(&reader);
    ipsim_units_unpack(&units, &reader);
    experiment_part *part = ipsim_part_create(&job->w);
    bool ok = part && !reader.bad && list > 0 && ipsim_part_unpack(part, reader.at, (size_t)(reader.end - reader.at));
    if (ok)
        ipsim_units_merge(&part->units, &units);
    ok = ok && !ipsim_units_overlap(&job->total->units, &part->units) && ipsim_part_merge(job->total, part);
    ipsim_part_free(part);
    ipsim_units_clear(&units);
    return ok;
}

ipsim_status ipsim_team_gather(run *job, ipsim_status status)
{
    const ipsim_team *team = job->options->team;
    if (ipsim_run_is_stopped(job))
        return status; /* each member keeps its own journal, and nobody waits for anybody */
    ipsim_bytes message = {0};
    if (team->member > 0)
        put_message(job, status, &message);
    bool ok = !message.out_of_memory && team->gather(team->data, message.data, message.size, take_message, job);
    ipsim_bytes_clear(&message);
    if (team->member > 0)
        ipsim_part_clear(job->total); /* member 0 has it now */
    if (status == IPSIM_OK && !ok && !ipsim_run_is_stopped(job))
        return ipsim_error_add(job->errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "the results of the ranks could not be gathered");
    return status == IPSIM_OK ? ipsim_error_list_status(job->errors) : status;
}

/* What a member that cannot begin has to say; IPSIM_OK: nothing. */
static void put_reason(const run *job, ipsim_status status, ipsim_bytes *out)
{
    ipsim_error reason = {.status = status};
    if (status != IPSIM_OK && job->errors->count > 0) {
        const ipsim_error *own = &job->errors->items[0];
        reason = *own;
        snprintf(reason.message, sizeof reason.message, "rank %d: %.*s", job->options->team->member, (int)sizeof own->message - 16,
                 own->message);
    }
    ipsim_bytes_put(out, &reason, sizeof reason);
}

static bool take_reason(void *data, const void *bytes, size_t size)
{
    run *job = data;
    ipsim_error reason;
    ipsim_reader reader = ipsim_reader_of(bytes, size);
    ipsim_reader_get(&reader, &reason, sizeof reason);
    if (!reader.bad && reason.status != IPSIM_OK)
        ipsim_error_add_copy(job->errors, &reason);
    return !reader.bad;
}

ipsim_status ipsim_team_begin(run *job, ipsim_status status, int64_t *goal)
{
    const ipsim_team *team = job->options->team;
    if (team->all_fine(team->data, status == IPSIM_OK)) {
        *goal = team->agree(team->data, job->w.persons);
        return status;
    }
    *goal = 0;
    if (ipsim_run_is_stopped(job))
        return status;
    ipsim_bytes message = {0};
    if (team->member > 0)
        put_reason(job, status, &message);
    bool told = !message.out_of_memory && team->gather(team->data, message.data, message.size, take_reason, job);
    ipsim_bytes_clear(&message);
    if (status == IPSIM_OK && (team->member > 0 || !told || job->errors->count == 0))
        return ipsim_error_add(job->errors, IPSIM_ERR_FILE, (ipsim_origin){0}, "another rank could not begin; nothing was simulated");
    return status == IPSIM_OK ? ipsim_error_list_status(job->errors) : status;
}
