/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/suggest: what an unknown name may have meant, as the end of an error message: "; did you mean "x"?", or "; known: a, b"
 * when nothing is near and the list is short, or "". */
#ifndef IPSIM_SUGGEST_H
#define IPSIM_SUGGEST_H

#include <stddef.h>

enum { IPSIM_SUGGEST_LIST_MAX = 12 };

typedef struct ipsim_suggestion {
    const char *wanted, *best;
    size_t count;
    char list[160], text[200];
} ipsim_suggestion;

void ipsim_suggest_begin(ipsim_suggestion *suggestion, const char *wanted);
void ipsim_suggest_consider(ipsim_suggestion *suggestion, const char *name);
const char *ipsim_suggest_text(ipsim_suggestion *suggestion);

/* The three in one, for an array of names. */
const char *ipsim_suggest(ipsim_suggestion *suggestion, const char *wanted, const char *const *names, size_t count);

#endif
