#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Several ranks, one run: the bytes of one process, and a journal that survives the loss of a rank. Run by `make test-slow`, which builds the
# program with MPI=1 (IPSIM_MPI).
. "$(dirname "$0")/lib.sh"
arm=tests/cli/arm.cfg
mpi_program=${IPSIM_MPI:-$PWD/build/cc-mpi/ipsim}
if [ ! -x "$mpi_program" ] || ! command -v mpirun >/dev/null; then
    skip "several ranks" "there is no program built with MPI=1, or no mpirun"
    finish
fi
# As root only when told that this is meant; threads free to go where they like; no other network than this machine.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl=self,vader,tcp OMPI_MCA_btl_tcp_if_include=lo
run_ranks() {
    code=0
    limit mpirun -n "$1" --oversubscribe --bind-to none "$mpi_program" "${@:2}" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
}

run_ranks 1 compare "$model" "$arm" -n 30000 --output "$scratch/one"
if [ "$code" != 0 ]; then
    skip "several ranks" "mpirun does not work here: $(grep -m 1 '[a-z]' "$scratch/err")"
    finish
fi
run compare "$model" "$arm" -n 30000 --quiet --output "$scratch/whole"
assert "1 rank: the bytes of a program without MPI" same_results "$scratch/whole" "$scratch/one"
for n in 2 3; do
    run_ranks $n compare "$model" "$arm" -n 30000 --threads 1 --output "$scratch/r$n"
    expect 0 "$n ranks" --out 'Results: '
    assert "$n ranks: equal bytes" same_results "$scratch/whole" "$scratch/r$n"
    assert "$n ranks: one summary is printed" test "$(grep -c '^Results: ' "$scratch/out")" = 1
done
run_ranks 2 compare "$model" "$arm" -n 30000 --threads 2 --quiet --output "$scratch/t2"
assert "2 ranks with 2 threads: equal bytes" same_results "$scratch/whole" "$scratch/t2"
run_ranks 3 compare "$model" "$arm" -n 100 --threads 1 --quiet --output "$scratch/few"
run compare "$model" "$arm" -n 100 --quiet --output "$scratch/few1"
assert "more ranks than work: equal bytes" same_results "$scratch/few1" "$scratch/few"
run_ranks 3 compare "$model" "$arm" -n 2000 --replicates 5 --threads 1 --quiet --output "$scratch/reps"
run compare "$model" "$arm" -n 2000 --replicates 5 --quiet --output "$scratch/reps1"
assert "replicates on 3 ranks: equal bytes" same_results "$scratch/reps1" "$scratch/reps"
run_ranks 3 compare "$model" "$arm" -n 2000 --until-mcse qalys=0.002 --threads 1 --quiet --output "$scratch/until"
run compare "$model" "$arm" -n 2000 --until-mcse qalys=0.002 --quiet --output "$scratch/until1"
assert "--until-mcse on 3 ranks: equal bytes" same_results "$scratch/until1" "$scratch/until"
run_ranks 2 compare "$model" "$arm" -n 30000 --threads 1 --quiet --shard 1/2 --output "$scratch/s"
run compare "$model" "$arm" -n 30000 --quiet --shard 2/2 --output "$scratch/s"
limit "$IPSIM" merge "$scratch"/s.shard-* --quiet -o "$scratch/merged" >"$scratch/out" 2>"$scratch/err"
assert "a shard by 2 ranks and one by none: equal bytes" same_results "$scratch/whole" "$scratch/merged"
uncertain=(--set 'parameters.c_ill.distribution={ family = "uniform"; min = 60000.0; max = 110000.0; }' --quiet)
for size in "--draws 50 -n 200" "--draws 3 -n 20000"; do # draws of one block, dealt whole, and of several, dealt in blocks
    read -ra options <<<"$size"
    run_ranks 3 psa "$model" "$arm" "${options[@]}" "${uncertain[@]}" --threads 2 --output "$scratch/psa"
    run psa "$model" "$arm" "${options[@]}" "${uncertain[@]}" --output "$scratch/psa1"
    assert "psa $size on 3 ranks: equal bytes" same_results "$scratch/psa1" "$scratch/psa"
done
run_ranks 2 check "$model" --quiet
expect 0 "check under mpirun is done once"
run_ranks 3 run "$scratch/absent.cfg"
assert "a bad scenario is told once (exit code $code)" test "$code" = 2 -a "$(grep -c 'absent\.cfg: cannot' "$scratch/err")" = 1

run_ranks 3 run "$model" -n 1e6 --threads 1 --set c_ill=1e15 --output "$scratch/none"
expect 1 "what fails on all ranks" --err 'IPSIM_ERR_OVERFLOW'

# A program without MPI would do the whole run on every rank.
code=0
limit mpirun -n 2 --oversubscribe "$IPSIM" run "$model" -n 100 --output "$scratch/none" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
if "$IPSIM" version --help >/dev/null && grep -q 'built without MPI' "$scratch/err"; then
    assert "a program without MPI refuses mpirun" test $code = 2
    assert "and writes nothing" is_absent "$scratch/none"
fi

# A rank is lost: the others end within moments, the journal is kept, and any number of ranks goes on with it.
persons=$(persons_for 6)
args=(compare "$model" "$arm" -n "$persons" --threads 1 --quiet --output "$scratch/lost")
run compare "$model" "$arm" -n "$persons" --quiet --output "$scratch/large"
journal_bytes() { cat "$scratch"/.lost.journal* 2>/dev/null | wc -c; }

# Killed when there is something in the journals, however long that takes on a busy machine: every rank is at work then and can say its last
# words. mpirun gives the others five seconds to do so, and not one, before it kills them too.
lose_rank() { # rank
    mpirun -n 3 --oversubscribe --bind-to none --mca odls_base_sigkill_timeout 5 "$mpi_program" "${args[@]}" --resume >"$scratch/out" 2>"$scratch/err" </dev/null &
    local launcher=$! rank_pid="" pid size tries=0
    size=$(journal_bytes)
    while [ "$(journal_bytes)" -le $((size + 20000)) ] && [ $((tries += 1)) -le 2400 ] && kill -0 $launcher 2>/dev/null; do
        sleep 0.05
    done
    for pid in $(pgrep -P $launcher); do
        grep -qz "^OMPI_COMM_WORLD_RANK=$1\$" "/proc/$pid/environ" 2>/dev/null && rank_pid=$pid
    done
    [ -n "$rank_pid" ] && kill -KILL "$rank_pid"
    code=0
    wait $launcher || code=$?
}
for rank in 1 0 2; do
    rm -f "$scratch"/.lost.journal* # from the beginning, or little may be left to do for the third
    lose_rank $rank
    assert "rank $rank is killed: the job fails (exit code $code)" test $code -ge 1
    assert "rank $rank is killed: it is told how to go on" grep -Eq 'told to end.*kept in .*journal' "$scratch/err"
    assert "rank $rank is killed: mpirun names it" grep -Eq "rank $rank .*signal 9" "$scratch/err"
done
assert "no result yet" is_absent "$scratch/lost"
run_ranks 2 "${args[@]}" --resume
expect 0 "2 ranks go on with the journal of 3"
assert "the bytes of an unbroken run" same_results "$scratch/large" "$scratch/lost"
assert "no journal is left" sh -c "! ls -A '$scratch' | grep -q journal"
rm -rf "$scratch/lost"
lose_rank 1
run "${args[@]}" --resume
expect 0 "one process without MPI goes on with the journal of 3"
assert "equal bytes again" same_results "$scratch/large" "$scratch/lost"
assert "and no journal is left" sh -c "! ls -A '$scratch' | grep -q journal"
rm -rf "$scratch/lost"

# One rank that cannot work, in the middle of a job that others have a part of: first its journal, then its memory.
lose_rank 2
mv "$scratch/.lost.journal.rank1" "$scratch/aside"
ln -s "$scratch/absent/journal" "$scratch/.lost.journal.rank1"
run_ranks 3 "${args[@]}" --resume
expect 1 "a rank cannot open its journal: the job ends" --err 'rank 1: the journal cannot be opened' --err 'journal\.rank1'
assert "and the others' journals stay" test -s "$scratch/.lost.journal.rank2"
rm "$scratch/.lost.journal.rank1"
mv "$scratch/aside" "$scratch/.lost.journal.rank1"
cat >"$scratch/short" <<'END'
#!/bin/bash
if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then ulimit -f 1; fi
exec "$@"
END
chmod +x "$scratch/short"
code=0
limit mpirun -n 3 --oversubscribe --bind-to none "$scratch/short" "$mpi_program" "${args[@]}" --resume >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
if [ "$code" = 0 ]; then
    ok "a rank whose journal may not grow: the job goes on"
    assert "a rank whose journal may not grow: equal bytes" same_results "$scratch/large" "$scratch/lost"
else
    # The rank could not even begin its journal.
    expect 1 "a rank whose journal may not grow: the job ends" --err 'rank 1:' --err 'ulimit|too large|larger'
    assert "and there is no result" is_absent "$scratch/lost"
    run_ranks 3 "${args[@]}" --resume
    expect 0 "with room it goes on"
    assert "and gives equal bytes" same_results "$scratch/large" "$scratch/lost"
fi
rm -rf "$scratch/lost"

# One person in a million whose attribute is too large for the exact sums: whichever rank has it fails, and the others end too.
sed '/^attributes: {/a wealth: { unit = "NOK"; distribution: { family = "lognormal"; meanlog = 0.0; sdlog = 4.36; }; };' "$model" >"$scratch/rich.cfg"
run run "$scratch/rich.cfg" -n 3000000 --threads 1 --quiet --output "$scratch/rich"
if expect 1 "one person that is too rich" --err 'wealth of person [0-9]+ is'; then
    person=$(grep -Eo 'wealth of person [0-9]+' "$scratch/err" | grep -Eo '[0-9]+')
    run_ranks 3 run "$scratch/rich.cfg" -n 3000000 --threads 1 --quiet --output "$scratch/rich" --checkpoint
    expect 1 "one rank fails (person $person): the job ends with its reason" --err 'IPSIM_ERR_OVERFLOW' --err 'wealth of person [0-9]+ is'
    assert "no result" is_absent "$scratch/rich"
    run_ranks 3 run "$scratch/rich.cfg" -n 3000000 --threads 1 --quiet --output "$scratch/rich" --resume
    expect 1 "and with its journal it comes to the same" --err 'IPSIM_ERR_OVERFLOW'
fi

finish
