/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/run_plan: --replicates, --seeds, --until-mcse, --draws and its like, --shard, --checkpoint and --resume. See app.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "ipsim/number.h"

static ipsim_status no_memory(ipsim_error *err)
{
    return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
}

/* ---- seeds: one a line, blank lines and what follows # left out ---- */
static ipsim_status add_seed(ipsim_run_plan *plan, int64_t seed, const char *path, int line, ipsim_error *err)
{
    size_t n = plan->options.n_seeds;
    for (size_t i = 0; i < n; i++) {
        if (plan->seeds[i] == (uint64_t)seed) {
            return ipsim_error_set_at(err, IPSIM_ERR_DUPLICATE, (ipsim_origin){path, line, NULL},
                                      "seed %" PRId64 " stands here twice; the same people again would look like more than they are", seed);
        }
    }
    uint64_t *grown = realloc(plan->seeds, (n + 1) * sizeof *grown);
    if (grown == NULL) {
        return no_memory(err);
    }
    plan->seeds = grown;
    plan->seeds[n] = (uint64_t)seed;
    plan->options.seeds = grown;
    plan->options.n_seeds = n + 1;
    return IPSIM_OK;
}

static ipsim_status read_seeds(const char *path, ipsim_run_plan *plan, ipsim_error *err)
{
    FILE *stream = fopen(path, "re");
    if (stream == NULL) {
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){path, 0, NULL}, "the file of seeds cannot be opened: %s",
                                  strerror(errno));
    }
    char text[256];
    ipsim_status status = IPSIM_OK;
    for (int line = 1; status == IPSIM_OK && fgets(text, sizeof text, stream) != NULL; line++) {
        text[strcspn(text, "#\r\n")] = '\0';
        char *word = text + strspn(text, " \t");
        word[strcspn(word, " \t")] = '\0';
        int64_t seed;
        if (word[0] == '\0') {
            continue;
        }
        status = ipsim_cli_parse_whole(word, &seed) ? add_seed(plan, seed, path, line, err)
                                                    : ipsim_error_set_at(err, IPSIM_ERR_DATA, (ipsim_origin){path, line, NULL},
                                                                         "a seed is a whole number of at least 0, not \"%s\"", word);
    }
    fclose(stream);
    if (status == IPSIM_OK && plan->options.n_seeds == 0) {
        status = ipsim_error_set_at(err, IPSIM_ERR_DATA, (ipsim_origin){path, 0, NULL}, "there are no seeds in this file");
    }
    return status;
}

/* ---- OUTCOME=X and I/N ---- */
static ipsim_status read_until(const char *text, ipsim_run_plan *plan, ipsim_error *err)
{
    const char *equals = strrchr(text, '=');
    double value = 0.0;
    if (equals == NULL || equals == text || !ipsim_parse_real(equals + 1, &value) || !(value > 0.0)) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--until-mcse needs OUTCOME=X with X above 0, for example qalys=0.001, not \"%s\"",
                               text);
    }
    plan->until_outcome = strndup(text, (size_t)(equals - text));
    plan->options.until_outcome = plan->until_outcome;
    plan->options.until_mcse = value;
    return plan->until_outcome != NULL ? IPSIM_OK : no_memory(err);
}

static ipsim_status read_shard(const char *text, ipsim_run_plan *plan, ipsim_error *err)
{
    char first[32] = "";
    const char *slash = strchr(text, '/');
    if (slash != NULL && (size_t)(slash - text) < sizeof first) {
        memcpy(first, text, (size_t)(slash - text));
    }
    int64_t shard = 0, n_shards = 0;
    if (slash == NULL || !ipsim_cli_parse_whole(first, &shard) || !ipsim_cli_parse_whole(slash + 1, &n_shards) || shard < 1 ||
        shard > n_shards || n_shards > 1000000) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--shard needs I/N with I from 1 to N, for example 2/8, not \"%s\"", text);
    }
    plan->options.shard = shard;
    plan->options.n_shards = n_shards;
    return IPSIM_OK;
}

static ipsim_status read_draws(const ipsim_cli *cli, ipsim_run_plan *plan, ipsim_error *err)
{
    plan->psa = (ipsim_psa_options){.n_draws = cli->draws, .fixed_people = cli->fixed_people, .only = cli->only, .fix = cli->fix};
    plan->options.psa = &plan->psa;
    if (cli->only != NULL && cli->fix != NULL) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--only and --fix exclude each other");
    }
    while (cli->design != NULL && ipsim_design_names[plan->psa.design] != NULL &&
           strcmp(ipsim_design_names[plan->psa.design], cli->design) != 0) {
        plan->psa.design++;
    }
    return plan->psa.design < IPSIM_N_DESIGNS
               ? IPSIM_OK
               : ipsim_error_set(err, IPSIM_ERR_USAGE, "--design needs mc, lhs, sobol or sobol-joint, not \"%s\"", cli->design);
}

static ipsim_status check_together(const ipsim_cli *cli, ipsim_error *err)
{
    const char *several = cli->seeds != NULL ? "--seeds" : "--replicates";
    if (cli->seeds != NULL && (cli->replicates > 0 || cli->seed >= 0)) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--seeds and %s exclude each other", cli->replicates > 0 ? "--replicates" : "--seed");
    }
    if (cli->until_mcse != NULL && (cli->replicates > 1 || cli->seeds != NULL || cli->shard != NULL)) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--until-mcse and %s exclude each other", cli->shard != NULL ? "--shard" : several);
    }
    if (cli->replicate + cli->replicates > (int64_t)UINT32_MAX) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--replicate and --replicates together go beyond the last replicate");
    }
    if (cli->shard != NULL && cli->json) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--shard has no tables to print as --json; ipsim merge has");
    }
    return IPSIM_OK;
}

ipsim_status ipsim_run_plan_read(const ipsim_cli *cli, ipsim_run_plan *plan, ipsim_error *err)
{
    *plan = (ipsim_run_plan){.options = {.persons = cli->persons,
                                         .seed = cli->seed,
                                         .replicate = (uint32_t)cli->replicate,
                                         .n_replicates = (uint32_t)cli->replicates,
                                         .n_threads = (int)cli->threads,
                                         .resume = cli->resume}};
    ipsim_status status = check_together(cli, err);
    status = status == IPSIM_OK && cli->seeds != NULL ? read_seeds(cli->seeds, plan, err) : status;
    status = status == IPSIM_OK && cli->until_mcse != NULL ? read_until(cli->until_mcse, plan, err) : status;
    status = status == IPSIM_OK && cli->command == IPSIM_COMMAND_PSA ? read_draws(cli, plan, err) : status;
    status = status == IPSIM_OK && cli->shard != NULL ? read_shard(cli->shard, plan, err) : status;
    if (status == IPSIM_OK && asprintf(&plan->program, "ipsim %s, arithmetic %s", ipsim_version(), ipsim_arithmetic()) < 0) {
        plan->program = NULL;
        status = no_memory(err);
    }
    plan->options.origin = (ipsim_run_origin){plan->program, ipsim_commands[cli->command].name, cli->settings, cli->n_settings};
    return status;
}

/* Where a path leads, absolute, whether it is there or not. The caller frees it; NULL for no memory. */
static char *place_of(const char *path)
{
    char *real = realpath(path, NULL);
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    char *own = real == NULL ? strndup(path, length) : NULL;
    char *slash = own != NULL ? strrchr(own, '/') : NULL;
    if (real != NULL || own == NULL || slash == own || strcmp(own, ".") == 0) {
        return real != NULL ? real : own;
    }
    if (slash != NULL) {
        *slash = '\0';
    }
    char *above = place_of(slash != NULL ? own : "."), *place = NULL;
    if (above != NULL && asprintf(&place, "%s/%s", strcmp(above, "/") == 0 ? "" : above, slash != NULL ? slash + 1 : own) < 0) {
        place = NULL;
    }
    free(above);
    free(own);
    return place;
}

/* Whether a file is this path, or lies in the folder that it names. */
static bool lies_at(const char *file, const char *path)
{
    char *a = place_of(file), *b = place_of(path);
    size_t length = b != NULL ? strlen(b) : 0;
    bool there = a != NULL && b != NULL && strncmp(a, b, length) == 0 && (a[length] == '/' || a[length] == '\0');
    free(a);
    free(b);
    return there;
}

ipsim_status ipsim_run_plan_place(const ipsim_cli *cli, const char *output, ipsim_run_plan *plan, ipsim_error *err)
{
    char part[64] = "";
    const char *slash = strrchr(output, '/');
    int folder = slash != NULL ? (int)(slash - output) + 1 : 0;
    if (cli->shard != NULL) {
        snprintf(part, sizeof part, ".shard-%" PRId64 "-of-%" PRId64, plan->options.shard, plan->options.n_shards);
        if (asprintf(&plan->shard_file, "%s%s.ipsim", output, part) < 0) {
            plan->shard_file = NULL;
            return no_memory(err);
        }
        plan->options.shard_file = plan->shard_file;
    }
    if (cli->checkpoint != NULL && cli->checkpoint[0] != '\0') {
        if (lies_at(cli->checkpoint, plan->shard_file != NULL ? plan->shard_file : output)) {
            return ipsim_error_set_at(err, IPSIM_ERR_USAGE, (ipsim_origin){cli->checkpoint, 0, NULL},
                                      "the journal cannot lie %s, which appears as a whole when the run is done; "
                                      "--checkpoint without a file puts it beside the %s",
                                      plan->shard_file != NULL ? "where the shard will" : "in the output folder",
                                      plan->shard_file != NULL ? "shard" : "folder");
        }
        plan->journal = strdup(cli->checkpoint);
    } else if (cli->checkpoint != NULL || cli->resume) {
        if (asprintf(&plan->journal, "%.*s.%s%s.journal", folder, output, output + folder, part) < 0) {
            plan->journal = NULL;
        }
    } else {
        return IPSIM_OK;
    }
    plan->options.journal = plan->journal;
    return plan->journal != NULL ? IPSIM_OK : no_memory(err);
}

char *ipsim_run_plan_how_to_resume(const ipsim_cli *cli, const ipsim_run_plan *plan)
{
    char *text = NULL, *line = ipsim_manifest_command_line(cli, cli->resume ? NULL : "--resume");
    if (line == NULL || asprintf(&text, "What is finished is kept in %s. To go on with it:\n  %s\n", plan->journal, line) < 0) {
        text = NULL;
    }
    free(line);
    return text;
}

void ipsim_run_plan_say_how_to_resume(const ipsim_cli *cli, const ipsim_run_plan *plan)
{
    char *text = ipsim_run_plan_how_to_resume(cli, plan);
    fputs(text != NULL ? text : "To go on, repeat the command with --resume.\n", stderr);
    free(text);
}

void ipsim_run_plan_clear(ipsim_run_plan *plan)
{
    free(plan->seeds);
    free(plan->until_outcome);
    free(plan->journal);
    free(plan->shard_file);
    free(plan->program);
    *plan = (ipsim_run_plan){0};
}
