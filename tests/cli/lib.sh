# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What the tests of the program share. A test is one line of the Test Anything Protocol: ok, not ok, or skipped with the reason.
#
#   . tests/cli/lib.sh
#   run check "$model"                          # output in $scratch/out and $scratch/err, exit code in $code
#   expect 0 "a good scenario passes"           # one case: the exit code...
#   expect 2 "..." --err 'nearest known key'    # ...and what standard error (--err) or standard output (--out) must match
#   assert "files are equal" cmp a b            # one case: any command
#   finish
set -muo pipefail # with -m, what is begun in the background gets a process group of its own and the usual signals
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

IPSIM=${IPSIM:-$PWD/ipsim}
case_number=0
case_failed=0
code=0
scratch=$(mktemp -d)
chmod 755 "$scratch"
trap 'rm -rf "$scratch"' EXIT
# shellcheck disable=SC2034 # for the tests
model=$PWD/tests/cli/model.cfg # small and quick, with every kind of thing in it

export LC_ALL=C.UTF-8 # the tests read messages

[ -x "$IPSIM" ] || {
    echo "not ok 1 - there is a program $IPSIM"
    exit 1
}

limit() { timeout -k 5 "${LIMIT:-300}" "$@"; }

run() {
    code=0
    limit "$IPSIM" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
}

ok() {
    case_number=$((case_number + 1))
    echo "ok $case_number - $1"
}

not_ok() { # title, reason
    case_number=$((case_number + 1))
    case_failed=1
    echo "not ok $case_number - $1"
    [ -z "${2:-}" ] || echo "# ${2//$'\n'/$'\n'# }"
}

skip() { # title, reason
    case_number=$((case_number + 1))
    echo "ok $case_number - $1 # SKIP $2"
}

assert() { # title, command...
    local said
    if said=$("${@:2}" 2>&1); then
        ok "$1"
    else
        not_ok "$1" "${*:2}"$'\n'"$(head -c 2000 <<<"$said")"
    fi
}

expect() { # exit code, title, [--out regex] [--err regex]...
    local wanted=$1 title=$2 reason=""
    shift 2
    [ "$code" = "$wanted" ] || reason="exit code $code, expected $wanted"
    while [ $# -ge 2 ]; do
        local stream=${1#--}
        grep -Eiq -e "$2" "$scratch/$stream" || reason="$reason"$'\n'"standard $stream does not match: $2"
        shift 2
    done
    if [ -z "$reason" ]; then
        ok "$title"
    else
        not_ok "$title" "$reason"$'\n'"--- out"$'\n'"$(head -n 20 "$scratch/out")"$'\n'"--- err"$'\n'"$(head -n 20 "$scratch/err")"
    fi
}

# A run that is to be disturbed must be long enough and far enough, on this machine, today: nothing below waits for a fixed time.

# How many persons, draws or replicates keep this machine busy for so many seconds, if it has nothing else to do.
size_for() { # seconds, a number that takes a moment, a command up to the option whose value it is
    local TIMEFORMAT='%U %S' used
    used=$({ time limit "${@:3}" "$2" >/dev/null 2>"$scratch/err" </dev/null; } 2>&1) || return 1
    awk -v seconds="$1" -v number="$2" -v processors="$(nproc)" '{ printf "%d\n", 1 + number * seconds * processors / ($1 + $2) }' <<<"$used"
}
persons_for() { # seconds, for the tests' own two arms
    size_for "$1" 200000 "$IPSIM" compare "$model" "${model%/*}/arm.cfg" --quiet --output "$scratch/probe" --persons
    rm -rf "$scratch/probe"
}

begin() { # command...: in the background, its process in $pid
    "$@" >"$scratch/out" 2>"$scratch/err" </dev/null &
    pid=$!
}
end() { # signal: sends it and waits; the exit code is in $code
    kill "-$1" "$pid" 2>/dev/null
    code=0
    wait "$pid" 2>/dev/null || code=$?
}
records_in() { cat "$1"* 2>/dev/null | grep -ao IPRC | wc -l; } # a journal, or those of all ranks
# Waits until what was begun has worked for so long. False when it came to its end before.
has_worked() { # hundredths of a second of processor time
    local fields
    while kill -0 "$pid" 2>/dev/null; do
        read -ra fields < <(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null)
        [ $((${fields[11]:-0} + ${fields[12]:-0})) -lt "$1" ] || return 0
        sleep 0.01
    done
    return 1
}
# Waits until the journal has a record more than there were. False when what was begun came to its end before.
has_kept() { # journal, records there were
    while kill -0 "$pid" 2>/dev/null; do
        [ "$(records_in "$1")" -le "$2" ] || return 0
        sleep 0.01
    done
    return 1
}
# A command that is killed when it has kept something more. False when it came to its end before.
killed() { # journal, command...
    local before
    before=$(records_in "$1")
    begin "${@:2}"
    has_kept "$1" "$before"
    end KILL
    [ $code = 137 ]
}

is_empty() { [ ! -s "$1" ]; }
is_absent() { [ ! -e "$1" ]; }

# Every file of a result is there and readable to the end.
is_whole() { # folder
    local file
    for file in summary.txt results.csv occupancy.csv population.csv results.sqlite results.xlsx manifest.json; do
        [ -s "$1/$file" ] || {
            echo "$1/$file is missing or empty"
            return 1
        }
    done
    jq -e . "$1/manifest.json" >/dev/null || return 1
    [ "$(head -c 15 "$1/results.sqlite")" = "SQLite format 3" ] || return 1
    [ -z "$(tail -c 1 "$1/results.csv" | tr -d '\n')" ]
}

# The same results, byte for byte; the manifest tells about the run (time, threads, command), not about the result.
same_results() { # folder folder
    diff -rq --exclude=manifest.json "$1" "$2"
}

finish() {
    echo "1..$case_number"
    exit $case_failed
}
