/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which risks the fast engine has kernels for. */
#include "ipsim/engine.h"

bool ipsim_engine_has_kernel(const ipsim_risk *risk)
{
    if (risk->kind == IPSIM_LAW_AT)
        return true;
    switch (risk->laws->family) {
    case IPSIM_GAMMA: /* their tails are series or continued fractions of as many terms as the argument asks for */
    case IPSIM_GENERALISED_GAMMA:
        return false;
    default:
        return true;
    }
}

void ipsim_engine_note_slow_risks(const ipsim_compiled_model *model, ipsim_error_list *notes)
{
    const ipsim_scenario *scenario = model->scenario;
    for (size_t r = 0; r < model->n_risks; r++) {
        const ipsim_risk *risk = &model->risks[r];
        if (ipsim_engine_has_kernel(risk))
            continue;
        bool event = risk->event != SIZE_MAX;
        char key[256]; /* one note for each transition, whatever the number of states that it leaves */
        snprintf(key, sizeof key, "%s.%s", event ? "events" : "transitions",
                 event ? scenario->events[risk->event].name : scenario->transitions[risk->transition].name);
        ipsim_error_add(notes, IPSIM_OK, (ipsim_origin){.file = risk->origin.file, .line = risk->origin.line, .key = key},
                        "its law (%s) runs one person at a time; the rest of the model is not slowed",
                        ipsim_family_name(risk->laws->family));
    }
}
