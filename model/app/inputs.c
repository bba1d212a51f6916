/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/inputs: the scenarios named on a command line. See app.h. */
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

static bool has_parameter(const ipsim_scenario *scenario, const char *name)
{
    for (size_t i = 0; scenario != NULL && i < scenario->n_parameters; i++) {
        if (strcmp(scenario->parameters[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* An arm may have parameters that its comparator has not. A setting of such a parameter goes to the scenarios that have it; one that none
 * has goes to all, so that the mistake is reported. Full keys always go to all. */
static bool concerns(const ipsim_inputs *plain, size_t scenario, const ipsim_setting *setting)
{
    bool somewhere = false;
    for (size_t i = 0; i < plain->count; i++) {
        somewhere = somewhere || has_parameter(plain->items[i], setting->key);
    }
    return !somewhere || has_parameter(plain->items[scenario], setting->key);
}

static bool said_before(const ipsim_error_list *errors, const ipsim_error *err)
{
    for (size_t i = 0; i < errors->count; i++) {
        const ipsim_error *before = &errors->items[i];
        if (before->status == err->status && strcmp(before->file, err->file) == 0 && strcmp(before->key, err->key) == 0) {
            return true;
        }
    }
    return false;
}

ipsim_status ipsim_inputs_load_one(const char *path, const ipsim_setting *settings, size_t n_settings, ipsim_scenario **out,
                                   ipsim_error_list *errors)
{
    ipsim_error_list found = {0};
    ipsim_status status = ipsim_scenario_load(path, settings, n_settings, out, &found);
    for (size_t i = 0; i < found.count; i++) {
        if (strcmp(found.items[i].file, "--set") != 0 || !said_before(errors, &found.items[i])) {
            (void)ipsim_error_add_copy(errors, &found.items[i]);
        }
    }
    errors->out_of_memory = errors->out_of_memory || found.out_of_memory;
    ipsim_error_list_clear(&found);
    return status;
}

static ipsim_status load_all(const ipsim_cli *cli, const ipsim_inputs *plain, ipsim_inputs *out, ipsim_error_list *errors)
{
    ipsim_setting *settings = calloc(cli->n_settings + 1, sizeof *settings);
    *out = (ipsim_inputs){cli->n_operands, calloc(cli->n_operands + 1, sizeof(ipsim_scenario *))};
    ipsim_status first = out->items == NULL || settings == NULL ? IPSIM_ERR_MEMORY : IPSIM_OK;
    for (size_t i = 0; out->items != NULL && settings != NULL && i < out->count; i++) {
        size_t n_settings = 0;
        for (size_t k = 0; plain != NULL && k < cli->n_settings; k++) {
            if (concerns(plain, i, &cli->settings[k])) {
                settings[n_settings++] = cli->settings[k];
            }
        }
        ipsim_status status = ipsim_inputs_load_one(cli->operands[i], settings, n_settings, &out->items[i], errors);
        first = first == IPSIM_OK ? status : first;
    }
    free(settings);
    return first;
}

ipsim_status ipsim_inputs_load(const ipsim_cli *cli, ipsim_inputs *out, ipsim_error_list *errors)
{
    ipsim_inputs plain = {0};
    ipsim_status status = load_all(cli, NULL, &plain, errors);
    if (cli->n_settings == 0) {
        *out = plain;
        return status;
    }
    *out = (ipsim_inputs){0};
    if (errors->count == 0) { /* what is wrong without settings is reported once, without them */
        status = load_all(cli, &plain, out, errors);
    }
    ipsim_inputs_free(&plain);
    return status;
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
