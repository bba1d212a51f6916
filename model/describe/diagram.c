/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe/diagram: the states and the ways between them, laid out by Graphviz. A way out that every living state has (death, retirement) would
 * bury the others under its arrows: it is written into the box that it leads to. */
#include <stdlib.h>
#include <string.h>

#include "graphviz.h"
#include "parts.h"

enum { MANY_STATES = 40, MANY_ARROWS = 300 };

bool ipsim_describe_leaves_all(const ipsim_scenario *s, const ipsim_transition *transition)
{
    size_t n_living = 0, n_left = 0;
    for (size_t i = 0; i < s->n_states; i++) {
        if (!ipsim_describe_is_living(s, i))
            continue;
        n_living++;
        n_left += ipsim_names_contain(&transition->from, s->states[i].name);
    }
    return n_living > 2 && n_left == n_living;
}

/* Graphviz reads backslashes in labels; the text is to be shown as it is. Broken into lines of about `widest` bytes at blanks. */
static char *label_of(const char *text, size_t widest)
{
    char *label = malloc(2 * strlen(text) + 1);
    size_t used = 0, line = 0;
    for (const char *c = text; label && *c; c++, line++) {
        if (*c == ' ' && line >= widest) {
            label[used++] = '\\';
            label[used++] = 'n';
            line = 0;
        } else if (*c == '\\') {
            label[used++] = '\\';
            label[used++] = '\\';
        } else if ((unsigned char)*c >= 0x20) {
            label[used++] = *c;
        }
    }
    if (label)
        label[used] = '\0';
    return label;
}

static void set(void *object, const char *name, const char *value)
{
    char none[] = "";
    ipsim_graphviz.agsafeset(object, (char *)(uintptr_t)name, (char *)(uintptr_t)value, none);
}

static bool append(char **text, const char *before, const char *more, const char *after)
{
    char *longer = NULL;
    if (asprintf(&longer, "%s%s%s%s", *text ? *text : "", before, more, after) < 0)
        return false;
    free(*text);
    *text = longer;
    return true;
}

static bool add_states(Agraph_t *graph, const ipsim_scenario *s, Agnode_t **nodes)
{
    for (size_t i = 0; i < s->n_states; i++) {
        const ipsim_state *state = &s->states[i];
        char *text = label_of(ipsim_doc_or(state->label.value, state->name), 14), name[32];
        bool ok = text != NULL;
        bool absorbing = !ipsim_describe_is_living(s, i);
        bool first = s->start_state.value && strcmp(s->start_state.value, state->name) == 0;
        for (size_t t = 0; ok && t < s->n_transitions; t++) {
            const ipsim_transition *way = &s->transitions[t];
            char *of = label_of(way->name, 40);
            if (strcmp(way->to.value, state->name) == 0 && ipsim_describe_leaves_all(s, way))
                ok = of && append(&text, "\\n(", of, ": from every living state)");
            free(of);
        }
        snprintf(name, sizeof name, "state%zu", i);
        nodes[i] = ok ? ipsim_graphviz.agnode(graph, name, 1) : NULL;
        if (nodes[i]) {
            set(nodes[i], "label", text);
            set(nodes[i], "fillcolor", absorbing ? "#e6e8eb" : first ? "#cfe3f5" : "#f4f8fb");
            set(nodes[i], "penwidth", first ? "2" : "1");
        }
        free(text);
        if (!nodes[i])
            return false;
    }
    return true;
}

/* One arrow for each pair of states, with the names of all ways along it. */
static bool add_ways(Agraph_t *graph, const ipsim_scenario *s, Agnode_t **nodes, size_t *n_arrows)
{
    for (size_t from = 0; from < s->n_states; from++) {
        for (size_t to = 0; to < s->n_states; to++) {
            char *text = NULL;
            bool ok = true;
            for (size_t t = 0; ok && t < s->n_transitions; t++) {
                const ipsim_transition *way = &s->transitions[t];
                if (strcmp(way->to.value, s->states[to].name) != 0 || !ipsim_names_contain(&way->from, s->states[from].name) ||
                    ipsim_describe_leaves_all(s, way))
                    continue;
                char *name = label_of(way->name, 40);
                ok = name && append(&text, text ? "\\n" : "", name, "");
                free(name);
            }
            Agedge_t *edge = ok && text ? ipsim_graphviz.agedge(graph, nodes[from], nodes[to], NULL, 1) : NULL;
            if (edge)
                set(edge, "label", text);
            *n_arrows += edge != NULL;
            ok = ok && (edge || !text);
            free(text);
            if (!ok)
                return false;
        }
    }
    return true;
}

/* One for the life of the process: Graphviz's text layout keeps a pointer to the name of the last font, which freeing the context would
 * leave dangling (seen with 2.42). Documents are written by one thread. */
static GVC_t *shared_context(void)
{
    static GVC_t *context;
    if (!context)
        context = ipsim_graphviz.gvContext();
    return context;
}

char *ipsim_describe_diagram(const ipsim_scenario *s)
{
    static const char *const looks[][3] = {
        {"node", "shape", "box"},     {"node", "style", "rounded,filled"}, {"node", "fontname", "Helvetica"},
        {"node", "fontsize", "11"},   {"node", "color", "#33424f"},        {"edge", "fontname", "Helvetica"},
        {"edge", "fontsize", "9"},    {"edge", "color", "#5b6b79"},        {"edge", "fontcolor", "#33424f"},
        {"edge", "arrowsize", "0.7"},
    };
    char name[] = "states";
    Agraph_t *graph = ipsim_graphviz.agopen(name, *ipsim_graphviz.Agdirected, NULL);
    Agnode_t **nodes = calloc(s->n_states + 1, sizeof *nodes);
    GVC_t *context = graph && nodes ? shared_context() : NULL;
    char *drawn = NULL, *copy = NULL;
    unsigned int size = 0;
    size_t n_arrows = 0;
    if (context) {
        set(graph, "rankdir", "TB");
        set(graph, "ranksep", "0.6");
        set(graph, "nodesep", "0.35");
        for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
            ipsim_graphviz.agattr(graph, strcmp(looks[i][0], "node") == 0 ? AGNODE : AGEDGE, (char *)(uintptr_t)looks[i][1],
                                  (char *)(uintptr_t)looks[i][2]);
        bool ok = add_states(graph, s, nodes) && add_ways(graph, s, nodes, &n_arrows);
        if (s->n_states > MANY_STATES ||
            n_arrows > MANY_ARROWS) { /* no picture of that many is beautiful; Graphviz would try for minutes */
            set(graph, "nslimit", "0.5");
            set(graph, "nslimit1", "0.5");
            set(graph, "mclimit", "0.1");
            set(graph, "splines", "line");
        }
        if (ok && ipsim_graphviz.gvLayout(context, graph, "dot") == 0) {
            if (ipsim_graphviz.gvRenderData(context, graph, "svg", &drawn, &size) == 0 && drawn)
                copy = strndup(drawn, size);
            ipsim_graphviz.gvFreeRenderData(drawn);
            ipsim_graphviz.gvFreeLayout(context, graph);
        }
    }
    if (graph)
        ipsim_graphviz.agclose(graph);
    free(nodes);
    return copy;
}
