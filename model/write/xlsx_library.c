/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/xlsx_library: see xlsx_library.h. */
#include "xlsx_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "ipsim/xlsx.h"

xlsx_library ipsim_xlsx_library;
static pthread_once_t loaded = PTHREAD_ONCE_INIT;
static char failure[400]; /* empty: it is there */

#ifdef IPSIM_XLSXWRITER
/* function: a pointer to one, which dlsym gives as a pointer to an object. */
static void find(void *library, const char *name, void *function, size_t size)
{
    void *found = dlsym(library, name);
    if (found == NULL && failure[0] == '\0') {
        snprintf(failure, sizeof failure, "%s has no function %s", IPSIM_XLSXWRITER, name);
    }
    memcpy(function, &found, size);
}

static void load(void)
{
    void *library = dlopen(IPSIM_XLSXWRITER, RTLD_NOW | RTLD_LOCAL); /* for as long as the program runs */
    if (library == NULL) {
        const char *why = dlerror();
        snprintf(failure, sizeof failure, "%s", why != NULL ? why : IPSIM_XLSXWRITER);
        return;
    }
#define X(name) find(library, #name, &ipsim_xlsx_library.name, sizeof ipsim_xlsx_library.name);
    XLSX_FUNCTIONS(X)
#undef X
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
