/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook: the tables of a result as a workbook for spreadsheet programs: results.xlsx.
 *
 * Tables are found by their names, and each sheet is there when its tables are:
 *     Summary         results, differences, ratios, targets, psa_summary: the main figures for 1 000 people, with their errors
 *     Costs by payer  results, differences: at the horizon, with a chart; every year and kind on the sheet Costs
 *     Curves          occupancy or psa_occupancy: charts; their numbers on the sheet Occupancy
 *     Break-even      differences, break_even: net cost by perspective until each report year, with charts
 *     Draws           psa, of everybody
 *     Parameters      parameters or provenance, with sources
 *     Targets, Population, About
 * Other tables that are not listed as left out in model/report/workbook.c get a sheet each, as they are; tables with more rows than a sheet
 * has are cut, and the sheet says so. `about` may be missing. The columns are those of include/ipsim/run.h and of the analyses. */
#ifndef IPSIM_WORKBOOK_H
#define IPSIM_WORKBOOK_H

#include "ipsim/error.h"
#include "ipsim/table.h"

/* NULL tables are passed over. Equal tables give equal bytes. */
ipsim_status ipsim_workbook_write(const ipsim_table *const *tables, size_t n_tables, const char *path, ipsim_error *err) IPSIM_MUST_CHECK;

#endif
