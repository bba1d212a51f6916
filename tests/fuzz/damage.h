/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzzers share: random damage to a text, the same for the same FUZZ_SEED. Each fuzzer includes it once. */
#ifndef IPSIM_FUZZ_DAMAGE_H
#define IPSIM_FUZZ_DAMAGE_H

#include "testlib.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ipsim/run.h"

enum { MAX_TEXT = 200000, SECONDS_FOR_ONE = 60 };

static uint64_t state;

static size_t below(size_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound == 0 ? 0 : (size_t)((state >> 11) % bound);
}

/* What a careless or malicious hand might write where something else belongs. */
static const char *const oddities[] = {
    "0",
    "-1",
    "-0.0",
    "1.5",
    "1e308",
    "-1e308",
    "1e-320",
    "1e999",
    "nan",
    "\"nan\"",
    "\"inf\"",
    "2147483648",
    "99999999999999999999L",
    "0x7fffffff",
    "true",
    "\"\"",
    "\"well\"",
    "\"1/0\"",
    "\"while true do end\"",
    "\"x\"",
    "[]",
    "[0.0]",
    "[1.0, 0.5]",
    "{ }",
    "( )",
    "( { } )",
    "[[",
    "};",
    "{",
    "\"",
    "/*",
    "@include \"fuzz.cfg\"\n",
    "extends = \"fuzz.cfg\";",
    "remove = true;",
    "\xff\xfe",
    "\"\xc3\"",
    "\"../../../etc/passwd\"",
    "\"/\"",
    "\n\n\n",
    ";",
    "=",
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/* The word around or after a random place. */
static void find_word(const char *text, size_t length, size_t *from, size_t *end)
{
    size_t at = below(length);
    while (at < length && !is_word(text[at]))
        at++;
    while (at > 0 && is_word(text[at - 1]))
        at--;
    *from = *end = at;
    while (*end < length && is_word(text[*end]))
        ++*end;
}

/* Replaces text[from, end) by insert, if it fits. */
static void replace(char *text, size_t *length, size_t from, size_t end, const char *insert, size_t n_insert)
{
    if (*length - (end - from) + n_insert >= MAX_TEXT)
        return;
    memmove(text + from + n_insert, text + end, *length - end);
    memcpy(text + from, insert, n_insert);
    *length = *length - (end - from) + n_insert;
    text[*length] = '\0';
}

static void mutate(char *text, size_t *length)
{
    static char piece[MAX_TEXT];
    size_t from, end, other, other_end;
    find_word(text, *length, &from, &end);
    const char *odd = oddities[below(sizeof oddities / sizeof oddities[0])];
    switch (below(8)) {
    case 0: /* a word becomes an oddity */
    case 6:
        replace(text, length, from, end, odd, strlen(odd));
        break;
    case 1: /* a word becomes another word of the file */
    case 7:
        find_word(text, *length, &other, &other_end);
        memcpy(piece, text + other, other_end - other);
        replace(text, length, from, end, piece, other_end - other);
        break;
    case 2: /* a byte changes */
        if (*length > 0)
            text[below(*length)] = (char)(1 + below(255));
        break;
    case 3: /* a piece is lost */
        end = from + below(200);
        replace(text, length, from, end < *length ? end : *length, "", 0);
        break;
    case 4: /* a line appears twice, somewhere */
        other = below(*length);
        for (other_end = other; other_end < *length && text[other_end] != '\n';)
            other_end++;
        memcpy(piece, text + other, other_end - other);
        replace(text, length, from, from, piece, other_end - other);
        break;
    default: /* an oddity appears */
        replace(text, length, from, from, odd, strlen(odd));
        break;
    }
}

/* The text with one to three damages, in a place that the next call uses again. */
static const char *damaged(const char *original)
{
    static char text[MAX_TEXT];
    size_t length = strlen(original);
    memcpy(text, original, length + 1);
    for (size_t n = 1 + below(3); n > 0; n--)
        mutate(text, &length);
    return text;
}

static double environment(const char *name, double otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtod(text, NULL);
}

/* Begins the random numbers; returns when to stop. */
static time_t fuzz_begin(void)
{
    state = (uint64_t)environment("FUZZ_SEED", 1) * 0x9e3779b97f4a7c15U + 1;
    return time(NULL) + (time_t)environment("FUZZ_SECONDS", 30);
}

/* A failure is an error that says something, and never a lack of memory. */
static void check_errors(ipsim_status status, const void *result, const ipsim_error_list *errors)
{
    assert_false(errors->out_of_memory);
    if (status == IPSIM_OK) {
        assert_non_null(result);
        return;
    }
    assert_null(result);
    assert_true(errors->count > 0);
    for (size_t i = 0; i < errors->count; i++)
        assert_true(errors->items[i].message[0] != '\0' && errors->items[i].status != IPSIM_OK);
}

/* NULL when it is refused. */
static ipsim_scenario *load_checked(const char *path, const ipsim_setting *settings, size_t n_settings)
{
    ipsim_error_list errors = {0};
    ipsim_scenario *scenario = NULL;
    ipsim_status status = ipsim_scenario_load(path, settings, n_settings, &scenario, &errors);
    check_errors(status, scenario, &errors);
    ipsim_error_list_clear(&errors);
    return scenario;
}

static bool run_checked(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options)
{
    ipsim_error_list errors = {0};
    ipsim_results *results = NULL;
    ipsim_status status = ipsim_run(scenarios, n_scenarios, options, &results, &errors);
    check_errors(status, results, &errors);
    ipsim_error_list_clear(&errors);
    ipsim_results_free(results);
    return status == IPSIM_OK;
}

#endif
