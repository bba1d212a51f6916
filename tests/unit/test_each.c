/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/each and write/tree: every piece once, several at a time; folders with all that is in them. */
#include "../testlib.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/each.h"
#include "write/tree.h"

enum { MOST = 40, TOGETHER = 3 };

typedef struct record {
    pthread_mutex_t lock;
    pthread_cond_t came;
    int times[MOST], waiting;
    pthread_t first;
} record;

static void note(void *data, size_t i)
{
    record *r = data;
    pthread_mutex_lock(&r->lock);
    r->times[i]++;
    if (i == 0) {
        r->first = pthread_self();
    }
    pthread_mutex_unlock(&r->lock);
}

static void every_piece_is_done_once(void **state)
{
    (void)state;
    const size_t n[] = {0, 1, 2, MOST}, n_threads[] = {0, 1, 3, 100};
    for (size_t i = 0; i < 16; i++) {
        record r = {.lock = PTHREAD_MUTEX_INITIALIZER};
        ipsim_each(n[i / 4], n_threads[i % 4], note, &r);
        for (size_t k = 0; k < MOST; k++) {
            assert_int_equal(r.times[k], k < n[i / 4]);
        }
        assert_true(n[i / 4] == 0 || pthread_equal(r.first, pthread_self()));
    }
}

/* Comes back when all others have come too. */
static void meet(void *data, size_t i)
{
    record *r = data;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    pthread_mutex_lock(&r->lock);
    r->waiting++;
    pthread_cond_broadcast(&r->came);
    while (r->waiting < TOGETHER && pthread_cond_timedwait(&r->came, &r->lock, &until) == 0) {
    }
    r->times[i] = r->waiting;
    pthread_mutex_unlock(&r->lock);
}

static void pieces_wait_at_the_same_time(void **state)
{
    (void)state;
    record r = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};
    ipsim_each(TOGETHER, TOGETHER, meet, &r);
    for (size_t i = 0; i < TOGETHER; i++) {
        assert_int_equal(r.times[i], TOGETHER);
    }
}

static void touch(const char *folder, int number)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%d", folder, number);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("text\n", file);
    assert_int_equal(fclose(file), 0);
}

static void a_tree_is_synced_and_removed(void **state)
{
    (void)state;
    char base[] = "/tmp/ipsim-tree-XXXXXX", tree[100], inner[100], outside[100], file[200];
    ipsim_error err = {0};
    assert_non_null(mkdtemp(base));
    snprintf(tree, sizeof tree, "%s/tree", base);
    snprintf(inner, sizeof inner, "%s/tree/inner", base);
    snprintf(outside, sizeof outside, "%s/outside", base);
    assert_int_equal(mkdir(tree, 0777), 0);
    assert_int_equal(mkdir(inner, 0777), 0);
    assert_int_equal(mkdir(outside, 0777), 0);
    snprintf(file, sizeof file, "%s/link", tree);
    assert_int_equal(symlink("../outside", file), 0);
    touch(outside, 0);
    for (int i = 0; i < MOST; i++) {
        touch(i % 2 == 0 ? tree : inner, i);
    }
    assert_int_equal(ipsim_tree_sync(tree, &err), IPSIM_OK);
    ipsim_tree_remove(tree);
    assert_int_not_equal(access(tree, F_OK), 0);
    snprintf(file, sizeof file, "%s/0", outside);
    assert_int_equal(access(file, F_OK), 0); /* a link is removed, and not what it names */
    assert_int_equal(ipsim_tree_sync(tree, &err), IPSIM_ERR_FILE);
    assert_string_equal(err.file, tree);
    ipsim_tree_remove(tree); /* nothing there */
    ipsim_tree_remove(base);
    assert_int_not_equal(access(base, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_done_once),
        cmocka_unit_test(pieces_wait_at_the_same_time),
        cmocka_unit_test(a_tree_is_synced_and_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
