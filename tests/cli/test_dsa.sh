#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ipsim dsa: what it writes and prints, that threads do not matter, what it refuses, that an interruption leaves nothing but its journal.
. "$(dirname "$0")/lib.sh"

arm=${model%/*}/arm.cfg
ranges=illness_rate=0.1:0.3,arm:hr_programme=1.2:2,c_bed=5000:12000,death_rate=0.00003:0.00008
out=$scratch/dsa

run dsa "$model" "$arm" -n 1500 --vary "$ranges" --perspective society -o "$out" --threads 1
expect 0 "it runs" --out 'SENSITIVITY' --out 'ONE AT A TIME' --out 'WHERE THE SIGN CHANGES' --out 'EXTREMES' --out "$out/"
for file in dsa.csv dsa_threshold.csv dsa_extremes.csv dsa_base.csv parameters.csv about.csv results.sqlite summary.txt manifest.json; do
    assert "$file is there" test -s "$out/$file"
done
assert "no grid was asked for" is_absent "$out/dsa_grid.csv"
assert "the page is plain text in lines of at most 120 columns" awk 'length($0) > 120 { exit 1 }' "$scratch/out"
assert "the page has no bars of block elements" bash -c "! grep -q '[█░▓│]' '$scratch/out'"
assert "the page fits on a screen" test "$(wc -l <"$scratch/out")" -le 40
head -n -2 "$scratch/out" >"$scratch/page"
assert "summary.txt says the same" cmp "$scratch/page" "$out/summary.txt"
assert "columns of dsa.csv" grep -qx 'scenario,comparator,parameter,label,unit,status,perspective,outcome,threshold,low,base,high,at_low,at_base,at_high,mcse_low,mcse_high,spread,rank' "$out/dsa.csv"
assert "columns of dsa_threshold.csv" grep -qx 'scenario,comparator,parameter,label,unit,perspective,outcome,threshold,base,flips_at,mcse,searched_from,searched_to,reading' "$out/dsa_threshold.csv"
assert "columns of dsa_extremes.csv" grep -qx 'scenario,comparator,case,perspective,outcome,threshold,estimate,mcse' "$out/dsa_extremes.csv"
assert "every output of every perspective has its bars" test "$(grep -c '^arm,model,c_bed,' "$out/dsa.csv")" = 8
assert "the manifest names the files" jq -e '.files | index("dsa.csv") and index("results.sqlite")' "$out/manifest.json"
assert "the SQLite file has the tables" test "$(sqlite3 "$out/results.sqlite" 'SELECT count(*) FROM dsa WHERE parameter = "c_bed"')" = 8

for threads in 2 3; do
    run dsa "$model" "$arm" -n 1500 --vary "$ranges" --perspective society -o "$scratch/threads" --threads $threads
    assert "the same bytes with $threads threads" same_results "$out" "$scratch/threads"
done
run dsa "$model" "$arm" -n 1500 --vary "$ranges" --perspective society -o "$scratch/threads" --engine reference
assert "the same bytes with the reference engine" same_results "$out" "$scratch/threads"

# The base is what compare gives.
run compare "$model" "$arm" -n 1500 -q -o "$scratch/compare"
compared=$(awk -F, '$3 == "all" && $4 == "cost_society" && $6 == "yes" && $7 == 20 { printf "%.3f", $8 }' "$scratch/compare/differences.csv")
here=$(awk -F, '$3 == "society" && $4 == "cost_society" { printf "%.3f", $6 }' "$out/dsa_base.csv")
assert "the base is that of compare: $compared" test "$compared" = "$here"
# Errors come from 512 batches, and a batch may be more than one block of 4 096.
cat >"$scratch/quick.cfg" <<END
name = "quick";
simulation: { persons = 1000; seed = 1; horizon_years = 1.0; };
parameters: {
    death_rate: { value = 0.2; source = "made up"; };
    reduction: { value = 1.0; source = "made up"; };
};
start_state = "alive";
states: { alive: {}; dead: { role = "dead"; }; };
transitions: { death: { from = "alive"; to = "dead"; hazard: { family = "exponential"; rate = "death_rate * reduction"; }; }; };
END
printf 'extends = "quick.cfg";\nname = "slow";\nparameters: { reduction: { value = 0.5; }; };\n' >"$scratch/slow.cfg"
quick=("$scratch/quick.cfg" "$scratch/slow.cfg" -n 2097153 --quiet)
run dsa "${quick[@]}" --vary death_rate=0.2:0.3 --outcome life_years --find none -o "$scratch/many"
expect 0 "2 097 153 persons"
run compare "${quick[@]}" -o "$scratch/compare"
total() { awk -F, -v n="$1" '$3 == "all" && $4 == "life_years" && $6 == "yes" && $7 == 1 { printf "%.9f", $n }' "$scratch/compare/differences.csv"; }
base() { awk -F, -v n="$1" '$4 == "life_years" { printf "%.9f", $n }' "$scratch/many/dsa_base.csv"; }
assert "the base is that of compare: $(total 8)" test "$(base 6)" = "$(total 8)"
assert "and its error within a tenth: $(base 7), $(total 9)" awk -v a="$(base 7)" -v b="$(total 9)" 'BEGIN { exit !(a > 0.9 * b && a < 1.1 * b) }'

run dsa "$model" "$arm" -n 300 --vary "$ranges" --only c_bed,illness_rate --grid 'c_bed=5000:12000:3,illness_rate=0:0.3:4' --find none -o "$out"
expect 0 "a grid" --out 'TWO AT A TIME: c_bed down, illness_rate across' --out 'Positive at [0-9]+ of 12 points; dsa_grid.csv'
grid_line() { # value of c_bed: its line on the page, from dsa_grid.csv, rounded as there
    awk -F, -v v="$1" '$4 == v { printf " %+.0f", $10 }' "$out/dsa_grid.csv"
}
for value in 5000 8500 12000; do
    printed=$(tr -d ' ' <"$scratch/out" | grep -E "^${value}[-+]" | sed "s/^$value//; s/[-+]/ &/g")
    assert "its line at $value is that of the table ($printed)" test "$printed" = "$(grid_line $value)"
done
assert "it says how many are positive" grep -q "Positive at $(awk -F, '$10 > 0 && NR > 1' "$out/dsa_grid.csv" | wc -l) of 12 " "$scratch/out"
assert "its columns" grep -qx 'scenario,comparator,parameter_1,value_1,parameter_2,value_2,perspective,outcome,threshold,estimate,mcse' "$out/dsa_grid.csv"
assert "its points" test "$(wc -l <"$out/dsa_grid.csv")" = 13
assert "its values are as short as those that were asked for" test "$(awk -F, 'NR > 1 { print $6 }' "$out/dsa_grid.csv" | sort -u | tr '\n' ' ')" = "0 0.1 0.2 0.3 "
assert "nothing was sought" is_absent "$out/dsa_threshold.csv"
run dsa "$model" "$arm" -n 300 --outcome qalys --find 'arm:c_programme=0:1e6,arm:hr_programme=0.5:2' -o "$out"
expect 0 "another output, and values sought without any range" --out 'Qalys' --out 'hr_programme'
assert "money does not touch QALYs" grep -q 'arm:c_programme,.*no influence' "$out/dsa_threshold.csv"
run dsa "$model" "$arm" -n 300 --scenarios --effect bed_days --threshold 1000 --perspective society -o "$out"
expect 0 "net benefit of another effect" --out 'at 1 000 NOK a unit of "bed_days"' --out 'Extra effect'
assert "it is its value less the cost" awk -F, '$4 == "bed_days" { effect = $6 } $4 == "cost_society" { cost = $6 } $4 == "net_benefit" && $3 == "society" { nb = $6 }
    END { d = nb - (1000 * effect - cost); exit !(effect != 0 && d * d < 1e-6) }' "$out/dsa_base.csv"
assert "about.csv says which" grep -qx 'model,dsa_effect,bed_days' "$out/about.csv"
run dsa "$model" "$arm" -n 300 --scenarios -o "$out"
expect 0 "scenarios side by side" --out 'SCENARIOS against model' --out '300 persons in one run'
assert "nothing was to be moved" bash -c "! grep -q 'No parameter' '$scratch/out'"
run dsa "$model" "$arm" -n 300 -o "$out"
expect 0 "parameters without any range are told" --out 'No parameter has a distribution, so none was moved'
run dsa "$model" "$arm" -n 300 --vary "$ranges" --json -q -o "$out"
expect 0 "JSON"
assert "it is JSON with the tables" jq -e '.dsa and .dsa_threshold and .dsa_extremes and .dsa_base and .about' "$scratch/out"

rm -rf "$out"
refused() { # title, regex, arguments...
    local title=$1 words=$2
    shift 2
    run dsa "$model" "$arm" -n 200 -o "$out" "$@"
    expect 2 "$title" --err "$words" --err 'nothing was written'
    assert "$title: nothing is written" is_absent "$out"
}
refused "an unknown parameter names the nearest" 'did you mean c_bed' --vary c_bde=1:2
refused "LOW above HIGH" 'LOW must be below HIGH' --vary c_bed=2:1
refused "a range that is none" 'NAME=LOW:HIGH' --vary c_bed=1
refused "a range among names" 'given with --vary c_bed=1:2' --only c_bed=1:2
refused "a name that has no range" 'give its range: --vary c_bed=LOW:HIGH' --only c_bed
refused "a parameter that differs needs its scenario" 'model:hr_programme or arm:hr_programme' --vary hr_programme=1:2
refused "a value that the model refuses: parameter, value and line" 'model.cfg:[0-9]+: .*with illness_rate = -1' --vary illness_rate=-1:1
refused "a grid of such values" 'with illness_rate = -1, c_bed = 1:' --grid 'illness_rate=-1:1:20,c_bed=1:2:20'
assert "two lines use it, and each is told twice, not at every point" test "$(grep -c 'with illness_rate' "$scratch/err")" = 4
refused "quantiles" '0 < A < B < 1' --quantiles 0.9,0.1
refused "a grid of one parameter" 'NAME=LOW:HIGH:VALUES' --grid c_bed=1:2:3
refused "an unknown perspective" 'did you mean society' --perspective soceity
refused "an unknown output" 'did you mean qalys' --outcome qaly
refused "an unknown effect" 'did you mean bed_days' --effect bed_day --threshold 1000
refused "thresholds of scenarios are for QALYs" 'give the value of a unit of bed_days' --effect bed_days
refused "--scenarios beside --vary" 'no meaning' --scenarios --vary c_bed=1:2
run dsa "$model" -o "$out"
expect 2 "one scenario is not enough" --err COMPARATOR

# Ctrl-C: exit code 130, and nothing of it is left.
begin "$IPSIM" dsa "$model" "$arm" -n 4000000 --vary "$ranges" -q -o "$scratch/stopped/x"
has_worked 50
end INT
expect 130 "an interruption" --err 'nothing was written'
assert "nothing is left of it" is_absent "$scratch/stopped"

# With a journal: killed, interrupted, and gone on with, it gives the bytes of one that was left in peace.
long=("$model" "$arm" --vary "$ranges" --grid 'illness_rate=0.1:0.3:20,c_bed=5000:12000:20' -q)
persons=$(size_for 3 500 "$IPSIM" dsa "${long[@]}" -o "$scratch/probe" -n)
long+=(-n "$persons")
journal=$scratch/.kept.journal
run dsa "${long[@]}" -o "$scratch/long"
expect 0 "a longer one"
assert "a large grid is shown in part" grep -q 'of 400 points, of which 88 are shown' "$scratch/long/summary.txt"
assert "in lines of at most 120 columns" awk 'length($0) > 120 { exit 1 }' "$scratch/long/summary.txt"
# Sends the signal when one more record is kept. False when the analysis came to its end before.
signalled() { # signal
    local before
    before=$(records_in "$journal")
    begin "$IPSIM" dsa "${long[@]}" -o "$scratch/kept" --resume --threads 1
    has_kept "$journal" "$before"
    end "$1"
    [ $code = $((128 + $(kill -l "$1"))) ]
}
assert "SIGKILL leaves a journal" signalled KILL
assert "and no result" is_absent "$scratch/kept"
cp "$journal" "$scratch/good"
signalled INT
expect 130 "Ctrl-C says what is kept and how to go on" --err "is kept in $journal\. To go on with it:" --err '^  ipsim dsa .*--resume'
assert "and leaves no result" is_absent "$scratch/kept"
run dsa "${long[@]}" -o "$scratch/kept" --checkpoint
expect 2 "without --resume a journal is not written over" --err 'an unfinished run is kept here'
cp "$journal" "$scratch/.other.journal"
foreign() { # title, regex, options...
    run dsa "${long[@]}" -o "$scratch/other" --resume "${@:3}"
    expect 2 "the journal is none of $1" --err "belongs to another run.*$2"
}
foreign "another seed" 'seed 7.*seed 8' --seed 8
foreign "fewer persons" "persons $persons" -n $((persons - 1))
foreign "another scenario" 'scenario "model" has other contents' --set c_ill=1
foreign "one in which a number stands in the place of a formula" 'scenario "model" has other contents' --set recovery_rate=0.5
foreign "other thresholds" 'threshold 500000' --threshold 1e6
run compare "$model" "$arm" -n 100 -q -o "$scratch/other" --resume
expect 2 "nor of another command" --err 'belongs to another run'
assert "after all this it is untouched" cmp "$journal" "$scratch/.other.journal"
resumed() { # title, options...
    run dsa "${long[@]}" -o "$scratch/kept" --resume "${@:2}"
    expect 0 "$1"
    assert "$1: the same bytes" same_results "$scratch/long" "$scratch/kept"
    assert "$1: the journal is gone" is_absent "$journal"
    rm -rf "$scratch/kept"
}
resumed "gone on with, by other threads" --threads 2
head -c $(($(stat -c %s "$scratch/good") - 10)) "$scratch/good" >"$journal"
resumed "a journal cut short"
assert "which is told" grep -q 'cut short' "$scratch/err"
head -c 40 "$scratch/good" >"$journal"
resumed "a journal cut short in its head"

# What is refused, or ended before any point is done, leaves no journal; one that cannot be written does not end the analysis.
refused "bad values with a journal" 'with illness_rate = -1' --vary illness_rate=-1:1 --checkpoint
assert "there is none" sh -c "! ls -A '$scratch' | grep -q 'dsa\.journal'"
code=0
(ulimit -f 8 && limit "$IPSIM" dsa "${long[@]}" -o "$scratch/kept" --checkpoint) >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
expect 1 "files of at most 8 kB" --err 'journal cannot be written.*the run goes on' --err 'nothing was written'
assert "nothing half-written" is_absent "$scratch/kept"
assert "a way to go on is told where there is one" test "$(grep -c 'To go on with it' "$scratch/err")" = "$([ -e "$journal" ] && echo 1 || echo 0)"
run dsa "$model" "$arm" -n 200 -q -o "$scratch/kept" --checkpoint="$scratch/absent/journal"
expect 1 "a journal in a folder that is not there" --err 'absent/journal'

finish
