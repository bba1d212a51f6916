/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/complaints: problems on stderr. See app.h. */
#include <string.h>

#include "app/app.h"
#include "ipsim/plain_text.h"

static void print_one(const ipsim_error *err)
{
    char text[2048], plain[2048];
    ipsim_error_format(err, text, sizeof text);
    ipsim_plain_text(text, "?", false, plain, sizeof plain); /* names of files and words of the command line may hold anything */
    fprintf(stderr, "%s%s\n", err->file[0] == '\0' ? "ipsim: " : "", plain);
}

ipsim_status ipsim_app_complain_once(const ipsim_error *err)
{
    print_one(err);
    return err->status;
}

/* Whether everything can be put right by whoever wrote the input. */
static bool is_bad_input(ipsim_status status)
{
    return ipsim_cli_exit_code(status, false) == 2;
}

ipsim_status ipsim_app_complain(ipsim_error_list *errors, ipsim_status status, const char *consequence)
{
    ipsim_error_list_sort(errors);
    const char *file = NULL;
    size_t n_files = 0;
    for (size_t i = 0; i < errors->count; i++) {
        const ipsim_error *err = &errors->items[i];
        print_one(err);
        if (err->file[0] != '\0' && (file == NULL || strcmp(file, err->file) != 0)) {
            file = err->file;
            n_files++;
        }
        /* What is not the author's fault decides the exit code, however much bad input there is beside it. */
        if (!is_bad_input(err->status)) {
            status = err->status;
        }
    }
    if (errors->count == 0 || errors->out_of_memory) {
        status = errors->out_of_memory ? IPSIM_ERR_MEMORY : status;
        fprintf(stderr, "ipsim: %s (%s)\n", status == IPSIM_ERR_MEMORY ? "memory is short" : "failed", ipsim_status_name(status));
    }
    fprintf(stderr, "ipsim: %zu problem%s", errors->count, errors->count == 1 ? "" : "s");
    if (n_files == 1) {
        char plain[sizeof errors->items[0].file];
        ipsim_plain_text(file, "?", false, plain, sizeof plain);
        fprintf(stderr, " in %s", plain);
    } else if (n_files > 1) {
        fprintf(stderr, " in %zu files", n_files);
    }
    if (consequence != NULL) {
        fprintf(stderr, "; %s", consequence);
    }
    fprintf(stderr, ".\n");
    return status;
}
