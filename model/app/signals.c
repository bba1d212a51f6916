/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/signals: a first Ctrl-C asks, a second one kills. See app.h. */
#include <stddef.h>

#include "app/app.h"

volatile sig_atomic_t ipsim_stop_requested = 0;

static void request_stop(int signal_number)
{
    (void)signal_number;
    ipsim_stop_requested = 1;
}

void ipsim_signals_pipe(void)
{
    /* Whoever started us may have it ignored; then `ipsim show x.cfg | head` would end with a complaint. */
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(SIGPIPE, &action, NULL);
}

void ipsim_signals_begin(void)
{
    ipsim_stop_requested = 0;
    /* SA_RESETHAND brings the default back after the first signal, so that the second one kills. */
    struct sigaction action = {.sa_handler = request_stop, .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void ipsim_signals_end(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
