/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/summary, on tables made by hand. */
#include "testlib.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/format.h"
#include "ipsim/summary.h"

/* ---- tables made by hand ---- */
typedef struct fixture {
    ipsim_table *results, *differences, *ratios, *targets, *population, *about;
} fixture;

static void add_about(const fixture *f, const char *scenario, const char *key, const char *value)
{
    size_t row = ipsim_table_add_row(f->about);
    ipsim_table_put_text(f->about, row, 0, scenario);
    ipsim_table_put_text(f->about, row, 1, key);
    ipsim_table_put_text(f->about, row, 2, value);
}

static void add_figure(ipsim_table *table, const char *scenario, const char *comparator, const char *outcome, const char *payer,
                       const char *discounted, double year, double estimate, double mcse, const char *unit)
{
    size_t row = ipsim_table_add_row(table), c = 0;
    ipsim_table_put_text(table, row, c++, scenario);
    if (comparator != NULL) {
        ipsim_table_put_text(table, row, c++, comparator);
    }
    ipsim_table_put_text(table, row, c++, "all");
    ipsim_table_put_text(table, row, c++, outcome);
    ipsim_table_put_text(table, row, c++, payer);
    ipsim_table_put_text(table, row, c++, discounted);
    ipsim_table_put_real(table, row, c++, year);
    ipsim_table_put_real(table, row, c++, estimate);
    ipsim_table_put_real(table, row, c++, mcse);
    ipsim_table_put_text(table, row, c++, unit);
}

/* The figures of a part of the people, which must not be mistaken for those of all. */
static void add_subgroup(ipsim_table *table, const char *scenario, const char *comparator, const char *outcome)
{
    add_figure(table, scenario, comparator, outcome, "all", "no", 40.0, 77.7, 0.1, "years");
    ipsim_table_put_text(table, table->n_rows - 1, comparator != NULL ? 2 : 1, "sex=male");
}

static void add_ratio(const fixture *f, const char *scenario, const char *perspective, const char *effect, double ratio, double mcse,
                      const char *reading)
{
    ipsim_table *t = f->ratios;
    size_t row = ipsim_table_add_row(t);
    const char *texts[] = {scenario, "traditional", "all", perspective, effect, "yes"};
    for (size_t c = 0; c < 6; c++) {
        ipsim_table_put_text(t, row, c, texts[c]);
    }
    ipsim_table_put_real(t, row, 6, 40.0);
    ipsim_table_put_real(t, row, 7, NAN);
    ipsim_table_put_real(t, row, 8, NAN);
    ipsim_table_put_real(t, row, 9, ratio);
    ipsim_table_put_real(t, row, 10, mcse);
    ipsim_table_put_text(t, row, 11, reading);
    ipsim_table_put_text(t, row, 12, "NOK per unit");
}

static void add_target(const fixture *f, const char *scenario, const char *name, const char *use, double simulated, double value,
                       double low, double high, const char *verdict)
{
    ipsim_table *t = f->targets;
    size_t row = ipsim_table_add_row(t);
    ipsim_table_put_text(t, row, 0, scenario);
    ipsim_table_put_text(t, row, 1, name);
    ipsim_table_put_text(t, row, 2, use);
    ipsim_table_put_real(t, row, 3, simulated);
    ipsim_table_put_real(t, row, 4, value);
    ipsim_table_put_real(t, row, 5, low);
    ipsim_table_put_real(t, row, 6, high);
    ipsim_table_put_text(t, row, 7, verdict);
}

static ipsim_table *create(const char *name, const char *columns)
{
    ipsim_column_spec specs[16];
    char names[512], *save = NULL;
    size_t count = 0;
    snprintf(names, sizeof names, "%s", columns);
    for (char *word = strtok_r(names, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        bool real = word[0] == '#';
        specs[count++] = (ipsim_column_spec){word + real, real ? IPSIM_REAL : IPSIM_TEXT, ""};
    }
    ipsim_table *table = ipsim_table_create(name, specs, count);
    assert_non_null(table);
    return table;
}

static fixture empty_fixture(void)
{
    return (fixture){
        .results = create("results", "scenario subgroup outcome payer discounted #year #estimate #mcse unit"),
        .differences = create("differences", "scenario comparator subgroup outcome payer discounted #year #estimate #mcse unit"),
        .ratios = create("ratios",
                         "scenario comparator subgroup perspective effect discounted #year #cost #effect_gain #ratio #mcse reading unit"),
        .targets = create("targets", "scenario target use #simulated #value #low #high verdict unit source note"),
        .population = create("population", "attribute level statistic #simulated #mcse #target source unit"),
        .about = create("about", "scenario key value"),
    };
}

static void free_fixture(fixture *f)
{
    ipsim_table_free(f->results);
    ipsim_table_free(f->differences);
    ipsim_table_free(f->ratios);
    ipsim_table_free(f->targets);
    ipsim_table_free(f->population);
    ipsim_table_free(f->about);
}

static const char *const arms[] = {"traditional", "usual-care", "ips", "ips-young"};
static const double years[] = {1.5, 3.6, 5.0, 10.0, 40.0};
static const char *const payers[][2] = {{"specialist", "Specialist health service"},
                                        {"municipality", "Municipality"},
                                        {"nav", "NAV"},
                                        {"employer", "Employers"},
                                        {"participant", "Participants"},
                                        {"treasury", "Treasury (tax)"}};
static const char *const perspectives[][2] = {
    {"health", "Health service"}, {"extended", "Extended health service"}, {"fiscal", "Public budgets"}, {"societal", "Society"}};

/* Four arms as in the Norwegian comparison; the figures only have to be told apart. */
static fixture norway(void)
{
    fixture f = empty_fixture();
    const char *titles[] = {"Train, then place", "High-quality usual care", "Individual Placement and Support", "IPS for people under 30"};
    for (size_t a = 0; a < 4; a++) {
        const char *conventions[][2] = {{"title", titles[a]},
                                        {"horizon_years", "40"},
                                        {"discounting_costs", "4 % a year, 3 % from year 40"},
                                        {"discounting_effects", "4 % a year"},
                                        {"timing", "continuous time"},
                                        {"currency", "NOK"},
                                        {"price_year", "2023"},
                                        {"persons", "100000"},
                                        {"seed", "1"}};
        for (size_t i = 0; i < sizeof conventions / sizeof conventions[0]; i++) {
            add_about(&f, arms[a], conventions[i][0], conventions[i][1]);
        }
        add_subgroup(f.results, arms[a], NULL, "employment_years");
        if (a > 0) {
            add_subgroup(f.differences, arms[a], arms[0], "employment_years");
        }
        add_about(&f, arms[a], "outcome:employment_years", "Years in competitive employment");
        for (size_t y = 0; y < 5; y++) {
            const char *both[] = {"no", "yes"};
            for (size_t d = 0; d < 2; d++) {
                double level = (double)(a + 1) * 0.01 * years[y] * (d == 0 ? 1.0 : 0.5); /* discounting halves everything */
                const struct {
                    const char *outcome;
                    double estimate, mcse;
                } figures[] = {{"life_years", 0.02 * level, 0.0009},      {"employment_years", level, 0.003},
                               {"disability_years", -level / 2.0, 0.004}, {"aap_years", level / 3.0, 0.002},
                               {"time_to_first_job", -0.1, 0.02},         {"qalys", level / 50.0, 0.0004}};
                for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
                    add_figure(f.results, arms[a], NULL, figures[i].outcome, "all", both[d], years[y], 3.0 + figures[i].estimate, 0.005,
                               "years");
                    if (a > 0) {
                        add_figure(f.differences, arms[a], arms[0], figures[i].outcome, "all", both[d], years[y], figures[i].estimate,
                                   figures[i].mcse, "years");
                    }
                }
                for (size_t p = 0; p < 6; p++) {
                    add_figure(f.results, arms[a], NULL, "cost", payers[p][0], both[d], years[y], 1e5 * (double)(p + 1) * level, 900.0,
                               "NOK");
                    if (a > 0) {
                        add_figure(f.differences, arms[a], arms[0], "cost", payers[p][0], both[d], years[y],
                                   (p % 2 == 0 ? -1e4 : 1e4) * level, 120.0, "NOK");
                    }
                }
                for (size_t p = 0; p < 4; p++) {
                    char outcome[64];
                    snprintf(outcome, sizeof outcome, "cost_%s", perspectives[p][0]);
                    add_figure(f.results, arms[a], NULL, outcome, "all", both[d], years[y], 2e5 * (double)(p + 1) * level, 1100.0, "NOK");
                    if (a > 0) {
                        add_figure(f.differences, arms[a], arms[0], outcome, "all", both[d], years[y], 11000.0 - 3e4 * (double)p * level,
                                   260.0, "NOK");
                    }
                }
            }
        }
        for (size_t p = 0; p < 6; p++) {
            char key[64];
            snprintf(key, sizeof key, "payer:%s", payers[p][0]);
            add_about(&f, arms[a], key, payers[p][1]);
        }
        for (size_t p = 0; p < 4; p++) {
            char key[64];
            snprintf(key, sizeof key, "perspective:%s", perspectives[p][0]);
            add_about(&f, arms[a], key, perspectives[p][1]);
            if (a > 0) {
                add_ratio(&f, arms[a], perspectives[p][0], "qalys", p == 0 ? 1234567.0 : NAN, p == 0 ? 45678.0 : NAN,
                          p == 0 ? "ratio" : "dominant");
                add_ratio(&f, arms[a], perspectives[p][0], "employment_years", p == 0 ? 101000.0 : NAN, p == 0 ? 3100.0 : NAN,
                          p == 0 ? "ratio" : "dominant");
            }
        }
    }
    for (size_t i = 0; i < 9; i++) {
        char name[32];
        snprintf(name, sizeof name, "cal_%zu", i);
        add_target(&f, "ips", name, i < 6 ? "calibration" : "held_out", i == 2 ? 0.391 : 0.37, 0.374, 0.354, 0.38,
                   i == 2 ? "outside" : "inside");
    }
    size_t row = ipsim_table_add_row(f.population);
    ipsim_table_put_text(f.population, row, 0, "age");
    ipsim_table_put_real(f.population, row, 3, 35.05);
    ipsim_table_put_real(f.population, row, 4, 0.03);
    ipsim_table_put_real(f.population, row, 5, 35.0);
    return f;
}

static char *summarise(const fixture *f, bool compare)
{
    ipsim_summary_tables tables = {
        .results = f->results,
        .about = f->about,
        .differences = compare ? f->differences : NULL,
        .ratios = compare ? f->ratios : NULL,
        .targets = f->targets,
        .population = f->population,
    };
    char *text = NULL;
    ipsim_error err = {0};
    assert_ok(ipsim_summary_text(&tables, &text, &err), &err);
    if (getenv("SHOW") != NULL) {
        fprintf(stderr, "%s\n", text);
    }
    return text;
}

/* The line that begins (after blanks) with `beginning`, as a copy without line end; NULL when there is none. The caller frees. */
static char *line_of(const char *text, const char *beginning)
{
    while (text != NULL && *text != '\0') {
        const char *start = text + strspn(text, " ");
        if (strncmp(start, beginning, strlen(beginning)) == 0) {
            return strndup(text, strcspn(text, "\n"));
        }
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
    }
    return NULL;
}

static void check_line(const char *text, const char *beginning, const char *part)
{
    char *line = line_of(text, beginning);
    if (line == NULL || strstr(line, part) == NULL) {
        fail_msg("no line \"%s\" with \"%s\" in:\n%s", beginning, part, text);
    }
    free(line);
}

static void a_comparison_fits_one_screen(void **state)
{
    (void)state;
    fixture f = norway();
    char *text = summarise(&f, true);
    size_t lines = 0;
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        char *line = strndup(at, length);
        assert_in_range(ipsim_format_width(line), 0, IPSIM_SUMMARY_WIDTH);
        assert_true(length == 0 || line[length - 1] != ' ');
        free(line);
        lines++;
        at += length + 1;
    }
    assert_in_range(lines, 30, 55);
    free(text);
    free_fixture(&f);
}

static void a_comparison_shows_differences_per_thousand(void **state)
{
    (void)state;
    fixture f = norway();
    char *text = summarise(&f, true);
    /* ips is arm 2: 0.03 x 40 = 1.2 years more a person, error 0.003: per 1 000 people 1 200 ± 3. */
    check_line(text, "Years in competitive employment, by year 40", "+1 200 ± 3");
    check_line(text, "Years in competitive employment, by year 1.5", "+45 ± 3");
    check_line(text, "Years on disability benefit, by year 40", "-600 ± 4");
    /* Discounted 0.6: 0.6 / 50 x 1 000 QALYs, and -1e4 x 0.6 = -6 000 NOK a person: -6 million NOK per 1 000 people, error 0.12. */
    check_line(text, "QALYs, by year 40 (discounted)", "+12.0 ± 0.4");
    check_line(text, "Specialist health service", "-6.00 ± 0.12");
    assert_non_null(strstr(text, "million NOK per 1 000 people"));
    check_line(text, "COMPARISON WITH traditional", "same people");
    check_line(text, "ips-young", "IPS for people under 30");
    assert_null(strstr(text, "time_to_first_job"));
    free(text);
    free_fixture(&f);
}

static void ratios_carry_their_reading_and_error(void **state)
{
    (void)state;
    fixture f = norway();
    char *text = summarise(&f, true);
    check_line(text, "Health service", "1 230 ± 50");
    check_line(text, "Health service", "101 ± 3");
    check_line(text, "Society", "dominant");
    check_line(text, "Dominant: cheaper and better", "Dominated: the reverse");
    assert_null(strstr(text, "Saved:")); /* only what occurs is explained */
    assert_null(strstr(text, "?:"));
    free(text);

    /* The sign of a net cost within two standard errors of nothing may be chance: everything read from it says so. */
    for (size_t row = 0; row < f.differences->n_rows; row++) {
        if (strcmp(f.differences->columns[3].text[row], "cost_societal") == 0) {
            f.differences->columns[7].real[row] = 100.0;
        }
    }
    for (size_t row = 0; row < f.ratios->n_rows; row++) {
        if (strcmp(f.ratios->columns[3].text[row], "fiscal") == 0) {
            ipsim_table_put_text(f.ratios, row, 11, "less effective");
            ipsim_table_put_real(f.ratios, row, 9, 270000.0);
            ipsim_table_put_real(f.ratios, row, 10, 12000.0);
        }
    }
    text = summarise(&f, true);
    check_line(text, "Society", "dominant ?");
    check_line(text, "Public budgets", "270 ± 12 saved");
    assert_non_null(strstr(text, "Saved: costs less"));
    assert_non_null(strstr(text, "?: "));
    free(text);
    free_fixture(&f);
}

static void targets_tell_what_was_missed(void **state)
{
    (void)state;
    fixture f = norway();
    add_target(&f, "ips", "late", "held_out", NAN, 0.4, 0.3, 0.5, "not available");
    add_target(&f, "ips", "open", "calibration", 0.7, 0.4, NAN, NAN, "no range");
    char *text = summarise(&f, true);
    check_line(text, "PUBLISHED FIGURES", "5 of 6 used to calibrate");
    check_line(text, "PUBLISHED FIGURES", "3 of 3 held out");
    check_line(text, "PUBLISHED FIGURES", "1 not available");
    check_line(text, "PUBLISHED FIGURES", "1 without a range");
    check_line(text, "ips  cal_2", "0.391");
    check_line(text, "ips  cal_2", "0.374");
    assert_null(strstr(text, "cal_1")); /* what was met is counted */
    free(text);
    free_fixture(&f);
}

static void conventions_say_what_the_error_is(void **state)
{
    (void)state;
    fixture f = norway();
    char *text = summarise(&f, true);
    char *one_line = strdup(text);
    for (char *at = one_line; *at != '\0'; at++) {
        *at = *at == '\n' ? ' ' : *at;
    }
    const char *expected[] = {"Horizon 40",
                              "costs 4 % a year, 3 % from year 40",
                              "effects 4 % a year",
                              "NOK of 2023",
                              "100 000 simulated people",
                              "Seed 1.",
                              "one Monte Carlo standard error",
                              "not the uncertainty of the parameters",
                              "100 000 simulated people, the same in every scenario.",
                              "Their one mean or share lies within 1.7 standard errors of what it should be"};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        if (strstr(one_line, expected[i]) == NULL) {
            fail_msg("no \"%s\" in:\n%s", expected[i], text);
        }
    }
    free(one_line);
    free(text);
    free_fixture(&f);
}

static void a_run_shows_levels_of_every_scenario(void **state)
{
    (void)state;
    fixture f = norway();
    char *text = summarise(&f, false);
    check_line(text, "Years in competitive employment, by year 40", "4 200 ± 5"); /* 3 + 1.2 years */
    assert_null(strstr(text, "+"));
    assert_null(strstr(text, "per QALY"));
    check_line(text, "traditional", "Train, then place");
    free(text);
    free_fixture(&f);
}

/* Another disease: no work, no payers, no perspectives, no discounting, small amounts, and outcomes of its own. */
static void a_model_without_work_is_summarised_too(void **state)
{
    (void)state;
    fixture f = empty_fixture();
    add_about(&f, "soc", "title", "Standard of care");
    add_about(&f, "soc", "discounting_costs", "none");
    add_about(&f, "soc", "currency", "USD");
    add_about(&f, "soc", "outcome:sick_years", "Years ill");
    add_about(&f, "soc", "outcome:time_to_death", "Time to death");
    const char *both[] = {"no", "yes"};
    for (size_t d = 0; d < 2; d++) {
        add_figure(f.results, "soc", NULL, "life_years", "all", both[d], 30.0, 20.5, 0.04, "years");
        add_figure(f.results, "soc", NULL, "qalys", "all", both[d], 30.0, 15.25, 0.03, "QALYs");
        add_figure(f.results, "soc", NULL, "sick_years", "all", both[d], 30.0, 4.0, 0.02, "years");
        add_figure(f.results, "soc", NULL, "cost", "all", both[d], 30.0, 123.0, 2.0, "USD");
    }
    add_figure(f.results, "soc", NULL, "time_to_death", "all", "no", 30.0, 9.0, 0.02, "years");
    char *text = summarise(&f, false);
    check_line(text, "Years ill, by year 30", "4 000 ± 20");
    check_line(text, "Life years, by year 30", "20 500 ± 40");
    check_line(text, "QALYs, by year 30", "15 250 ± 30");
    check_line(text, "All costs", "123 000 ± 2 000");
    assert_null(strstr(text, "mployment"));
    assert_null(strstr(text, "PAYER"));
    assert_null(strstr(text, "PUBLISHED"));
    assert_null(strstr(text, "(discounted)"));
    assert_null(strstr(text, "Time to death")); /* a mean among some cannot be summed over 1 000 people */
    free(text);
    free_fixture(&f);
}

/* Without declared perspectives all costs together are the one perspective, which the ratios call "all". */
static void without_perspectives_all_costs_are_one(void **state)
{
    (void)state;
    fixture f = empty_fixture();
    add_figure(f.results, "soc", NULL, "qalys", "all", "yes", 40.0, 15.0, 0.03, "QALYs");
    add_figure(f.results, "new", NULL, "qalys", "all", "yes", 40.0, 15.5, 0.03, "QALYs");
    add_figure(f.differences, "new", "soc", "qalys", "all", "yes", 40.0, 0.5, 0.01, "QALYs");
    add_figure(f.differences, "new", "soc", "cost", "all", "yes", 40.0, 60000.0, 500.0, "USD");
    add_ratio(&f, "new", "all", "qalys", 120000.0, 2600.0, "ratio");
    char *text = summarise(&f, true);
    check_line(text, "All costs", "120 ± 3");
    free(text);
    free_fixture(&f);
}

/* Nothing is said about money in a model without any. */
static void a_model_without_costs_has_no_cost_table(void **state)
{
    (void)state;
    fixture f = empty_fixture();
    add_figure(f.results, "soc", NULL, "qalys", "all", "yes", 40.0, 15.0, 0.03, "QALYs");
    add_figure(f.results, "soc", NULL, "cost", "all", "yes", 40.0, 0.0, 0.0, "NOK");
    char *text = summarise(&f, false);
    assert_null(strstr(text, "COST"));
    free(text);
    free_fixture(&f);
}

/* One quantum (2^-32 years) in the sum of 100 000 people is the rounding of one of them and not a life prolonged. */
static void rounding_is_not_a_difference(void **state)
{
    (void)state;
    fixture f = empty_fixture();
    add_figure(f.results, "soc", NULL, "life_years", "all", "no", 40.0, 15.0, 0.03, "years");
    add_figure(f.results, "new", NULL, "life_years", "all", "no", 40.0, 15.0, 0.03, "years");
    add_figure(f.differences, "new", "soc", "life_years", "all", "no", 40.0, 0x1p-32 / 1e5, 0x1p-32 / 1e5, "years");
    char *text = summarise(&f, true);
    check_line(text, "Life years, by year 40", "    0");
    assert_null(strstr(text, "0.0"));
    free(text);
    free_fixture(&f);
}

/* One person, two means: numbers and their nouns agree. */
static void one_person_is_not_people(void **state)
{
    (void)state;
    fixture f = empty_fixture();
    add_about(&f, "soc", "persons", "1");
    add_figure(f.results, "soc", NULL, "qalys", "all", "yes", 40.0, 15.0, 0.03, "QALYs");
    for (int i = 0; i < 2; i++) {
        size_t row = ipsim_table_add_row(f.population);
        ipsim_table_put_real(f.population, row, 3, 1.0);
        ipsim_table_put_real(f.population, row, 4, 1.0);
        ipsim_table_put_real(f.population, row, 5, 1.0);
    }
    char *text = summarise(&f, false);
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '\n' ? ' ' : *at;
    }
    assert_non_null(strstr(text, " 1 simulated person. Their 2 means and shares lie within 0.0 "));
    free(text);
    free_fixture(&f);
}

/* Costs that move in a perspective but for no payer: the line of those unaffected keeps its heading. */
static void no_payer_changes(void **state)
{
    (void)state;
    fixture f = empty_fixture();
    add_about(&f, "soc", "payer:health", "Health service");
    add_about(&f, "new", "payer:health", "Health service");
    add_figure(f.results, "soc", NULL, "qalys", "all", "yes", 40.0, 15.0, 0.03, "QALYs");
    add_figure(f.results, "new", NULL, "qalys", "all", "yes", 40.0, 15.5, 0.03, "QALYs");
    add_figure(f.differences, "new", "soc", "qalys", "all", "yes", 40.0, 0.5, 0.01, "QALYs");
    add_figure(f.differences, "new", "soc", "cost", "health", "yes", 40.0, 0.0, 0.0, "USD");
    add_figure(f.differences, "new", "soc", "cost", "all", "yes", 40.0, 100.0, 1.0, "USD");
    char *text = summarise(&f, true);
    const char *heading = strstr(text, "CHANGE IN COST BY PAYER"), *line = strstr(text, "  No net change for: Health service\n");
    assert_non_null(heading);
    assert_non_null(line);
    assert_true(strchr(heading, '\n') + 1 == line);
    free(text);
    free_fixture(&f);
}

static void many_arms_go_into_blocks(void **state)
{
    (void)state;
    fixture f = empty_fixture();
    for (size_t a = 0; a < 12; a++) {
        char name[32];
        snprintf(name, sizeof name, "a-scenario-name-%zu", a);
        add_figure(f.results, name, NULL, "qalys", "all", "yes", 1.0, (double)a, 0.01, "QALYs");
    }
    char *text = summarise(&f, false);
    for (size_t a = 0; a < 12; a++) {
        char figure[32], amount[IPSIM_FORMAT_SIZE];
        snprintf(figure, sizeof figure, "%s ± 10", ipsim_format_count((int64_t)a * 1000, amount, sizeof amount));
        assert_non_null(strstr(text, figure));
    }
    for (const char *at = text; at != NULL; at = strchr(at, '\n') != NULL ? strchr(at, '\n') + 1 : NULL) {
        assert_in_range(strcspn(at, "\n"), 0, 2 * IPSIM_SUMMARY_WIDTH); /* bytes: ± takes two */
    }
    free(text);
    free_fixture(&f);
}

static void empty_tables_give_a_head_only(void **state)
{
    (void)state;
    fixture f = empty_fixture();
    char *text = summarise(&f, true);
    assert_non_null(strstr(text, "COMPARISON"));
    assert_null(strstr(text, "±"));
    free(text);
    free_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comparison_fits_one_screen),
        cmocka_unit_test(a_comparison_shows_differences_per_thousand),
        cmocka_unit_test(ratios_carry_their_reading_and_error),
        cmocka_unit_test(targets_tell_what_was_missed),
        cmocka_unit_test(conventions_say_what_the_error_is),
        cmocka_unit_test(a_run_shows_levels_of_every_scenario),
        cmocka_unit_test(a_model_without_work_is_summarised_too),
        cmocka_unit_test(without_perspectives_all_costs_are_one),
        cmocka_unit_test(a_model_without_costs_has_no_cost_table),
        cmocka_unit_test(rounding_is_not_a_difference),
        cmocka_unit_test(one_person_is_not_people),
        cmocka_unit_test(no_payer_changes),
        cmocka_unit_test(many_arms_go_into_blocks),
        cmocka_unit_test(empty_tables_give_a_head_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
