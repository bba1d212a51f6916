/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/signals: a first Ctrl-C asks, a second one kills. See app.h. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"

volatile sig_atomic_t ipsim_stop_requested = 0;

static const char *last_words;
static size_t last_words_length;
static bool heeds_hangup;

static void request_stop(int signal_number)
{
    (void)signal_number;
    ipsim_stop_requested = 1;
    if (last_words != NULL) {
        int code = errno;
        if (write(STDERR_FILENO, last_words, last_words_length) < 0) {
            /* nobody listens */
        }
        errno = code;
    }
}

void ipsim_signals_of_files(void)
{
    /* Whoever started us may have it ignored; then `ipsim show x.cfg | head` would end with a complaint. */
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(SIGPIPE, &action, NULL);
    /* By default `ulimit -f` kills a program in the middle of a file; ignored, the write fails with EFBIG and the rest is cleared away. */
    action.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &action, NULL);
}

void ipsim_signals_begin(const char *words)
{
    ipsim_stop_requested = 0;
    last_words = words;
    last_words_length = words != NULL ? strlen(words) : 0;
    /* SA_RESETHAND brings the default back after the first signal, so that the second one kills. */
    struct sigaction action = {.sa_handler = request_stop, .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* A terminal or a connection that is closed asks too, unless whoever started us (nohup) wants it ignored. */
    struct sigaction before;
    heeds_hangup = sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN;
    if (heeds_hangup) {
        sigaction(SIGHUP, &action, NULL);
    }
}

void ipsim_signals_end(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (heeds_hangup) {
        sigaction(SIGHUP, &action, NULL);
    }
}
