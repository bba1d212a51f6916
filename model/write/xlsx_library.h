/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to write: libxlsxwriter, which is loaded when a workbook is wanted.
 *
 * With the library of cryptography that it needs for a checksum it takes half of the time in which the program starts, and most commands make
 * no workbook. Those that will make one begin to load it beside their other work (app/prepare.c). */
#ifndef IPSIM_WRITE_XLSX_LIBRARY_H
#define IPSIM_WRITE_XLSX_LIBRARY_H

#include <xlsxwriter.h>

#include "ipsim/error.h"

/* What we use of it. */
/* clang-format off */
#define XLSX_FUNCTIONS(X) \
    X(chart_add_series) X(chart_axis_major_gridlines_set_line) X(chart_axis_major_gridlines_set_visible) \
    X(chart_axis_set_interval_tick) X(chart_axis_set_interval_unit) X(chart_axis_set_label_position) X(chart_axis_set_max) \
    X(chart_axis_set_min) X(chart_axis_set_name) X(chart_axis_set_name_font) X(chart_axis_set_num_format) \
    X(chart_axis_set_position) X(chart_axis_set_reverse) X(chart_legend_set_position) X(chart_series_set_categories) \
    X(chart_series_set_fill) X(chart_series_set_line) X(chart_series_set_marker_fill) X(chart_series_set_marker_line) \
    X(chart_series_set_marker_size) X(chart_series_set_marker_type) X(chart_series_set_name_range) X(chart_series_set_values) \
    X(chart_set_series_gap) X(chart_set_series_overlap) X(chart_show_blanks_as) X(chart_title_set_name) \
    X(chart_title_set_name_font) X(format_set_align) X(format_set_bg_color) X(format_set_bold) X(format_set_bottom) \
    X(format_set_font_color) X(format_set_font_size) X(format_set_indent) X(format_set_num_format) X(format_set_num_format_index) \
    X(format_set_text_wrap) X(lxw_strerror) X(lxw_version) X(lxw_workbook_free) X(workbook_add_chart) X(workbook_add_format) \
    X(workbook_add_worksheet) X(workbook_close) X(workbook_new_opt) X(workbook_set_properties) X(worksheet_autofilter) \
    X(worksheet_fit_to_pages) X(worksheet_freeze_panes) X(worksheet_gridlines) X(worksheet_insert_chart_opt) \
    X(worksheet_merge_range) X(worksheet_repeat_columns) X(worksheet_repeat_rows) X(worksheet_set_column) X(worksheet_set_footer) \
    X(worksheet_set_h_pagebreaks) X(worksheet_set_landscape) X(worksheet_set_margins) X(worksheet_set_paper) \
    X(worksheet_set_print_scale) X(worksheet_set_row) X(worksheet_write_blank) X(worksheet_write_comment_opt) \
    X(worksheet_write_number) X(worksheet_write_string)
/* clang-format on */

typedef struct xlsx_library {
#define X(name) __typeof__(name) *name;
    XLSX_FUNCTIONS(X)
#undef X
} xlsx_library;

/* Its functions, once it is loaded. */
extern xlsx_library ipsim_xlsx_library;

#endif
