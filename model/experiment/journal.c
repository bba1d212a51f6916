/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal_file.h"

struct journal {
    const ipsim_run_options *options;
    journal_file file;
    int64_t goal, goal_written;
};

/* ---- what a journal holds ---- */

/* "units 0 to 99, 120 to 130" */
static void name_units(const unit_set *units, char *buffer, size_t size)
{
    size_t used = (size_t)snprintf(buffer, size, units->count > 0 ? "units" : "units unknown");
    for (size_t i = 0; i < units->count && used + 64 < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s %" PRId64 " to %" PRId64, i ? "," : "", units->ranges[i].first,
                                 units->ranges[i].end - 1);
}

typedef struct replay {
    const journal_file *file;
    const char *path;
    experiment_part *done, *scratch; /* scratch NULL: only the end of the good records is wanted */
    int64_t *goal;
    int64_t end;
} replay;

static ipsim_status take_record(replay *p, record *r, ipsim_error *err)
{
    char units[300];
    name_units(&r->units, units, sizeof units);
    if (r->kind == RECORD_GOAL && r->payload_size == 8) {
        ipsim_reader reader = ipsim_reader_of(r->payload, r->payload_size);
        *p->goal = (int64_t)ipsim_reader_get_64(&reader);
        return IPSIM_OK;
    }
    if (r->kind != RECORD_PART || ipsim_units_overlap(&p->done->units, &r->units) ||
        !ipsim_part_unpack(p->scratch, r->payload, r->payload_size)) {
        ipsim_journal_file_tell(
            p->file, "%s: the record at byte %" PRId64 " (%s) does not fit the others; it is left out and its units are simulated again",
            p->path, r->offset, units);
        return IPSIM_OK;
    }
    ipsim_units_merge(&p->scratch->units, &r->units);
    return ipsim_part_merge(p->done, p->scratch) ? IPSIM_OK : ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
}

static ipsim_status read_records(FILE *stream, replay *p, ipsim_error *err)
{
    record r = {0};
    ipsim_status status = IPSIM_OK;
    p->end = (int64_t)ftello(stream);
    for (record_reading reading; status == IPSIM_OK && (reading = ipsim_record_next(stream, &r)) != RECORD_END;) {
        char units[300];
        name_units(&r.units, units, sizeof units);
        if (reading == RECORD_NO_MEMORY)
            status = ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
        else if (reading == RECORD_GOOD && p->scratch)
            status = take_record(p, &r, err);
        else if (reading == RECORD_DAMAGED && p->scratch)
            ipsim_journal_file_tell(p->file, "%s: the record at byte %" PRId64 " (%s) is damaged; its units are simulated again", p->path,
                                    r.offset, units);
        else if (reading == RECORD_TRUNCATED && p->scratch)
            ipsim_journal_file_tell(p->file, "%s: the record at byte %" PRId64 " is cut short or damaged; its units are simulated again",
                                    p->path, r.offset);
        if (reading != RECORD_TRUNCATED)
            p->end = r.end;
    }
    ipsim_record_clear(&r);
    return status;
}

/* Head and records of one file. */
static ipsim_status read_journal(FILE *stream, replay *p, const char *identity, bool *empty, ipsim_error *err)
{
    ipsim_status status = ipsim_journal_file_read_head(p->file, stream, p->path, identity, empty, err);
    p->end = 0;
    return status == IPSIM_OK && !*empty ? read_records(stream, p, err) : status;
}

/* The journals of the other ranks, whatever number of them there were. false: none. */
static bool find_ranks(const char *path, glob_t *found)
{
    char pattern[4096];
    size_t used = 0;
    for (const char *c = path; *c && used + 16 < sizeof pattern; c++) {
        if (strchr("*?[]\\", *c))
            pattern[used++] = '\\';
        pattern[used++] = *c;
    }
    snprintf(pattern + used, sizeof pattern - used, ".rank*");
    return glob(pattern, 0, NULL, found) == 0;
}

static ipsim_status read_ranks(replay *p, const char *path, const char *identity, ipsim_error *err)
{
    glob_t found;
    ipsim_status status = IPSIM_OK;
    if (!find_ranks(path, &found))
        return IPSIM_OK;
    for (size_t i = 0; status == IPSIM_OK && i < found.gl_pathc; i++) {
        bool empty;
        FILE *stream = fopen(found.gl_pathv[i], "re");
        p->path = found.gl_pathv[i];
        status = stream ? read_journal(stream, p, identity, &empty, err)
                        : ipsim_journal_file_error(err, p->path, "the journal cannot be read", errno);
        if (stream)
            fclose(stream);
    }
    globfree(&found);
    return status;
}

/* ---- opening ---- */

static ipsim_status open_and_read(journal *j, int member, const char *identity, experiment_part *done, experiment_part *scratch,
                                  int64_t *goal, ipsim_error *err)
{
    bool created, empty = false;
    ipsim_status status = ipsim_journal_file_open(&j->file, j->options->resume || member > 0, &created, err);
    if (status != IPSIM_OK)
        return status;
    replay p = {.file = &j->file, .path = j->file.path, .done = done, .scratch = member == 0 ? scratch : NULL, .goal = goal};
    if (!created)
        status = read_journal(j->file.stream, &p, identity, &empty, err);
    j->file.end = p.end;
    if (status == IPSIM_OK && (created || empty))
        status = ipsim_journal_file_begin(&j->file, identity, err);
    else if (status == IPSIM_OK)
        status = ipsim_journal_file_mend(&j->file, err);
    return status == IPSIM_OK && member == 0 ? read_ranks(&p, j->file.path, identity, err) : status;
}

ipsim_status ipsim_journal_open(const ipsim_run_options *options, int member, const char *identity, experiment_part *done, int64_t *goal,
                                journal **out, ipsim_error *err)
{
    *out = NULL;
    *goal = 0;
    journal *j = calloc(1, sizeof *j);
    experiment_part *scratch = j ? ipsim_part_create_like(done) : NULL;
    if (!scratch || asprintf(&j->file.path, member > 0 ? "%s.rank%d" : "%s", options->journal, member) < 0) {
        ipsim_part_free(scratch);
        free(j);
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    j->options = options;
    j->file.note = options->note;
    j->file.note_data = options->note_data;
    ipsim_status status = open_and_read(j, member, identity, done, scratch, goal, err);
    ipsim_part_free(scratch);
    if (status != IPSIM_OK) {
        ipsim_journal_close(j);
        return status;
    }
    j->goal = j->goal_written = *goal;
    *out = j;
    return IPSIM_OK;
}

bool ipsim_journal_is_due(const journal *j)
{
    return ipsim_journal_file_is_due(&j->file);
}

static void put_goal(journal *j, ipsim_bytes *bytes)
{
    ipsim_bytes payload = {0};
    unit_set none = {0};
    ipsim_bytes_put_64(&payload, (uint64_t)j->goal);
    ipsim_record_put(bytes, RECORD_GOAL, &none, &payload);
    ipsim_bytes_clear(&payload);
}

ipsim_status ipsim_journal_append(journal *j, const experiment_part *part)
{
    if (part->units.count == 0)
        return IPSIM_OK;
    ipsim_bytes payload = {0}, bytes = {0};
    double start = ipsim_journal_file_now();
    if (!ipsim_part_pack(part, &payload))
        payload.out_of_memory = true;
    if (j->goal != j->goal_written)
        put_goal(j, &bytes);
    ipsim_record_put(&bytes, RECORD_PART, &part->units, &payload);
    ipsim_status status = ipsim_journal_file_append(&j->file, &bytes, start);
    if (status == IPSIM_OK)
        j->goal_written = j->goal;
    ipsim_bytes_clear(&payload);
    ipsim_bytes_clear(&bytes);
    return status;
}

void ipsim_journal_set_goal(journal *j, int64_t persons)
{
    j->goal = persons;
}

const ipsim_error *ipsim_journal_failure(const journal *j)
{
    return &j->file.failure;
}

void ipsim_journal_close(journal *j)
{
    if (!j)
        return;
    ipsim_journal_file_close(&j->file);
    free(j);
}

void ipsim_run_remove_journal(const char *path)
{
    glob_t found;
    unlink(path);
    if (find_ranks(path, &found)) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            unlink(found.gl_pathv[i]);
        globfree(&found);
    }
}
