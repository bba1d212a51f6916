/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/xlsx_library: see xlsx_library.h. */
#include "xlsx_library.h"

#include <pthread.h>

#include "base/library.h"
#include "ipsim/xlsx.h"

xlsx_library ipsim_xlsx_library;
static pthread_once_t loaded = PTHREAD_ONCE_INIT;
static char failure[400]; /* empty: it is there */

#ifdef IPSIM_XLSXWRITER
static void load(void)
{
#define X(name) {#name, &ipsim_xlsx_library.name},
    static const ipsim_library_name names[] = {XLSX_FUNCTIONS(X)};
#undef X
    (void)ipsim_library_load(IPSIM_XLSXWRITER, names, sizeof names / sizeof names[0], failure, sizeof failure); /* failure says it */
}
#else /* it is linked */
static void load(void)
{
#define X(name) ipsim_xlsx_library.name = name;
    XLSX_FUNCTIONS(X)
#undef X
}
#endif

ipsim_status ipsim_xlsx_load(ipsim_error *err)
{
    pthread_once(&loaded, load);
    return failure[0] == '\0' ? IPSIM_OK
                              : ipsim_error_set(err, IPSIM_ERR_FILE, "workbooks cannot be made without libxlsxwriter: %s", failure);
}
