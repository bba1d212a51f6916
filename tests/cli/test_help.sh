#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Help, version, and what the command line refuses.
. "$(dirname "$0")/lib.sh"

commands="run compare dsa cea voi check show diff replay help version"

for command in $commands; do
    run help "$command"
    cp "$scratch/out" "$scratch/first"
    expect 0 "help $command explains it, with an example" --out "ipsim $command" --out "example"
    run "$command" --help
    assert "$command --help says the same" cmp "$scratch/out" "$scratch/first"
done

run --help
expect 0 "--help lists the commands" --out run --out compare --out check --out show --out diff --out replay --out "exit"
run help
expect 0 "help lists the commands" --out compare
run version
expect 0 "version prints a number and the commit" --out '[0-9]+\.[0-9]+\.[0-9]+'
run --version
expect 0 "--version does as well" --out '[0-9]+\.[0-9]+\.[0-9]+'
run help scenario
expect 0 "help scenario lists the keys of a scenario file" --out transitions --out horizon_years --out parameters
run help scenario transitions
expect 0 "help scenario transitions lists one section" --out hazard
run help scenario transitoins
expect 2 "help on a section that does not exist" --err transitoins

# Nothing but the option of a command is refused by it; options that mean the same have the same letter.
for command in run compare dsa; do
    run "$command" --help
    expect 0 "$command takes the common options" --out '-n' --out '--persons' --out '--seed' --out '--replicate' --out '--threads' --out '-o' \
        --out '--output' --out '--set' --out '--quiet' --out '--json'
done

run
expect 2 "no command" --err "help"
assert "no command: nothing on standard output" is_empty "$scratch/out"
run comapre a.cfg b.cfg
expect 2 "an unknown command names the nearest" --err comapre --err '\bcompare\b'
run run --pesrons 10 "$model"
expect 2 "an unknown option names the nearest" --err pesrons --err '--persons'
run run -Z "$model"
expect 2 "an unknown letter" --err 'Z'
run run
expect 2 "run without a scenario"
run compare "$model"
expect 2 "compare with one scenario" --err "compare"
run diff "$model"
expect 2 "diff with one scenario"
run show "$model" "$model"
expect 2 "show with two scenarios"
run check --persons 10 "$model"
expect 2 "an option of another command" --err persons

for value in 0 -5 ten 1.5 1e400 nan '' 99999999999999999999; do
    run run "$model" --persons "$value" --output "$scratch/none"
    expect 2 "--persons '$value' is refused" --err persons
done
run run "$model" --threads 0 --output "$scratch/none"
expect 2 "--threads 0 is refused" --err threads
run run "$model" --output
expect 2 "an option without its value" --err output
run run "$model" --set nonsense --output "$scratch/none"
expect 2 "--set without =" --err set
assert "none of these wrote anything" is_absent "$scratch/none"

run run "$model" --quiet --persons=1e2 --output="$scratch/equals"
expect 0 "--option=value and 1e2 are understood"
cd "$scratch" || exit 1
cp "$model" -- ./-odd.cfg
run run --quiet -n 100 -o "$scratch/dashes" -- -odd.cfg
expect 0 "-- ends the options"

finish
