/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_check: every problem of a set of scenario files, without simulating. */
#include "app/app.h"
#include "ipsim/plain_text.h"
#include "ipsim/write.h"

/* Errors make the exit code; warnings are lint, and whatever keeps several good files from being compared; notes are no reproach. */
typedef struct findings {
    ipsim_error_list errors, warnings, notes;
    ipsim_status status;
} findings;

static void count_contents(const ipsim_scenario *s, char *text, size_t size)
{
    const struct {
        size_t count;
        const char *one, *many;
    } parts[] = {
        {s->n_states, "state", "states"},
        {s->n_transitions, "transition", "transitions"},
        {s->n_events, "recurrent event", "recurrent events"},
        {s->n_parameters, "parameter", "parameters"},
        {s->n_attributes, "attribute", "attributes"},
        {s->n_rewards, "reward", "rewards"},
        {s->n_outcomes, "outcome", "outcomes"},
        {s->n_targets, "target", "targets"},
    };
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && used < size; i++) {
        if (parts[i].count > 0) {
            int length = snprintf(text + used, size - used, "%s%zu %s", used > 0 ? ", " : "", parts[i].count,
                                  parts[i].count == 1 ? parts[i].one : parts[i].many);
            used += length > 0 ? (size_t)length : 0;
        }
    }
}

static void copy_all(ipsim_error_list *to, const ipsim_error *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)ipsim_error_add_copy(to, &items[i]);
    }
}

/* The name of a file may hold anything; a screen gets none of it that does more than stand there. */
static void print_file(const char *file)
{
    char plain[2048];
    ipsim_plain_text(file, "?", false, plain, sizeof plain);
    fputs(plain, stdout);
}

static void check_one(const ipsim_cli *cli, const ipsim_scenario *scenario, const char *file, findings *found)
{
    const ipsim_scenario *alone[] = {scenario};
    ipsim_status status = ipsim_run_check(alone, 1, &found->errors);
    size_t n_warnings = 0;
    const ipsim_error *warnings = ipsim_scenario_warnings(scenario, &n_warnings);
    copy_all(&found->warnings, warnings, n_warnings);
    if (status == IPSIM_OK) {
        ipsim_run_note_speed(scenario, &found->notes);
    }
    found->status = found->status == IPSIM_OK ? status : found->status;
    if (cli->json || cli->quiet) {
        return;
    }
    char contents[256];
    if (status == IPSIM_OK) { /* what is wrong with the others is said, and counted, on stderr */
        count_contents(scenario, contents, sizeof contents);
        print_file(file);
        printf(": ok (%s)\n", contents);
    }
}

/* Good files that do not go together are still good files: somebody may only want to run them. */
static void check_together(const ipsim_inputs *inputs, findings *found)
{
    ipsim_error_list refused = {0};
    ipsim_status status = ipsim_run_check(ipsim_inputs_view(inputs), inputs->count, &refused);
    if (status == IPSIM_ERR_INCOMPATIBLE) {
        copy_all(&found->warnings, refused.items, refused.count);
    } else if (status != IPSIM_OK) {
        copy_all(&found->errors, refused.items, refused.count);
        found->status = status;
    }
    ipsim_error_list_clear(&refused);
}

static void add_rows(ipsim_table *table, const ipsim_error_list *list, const char *severity)
{
    for (size_t i = 0; i < list->count; i++) {
        const ipsim_error *item = &list->items[i];
        size_t row = ipsim_table_add_row(table);
        ipsim_table_put_text(table, row, 0, severity);
        ipsim_table_put_text(table, row, 1, item->file);
        ipsim_table_put_integer(table, row, 2, item->line);
        ipsim_table_put_text(table, row, 3, item->key);
        ipsim_table_put_text(table, row, 4, item->message);
        ipsim_table_put_text(table, row, 5, ipsim_status_name(item->status));
    }
}

static ipsim_status print_json(const findings *found)
{
    const ipsim_column_spec columns[] = {
        {"severity", IPSIM_TEXT, ""}, {"file", IPSIM_TEXT, ""},    {"line", IPSIM_INTEGER, ""},
        {"key", IPSIM_TEXT, ""},      {"message", IPSIM_TEXT, ""}, {"code", IPSIM_TEXT, ""},
    };
    ipsim_error err = {0};
    ipsim_table *table = ipsim_table_create("problems", columns, sizeof columns / sizeof columns[0]);
    ipsim_status status;
    if (table == NULL) {
        status = ipsim_error_set(&err, IPSIM_ERR_MEMORY, "memory is short");
    } else {
        add_rows(table, &found->errors, "error");
        add_rows(table, &found->warnings, "warning");
        add_rows(table, &found->notes, "note");
        const ipsim_table *const tables[] = {table};
        status = ipsim_write_json(tables, 1, stdout, &err);
    }
    ipsim_table_free(table);
    return status == IPSIM_OK ? status : ipsim_app_complain_once(&err);
}

/* Warnings and notes go to stdout: they are what was asked for. Errors go to stderr, as with every other command. */
static void print_list(const char *severity, const ipsim_error_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const ipsim_error *item = &list->items[i];
        printf("%s: ", severity);
        print_file(item->file);
        if (item->line > 0) {
            printf(":%d", item->line);
        }
        printf("%s%s%s%s\n", item->file[0] != '\0' ? ": " : "", item->key, item->key[0] != '\0' ? ": " : "", item->message);
    }
}

ipsim_status ipsim_app_check(ipsim_app *app)
{
    const ipsim_cli *cli = app->cli;
    findings found = {.status = IPSIM_OK};
    ipsim_inputs inputs = {0};
    found.status = ipsim_inputs_load(cli, &inputs, &found.errors);
    for (size_t i = 0; inputs.items != NULL && i < inputs.count; i++) {
        if (inputs.items[i] != NULL) {
            check_one(cli, inputs.items[i], cli->operands[i], &found);
        }
    }
    if (found.status == IPSIM_OK && inputs.count > 1) {
        check_together(&inputs, &found);
    }
    ipsim_error_list_sort(&found.errors);
    ipsim_error_list_sort(&found.warnings);
    ipsim_error_list_sort(&found.notes);
    ipsim_status status = found.status;
    bool too_many_warnings = status == IPSIM_OK && cli->strict && found.warnings.count > 0;
    if (cli->json) {
        ipsim_status printed = print_json(&found);
        status = printed != IPSIM_OK ? printed : status;
    } else {
        if (!cli->quiet || too_many_warnings) {
            print_list("warning", &found.warnings);
        }
        if (!cli->quiet) {
            print_list("note", &found.notes);
        }
        fflush(stdout);
        if (status != IPSIM_OK) {
            status = ipsim_app_complain(&found.errors, status, NULL);
        } else if (too_many_warnings) {
            fprintf(stderr, "ipsim: %zu warning%s, and --strict allows none.\n", found.warnings.count,
                    found.warnings.count == 1 ? "" : "s");
        }
    }
    status = status == IPSIM_OK && too_many_warnings ? IPSIM_ERR_RULE : status;
    ipsim_inputs_free(&inputs);
    ipsim_error_list_clear(&found.errors);
    ipsim_error_list_clear(&found.warnings);
    ipsim_error_list_clear(&found.notes);
    return status;
}
