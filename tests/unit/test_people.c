/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account/people: whatever their subgroups are, people who are sorted fit into the batches that there is room for, each person in one seat and
 * in one place of every order in which sums are made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "account/tally.h"
#include "base/simd.h"
#include "ipsim/account.h"

enum { DIMENSIONS = 4, MOST = 700 };

static uint64_t state = 1;

static size_t below(size_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % n;
}

/* In every view each person has a place within the stretch of the combination that is theirs. */
static void check_views(const ipsim_people *people)
{
    for (size_t v = 0; v < people->n_views; v++) {
        const struct ipsim_people_view *view = &people->views[v];
        unsigned char placed[2 * MOST * IPSIM_LANES] = {0};
        assert_in_range(people->n_slots, 0, sizeof placed);
        for (size_t s = 0; s < view->n_stretches; s++)
            for (size_t i = 0; i < (size_t)view->stretches[s].persons; i++) {
                size_t place = view->stretches[s].first + i, slot = view->order ? (size_t)view->order[place] : place, combination = 0;
                assert_true(slot < people->n_slots && people->person[slot] >= 0);
                placed[slot]++;
                for (size_t d = 0; d < view->n_dimensions; d++)
                    combination = combination * view->n_levels[d] + (size_t)people->attributes[view->attribute[d] * people->stride + slot];
                assert_int_equal(combination, view->stretches[s].combination);
            }
        for (size_t slot = 0; slot < people->n_slots; slot++)
            assert_int_equal(placed[slot], people->person[slot] >= 0);
    }
}

/* Each batch; how many there were. */
static size_t seat_all(ipsim_people *people, size_t n, const int64_t *which, const double *attributes, unsigned char *seated)
{
    size_t n_batches = 0;
    for (size_t i = 0, batch; i < n; i += batch, n_batches++) {
        batch = ipsim_people_fit(people, n - i, which + i, attributes);
        assert_in_range(batch, 1, n - i);
        ipsim_people_seat(people, 1000, batch, which + i, attributes);
        assert_true(people->n_slots + IPSIM_LANES <= people->stride);
        size_t n_here = 0;
        for (size_t slot = 0; slot < people->stride; slot++) {
            if (people->person[slot] < 0)
                continue;
            size_t person = (size_t)people->person[slot] - 1000;
            assert_true(slot < people->n_slots && person < n);
            seated[person]++;
            n_here++;
            for (size_t a = 0; a < DIMENSIONS; a++)
                assert_true(people->attributes[a * people->stride + slot] == attributes[person * DIMENSIONS + a]);
        }
        assert_int_equal(n_here, batch);
        check_views(people);
    }
    return n_batches;
}

static void people_fit_into_their_batches(void **unused)
{
    (void)unused;
    for (int trial = 0; trial < 400; trial++) {
        size_t attribute[DIMENSIONS] = {0, 1, 2, 3}, levels[DIMENSIONS], n = 1 + below(MOST), n_batches = 1 + below(n < 20 ? n : 20);
        uint32_t first[DIMENSIONS], n_groups = 1;
        double attributes[MOST * DIMENSIONS];
        int64_t which[MOST];
        unsigned char seated[MOST] = {0};
        bool lopsided = below(2) == 0; /* nearly all people are of one combination */
        for (size_t d = 0; d < DIMENSIONS; d++) {
            levels[d] = 1 + below(below(3) == 0 ? 40 : 5);
            first[d] = n_groups;
            n_groups += (uint32_t)levels[d];
        }
        for (size_t i = 0; i < n * DIMENSIONS; i++)
            attributes[i] = lopsided && below(20) > 0 ? 0.0 : (double)below(levels[i % DIMENSIONS]);
        ipsim_grouping grouping = {.n_dimensions = below(DIMENSIONS + 1), .attribute = attribute, .n_levels = levels, .first = first};
        ipsim_people *people = ipsim_people_create(n, n_batches, DIMENSIONS, &grouping);
        assert_non_null(people);
        assert_true(ipsim_people_sort(people, n, attributes, which));
        assert_in_range(seat_all(people, n, which, attributes, seated), 1, n_batches);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(seated[i], 1);
        ipsim_people_free(people);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(people_fit_into_their_batches)};
    return cmocka_run_group_tests_name("account/people", tests, NULL, NULL);
}
