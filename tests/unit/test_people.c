/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account/people: whatever their subgroups are, people who are sorted fit into the batches that there is room for, each person in one seat. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "account/tally.h"
#include "base/simd.h"
#include "ipsim/account.h"

enum { DIMENSIONS = 3, MOST = 700 };

static uint64_t state = 1;

static size_t below(size_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % n;
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
    }
    return n_batches;
}

static void people_fit_into_their_batches(void **unused)
{
    (void)unused;
    for (int trial = 0; trial < 400; trial++) {
        size_t attribute[DIMENSIONS] = {0, 1, 2}, levels[DIMENSIONS], n = 1 + below(MOST), n_batches = 1 + below(n < 20 ? n : 20);
        uint32_t first[DIMENSIONS], n_groups = 1;
        double attributes[MOST * DIMENSIONS];
        int64_t which[MOST];
        unsigned char seated[MOST] = {0};
        bool lopsided = below(2) == 0; /* nearly all people are of one combination */
        for (size_t d = 0; d < DIMENSIONS; d++) {
            levels[d] = 1 + below(5);
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

/* 27 combinations share the first view, whose padding is more than all places of the second. */
static void a_view_of_few_combinations_beside_one_of_many(void **unused)
{
    (void)unused;
    enum { N = 4, PERSONS = 54 };
    size_t attribute[N] = {0, 1, 2, 3}, levels[N] = {3, 3, 3, 2};
    uint32_t first[N] = {1, 4, 7, 10};
    double attributes[PERSONS * N];
    for (size_t i = 0; i < PERSONS; i++) {
        size_t c = i % 27;
        double row[N] = {(double)(c / 9), (double)(c / 3 % 3), (double)(c % 3), (double)(i / 27)};
        memcpy(attributes + i * N, row, sizeof row);
    }
    ipsim_grouping grouping = {.n_dimensions = N, .attribute = attribute, .n_levels = levels, .first = first};
    ipsim_people *people = ipsim_people_create(PERSONS, 1, N, &grouping);
    assert_non_null(people);
    assert_int_equal(people->n_views, 2);
    ipsim_people_seat(people, 0, PERSONS, NULL, attributes);
    const struct ipsim_people_view *view = &people->views[1];
    assert_true(people->n_slots > view->n_places); /* seats beyond the places of this view are looked at */
    assert_true(malloc_usable_size(view->combination) >= people->n_slots * sizeof *view->combination);
    size_t n_women = 0;
    for (size_t place = 0; place < view->n_places; place++)
        if (people->person[view->order[place]] >= 0)
            n_women += people->attributes[3 * people->stride + (size_t)view->order[place]] > 0.0;
    assert_int_equal(n_women, 27);
    ipsim_people_free(people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(people_fit_into_their_batches),
                                       cmocka_unit_test(a_view_of_few_combinations_beside_one_of_many)};
    return cmocka_run_group_tests_name("account/people", tests, NULL, NULL);
}
