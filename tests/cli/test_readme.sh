#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# README.md tells the truth: its blocks are what the program prints, its examples run, its links and files exist.
# The full Norwegian runs are compared only when output/ holds them (after make demo and tools/update_readme.sh); README_ALL=1 simulates them.
. "$(dirname "$0")/lib.sh"
export IPSIM

options=(--check)
[ -z "${README_ALL:-}" ] || options+=(--all)
LIMIT=2000 assert "README.md is what tools/update_readme.sh would write" limit tools/update_readme.sh "${options[@]}"
if [ -z "${README_ALL:-}" ] && tools/update_readme.sh --check 2>/dev/null | grep -q 'were not checked'; then
    skip "README.md: the Norwegian figures" "output/ does not hold these runs; README_ALL=1 makes them"
fi

# The examples of the analyst's door, as a reader would use them.
tools/update_readme.sh --extract "$scratch/examples"
ln -s "$PWD/scenarios" "$scratch/examples/scenarios" # as in the root of the project
assert "there are examples" test -s "$scratch/examples/asthma.cfg"
for file in "$scratch"/examples/*.cfg; do
    run check --strict "$file"
    if [ "$(basename "$file")" = wrong.cfg ]; then
        expect 2 "wrong.cfg is refused" --err 'wrong.cfg:[0-9]+: '
    else
        expect 0 "$(basename "$file") is sound, without a warning"
        run run "$file" -n 500 --quiet --output "$scratch/run"
        expect 0 "$(basename "$file") runs"
        assert "$(basename "$file"): the result is whole" is_whole "$scratch/run"
    fi
done
run compare "$scratch/examples/asthma.cfg" "$scratch/examples/biologic.cfg" -n 500 --output "$scratch/compare"
expect 0 "the two arms can be compared" --out 'per QALY'

# The diagram has exactly the transitions of the model, except death and retirement.
sed -n '/^```mermaid/,/^```$/s/^ *\([a-z_]*\) --> \([a-z_]*\) : \(.*\)/\1 \2 \3/p' README.md |
    awk '{ for (i = 3; i <= NF; i++) { gsub(",", "", $i); print $1, $2, $i } }' | sort >"$scratch/drawn"
run show --json scenarios/base/norway.cfg
jq -r '[.scenario[] | select(.key | test("^transitions\\.[a-z_]+\\.(from|to)$")) | {n: (.key | split(".")[1]), k: (.key | split(".")[2]), v: .value}] |
    group_by(.n)[] | (map(select(.k == "to"))[0].v) as $to | (map(select(.k == "from"))[0].v | split(", ")[]) + " " + $to + " " + .[0].n' \
    "$scratch/out" | grep -Ev ' (dead|retired) ' | sort >"$scratch/declared"
assert "there is a diagram" test -s "$scratch/drawn"
assert "the state diagram is the Norwegian model" diff "$scratch/declared" "$scratch/drawn"

# Files and folders named in README.md exist.
missing=""
while read -r path; do
    [ -e "$path" ] || missing="$missing $path"
done < <(grep -oE '(scenarios|tests|tools|include|model)/[A-Za-z0-9_./-]*[A-Za-z0-9_/]' README.md | sort -u)
assert "every path in README.md exists (missing:${missing:- none})" test -z "$missing"

# Links within the page lead to a heading (GitHub: lower case, no punctuation, blanks become hyphens).
grep -E '^#+ ' README.md | sed -E 's/^#+ //' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g' >"$scratch/headings"
lost=""
while read -r link; do
    grep -qxF -e "$link" "$scratch/headings" || lost="$lost $link"
done < <(grep -oE '\]\(#[^)]*\)' README.md | sed -E 's/^\]\(#(.*)\)$/\1/' | sort -u)
assert "every link within README.md leads somewhere (lost:${lost:- none})" test -z "$lost"

finish
