/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graphviz.h"

#include "base/library.h"

graphviz ipsim_graphviz;

#ifdef IPSIM_GRAPHVIZ
ipsim_status ipsim_graphviz_load(ipsim_error *err)
{
#define X(name) {#name, &ipsim_graphviz.name},
    static const ipsim_library_name names[] = {GRAPHVIZ_NAMES(X)};
#undef X
    static bool loaded;
    char why[400];
    loaded = loaded || ipsim_library_load(IPSIM_GRAPHVIZ, names, sizeof names / sizeof names[0], why, sizeof why);
    return loaded ? IPSIM_OK : ipsim_error_set(err, IPSIM_ERR_FILE, "the state diagram cannot be drawn without Graphviz: %s", why);
}
#else /* it is linked */
ipsim_status ipsim_graphviz_load(ipsim_error *err)
{
    (void)err;
#define X(name) ipsim_graphviz.name = &name;
    GRAPHVIZ_NAMES(X)
#undef X
    return IPSIM_OK;
}
#endif
