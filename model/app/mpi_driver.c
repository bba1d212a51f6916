/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/mpi_driver: several processes, one run. Built with `make MPI=1` it deals units to the ranks and gathers their sums; without, it only
 * sees to it that nobody starts it as if it had been. See app.h and ipsim_team in include/ipsim/run.h.
 *
 * Every wait is a loop that asks the signal handler between two looks: when a rank is lost, mpirun ends the others by SIGTERM, and each has
 * a moment to finish its unit, write its journal and leave, without waiting for anybody. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"

/* How many processes the launcher of this one has started, as far as it tells. */
static int launched(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        long number = value != NULL ? strtol(value, NULL, 10) : 1;
        if (number > 1 && number < 1 << 30) {
            return (int)number;
        }
    }
    return 1;
}

#ifndef IPSIM_MPI

ipsim_status ipsim_mpi_begin(ipsim_error *err)
{
    if (launched() > 1) {
        return ipsim_error_set(
            err, IPSIM_ERR_USAGE,
            "started as %d processes, but built without MPI: each would do the whole run. Build with make MPI=1, or use --shard",
            launched());
    }
    return IPSIM_OK;
}

const ipsim_team *ipsim_mpi_team(void)
{
    return NULL;
}

bool ipsim_mpi_is_first(void)
{
    return true;
}

void ipsim_mpi_end(bool interrupted, int code)
{
    (void)interrupted;
    (void)code;
}

#else

#include <mpi.h>

enum { TAG_ASK = 1, TAG_GRANT, TAG_SIZE, TAG_BYTES, TAG_AGREE, TAG_FINE };
enum { PIECE = 1 << 28 }; /* bytes in one message: MPI counts with int */

typedef struct driver {
    bool begun;
    int told; /* members who know that no units are left */
    ipsim_team team;
} driver;

static driver the_driver;

static void rest(void)
{
    const struct timespec moment = {0, 100000};
    nanosleep(&moment, NULL);
}

/* false: the run is to stop. */
static bool await(MPI_Request *request)
{
    for (int done = 0;;) {
        MPI_Test(request, &done, MPI_STATUS_IGNORE);
        if (done || ipsim_stop_requested) {
            return done != 0;
        }
        rest();
    }
}

static bool send_bytes(const void *data, int size, int to, int tag)
{
    MPI_Request request;
    MPI_Isend(data, size, MPI_BYTE, to, tag, MPI_COMM_WORLD, &request);
    return await(&request);
}

static bool receive_bytes(void *data, int size, int from, int tag)
{
    MPI_Request request;
    MPI_Irecv(data, size, MPI_BYTE, from, tag, MPI_COMM_WORLD, &request);
    return await(&request);
}

/* ---- units ---- */

static void serve(void *data, ipsim_team_grant *grant, void *work, bool last)
{
    driver *d = data;
    for (;;) {
        int asked = 0;
        MPI_Status about;
        MPI_Iprobe(MPI_ANY_SOURCE, TAG_ASK, MPI_COMM_WORLD, &asked, &about);
        if (asked) {
            int64_t range[2] = {0, 0};
            char question;
            MPI_Recv(&question, 1, MPI_BYTE, about.MPI_SOURCE, TAG_ASK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            d->told += !grant(work, range);
            if (!send_bytes(range, sizeof range, about.MPI_SOURCE, TAG_GRANT)) {
                return;
            }
        } else if (!last || d->told == d->team.size - 1 || ipsim_stop_requested) {
            break;
        } else {
            rest();
        }
    }
    if (last) {
        d->told = 0; /* for the next stage */
    }
}

static bool ask(void *data, int64_t range[2])
{
    (void)data;
    const char question = 0;
    return send_bytes(&question, 1, 0, TAG_ASK) && receive_bytes(range, 2 * sizeof *range, 0, TAG_GRANT) && range[0] < range[1];
}

/* ---- sums ---- */

static bool transfer(void *bytes, uint64_t size, int other, bool sending)
{
    for (uint64_t done = 0; done < size; done += PIECE) {
        char *at = (char *)bytes + done;
        int piece = size - done < PIECE ? (int)(size - done) : PIECE;
        if (!(sending ? send_bytes(at, piece, other, TAG_BYTES) : receive_bytes(at, piece, other, TAG_BYTES))) {
            return false;
        }
    }
    return true;
}

static bool take_from(int member, ipsim_team_take *take, void *sums)
{
    uint64_t size = 0;
    if (!receive_bytes(&size, sizeof size, member, TAG_SIZE)) {
        return false;
    }
    void *bytes = malloc((size_t)size + 1);
    if (bytes == NULL) {
        return false;
    }
    bool ok = transfer(bytes, size, member, false) && take(sums, bytes, (size_t)size);
    free(bytes);
    return ok;
}

static bool gather(void *data, const void *bytes, size_t size, ipsim_team_take *take, void *sums)
{
    const driver *d = data;
    if (d->team.member > 0) {
        uint64_t length = size;
        return send_bytes(&length, sizeof length, 0, TAG_SIZE) && transfer((void *)(uintptr_t)bytes, size, 0, true);
    }
    bool ok = true;
    for (int member = 1; member < d->team.size && !ipsim_stop_requested; member++) {
        ok = take_from(member, take, sums) && ok;
    }
    return ok && !ipsim_stop_requested;
}

/* ---- agreement ---- */

static int64_t agree(void *data, int64_t value)
{
    const driver *d = data;
    if (d->team.member > 0) {
        return receive_bytes(&value, sizeof value, 0, TAG_AGREE) ? value : -1;
    }
    for (int member = 1; member < d->team.size; member++) {
        if (!send_bytes(&value, sizeof value, member, TAG_AGREE)) {
            return -1;
        }
    }
    return value;
}

static bool all_fine(void *data, bool fine)
{
    const driver *d = data;
    char mine = fine, all = fine;
    if (d->team.member > 0) {
        return send_bytes(&mine, 1, 0, TAG_FINE) && receive_bytes(&all, 1, 0, TAG_FINE) && all;
    }
    for (int member = 1; member < d->team.size; member++) {
        char other = 0;
        all = receive_bytes(&other, 1, member, TAG_FINE) && other && all;
    }
    for (int member = 1; member < d->team.size; member++) {
        if (!send_bytes(&all, 1, member, TAG_FINE)) {
            return false;
        }
    }
    return all;
}

/* ---- beginning and end ---- */

ipsim_status ipsim_mpi_begin(ipsim_error *err)
{
    driver *d = &the_driver;
    if (launched() == 1 && getenv("PMIX_RANK") == NULL) {
        return IPSIM_OK; /* started by hand: MPI would cost a tenth of a second and give nothing */
    }
    int level = 0;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level);
    d->begun = true;
    if (level < MPI_THREAD_SERIALIZED) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "this MPI library cannot be used by programs with threads");
    }
    int member, size;
    MPI_Comm_rank(MPI_COMM_WORLD, &member);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    d->team = (ipsim_team){
        .member = member, .size = size, .data = d, .serve = serve, .ask = ask, .gather = gather, .agree = agree, .all_fine = all_fine};
    return IPSIM_OK;
}

const ipsim_team *ipsim_mpi_team(void)
{
    return the_driver.team.size > 1 ? &the_driver.team : NULL;
}

bool ipsim_mpi_is_first(void)
{
    return the_driver.team.member == 0;
}

void ipsim_mpi_end(bool interrupted, int code)
{
    if (!the_driver.begun) {
        return;
    }
    if (interrupted) {
        fflush(NULL);
        _exit(code); /* MPI_Finalize waits for everybody, and somebody may be gone */
    }
    MPI_Finalize();
}

#endif
