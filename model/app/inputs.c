/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/inputs: the scenarios named on a command line. See app.h. */
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

/* What came of one operand. */
typedef struct attempt {
    ipsim_scenario *scenario;
    ipsim_error_list errors;
    ipsim_status status;
} attempt;

static void attempt_clear(attempt *a)
{
    ipsim_scenario_free(a->scenario);
    ipsim_error_list_clear(&a->errors);
    *a = (attempt){0};
}

/* Whether loading said that the scenario does not know the setting's key. It says nothing of the kind where a parent is missing; then the
 * setting is taken for known, and the missing parent is what is reported. */
static bool is_unknown(const attempt *a, const ipsim_setting *setting)
{
    for (size_t i = 0; i < a->errors.count; i++) {
        const ipsim_error *err = &a->errors.items[i];
        if (err->status == IPSIM_ERR_UNKNOWN_KEY && strcmp(err->file, "--set") == 0 && strcmp(err->key, setting->key) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_known_somewhere(const attempt *attempts, size_t count, const ipsim_setting *setting)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_unknown(&attempts[i], setting)) {
            return true;
        }
    }
    return false;
}

static void load_one(const ipsim_cli *cli, ipsim_files *files, size_t operand, const ipsim_setting *settings, size_t n_settings,
                     attempt *out)
{
    out->status = ipsim_scenario_load_kept(files, cli->operands[operand], settings, n_settings, &out->scenario, &out->errors);
}

/* An arm may have parameters, or other things, that its comparator has not. So every scenario is loaded with all settings, and those that
 * do not know a key which another one knows are loaded again without it. A key that none knows stays an error of all. Whether a file is
 * good without settings is never asked. */
static ipsim_status load_all(const ipsim_cli *cli, ipsim_files *files, attempt *attempts, ipsim_setting *fitting)
{
    bool *known = calloc(cli->n_settings + 1, sizeof *known);
    if (known == NULL) {
        return IPSIM_ERR_MEMORY;
    }
    for (size_t i = 0; i < cli->n_operands; i++) {
        load_one(cli, files, i, cli->settings, cli->n_settings, &attempts[i]);
    }
    for (size_t k = 0; k < cli->n_settings; k++) {
        known[k] = is_known_somewhere(attempts, cli->n_operands, &cli->settings[k]);
    }
    for (size_t i = 0; i < cli->n_operands; i++) {
        size_t n_fitting = 0;
        for (size_t k = 0; k < cli->n_settings; k++) {
            if (!known[k] || !is_unknown(&attempts[i], &cli->settings[k])) {
                fitting[n_fitting++] = cli->settings[k];
            }
        }
        if (n_fitting < cli->n_settings) {
            attempt_clear(&attempts[i]);
            load_one(cli, files, i, fitting, n_fitting, &attempts[i]);
        }
    }
    free(known);
    return IPSIM_OK;
}

/* A setting stands on the command line once, for all scenarios: a bad value is complained about once, in whatever words. (Of an unknown key
 * each scenario may have its own guess.) */
static bool said_before(const ipsim_error_list *errors, const ipsim_error *err)
{
    if (strcmp(err->file, "--set") != 0 || err->status == IPSIM_ERR_UNKNOWN_KEY) {
        return false;
    }
    for (size_t i = 0; i < errors->count; i++) {
        const ipsim_error *before = &errors->items[i];
        if (before->status == err->status && strcmp(before->file, err->file) == 0 && strcmp(before->key, err->key) == 0) {
            return true;
        }
    }
    return false;
}

ipsim_status ipsim_inputs_load(const ipsim_cli *cli, ipsim_inputs *out, ipsim_error_list *errors)
{
    out->count = cli->n_operands;
    out->items = calloc(cli->n_operands + 1, sizeof(ipsim_scenario *));
    attempt *attempts = calloc(cli->n_operands + 1, sizeof *attempts);
    ipsim_setting *fitting = calloc(cli->n_settings + 1, sizeof *fitting);
    ipsim_status first = IPSIM_ERR_MEMORY;
    if (out->items != NULL && attempts != NULL && fitting != NULL) {
        first = load_all(cli, out->files, attempts, fitting);
    }
    for (size_t i = 0; first != IPSIM_ERR_MEMORY && i < cli->n_operands; i++) {
        first = first == IPSIM_OK ? attempts[i].status : first;
        out->items[i] = attempts[i].scenario;
        attempts[i].scenario = NULL;
    }
    for (size_t i = 0; attempts != NULL && i < cli->n_operands; i++) {
        for (size_t e = 0; e < attempts[i].errors.count; e++) {
            const ipsim_error *err = &attempts[i].errors.items[e];
            if (!said_before(errors, err)) {
                (void)ipsim_error_add_copy(errors, err);
            }
        }
        attempt_clear(&attempts[i]);
    }
    free(fitting);
    free(attempts);
    return first;
}

void ipsim_inputs_free(ipsim_inputs *inputs)
{
    for (size_t i = 0; inputs->items != NULL && i < inputs->count; i++) {
        ipsim_scenario_free(inputs->items[i]);
    }
    free(inputs->items);
    *inputs = (ipsim_inputs){0};
}

const ipsim_scenario *const *ipsim_inputs_view(const ipsim_inputs *inputs)
{
    return (const ipsim_scenario *const *)inputs->items;
}
