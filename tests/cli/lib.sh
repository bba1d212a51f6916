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
set -uo pipefail
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

limit() { timeout -k 5 "${LIMIT:-60}" "$@"; }

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

# As many persons as keep this machine busy for so many seconds with the tests' own two arms.
persons_for() { # seconds
    limit "$IPSIM" compare "$model" "${model%/*}/arm.cfg" -n 200000 --quiet --output "$scratch/probe" || return 1
    jq --argjson seconds "$1" '[20000, 200000 * $seconds / (.wall_seconds + 0.01)] | max | floor' "$scratch/probe/manifest.json"
    rm -rf "$scratch/probe"
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
