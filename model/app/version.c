/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/version: what this program is made of. See app.h. The Makefile defines the four macros for this file. */
#include <gsl/gsl_version.h>
#include <jansson.h>
#include <lua.h>
#include <sqlite3.h>

#include "app/app.h"
#include "ipsim/xlsx.h"

#ifndef IPSIM_VERSION
#define IPSIM_VERSION "unknown"
#endif
#ifndef IPSIM_GIT_HASH
#define IPSIM_GIT_HASH "unknown"
#endif
#ifndef IPSIM_ARITHMETIC
#define IPSIM_ARITHMETIC "unknown"
#endif
#ifndef IPSIM_LIBCONFIG_VERSION /* libconfig cannot be asked at run time, and its header belongs to the parser alone */
#define IPSIM_LIBCONFIG_VERSION "unknown"
#endif

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

const char *ipsim_version(void)
{
    return IPSIM_VERSION;
}

const char *ipsim_git_hash(void)
{
    return IPSIM_GIT_HASH;
}

const char *ipsim_arithmetic(void)
{
    return IPSIM_ARITHMETIC;
}

const char *ipsim_compiler(void)
{
    return COMPILER;
}

void ipsim_library_versions(ipsim_library_version libraries[IPSIM_N_LIBRARIES])
{
    const ipsim_library_version found[IPSIM_N_LIBRARIES] = {
        {"GSL", ""}, {"libconfig", ""}, {"Lua", ""}, {"SQLite", ""}, {"Jansson", ""}, {"libxlsxwriter", ""},
    };
    const char *versions[IPSIM_N_LIBRARIES] = {
        gsl_version,          IPSIM_LIBCONFIG_VERSION, LUA_VERSION_MAJOR "." LUA_VERSION_MINOR "." LUA_VERSION_RELEASE,
        sqlite3_libversion(), jansson_version_str(),   ipsim_xlsx_library_version(),
    };
    for (size_t i = 0; i < IPSIM_N_LIBRARIES; i++) {
        libraries[i] = found[i];
        snprintf(libraries[i].version, sizeof libraries[i].version, "%s", versions[i]);
    }
}

void ipsim_version_print(FILE *stream, bool with_libraries)
{
    fprintf(stream, "ipsim %s (%s)\n", IPSIM_VERSION, IPSIM_GIT_HASH);
    if (with_libraries) {
        ipsim_library_version libraries[IPSIM_N_LIBRARIES];
        ipsim_library_versions(libraries);
        fprintf(stream, "output format %d\narithmetic %s\ncompiled by %s\n", IPSIM_OUTPUT_FORMAT, IPSIM_ARITHMETIC, COMPILER);
        for (size_t i = 0; i < IPSIM_N_LIBRARIES; i++) {
            fprintf(stream, "%s %s\n", libraries[i].name, libraries[i].version);
        }
        fprintf(stream, "GPL-3.0-or-later: free software, without warranty\n");
    }
}
