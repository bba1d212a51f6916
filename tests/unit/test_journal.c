/* SPDX-License-Identifier: GPL-3.0-or-later */
/* experiment: units, parts as bytes, records and identities. What happens to whole runs is in tests/cli/test_checkpoint.sh and test_shards.sh. */
#include "testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/deal.h"
#include "experiment/identity.h"
#include "experiment/record.h"
#include "experiment/until.h"

enum { BLOCK = IPSIM_BLOCK_PERSONS, PERSONS = 2 * BLOCK + 452 /* three units, the last one small */ };

static const char text_of_scenario[] =
    "simulation: { persons = 1000; seed = 3; horizon_years = 10; report_years = [2.0]; };\n"
    "attributes: { sex: { levels = [\"woman\", \"man\"]; probabilities = [0.5, 0.5]; }; };\n"
    "subgroups = [\"sex\"];\n"
    "states: { well: { utility = 0.9; }; ill: { utility = 0.5; }; dead: { role = \"dead\"; }; };\n"
    "start_state = \"well\";\n"
    "transitions: {\n"
    "  fall: { from = \"well\"; to = \"ill\"; hazard: { family = \"exponential\"; rate = 0.2; }; };\n"
    "  die: { from = [\"well\", \"ill\"]; to = \"dead\"; stream = \"death\"; hazard: { family = \"exponential\"; rate = 0.05; }; };\n"
    "};\n"
    "outcomes: { first: { type = \"first_time\"; states = [\"ill\"]; }; };\n";

/* ---- integers as bytes ---- */

static void integers_come_back(void **state)
{
    (void)state;
    const uint64_t ones = UINT64_MAX;
    const uint64_t cases[][3] = {{0, 0, 0},
                                 {1, 0, 0},
                                 {127, 0, 0},
                                 {128, 0, 0},
                                 {255, 0, 0},
                                 {256, 0, 0},
                                 {ones, ones, ones},
                                 {ones, 0, 0},
                                 {0, 1, 0},
                                 {0x80, 0, 0},
                                 {0, 0, 1},
                                 {ones, ones, ones >> 1},
                                 {0, 0, 1ULL << 63},
                                 {~127ULL, ones, ones},
                                 {~128ULL, ones, ones},
                                 {~255ULL, ones, ones},
                                 {5, ones, ones}};
    ipsim_bytes bytes = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ipsim_bytes_put_integer(&bytes, cases[i], 3);
    ipsim_reader reader = ipsim_reader_of(bytes.data, bytes.size);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t back[3];
        ipsim_reader_get_integer(&reader, back, 3);
        assert_memory_equal(back, cases[i], sizeof back);
    }
    assert_false(reader.bad);
    assert_ptr_equal(reader.at, reader.end);
    uint64_t beyond[3] = {1, 1, 1};
    ipsim_reader_get_integer(&reader, beyond, 3);
    assert_true(reader.bad);
    assert_true(beyond[0] == 0 && beyond[2] == 0);
    ipsim_bytes_clear(&bytes);
    /* Small numbers are small: 0 takes one byte, -1 and 127 two, 128 three (its sign needs one). */
    const size_t sizes[] = {1, 2, 2, 3};
    const uint64_t small[] = {0, ones, 127, 128};
    for (size_t i = 0; i < 4; i++) {
        ipsim_bytes_put_integer(&bytes, &small[i], 1);
        assert_int_equal(bytes.size, sizes[i]);
        ipsim_bytes_clear(&bytes);
    }
}

/* ---- units ---- */

/* The set against an array of flags, through many random additions. */
static void unit_sets_agree_with_flags(void **state)
{
    (void)state;
    enum { N = 200 };
    uint32_t noise = 12345;
    for (int round = 0; round < 200; round++) {
        bool flags[N] = {false};
        unit_set set = {0};
        for (int step = 0; step < 25; step++) {
            noise = noise * 1664525 + 1013904223;
            int64_t first = noise >> 8 & 127, end = first + (noise >> 20 & 31);
            ipsim_units_add(&set, (unit_range){first, end});
            for (int64_t u = first; u < end; u++)
                flags[u] = true;
        }
        int64_t count = 0, gap = -1;
        for (int64_t u = 0; u < N; u++) {
            count += flags[u];
            gap = gap < 0 && !flags[u] ? u : gap;
            assert_int_equal(ipsim_units_have_all(&set, (unit_range){u, u + 1}), flags[u]);
            unit_set one = {0};
            ipsim_units_add(&one, (unit_range){u, u + 1});
            assert_int_equal(ipsim_units_overlap(&set, &one), flags[u]);
            assert_int_equal(ipsim_units_overlap(&one, &set), flags[u]);
            ipsim_units_clear(&one);
        }
        assert_int_equal(ipsim_units_count(&set), count);
        assert_int_equal(ipsim_units_first_gap(&set, (unit_range){0, N}).first, gap);
        for (size_t i = 1; i < set.count; i++)
            assert_true(set.ranges[i].first > set.ranges[i - 1].end);
        ipsim_bytes bytes = {0};
        unit_set back = {0};
        ipsim_units_pack(&set, &bytes);
        ipsim_reader reader = ipsim_reader_of(bytes.data, bytes.size);
        ipsim_units_unpack(&back, &reader);
        assert_false(reader.bad);
        assert_int_equal(back.count, set.count);
        assert_memory_equal(back.ranges, set.ranges, set.count * sizeof *set.ranges);
        ipsim_bytes_clear(&bytes);
        ipsim_units_clear(&back);
        ipsim_units_clear(&set);
    }
}

static void shards_share_all_units(void **state)
{
    (void)state;
    const int64_t sizes[] = {0, 1, 2, 9, 10, 1000003, (int64_t)1 << 40};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int64_t n = 1; n <= 17; n++) {
            int64_t at = 0;
            for (int64_t i = 1; i <= n; i++) {
                unit_range r = ipsim_units_of_shard(sizes[s], i, n);
                assert_int_equal(r.first, at);
                assert_true(r.end - r.first == sizes[s] / n || r.end - r.first == sizes[s] / n + 1);
                at = r.end;
            }
            assert_int_equal(at, sizes[s]);
        }
}

static void bytes_that_are_no_set_are_refused(void **state)
{
    (void)state;
    const int64_t bad[][4] = {{5, 5, 7, 8}, {5, 6, 6, 8}, {7, 8, 5, 6}, {-3, 2, 5, 6}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ipsim_bytes bytes = {0};
        unit_set set = {0};
        ipsim_bytes_put_64(&bytes, 2);
        for (size_t k = 0; k < 4; k++)
            ipsim_bytes_put_64(&bytes, (uint64_t)bad[i][k]);
        ipsim_reader reader = ipsim_reader_of(bytes.data, bytes.size);
        ipsim_units_unpack(&set, &reader);
        assert_true(reader.bad);
        ipsim_units_clear(&set);
        ipsim_bytes_clear(&bytes);
    }
}

/* ---- parts ---- */

typedef struct fixture {
    ipsim_scenario *scenario;
    const ipsim_scenario *view[1];
    experiment *e;
    ipsim_luck lucks[3];
    work w;
} fixture;

static void open_fixture(fixture *f, size_t n_replicates)
{
    ipsim_error_list errors = {0};
    f->scenario = testlib_load_text(text_of_scenario);
    f->view[0] = f->scenario;
    assert_no_errors(ipsim_experiment_create(f->view, 1, &f->e, &errors), &errors);
    for (uint32_t i = 0; i < 3; i++)
        f->lucks[i] = (ipsim_luck){.seed = 3, .replicate = i};
    f->w = ipsim_work_of(f->e, NULL, f->lucks, n_replicates, PERSONS);
}

static void close_fixture(fixture *f)
{
    ipsim_experiment_free(f->e);
    ipsim_scenario_free(f->scenario);
}

static experiment_part *simulate(fixture *f, unit_range within)
{
    ipsim_error_list errors = {0};
    ipsim_run_options options = {.n_threads = 2};
    experiment_part *part = ipsim_part_create(&f->w);
    deal_job job = {.work = &f->w, .within = within, .options = &options, .total = part};
    assert_no_errors(ipsim_deal(&job, &errors), &errors);
    return part;
}

/* Packed bytes are a faithful picture of the sums: equal bytes, equal sums. */
static ipsim_bytes packed(const experiment_part *part)
{
    ipsim_bytes bytes = {0};
    assert_true(ipsim_part_pack(part, &bytes));
    return bytes;
}

static void assert_same_parts(const experiment_part *a, const experiment_part *b)
{
    ipsim_bytes x = packed(a), y = packed(b);
    assert_int_equal(x.size, y.size);
    assert_memory_equal(x.data, y.data, x.size);
    ipsim_bytes_clear(&x);
    ipsim_bytes_clear(&y);
}

static void parts_merge_in_any_order(void **state)
{
    (void)state;
    for (size_t n_replicates = 1; n_replicates <= 3; n_replicates += 2) {
        fixture f;
        open_fixture(&f, n_replicates);
        int64_t n = ipsim_work_n_units(&f.w);
        assert_int_equal(n, 3 * (int64_t)n_replicates);
        assert_int_equal(ipsim_work_persons_in(&f.w, (unit_range){0, n}), (int64_t)PERSONS * (int64_t)n_replicates);
        assert_int_equal(ipsim_work_persons_in(&f.w, (unit_range){2, 3}), PERSONS - 2 * BLOCK);
        experiment_part *whole = simulate(&f, (unit_range){0, n}), *joined = ipsim_part_create(&f.w);
        for (int64_t u = n - 1; u >= 0; u--) {
            experiment_part *one = simulate(&f, (unit_range){u, u + 1});
            ipsim_bytes bytes = packed(one);
            experiment_part *back = ipsim_part_create(&f.w);
            assert_true(ipsim_part_unpack(back, bytes.data, bytes.size));
            ipsim_units_merge(&back->units, &one->units);
            assert_same_parts(one, back);
            assert_true(ipsim_part_merge(joined, back));
            ipsim_part_free(one);
            ipsim_part_free(back);
            ipsim_bytes_clear(&bytes);
        }
        assert_same_parts(whole, joined);
        assert_true(ipsim_units_have_all(&joined->units, (unit_range){0, n}));
        assert_int_equal(joined->sums->persons, (int64_t)PERSONS * (int64_t)n_replicates);
        for (size_t r = 0; n_replicates > 1 && r < n_replicates; r++)
            assert_int_equal(ipsim_ledger_persons(joined->replicates[r], 0), PERSONS);
        ipsim_part_clear(whole);
        assert_int_equal(whole->sums->persons, 0);
        ipsim_part_free(whole);
        ipsim_part_free(joined);
        close_fixture(&f);
    }
}

static void bytes_that_are_no_part_are_refused(void **state)
{
    (void)state;
    fixture f;
    open_fixture(&f, 1);
    experiment_part *part = simulate(&f, (unit_range){0, 1}), *back = ipsim_part_create(&f.w);
    ipsim_bytes bytes = packed(part);
    assert_true(ipsim_part_unpack(back, bytes.data, bytes.size));
    for (size_t size = 0; size < bytes.size; size += 37)
        assert_false(ipsim_part_unpack(back, bytes.data, size));
    bytes.data[0] ^= 1; /* another length */
    assert_false(ipsim_part_unpack(back, bytes.data, bytes.size));
    ipsim_bytes_clear(&bytes);
    ipsim_part_free(part);
    ipsim_part_free(back);
    close_fixture(&f);
}

/* ---- identities ---- */

static void identities_say_what_differs(void **state)
{
    (void)state;
    fixture f;
    char why[1024];
    open_fixture(&f, 3);
    const ipsim_setting odd = {"a", "b%0A\nc=d"};
    ipsim_run_options options = {.origin = {.program = "ipsim 1", .command = "run", .settings = &odd, .n_settings = 1}};
    char *ours = ipsim_identity_text(&f.w, &options);
    assert_true(ipsim_identity_agrees(ours, ours, true, why, sizeof why));
    char value[64];
    const char *at = ours;
    assert_true(ipsim_identity_next(&at, "set", value, sizeof value));
    assert_string_equal(value, "a=b%0A\nc=d");
    assert_false(ipsim_identity_next(&at, "set", value, sizeof value));

    ipsim_luck *lucks;
    size_t n;
    int64_t persons;
    ipsim_error err;
    assert_ok(ipsim_identity_luck(ours, &lucks, &n, &persons, &err), &err);
    assert_int_equal(n, 3);
    assert_int_equal(persons, PERSONS);
    for (size_t i = 0; i < n; i++)
        assert_true(lucks[i].seed == 3 && lucks[i].replicate == i);
    free(lucks);

    const struct {
        const char *program;
        int64_t shard;
        uint64_t seed;
        int64_t persons;
        const char *expected;
    } cases[] = {{"ipsim 2", 1, 3, PERSONS, "another version of the program (ipsim 2; this is ipsim 1)"},
                 {"ipsim 1", 2, 3, PERSONS, "it has shard 2 of 2, this run has shard 1 of 1"},
                 {"ipsim 1", 1, 4, PERSONS, "it has seed 4, replicates 0 to 0, this run has seed 3, replicates 0 to 2"},
                 {"ipsim 1", 1, 3, PERSONS + 1, "it has persons "}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ipsim_luck other_lucks[3] = {{cases[i].seed, 0}, {3, 1}, {3, 2}};
        work other = ipsim_work_of(f.e, NULL, other_lucks, 3, cases[i].persons);
        ipsim_run_options o = options;
        o.origin.program = cases[i].program;
        o.shard = o.n_shards = cases[i].shard == 1 ? 0 : cases[i].shard;
        char *theirs = ipsim_identity_text(&other, &o);
        assert_false(ipsim_identity_agrees(ours, theirs, true, why, sizeof why));
        assert_non_null(strstr(why, cases[i].expected));
        assert_int_equal(ipsim_identity_agrees(ours, theirs, false, why, sizeof why), cases[i].shard == 2);
        free(theirs);
    }
    free(ours);
    close_fixture(&f);
}

/* ---- records ---- */

static FILE *file_of(const ipsim_bytes *bytes)
{
    FILE *stream = tmpfile();
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes->data, 1, bytes->size, stream), bytes->size);
    rewind(stream);
    return stream;
}

/* Any single damaged byte costs at most the record that it is in, and never goes unnoticed. */
static void every_damaged_byte_is_noticed(void **state)
{
    (void)state;
    ipsim_bytes bytes = {0}, payload = {0};
    ipsim_bytes_put(&payload, "sums", 4);
    ipsim_record_put_head(&bytes, "program x\n");
    size_t head = bytes.size;
    for (int64_t i = 0; i < 3; i++) {
        unit_set units = {0};
        ipsim_units_add(&units, (unit_range){10 * i, 10 * i + 5});
        ipsim_record_put(&bytes, RECORD_PART, &units, &payload);
        ipsim_units_clear(&units);
    }
    size_t each = (bytes.size - head) / 3;
    for (size_t at = 0; at < bytes.size; at++) {
        bytes.data[at] ^= 0x10;
        FILE *stream = file_of(&bytes);
        char *text = NULL;
        ipsim_error err;
        ipsim_status status = ipsim_record_read_head(stream, "journal", &text, NULL, &err);
        assert_int_equal(status == IPSIM_OK, at >= head);
        record r = {0};
        int good = 0, bad = 0;
        for (record_reading reading; status == IPSIM_OK && (reading = ipsim_record_next(stream, &r)) != RECORD_END;) {
            good += reading == RECORD_GOOD;
            bad += reading != RECORD_GOOD;
            if (reading == RECORD_GOOD)
                assert_int_not_equal(r.units.ranges[0].first, 10 * (int64_t)((at - head) / each));
        }
        if (status == IPSIM_OK) {
            assert_int_equal(good, 2);
            assert_int_equal(bad, 1);
        }
        ipsim_record_clear(&r);
        free(text);
        fclose(stream);
        bytes.data[at] ^= 0x10;
    }
    for (size_t size = 0; size < bytes.size; size++) { /* cut short anywhere */
        ipsim_bytes cut = bytes;
        cut.size = size;
        FILE *stream = file_of(&cut);
        char *text = NULL;
        bool empty;
        ipsim_error err;
        ipsim_status status = ipsim_record_read_head(stream, "journal", &text, &empty, &err);
        assert_int_equal(empty, size < head);
        record r = {0};
        size_t good = 0;
        for (record_reading reading; status == IPSIM_OK && (reading = ipsim_record_next(stream, &r)) != RECORD_END;)
            good += reading == RECORD_GOOD;
        assert_int_equal(good, size < head ? 0 : (size - head) / each);
        ipsim_record_clear(&r);
        free(text);
        fclose(stream);
    }
    ipsim_bytes_clear(&bytes);
    ipsim_bytes_clear(&payload);
}

/* ---- until ---- */

static void stages_are_whole_batches(void **state)
{
    (void)state;
    fixture f;
    ipsim_error err;
    open_fixture(&f, 1);
    f.w = ipsim_work_of(f.e, NULL, f.lucks, 1, 2 * BLOCK);
    assert_int_equal(ipsim_until_first(1), BLOCK);
    assert_int_equal(ipsim_until_first(BLOCK), BLOCK);
    assert_int_equal(ipsim_until_first(BLOCK + 1), 2 * BLOCK);
    experiment_part *part = simulate(&f, (unit_range){0, 2});
    ipsim_run_options options = {.until_outcome = "qalys", .until_mcse = 1e9};
    until u;
    double mcse = 0.0;
    assert_ok(ipsim_until_resolve(f.e, &options, &u, &err), &err);
    const int64_t batch = BLOCK, now = 2 * batch;
    assert_int_equal(ipsim_until_next(&u, part->sums, batch, now, &mcse), now);
    assert_true(mcse > 0.0 && mcse < 1.0);
    u.mcse = mcse / 1.5; /* 1.5^2 x 1.02 x 2 batches = 4.6 batches */
    assert_int_equal(ipsim_until_next(&u, part->sums, batch, now, &mcse), 5 * batch);
    u.mcse = mcse / 1.0001; /* at least one batch more */
    assert_int_equal(ipsim_until_next(&u, part->sums, batch, now, &mcse), 3 * batch);
    u.mcse = mcse / 100.0; /* at most four times as many */
    assert_int_equal(ipsim_until_next(&u, part->sums, batch, now, &mcse), 8 * batch);
    u.mcse = mcse / 1e6; /* more persons than there can be */
    assert_int_equal(ipsim_until_next(&u, part->sums, batch, now, &mcse), 0);
    ipsim_part_free(part);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_come_back),          cmocka_unit_test(unit_sets_agree_with_flags),
        cmocka_unit_test(shards_share_all_units),      cmocka_unit_test(bytes_that_are_no_set_are_refused),
        cmocka_unit_test(parts_merge_in_any_order),    cmocka_unit_test(bytes_that_are_no_part_are_refused),
        cmocka_unit_test(identities_say_what_differs), cmocka_unit_test(every_damaged_byte_is_noticed),
        cmocka_unit_test(stages_are_whole_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
