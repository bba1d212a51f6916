#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# results.xlsx: which sheets, formats and charts there are, the same bytes on another day, and text that stays text.
. "$(dirname "$0")/lib.sh"
arm=tests/cli/arm.cfg

part() { unzip -p "$scratch/$1/results.xlsx" "$2"; }
parts() { unzip -Z1 "$scratch/$1/results.xlsx"; }
sheets() { part "$1" xl/workbook.xml | grep -o '<sheet name="[^"]*"' | sed 's/.*name="//; s/"//' | paste -sd, -; }
# Which of a string, by number, stands in a cell: sharedStrings has each string once.
texts() { part "$1" xl/sharedStrings.xml | sed 's/<si>/\n/g' | sed -n 's/.*<t[^>]*>\(.*\)<\/t>.*/\1/p'; }

run compare "$model" "$arm" -n 500 --quiet --output "$scratch/one"
expect 0 "compare"
assert "its sheets" [ "$(sheets one)" = "Summary,Costs by payer,Curves,Break-even,Parameters,Population,Occupancy,Costs,About" ]
assert "charts of lines, areas, bars and points" sh -c "unzip -p '$scratch/one/results.xlsx' 'xl/charts/*' | grep -q '<c:lineChart>' &&
    unzip -p '$scratch/one/results.xlsx' 'xl/charts/*' | grep -q '<c:areaChart><c:grouping val=\"stacked\"/>' &&
    unzip -p '$scratch/one/results.xlsx' 'xl/charts/*' | grep -q '<c:barChart>' &&
    unzip -p '$scratch/one/results.xlsx' 'xl/charts/*' | grep -q '<c:scatterChart>'"
curve=$(unzip -p "$scratch/one/results.xlsx" 'xl/charts/*' | sed 's/<c:chartSpace/\n&/g' | grep '<c:areaChart>')
assert "a curve names its cells" grep -q '<c:val><c:numRef><c:f>Occupancy!' <<<"$curve"
assert "and has no copy of them" sh -c '! grep -q "<c:numCache>"' <<<"$curve"
assert "a chart tells those who cannot see it what it shows" sh -c "unzip -p '$scratch/one/results.xlsx' 'xl/drawings/drawing*.xml' |
    grep -q 'descr=\"Share of people in the state .* over time, a line for each arm'"
styles=$(part one xl/styles.xml)
for format in '#,##0' '+#,##0.0;-#,##0.0;#,##0.0' '&quot;± &quot;#,##0.0' '#,##0.0%'; do
    assert "the number format $format" grep -qF "formatCode=\"$format\"" <<<"$styles"
done
parameters=$(part one xl/worksheets/sheet5.xml)
assert "frozen headers" grep -q '<pane xSplit="2" ySplit="4" .*state="frozen"' <<<"$parameters"
assert "a filter" grep -q '<autoFilter ref="A4:' <<<"$parameters"
assert "widths of columns" grep -q '<col min="1" max="1" width="40' <<<"$parameters"
assert "A4, as wide as the page" grep -Eq '<pageSetup paperSize="9"[^>]* fitToHeight="0"[^>]* orientation="landscape"' <<<"$parameters"
assert "headers are printed on every page" grep -q "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"4\">Parameters!\$A:\$B,Parameters!\$4:\$4" \
    <<<"$(part one xl/workbook.xml)"
assert "a note at a header" grep -q 'line in it that gives the value' <<<"$(unzip -p "$scratch/one/results.xlsx" 'xl/comments*.xml')"
assert "the source of a parameter" grep -qx 'made up for the tests' <<<"$(texts one)"
assert "its unit" grep -qx 'NOK per day' <<<"$(texts one)"
assert "a change has the digits of its error and keeps all of them" sh -c "unzip -p '$scratch/one/results.xlsx' xl/worksheets/sheet1.xml |
    grep -Eq '<v>-?[0-9]+\.[0-9]{9,}</v>'"

run run "$model" -n 500 --quiet --output "$scratch/single"
expect 0 "run"
assert "its sheets: nothing is compared" [ "$(sheets single)" = "Summary,Costs by payer,Curves,Parameters,Population,Occupancy,Costs,About" ]
run run "$model" -n 500 --quiet --set simulation.occupancy_step_years=0.1 --output "$scratch/fine"
assert "many times: at most a hundred of them, to the end" [ "$(part fine xl/worksheets/sheet6.xml | grep -o '<row ' | wc -l)" = $((4 + 51)) ]
assert "and what the sheet leaves out is said" grep -q '^At one time in 4, in years .* and all times, stand in occupancy.csv' <<<"$(texts fine)"

run run "$model" -n 200 --replicates 3 --quiet --output "$scratch/replicates"
assert "other tables come as they are" grep -q 'replicate_means' <<<"$(sheets replicates)"

# Charts of what an analysis found, above the numbers they show.
awk 'BEGIN { srand(1); print "draw,strategy,cost,qalys"
    for (d = 1; d <= 200; d++) { c = rand(); printf "%d,usual,%f,%f\n%d,new,%f,%f\n", d, 1000 * c, 5 + c, d, 1000 * c + 200 * rand(), 5.1 + c * rand() } }' >"$scratch/draws.csv"
awk 'BEGIN { srand(1); print "draw,x,y"; for (d = 1; d <= 200; d++) { c = rand(); rand(); rand(); printf "%d,%f,%f\n", d, c, (d * 7) % 11 } }' >"$scratch/parameters.csv"
run cea "$scratch/draws.csv" --comparator usual --threshold 0:2000:500 --quiet --output "$scratch/cea"
expect 0 "cea"
assert "its sheets begin with charts" grep -q '^Decision,cea,' <<<"$(sheets cea)"
assert "a plane, and how often each is the best" [ "$(parts cea | grep -c 'charts/chart')" = 2 ]
decision=$(part cea xl/worksheets/sheet1.xml)
best=$(grep '^all,all,500,new,' "$scratch/cea/ceac.csv" | cut -d, -f5)
[ -n "$best" ] || best=$(awk -F, '$3 == 500 && $4 == "new" { print $5 }' "$scratch/cea/ceac.csv")
assert "the number in ceac.csv" grep -qF "<v>$best</v>" <<<"$decision"
assert "the chart reads it from its own sheet" grep -q "<c:f>Decision!" <<<"$(part cea 'xl/charts/chart2.xml')"
run voi "$scratch/draws.csv" --parameters "$scratch/parameters.csv" --comparator usual --threshold 1000 --quiet --output "$scratch/voi"
expect 0 "voi"
assert "bars of what knowing is worth" grep -q '<c:barChart>' <<<"$(part voi 'xl/charts/chart1.xml')"
for name in model arm; do
    printf 'extends = "%s"; name = "%s";\nparameters: { c_ill: { distribution: { family = "lognormal"; meanlog = 11.35; sdlog = 0.2; }; }; };\n' "$PWD/tests/cli/$name.cfg" "$name" >"$scratch/$name.cfg"
done
run dsa "$scratch/model.cfg" "$scratch/arm.cfg" -n 150 --find none --quiet --output "$scratch/dsa"
expect 0 "dsa"
assert "a tornado: bars over each other" grep -q '<c:overlap val="100"/>' <<<"$(part dsa 'xl/charts/chart1.xml')"
assert "of a net benefit by QALY" grep -q 'net benefit ([^)]*, 500000 NOK a QALY)' <<<"$(part dsa 'xl/sharedStrings.xml')"
run dsa "$scratch/model.cfg" "$scratch/arm.cfg" -n 150 --find none --perspective society --effect bed_days --threshold 4000 --quiet --output "$scratch/dsa-days"
assert "or by what else a threshold values" grep -Eq 'net benefit \([^)]*, 4000 NOK a unit of "?(&quot;)?bed_days' <<<"$(part dsa-days 'xl/sharedStrings.xml')"

# Seconds later, with other threads: the same bytes. A date inside would be another by then.
sleep 2.1
run compare "$model" "$arm" -n 500 --threads 3 --quiet --output "$scratch/two"
assert "the same run gives the same bytes" cmp "$scratch/one/results.xlsx" "$scratch/two/results.xlsx"
TZ=Pacific/Auckland TMPDIR=/nowhere run compare "$model" "$arm" -n 500 --quiet --output "$scratch/three"
assert "wherever it runs" cmp "$scratch/one/results.xlsx" "$scratch/three/results.xlsx"

# Text that a spreadsheet, or XML, would take for something else.
cat >"$scratch/hostile.cfg" <<END
extends = "$model";
title = "=HYPERLINK(\"http://example.org\";\"click\")";
states: { well: { label = "<script>alert(1)</script>"; }; ill: { label = "+1+1"; }; dead: { label = "_x000D_&amp;"; }; };
payers: { health: { label = "=1+1"; }; person: { label = "@SUM(A1)"; }; };
perspectives: { society: { label = "-2+3"; }; };
parameters: { c_bed: { value = 9000.0; unit = "NOK per day"; source = "=cmd|' /C calc'!A0"; status = "assumed"; label = "=A1"; }; };
economics: { currency = "=C"; };
END
cat >"$scratch/hostile-arm.cfg" <<END
extends = "hostile.cfg";
title = "&L&\"Arial\"''";
parameters: { c_ill = 1.0; };
END
cd "$scratch" || exit 1
run compare hostile.cfg hostile-arm.cfg -n 300 --quiet --output "$scratch/hostile"
expect 0 "hostile text runs"
assert "no part has a formula" sh -c "! unzip -p '$scratch/hostile/results.xlsx' 'xl/worksheets/*.xml' | grep -q '<f>'"
assert "nor a link" sh -c "! unzip -p '$scratch/hostile/results.xlsx' 'xl/worksheets/*.xml' 'xl/worksheets/_rels/*' | grep -qi 'hyperlink'"
assert "a chart refers to nothing but our sheets" sh -c "! unzip -p '$scratch/hostile/results.xlsx' 'xl/charts/*.xml' |
    grep -o '<c:f>[^<]*</c:f>' | grep -Ev \"<c:f>(Occupancy|'Costs by payer'|'Break-even')!\""
for text in '=HYPERLINK("http://example.org";"click")' '=1+1' '@SUM(A1)' '-2+3' '=cmd|'"'"' /C calc'"'"'!A0' '&lt;script&gt;alert(1)&lt;/script&gt;' \
    '_x005F_x000D_&amp;amp;'; do
    assert "stays text: $text" grep -qF -e "$text" <<<"$(texts hostile)"
done
assert "text cells stay text when they are edited" grep -q 'numFmtId="49"' <<<"$(part hostile xl/styles.xml)"
for part in $(parts hostile); do
    assert "$part is XML to its end" sh -c "unzip -p '$scratch/hostile/results.xlsx' '${part//[/\\[}' | tail -c 300 | grep -q '>\$'"
done
assert "in CSV it has an apostrophe before it" grep -qF "'=cmd|" "$scratch/hostile/parameters.csv"

finish
