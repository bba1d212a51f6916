/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/report_static: the most important figures as plain HTML, for a reader without the script: a program built without npm, a mail
 * program that runs none. The script replaces it. See report_parts.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/format.h"
#include "report_parts.h"

enum { PER_PEOPLE = 1000 };

typedef struct static_page {
    const ipsim_report_tables *tables;
    const ipsim_table *about, *levels, *differences; /* NULL where there is none */
    const json_t *messages;
    ipsim_arena *arena;
    FILE *stream;
    ipsim_summary_figures figures;
    double horizon;
    size_t n_arms;
    const char **arms;
    const char *comparator, *currency;
} static_page;

static void put_message(const static_page *p, const char *key)
{
    ipsim_report_put_html_text(ipsim_report_message(p->messages, key), p->stream);
}

static void put_element(const static_page *p, const char *element, const char *text)
{
    fprintf(p->stream, "<%s>", element);
    ipsim_report_put_html_text(text, p->stream);
    fprintf(p->stream, "</%.*s>", (int)strcspn(element, " "), element);
}

static const char *title_of(const ipsim_table *about, const char *arm)
{
    const char *title = about != NULL ? ipsim_summary_about(about, arm, "title") : NULL;
    return title != NULL ? title : arm;
}

static bool find_arms(static_page *p)
{
    const ipsim_column *scenarios = ipsim_summary_column(p->figures.table, "scenario", IPSIM_TEXT);
    p->arms = ipsim_arena_alloc(p->arena, p->figures.n_rows + 1, sizeof *p->arms);
    for (size_t i = 0; p->arms != NULL && i < p->figures.n_rows; i++) {
        const char *name = ipsim_summary_text_at(scenarios, p->figures.rows[i]);
        bool fresh = true;
        for (size_t a = p->n_arms; fresh && a-- > 0;) {
            fresh = strcmp(name, p->arms[a]) != 0;
        }
        if (fresh) {
            p->arms[p->n_arms++] = name;
        }
    }
    return p->arms != NULL;
}

static void put_table_head(const static_page *p, const char *caption)
{
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"", p->stream);
    put_message(p, caption);
    fputs("\"><table><caption>", p->stream);
    put_message(p, caption);
    fputs("</caption><thead><tr><td></td>", p->stream);
    for (size_t a = 0; a < p->n_arms; a++) {
        put_element(p, "th scope=\"col\"", title_of(p->about, p->arms[a]));
    }
    fputs("</tr></thead><tbody>\n", p->stream);
}

static void put_row(const static_page *p, const char *label, const char *outcome, const char *payer, bool discounted, double factor)
{
    char text[IPSIM_FORMAT_SIZE];
    if (!ipsim_summary_has(&p->figures, outcome)) {
        return;
    }
    fputs("<tr>", p->stream);
    put_element(p, "th scope=\"row\"", label);
    for (size_t a = 0; a < p->n_arms; a++) {
        ipsim_summary_figure figure = ipsim_summary_find(&p->figures, p->arms[a], outcome, payer, discounted, p->horizon);
        put_element(p, "td",
                    figure.found
                        ? ipsim_format_estimate(figure.estimate * factor, figure.mcse * factor, p->differences != NULL, text, sizeof text)
                        : "");
    }
    fputs("</tr>\n", p->stream);
}

static bool is_years(const static_page *p, const char *outcome)
{
    const char *key = ipsim_arena_printf(p->arena, "outcome_type:%s", outcome);
    const char *type = key != NULL ? ipsim_summary_about(p->about, NULL, key) : NULL;
    return type != NULL && strcmp(type, "years") == 0;
}

static void put_people(const static_page *p)
{
    const char *name;
    put_table_head(p, p->differences != NULL ? "static.changes" : "static.levels");
    for (size_t n = 0; (name = ipsim_summary_nth_name(p->about, "outcome:", n)) != NULL; n++) {
        if (is_years(p, name)) {
            put_row(p, ipsim_summary_label(p->arena, p->about, "outcome:", name), name, "all", false, PER_PEOPLE);
        }
    }
    put_row(p, ipsim_report_message(p->messages, "life_years"), "life_years", "all", false, PER_PEOPLE);
    put_row(p, ipsim_report_message(p->messages, "qalys.discounted"), "qalys", "all", true, PER_PEOPLE);
    fputs("</tbody></table></div>\n", p->stream);
}

static void put_money(const static_page *p)
{
    const double factor = PER_PEOPLE / 1e6;
    const char *name;
    if (ipsim_summary_nth_name(p->about, "payer:", 0) == NULL) {
        return;
    }
    fputs("<h2>", p->stream);
    put_message(p, "static.money");
    fputs("</h2><p>", p->stream);
    put_message(p, "static.money_unit");
    fputs(" ", p->stream);
    ipsim_report_put_html_text(p->currency, p->stream);
    fputs(".</p>\n", p->stream);
    put_table_head(p, "static.by_payer");
    for (size_t n = 0; (name = ipsim_summary_nth_name(p->about, "payer:", n)) != NULL; n++) {
        put_row(p, ipsim_summary_label(p->arena, p->about, "payer:", name), "cost", name, true, factor);
    }
    fputs("</tbody></table></div>\n", p->stream);
    if (ipsim_summary_nth_name(p->about, "perspective:", 0) != NULL) {
        put_table_head(p, "static.by_perspective");
        for (size_t n = 0; (name = ipsim_summary_nth_name(p->about, "perspective:", n)) != NULL; n++) {
            const char *outcome = ipsim_arena_printf(p->arena, "cost_%s", name);
            put_row(p, ipsim_summary_label(p->arena, p->about, "perspective:", name), outcome != NULL ? outcome : "", "all", true, factor);
        }
        fputs("</tbody></table></div>\n", p->stream);
    }
}

static void put_targets(const static_page *p)
{
    const ipsim_table *targets = ipsim_report_find(p->tables, "targets");
    if (targets == NULL || targets->n_rows == 0) {
        return;
    }
    const ipsim_column *verdicts = ipsim_summary_column(targets, "verdict", IPSIM_TEXT);
    size_t inside = 0, outside = 0;
    for (size_t row = 0; row < targets->n_rows; row++) {
        const char *verdict = ipsim_summary_text_at(verdicts, row);
        inside += strcmp(verdict, "inside") == 0;
        outside += strcmp(verdict, "outside") == 0;
    }
    fputs("<h2>", p->stream);
    put_message(p, "static.targets");
    fputs("</h2><p>", p->stream);
    put_message(p, "verdict.inside");
    fprintf(p->stream, ": %zu. ", inside);
    put_message(p, "verdict.outside");
    fprintf(p->stream, ": %zu.</p>\n", outside);
}

static void put_how_to_repeat(const static_page *p)
{
    const ipsim_table *sources = ipsim_report_find(p->tables, "sources");
    if (sources == NULL || sources->n_rows == 0) {
        return;
    }
    fputs("<h2>", p->stream);
    put_message(p, "reproduce.title");
    fputs("</h2><pre tabindex=\"0\">", p->stream);
    const ipsim_column *lines = ipsim_summary_column(sources, "command_line", IPSIM_TEXT);
    for (size_t row = 0; row < sources->n_rows; row++) {
        ipsim_report_put_html_text(ipsim_summary_text_at(lines, row), p->stream);
        putc('\n', p->stream);
    }
    fputs("</pre>\n", p->stream);
}

static void put_figures(const static_page *p)
{
    char number[IPSIM_FORMAT_SIZE];
    if (p->differences != NULL) {
        fputs("<p>", p->stream);
        put_message(p, "static.compared_with");
        fputs(" <strong>", p->stream);
        ipsim_report_put_html_text(title_of(p->about, p->comparator), p->stream);
        fputs("</strong>.</p>\n", p->stream);
    }
    fputs("<p>", p->stream);
    put_message(p, "static.horizon");
    fprintf(p->stream, " %s.</p>\n", ipsim_format_number(p->horizon, 6, number, sizeof number));
    put_people(p);
    put_money(p);
    fputs("<p>", p->stream);
    put_message(p, "static.mcse");
    fputs("</p>\n", p->stream);
}

/* Of one scenario its title, of two the new one before its comparator; more than that find no room. */
void ipsim_report_put_title(const ipsim_report_tables *tables, const json_t *messages, FILE *stream)
{
    const ipsim_table *about = ipsim_report_find(tables, "about");
    const ipsim_column *scenarios = about != NULL ? ipsim_summary_column(about, "scenario", IPSIM_TEXT) : NULL;
    const char *names[3] = {NULL};
    size_t n = 0;
    for (size_t row = 0; about != NULL && n < 3 && row < about->n_rows; row++) {
        const char *name = ipsim_summary_text_at(scenarios, row);
        bool fresh = true;
        for (size_t i = 0; i < n; i++) {
            fresh = fresh && strcmp(names[i], name) != 0;
        }
        if (fresh) {
            names[n++] = name;
        }
    }
    if (n == 0 || n > 2) {
        ipsim_report_put_html_text(ipsim_report_message(messages, "title.analysis"), stream);
        return;
    }
    ipsim_report_put_html_text(title_of(about, names[n - 1]), stream);
    if (n == 2) {
        fputs(" / ", stream);
        ipsim_report_put_html_text(title_of(about, names[0]), stream);
    }
}

static ipsim_status open_figures(static_page *p, ipsim_error *err)
{
    const ipsim_table *table = p->differences != NULL ? p->differences : p->levels;
    double *years = NULL;
    if (!ipsim_summary_figures_open(p->arena, table, &p->figures) || !find_arms(p)) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    size_t n_years = ipsim_summary_years(p->arena, &p->figures, &years);
    p->horizon = n_years > 0 ? years[n_years - 1] : NAN;
    p->currency = ipsim_summary_about(p->about, NULL, "currency");
    p->currency = p->currency != NULL ? p->currency : "";
    if (p->differences != NULL && p->differences->n_rows > 0) {
        p->comparator = ipsim_summary_text_at(ipsim_summary_column(p->differences, "comparator", IPSIM_TEXT), 0);
    }
    return IPSIM_OK;
}

ipsim_status ipsim_report_put_static(const ipsim_report_tables *tables, const json_t *messages, FILE *stream, ipsim_error *err)
{
    static_page page = {.tables = tables,
                        .about = ipsim_report_find(tables, "about"),
                        .levels = ipsim_report_find(tables, "results"),
                        .differences = ipsim_report_find(tables, "differences"),
                        .messages = messages,
                        .stream = stream,
                        .arena = ipsim_arena_create()};
    bool figures = page.about != NULL && (page.differences != NULL || page.levels != NULL);
    ipsim_status status = IPSIM_OK;
    if (page.arena == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    fputs("<h1>", stream);
    ipsim_report_put_title(tables, messages, stream);
    fputs("</h1>\n<p class=\"note\">", stream);
    put_message(&page, ipsim_report_has_script() ? "static.no_script" : "static.no_charts");
    fputs("</p>\n", stream);
    if (figures) {
        status = open_figures(&page, err);
    }
    if (status == IPSIM_OK && figures) {
        put_figures(&page);
        put_targets(&page);
    }
    put_how_to_repeat(&page);
    ipsim_arena_free(page.arena);
    return status;
}
