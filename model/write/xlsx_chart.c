/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/xlsx_chart: native charts. See ipsim_xlsx_add_chart in include/ipsim/xlsx.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "xlsx_private.h"

enum { SHORT_TEXT = 255, LARGE_TEXT = 900 };

/* Okabe and Ito (2008), which people with any kind of colour blindness tell apart, and darker and paler ones for models with many states. */
static const lxw_color_t palette[] = {0x0072B2, 0xE69F00, 0x009E73, 0xD55E00, 0x56B4E9, 0xCC79A7,
                                      0x999999, 0x7B3F98, 0xF0E442, 0x4B4B4B, 0x8C510A, 0xB3DE69};

static lxw_color_t colour_of(const ipsim_xlsx_series *series)
{
    return palette[series->colour % (sizeof palette / sizeof palette[0])];
}

/* What begins with = would be read as a reference to cells. */
static char *name_of(ipsim_xlsx *book, const char *text, size_t most)
{
    char *clean = ipsim_xlsx_clean(book, text, most);
    if (clean != NULL && clean[0] == '=') {
        memmove(clean, clean + 1, strlen(clean));
    }
    return clean;
}

static void add_series(ipsim_xlsx_sheet *sheet, lxw_chart *chart, ipsim_xlsx_chart_kind kind, const ipsim_xlsx_series *s)
{
    lxw_chart_series *series = ipsim_xlsx_library.chart_add_series(chart, NULL, NULL);
    if (series == NULL) {
        sheet->book->short_of_memory = true;
        return;
    }
    const char *from = s->from != NULL ? s->from->name : sheet->name;
    ipsim_xlsx_library.chart_series_set_categories(series, from, (lxw_row_t)s->first_row, (lxw_col_t)s->x_column, (lxw_row_t)s->last_row,
                                                   (lxw_col_t)s->x_column);
    ipsim_xlsx_library.chart_series_set_values(series, from, (lxw_row_t)s->first_row, (lxw_col_t)s->y_column, (lxw_row_t)s->last_row,
                                               (lxw_col_t)s->y_column);
    ipsim_xlsx_library.chart_series_set_name_range(series, from, (lxw_row_t)s->name_row, (lxw_col_t)s->name_column);
    if (kind == IPSIM_XLSX_AREAS || kind == IPSIM_XLSX_LINES) {
        /* A curve draws the cells it names. A copy of them inside the chart, for programs that cannot look a cell up, repeats the times in
         * every curve, and would be the largest part of the workbook. */
        series->categories->ignore_cache = LXW_TRUE;
        series->values->ignore_cache = LXW_TRUE;
    }
    if (kind == IPSIM_XLSX_AREAS || kind == IPSIM_XLSX_BARS || kind == IPSIM_XLSX_TORNADO) {
        lxw_chart_fill fill = {.color = colour_of(s)};
        ipsim_xlsx_library.chart_series_set_fill(series, &fill);
    } else {
        lxw_chart_line line = {.color = colour_of(s), .width = 2.0f, .dash_type = s->dashed ? LXW_CHART_LINE_DASH_DASH : 0};
        ipsim_xlsx_library.chart_series_set_line(series, &line);
        if (kind == IPSIM_XLSX_POINTS) {
            lxw_chart_fill fill = {.color = colour_of(s)};
            ipsim_xlsx_library.chart_series_set_marker_type(series, LXW_CHART_MARKER_CIRCLE);
            ipsim_xlsx_library.chart_series_set_marker_size(series, 5);
            ipsim_xlsx_library.chart_series_set_marker_fill(series, &fill);
            ipsim_xlsx_library.chart_series_set_marker_line(series, &line);
        }
    }
}

static void name_axis(ipsim_xlsx *book, lxw_chart_axis *axis, const char *name)
{
    lxw_chart_font small = {.size = 10, .bold = LXW_EXPLICIT_FALSE};
    char *clean = name_of(book, name, SHORT_TEXT);
    if (clean != NULL && clean[0] != '\0') {
        ipsim_xlsx_library.chart_axis_set_name(axis, clean);
        ipsim_xlsx_library.chart_axis_set_name_font(axis, &small);
    }
    free(clean);
}

static void set_axes(ipsim_xlsx *book, lxw_chart *chart, const ipsim_xlsx_chart *plan)
{
    lxw_chart_line pale = {.color = 0xD9D9D9, .width = 0.75f};
    /* Of bars, which lie, libxlsxwriter calls the upright axis y, as on paper. */
    bool bars = plan->kind == IPSIM_XLSX_BARS || plan->kind == IPSIM_XLSX_TORNADO;
    lxw_chart_axis *x = bars ? chart->y_axis : chart->x_axis, *y = bars ? chart->x_axis : chart->y_axis;
    name_axis(book, x, plan->x_title);
    name_axis(book, y, plan->y_title);
    ipsim_xlsx_library.chart_axis_set_num_format(y, plan->y_format);
    ipsim_xlsx_library.chart_axis_major_gridlines_set_visible(x, LXW_FALSE);
    ipsim_xlsx_library.chart_axis_major_gridlines_set_visible(y, LXW_TRUE);
    ipsim_xlsx_library.chart_axis_major_gridlines_set_line(y, &pale);
    /* Names of x stay at the edge where values are below 0. */
    ipsim_xlsx_library.chart_axis_set_label_position(x, LXW_CHART_AXIS_LABEL_POSITION_LOW);
    if (bars) {
        ipsim_xlsx_library.chart_axis_set_reverse(x); /* the first on top */
        ipsim_xlsx_library.chart_axis_set_label_position(y, LXW_CHART_AXIS_LABEL_POSITION_HIGH);
    }
    if (plan->x_step > 0) {
        ipsim_xlsx_library.chart_axis_set_interval_unit(x, (uint16_t)plan->x_step);
        ipsim_xlsx_library.chart_axis_set_interval_tick(x, (uint16_t)plan->x_step);
    }
    if (plan->kind == IPSIM_XLSX_AREAS) {
        ipsim_xlsx_library.chart_axis_set_position(x, LXW_CHART_AXIS_POSITION_ON_TICK);
    }
    if (plan->kind == IPSIM_XLSX_POINTS) {
        ipsim_xlsx_library.chart_axis_set_num_format(x, "#,##0.###");
        if (isfinite(plan->x_most)) {
            ipsim_xlsx_library.chart_axis_set_min(x, 0.0);
            ipsim_xlsx_library.chart_axis_set_max(x, plan->x_most);
        }
    } else if (isfinite(plan->y_most)) {
        y->is_value = LXW_TRUE; /* libxlsxwriter 1.1.4 forgets this of areas, and warns on standard error */
        ipsim_xlsx_library.chart_axis_set_min(y, 0.0);
        ipsim_xlsx_library.chart_axis_set_max(y, plan->y_most);
    }
}

void ipsim_xlsx_add_chart(ipsim_xlsx_sheet *sheet, size_t row, size_t column, const ipsim_xlsx_chart *plan, const ipsim_xlsx_series *series,
                          size_t n_series)
{
    static const uint8_t types[] = {
        [IPSIM_XLSX_LINES] = LXW_CHART_LINE,
        [IPSIM_XLSX_AREAS] = LXW_CHART_AREA_STACKED,
        [IPSIM_XLSX_POINTS] = LXW_CHART_SCATTER_STRAIGHT_WITH_MARKERS,
        [IPSIM_XLSX_BARS] = LXW_CHART_BAR,
        [IPSIM_XLSX_TORNADO] = LXW_CHART_BAR,
    };
    if (sheet == NULL || n_series == 0) {
        return;
    }
    ipsim_xlsx *book = sheet->book;
    lxw_chart *chart = ipsim_xlsx_library.workbook_add_chart(book->workbook, types[plan->kind]);
    if (chart == NULL) {
        book->short_of_memory = true;
        return;
    }
    for (size_t s = 0; s < n_series; s++) {
        add_series(sheet, chart, plan->kind, &series[s]);
    }
    if (plan->kind == IPSIM_XLSX_TORNADO) {
        ipsim_xlsx_library.chart_set_series_overlap(chart, 100);
        ipsim_xlsx_library.chart_set_series_gap(chart, 40);
    }
    char *title = name_of(book, plan->title, SHORT_TEXT), *description = name_of(book, plan->description, LARGE_TEXT);
    lxw_chart_font font = {.size = 12, .bold = LXW_EXPLICIT_FALSE};
    if (title != NULL) {
        ipsim_xlsx_library.chart_title_set_name(chart, title);
        ipsim_xlsx_library.chart_title_set_name_font(chart, &font);
    }
    set_axes(book, chart, plan);
    if (n_series > 1) {
        ipsim_xlsx_library.chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
    } else {
        ipsim_xlsx_library.chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    }
    if (plan->kind == IPSIM_XLSX_LINES || plan->kind == IPSIM_XLSX_POINTS) {
        ipsim_xlsx_library.chart_show_blanks_as(chart, LXW_CHART_BLANKS_AS_GAP);
    }
    /* A chart of libxlsxwriter is 480 by 288 pixels before it is scaled. */
    lxw_chart_options options = {.x_scale = plan->width / 480.0, .y_scale = plan->height / 288.0, .description = description};
    ipsim_xlsx_check(book,
                     ipsim_xlsx_library.worksheet_insert_chart_opt(sheet->worksheet, (lxw_row_t)row, (lxw_col_t)column, chart, &options));
    free(title);
    free(description);
}
