/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of assignments, dealt to threads one by one. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "vary.h"

typedef struct each {
    const vary_list *list;
    size_t next;
    size_t failed; /* the first that failed, list->n for none */
    ipsim_error_list failures;
    bool left; /* an assignment was left in the middle, since the list is to stop */
    int64_t persons_done;
    double last_progress;
} each;

static bool is_stopped(void *data)
{
    const vary_list *list = data;
    return list->stop && *list->stop;
}

static size_t deal_one(each *a)
{
    size_t i;
#pragma omp critical(ipsim_vary_each)
    {
        bool stop = a->failed < a->list->n || is_stopped((void *)a->list);
        i = stop || a->next == a->list->n ? a->list->n : a->next++;
    }
    return i;
}

static void fail(each *a, size_t i, const ipsim_error_list *found)
{
#pragma omp critical(ipsim_vary_each)
    if (i < a->failed) {
        a->failed = i;
        ipsim_error_list_clear(&a->failures);
        for (size_t k = 0; k < found->count; k++)
            ipsim_error_add_copy(&a->failures, &found->items[k]);
    }
}

static void finish(each *a)
{
#pragma omp critical(ipsim_vary_each)
    {
        double now = omp_get_wtime();
        a->persons_done += a->list->persons;
        if (a->list->progress && now - a->last_progress > 0.1) {
            a->last_progress = now;
            a->list->progress(a->list->progress_data, a->persons_done, a->list->persons * (int64_t)a->list->n);
        }
    }
}

static bool do_one(const vary_list *list, vary_worker *w, size_t i, double *values, ipsim_error_list *found)
{
    char what[64] = "";
    ipsim_luck luck = {0};
    ipsim_error err;
    for (size_t q = 0; q < list->v->n_quantities; q++)
        values[q] = NAN;
    list->assign(list->data, i, values, what, &luck);
    if (ipsim_vary_assign(w, values, what[0] ? what : NULL, found) != IPSIM_OK)
        return false;
    ipsim_vary_clear(w);
    if (ipsim_vary_simulate(w, luck, 0, list->persons, &err) != IPSIM_OK) {
        ipsim_origin at = {err.file[0] ? err.file : NULL, err.line, err.key[0] ? err.key : NULL};
        ipsim_error_add(found, err.status, at, "%s (%s)", err.message, what);
        return false;
    }
    list->take(list->data, i, ipsim_vary_experiment(w), ipsim_vary_sums(w));
    return true;
}

static void work(each *a)
{
    const vary_list *list = a->list;
    ipsim_error_list found = {0};
    vary_worker *w = NULL;
    double *values = calloc(list->v->n_quantities + 1, sizeof *values);
    if (!values)
        ipsim_error_add(&found, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory to vary parameters in a thread");
    if (!values || ipsim_vary_worker_create(list->v, list->persons, &w, &found) != IPSIM_OK)
        fail(a, 0, &found);
    if (w)
        ipsim_vary_ask(w, is_stopped, (void *)list);
    for (size_t i; w && (i = deal_one(a)) < list->n;) {
        if (!do_one(list, w, i, values, &found)) {
            if (ipsim_error_list_status(&found) == IPSIM_ERR_INTERRUPTED) {
#pragma omp critical(ipsim_vary_each)
                a->left = true;
            } else {
                fail(a, i, &found);
            }
            break;
        }
        finish(a);
    }
    ipsim_vary_worker_free(w);
    ipsim_error_list_clear(&found);
    free(values);
}

static int count_threads(const vary_list *list)
{
    int threads = list->n_threads > 0 ? list->n_threads : omp_get_max_threads();
    return (size_t)threads < list->n ? threads : (int)list->n;
}

ipsim_status ipsim_vary_each(const vary_list *list, ipsim_error_list *errors)
{
    each a = {.list = list, .failed = list->n, .last_progress = omp_get_wtime()};
    if (list->n == 0)
        return IPSIM_OK;
#pragma omp parallel num_threads(count_threads(list))
    work(&a);
    for (size_t k = 0; k < a.failures.count; k++)
        ipsim_error_add_copy(errors, &a.failures.items[k]);
    ipsim_status status = a.failed < list->n ? ipsim_error_list_status(&a.failures) : IPSIM_OK;
    ipsim_error_list_clear(&a.failures);
    if (status == IPSIM_OK && (a.left || a.next < list->n))
        return ipsim_error_add(errors, IPSIM_ERR_INTERRUPTED, (ipsim_origin){0}, "interrupted");
    return status;
}
