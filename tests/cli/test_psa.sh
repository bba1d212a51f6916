#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A probabilistic analysis: the same bytes for any number of threads, shards and interruptions; what it writes; what it refuses.
. "$(dirname "$0")/lib.sh"

# The tests' own arms, with uncertainty: single distributions, a joint of two, a posterior sample.
printf 'bed,loss\n8500,-0.15\n9000,-0.2\n9900,-0.3\n' >"$scratch/posterior.csv"
cat >"$scratch/base.cfg" <<EOF
extends = "$model";
name = "base";
parameters: {
    illness_rate: { distribution: { family = "gamma"; shape = 25.0; scale = 0.008; }; };
    c_ill: { distribution: { family = "pert"; min = 60000.0; mode = 85000.0; max = 120000.0; }; };
};
joint: {
    utilities: { family = "normal"; parameters = ["u_well", "u_ill"]; scale = "logit"; mean = [2.2, 0.6]; sd = [0.1, 0.2]; correlation = 0.5; };
    admission: { family = "draws"; parameters = ["c_bed", "u_loss_bed"]; columns = ["bed", "loss"]; file = "posterior.csv"; };
};
EOF
cat >"$scratch/arm.cfg" <<EOF
extends = "base.cfg";
name = "arm";
parameters: {
    c_programme: { value = 40000.0; };
    hr_programme: { value = 1.6; distribution: { family = "lognormal"; meanlog = 0.47; sdlog = 0.1; }; };
};
EOF
arms=("$scratch/base.cfg" "$scratch/arm.cfg")
whole=$scratch/whole
run psa "${arms[@]}" --draws 40 -n 300 --quiet --threads 1 -o "$whole"
expect 0 "an analysis of 40 draws"
for file in psa parameters provenance psa_years psa_summary psa_occupancy break_even noise occupancy population targets about cea frontier plane net_benefit ceac evpi subgroups distribution; do
    assert "it writes $file.csv" test -s "$whole/$file.csv"
done
assert "columns of psa.csv" grep -qx 'draw,scenario,perspective,subgroup,weight,cost,qalys,ever_ill,bed_days,life_years' <(head -1 "$whole/psa.csv")
assert "a row for each draw, scenario, perspective and subgroup" test "$(wc -l <"$whole/psa.csv")" = $((1 + 40 * 2 * 2 * 3))
assert "a parameter that differs between scenarios is told apart" grep -q '^0,arm:hr_programme,' "$whole/parameters.csv"
assert "members of joints are drawn" grep -q '^39,u_loss_bed,' "$whole/parameters.csv"
assert "what is fixed is not there" sh -c "! grep -q death_rate '$whole/parameters.csv'"
assert "the page" grep -q 'PROBABILITY OF THE HIGHEST NET BENEFIT at 500 000 NOK per QALY' "$whole/summary.txt"

assert "too few draws for EVPPI, which is said" sh -c "[ ! -e '$whole/evppi.csv' ] && grep -q 'below 200 draws' '$whole/summary.txt'"

for threads in 2 3; do
    run psa "${arms[@]}" --draws 40 -n 300 --quiet --threads $threads -o "$scratch/t$threads"
    assert "$threads threads: the same bytes" same_results "$whole" "$scratch/t$threads"
done
for shards in 2 7 45; do # more shards than draws, too
    for i in $(seq 1 $shards); do
        "$IPSIM" psa "${arms[@]}" --draws 40 -n 300 --quiet -o "$scratch/s$shards" --shard "$i/$shards" >/dev/null || not_ok "shard $i/$shards"
    done
    mapfile -t files < <(find "$scratch" -name "s$shards.shard-*.ipsim" | shuf --random-source=<(yes))
    run merge "${files[@]}" --quiet -o "$scratch/m$shards"
    expect 0 "$shards shards are joined"
    assert "$shards shards: the same bytes" same_results "$whole" "$scratch/m$shards"
done
# recovery_rate is written as illness_rate x 2.5: as a plain number it has the same value, and other draws.
run psa "${arms[@]}" --draws 40 -n 300 --quiet -o "$scratch/s2" --shard 2/2 --set recovery_rate=0.5
run merge "$scratch"/s2.shard-*.ipsim --quiet -o "$scratch/none"
expect 2 "a number in the place of a formula is another scenario" --err 'scenario "base" has other contents'
for design in lhs sobol sobol-joint; do
    run psa "${arms[@]}" --draws 40 -n 300 --quiet --design $design --fixed-people --fix utilities -o "$scratch/$design"
    expect 0 "design $design"
    for i in 1 2; do
        "$IPSIM" psa "${arms[@]}" --draws 40 -n 300 --quiet --design $design --fixed-people --fix utilities -o "$scratch/$design-s" --shard $i/2 >/dev/null
    done
    run merge "$scratch/$design-s".shard-*.ipsim --quiet -o "$scratch/$design-m"
    assert "$design: shards know their options" same_results "$scratch/$design" "$scratch/$design-m"
    assert "$design: what is fixed is not drawn" sh -c "! grep -q u_well '$scratch/$design/parameters.csv'"
done
# A parameter more, one fewer and other scenarios first move no draw of the others, except in a joint sequence.
sed 's/^parameters: {/& death_rate: { distribution: { family = "gamma"; shape = 25.0; scale = 0.0004; }; };/' "$scratch/base.cfg" >"$scratch/base-more.cfg"
sed '/illness_rate:/d' "$scratch/base.cfg" >"$scratch/base-fewer.cfg"
for change in more fewer; do
    sed "s/base\.cfg/base-$change.cfg/" "$scratch/arm.cfg" >"$scratch/arm-$change.cfg"
done
draws_of_others() { # folder
    grep -Ev ',(death_rate|illness_rate),' "$1/parameters.csv" | LC_ALL=C sort
}
for design in mc lhs sobol sobol-joint; do
    run psa "${arms[@]}" --draws 37 -n 10 --quiet --no-decision --design $design -o "$scratch/d-$design"
    expect 0 "$design: draws"
    for change in more fewer turned; do
        changed=("$scratch/base-$change.cfg" "$scratch/arm-$change.cfg")
        [ $change != turned ] || changed=("${arms[1]}" "${arms[0]}")
        run psa "${changed[@]}" --draws 37 -n 10 --quiet --no-decision --design $design -o "$scratch/d-$design-$change"
        expect 0 "$design: draws, $change"
        draws_of_others "$scratch/d-$design" >"$scratch/before"
        draws_of_others "$scratch/d-$design-$change" >"$scratch/after"
        if [ $design-$change = sobol-joint-more ]; then
            assert "$design, $change: the documented exception" sh -c "! cmp -s '$scratch/before' '$scratch/after'"
        elif [ $design != sobol-joint ]; then
            assert "$design, $change: no draw of another parameter has moved" cmp "$scratch/before" "$scratch/after"
        fi
    done
done
assert "they are draws of other parameters" test "$(wc -l <"$scratch/before")" = $((1 + 37 * 6))
run merge "$scratch/s2.shard-1-of-2.ipsim" "$scratch/lhs-s.shard-2-of-2.ipsim" -o "$scratch/none"
expect 2 "shards of different analyses" --err 'draws 40 lhs fixed'

# Blocks: a draw of three, split among shards.
run psa "${arms[@]}" --draws 2 -n 9000 --quiet -o "$scratch/blocks"
for i in 1 2 3 4 5; do
    "$IPSIM" psa "${arms[@]}" --draws 2 -n 9000 --quiet --shard $i/5 -o "$scratch/b" >/dev/null
done
run merge "$scratch"/b.shard-*.ipsim --quiet -o "$scratch/blocks-m"
assert "a draw of several blocks in several shards" same_results "$scratch/blocks" "$scratch/blocks-m"

# Interrupted and resumed.
draws=$(size_for 4 500 "$IPSIM" psa "${arms[@]}" -n 1000 --quiet -o "$scratch/probe" --draws)
args=(psa "${arms[@]}" --draws "$draws" -n 1000 --quiet)
run "${args[@]}" -o "$scratch/long"
expect 0 "a longer one ($draws draws)"
args+=(-o "$scratch/r" --resume)
for signal in INT KILL; do
    stopped=0
    for _ in 1 2; do
        records=$(records_in "$scratch/.r.journal")
        begin "$IPSIM" "${args[@]}"
        has_kept "$scratch/.r.journal" "$records"
        end $signal
        case $code in 130 | 137) stopped=$((stopped + 1)) ;; esac
    done
    assert "$signal: stopped twice in the middle" test $stopped = 2
    run "${args[@]}"
    expect 0 "$signal: resumed"
    assert "$signal: the bytes of an unbroken analysis" same_results "$scratch/long" "$scratch/r"
    rm -rf "$scratch/r"
done
begin "$IPSIM" psa "${arms[@]}" --draws 100000 -n 300 --quiet -o "$scratch/i"
has_worked 50
end INT
expect 130 "interrupted without a journal" --err 'of 100 000 draws were finished' --err 'exactly the result of --draws [0-9]+'
draws=$(sed -n 's/.*result of --draws \([0-9]*\)\..*/\1/p' "$scratch/err")
run psa "${arms[@]}" --draws "${draws:-1}" -n 300 --quiet -o "$scratch/i2"
assert "and that it is" same_results "$scratch/i-interrupted" "$scratch/i2"

# What reads it.
run cea "$whole" --quiet -o "$scratch/cea"
expect 0 "ipsim cea reads the folder"
for file in "$scratch"/cea/*.csv; do
    assert "psa has made the same ${file##*/}" cmp "$file" "$whole/${file##*/}"
done
run voi "$whole" --quiet -o "$scratch/voi"
expect 0 "ipsim voi reads the folder and its parameters"
assert "with every parameter" grep -q 'arm:hr_programme' "$scratch/voi/evppi.csv"
# The decision, with options of its own and with EVPPI.
printf 'age,qalys\n20,40\n90,5\n' >"$scratch/norms.csv"
decide=(--threshold "200000,400000" --perspective society --population 1000 --norms "$scratch/norms.csv" --inequality-aversion 1)
run psa "${arms[@]}" --draws 210 -n 30 "${decide[@]}" --threads 1 -o "$scratch/d"
expect 0 "a decision" --out 'DECISION, by the highest mean net benefit at 200 000 / 400 000 NOK per QALY' --out 'most worth learning'
assert "in one perspective" test "$(cut -d, -f1 "$scratch/d/evppi.csv" | sort -u | tr '\n' ' ')" = "perspective society "
assert "every parameter has its row" test "$(tail -n +2 "$scratch/d/parameters.csv" | cut -d, -f2 | sort -u | grep -cvxFf <(cut -d, -f3 "$scratch/d/evppi.csv"))" = 0
for file in equity shortfall; do
    assert "$file.csv was asked for" test -s "$scratch/d/$file.csv"
done
assert "all tables are in the database" test "$(sqlite3 "$scratch/d/results.sqlite" .tables | wc -w)" = "$(find "$scratch/d" -name '*.csv' | wc -l)"
assert "the manifest names the norms" jq -e '.inputs[0].digest | test("^[0-9a-f]{16}$")' "$scratch/d/manifest.json"
assert "both pages are there" sh -c "grep -q '^COST-EFFECTIVENESS of 2' '$scratch/d/decision.txt' && grep -q '^VALUE OF INFORMATION' '$scratch/d/decision.txt'"
run psa "${arms[@]}" --draws 210 -n 30 "${decide[@]}" --quiet --threads 3 -o "$scratch/d3"
assert "the same bytes on 3 threads" same_results "$scratch/d" "$scratch/d3"
for i in 1 2 3; do
    "$IPSIM" psa "${arms[@]}" --draws 210 -n 30 --quiet --shard $i/3 -o "$scratch/ds" >/dev/null
done
run merge "$scratch"/ds.shard-*.ipsim "${decide[@]}" --quiet -o "$scratch/ds"
expect 0 "merge decides"
assert "the same bytes of shards" same_results "$scratch/d" "$scratch/ds"
run voi "$scratch/d" --threshold 200000,400000 --perspective society --population 1000 --quiet -o "$scratch/voi"
assert "ipsim voi gives the same EVPPI" cmp "$scratch/voi/evppi.csv" "$scratch/d/evppi.csv"
run psa "${arms[@]}" --draws 30 -n 30 --no-decision --no-report --quiet -o "$scratch/d"
expect 0 "--no-decision"
assert "leaves it out" sh -c "[ ! -e '$scratch/d/cea.csv' ] && [ ! -e '$scratch/d/decision.txt' ] && ! grep -q DECISION '$scratch/d/summary.txt' && grep -q PROBABILITY '$scratch/d/summary.txt'"
printf 'age,qalys\n95,5\n99,1\n' >"$scratch/norms.csv"
run psa "${arms[@]}" --draws 3 -n 30 --norms "$scratch/norms.csv" --no-report -o "$scratch/d"
expect 1 "a decision that fails does not cost the simulation" --err 'without the tables of cea and voi' --out 'CHANGE PER 1 000'
assert "which is there" test -s "$scratch/d/psa.csv"
assert "without a decision" is_absent "$scratch/d/cea.csv"
# So few people that some draws have nobody of a subgroup.
run psa "${arms[@]}" --draws 210 -n 2 --no-report -o "$scratch/few"
expect 0 "two people in each draw" --out 'DECISION'
assert "some draws have no man or no woman" grep -q ',sex=[a-z]*,[^,]*,,' "$scratch/few/psa.csv"
assert "they are not decided about" sh -c "! grep -q 'sex=' '$scratch/few/cea.csv'"
assert "which is said" grep -q 'Subgroups by "sex" are left out: there is nobody of' "$scratch/few/decision.txt"
refuse() { # title, regex, arguments...
    run "${@:3}" -o "$scratch/none"
    expect 2 "$1" --err "$2"
    assert "$1: nothing is written" is_absent "$scratch/none"
}
refuse "an unknown perspective" 'did you mean "society"' psa "${arms[@]}" --perspective soceity
refuse "an unknown effect" 'did you mean "bed_days"' psa "${arms[@]}" --effect bed_day
refuse "a threshold that is none" '--threshold' psa "${arms[@]}" --threshold 1,x
refuse "norms that are not there" 'cannot be read' psa "${arms[@]}" --norms "$scratch/no.csv"
refuse "a shard decides nothing" 'ipsim merge' psa "${arms[@]}" --shard 1/2 --threshold 1
refuse "options of what is left out" 'excludes --no-decision' psa "${arms[@]}" --no-decision --threshold 1
refuse "one scenario" 'nothing to decide' psa "$scratch/base.cfg" --threshold 1
"$IPSIM" compare "$model" tests/cli/arm.cfg -n 30 --shard 1/1 --quiet -o "$scratch/c" >/dev/null
refuse "shards of another command" 'shards of psa' merge "$scratch/c.shard-1-of-1.ipsim" --threshold 1

run psa "${arms[@]}" --draws 3 -n 20 --json -o "$scratch/j"
assert "psa --json" jq -e '.psa and .psa_summary and .noise and .cea and .evpi' "$scratch/out"
run psa "$scratch/base.cfg" --draws 3 -n 20 -o "$scratch/one"
expect 0 "a single scenario" --out 'MEAN PER 1 000 PEOPLE'

# What cannot be.
run psa "$model" --draws 3 -o "$scratch/none"
expect 2 "nothing is uncertain" --err 'no parameter has a distribution'
run psa "${arms[@]}" --draws 30 -n 10 -o "$scratch/none" --set parameters.illness_rate.distribution.family=normal --set parameters.illness_rate.distribution.shape=1
expect 2 "a distribution that lacks keys" --err 'illness_rate\.distribution\.mean: family normal needs this key'
sed 's/family = "gamma"; shape = 25.0; scale = 0.008;/family = "normal"; mean = 0.2; sd = 0.2;/' "$scratch/base.cfg" >"$scratch/negative.cfg"
run psa "$scratch/negative.cfg" --draws 100 -n 10 -o "$scratch/none"
expect 2 "a draw that makes no sense" --err 'model\.cfg:[0-9]+: transitions\.fall_ill\.hazard\.rate: .*-0\.[0-9]+ is below 0.*\(draw [0-9]+: illness_rate = -0\.[0-9]+\)'
assert "nothing is written" is_absent "$scratch/none"
run psa "${arms[@]}" --design halton
expect 2 "an unknown design" --err 'mc, lhs, sobol or sobol-joint'
run psa "${arms[@]}" --only c_ill --fix c_ill
expect 2 "only and fix" --err 'exclude each other'
run psa "${arms[@]}" --only c_illl
expect 2 "an unknown parameter" --err 'did you mean c_ill\?'
run psa "${arms[@]}" --replicates 3
expect 2 "replicates are draws" --err 'has no option'
# As many perspectives as somebody declares.
{
    echo 'extends = "base.cfg"; name = "many"; perspectives: {'
    for i in $(seq 70); do echo "p$i: { payers = [\"health\"]; };"; done
    echo '};'
} >"$scratch/many.cfg"
echo 'extends = "many.cfg"; name = "many-arm"; parameters: { c_programme: { value = 40000.0; }; };' >"$scratch/many-arm.cfg"
run psa "$scratch/many.cfg" "$scratch/many-arm.cfg" --draws 3 -n 10 --quiet -o "$scratch/many"
expect 0 "72 perspectives, report and decision included"
assert "all of them" test "$(cut -d, -f3 "$scratch/many/psa.csv" | sort -u | wc -l)" = 73

finish
