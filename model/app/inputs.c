/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/inputs: the scenarios named on a command line. See app.h. */
#include <stdlib.h>

#include "app/app.h"

ipsim_status ipsim_inputs_load(const ipsim_cli *cli, ipsim_inputs *out, ipsim_error_list *errors)
{
    *out = (ipsim_inputs){cli->n_operands, calloc(cli->n_operands + 1, sizeof(ipsim_scenario *))};
    if (out->items == NULL) {
        return IPSIM_ERR_MEMORY;
    }
    ipsim_status first = IPSIM_OK;
    for (size_t i = 0; i < out->count; i++) {
        ipsim_status status = ipsim_scenario_load(cli->operands[i], cli->settings, cli->n_settings, &out->items[i], errors);
        first = first == IPSIM_OK ? status : first;
    }
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
