/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/report_assets: style sheet, messages and script, taken into the program when it is built. See report_parts.h.
 *
 * The Makefile names the files. The script is bundled from model/report/web/ by npm and esbuild; where they are not there it is missing. */
#include "report_parts.h"

#include <stdint.h>

/* .incbin: a compiler takes ten seconds over the same bytes as an array. Both symbols are local to this file. */
#define ASSET(name, path)                                                                 \
    __asm__(".section .rodata\n"                                                          \
            "ipsim_asset_" #name "_begin:\n"                                              \
            ".incbin \"" path "\"\n"                                                      \
            "ipsim_asset_" #name "_end:\n"                                                \
            ".byte 0\n"                                                                   \
            ".previous\n");                                                               \
    extern const char ipsim_asset_##name##_begin[] __attribute__((visibility("hidden"))); \
    extern const char ipsim_asset_##name##_end[] __attribute__((visibility("hidden")))

/* In C they are two objects, whose addresses may be subtracted as numbers only. */
#define LOOK_UP(name) \
    ((ipsim_report_asset){ipsim_asset_##name##_begin, (uintptr_t)ipsim_asset_##name##_end - (uintptr_t)ipsim_asset_##name##_begin})

ASSET(style, IPSIM_REPORT_STYLE);
ASSET(messages, IPSIM_REPORT_MESSAGES);

ipsim_report_asset ipsim_report_style(void)
{
    return LOOK_UP(style);
}

ipsim_report_asset ipsim_report_messages(void)
{
    return LOOK_UP(messages);
}

#ifdef IPSIM_REPORT_SCRIPT
ASSET(script, IPSIM_REPORT_SCRIPT);
ASSET(digest, IPSIM_REPORT_DIGEST);

ipsim_report_asset ipsim_report_script(void)
{
    return LOOK_UP(script);
}

const char *ipsim_report_script_digest(void)
{
    return ipsim_asset_digest_begin;
}
#else
ipsim_report_asset ipsim_report_script(void)
{
    return (ipsim_report_asset){"", 0};
}

const char *ipsim_report_script_digest(void)
{
    return "'none'";
}
#endif

bool ipsim_report_has_script(void)
{
    return ipsim_report_script().size > 0;
}
