/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identity.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_SIZE = 8192 };

/* ---- writing ---- */

/* A line ends at its end, whatever stands in a file name. */
static void put_line(FILE *stream, const char *key, const char *value)
{
    fprintf(stream, "%s ", key);
    for (; *value; value++)
        if (*value == '\n' || *value == '%')
            fprintf(stream, "%%%02X", (unsigned)*value);
        else
            fputc(*value, stream);
    fputc('\n', stream);
}

static void put_lucks(FILE *stream, const ipsim_luck *lucks, size_t n)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && lucks[end].seed == lucks[i].seed && lucks[end].replicate == lucks[end - 1].replicate + 1;)
            end++;
        fprintf(stream, "luck seed %" PRIu64 ", replicates %" PRIu32 " to %" PRIu32 "\n", lucks[i].seed, lucks[i].replicate,
                lucks[end - 1].replicate);
    }
}

void ipsim_identity_put_scenario(FILE *stream, const ipsim_scenario *scenario, bool with_formulas)
{
    fprintf(stream, "scenario %s %016" PRIx64, scenario->name.value, scenario->digest);
    if (with_formulas)
        fprintf(stream, " %016" PRIx64, scenario->formulas);
    fputc('\n', stream);
}

/* What decides the parameters of the draws; names may contain no line ends. */
static void put_draws(FILE *stream, const ipsim_psa_options *psa, const work *w)
{
    fprintf(stream, "draws %zu %s %s\n", w->n_replicates, ipsim_design_names[psa->design], psa->fixed_people ? "fixed" : "own");
    if (psa->only)
        put_line(stream, "only", psa->only);
    if (psa->fix)
        put_line(stream, "fix", psa->fix);
}

char *ipsim_identity_text(const work *w, const ipsim_run_options *options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    const ipsim_run_origin *origin = &options->origin;
    put_line(stream, "program", origin->program ? origin->program : "unknown");
    put_line(stream, "command", origin->command ? origin->command : "run");
    for (size_t i = 0; i < w->e->n_models; i++)
        ipsim_identity_put_scenario(stream, w->e->scenarios[i], w->uncertain);
    for (size_t i = 0; i < w->e->n_models; i++)
        put_line(stream, "file", w->e->scenarios[i]->path);
    for (size_t i = 0; i < origin->n_settings; i++) {
        char setting[LINE_MAX_SIZE];
        snprintf(setting, sizeof setting, "%s=%s", origin->settings[i].key, origin->settings[i].value);
        put_line(stream, "set", setting);
    }
    fprintf(stream, "persons %" PRId64 "\n", w->persons);
    put_lucks(stream, w->lucks, w->uncertain && options->psa->fixed_people ? 1 : w->n_replicates);
    if (w->uncertain)
        put_draws(stream, options->psa, w);
    if (options->until_outcome)
        fprintf(stream, "until %s %.17g\n", options->until_outcome, options->until_mcse);
    fprintf(stream, "shard %" PRId64 " of %" PRId64 "\n", options->n_shards > 0 ? options->shard : 1,
            options->n_shards > 0 ? options->n_shards : 1);
    bool failed = ferror(stream) != 0;
    if (fclose(stream) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

/* ---- reading ---- */

static void unescape(const char *from, size_t length, char *to, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < length && used + 1 < size; i++) {
        unsigned code;
        char hex[3] = {0};
        if (from[i] == '%' && i + 2 < length) {
            memcpy(hex, from + i + 1, 2);
            code = (unsigned)strtoul(hex, NULL, 16);
            to[used++] = (char)code;
            i += 2;
        } else {
            to[used++] = from[i];
        }
    }
    if (size > 0)
        to[used] = '\0';
}

bool ipsim_identity_next(const char **at, const char *key, char *value, size_t size)
{
    size_t key_length = strlen(key);
    while (**at) {
        const char *line = *at;
        size_t length = strcspn(line, "\n");
        *at = line + length + (line[length] == '\n');
        if (length > key_length && strncmp(line, key, key_length) == 0 && line[key_length] == ' ') {
            unescape(line + key_length + 1, length - key_length - 1, value, size);
            return true;
        }
    }
    return false;
}

static const char *quoted(char *buffer, size_t size, const char *key, const char *value, bool there)
{
    if (!there)
        snprintf(buffer, size, "no more");
    else
        snprintf(buffer, size, "%s%s%.300s", strcmp(key, "luck") == 0 ? "" : key, strcmp(key, "luck") == 0 ? "" : " ", value);
    return buffer;
}

static void explain(const char *key, const char *our, bool our_there, const char *their, bool their_there, char *why, size_t size)
{
    char a[400], b[400];
    size_t our_name = strcspn(our, " "), their_name = strcspn(their, " ");
    if (strcmp(key, "program") == 0)
        snprintf(why, size, "it was written by another version of the program (%s; this is %s)", their, our);
    else if (strcmp(key, "scenario") == 0 && our_there && their_there && our_name == their_name && strncmp(our, their, our_name) == 0)
        snprintf(why, size, "scenario \"%.*s\" has other contents there (digest%s, here%s)", (int)our_name, our, their + their_name,
                 our + our_name);
    else
        snprintf(why, size, "it has %s, this run has %s", quoted(a, sizeof a, key, their, their_there),
                 quoted(b, sizeof b, key, our, our_there));
}

bool ipsim_identity_agrees(const char *ours, const char *theirs, bool with_shard, char *why, size_t size)
{
    static const char *const keys[] = {"program", "command", "scenario", "draws",  "only", "fix",
                                       "persons", "luck",    "until",    "output", "shard"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys - (with_shard ? 0 : 1); k++) {
        const char *our_at = ours, *their_at = theirs;
        bool our_there, their_there;
        do {
            char our[LINE_MAX_SIZE] = "", their[LINE_MAX_SIZE] = "";
            our_there = ipsim_identity_next(&our_at, keys[k], our, sizeof our);
            their_there = ipsim_identity_next(&their_at, keys[k], their, sizeof their);
            if (our_there != their_there || strcmp(our, their) != 0) {
                explain(keys[k], our, our_there, their, their_there, why, size);
                return false;
            }
        } while (our_there);
    }
    return true;
}

/* The next whole number in a line, whatever stands before it. */
static uint64_t next_number(const char **at)
{
    char *end;
    *at += strcspn(*at, "0123456789");
    uint64_t number = strtoull(*at, &end, 10);
    *at = end;
    return number;
}

ipsim_status ipsim_identity_luck(const char *text, ipsim_luck **lucks, size_t *n, int64_t *persons, ipsim_error *err)
{
    char line[256];
    const char *at = text;
    *lucks = NULL;
    *n = 0;
    *persons = 0;
    if (ipsim_identity_next(&at, "persons", line, sizeof line))
        *persons = strtoll(line, NULL, 10);
    for (at = text; ipsim_identity_next(&at, "luck", line, sizeof line);) {
        const char *number = line;
        uint64_t seed = next_number(&number), first = next_number(&number), last = next_number(&number);
        if (last < first || last > UINT32_MAX)
            break;
        size_t count = (size_t)(last - first) + 1;
        ipsim_luck *grown = count < SIZE_MAX / sizeof *grown - *n ? realloc(*lucks, (*n + count) * sizeof *grown) : NULL;
        if (!grown)
            return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
        *lucks = grown;
        for (size_t i = 0; i < count; i++)
            grown[(*n)++] = (ipsim_luck){.seed = seed, .replicate = (uint32_t)(first + i)};
    }
    return *n > 0 && *persons > 0 ? IPSIM_OK : ipsim_error_set(err, IPSIM_ERR_DATA, "it does not say which persons it holds");
}

bool ipsim_identity_draws(const char *text, ipsim_psa_options *out)
{
    char line[256], count[24] = "", design[16] = "", people[16] = "", *end;
    *out = (ipsim_psa_options){0};
    if (!ipsim_identity_next(&text, "draws", line, sizeof line) || sscanf(line, "%23s %15s %15s", count, design, people) != 3)
        return false;
    long long n = strtoll(count, &end, 10);
    if (*end)
        return false;
    out->n_draws = n;
    out->fixed_people = strcmp(people, "fixed") == 0;
    while (out->design < IPSIM_N_DESIGNS && strcmp(ipsim_design_names[out->design], design) != 0)
        out->design++;
    return n > 0 && n <= IPSIM_PSA_DRAWS_MAX && out->design < IPSIM_N_DESIGNS;
}

void ipsim_identity_shard(const char *text, int64_t *shard, int64_t *n_shards)
{
    char line[256];
    *shard = *n_shards = 1;
    if (ipsim_identity_next(&text, "shard", line, sizeof line)) {
        const char *number = line;
        *shard = (int64_t)next_number(&number);
        *n_shards = (int64_t)next_number(&number);
    }
}
