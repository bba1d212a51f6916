#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a run leaves on the disk and prints: whole, the same for any number of threads, and nothing where it fails.
. "$(dirname "$0")/lib.sh"
arm=tests/cli/arm.cfg
out=$scratch/results

run compare "$model" "$arm" -n 3000 --threads 1 --output "$out"
expect 0 "compare" --out 'per 1 ?000'
assert "every file is there and whole" is_whole "$out"
assert "compare writes differences" test -s "$out/differences.csv"
assert "the summary printed is the summary written" grep -qFf <(grep -m 1 '[a-z]' "$out/summary.txt") "$scratch/out"
assert "the columns of results.csv" grep -qx 'scenario,subgroup,outcome,payer,discounted,year,estimate,mcse,unit' <(head -n 1 "$out/results.csv")
assert "the columns of differences.csv" grep -qx 'scenario,comparator,subgroup,outcome,payer,discounted,year,estimate,mcse,unit' \
    <(head -n 1 "$out/differences.csv")
for outcome in qalys life_years cost; do
    assert "results.csv has $outcome" grep -q ",$outcome," "$out/results.csv"
done
assert "the manifest tells seed, commit and command" jq -e '[.. | strings] | any(contains("compare"))' "$out/manifest.json"
assert "no number is NaN or infinite" sh -c "! grep -Ei '(^|,)-?(nan|inf)(inity)?(,|\$)' '$out'/*.csv"

for threads in 2 3 7; do
    run compare "$model" "$arm" -n 3000 --threads $threads --quiet --output "$scratch/threads$threads"
    expect 0 "compare with $threads threads"
    assert "$threads threads: equal bytes" same_results "$out" "$scratch/threads$threads"
done
assert "--quiet prints nothing" is_empty "$scratch/out"
assert "--quiet is quiet on standard error too" is_empty "$scratch/err"
if [ "$(LC_ALL=nb_NO.UTF-8 bash -c 'printf %.1f 1,5' 2>/dev/null)" = 1,5 ]; then
    LC_ALL=nb_NO.UTF-8 run compare "$model" "$arm" -n 3000 --quiet --output "$scratch/norwegian"
    assert "a decimal comma in the locale changes nothing" same_results "$out" "$scratch/norwegian"
else
    skip "a decimal comma in the locale" "nb_NO.UTF-8 is not installed here"
fi
run compare "$model" "$arm" -n 3000 --quiet --seed 8 --output "$scratch/seed"
assert "another seed gives other numbers" sh -c "! cmp -s '$out/results.csv' '$scratch/seed/results.csv'"
run compare "$model" "$arm" -n 3000 --quiet --replicate 1 --output "$scratch/replicate"
assert "another replicate gives other numbers" sh -c "! cmp -s '$out/results.csv' '$scratch/replicate/results.csv'"

# Replaced whole: what an earlier run left, and the later one does not write, is gone.
run run "$model" -n 200 --quiet --output "$out"
expect 0 "a second run into the same folder"
assert "the second result is whole" is_whole "$out"
assert "nothing of the first is left" is_absent "$out/differences.csv"
assert "no leftovers beside it" sh -c "! ls -A '$scratch' | grep -q '^\.'"
mkdir "$scratch/mine"
echo precious >"$scratch/mine/thesis.txt"
run run "$model" -n 200 --output "$scratch/mine"
expect 1 "a folder that is not ours is not replaced" --err 'mine'
assert "and is untouched" grep -qx precious "$scratch/mine/thesis.txt"
mkdir "$scratch/keep"
echo '{"name":"web app"}' >"$scratch/keep/manifest.json"
echo precious >"$scratch/keep/thesis.txt"
run run "$model" -n 200 --output "$scratch/keep"
expect 1 "a manifest of another program makes no result" --err 'keep: .*not one of ipsim'
assert "and the folder is untouched" grep -qx precious "$scratch/keep/thesis.txt"
jq -r '.files[]' "$out/manifest.json" >"$scratch/listed"
assert "the manifest lists every file of the result" diff "$scratch/listed" <(find "$out" -type f -printf '%f\n' | LC_ALL=C sort)
echo mine >"$out/notes.txt"
run run "$model" -n 200 --output "$out"
expect 1 "a result that holds somebody's notes is not replaced" --err '"notes\.txt".*move'
assert "and the notes are untouched" grep -qx mine "$out/notes.txt"
rm "$out/notes.txt"
for path in / . .. "$scratch/."; do
    run run "$model" -n 200 --output "$path"
    expect 2 "--output $path is a mistake of the command line" --err 'a name of its own'
done
run run "$model" -n 200 --output "$scratch/new/er/keep/../../../keep"
expect 1 "a run that is refused below folders that were not there" --err 'not one of ipsim'
assert "removes the folders that it made" is_absent "$scratch/new"
run run "$model" -n 200 --quiet --output "$scratch/a/b/c"
assert "folders above it are made" is_whole "$scratch/a/b/c"
run run "$model" -n 200 --quiet --output "$scratch/slash/"
assert "a slash at the end is fine" is_whole "$scratch/slash"
echo text >"$scratch/file"
run run "$model" -n 200 --output "$scratch/file"
expect 1 "a file where the folder should be" --err 'file'
run run "$model" -n 200 --output "$scratch/file/below"
expect 1 "a folder below a file" --err 'file'
assert "the file is untouched" grep -qx text "$scratch/file"

run run "$model" -n 200 --json --output "$scratch/json"
expect 0 "--json"
assert "--json prints JSON and nothing else" jq -e .results "$scratch/out"
run show "$model" --json
assert "show --json is JSON" jq -e . "$scratch/out"
run diff "$model" "$arm" --json
assert "diff --json is JSON" jq -e . "$scratch/out"
run check "$model" --json
assert "check --json is JSON" jq -e . "$scratch/out"
run replay "$model" "$arm" --person 3 --json
assert "replay --json is JSON" jq -e . "$scratch/out"
run replay "$model" "$arm" --person 3
expect 0 "replay tells both histories" --out model --out arm --out enter

# Standard output that cannot be written is an error of its own and spoils no result.
code=0
limit "$IPSIM" run "$model" -n 200 --output "$scratch/full" >/dev/full 2>"$scratch/err" || code=$?
: >"$scratch/out"
expect 1 "a full standard output" --err '.'
code=0
limit "$IPSIM" show "$model" >/dev/full 2>"$scratch/err" || code=$?
expect 1 "show to a full standard output" --err '.'
run run "$model" -n 200 --quiet --output "$scratch/open"
limit "$IPSIM" run "$model" -n 200 --output "$scratch/closed" >&- 2>/dev/null
assert "a closed standard output spoils no file" same_results "$scratch/open" "$scratch/closed"
limit "$IPSIM" run "$model" -n 200 --output "$scratch/closed" </dev/null >&- 2>&-
assert "nor does a closed standard error" same_results "$scratch/open" "$scratch/closed"

# The first lines are enough for `head`; the program must not complain that nobody reads on.
limit "$IPSIM" show "$model" 2>"$scratch/err" | head -n 1 >/dev/null
status=("${PIPESTATUS[@]}")
assert "a reader that stops: quiet" is_empty "$scratch/err"
assert "a reader that stops: no failure but SIGPIPE (exit code ${status[0]})" sh -c "case ${status[0]} in 0 | 141) ;; *) exit 1 ;; esac"

# A full disk: a small file system of its own. Where it can be, it is seen by nobody else and gone with its process.
mkdir "$scratch/disk"
mount_disk='mount -t tmpfs -o size=$3k none "$2"'
use_disk='{ "$1" run "$4" -n 200 --output "$2/new"; code=$?; ls -A "$2"; umount "$2"; exit $code; }'
apart=none
for way in "unshare -m" "unshare -rm" "env"; do
    if $way sh -c "$mount_disk && umount \"\$2\"" sh "" "$scratch/disk" 64 2>/dev/null; then
        apart=$way
        break
    fi
done
on_disk() { # kilobytes
    code=0
    # shellcheck disable=SC2086 # words of a command
    limit $apart sh -c "$mount_disk && $use_disk" sh "$IPSIM" "$scratch/disk" "$1" "$model" >"$scratch/out" 2>"$scratch/err" || code=$?
}
if [ "$apart" = none ]; then
    skip "a full disk" "this machine forbids mounting"
else
    for size in 4 16 40 64 100; do
        on_disk $size
        expect 1 "a disk of $size kB is too small" --err 'space|full|write'
        assert "a disk of $size kB: no hidden path in the message" sh -c "! grep -q 'partial' '$scratch/err'"
        assert "a disk of $size kB: nothing half-written" sh -c "! grep -q 'new' '$scratch/out'"
    done
    on_disk 10000
    assert "a disk of 10 MB is large enough" grep -qx new "$scratch/out"
fi

# A limit of file size kills by a signal, unless the program asks to be told. The units of -f are kB here.
for size in 0 1 8 20; do
    code=0
    (ulimit -f "$size" && exec "$IPSIM" run "$model" -n 200 --output "$scratch/limited/new" >"$scratch/out" 2>"$scratch/limited.err") </dev/null || code=$?
    cp "$scratch/limited.err" "$scratch/err"
    expect 1 "files of at most $size kB"
    assert "files of at most $size kB: nothing is left" is_absent "$scratch/limited"
done

# A folder one may not write: as root no folder is closed, so the program runs as nobody then.
mkdir "$scratch/closed_folder"
chmod 555 "$scratch/closed_folder"
cp "$IPSIM" "$scratch/ipsim"
cp tests/cli/*.cfg "$scratch/"
as_nobody=()
[ "$(id -u)" != 0 ] || as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
if "${as_nobody[@]}" "$scratch/ipsim" version >/dev/null 2>&1; then
    code=0
    limit "${as_nobody[@]}" "$scratch/ipsim" run "$scratch/model.cfg" -n 200 --output "$scratch/closed_folder/new" >"$scratch/out" 2>"$scratch/err" ||
        code=$?
    expect 1 "a folder without permission" --err 'permission|denied|writ'
    assert "a folder without permission: nothing written" sh -c "[ -z \"\$(ls -A '$scratch/closed_folder')\" ]"
    chmod 000 "$scratch/model.cfg"
    code=0
    limit "${as_nobody[@]}" "$scratch/ipsim" check "$scratch/model.cfg" >"$scratch/out" 2>"$scratch/err" || code=$?
    expect 2 "a scenario without permission" --err 'permission|denied|read'
else
    skip "folders without permission" "cannot run the program as another user"
fi

finish
