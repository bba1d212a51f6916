/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/validate_graph: how states hang together: where people start, which states they reach, and one stream for one way out. */
#include <string.h>

#include "private.h"

/* ---- start ---- */
static void require_start(ipsim_loader *loader, const ipsim_scenario *s, const char *name, ipsim_origin at, bool *reached)
{
    if (!ipsim_require_named(loader, s, &ipsim_names_state, name, at)) {
        return;
    }
    size_t state = ipsim_scenario_find_state(s, name);
    reached[state] = true;
    if (s->states[state].role.value == IPSIM_ROLE_DEAD || s->states[state].role.value == IPSIM_ROLE_LEFT) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, at, "nobody can start in state %s, whose role is %s", name,
                        s->states[state].role.value == IPSIM_ROLE_DEAD ? "dead" : "left");
    }
}

/* Marks the states in which people may start; false when that is not known. */
static bool validate_start(ipsim_loader *loader, const ipsim_scenario *s, bool *reached)
{
    size_t ways = (size_t)s->start_state.given + (size_t)s->start_states.given + (size_t)s->start_state_attribute.given;
    if (ways == 0) {
        ipsim_error_add(loader->errors, IPSIM_ERR_MISSING, (ipsim_origin){s->path, 0, "start_state"},
                        "it is not said where people start: give start_state, start_states or start_state_attribute");
        return false;
    }
    if (ways > 1) {
        ipsim_origin at = s->start_state_attribute.given ? s->start_state_attribute.origin : s->start_states.origin;
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, at, "only one of start_state, start_states and start_state_attribute can be given");
    }
    if (s->start_state.value != NULL) {
        require_start(loader, s, s->start_state.value, s->start_state.origin, reached);
    }
    for (size_t i = 0; i < s->start_states.count; i++) {
        require_start(loader, s, s->start_states.names[i], s->start_states.items[i].origin, reached);
    }
    if (s->start_state_attribute.value != NULL) {
        const ipsim_attribute *a = ipsim_require_attribute(loader, s, &s->start_state_attribute);
        if (a == NULL) {
            return false;
        }
        if (!ipsim_is_categorical(a)) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, s->start_state_attribute.origin,
                            "attribute %s is numeric; the start state is the level of a categorical one", a->name);
        }
        for (size_t i = 0; i < a->levels.count; i++) {
            require_start(loader, s, a->levels.items[i], s->start_state_attribute.origin, reached);
        }
    }
    bool any = false;
    for (size_t i = 0; i < s->n_states; i++) {
        any = any || (reached[i] && s->states[i].role.value == IPSIM_ROLE_ALIVE);
    }
    return any;
}

/* ---- reachable states ---- */
typedef struct edge {
    size_t from, to;
} edge;

static void spread(ipsim_loader *loader, const ipsim_scenario *s, bool *reached)
{
    size_t n_edges = 0;
    for (size_t i = 0; i < s->n_transitions; i++) {
        n_edges += s->transitions[i].from.count;
    }
    edge *edges = ipsim_loader_alloc(loader, n_edges, sizeof *edges);
    if (edges == NULL) {
        return;
    }
    n_edges = 0;
    for (size_t i = 0; i < s->n_transitions; i++) {
        const ipsim_transition *t = &s->transitions[i];
        size_t to = ipsim_scenario_find_state(s, t->to.value);
        for (size_t k = 0; k < t->from.count; k++) {
            edges[n_edges++] = (edge){ipsim_scenario_find_state(s, t->from.items[k]), to};
        }
    }
    for (bool grown = true; grown;) {
        grown = false;
        for (size_t i = 0; i < n_edges; i++) {
            if (reached[edges[i].from] && !reached[edges[i].to]) {
                reached[edges[i].to] = grown = true;
            }
        }
    }
}

/* A transition whose ends are misspelt, or the same, makes states look unreachable: that is the error. */
static bool all_ends_known(const ipsim_scenario *s)
{
    for (size_t i = 0; i < s->n_transitions; i++) {
        const ipsim_transition *t = &s->transitions[i];
        if (t->to.value == NULL || ipsim_scenario_find_state(s, t->to.value) == s->n_states || t->from.count == 0) {
            return false;
        }
        for (size_t k = 0; k < t->from.count; k++) {
            if (ipsim_scenario_find_state(s, t->from.items[k]) == s->n_states || strcmp(t->from.items[k], t->to.value) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* ---- streams ---- */
typedef struct way_out { /* a transition or an event, as seen from one state */
    const char *stream, *name;
    ipsim_origin at;
    bool is_event;
} way_out;

static void refuse_shared_streams(ipsim_loader *loader, const way_out *ways, size_t count, const char *state)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(ways[i].stream, ways[j].stream) == 0) {
                ipsim_error_add(loader->errors, IPSIM_ERR_RULE, ways[i].at,
                                "%s %s and %s %s both draw on stream \"%.100s\" in state %s; give one of them another stream",
                                ways[j].is_event ? "event" : "transition", ways[j].name, ways[i].is_event ? "event" : "transition",
                                ways[i].name, ways[i].stream, state);
                break;
            }
        }
    }
}

static void validate_streams(ipsim_loader *loader, const ipsim_scenario *s)
{
    way_out *ways = ipsim_loader_alloc(loader, s->n_transitions + s->n_events, sizeof *ways);
    for (size_t i = 0; i < s->n_states && ways != NULL; i++) {
        const char *state = s->states[i].name;
        size_t count = 0;
        for (size_t k = 0; k < s->n_transitions; k++) {
            const ipsim_transition *t = &s->transitions[k];
            if (!ipsim_names_contain(&t->from, state) || t->to.value == NULL) {
                continue;
            }
            const char *stream = t->stream.given ? t->stream.value : ipsim_loader_printf(loader, "%s->%s", state, t->to.value);
            if (stream != NULL) {
                ways[count++] = (way_out){stream, t->name, t->stream.given ? t->stream.origin : t->origin, false};
            }
        }
        for (size_t k = 0; k < s->n_events; k++) {
            const ipsim_event *e = &s->events[k];
            if (ipsim_names_contain(&e->states, state) && e->stream.value != NULL) {
                ways[count++] = (way_out){e->stream.value, e->name, e->stream.given ? e->stream.origin : e->origin, true};
            }
        }
        refuse_shared_streams(loader, ways, count, state);
    }
}

void ipsim_validate_graph(ipsim_loader *loader, const ipsim_scenario *s)
{
    bool *reached = ipsim_loader_alloc(loader, s->n_states, sizeof *reached);
    if (reached == NULL) {
        return;
    }
    for (size_t i = 0; i < s->n_states; i++) {
        if (strcmp(s->states[i].name, "not_entered") == 0) {
            ipsim_error_add(loader->errors, IPSIM_ERR_DUPLICATE, s->states[i].origin,
                            "results call so the people who have not entered the model yet; choose another name");
        }
    }
    if (validate_start(loader, s, reached) && all_ends_known(s)) {
        spread(loader, s, reached);
        for (size_t i = 0; i < s->n_states; i++) {
            if (!reached[i]) {
                ipsim_error_add(loader->errors, IPSIM_ERR_RULE, s->states[i].origin,
                                "nobody can reach this state: no chain of transitions leads to it from where people start");
            }
        }
    }
    validate_streams(loader, s);
}
