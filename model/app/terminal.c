/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/terminal: what standard output can show. See app.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/app.h"

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

/* By the name, for the program never calls setlocale: the first of these that is set counts. */
static bool is_utf8(void)
{
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = variable(names[i]);
        if (value[0] != '\0') {
            return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
        }
    }
    return false;
}

static size_t width_of(int descriptor)
{
    struct winsize size = {0};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    int64_t columns;
    return ipsim_cli_parse_whole(variable("COLUMNS"), &columns) && columns > 0 && columns < 10000 ? (size_t)columns : 0;
}

/* https://no-color.org: anything but an empty value. CLICOLOR=0 says the same. */
static bool wants_colour(void)
{
    return variable("NO_COLOR")[0] == '\0' && strcmp(variable("CLICOLOR"), "0") != 0;
}

ipsim_terminal ipsim_terminal_describe(void)
{
    const char *kind = variable("TERM");
    bool able = isatty(STDOUT_FILENO) && kind[0] != '\0' && strcmp(kind, "dumb") != 0 && is_utf8();
    return (ipsim_terminal){.width = able ? width_of(STDOUT_FILENO) : 0, .colour = able && wants_colour()};
}
