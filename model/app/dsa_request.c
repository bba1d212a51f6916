/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/dsa_request: options of dsa. See dsa.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/dsa.h"
#include "economics/short_of_memory.h"
#include "ipsim/number.h"

static ipsim_status refuse(ipsim_error_list *errors, const char *option, const char *text, const char *wanted)
{
    return ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){.file = option}, "%s is needed, not \"%s\"", wanted, text);
}

/* The words of a list, kept until the request is cleared; the caller frees *words. */
static ipsim_status split(ipsim_dsa_request *request, const char *list, const char *separator, char ***words, size_t *count,
                          ipsim_error_list *errors)
{
    ipsim_error err = {0};
    char *text = NULL, **grown = realloc(request->texts, (request->n_texts + 1) * sizeof *grown);
    *words = NULL;
    *count = 0;
    if (grown == NULL) {
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "memory is short");
    }
    request->texts = grown;
    if (ipsim_decision_words(list, separator, &text, words, count, &err) != IPSIM_OK) {
        return ipsim_error_add_copy(errors, &err);
    }
    request->texts[request->n_texts++] = text;
    return IPSIM_OK;
}

/* NAME=LOW:HIGH, with :COUNT behind it where steps is not NULL; NAME alone where bare is allowed. The word is cut up. */
static bool read_range(char *word, bool bare, ipsim_dsa_range *range, int64_t *steps)
{
    char *equals = strchr(word, '=');
    *range = (ipsim_dsa_range){.name = word, .low = NAN, .high = NAN};
    if (equals == NULL) {
        return bare && word[0] != '\0';
    }
    *equals = '\0';
    char *rest = equals + 1;
    const char *low = strsep(&rest, ":"), *high = strsep(&rest, ":"), *count = steps != NULL ? strsep(&rest, ":") : "";
    return word[0] != '\0' && rest == NULL && high != NULL && count != NULL && ipsim_parse_real(low, &range->low) &&
           ipsim_parse_real(high, &range->high) && (steps == NULL || ipsim_cli_parse_whole(count, steps));
}

static ipsim_status read_ranges(ipsim_dsa_request *request, const char *option, const char *text, bool bare, ipsim_dsa_range **ranges,
                                size_t *count, ipsim_error_list *errors)
{
    char **words;
    size_t n;
    ipsim_status status = split(request, text, ",", &words, &n, errors);
    if (status != IPSIM_OK) {
        return status;
    }
    *ranges = calloc(n, sizeof **ranges);
    if (*ranges == NULL) {
        status = ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "memory is short");
    }
    for (size_t i = 0; *ranges != NULL && i < n; i++) {
        if (read_range(words[i], bare, &(*ranges)[*count], NULL)) {
            (*count)++;
        } else {
            status = refuse(errors, option, text,
                            bare ? "NAME or NAME=LOW:HIGH, or several with commas between,"
                                 : "NAME=LOW:HIGH, or several with commas between,");
            break;
        }
    }
    free(words);
    return status;
}

static ipsim_status read_grids(ipsim_dsa_request *request, const char *text, ipsim_error_list *errors)
{
    static const char wanted[] = "NAME=LOW:HIGH:VALUES,NAME=LOW:HIGH:VALUES";
    char **grids;
    size_t n;
    ipsim_status status = split(request, text, ";", &grids, &n, errors);
    if (status != IPSIM_OK) {
        return status;
    }
    request->grids = calloc(n, sizeof *request->grids);
    if (request->grids == NULL) {
        status = ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "memory is short");
    }
    for (size_t g = 0; status == IPSIM_OK && g < n; g++) {
        char *rest = grids[g];
        ipsim_dsa_axis *axis = request->grids[g].axis;
        char *first = strsep(&rest, ","), *second = strsep(&rest, ",");
        bool good = second != NULL && rest == NULL;
        good = good && read_range(first, false, &axis[0].range, &axis[0].steps) &&
               read_range(second, false, &axis[1].range, &axis[1].steps);
        if (!good) {
            status = refuse(errors, "--grid", text, wanted);
        }
    }
    request->options.n_grids = status == IPSIM_OK ? n : 0;
    request->options.grids = request->grids;
    free(grids);
    return status;
}

static ipsim_status read_quantiles(ipsim_dsa_request *request, const char *text, ipsim_error_list *errors)
{
    char **words;
    size_t n;
    double *q = request->options.quantiles;
    ipsim_status status = split(request, text, ",", &words, &n, errors);
    if (status != IPSIM_OK) {
        return status;
    }
    bool good = n == 2 && ipsim_parse_real(words[0], &q[0]) && ipsim_parse_real(words[1], &q[1]);
    if (!good || !(q[0] > 0.0 && q[0] < q[1] && q[1] < 1.0)) {
        status = refuse(errors, "--quantiles", text, "a pair A,B with 0 < A < B < 1");
    }
    free(words);
    return status;
}

static ipsim_status read_find(ipsim_dsa_request *request, const char *text, ipsim_error_list *errors)
{
    ipsim_dsa_options *options = &request->options;
    if (strcmp(text, "all") == 0 || strcmp(text, "none") == 0) {
        options->find = text[0] == 'a' ? IPSIM_DSA_FIND_ALL : IPSIM_DSA_FIND_NONE;
        return IPSIM_OK;
    }
    options->find = IPSIM_DSA_FIND_LISTED;
    ipsim_status status = read_ranges(request, "--find", text, true, &request->finds, &options->n_find, errors);
    options->finds = request->finds;
    return status;
}

ipsim_status ipsim_dsa_request_read(const ipsim_cli *cli, ipsim_dsa_request *request, ipsim_error_list *errors)
{
    const ipsim_cli_dsa *asked = &cli->dsa;
    ipsim_dsa_options *options = &request->options;
    size_t n_before = errors->count;
    *options = (ipsim_dsa_options){
        .persons = cli->persons,
        .seed = cli->seed,
        .replicate = (uint32_t)cli->replicate,
        .n_threads = (int)cli->threads,
        .only_scenarios = asked->scenarios,
        .outcome = asked->outcome,
        .effect = cli->decision.effect,
        .engine = cli->engine != NULL && strcmp(cli->engine, "reference") == 0 ? IPSIM_ENGINE_REFERENCE : IPSIM_ENGINE_FAST,
    };
    ipsim_status ignored = IPSIM_OK; /* each problem is in the list */
    if (asked->vary != NULL) {
        ignored = read_ranges(request, "--vary", asked->vary, false, &request->vary, &options->n_vary, errors);
        options->vary = request->vary;
    }
    if (cli->only != NULL && (ignored = split(request, cli->only, ",", &request->only, &options->n_only, errors)) == IPSIM_OK) {
        options->only = (const char *const *)request->only;
    }
    if (cli->decision.perspective != NULL &&
        (ignored = split(request, cli->decision.perspective, ",", &request->perspectives, &options->n_perspectives, errors)) == IPSIM_OK) {
        options->perspectives = (const char *const *)request->perspectives;
    }
    if (asked->quantiles != NULL) {
        ignored = read_quantiles(request, asked->quantiles, errors);
    }
    if (asked->grid != NULL) {
        ignored = read_grids(request, asked->grid, errors);
    }
    if (asked->find != NULL) {
        ignored = read_find(request, asked->find, errors);
    }
    if (cli->decision.threshold != NULL) {
        ipsim_error err = {0};
        if (ipsim_decision_list("threshold", cli->decision.threshold, 0.0, &request->thresholds, &options->n_thresholds, &err) !=
            IPSIM_OK) {
            ignored = ipsim_error_add_copy(errors, &err);
        }
        options->thresholds = request->thresholds;
    }
    if (asked->scenarios && (asked->vary != NULL || cli->only != NULL || asked->find != NULL || asked->grid != NULL)) {
        ignored = ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){.file = "--scenarios"},
                                  "nothing is moved, so --vary, --only, --find and --grid have no meaning beside it");
    }
    (void)ignored;
    return errors->count > n_before ? errors->items[n_before].status : IPSIM_OK;
}

void ipsim_dsa_request_clear(ipsim_dsa_request *request)
{
    for (size_t i = 0; i < request->n_texts; i++) {
        free(request->texts[i]);
    }
    free(request->texts);
    free(request->vary);
    free(request->finds);
    free(request->only);
    free(request->perspectives);
    free(request->grids);
    free(request->thresholds);
    *request = (ipsim_dsa_request){0};
}
