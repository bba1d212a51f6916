/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to describe: Graphviz, which is loaded when a diagram is drawn: with the libraries that it needs it was a seventh of the time in
 * which the program starts. */
#ifndef IPSIM_GRAPHVIZ_H
#define IPSIM_GRAPHVIZ_H

#include <graphviz/gvc.h>

#include "ipsim/error.h"

/* What we use of it. */
/* clang-format off */
#define GRAPHVIZ_NAMES(X) \
    X(agattr) X(agclose) X(agedge) X(agnode) X(agopen) X(agsafeset) X(gvContext) X(gvFreeLayout) X(gvFreeRenderData) X(gvLayout) \
    X(gvRenderData) X(Agdirected)
/* clang-format on */

typedef struct graphviz {
#define X(name) __typeof__(name) *name;
    GRAPHVIZ_NAMES(X)
#undef X
} graphviz;

/* Once it is loaded. */
extern graphviz ipsim_graphviz;

/* Any number of times, by one thread at a time. */
ipsim_status ipsim_graphviz_load(ipsim_error *err) IPSIM_MUST_CHECK;

#endif
