/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/decision: values of options. See decision.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"
#include "ipsim/number.h"

enum { LONGEST_LIST = 10000 };

ipsim_status ipsim_decision_number(const char *option, const char *text, double standard, double least, double most, double *value,
                                   ipsim_error *err)
{
    *value = standard;
    if (text == NULL) {
        return IPSIM_OK;
    }
    if (!ipsim_parse_real(text, value) || *value < least || *value > most) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--%s needs a number from %g to %g, not \"%s\"", option, least, most, text);
    }
    return IPSIM_OK;
}

ipsim_status ipsim_decision_words(const char *list, const char *separator, char **text, char ***words, size_t *count, ipsim_error *err)
{
    size_t n = 1;
    for (const char *at = list; *at != '\0'; at++) {
        n += strchr(separator, *at) != NULL;
    }
    *text = strdup(list);
    *words = calloc(n, sizeof **words);
    *count = 0;
    if (*text == NULL || *words == NULL) {
        free(*text);
        free(*words);
        *text = NULL;
        *words = NULL;
        return short_of_memory(err);
    }
    char *rest = *text;
    for (char *word = strsep(&rest, separator); word != NULL; word = strsep(&rest, separator)) {
        word += strspn(word, " ");
        for (size_t end = strlen(word); end > 0 && word[end - 1] == ' '; end--) {
            word[end - 1] = '\0';
        }
        (*words)[(*count)++] = word;
    }
    return IPSIM_OK;
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static ipsim_status refuse(const char *option, const char *text, double least, ipsim_error *err)
{
    return ipsim_error_set(err, IPSIM_ERR_USAGE, "--%s needs numbers from %g as a,b,c or from:to:step (at most %d), not \"%s\"", option,
                           least, (int)LONGEST_LIST, text);
}

static ipsim_status make_range(const char *option, const char *text, double least, char **words, double **values, size_t *count,
                               ipsim_error *err)
{
    double from, to, step;
    bool good = ipsim_parse_real(words[0], &from) && ipsim_parse_real(words[1], &to) && ipsim_parse_real(words[2], &step);
    if (!good || from < least || to < from || !(step > 0.0) || (to - from) / step > LONGEST_LIST - 1) {
        return refuse(option, text, least, err);
    }
    size_t n = (size_t)floor((to - from) / step + 1e-9) + 1;
    *values = calloc(n, sizeof **values);
    if (*values == NULL) {
        return short_of_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        (*values)[i] = from + (double)i * step;
    }
    *count = n;
    return IPSIM_OK;
}

static ipsim_status make_list(const char *option, const char *text, double least, char **words, size_t n, double **values, size_t *count,
                              ipsim_error *err)
{
    *values = calloc(n + 1, sizeof **values);
    if (*values == NULL) {
        return short_of_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (n > LONGEST_LIST || !ipsim_parse_real(words[i], &(*values)[i]) || (*values)[i] < least) {
            free(*values);
            *values = NULL;
            return refuse(option, text, least, err);
        }
    }
    qsort(*values, n, sizeof **values, by_value);
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        if (*count == 0 || (*values)[i] != (*values)[*count - 1]) {
            (*values)[(*count)++] = (*values)[i];
        }
    }
    return IPSIM_OK;
}

ipsim_status ipsim_decision_list(const char *option, const char *text, double least, double **values, size_t *count, ipsim_error *err)
{
    char *copy, **words;
    size_t n;
    bool range = strchr(text, ':') != NULL;
    *values = NULL;
    ipsim_status status = ipsim_decision_words(text, range ? ":" : ",", &copy, &words, &n, err);
    if (status == IPSIM_OK && range) {
        status = n == 3 ? make_range(option, text, least, words, values, count, err) : refuse(option, text, least, err);
    } else if (status == IPSIM_OK) {
        status = make_list(option, text, least, words, n, values, count, err);
    }
    free(words);
    free(copy);
    return status;
}
