#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A run with a journal that is killed, interrupted, or meets a full disk or a damaged journal, and is resumed: the bytes of an unbroken run.
. "$(dirname "$0")/lib.sh"
arm=tests/cli/arm.cfg
journal=$scratch/.r.journal

start() { begin "$IPSIM" "${args[@]}" "$@"; }
# A journal of so many records, of a run that was killed. False when it came to its end before.
# shellcheck disable=SC2317 # called by others
make_journal() {
    rm -rf "$journal" "$scratch/r"
    start --checkpoint
    has_kept "$journal" $(($1 - 1))
    end KILL
    [ "$code" = 137 ]
}

# So many persons that six records are kept, however busy the machine was a moment ago and is now; three will do below.
persons=$(persons_for 4)
for _ in 1 2 3 4; do
    args=(compare "$model" "$arm" -n "$persons" --quiet --output "$scratch/r")
    ! make_journal 6 || break
    persons=$((3 * persons))
done
rm -rf "$journal" "$scratch/r"
run compare "$model" "$arm" -n "$persons" --quiet --output "$scratch/whole"
expect 0 "the run to be disturbed ($persons persons)"

pause() { sleep "$(printf '0.%03d' $(($1 + RANDOM % $2)))"; }
resume() { # title
    run "${args[@]}" --resume
    expect 0 "$1: resumed"
    assert "$1: the bytes of an unbroken run" same_results "$scratch/whole" "$scratch/r"
    assert "$1: the journal is gone" is_absent "$journal"
    rm -rf "$scratch/r"
}

# SIGKILL at 50 random moments, half of them soon after a record; every run goes on where the one before it was killed, and is checked whenever
# one gets to its end.
RANDOM=20260102
finished=0 broken=0 resumed=0
for i in $(seq 1 50); do
    records=$(records_in "$journal")
    [ "$records" = 0 ] || resumed=$((resumed + 1))
    start --resume
    if [ $((i % 2)) = 0 ]; then
        has_kept "$journal" "$records" && pause 1 200
    else
        pause 1 800
    fi
    end KILL
    if [ -e "$scratch/r" ]; then
        finished=$((finished + 1))
        same_results "$scratch/whole" "$scratch/r" >/dev/null && is_whole "$scratch/r" >/dev/null || broken=$((broken + 1))
        rm -rf "$scratch/r"
    fi
done
assert "50 SIGKILLs: no result is broken ($finished finished, $resumed times something to resume)" test $broken = 0 -a $resumed -ge 10
resume "after 50 SIGKILLs"

# A journal to be tampered with.
assert "a killed run leaves a journal" make_journal 3
cp "$journal" "$scratch/good"
run "${args[@]}" --checkpoint
expect 2 "without --resume a journal is not overwritten" --err '--resume'
assert "and is untouched" cmp "$journal" "$scratch/good"
run "${args[@]}" --resume --seed 8
expect 2 "a journal of another seed" --err 'another run.*seed 7.*seed 8'
run "${args[@]}" --resume --set c_ill=1
expect 2 "a journal of another scenario" --err 'another run.*scenario "model"'
run "${args[@]}" --resume --shard 1/2
expect 0 "a shard has a journal of its own"
run "${args[@]}" --shard 1/2 --checkpoint="$journal" --resume
expect 2 "a journal of the whole is none of a shard" --err 'shard 1 of 1.*shard 1 of 2'
assert "after all this it is untouched" cmp "$journal" "$scratch/good"
rm -f "$scratch"/*.ipsim

size=$(stat -c %s "$scratch/good")
head -c $((size - 10)) "$scratch/good" >"$journal"
run "${args[@]}" --resume
expect 0 "a record cut short is told" --err 'cut short'
head -c $((size - 10)) "$scratch/good" >"$journal"
resume "a journal cut short"
second=$(LC_ALL=C grep -abo IPRC "$scratch/good" | sed -n 2p) # where the second record begins; its head is shorter than 200 bytes
for at in $((${second%%:*} + 200)) $((size - 100)); do
    cp "$scratch/good" "$journal"
    printf 'XX' | dd of="$journal" bs=1 seek=$at conv=notrunc 2>/dev/null
    cp "$journal" "$scratch/bad"
    run "${args[@]}" --resume
    expect 0 "a damaged record is named (byte $at)" --err 'record at byte [0-9]+ \(units [0-9]+ to [0-9]+'
    cp "$scratch/bad" "$journal"
    resume "a damaged record (byte $at)"
done
# With standard error closed, what is told of the damage must not get into the journal, which could have got its number.
cp "$scratch/bad" "$journal"
bash -c 'exec "$@" 2>&-' - "$IPSIM" "${args[@]}" --resume &
pid=$!
assert "standard error closed, killed after a record" has_kept "$journal" "$(records_in "$scratch/bad")"
end KILL
assert "what is told of a damaged record is not in the journal" sh -c "! grep -aq 'simulated again' '$journal'"
resume "standard error closed"
broken=0
for _ in $(seq 1 8); do
    at=$((600 + RANDOM * 32768 % (size - 600)))
    cp "$scratch/good" "$journal"
    byte=$(od -An -tu1 -j $at -N 1 "$journal")
    printf '%b' "\\x$(printf %x $((byte ^ (1 << RANDOM % 8))))" | dd of="$journal" bs=1 seek=$at conv=notrunc 2>/dev/null
    run "${args[@]}" --resume
    if [ "$code" = 0 ]; then
        same_results "$scratch/whole" "$scratch/r" >/dev/null || broken=$((broken + 1))
    elif [ "$code" != 2 ] || ! grep -q damaged "$scratch/err"; then
        broken=$((broken + 1)) # the head may be hit: then it is refused
    fi
    rm -rf "$scratch/r"
done
assert "8 flipped bits: the right bytes, or a refusal" test $broken = 0
cp "$scratch/good" "$journal"
printf 'X' | dd of="$journal" bs=1 seek=60 conv=notrunc 2>/dev/null
run "${args[@]}" --resume
expect 2 "a damaged head" --err 'head.*damaged'
head -c 50 "$scratch/good" >"$journal"
resume "a journal cut short within its head"
: >"$journal"
resume "an empty journal"
echo "this is a letter" >"$journal"
run "${args[@]}" --resume
expect 2 "a letter" --err 'not a partial result or journal'
run "${args[@]}" --checkpoint
expect 2 "a letter is not called a run that may be given up" --err 'not a partial result or journal'
assert "is left alone" grep -q letter "$journal"
rm -f "$journal"

# Ctrl-C and SIGTERM: what is finished is kept, and the command that goes on with it is printed.
for signal in INT TERM; do
    start --checkpoint
    has_kept "$journal" 0
    end $signal
    expect 130 "SIG$signal with a journal" --err 'interrupted' --err 'ipsim compare --resume .*--checkpoint'
    assert "SIG$signal: no result yet" is_absent "$scratch/r"
    before=$(stat -c %s "$journal")
    command=$(sed -n 's/^  ipsim //p' "$scratch/err")
    code=0
    (eval "limit '$IPSIM' $command") >"$scratch/out" 2>"$scratch/err" || code=$?
    expect 0 "SIG$signal: the printed command goes on (from $before bytes)"
    assert "SIG$signal: the bytes of an unbroken run" same_results "$scratch/whole" "$scratch/r"
    rm -rf "$scratch/r"
done

# Other ways of running share it.
disturbed() { # title, command...: killed three times, then left in peace
    local times=0 i
    run "${@:2}" --output "$scratch/whole_of_it"
    expect 0 "$1: the run to be disturbed"
    for i in 1 2 3; do
        ! killed "$journal" "$IPSIM" "${@:2}" --output "$scratch/r" --resume --threads $i || times=$((times + 1))
    done
    assert "$1: killed three times in the middle" test $times = 3
    run "${@:2}" --output "$scratch/r" --resume
    expect 0 "$1: resumed"
    assert "$1: the bytes of an unbroken run" same_results "$scratch/whole_of_it" "$scratch/r"
    rm -rf "$scratch/r" "$scratch/whole_of_it"
}
replicates=$(size_for 4 100 "$IPSIM" compare "$model" "$arm" -n 3000 --quiet --output "$scratch/probe" --replicates)
disturbed "$replicates replicates" compare "$model" "$arm" -n 3000 --quiet --replicates "$replicates"
error=$(awk -F, '$3 == "all" && $4 == "qalys" && $6 == "yes" { error = $9 } END { print error }' "$scratch/whole/differences.csv")
disturbed "as many persons as give the error of $persons" compare "$model" "$arm" -n 5000 --quiet --until-mcse "qalys=$error"

# Two runs into one folder: the journal keeps the second out; without one the last to finish wins, whole.
start --checkpoint
has_kept "$journal" 0
kill -STOP $pid
run "${args[@]}" --resume
expect 1 "a second run with the same journal" --err 'another run is writing this journal'
kill -CONT $pid
code=0
wait -f $pid || code=$? # without -f, the stop that bash hears of late would end the wait
assert "the first is not disturbed" same_results "$scratch/whole" "$scratch/r"
start
first=$pid
start
wait $pid $first
assert "two runs into one folder: one whole result" same_results "$scratch/whole" "$scratch/r"
assert "and no leftovers" sh -c "! ls -A '$scratch' | grep -q '^\.r\.'"

# A disk that is full: the journal stops, the run goes on; what cannot be written at the end can be when there is room.
inside='mount -t tmpfs -o size=$1k none "$2" && shift && d=$1 && shift && {
    "$@" --output "$d/r" --checkpoint 2>"$d.err1"; echo "$?" >"$d.code1"; ls -A "$d" >"$d.ls"
    mount -o remount,size=20m "$d" && "$@" --output "$d/r" --resume 2>"$d.err2"; echo "$?" >"$d.code2"; cp -R "$d/r" "$d.copy"; }'
mkdir "$scratch/disk"
if unshare -rm sh -c 'mount -t tmpfs -o size=64k none "$1"' sh "$scratch/disk" 2>/dev/null; then
    for size in 4 24 44; do
        rm -rf "$scratch/disk.copy"
        limit unshare -rm sh -c "$inside" sh $size "$scratch/disk" "$IPSIM" compare "$model" "$arm" -n "$persons" --quiet >/dev/null 2>&1
        assert "a disk of $size kB: exit code 1" grep -qx 1 "$scratch/disk.code1"
        assert "a disk of $size kB: the reason is told" grep -Eiq 'full|space' "$scratch/disk.err1"
        assert "a disk of $size kB: nothing half-written" sh -c "! grep -qx r '$scratch/disk.ls'"
        assert "a disk of $size kB: with room it goes on" grep -qx 0 "$scratch/disk.code2"
        assert "a disk of $size kB: the bytes of an unbroken run" same_results "$scratch/whole" "$scratch/disk.copy"
    done
else
    skip "a full disk" "this machine forbids mounting"
fi

run "${args[@]}" --checkpoint="$scratch/absent/journal"
expect 1 "a journal in a folder that is not there" --err 'absent/journal'
# The same where mounting is forbidden: files may not grow beyond a limit.
for blocks in 1 8; do
    rm -rf "$scratch/r"
    code=0
    (ulimit -f $blocks && limit "$IPSIM" "${args[@]}" --checkpoint) >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
    expect 1 "files of at most $blocks kB: exit code 1 and the reason" --err 'larger than files may be|too large'
    assert "files of at most $blocks kB: nothing half-written" is_absent "$scratch/r"
    resume "files of at most $blocks kB"
done

for inside in whole/journal whole/../whole/./journal not-yet/journal not-yet; do
    run compare "$model" "$arm" -n 100 --output "$scratch/${inside%%/*}" --checkpoint="$scratch/$inside"
    expect 2 "a journal in the output folder ($inside)" --err 'cannot lie in the output folder'
done
run compare "$model" "$arm" -n 100 --shard 1/2 --output "$scratch/r" --checkpoint="$scratch/r.shard-1-of-2.ipsim"
expect 2 "a journal where the shard will lie" --err 'cannot lie where the shard will'
mkdir "$scratch/closed"
cp "$IPSIM" "$scratch/ipsim"
cp tests/cli/*.cfg "$scratch/"
chmod 555 "$scratch/closed"
as_nobody=()
[ "$(id -u)" != 0 ] || as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
if "${as_nobody[@]}" "$scratch/ipsim" version >/dev/null 2>&1; then
    code=0
    limit "${as_nobody[@]}" "$scratch/ipsim" run "$scratch/model.cfg" -n 1e9 --checkpoint -o "$scratch/closed/x" >"$scratch/out" 2>"$scratch/err" || code=$?
    expect 1 "a read-only output folder is known before the work" --err 'denied|permission'
else
    skip "a read-only output folder" "cannot run the program as another user"
fi

finish
