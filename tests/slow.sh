#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What takes too long for every change: `make test-slow`. Usage (from the Makefile): tests/slow.sh make jobs build-folder
set -uo pipefail
make=$1 jobs=$2 build=$3
passed=0 failed=0 skipped=0

# Adds the counts of the last tests/run.sh, or one failure when it did not get that far.
add_summary() { # file
    local p=0 f=1 s=0
    if [ -f "$1" ]; then
        p=$(sed -E 's/^([0-9]+) passed.*/\1/' "$1")
        f=$(sed -E 's/.* ([0-9]+) failed.*/\1/' "$1")
        s=$(sed -nE 's/.* ([0-9]+) skipped.*/\1/p' "$1")
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + ${s:-0}))
}

step() { # title, summary file or "", command...
    local summary=$2
    echo "== $1"
    [ -z "$summary" ] || rm -f "$summary"
    if "${@:3}"; then
        [ -n "$summary" ] || passed=$((passed + 1))
    elif [ -z "$summary" ]; then
        echo "FAILED  $1"
        failed=$((failed + 1))
    fi
    [ -z "$summary" ] || add_summary "$summary"
}

if compgen -G 'tests/statistical/test_*.c' >/dev/null; then
    step "statistical tests: build" "" "$make" "-j$jobs" "$build/ipsim" slow-programs
    step "statistical tests" "$build/tests/summary" "$make" run-slow
fi
step "a build with MPI without warnings" "" "$make" "-j$jobs" "$build-mpi/ipsim" MPI=1 WERROR=1 "BUILD=$build-mpi"
step "the program for the tests of ranks and Slurm" "" "$make" "-j$jobs" "$build/ipsim"
step "ranks and Slurm" "$build/tests/summary" "$make" run-cluster
step "report.html in a browser (screenshots in build/browser/screenshots)" "$build/tests/summary" "$make" run-browser
step "every block of README.md, those of the Norwegian runs too" "$build/tests/summary" "$make" run-readme
step "a build by clang without warnings" "" "$make" "-j$jobs" build/clang/ipsim test-programs CC=clang WERROR=1 SAN=

# Builds whose results must be the same to the bit. They have folders of their own, so that a second time costs nothing.
step "a build without optimisation" "" "$make" "-j$jobs" "$build-O0/ipsim" "BUILD=$build-O0" "CFLAGS=-O0 -g" SAN=
step "a build with all of it" "" "$make" "-j$jobs" "$build-O3/ipsim" "BUILD=$build-O3" "CFLAGS=-O3 -march=native -g" SAN= WERROR=
step "a build by clang without optimisation" "" "$make" "-j$jobs" build/clang-O0/ipsim BUILD=build/clang-O0 CC=clang "CFLAGS=-O0 -g" SAN=

# The laws of tests/analytic/ need many persons, too many for sanitizers.
safe=$build-safe
tests=$(find tests/unit tests/invalid -name 'test_*.c' | sort | tr '\n' ' ')
flags=("SAN=address,undefined" "BUILD=$safe" "QUICK_TESTS=$tests")
step "sanitizers: build" "" "$make" "-j$jobs" "$safe/ipsim" test-programs "${flags[@]}"
step "tests under the address and undefined-behaviour sanitizers" "$safe/tests/summary" "$make" run-tests "${flags[@]}"
BITS_BUILDS="gcc-O0=$PWD/$build-O0/ipsim gcc-O3-native=$PWD/$build-O3/ipsim clang=$PWD/build/clang/ipsim clang-O0=$PWD/build/clang-O0/ipsim"
BITS_BUILDS="$BITS_BUILDS sanitizers=$PWD/$safe/ipsim"
export BITS_BUILDS
step "the same bytes from every build, engine, machine and way of running" "$build/tests/summary" "$make" run-bits
step "fuzzing: build" "" "$make" "-j$jobs" fuzz-programs "${flags[@]}"
step "fuzzing" "$safe/tests/summary" "$make" run-fuzz "${flags[@]}"

summary="$passed passed, $failed failed"
[ $skipped = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ $failed = 0 ]
