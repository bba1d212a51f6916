#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A probabilistic analysis: the same bytes for any number of threads, shards and interruptions; what it writes; what it refuses.
. "$(dirname "$0")/lib.sh"
set -m # background jobs get their own process group and the usual signals

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
for file in psa parameters provenance psa_years psa_summary psa_occupancy break_even noise occupancy population targets about; do
    assert "it writes $file.csv" test -s "$whole/$file.csv"
done
assert "columns of psa.csv" grep -qx 'draw,scenario,perspective,subgroup,weight,cost,qalys,ever_ill,bed_days,life_years' <(head -1 "$whole/psa.csv")
assert "a row for each draw, scenario, perspective and subgroup" test "$(wc -l <"$whole/psa.csv")" = $((1 + 40 * 2 * 2 * 3))
assert "a parameter that differs between scenarios is told apart" grep -q '^0,arm:hr_programme,' "$whole/parameters.csv"
assert "members of joints are drawn" grep -q '^39,u_loss_bed,' "$whole/parameters.csv"
assert "what is fixed is not there" sh -c "! grep -q death_rate '$whole/parameters.csv'"
assert "the page" grep -q 'PROBABILITY OF THE HIGHEST NET BENEFIT at 500 000 NOK per QALY' "$whole/summary.txt"

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
for design in lhs sobol; do
    run psa "${arms[@]}" --draws 40 -n 300 --quiet --design $design --fixed-people --fix utilities -o "$scratch/$design"
    expect 0 "design $design"
    for i in 1 2; do
        "$IPSIM" psa "${arms[@]}" --draws 40 -n 300 --quiet --design $design --fixed-people --fix utilities -o "$scratch/$design-s" --shard $i/2 >/dev/null
    done
    run merge "$scratch/$design-s".shard-*.ipsim --quiet -o "$scratch/$design-m"
    assert "$design: shards know their options" same_results "$scratch/$design" "$scratch/$design-m"
    assert "$design: what is fixed is not drawn" sh -c "! grep -q u_well '$scratch/$design/parameters.csv'"
done
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
args=(psa "${arms[@]}" --draws 2000 -n 200 --quiet -o "$scratch/r")
run psa "${arms[@]}" --draws 2000 -n 200 --quiet -o "$scratch/long"
expect 0 "a longer one"
for signal in INT KILL; do
    for moment in 0.4 0.9; do
        "$IPSIM" "${args[@]}" --resume >"$scratch/out" 2>"$scratch/err" </dev/null &
        pid=$!
        sleep $moment
        kill -$signal $pid 2>/dev/null
        wait $pid 2>/dev/null
    done
    run "${args[@]}" --resume
    expect 0 "$signal: resumed"
    assert "$signal: the bytes of an unbroken analysis" same_results "$scratch/long" "$scratch/r"
    rm -rf "$scratch/r"
done
"$IPSIM" psa "${arms[@]}" --draws 100000 -n 300 --quiet -o "$scratch/i" >"$scratch/out" 2>"$scratch/err" </dev/null &
pid=$!
sleep 0.5
kill -INT $pid
code=0
wait $pid || code=$?
expect 130 "interrupted without a journal" --err 'of 100 000 draws were finished' --err 'exactly the result of --draws [0-9]+'
draws=$(sed -n 's/.*result of --draws \([0-9]*\)\..*/\1/p' "$scratch/err")
run psa "${arms[@]}" --draws "${draws:-1}" -n 300 --quiet -o "$scratch/i2"
assert "and that it is" same_results "$scratch/i-interrupted" "$scratch/i2"

# What reads it.
run cea "$whole" --quiet -o "$scratch/cea"
expect 0 "ipsim cea reads the folder"
run voi "$whole" --quiet -o "$scratch/voi"
expect 0 "ipsim voi reads the folder and its parameters"
assert "with every parameter" grep -q 'arm:hr_programme' "$scratch/voi/evppi.csv"
run psa "${arms[@]}" --draws 3 -n 20 --json -o "$scratch/j"
assert "psa --json" jq -e '.psa and .psa_summary and .noise' "$scratch/out"
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
expect 2 "an unknown design" --err 'mc, lhs or sobol'
run psa "${arms[@]}" --only c_ill --fix c_ill
expect 2 "only and fix" --err 'exclude each other'
run psa "${arms[@]}" --only c_illl
expect 2 "an unknown parameter" --err 'did you mean c_ill\?'
run psa "${arms[@]}" --replicates 3
expect 2 "replicates are draws" --err 'has no option'
finish
