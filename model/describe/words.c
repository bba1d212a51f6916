/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe/words: what a scenario holds, in words. Texts that do not fit end in "...". */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/number.h"
#include "parts.h"

/* Appends; cuts between characters of UTF-8 and says so. */
static void add(page_text *text, const char *format, ...) IPSIM_PRINTF(2, 3);
static void add(page_text *text, const char *format, ...)
{
    size_t used = strlen(text->at);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->at + used, sizeof text->at - used, format, arguments);
    va_end(arguments);
    if (length >= 0 && used + (size_t)length >= sizeof text->at) {
        size_t end = sizeof text->at - 4;
        while (end > 0 && ((unsigned char)text->at[end] & 0xc0) == 0x80)
            end--;
        strcpy(text->at + end, "...");
    }
}

static void add_real(page_text *text, double value)
{
    char digits[IPSIM_REAL_TEXT_SIZE];
    if (isinf(value) || isnan(value)) {
        add(text, "%s", isnan(value) ? "-" : value > 0 ? "without end" : "-infinity");
        return;
    }
    /* Eight digits are what people read; the tables of a run carry all. */
    double rounded;
    snprintf(digits, sizeof digits, "%.8g", value);
    if (ipsim_parse_real(digits, &rounded))
        ipsim_format_real(rounded, digits);
    add(text, "%s", digits);
}

static void add_number(page_text *text, const ipsim_number *number)
{
    add_real(text, number->value);
    double plain;
    if (number->expression && !ipsim_parse_real(number->expression, &plain))
        add(text, " (= %s)", number->expression);
}

const char *ipsim_doc_number(const ipsim_number *number, page_text *text)
{
    text->at[0] = '\0';
    add_number(text, number);
    return text->at;
}

const char *ipsim_doc_numbers(const ipsim_numbers *numbers, page_text *text)
{
    text->at[0] = '\0';
    for (size_t i = 0; i < numbers->count; i++) {
        add(text, "%s", i > 0 ? ", " : "");
        add_number(text, &numbers->items[i]);
    }
    return text->at;
}

const char *ipsim_doc_names(const ipsim_names *names, page_text *text)
{
    text->at[0] = '\0';
    for (size_t i = 0; i < names->count; i++)
        add(text, "%s%s", i == 0 ? "" : i + 1 == names->count ? " and " : ", ", names->items[i]);
    return text->at;
}

const char *ipsim_doc_or(const char *text, const char *otherwise)
{
    return text && text[0] ? text : otherwise;
}

const char *ipsim_doc_label(const ipsim_text *label, const char *name, page_text *text)
{
    text->at[0] = '\0';
    if (label->value && label->value[0])
        add(text, "%s (%s)", label->value, name);
    else
        add(text, "%s", name);
    return text->at;
}

const char *ipsim_doc_distribution(const ipsim_distribution_spec *spec, page_text *text)
{
    static const char *const families[IPSIM_N_DISTRIBUTIONS] = {"fixed",      "uniform",     "triangular", "PERT",  "normal",
                                                                "log-normal", "exponential", "Weibull",    "gamma", "beta"};
    const struct {
        const char *name;
        const ipsim_number *number;
    } keys[] = {{"value", &spec->value}, {"mean", &spec->mean},   {"sd", &spec->sd},     {"meanlog", &spec->meanlog},
                {"sdlog", &spec->sdlog}, {"min", &spec->min},     {"mode", &spec->mode}, {"max", &spec->max},
                {"shape", &spec->shape}, {"scale", &spec->scale}, {"rate", &spec->rate}, {"alpha", &spec->alpha},
                {"beta", &spec->beta}};
    text->at[0] = '\0';
    if (!spec->given)
        return text->at;
    bool known = spec->family.value >= 0 && spec->family.value < IPSIM_N_DISTRIBUTIONS;
    add(text, "%s (", known ? families[spec->family.value] : "?");
    bool first = true;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (!keys[i].number->given)
            continue;
        add(text, "%s%s ", first ? "" : ", ", keys[i].name);
        add_number(text, keys[i].number);
        first = false;
    }
    add(text, ")");
    if (spec->lower.given) {
        add(text, ", not below ");
        add_number(text, &spec->lower);
    }
    if (spec->upper.given) {
        add(text, ", not above ");
        add_number(text, &spec->upper);
    }
    return text->at;
}

const char *ipsim_doc_clock(const char *clock, page_text *text)
{
    text->at[0] = '\0';
    if (!clock || strcmp(clock, "sojourn") == 0)
        add(text, "since entry to the state");
    else if (strcmp(clock, "start") == 0)
        add(text, "since entry to the model");
    else if (strcmp(clock, "age") == 0)
        add(text, "of age");
    else if (strcmp(clock, "calendar") == 0)
        add(text, "of the calendar");
    else if (strncmp(clock, "since:", 6) == 0)
        add(text, "on the clock %s", clock + 6);
    else
        add(text, "on the clock %s", clock);
    return text->at;
}

const char *ipsim_doc_window(const ipsim_text *clock, const ipsim_number *from, const ipsim_number *until, page_text *text)
{
    page_text words;
    text->at[0] = '\0';
    if (!from->given && !until->given) {
        add(text, "always");
        return text->at;
    }
    if (from->given && until->given)
        add(text, "from year ");
    else
        add(text, from->given ? "from year " : "until year ");
    if (from->given)
        add_number(text, from);
    if (from->given && until->given)
        add(text, " to ");
    if (until->given)
        add_number(text, until);
    add(text, " %s", ipsim_doc_clock(clock->value ? clock->value : "start", &words));
    return text->at;
}

bool ipsim_describe_is_living(const ipsim_scenario *s, size_t state)
{
    return s->states[state].role.value == IPSIM_ROLE_ALIVE;
}

static void add_percent(page_text *text, double rate)
{
    add_real(text, 100.0 * rate);
    add(text, " %%");
}

const char *ipsim_describe_discount(const ipsim_scenario *s, const ipsim_discount_spec *spec, page_text *text)
{
    text->at[0] = '\0';
    bool none = true;
    for (size_t i = 0; i < spec->rates.count; i++)
        none = none && spec->rates.items[i].value == 0.0;
    if (none) {
        add(text, "none");
        return text->at;
    }
    for (size_t i = 0; i < spec->rates.count; i++) {
        add(text, "%s", i > 0 ? ", " : "");
        add_percent(text, spec->rates.items[i].value);
        if (i == 0)
            add(text, s->economics.discounting.value == 1 ? " a year, continuously" : " a year");
        else if (i < spec->from_years.count) {
            add(text, " from year ");
            add_real(text, spec->from_years.items[i].value);
        }
    }
    return text->at;
}

const char *ipsim_describe_discounting(const ipsim_scenario *s, page_text *text)
{
    page_text costs, effects;
    text->at[0] = '\0';
    add(text, "Costs: %s. Effects: %s.", ipsim_describe_discount(s, &s->economics.discount_costs, &costs),
        ipsim_describe_discount(s, &s->economics.discount_effects, &effects));
    return text->at;
}
