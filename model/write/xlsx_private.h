/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of write/xlsx share. */
#ifndef IPSIM_WRITE_XLSX_PRIVATE_H
#define IPSIM_WRITE_XLSX_PRIVATE_H

#include "ipsim/xlsx.h"
#include "xlsx_library.h"

struct ipsim_xlsx_sheet {
    ipsim_xlsx *book;
    lxw_worksheet *worksheet;
    ipsim_xlsx_sheet *next;
    char name[32];
};

struct ipsim_xlsx {
    lxw_workbook *workbook;
    char *path;
    char *title;
    int memory; /* the file in the making, -1: it is written to path */
    ipsim_xlsx_sheet *sheets;
    lxw_format *formats[IPSIM_XLSX_N_STYLES][IPSIM_XLSX_MOST_DECIMALS + 1];
    lxw_error failure; /* the first */
    bool short_of_memory;
};

/* Text as it may stand in a workbook, of at most `most` bytes; the caller frees. NULL when memory is short, which book remembers. */
char *ipsim_xlsx_clean(ipsim_xlsx *book, const char *text, size_t most);
/* Remembers a failure; whether there was none. */
bool ipsim_xlsx_check(ipsim_xlsx *book, lxw_error result);

/* ---- xlsx_whole.c ---- */
/* Whether every part of a workbook is there to its last bracket: libxlsxwriter does not notice when a temporary file could not be written. */
bool ipsim_xlsx_is_whole(const unsigned char *bytes, size_t size);

#endif
