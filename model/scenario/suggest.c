/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/suggest: see suggest.h. */
#include "suggest.h"

#include <stdio.h>
#include <string.h>

#include "ipsim/nearest.h"

void ipsim_suggest_begin(ipsim_suggestion *s, const char *wanted)
{
    *s = (ipsim_suggestion){.wanted = wanted};
}

void ipsim_suggest_consider(ipsim_suggestion *s, const char *name)
{
    const char *pair[2] = {s->best, name};
    s->best = ipsim_nearest(s->wanted, pair, 2);
    size_t used = strlen(s->list);
    if (used + strlen(name) + 3 < sizeof s->list) {
        snprintf(s->list + used, sizeof s->list - used, "%s%s", used > 0 ? ", " : "", name);
        s->count++;
    } else {
        s->count = IPSIM_SUGGEST_LIST_MAX + 1; /* too many to list */
    }
}

const char *ipsim_suggest_text(ipsim_suggestion *s)
{
    s->text[0] = '\0';
    if (s->best != NULL) {
        snprintf(s->text, sizeof s->text, "; did you mean \"%.100s\"?", s->best);
    } else if (s->count > 0 && s->count <= IPSIM_SUGGEST_LIST_MAX) {
        snprintf(s->text, sizeof s->text, "; known: %s", s->list);
    }
    return s->text;
}

const char *ipsim_suggest(ipsim_suggestion *s, const char *wanted, const char *const *names, size_t count)
{
    ipsim_suggest_begin(s, wanted);
    for (size_t i = 0; i < count; i++) {
        ipsim_suggest_consider(s, names[i]);
    }
    return ipsim_suggest_text(s);
}
