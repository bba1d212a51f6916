/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/nearest: see include/ipsim/nearest.h. */
#include "ipsim/nearest.h"

#include <stdbool.h>
#include <string.h>

/* Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. Names beyond 63 letters are cut. */
static size_t edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    size_t rows[3][LONGEST + 1];
    size_t a_length = strnlen(a, LONGEST), b_length = strnlen(b, LONGEST);
    for (size_t j = 0; j <= b_length; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3];
        const size_t *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = before[j - 1] + (a[i - 1] != b[j - 1]);
            best = before[j] + 1 < best ? before[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && earlier[j - 2] + 1 < best) {
                best = earlier[j - 2] + 1;
            }
            now[j] = best;
        }
    }
    return rows[a_length % 3][b_length];
}

const char *ipsim_nearest(const char *wanted, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t length = strlen(wanted);
    size_t best_distance = (length < 63 ? length : 63) / 3 + 2; /* farther than that is no help */
    for (size_t i = 0; i < count; i++) {
        if (names[i] == NULL) {
            continue;
        }
        size_t distance = edit_distance(wanted, names[i]);
        size_t other = strlen(names[i]);
        /* A name that begins the other ("rate" for "rate_per_year", "horizon" for "horizon_years") is a likely slip too. */
        if (length >= 3 && other >= 3 && (strncmp(wanted, names[i], length) == 0 || strncmp(wanted, names[i], other) == 0)) {
            distance = distance < 2 ? distance : 2;
        }
        if (distance < best_distance) {
            best_distance = distance;
            best = names[i];
        }
    }
    return best;
}
