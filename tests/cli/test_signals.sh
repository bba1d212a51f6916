#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A run that is stopped: SIGKILL leaves the old result or none, SIGINT keeps what is finished and says so.
. "$(dirname "$0")/lib.sh"

# How long a small run takes decides when to kill.
started=$(date +%s%N)
run run "$model" -n 20000 --quiet --output "$scratch/reference"
expect 0 "the run to be disturbed"
milliseconds=$((($(date +%s%N) - started) / 1000000 + 1))

kill_once() { # seconds
    "$IPSIM" run "$model" -n 20000 --quiet --output "$scratch/killed" >/dev/null 2>&1 </dev/null &
    local pid=$!
    sleep "$1"
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    # How long a run takes changes with whatever else the machine does, so the guess follows.
    if [ $? = 137 ]; then
        killed=$((killed + 1))
        milliseconds=$((milliseconds * 21 / 20 + 1))
    else
        milliseconds=$((milliseconds * 9 / 10 + 1))
    fi
}

# Half of the moments are near the end of the run, where the files are written.
RANDOM=20260101
broken="" killed=0
i=0
while [ $((i += 1)) -le 30 ] || { [ $killed -lt 5 ] && [ $i -le 200 ]; }; do
    moment=$((RANDOM % (milliseconds * 13 / 10 + 1)))
    [ $((i % 2)) = 0 ] || moment=$((milliseconds * 7 / 10 + RANDOM % (milliseconds * 6 / 10 + 2)))
    kill_once "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
    if [ -e "$scratch/killed" ]; then
        same_results "$scratch/reference" "$scratch/killed" >/dev/null && is_whole "$scratch/killed" >/dev/null ||
            broken="$broken $moment ms"
        [ $((i % 3)) != 0 ] || rm -rf "$scratch/killed"
    fi
done
assert "SIGKILL at $((i - 1)) moments leaves the whole result or none (broken at:${broken:- none})" test -z "$broken"
assert "at least five of them were killed before the end ($killed were)" test $killed -ge 5
run run "$model" -n 20000 --quiet --output "$scratch/killed"
assert "a later run puts the whole result there" same_results "$scratch/reference" "$scratch/killed"
assert "and removes what the killed ones left" sh -c "! ls -A '$scratch' | grep -q '^\.'"

interrupt() { # hundredths of a second of work until the signal, signal, then the options
    begin "$IPSIM" run "$model" "${@:3}"
    has_worked "$1"
    kill "-$2" $pid
    code=0
    # A run that ignores the signal would last for hours.
    (sleep 60 && kill -KILL $pid) 2>/dev/null &
    local watchdog=$!
    wait $pid || code=$?
    kill -KILL -- -$watchdog 2>/dev/null
    wait $watchdog 2>/dev/null
}

# A whole result of an earlier run must survive the interruption of a later one; what that one finished goes beside it.
run run "$model" -n 200 --quiet --output "$scratch/wanted"
cp -r "$scratch/wanted" "$scratch/before"
interrupt 150 INT -n 1e9 --output "$scratch/wanted"
expect 130 "SIGINT" --err 'interrupted' --err '[0-9].* of 1 000 000 000 persons' --err 'wanted-interrupted' --err 'again'
assert "the earlier result is untouched" diff -r "$scratch/before" "$scratch/wanted"
kept=$scratch/wanted-interrupted
assert "what was finished is kept, whole" is_whole "$kept"
persons=$(sed -nE 's/.*--persons ([0-9]+).*/\1/p' "$scratch/err" | head -n 1)
if [ -n "$persons" ] && [ "$persons" -gt 0 ] && [ "$persons" -lt 1000000000 ]; then
    ok "it says how many persons ($persons)"
    assert "the manifest says so too" jq -e --argjson n "$persons" '[.. | numbers] | any(. == $n)' "$kept/manifest.json"
    run run "$model" -n "$persons" --quiet --output "$scratch/again"
    assert "it is the result of a run of that many persons" same_results "$kept" "$scratch/again"
else
    not_ok "it says how many persons" "$(cat "$scratch/err")"
fi
interrupt 150 INT -n 1e9 --output "$scratch/wanted"
assert "a second interruption replaces the first" is_whole "$kept"
echo mine >"$kept/notes.txt"
interrupt 150 INT -n 1e9 --output "$scratch/wanted"
expect 130 "a third one, after somebody put notes there" --err 'wanted-interrupted-2'
assert "is kept beside it" is_whole "$kept-2"
assert "and the notes are untouched" grep -qx mine "$kept/notes.txt"
interrupt 150 TERM -n 1e9 --quiet --output "$scratch/terminated"
assert "SIGTERM ends the run (exit code $code)" sh -c "case $code in 130 | 143) ;; *) exit 1 ;; esac"
assert "SIGTERM: what is kept is whole" is_whole "$scratch/terminated-interrupted"
assert "and nothing stands under the name of a whole result" is_absent "$scratch/terminated"
interrupt 100 HUP -n 1e9 --quiet --output "$scratch/hung_up"
expect 130 "a closed terminal or connection (SIGHUP)" --err 'hung_up-interrupted'
assert "SIGHUP: what is kept is whole" is_whole "$scratch/hung_up-interrupted"
trap '' HUP # as nohup does
interrupt 30 HUP -n "$(persons_for 2)" --quiet --output "$scratch/nohup"
trap - HUP
expect 0 "a run that was told to outlive its terminal does"

finish
