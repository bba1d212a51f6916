/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

bool ipsim_library_load(const char *file, const ipsim_library_name *names, size_t n, char *why, size_t size)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *said = dlerror();
        snprintf(why, size, "%s", said ? said : file);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        void *found = dlsym(library, names[i].name);
        if (!found) {
            snprintf(why, size, "%s has no %s", file, names[i].name);
            return false;
        }
        memcpy(names[i].place, &found, sizeof found); /* C has no way from a pointer to an object to one to a function */
    }
    return true;
}
