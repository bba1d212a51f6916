/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/progress: one line on a terminal, rewritten in place and gone at the end. See app.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "ipsim/format.h"

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) + 1e-9 * (double)(to->tv_nsec - from->tv_nsec);
}

void ipsim_progress_begin(ipsim_progress_line *line, const ipsim_cli *cli)
{
    const char *terminal = getenv("TERM");
    bool can_rewrite = terminal != NULL && terminal[0] != '\0' && strcmp(terminal, "dumb") != 0;
    *line = (ipsim_progress_line){.command = ipsim_commands[cli->command].name,
                                  .unit = "persons",
                                  .quiet = cli->quiet,
                                  .first = -1,
                                  .shown = !cli->quiet && can_rewrite && isatty(STDERR_FILENO)};
    clock_gettime(CLOCK_MONOTONIC, &line->begun);
    line->started = line->begun;
}

/* Writes over what stands there: with blanks rather than an escape sequence, so that any terminal will do. */
static void rewrite(ipsim_progress_line *line, const char *text)
{
    size_t width = ipsim_format_width(text);
    int blanks = line->width > width ? (int)(line->width - width) : 0;
    fprintf(stderr, "\r%s%*s%s", text, blanks, "", blanks > 0 && width == 0 ? "\r" : "");
    fflush(stderr);
    line->width = width;
}

void ipsim_progress_update(void *data, int64_t done, int64_t total)
{
    ipsim_progress_line *line = data;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!line->shown || total <= 0 || (line->width > 0 && seconds_between(&line->printed, &now) < 0.1)) {
        return;
    }
    if (line->first < 0) {
        line->first = done;
        line->started = now;
    }
    if (seconds_between(&line->begun, &now) < line->patience) {
        return;
    }
    line->printed = now;
    char count[IPSIM_FORMAT_SIZE], left[64] = "", text[256];
    double elapsed = seconds_between(&line->started, &now);
    if (ipsim_stop_requested) {
        snprintf(left, sizeof left, ", finishing what is in flight (Ctrl-C again: stop at once)");
    } else if (done > line->first && done < total && elapsed > 0.5) {
        char duration[IPSIM_FORMAT_SIZE];
        double share_left = (double)(total - done) / (double)(done - line->first);
        snprintf(left, sizeof left, ", %.40s left", ipsim_format_duration(elapsed * share_left, duration, sizeof duration));
    }
    /* Divided first where the product would not fit. */
    int64_t percent = total > INT64_MAX / 100 ? done / (total / 100) : done * 100 / total;
    ipsim_format_count(total, count, sizeof count);
    snprintf(text, sizeof text, "%s: %d %% of %s %s%s", line->command, (int)percent, count, line->unit, left);
    rewrite(line, text);
}

void ipsim_progress_end(ipsim_progress_line *line)
{
    if (line->shown && line->width > 0) {
        rewrite(line, "");
    }
    line->shown = false;
}

void ipsim_progress_note(void *data, bool warning, const char *text)
{
    ipsim_progress_line *line = data;
    bool shown = line->shown;
    ipsim_progress_end(line);
    line->shown = shown;
    if (warning || !line->quiet) {
        fprintf(stderr, "ipsim: %s\n", text);
    }
}
