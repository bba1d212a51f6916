#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What compare shows on a terminal: a table and curves at the end where that can be, and the text of summary.txt elsewhere.
. "$(dirname "$0")/lib.sh"
arm=tests/cli/arm.cfg

if ! script -qec true /dev/null >/dev/null 2>&1; then
    skip "a terminal" "there is no program \"script\" that makes one (Debian: bsdutils)"
    finish
fi

# compare in a terminal of so many columns, with these variables; what it shows is in $scratch/out.
on_terminal() { # columns, variable...
    local columns=$1
    shift
    rm -rf "$scratch/result"
    limit env -i PATH="$PATH" TERM=xterm LC_ALL=C.UTF-8 "$@" script -qec \
        "stty cols $columns rows 50 && '$IPSIM' compare '$model' '$arm' -n 500 --output '$scratch/result'" /dev/null </dev/null >"$scratch/raw" 2>&1
    tr -d '\r' <"$scratch/raw" >"$scratch/out"
}
glance() { sed -n '/AT A GLANCE/,/^Results/p' "$scratch/out"; }
colours() { grep -c $'\e\[' "$scratch/out"; }
# Columns of the widest line, escape sequences apart.
widest() { sed 's/\x1b\[[0-9;]*m//g' | wc -L; }
export LC_ALL=C.UTF-8

for columns in 60 80 100 120; do
    on_terminal $columns
    assert "$columns columns: a table" grep -q 'QALYs, discounted  *[+-][0-9]' <<<"$(glance)"
    assert "$columns columns: a curve for each arm" [ "$(glance | grep -c '[▁▂▃▄▅▆▇█]\{10,\}.* peak [0-9]* % in year')" = 2 ]
    assert "$columns columns: it is no wider than that" [ "$(glance | grep -v '^Results' | widest)" -le $columns ]
    assert "$columns columns: summary.txt is as ever" [ "$(widest <"$scratch/result/summary.txt")" -gt 60 ]
done
on_terminal 200
assert "a wide terminal: not wider than is easy to read" [ "$(glance | grep -v '^Results' | widest)" -le 120 ]
assert "in colour" [ "$(colours)" -gt 0 ]
on_terminal 80 NO_COLOR=1
assert "NO_COLOR: curves" grep -q '[▁▂▃▄▅▆▇█]' <<<"$(glance)"
assert "NO_COLOR: no colours" [ "$(colours)" = 0 ]
on_terminal 80 NO_COLOR=
assert "an empty NO_COLOR means nothing" [ "$(colours)" -gt 0 ]
on_terminal 80 CLICOLOR=0
assert "CLICOLOR=0: no colours" [ "$(colours)" = 0 ]
on_terminal 80
assert "the summary above is as wide as the terminal" [ "$(sed '/AT A GLANCE/,$d' "$scratch/out" | sed 's/.*persons *//' | grep -v '^  comparator' | widest)" -le 80 ]
for variable in TERM=dumb TERM= LC_ALL=C LC_ALL=nb_NO.ISO-8859-1; do
    on_terminal 80 $variable
    assert "$variable: no curves" sh -c "! grep -q '[▁▂▃▄▅▆▇█]' '$scratch/out'"
    assert "$variable: the summary" grep -q 'PER 1 000 PEOPLE' "$scratch/out"
done
on_terminal 30
assert "30 columns are too few for curves" sh -c "! grep -q '[▁▂▃▄▅▆▇█]' '$scratch/out'"

run compare "$model" "$arm" -n 500 --output "$scratch/result"
printf '\nResults: %s/\nReport:  %s/report.html\n' "$scratch/result" "$scratch/result" | cat "$scratch/result/summary.txt" - >"$scratch/expected"
grep -v '^report.html has tables and no charts' "$scratch/out" >"$scratch/plain"
assert "a pipe gets the text of summary.txt and no more" cmp "$scratch/plain" "$scratch/expected"

# voi says how far it is, once it has taken a second. How fast this machine is, nobody knows: what took more than three must show it, what took
# less than one must not.
awk 'BEGIN {
    srand(5); printf "draw"; for (k = 1; k <= 9; k++) printf ",p%d", k
    print ",cost_a,cost_b,qaly_a,qaly_b"
    for (i = 1; i <= 10000; i++) {
        printf "%d", i; s = 0
        for (k = 1; k <= 9; k++) { x = rand(); s += k * x; printf ",%.6f", x }
        printf ",%.3f,%.3f,%.5f,%.5f\n", 1000 + rand(), 1000 + s * 100, 10, 10 + s / 500 - x / 10
    }
}' >"$scratch/draws.csv"
voi_shows_progress() { # sets, option...
    local begun=${EPOCHREALTIME/./}
    limit env TERM=xterm script -qec "'$IPSIM' voi '$scratch/draws.csv' --cost cost_a,cost_b --effect qaly_a,qaly_b --threads 1 --sets '$1' ${*:2} --output '$scratch/voi'" \
        /dev/null </dev/null >"$scratch/out" 2>&1
    milliseconds=$(((${EPOCHREALTIME/./} - begun) / 1000))
    grep -q 'voi: [0-9]* % of [0-9]* estimates of EVPPI' "$scratch/out"
}
sets='p1+p2+p3,p2+p3+p4,p3+p4+p5,p4+p5+p6,p5+p6+p7,p6+p7+p8,p7+p8+p9'
voi_shows_progress "$sets" && shown=true || shown=false
if [ "$milliseconds" -gt 3000 ]; then
    assert "a long voi says how far it is" "$shown"
else
    skip "a long voi says how far it is" "it took $milliseconds milliseconds"
fi
voi_shows_progress p1 && shown=true || shown=false
if [ "$milliseconds" -lt 1000 ]; then
    assert "a short one does not" test "$shown" = false
else
    skip "a short voi does not" "it took $milliseconds milliseconds"
fi
assert "it ends with its page" grep -q 'HOW TO READ THIS' "$scratch/out"
voi_shows_progress "$sets" --quiet && shown=true || shown=false
assert "nor does --quiet" test "$shown" = false

# How many replicates there were, and where they stand.
run run "$model" -n 100 --replicates 3 --output "$scratch/result"
expect 0 "replicates" --out '3 replicates of seed 7' --out 'replicate_means\.csv'
printf '3\n4\n' >"$scratch/seeds"
run run "$model" -n 100 --seeds "$scratch/seeds" --output "$scratch/result"
expect 0 "seeds of their own" --out '2 replicates, each with a seed of its'
assert "then no single seed is named" sh -c "! grep -Eq '[Ss]eed [0-9]' '$scratch/out'"
run run "$model" -n 100 --output "$scratch/result"
assert "one run says nothing of replicates" sh -c "! grep -q replicate '$scratch/out'"

finish
