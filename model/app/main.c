/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/main: a command line in, an exit code out. */
#include <errno.h>
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"

static ipsim_status dispatch(ipsim_app *app)
{
    const ipsim_cli *cli = app->cli;
    if (cli->help && cli->command != IPSIM_COMMAND_NONE) {
        ipsim_app_help_command(stdout, cli->command);
        return IPSIM_OK;
    }
    switch (cli->command) {
    case IPSIM_COMMAND_RUN:
    case IPSIM_COMMAND_COMPARE:
    case IPSIM_COMMAND_PSA:
        return ipsim_app_simulate(app);
    case IPSIM_COMMAND_DSA:
        return ipsim_app_dsa(app);
    case IPSIM_COMMAND_CEA:
        return ipsim_app_cea(app);
    case IPSIM_COMMAND_VOI:
        return ipsim_app_voi(app);
    case IPSIM_COMMAND_REPORT:
        return ipsim_app_report(app);
    case IPSIM_COMMAND_CHECK:
        return ipsim_app_check(app);
    case IPSIM_COMMAND_SHOW:
        return ipsim_app_show(app);
    case IPSIM_COMMAND_DIFF:
        return ipsim_app_diff(app);
    case IPSIM_COMMAND_DESCRIBE:
        return ipsim_app_describe(app);
    case IPSIM_COMMAND_REPLAY:
        return ipsim_app_replay(app);
    case IPSIM_COMMAND_MERGE:
        return ipsim_app_merge(app);
    case IPSIM_COMMAND_HELP:
        return ipsim_app_help(app);
    case IPSIM_COMMAND_VERSION:
        ipsim_version_print(stdout, true);
        return IPSIM_OK;
    case IPSIM_COMMAND_NONE:
        break;
    }
    if (cli->version) {
        ipsim_version_print(stdout, false);
        return IPSIM_OK;
    }
    ipsim_app_help_overview(cli->help ? stdout : stderr);
    return cli->help ? IPSIM_OK : IPSIM_ERR_USAGE;
}

/* What was printed may have met a full disk; that must not look like success. */
static ipsim_status finish_output(void)
{
    bool failed = ferror(stdout) != 0;
    if (fflush(stdout) == 0 && !failed) {
        return IPSIM_OK;
    }
    fprintf(stderr, "ipsim: standard output cannot be written: %s\n", strerror(errno));
    return IPSIM_ERR_FILE;
}

/* Whoever started us may have closed standard input, output or error. The next file opened, a journal perhaps, would get that number, and what
 * is told to the user would be written into it. What is opened here in its place fails when used, as if it were closed. */
static void hold_standard_streams(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) != descriptor) {
            return; /* there is no such device; files are opened as ever */
        }
    }
}

int main(int argc, char **argv)
{
    hold_standard_streams();
    ipsim_prepare_heap();
    gsl_set_error_handler_off(); /* one handler for the whole process, so before any thread starts */
    ipsim_signals_of_files();
    ipsim_cli cli;
    ipsim_error err = {0};
    ipsim_status status = ipsim_cli_parse(argc, argv, &cli, &err);
    if (status != IPSIM_OK) {
        ipsim_app_complain_once(&err);
        if (status == IPSIM_ERR_USAGE) {
            const char *name = cli.command != IPSIM_COMMAND_NONE ? ipsim_commands[cli.command].name : "";
            fprintf(stderr, "See: ipsim %s%s--help\n", name, name[0] != '\0' ? " " : "");
        }
        return ipsim_cli_exit_code(status, false);
    }
    status = ipsim_mpi_begin(&err);
    if (status != IPSIM_OK) {
        ipsim_app_complain_once(&err);
        ipsim_cli_clear(&cli);
        return ipsim_cli_exit_code(status, false);
    }
    ipsim_app app = {.cli = &cli};
    /* Only simulations are shared work; anything else is for one process. */
    bool shared = !cli.help &&
                  (cli.command == IPSIM_COMMAND_RUN || cli.command == IPSIM_COMMAND_COMPARE || cli.command == IPSIM_COMMAND_PSA);
    status = shared || ipsim_mpi_is_first() ? dispatch(&app) : IPSIM_OK;
    if (status == IPSIM_OK) {
        status = finish_output();
        app.inputs_read = true;
    }
    int code = ipsim_cli_exit_code(status, app.inputs_read);
    ipsim_mpi_end(status == IPSIM_ERR_INTERRUPTED, code);
    ipsim_cli_clear(&cli);
    return code;
}
