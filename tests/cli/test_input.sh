#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad scenarios: exit code 2, every problem with its position, nothing written. What each kind of fault says is tested in tests/invalid/.
. "$(dirname "$0")/lib.sh"

refused() { # title, file, regex...
    local title=$1 file=$2 expectations=()
    shift 2
    for regex in "$@"; do
        expectations+=(--err "$regex")
    done
    run run "$file" --output "$scratch/none"
    expect 2 "$title" "${expectations[@]}"
    assert "$title: nothing written" is_absent "$scratch/none"
    assert "$title: nothing on standard output" is_empty "$scratch/out"
    run check "$file"
    expect 2 "$title: check says so too" "${expectations[@]}"
}

refused "a file that does not exist" "$scratch/absent.cfg" 'absent\.cfg'
refused "a folder" "$scratch" 'folder|directory'
: >"$scratch/empty.cfg"
refused "an empty file" "$scratch/empty.cfg" 'empty\.cfg'
echo 'states: { well: { ' >"$scratch/syntax.cfg"
refused "a syntax error" "$scratch/syntax.cfg" 'syntax\.cfg:[0-9]+' 'IPSIM_ERR_SYNTAX'
head -c 100000 /dev/urandom >"$scratch/noise.cfg"
refused "random bytes" "$scratch/noise.cfg" 'noise\.cfg'

# Three faults, three messages, one run.
cat >"$scratch/three.cfg" <<END
extends = "$model";
simulation: { persns = 10; horizon_years = -1.0; };
transitions: { fall_ill: { to = "nowhere"; }; };
END
refused "three faults at once" "$scratch/three.cfg" 'three\.cfg:2: simulation\.persns: .*persons' 'three\.cfg:2: simulation\.horizon_years' \
    'three\.cfg:3: transitions\.fall_ill\.to: .*nowhere'

cat >"$scratch/other.cfg" <<END
extends = "$model";
simulation: { horizon_years = 11.0; };
END
run compare "$model" "$scratch/other.cfg" --output "$scratch/none"
expect 2 "arms with different horizons are not compared" --err 'horizon'
assert "incompatible arms: nothing written" is_absent "$scratch/none"
run check "$model" "$scratch/other.cfg"
expect 0 "check mentions it" --out 'warning: .*horizon_years.*11.*20'
run diff "$model" "$scratch/other.cfg"
expect 0 "diff shows the horizon" --out 'horizon_years' --out '11'

run run "$model" --set no_such_parameter=1 --output "$scratch/none"
expect 2 "--set of an unknown key" --err no_such_parameter
run run "$model" --set illness_rate=-1 --output "$scratch/none"
expect 2 "--set out of range" --err '-1'
printf 'extends = "%s";\nparameters: { one_more = 1.0; };\n' "$model" >"$scratch/arm.cfg"
run compare "$model" "$scratch/arm.cfg" --set illness_rate=abc --output "$scratch/none"
expect 2 "--set that both arms refuse is said once" --err 'there is no parameter "abc"' --err '1 problem in --set'
run check "$model" "$scratch/arm.cfg" --set illness_rate=abc
expect 2 "check says so once, too" --err 'there is no parameter "abc"' --err '1 problem in --set'
assert "bad settings: nothing written" is_absent "$scratch/none"
run show "$model" --set illness_rate=0.125
expect 0 "--set is seen by show" --out '0\.125'


# One loader for every command: a setting goes to the scenarios that know its key, in full or short, and one that none knows is an error.
arm=$scratch/only.cfg
cat >"$arm" <<END
extends = "$PWD/tests/cli/arm.cfg";
parameters: { c_only: { value = 1.0; source = "made up"; status = "assumed"; }; };
rewards: { only: { kind = "resource"; payer = "health"; per = "year"; amount = "c_only"; }; };
END
for key in c_only parameters.c_only.value; do
    for command in "run -n 10 -q -o $scratch/set" "compare -n 10 -q -o $scratch/set" check diff replay; do
        # shellcheck disable=SC2086 # words of a command
        run $command "$model" "$arm" --set $key=2.5
        expect 0 "${command%% *}: --set $key, which one arm knows"
    done
    run diff "$model" "$arm" --set $key=2.5
    assert "--set $key reaches that arm" grep -Eq '^parameters.c_only.value +2\.5' "$scratch/out"
done
for command in "run -o $scratch/none" "compare -o $scratch/none" check diff replay; do
    # shellcheck disable=SC2086 # words of a command
    run $command "$model" "$arm" --set parameters.c_onle.value=2.5
    expect 2 "${command%% *}: --set of a key that no arm knows" --err 'c_onle"' --err 'did you mean "c_only"'
done
run compare "$model" "$arm" --set start_state=programme --output "$scratch/none"
expect 2 "a value that is wrong is not passed over" --err 'start_state: .*programme'

# A file may be good only with a setting.
cat >"$scratch/gap.cfg" <<END
extends = "$model";
simulation: { horizon_years = { remove = true; }; };
END
cat >"$scratch/gap-arm.cfg" <<END
extends = "$arm";
simulation: { horizon_years = { remove = true; }; };
END
run check "$scratch/gap.cfg"
expect 2 "a horizon is missing" --err horizon_years
for command in "run -n 10 -q -o $scratch/set" "compare -n 10 -q -o $scratch/set" check diff replay; do
    # shellcheck disable=SC2086 # words of a command
    run $command "$scratch/gap.cfg" "$scratch/gap-arm.cfg" --set simulation.horizon_years=20 --set c_only=1
    expect 0 "${command%% *}: what is missing may come from --set"
done
run show "$scratch/gap.cfg" --set simulation.horizon_years=20
expect 0 "show: what is missing may come from --set" --out 'horizon_years +20'

# What a file is called, or a command line says, cannot command the terminal on which the message is read.
run check "$scratch/"$'\e[2J\a.cfg'
expect 2 "a file name full of control characters" --err '\?\[2J\?\.cfg'
assert "none of them is printed" sh -c "! grep -q '[[:cntrl:]]' '$scratch/err'"
cp "$model" "$scratch/"$'good\e[2J.cfg'
run check "$scratch/"$'good\e[2J.cfg'
expect 0 "such a name, and a good scenario in it" --out 'good\?\[2J\.cfg: ok'

run check "$model"
expect 0 "a good scenario passes"
run check "$model" --strict
expect 0 "and has no warnings"

# What the fast engine has no kernel for is named, once for a transition out of several states, and is no warning.
cat >"$scratch/slow.cfg" <<'END'
name = "slow";
simulation: { persons = 10; horizon_years = 5.0; };
states: { well: {}; ill: {}; dead: { role = "dead"; }; };
start_state = "well";
transitions: {
    fall_ill: { from = "well"; to = "ill"; hazard: { family = "log_normal"; meanlog = 1.2; sdlog = 0.3; }; };
    die: { from = ["well", "ill"]; to = "dead";
        hazard: { family = "gamma"; shape = 2; rate = 0.1; }; };
};
events: { visit: { states = ["well", "ill"]; hazard: { family = "generalised_gamma"; mu = 0; sigma = 1; q = 0.5; }; }; };
END
run check "$scratch/slow.cfg"
expect 0 "a law that runs one person at a time is named" --out 'note: .*slow\.cfg:[0-9]+: transitions\.die: its law \(gamma\) runs one person' \
    --out 'note: .*slow\.cfg:[0-9]+: events\.visit: its law \(generalised_gamma\)'
assert "once, and no other is" sh -c "[ \"\$(grep -c '^note: ' '$scratch/out')\" = 2 ]"
run check "$scratch/slow.cfg" --json
expect 0 "the same for programs" --out '"note"' --out 'transitions\.die'
run check "$model"
assert "a model of laws with kernels has no notes" sh -c "! grep -q '^note' '$scratch/out'"

# A relative parent is found beside the file that names it, wherever the program is started.
mkdir -p "$scratch/below/deeper"
cp "$model" "$scratch/below/base.cfg"
cp tests/cli/*.csv "$scratch/below/" 2>/dev/null
echo 'extends = "../base.cfg";' >"$scratch/below/deeper/arm.cfg"
cd / || exit 1
run check "$scratch/below/deeper/arm.cfg"
expect 0 "a parent is found relative to its child"

finish
