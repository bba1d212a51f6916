#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A run in parts and in replicates: shards that are joined give the bytes of the whole run, or a refusal that names what is wrong.
. "$(dirname "$0")/lib.sh"
arm=tests/cli/arm.cfg
out=$scratch/whole

run compare "$model" "$arm" -n 10000 --quiet --output "$out"
expect 0 "the whole run"
# shellcheck disable=SC2317 # called by others
make_shards() { # count, stem, options...
    local i
    for i in $(seq 1 "$1"); do
        "$IPSIM" compare "$model" "$arm" -n 10000 --quiet --output "$scratch/$2" --shard "$i/$1" "${@:3}" >/dev/null || return 1
    done
}
for shards in 1 2 3 7 16; do # more shards than units, too: 10000 persons are a few blocks
    assert "$shards shards are made" make_shards $shards s$shards
    mapfile -t files < <(find "$scratch" -name "s$shards.shard-*.ipsim" | shuf --random-source=<(yes))
    run merge "${files[@]}" --quiet --output "$scratch/merged$shards"
    expect 0 "$shards shards are joined in any order"
    assert "$shards shards: the bytes of the whole run" same_results "$out" "$scratch/merged$shards"
done
assert "a shard leaves nothing else behind" sh -c "! ls -A '$scratch' | grep -q '^\.'"
run merge "$scratch"/s3.shard-* --json --output "$scratch/json"
assert "merge --json" jq -e .differences "$scratch/out"
run run "$model" -n 3000 --shard 1/2 --output "$scratch/set" --set c_ill=1
run run "$model" -n 3000 --shard 2/2 --output "$scratch/set" --set c_ill=1 --threads 2
expect 0 "run takes shards" --out 'set\.shard-2-of-2\.ipsim'
run merge "$scratch"/set.shard-* --quiet -o "$scratch/set"
run run "$model" -n 3000 --quiet -o "$scratch/set0" --set c_ill=1
assert "settings are kept in the shards" same_results "$scratch/set" "$scratch/set0"

# What does not go together.
s=$scratch/s3.shard
run merge "$s-1-of-3.ipsim" "$s-3-of-3.ipsim" -o "$scratch/none"
expect 2 "a missing shard" --err 'shard 2 of 3 is missing'
assert "nothing is written" is_absent "$scratch/none"
run merge "$s"-*.ipsim "$s-2-of-3.ipsim" -o "$scratch/none"
expect 2 "a shard twice" --err 'shard 2 of 3 is there twice'
run merge "$s-1-of-3.ipsim" "$scratch/s2.shard-2-of-2.ipsim" -o "$scratch/none"
expect 2 "shards of different cuts" --err 'shard 2 of 2, but others are of 3'
other() { # title, regex, options of shard 2
    "$IPSIM" compare "$model" "$arm" --quiet -n 10000 --shard 2/3 --output "$scratch/other" "${@:3}"
    run merge "$s-1-of-3.ipsim" "$scratch/other.shard-2-of-3.ipsim" "$s-3-of-3.ipsim" -o "$scratch/none"
    expect 2 "$1" --err "$2" --err 'other\.shard-2'
}
other "another seed" 'seed 8.*seed 7' --seed 8
other "another replicate" 'replicates 1 to 1' --replicate 1
other "other numbers of persons" 'persons 9999' -n 9999
other "another scenario" 'scenario "model" has other contents' --set c_ill=1
sed 's/, arithmetic /, arithmetik /' "$s-2-of-3.ipsim" >"$scratch/version.ipsim"
run merge "$s-1-of-3.ipsim" "$scratch/version.ipsim" "$s-3-of-3.ipsim" -o "$scratch/none"
expect 2 "a head that was changed" --err 'version\.ipsim.*damaged'

# Damage: cut short, flipped, empty, no shard at all.
damaged() { # title, regex; the file is $scratch/bad.ipsim
    run merge "$s-1-of-3.ipsim" "$scratch/bad.ipsim" "$s-3-of-3.ipsim" -o "$scratch/none"
    expect 2 "$1" --err 'bad\.ipsim' --err "$2"
    run merge "$scratch/bad.ipsim" "$s-1-of-3.ipsim" "$s-3-of-3.ipsim" -o "$scratch/none"
    expect 2 "$1, named first" --err 'bad\.ipsim'
}
size=$(stat -c %s "$s-2-of-3.ipsim")
head -c $((size / 2)) "$s-2-of-3.ipsim" >"$scratch/bad.ipsim"
damaged "a shard cut short" 'cut short; run shard 2 of 3 again'
head -c 100 "$s-2-of-3.ipsim" >"$scratch/bad.ipsim"
damaged "a shard cut short within its head" 'ends within its head'
: >"$scratch/bad.ipsim"
damaged "an empty shard" 'empty'
run merge "$scratch/bad.ipsim" "$s-1-of-3.ipsim" -o "$scratch/none"
expect 2 "a shard that cannot be read, named first, hides nothing" --err 'bad\.ipsim: the file is empty' --err 'shard 3 of 3 is missing'
run merge "$scratch/absent.ipsim" "$scratch/bad.ipsim" -o "$scratch/none"
expect 2 "none can be read: all are named" --err 'absent\.ipsim: .*cannot be opened' --err 'bad\.ipsim: the file is empty' --err '2 problems'
echo "this is a letter" >"$scratch/bad.ipsim"
damaged "a letter" 'not a partial result'
RANDOM=4
for i in $(seq 1 10); do
    at=$((RANDOM % size))
    cp "$s-2-of-3.ipsim" "$scratch/bad.ipsim"
    byte=$(od -An -tu1 -j $at -N 1 "$scratch/bad.ipsim")
    printf '%b' "\\x$(printf %x $((byte ^ (1 << RANDOM % 8))))" | dd of="$scratch/bad.ipsim" bs=1 seek=$at conv=notrunc 2>/dev/null
    run merge "$s-1-of-3.ipsim" "$scratch/bad.ipsim" "$s-3-of-3.ipsim" -o "$scratch/none"
    expect 2 "a bit flipped at byte $at" --err 'bad\.ipsim'
done
run merge "$scratch/absent.ipsim"
expect 2 "a shard that is not there" --err 'absent\.ipsim'
assert "after all this nothing is written" is_absent "$scratch/none"
cp "$model" "$scratch/moved.cfg"
"$IPSIM" run "$scratch/moved.cfg" -n 2000 --quiet --shard 1/1 -o "$scratch/moved"
run run "$scratch/moved.cfg" -n 2000 --quiet -o "$scratch/unmoved"
sed -i 's/value = 85000.0/value = 85001.0/' "$scratch/moved.cfg"
run merge "$scratch/moved.shard-1-of-1.ipsim" --quiet -o "$scratch/moved"
expect 0 "a scenario that has changed since: the shard has the one that was simulated"
assert "and gives its bytes" same_results "$scratch/unmoved" "$scratch/moved"

# On another machine: parents, includes and life tables come from the shards too.
mkdir -p "$scratch/here" "$scratch/there"
cp -R scenarios "$scratch/here/"
(cd "$scratch/here" && "$IPSIM" compare scenarios/traditional.cfg scenarios/ips.cfg -n 3000 --quiet -o whole &&
    for i in 1 2; do "$IPSIM" compare scenarios/traditional.cfg scenarios/ips.cfg -n 3000 --quiet --shard $i/2 -o part >/dev/null; done)
mv "$scratch/here"/*.ipsim "$scratch/here/whole" "$scratch/there/"
rm -r "$scratch/here"
code=0
(cd "$scratch/there" && limit "$IPSIM" merge part.shard-*.ipsim --quiet -o joined) >"$scratch/out" 2>"$scratch/err" || code=$?
expect 0 "shards are joined where their scenario files are not"
assert "with the bytes of the whole run" same_results "$scratch/there/whole" "$scratch/there/joined"

# Folders that were made for a shard that came to nothing.
run run "$model" -n 100 --shard 1/2 -o "$scratch/new/deep/x" --checkpoint="$scratch/absent/j"
expect 1 "a journal that cannot be made" --err 'journal cannot be opened'
assert "no folder is left" is_absent "$scratch/new"

for wrong in 0/2 3/2 2 a/b 1/ /2 1/2/3 -1/2; do
    run run "$model" --shard "$wrong"
    expect 2 "--shard $wrong" --err 'shard'
done
mkdir "$scratch/closed"
chmod 555 "$scratch/closed"
cp "$IPSIM" "$scratch/ipsim"
as_nobody=()
[ "$(id -u)" != 0 ] || as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
if "${as_nobody[@]}" "$scratch/ipsim" version >/dev/null 2>&1; then
    code=0
    cp tests/cli/*.cfg "$scratch/"
    limit "${as_nobody[@]}" "$scratch/ipsim" run "$scratch/model.cfg" -n 1e9 --shard 1/2 -o "$scratch/closed/x" >"$scratch/out" 2>"$scratch/err" || code=$?
    expect 1 "a folder without permission is known before the work" --err 'denied|permission'
else
    skip "a folder without permission" "cannot run the program as another user"
fi

# Replicates: pooled, one by one, and settling.
run compare "$model" "$arm" -n 2000 --replicates 4 --quiet -o "$scratch/r4"
expect 0 "four replicates"
assert "the columns of replicates.csv" grep -qx 'replicate,seed,scenario,comparator,outcome,payer,discounted,estimate,mcse,unit' \
    <(head -n 1 "$scratch/r4/replicates.csv")
assert "the summary says how many, and of which seed" grep -q 'They are 4 replicates of seed 7' <(tr '\n' ' ' <"$scratch/r4/summary.txt")
run compare "$model" "$arm" -n 2000 --replicate 2 --quiet -o "$scratch/r"
assert "replicate 2 is what --replicate 2 gives" test \
    "$(awk -F, '$1 == 2 && $3 == "arm" && $4 == "model" && $5 == "qalys" && $7 == "yes" { print $8, $9 }' "$scratch/r4/replicates.csv")" = \
    "$(awk -F, '$1 == "arm" && $3 == "all" && $4 == "qalys" && $6 == "yes" && $7 == 20 { print $8, $9 }' "$scratch/r/differences.csv")"
assert "the pooled mean is the mean of replicates" awk -F, '
    FNR == NR { if ($3 == "arm" && $4 == "model" && $5 == "qalys" && $7 == "yes") { sum += $8; n++ } next }
    $1 == "arm" && $3 == "all" && $4 == "qalys" && $6 == "yes" && $7 == 20 { pooled = $8 }
    END { d = sum / n - pooled; exit !(n == 4 && d < 1e-9 && d > -1e-9) }' "$scratch/r4/replicates.csv" "$scratch/r4/differences.csv"
for threads in 2 7; do
    run compare "$model" "$arm" -n 2000 --replicates 4 --threads $threads --quiet -o "$scratch/r4t"
    assert "$threads threads: equal bytes" same_results "$scratch/r4" "$scratch/r4t"
done
for i in 1 2 3; do "$IPSIM" compare "$model" "$arm" -n 2000 --replicates 4 --quiet --shard $i/3 -o "$scratch/r4s"; done
run merge "$scratch"/r4s.shard-* --quiet -o "$scratch/r4m"
assert "replicates in shards: equal bytes" same_results "$scratch/r4" "$scratch/r4m"
printf '# three of them\n7\n8  # eight\n\n1e3\n' >"$scratch/seeds"
run compare "$model" "$arm" -n 1000 --seeds "$scratch/seeds" --quiet -o "$scratch/seeded"
expect 0 "--seeds"
assert "each seed has its replicate" test "$(cut -d, -f2 "$scratch/seeded/replicates.csv" | uniq | tr '\n' ' ')" = "seed 7 8 1000 "
assert "the summary says so" grep -q '3 replicates, each with a seed of its own' <(tr '\n' ' ' <"$scratch/seeded/summary.txt")
printf '7\n8\n7\n' >"$scratch/twice"
run compare "$model" "$arm" --seeds "$scratch/twice"
expect 2 "a seed twice" --err 'twice:3: .*seed 7'
printf '7\nx\n' >"$scratch/twice"
run compare "$model" "$arm" --seeds "$scratch/twice"
expect 2 "a seed that is none" --err 'twice:2: .*"x"'
run compare "$model" "$arm" --seeds "$scratch/seeds" --replicates 3
expect 2 "--seeds and --replicates" --err 'exclude'

# Until the error is small enough: the same as that many persons from the start.
run compare "$model" "$arm" -n 2000 --until-mcse qalys=0.002 -o "$scratch/until"
expect 0 "--until-mcse" --err 'after [0-9]+ persons; going on to' --err 'the error of qalys is 0.00[0-9]* after [0-9]+ persons, small enough'
persons=$(jq .persons_simulated "$scratch/until/manifest.json")
run compare "$model" "$arm" -n "$persons" --quiet -o "$scratch/fixed"
assert "the result of -n $persons" same_results "$scratch/until" "$scratch/fixed"
assert "and its error is small enough" awk -F, '
    $1 == "arm" && $3 == "all" && $4 == "qalys" && $6 == "yes" && $7 == 20 { seen = 1; bad = $9 > 0.002 } END { exit bad || !seen }' \
    "$scratch/until/differences.csv"
run compare "$model" "$arm" --until-mcse nonsense=1
expect 2 "an outcome that is not there" --err 'nonsense'
run compare "$model" "$arm" --until-mcse qalys:model=1
expect 2 "the comparator against itself" --err 'comparator'
for wrong in qalys qalys= qalys=0 qalys=-1 qalys=nan =1; do
    run compare "$model" "$arm" --until-mcse "$wrong"
    expect 2 "--until-mcse $wrong" --err 'until-mcse'
done

finish
