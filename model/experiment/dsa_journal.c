/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsa_journal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity.h"
#include "journal_file.h"

struct dsa_journal {
    journal_file file;
    bool ours; /* it was begun here, or its head is that of this analysis */
    const ipsim_dsa_options *options;
    size_t n_values, n_estimates;
    size_t count, capacity;
    double *points;           /* [point]: values, then estimates */
    size_t n_places, *places; /* a hash table of points + 1; 0: nobody. n_places is a power of 2 */
    ipsim_bytes pending;
    bool written; /* a record was */
};

static size_t n_numbers(const dsa_journal *j)
{
    return j->n_values + 3 * j->n_estimates;
}

/* What decides the estimates of a point; which points there are does not. The order of parameters is part of the formulas. */
static char *identity_of(const dsa_runs_of *of)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    fprintf(stream, "program %s\ncommand dsa\n", of->options->program ? of->options->program : "unknown");
    for (size_t s = 0; s < of->n_scenarios; s++)
        ipsim_identity_put_scenario(stream, of->scenarios[s], true);
    fprintf(stream, "persons %" PRId64 "\nluck seed %" PRIu64 ", replicates %" PRIu32 " to %" PRIu32 "\n", of->outputs->persons,
            of->luck.seed, of->luck.replicate, of->luck.replicate);
    for (size_t i = 0; i < of->outputs->count; i++) {
        const dsa_output *o = &of->outputs->items[i];
        fprintf(stream, "output %s, perspective %s, threshold %.17g for %s\n", o->outcome, o->perspective ? o->perspective : "none",
                o->threshold, of->options->effect ? of->options->effect : "qalys");
    }
    bool failed = ferror(stream) != 0;
    if (fclose(stream) == 0 && !failed)
        return text;
    free(text);
    return NULL;
}

/* ---- what is known ---- */

static double *room_for_point(dsa_journal *j)
{
    if (j->count == j->capacity) {
        size_t capacity = 2 * j->capacity + 64;
        double *grown = realloc(j->points, capacity * n_numbers(j) * sizeof *grown);
        if (!grown)
            return NULL;
        j->points = grown;
        j->capacity = capacity;
    }
    return j->points + j->count++ * n_numbers(j);
}

static ipsim_status take_record(dsa_journal *j, const record *r, ipsim_error *err)
{
    size_t numbers_each = n_numbers(j), n_points = r->payload_size / (8 * numbers_each);
    if (r->kind != RECORD_POINTS || r->payload_size != n_points * 8 * numbers_each) {
        ipsim_journal_file_tell(&j->file, "%s: the record at byte %" PRId64 " does not fit this analysis; its runs are done again",
                                j->file.path, r->offset);
        return IPSIM_OK;
    }
    ipsim_reader reader = ipsim_reader_of(r->payload, r->payload_size);
    for (size_t k = 0; k < n_points; k++) {
        double *numbers = room_for_point(j);
        if (!numbers)
            return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
        for (size_t i = 0; i < numbers_each; i++) {
            uint64_t bits = ipsim_reader_get_64(&reader);
            memcpy(&numbers[i], &bits, sizeof bits);
        }
    }
    return IPSIM_OK;
}

static ipsim_status read_records(dsa_journal *j, ipsim_error *err)
{
    record r = {0};
    ipsim_status status = IPSIM_OK;
    j->file.end = (int64_t)ftello(j->file.stream);
    for (record_reading reading; status == IPSIM_OK && (reading = ipsim_record_next(j->file.stream, &r)) != RECORD_END;) {
        if (reading == RECORD_NO_MEMORY)
            status = ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
        else if (reading == RECORD_GOOD)
            status = take_record(j, &r, err);
        else
            ipsim_journal_file_tell(&j->file, "%s: the record at byte %" PRId64 " is damaged or cut short; its runs are done again",
                                    j->file.path, r.offset);
        if (reading != RECORD_TRUNCATED)
            j->file.end = r.end;
    }
    ipsim_record_clear(&r);
    return status;
}

/* Where the point with these values stands in the hash table, or the empty place that is its own. To the bit: NaN is the base. */
static size_t *place_of(const dsa_journal *j, const double *values)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < j->n_values; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        hash = (hash ^ bits) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32;
    }
    for (size_t i = (size_t)hash & (j->n_places - 1);; i = (i + 1) & (j->n_places - 1))
        if (j->places[i] == 0 || memcmp(j->points + (j->places[i] - 1) * n_numbers(j), values, j->n_values * sizeof *values) == 0)
            return &j->places[i];
}

static ipsim_status make_places(dsa_journal *j, ipsim_error *err)
{
    for (j->n_places = 2; j->n_places < 2 * j->count + 2;)
        j->n_places *= 2;
    j->places = calloc(j->n_places, sizeof *j->places);
    if (!j->places)
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    for (size_t k = 0; k < j->count; k++)
        *place_of(j, j->points + k * n_numbers(j)) = k + 1;
    return IPSIM_OK;
}

bool ipsim_dsa_journal_recall(const dsa_journal *j, dsa_point *point)
{
    size_t found = j ? *place_of(j, point->values) : 0;
    if (found == 0)
        return false;
    for (size_t i = 0; i < j->n_estimates; i++) {
        const double *e = j->points + (found - 1) * n_numbers(j) + j->n_values + 3 * i;
        point->estimates[i] = (dsa_estimate){.value = e[0], .mcse = e[1], .change_mcse = e[2]};
    }
    return true;
}

/* ---- opening ---- */

static ipsim_status open_and_read(dsa_journal *j, const char *identity, ipsim_error *err)
{
    bool created, empty = false;
    ipsim_status status = ipsim_journal_file_open(&j->file, j->options->resume, &created, err);
    if (status == IPSIM_OK && !created)
        status = ipsim_journal_file_read_head(&j->file, j->file.stream, j->file.path, identity, &empty, err);
    if (status == IPSIM_OK && !created && !empty)
        status = read_records(j, err);
    j->ours = status == IPSIM_OK;
    if (status == IPSIM_OK)
        status = created || empty ? ipsim_journal_file_begin(&j->file, identity, err) : ipsim_journal_file_mend(&j->file, err);
    return status == IPSIM_OK ? make_places(j, err) : status;
}

ipsim_status ipsim_dsa_journal_open(const dsa_runs_of *of, dsa_journal **out, ipsim_error *err)
{
    *out = NULL;
    if (!of->options->journal)
        return IPSIM_OK;
    dsa_journal *j = calloc(1, sizeof *j);
    char *identity = identity_of(of);
    if (!j || !identity || (j->file.path = strdup(of->options->journal)) == NULL) {
        free(identity);
        free(j);
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    j->options = of->options;
    j->file.note = of->options->note;
    j->file.note_data = of->options->note_data;
    j->n_values = of->parameters->count;
    j->n_estimates = (of->n_scenarios - 1) * of->outputs->count;
    ipsim_status status = open_and_read(j, identity, err);
    free(identity);
    if (status == IPSIM_OK)
        *out = j;
    else
        ipsim_dsa_journal_close(j);
    return status;
}

/* ---- writing ---- */

static void put_double(ipsim_bytes *bytes, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    ipsim_bytes_put_64(bytes, bits);
}

void ipsim_dsa_journal_add(dsa_journal *j, const dsa_point *point)
{
    if (!j)
        return;
    for (size_t i = 0; i < j->n_values; i++)
        put_double(&j->pending, point->values[i]);
    for (size_t i = 0; i < j->n_estimates; i++) {
        put_double(&j->pending, point->estimates[i].value);
        put_double(&j->pending, point->estimates[i].mcse);
        put_double(&j->pending, point->estimates[i].change_mcse);
    }
}

void ipsim_dsa_journal_write(dsa_journal *j, bool now)
{
    if (!j || j->pending.size == 0 || (!now && !ipsim_journal_file_is_due(&j->file)))
        return;
    ipsim_bytes bytes = {0};
    unit_set none = {0};
    double start = ipsim_journal_file_now();
    ipsim_record_put(&bytes, RECORD_POINTS, &none, &j->pending);
    if (ipsim_journal_file_append(&j->file, &bytes, start) == IPSIM_OK) {
        j->written = true;
        ipsim_bytes_clear(&j->pending);
    }
    ipsim_bytes_clear(&bytes);
}

const ipsim_error *ipsim_dsa_journal_failure(const dsa_journal *j)
{
    return j && j->file.failure.status != IPSIM_OK ? &j->file.failure : NULL;
}

void ipsim_dsa_journal_close(dsa_journal *j)
{
    if (!j)
        return;
    ipsim_dsa_journal_write(j, true);
    if (j->ours && j->count == 0 && !j->written)
        unlink(j->file.path);
    ipsim_journal_file_close(&j->file);
    ipsim_bytes_clear(&j->pending);
    free(j->places);
    free(j->points);
    free(j);
}
