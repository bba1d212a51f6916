#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ipsim describe: the folder it writes, every picture it names, and what goes wrong.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

run describe "$model" -o "$scratch/model" -n 200
expect 0 "a scenario is described" --out 'none failed'
# shellcheck disable=SC2317 # called by assert
pictures_exist() { # every picture that the Markdown shows lies beside it
    local picture n=0
    while read -r picture; do
        [ -s "$scratch/model/$picture" ] || return 1
        n=$((n + 1))
    done < <(sed -n 's/^!\[.*\](\(.*\))$/\1/p' "$scratch/model/description.md")
    [ "$n" -ge 2 ]
}
assert "every picture of the Markdown lies beside it" pictures_exist
assert "the checks are a table" grep -q '^domain,check,change,expected,found,verdict$' "$scratch/model/checks.csv"
# shellcheck disable=SC2016
assert "the manifest lists every file" bash -c 'cd "$1" && [ "$(jq -r ".files[]" manifest.json | sort)" = "$(ls | sort)" ]' _ "$scratch/model"
assert "the page needs nothing from elsewhere" bash -c '! grep -Eq "(src|href)=\"https?:|@import|url\(" "$1"' _ "$scratch/model/description.html"

run describe "$model" -o "$scratch/again" -n 200
assert "the same scenario gives the same page" cmp "$scratch/model/description.html" "$scratch/again/description.html"

run describe "$model" -o "$scratch/bare" --no-checks --quiet
expect 0 "without checks, quietly"
assert "nothing is said" test ! -s "$scratch/out"
assert "there is no table of checks" test ! -e "$scratch/bare/checks.csv"

run describe "$model" -o "$scratch/set" --no-checks --set illness_rate=0.25
assert "what --set changes is what is described" grep -q '0\.25' "$scratch/set/description.md"

# Graphviz takes the longer the more arrows there are: from each of 30 states to every other, minutes, unless it is told not to try so hard.
{
    echo 'title = "dense"; simulation: { persons = 10; horizon_years = 1.0; }; start_state = "s1"; states: {'
    for i in $(seq 30); do echo "s$i: {};"; done
    echo '}; transitions: {'
    for i in $(seq 30); do for j in $(seq 30); do
        [ "$i" = "$j" ] || echo "t${i}_$j: { from = \"s$i\"; to = \"s$j\"; hazard: { family = \"exponential\"; rate = 0.1; }; };"
    done; done
    echo '};'
} >"$scratch/dense.cfg"
run describe "$scratch/dense.cfg" -o "$scratch/dense" --no-checks --quiet
expect 0 "a model of 870 arrows"
assert "all are drawn" test "$(grep -o 'class="edge"' "$scratch/dense"/*.svg | wc -l)" = 870

run describe "$model" "$model"
expect 2 "one scenario at a time"
run describe "$scratch/none.cfg" -o "$scratch/bad"
expect 2 "a file that is not there" --err 'none.cfg'
assert "nothing was written" test ! -e "$scratch/bad"
finish
