#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2317 # functions are called through assert
# results.xlsx opened by a spreadsheet program, LibreOffice without a screen: what stands in the cells is what the tables say, and what looks
# like a formula is text. Slow, so it is a test of `make test-slow`.
. "$(dirname "$0")/lib.sh"
arm=tests/cli/arm.cfg

if ! command -v soffice >/dev/null; then
    skip "LibreOffice opens the workbook" "soffice is not installed (Debian: libreoffice-calc-nogui)"
    finish
fi

# One CSV file for each sheet: commas, quotes, UTF-8, cells as they are and not as they are shown.
open_book() { # folder
    mkdir -p "$scratch/csv/$1"
    limit soffice --headless --norestore "-env:UserInstallation=file://$scratch/profile" --convert-to \
        'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1' --outdir "$scratch/csv/$1" "$scratch/$1/results.xlsx" \
        >"$scratch/out" 2>"$scratch/err"
}
# It quotes numbers.
sheet() { sed -E 's/"(-?[0-9.]+%?)"/\1/g' "$scratch/csv/$1/results-$2.csv"; }
# A cell of a CSV table of ours: its row by a pattern, its column by name.
cell() { # file, pattern, column
    awk -F, -v pattern="$2" -v column="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i } NR > 1 && $0 ~ pattern { print $at; exit }' "$1"
}
# Two numbers are equal to 14 digits.
equal() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; d = d < 0 ? -d : d; s = a < 0 ? -a : a; exit !(a != "" && b != "" && d <= 1e-13 * s) }'; }

run compare "$model" "$arm" -n 2000 --quiet --output "$scratch/book"
expect 0 "compare"
open_book book
for name in Summary "Costs by payer" Curves Break-even Parameters Population Occupancy Costs About; do
    assert "LibreOffice finds the sheet $name" test -s "$scratch/csv/book/results-$name.csv"
done

# Costs: payer, kind, until year, then the two scenarios and the change, each with its error, in millions for 1 000 people.
row=$(sheet book Costs | grep '^Health service,all kinds,20,')
for place in 4:results:model 6:results:arm 8:differences:arm; do
    IFS=: read -r column file scenario <<<"$place"
    for figure in 0:estimate 1:mcse; do
        shown=$(cut -d, -f$((column + ${figure%%:*})) <<<"$row")
        wanted=$(cell "$scratch/book/$file.csv" "^$scenario,.*all,cost,health,yes,20," "${figure#*:}")
        assert "cost of the health service, $scenario in $file, ${figure#*:}: $shown is $wanted / 1000" equal "$shown" \
            "$(awk -v x="$wanted" 'BEGIN { printf "%.17g", x / 1000 }')"
    done
done

shown=$(sheet book Occupancy | grep '^6,' | cut -d, -f2 | sed 's/%$/ 100/' | awk '{ printf "%.17g", $1 / $2 }')
wanted=$(cell "$scratch/book/occupancy.csv" '^model,6,well,' estimate)
assert "the share of a state: $shown is $wanted" equal "$shown" "$wanted"
shown=$(sheet book Summary | grep '^QALYs,20,"QALYs, discounted"' | cut -d, -f5)
wanted=$(cell "$scratch/book/differences.csv" '^arm,model,all,qalys,all,yes,20,' estimate)
assert "QALYs gained by 1 000 people: $shown is 1000 times $wanted" equal "$shown" "$(awk -v x="$wanted" 'BEGIN { printf "%.17g", 1000 * x }')"
assert "a parameter with its unit and source" grep -Eq ',c_bed,9000,NOK per day,assumed,all,made up for the tests,' <<<"$(sheet book Parameters)"

cat >"$scratch/hostile.cfg" <<END
extends = "$model";
title = "=1+1";
states: { well: { label = "=CONCATENATE(\"a\";\"b\")"; }; };
parameters: { c_bed: { value = 9000.0; unit = "+2+2"; source = "=cmd|' /C calc'!A0"; status = "assumed"; label = "@SUM(1;2)"; note = "-3"; }; };
END
run run "$scratch/hostile.cfg" -n 200 --quiet --output "$scratch/hostile"
expect 0 "hostile text runs"
open_book hostile
assert "a source that looks like a formula is text" grep -qF "=cmd|' /C calc'!A0" <<<"$(sheet hostile Parameters)"
assert "so are a label and a unit" grep -qF '@SUM(1;2),c_bed,9000,+2+2,' <<<"$(sheet hostile Parameters)"
assert "and a title" grep -qF '=1+1' <<<"$(sheet hostile Summary)"
assert "and the name of a curve" grep -qF '=CONCATENATE(' <<<"$(sheet hostile Occupancy)"
assert "nothing was calculated or failed to be" sh -c "! cat '$scratch/csv/hostile/'*.csv | grep -E '#(NAME|VALUE|REF|DIV|N/A)|Err:5'"

finish
