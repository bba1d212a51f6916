#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tools/slurm/ against a real Slurm: a cluster of this one machine, with munge, started here on ports of its own and stopped at the end.
# Run by `make test-slow`. Skipped, with the reason, where the machine forbids it.
. "$(dirname "$0")/lib.sh"
arm=$PWD/tests/cli/arm.cfg
scripts=$PWD/tools/slurm
mpi_program=${IPSIM_MPI:-$PWD/build/cc-mpi/ipsim}
for needed in munged slurmctld slurmd sbatch srun; do
    command -v "$needed" >/dev/null || missing="${missing:-} $needed"
done
if [ -n "${missing:-}" ] || [ "$(id -u)" != 0 ]; then
    skip "jobs under Slurm" "${missing:+not installed:$missing}$([ "$(id -u)" = 0 ] || echo "the daemons need root")"
    finish
fi

dir=$scratch/slurm
mkdir -p "$dir/spool" "$dir/state"
export SLURM_CONF=$dir/slurm.conf
# shellcheck disable=SC2317 # called by others
stop_slurm() {
    local file
    scancel --state=PENDING --state=RUNNING -u root 2>/dev/null
    for file in slurmd slurmctld munged; do
        [ ! -s "$dir/$file.pid" ] || kill "$(cat "$dir/$file.pid")" 2>/dev/null
    done
    sleep 1
}
trap 'stop_slurm; rm -rf "$scratch"' EXIT

node=$(hostname -s)
head -c 1024 /dev/urandom >"$dir/munge.key"
chmod 600 "$dir/munge.key"
cat >"$SLURM_CONF" <<END
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket
SlurmctldPort=$((20000 + $$ % 10000))
SlurmdPort=$((30000 + $$ % 10000))
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmdSpoolDir=$dir/spool
StateSaveLocation=$dir/state
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
KillWait=5
SchedulerParameters=batch_sched_delay=1,sched_min_interval=100000,bf_interval=1
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
start_slurm() {
    munged --force --socket="$dir/munge.socket" --key-file="$dir/munge.key" --pid-file="$dir/munged.pid" --log-file="$dir/munged.log" \
        --seed-file="$dir/munge.seed" && slurmctld -c && slurmd && for _ in $(seq 1 20); do
            sinfo --noheader --format=%t 2>/dev/null | grep -q idle && timeout 20 srun --mem=1 true && return 0
            sleep 1
        done
    return 1
}
if ! start_slurm >"$dir/start.log" 2>&1; then
    skip "jobs under Slurm" "the daemons do not start here: $(cat "$dir/start.log" "$dir"/slurm*.log 2>/dev/null | grep -i -m 1 -E 'error|fatal')"
    finish
fi
cd "$scratch" || exit 1
export IPSIM OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
submit() { sbatch --parsable --mem=100 --cpus-per-task=1 "$@"; }
# shellcheck disable=SC2317 # called by others
drained() { # waits until no job is left
    for _ in $(seq 1 150); do
        [ -n "$(squeue --noheader)" ] || return 0
        sleep 1
    done
    squeue
    return 1
}

run compare "$model" "$arm" -n 60000 --quiet --output "$scratch/whole"
# The array and, behind it, the job that joins it: as in the instructions.
shards=$(submit --array=1-3 "$scripts/array.sbatch" compare "$model" "$arm" -n 60000 -o "$scratch/array")
submit --dependency="afterok:$shards" --wrap "$IPSIM merge $scratch/array.shard-*-of-3.ipsim -o $scratch/array --quiet" >/dev/null
assert "an array of three shards and the job that joins them" drained
assert "the bytes of one process" same_results "$scratch/whole" "$scratch/array"

# A shard that is killed in the middle goes on when it is submitted again.
persons=$(persons_for 10)
shards=$(submit --array=1-2 "$scripts/array.sbatch" compare "$model" "$arm" -n "$persons" -o "$scratch/killed")
for _ in $(seq 1 100); do
    sleep 0.2
    [ "$(stat -c %s "$scratch/.killed.shard-1-of-2.journal" 2>/dev/null || echo 0)" -le 20000 ] || break
done
scancel --signal=KILL "${shards}_1"
assert "a killed shard leaves the queue" drained
assert "it left its journal and no result" test -s "$scratch/.killed.shard-1-of-2.journal" -a ! -e "$scratch/killed.shard-1-of-2.ipsim"
IPSIM_SHARDS=2 submit --array=1 "$scripts/array.sbatch" compare "$model" "$arm" -n "$persons" -o "$scratch/killed" >/dev/null
assert "submitted again it comes to its end" drained
run compare "$model" "$arm" -n "$persons" --quiet --output "$scratch/large"
run merge "$scratch"/killed.shard-* --quiet -o "$scratch/killed"
assert "the bytes of an unbroken run" same_results "$scratch/large" "$scratch/killed"

# Time that is up, here by scancel: ipsim is asked to stop, keeps what is finished and says how to go on.
job=$(submit --array=1-1 "$scripts/array.sbatch" run "$model" -n 1e9 -o "$scratch/late")
for _ in $(seq 1 100); do
    sleep 0.2
    [ ! -s "$scratch/.late.shard-1-of-1.journal" ] || break
done
sleep 1
scancel "$job"
drained >/dev/null
assert "a cancelled job says how to go on" grep -q 'kept in' "$scratch"/ipsim-"$job"-1.log
assert "array.sbatch without an array says what it needs" sh -c "bash '$scripts/array.sbatch' 2>&1 | grep -q -e --array=1-N"

if [ -x "$mpi_program" ] && command -v mpirun >/dev/null && [ "$(nproc)" -ge 2 ]; then
    export IPSIM=$mpi_program IPSIM_MPIRUN_OPTIONS=--oversubscribe
    job=$(submit --ntasks=2 --ntasks-per-node=2 "$scripts/mpi.sbatch" compare "$model" "$arm" -n 60000 -o "$scratch/mpi")
    assert "an MPI job of two ranks" drained
    assert "the bytes of one process" same_results "$scratch/whole" "$scratch/mpi"
    [ -e "$scratch/mpi" ] || sed 's/^/# /' "$scratch/ipsim-mpi-$job.log"
else
    skip "an MPI job" "there is no program built with MPI=1, no mpirun, or only one processor"
fi

finish
