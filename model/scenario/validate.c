/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/validate: rules across keys that hold whatever the numbers are; here those of outcomes and targets. */
#include <math.h>
#include <string.h>

#include "private.h"

/* ---- names of results ---- */
static bool begins(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

bool ipsim_scenario_reports(const ipsim_scenario *s, const char *name)
{
    static const char *const always[] = {"life_years", "qalys", "cost", "cost_resource", "cost_transfer", "cost_production"};
    static const struct {
        const char *prefix;
        const ipsim_kind_of_name *kind;
    } by_name[] = {{"years_", &ipsim_names_state}, {"n_", &ipsim_names_transition},     {"n_", &ipsim_names_event},
                   {"days_", &ipsim_names_event},  {"cost_", &ipsim_names_perspective}, {"item_", &ipsim_names_reward}};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        if (strcmp(name, always[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof by_name / sizeof by_name[0]; i++) {
        if (begins(name, by_name[i].prefix)) {
            const char *rest = name + strlen(by_name[i].prefix);
            if (ipsim_find_named(s, by_name[i].kind, rest) < ipsim_count_named(s, by_name[i].kind)) {
                return true;
            }
        }
    }
    size_t reached = begins(name, "reached_") ? ipsim_find_named(s, &ipsim_names_outcome, name + strlen("reached_")) : s->n_outcomes;
    return reached < s->n_outcomes && s->outcomes[reached].type.value == IPSIM_OUTCOME_FIRST_TIME;
}

static void validate_outcome(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_outcome *o)
{
    if (ipsim_scenario_reports(s, o->name)) {
        ipsim_error_add(loader->errors, IPSIM_ERR_DUPLICATE, o->origin,
                        "every run reports an outcome of this name by itself; choose another");
    }
    if (o->type.value < 0) {
        return;
    }
    bool by_event = o->type.value == IPSIM_OUTCOME_EVENTS || o->type.value == IPSIM_OUTCOME_EVENT_DAYS;
    bool by_transition = o->type.value == IPSIM_OUTCOME_TRANSITIONS;
    const struct {
        const char *key;
        const ipsim_names *names;
        const ipsim_kind_of_name *kind;
        bool used;
    } selectors[] = {{"states", &o->states, &ipsim_names_state, !by_event && !by_transition},
                     {"transitions", &o->transitions, &ipsim_names_transition, by_transition},
                     {"events", &o->events, &ipsim_names_event, by_event}};
    const char *type = ipsim_outcome_type_names[o->type.value];
    for (size_t i = 0; i < 3; i++) {
        if (selectors[i].used && !selectors[i].names->given) {
            ipsim_error_add(loader->errors, IPSIM_ERR_MISSING, selectors[i].names->origin, "type %s needs this key", type);
        } else if (!selectors[i].used && selectors[i].names->given) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, selectors[i].names->origin, "type %s does not use this key", type);
        } else if (selectors[i].used) {
            ipsim_require_all_named(loader, s, selectors[i].kind, selectors[i].names);
        }
    }
    if (o->type.value == IPSIM_OUTCOME_YEARS) {
        ipsim_require_alive(loader, s, &o->states);
    } else if (strcmp(o->name, "employment_years") == 0) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, o->type.origin,
                        "costs are set against employment_years as years of work, so its type must be years, not %s", type);
    }
    for (size_t i = 0; o->type.value == IPSIM_OUTCOME_EVENT_DAYS && i < o->events.count; i++) {
        size_t e = ipsim_find_named(s, &ipsim_names_event, o->events.items[i]);
        if (e < s->n_events && !s->events[e].duration_days.given) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, o->events.origin, "event %s has no duration_days, so it has no days to count",
                            s->events[e].name);
        }
    }
    if (o->weight.given && o->type.value != IPSIM_OUTCOME_YEARS) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, o->weight.origin, "only type years has a weight, and this is type %s", type);
    }
    if (o->at_least_years.given != (o->type.value == IPSIM_OUTCOME_SPELLS)) {
        ipsim_error_add(loader->errors, o->at_least_years.given ? IPSIM_ERR_RULE : IPSIM_ERR_MISSING, o->at_least_years.origin,
                        o->at_least_years.given ? "only type spells uses this key, and this is type %s" : "type %s needs this key", type);
    }
}

/* ---- targets: the measure is tried on stand-ins that check what it asks for ---- */
typedef struct trial {
    ipsim_loader *loader;
    const ipsim_scenario *scenario;
    ipsim_origin at;
} trial;

static double try_share(void *data, const char *name, double years)
{
    trial *t = data;
    double horizon = t->scenario->simulation.horizon_years.value;
    ipsim_require_named(t->loader, t->scenario, &ipsim_names_state, name, t->at);
    if (horizon >= 0 && (years < 0 || years > horizon)) { /* an unknown horizon, recorded elsewhere, is no reason */
        ipsim_error_add(t->loader->errors, IPSIM_ERR_RULE, t->at,
                        "share(\"%.60s\", %.10g): the year is not between 0 and the horizon, %.10g", name, years, horizon);
    }
    return 1.0;
}

static double try_at(void *data, const char *name, double years)
{
    trial *t = data;
    const ipsim_scenario *s = t->scenario;
    if (!ipsim_scenario_reports(s, name)) {
        ipsim_require_named(t->loader, s, &ipsim_names_outcome, name, t->at);
    }
    double horizon = s->simulation.horizon_years.value;
    bool reported = !(horizon >= 0) || years == horizon;
    for (size_t i = 0; i < s->simulation.report_years.count; i++) {
        double year = s->simulation.report_years.items[i].value;
        reported = reported || years == year || isnan(year);
    }
    if (!reported) {
        ipsim_error_add(t->loader->errors, IPSIM_ERR_RULE, t->at,
                        "at(\"%.60s\", %.10g): the year is neither in simulation.report_years nor the horizon", name, years);
    }
    return 1.0;
}

static void validate_target(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_target *target)
{
    trial t = {loader, s, target->measure.origin};
    double ignored;
    ipsim_error err;
    if (target->measure.value != NULL && ipsim_measure_evaluate(target->measure.value, try_share, try_at, &t, &ignored, &err) != IPSIM_OK) {
        ipsim_error_add(loader->errors, err.status, target->measure.origin, "%s", err.message);
    }
    if (target->low.given && target->high.given && target->low.value > target->high.value) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, target->high.origin, "%.10g is below low, which is %.10g", target->high.value,
                        target->low.value);
    }
}

static void validate_outcomes(ipsim_loader *loader, const ipsim_scenario *s)
{
    for (size_t i = 0; i < s->n_outcomes; i++) {
        validate_outcome(loader, s, &s->outcomes[i]);
    }
    for (size_t i = 0; i < s->n_targets; i++) {
        validate_target(loader, s, &s->targets[i]);
    }
}

void ipsim_scenario_validate(ipsim_loader *loader, const ipsim_scenario *s)
{
    if (s->name.value != NULL) {
        const char *c = s->name.value;
        bool letter = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        if (!letter || strspn(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(c) || strlen(c) > 100) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, s->name.origin,
                            "\"%.100s\": a name is a letter, then letters, digits, _ or -, at most 100 of them; say the rest in title", c);
        }
    }
    ipsim_validate_people(loader, s);
    ipsim_validate_joints(loader, s);
    ipsim_validate_risks(loader, s);
    ipsim_validate_graph(loader, s);
    ipsim_validate_rewards(loader, s);
    validate_outcomes(loader, s);
}
