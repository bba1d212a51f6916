#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The same bytes whatever computes them: engines, vector instructions, threads, ranks, compilers, optimisation, shards in any order, and runs
# that are killed and resumed, each by another build. Run by `make test-slow`, which makes the builds:
#
#   BITS_BUILDS="NAME=PROGRAM ..."   other builds of the program, NAME telling how (gcc-O0, clang, sanitizers...)
#   IPSIM_MPI=PROGRAM                one built with MPI=1
. "$(dirname "$0")/lib.sh"
mpi_program=${IPSIM_MPI:-$PWD/build/cc-mpi/ipsim}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl=self,vader,tcp OMPI_MCA_btl_tcp_if_include=lo

# Every build that there is, and why another is not.
names=(default) programs=("$IPSIM")
for build in ${BITS_BUILDS:-}; do
    if [ -x "${build#*=}" ]; then
        names+=("${build%%=*}") programs+=("${build#*=}")
    else
        skip "the build ${build%%=*}" "there is no program ${build#*=}"
    fi
done
ranks_work=true
if ! [ -x "$mpi_program" ] || ! command -v mpirun >/dev/null; then
    ranks_work=false
    skip "1, 2 and 3 ranks" "there is no program built with MPI=1, or no mpirun"
elif ! mpirun -n 1 --oversubscribe "$mpi_program" version >"$scratch/out" 2>"$scratch/err" </dev/null; then
    ranks_work=false
    skip "1, 2 and 3 ranks" "mpirun does not work here: $(grep -m 1 '[a-z]' "$scratch/err")"
fi
arithmetic=$("$IPSIM" version | grep arithmetic)
for i in "${!programs[@]}"; do
    assert "${names[i]}: a build of the same sources" test "$("${programs[i]}" version | grep arithmetic)" = "$arithmetic"
done

same() { # title: the run that was just made into $scratch/x against the whole
    if [ "$code" = 0 ]; then
        assert "$title: $1" same_results "$scratch/whole" "$scratch/x"
    else
        not_ok "$title: $1" "exit code $code"$'\n'"$(head -n 5 "$scratch/err")"
    fi
    rm -rf "$scratch/x"
}
with() { # program, arguments...
    code=0
    limit "$1" "${@:2}" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
}

shards() { # count: each made by the next build, joined from the last to the first
    local i files=()
    code=0
    for i in $(seq 1 "$1"); do
        files=("$scratch/x.shard-$i-of-$1.ipsim" "${files[@]}")
        "${programs[i % ${#programs[@]}]}" "${args[@]}" --shard "$i/$1" --threads $((i % 2 + 1)) >/dev/null 2>"$scratch/err" || code=$?
    done
    [ $code != 0 ] || with "$IPSIM" merge "${files[@]}" --quiet --output "$scratch/x"
    rm -f "${files[@]}"
}

# Killed again and again, each time gone on with by the next build, until the last may end.
kill_and_resume() {
    local persons i times=0 long
    persons=$(size_for 6 50000 "$IPSIM" "${args[@]}" -n)
    rm -rf "$scratch/whole" "$scratch/x"
    long=("${args[@]}" -n "$persons")
    with "$IPSIM" "${long[@]}"
    mv "$scratch/x" "$scratch/whole" || return
    for i in 1 2 3 4; do
        ! killed "$scratch/.x.journal" "${programs[i % ${#programs[@]}]}" "${long[@]}" --resume --threads $((i % 3 + 1)) || times=$((times + 1))
    done
    assert "$title: killed four times in the middle of $persons persons" test $times = 4
    with "$IPSIM" "${long[@]}" --resume
    same "resumed after each, and in the end, by another build"
}

compare_all() { # title, persons, scenarios...
    local i n level threads
    title=$1
    args=(compare "${@:3}" -n "$2" --quiet --output "$scratch/x")
    with "$IPSIM" "${args[@]}" --threads 1
    rm -rf "$scratch/whole"
    mv "$scratch/x" "$scratch/whole" || return
    assert "$title: a whole result to compare with" is_whole "$scratch/whole"
    for threads in 2 3 7; do
        with "$IPSIM" "${args[@]}" --threads $threads
        same "$threads threads"
    done
    for level in sse2 avx2; do
        if [ $level = avx2 ] && ! grep -qw avx512f /proc/cpuinfo; then
            skip "$title: $level" "this processor has nothing above it, so it is what the other runs use"
            continue
        fi
        IPSIM_SIMD=$level with "$IPSIM" "${args[@]}"
        same $level
        IPSIM_SIMD=$level with "$IPSIM" "${args[@]}" --threads 3
        same "$level, 3 threads"
    done
    grep -qw avx512f /proc/cpuinfo || skip "$title: avx512" "this processor does not have it"
    with "$IPSIM" "${args[@]}" --engine reference
    same "the reference engine"
    for ((i = 1; i < ${#programs[@]}; i++)); do
        with "${programs[i]}" "${args[@]}"
        same "${names[i]}"
        IPSIM_SIMD=sse2 with "${programs[i]}" "${args[@]}"
        same "${names[i]}, sse2"
        with "${programs[i]}" "${args[@]}" --engine reference --threads 2
        same "${names[i]}, the reference engine"
    done
    for n in 1 2 3; do
        if $ranks_work; then
            with mpirun -n $n --oversubscribe --bind-to none "$mpi_program" "${args[@]}" --threads 1
            same "$n ranks"
        fi
    done
    for n in 2 5; do
        shards $n
        same "$n shards by several builds, joined from the last to the first"
    done
    kill_and_resume
}

r=scenarios/reference/sick_sicker_b5
compare_all "Norway" 9000 scenarios/traditional.cfg scenarios/usual-care.cfg scenarios/ips.cfg scenarios/ips-young.cfg
compare_all "b5" 30000 ${r}_soc.cfg ${r}_a.cfg ${r}_b.cfg ${r}_ab.cfg
compare_all "everything in the language" 20000 "$model" "${model%/*}/arm.cfg"
compare_all "tutorial" 20000 scenarios/tutorial/10_a_full_arm.cfg scenarios/tutorial/11_its_rival.cfg

finish
