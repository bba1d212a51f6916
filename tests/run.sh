#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs test programs and test scripts in parallel and counts their cases.
#
#   tests/run.sh [-j jobs] [-o folder] [-t seconds] program-or-script...
#
# Each prints the Test Anything Protocol ("ok 1 - name", "not ok 2 - name", "ok 3 - name # SKIP why"); its output is kept in
# <folder>/<name>.log and, but for what passed, shown when something in it failed. A program that crashes, runs out of time or ends before its plan is
# fulfilled counts as one failed case more. The last line is the summary; the exit code is 0 only if nothing failed.
set -euo pipefail

jobs=1 folder=build/tests seconds=600
while getopts j:o:t: option; do
    case $option in
    j) jobs=$OPTARG ;;
    o) folder=$OPTARG ;;
    t) seconds=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
if [ $# = 0 ]; then
    echo "tests/run.sh: there is no such test" >&2
    exit 1
fi
mkdir -p "$folder"
# A locale with a decimal comma, for the tests that numbers do not follow it.
if [ ! -e "$folder/locale/nb_NO.UTF-8" ]; then
    mkdir -p "$folder/locale"
    localedef --no-archive -i nb_NO -f UTF-8 "$folder/locale/nb_NO.UTF-8" >/dev/null 2>&1 || true
fi
LOCPATH=$(cd "$folder/locale" && pwd)
export LOCPATH
export LSAN_OPTIONS=suppressions=$PWD/tests/leaks.supp:print_suppressions=0

# Prints how many cases passed, failed and were skipped. cmocka writes a skipped case as "not ok 3 # SKIP", and a failed one behind
# whatever the case printed without an end of line, so a verdict may stand anywhere in a line. Cases of the plan that never came failed.
count='
/^1\.\.[0-9]+/ { planned += substr($0, 4); plan = 1 }
!/^#/ && /(not )?ok [0-9]+ [-#]/ { seen++; if (/# SKIP/) skipped++; else if (/not ok [0-9]+ -/) failed++; else passed++ }
END {
    if (planned > seen)
        failed += planned - seen
    else if (code != 0 && failed == 0 || seen == 0 && !plan)
        failed++
    print passed + 0, failed + 0, skipped + 0
}'

run_one() {
    local path=$1 name log code=0 started=$SECONDS
    name=$(basename "$path" .sh)
    log=$folder/$name.log
    local command=("$path")
    [[ $path == *.sh ]] && command=(bash "$path")
    CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "$seconds" "${command[@]}" >"$log" 2>&1 </dev/null || code=$?
    awk -v code="$code" "$count" "$log" >"$folder/$name.count"
    local passed failed skipped
    read -r passed failed skipped <"$folder/$name.count"
    {
        if [ "$failed" != 0 ]; then
            echo "FAILED  $path: $passed passed, $failed failed, exit code $code; its output:"
            grep -v '^ok ' "$log" | head -n 150 | sed 's/^/    /'
            echo "    (everything is in $log)"
            [ "$code" != 124 ] || echo "    (stopped after $seconds seconds)"
        else
            echo "passed  $path: $passed passed$([ "$skipped" = 0 ] || echo ", $skipped skipped") ($((SECONDS - started)) s)"
            grep -h '# SKIP' "$log" | sed -E 's/^(not )?ok [0-9]+ (- )?/        skipped: /; s/# SKIP //; s/ # SKIP/:/' || true
        fi
    } >"$folder/$name.report"
    cat "$folder/$name.report" # in one go, so that parallel reports do not mix
}
export -f run_one
export folder seconds count

names=()
for path in "$@"; do
    names+=("$(basename "$path" .sh)")
    rm -f "$folder/${names[-1]}.count"
done
printf '%s\0' "$@" | xargs -0 -n 1 -P "$jobs" bash -c 'run_one "$1"' run_one || true

passed=0 failed=0 skipped=0
for name in "${names[@]}"; do
    p=0 f=1 s=0
    if [ -f "$folder/$name.count" ]; then
        read -r p f s <"$folder/$name.count"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
summary="$passed passed, $failed failed"
[ $skipped = 0 ] || summary="$summary, $skipped skipped"
echo "$summary" | tee "$folder/summary"
[ $failed = 0 ]
