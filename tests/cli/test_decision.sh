#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cea and voi on tables of draws from anywhere: what they read, refuse, write and say.
. "$(dirname "$0")/lib.sh"
out=$scratch/results

# The value of a cell of a CSV file: file, column, and as many column=value pairs as it takes to find the row.
cell() {
    awk -F, -v wanted="$2" -v conditions="${*:3}" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(conditions, c, " "); next }
        { for (i = 1; i <= n; i++) { split(c[i], kv, "="); if ($at[kv[1]] != kv[2]) next } print $at[wanted]; exit }' "$1"
}
# shellcheck disable=SC2317 # called through assert
is_cell() { # expected, then as for cell
    local found
    found=$(cell "${@:2}")
    [ "$found" = "$1" ] || {
        echo "found \"$found\", expected \"$1\""
        return 1
    }
}

# ---- frontiers whose answer is known, as tables of one draw ----
cat >"$scratch/six.csv" <<'END'
strategy,cost,effect
usual,5000,1
A,12000,1.5
B,10000,2
C,25000,3
D,35000,4
E,55000,5
END
run cea "$scratch/six.csv" --output "$out"
expect 0 "a table of means" --out 'extendedly dominated by B and D' --out 'nothing can be said about uncertainty'
assert "D costs 12 500 a unit against B" is_cell 12500 "$out/frontier.csv" icer strategy=D compared_with=B
assert "B costs 5 000 a unit" is_cell 5000 "$out/frontier.csv" icer strategy=B
assert "D is best up to the ratio of E" is_cell 20000 "$out/frontier.csv" best_until_threshold strategy=D
assert "and from its own" is_cell 12500 "$out/frontier.csv" best_from_threshold strategy=D
assert "A is dominated by B" is_cell B "$out/cea.csv" by strategy=A standing=dominated
sed '2,$s/^/1,/; 1s/^/draw,/; $r '<(sed '1d; s/^/2,/' "$scratch/six.csv") "$scratch/six.csv" >"$scratch/twelve.csv"
run cea "$scratch/twelve.csv" --threshold 15000 --quiet --output "$scratch/twelve"
assert "net benefits 10, 10.5, 20, 20, 25, 20 thousand: D, then B" is_cell B "$scratch/twelve/evpi.csv" next_best best_strategy=D lead=5000
assert "no tables about uncertainty" is_absent "$out/evpi.csv"
run voi "$scratch/six.csv" --output "$scratch/none"
expect 2 "voi refuses one draw" --err 'one draw'

printf 'cost.a,cost.b,e_a,e_b\n1,2,3,4\n2,4,3,4\n' >"$scratch/prefixes.csv"
run cea "$scratch/prefixes.csv" --cost cost. --effect e_ --threshold 1 --output "$scratch/prefixes"
expect 0 "what columns begin with, to what separates it" --out 'Cost: cost. Effect: e.'
assert "b costs 1.5 more" is_cell 1.5 "$scratch/prefixes/plane.csv" difference_cost strategy=b

# ---- a group that may want another strategy, and cannot be told from so few draws ----
awk 'BEGIN { print "draw,strategy,subgroup,weight,cost,effect"
    for (d = 1; d <= 40; d++) for (g = 0; g < 3; g++) {
        weight = g ? 0.5 : 1; w = g == 1 ? (d % 2 ? 3 : -2.5) : g == 2 ? -1 : (d % 2 ? 1 : -1.75)
        printf "%d,usual,%s,%g,0,1\n%d,new,%s,%g,0,%g\n", d, g == 0 ? "all" : g == 1 ? "x=a" : "x=b", weight, d, g == 0 ? "all" : g == 1 ? "x=a" : "x=b", weight, 1 + w
    } }' >"$scratch/doubtful.csv"
run cea "$scratch/doubtful.csv" --comparator usual --threshold 1 --output "$scratch/doubtful"
expect 0 "a group in doubt" --out 'new ?' --out '0.1 ± 0.2' --out '± is one standard error'
assert "deciding by group is worth 0.125" is_cell 0.125 "$scratch/doubtful/subgroups.csv" value_of_deciding_by_subgroup best_for_subgroup=new
assert "with an error of 0.5 x 2.75 / 39^0.5" awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR > 1 { n++; off = $at["value_se"] - 1.375 / sqrt(39); if (off < -1e-12 || off > 1e-12) exit 1 } END { exit n != 2 }' "$scratch/doubtful/subgroups.csv"
assert "what group a gains is not known to half a unit either" awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    /x=a/ { off = $at["net_se"] - 2.75 / sqrt(39); bad = off < -1e-12 || off > 1e-12; n++ } END { exit bad || n != 1 }' "$scratch/doubtful/distribution.csv"

# ---- a psa of two arms, with perspectives, subgroups and weights; a parameter that is the effect ----
awk 'BEGIN {
    print "draw,scenario,perspective,subgroup,weight,cost,qalys,employment_years"
    for (d = 1; d <= 400; d++)
        for (s = 0; s < 2; s++)
            for (p = 0; p < 2; p++)
                for (g = 0; g < 3; g++) {
                    x = (d * 0.6180339887498949) % 1; w = (g == 0) ? 1 : (g == 1 ? 0.25 : 0.75); f = (g == 1) ? 2.5 : (g == 2 ? 0.5 : 1)
                    printf "%d,%s,%s,%s,%g,%.6f,%.8f,%.6f\n", d, s ? "ips" : "usual", p ? "society" : "health",
                        g == 0 ? "all" : g == 1 ? "sex=female" : "sex=male", w, 1000 + s * (30000 - 20000 * p), 5 + s * f * (x - 0.4), 3 + s * x
                }
}' >"$scratch/psa.csv"
awk 'BEGIN {
    print "draw,parameter,value"
    for (d = 1; d <= 400; d++) { printf "%d,effect,%.8f\n%d,noise,%.8f\n", d, (d * 0.6180339887498949) % 1, d, (d * 0.7548776662466927) % 1 }
}' >"$scratch/parameters.csv"

run cea "$scratch/psa.csv" --comparator usual --currency NOK --population 1000 --inequality-aversion 2 --output "$out"
expect 0 "cea of a psa" --out 'PERSPECTIVE society' --out 'DECIDING BY SUBGROUP' --out 'WHO GAINS' --out 'INEQUALITY AVERSION 2'
for file in cea frontier plane net_benefit ceac evpi subgroups distribution equity; do
    assert "$file.csv is there" test -s "$out/$file.csv"
done
assert "the manifest names the table" jq -e '.inputs[0].digest | test("^[0-9a-f]{16}$")' "$out/manifest.json"
for threshold in 275000 385000 495000 605000 715000 825000; do
    assert "the Norwegian step $threshold is in the grid" grep -q ",$threshold," "$out/evpi.csv"
done
assert "ips costs 30 000 more for the health service" is_cell 30000 "$out/plane.csv" difference_cost perspective=health subgroup=all
assert "and 10 000 more for society" is_cell 10000 "$out/plane.csv" difference_cost perspective=society subgroup=all
# The columns of this table hold no commas, so that awk reads them.
assert "net benefit, plane and EVPI agree with each other" awk -F, '
    function near(a, b) { return a - b < 1e-6 * (1 + b * b) ^ 0.5 && b - a < 1e-6 * (1 + b * b) ^ 0.5 }
    FNR == 1 { file++; for (i = 1; i <= NF; i++) at[file, $i] = i; next }
    { key = $at[file, "perspective"] "/" $at[file, "subgroup"] }
    file == 1 { cost[key] = $at[1, "difference_cost"]; effect[key] = $at[1, "difference_effect"]; next }
    file == 2 && $at[2, "strategy"] == "ips" {
        n++
        if (!near($at[2, "incremental_nmb"], $at[2, "threshold"] * effect[key] - cost[key])) bad = 1
        if (($at[2, "highest_mean"] == "yes") != ($at[2, "incremental_nmb"] > 0)) bad = 1
        lead[key, $at[2, "threshold"]] = $at[2, "incremental_nmb"]
    }
    file == 3 {
        l = lead[key, $at[3, "threshold"]]
        if (!near($at[3, "lead"], l < 0 ? -l : l) || !near($at[3, "population_evpi"], $at[3, "evpi"] * 1000 * (1 - 1.04 ^ -10) / log(1.04))) bad = 1
    }
    END { exit bad || n != 2 * 3 * 27 }' "$out/plane.csv" "$out/net_benefit.csv" "$out/evpi.csv"
assert "probabilities add up to 1" awk -F, 'NR > 1 { sum[$1 $2 $3] += $5 } END { for (k in sum) if (sum[k] < 0.999999 || sum[k] > 1.000001) exit 1 }' \
    "$out/ceac.csv"
assert "no number is NaN or infinite" sh -c "! grep -Ei '(^|,)-?(nan|inf)(inity)?(,|\$)' '$out'/*.csv"
assert "the summary printed is the summary written" grep -qFf <(grep -m 1 '[a-z]' "$out/summary.txt") "$scratch/out"
run cea "$scratch/psa.csv" --comparator usual --perspective society --threshold 200000 --output "$scratch/society"
expect 0 "one of the perspectives"
assert "it is that one alone" test "$(cut -d, -f1 "$scratch/society/plane.csv" | sort -u | tr '\n' ' ')" = "perspective society "
assert "with its own figures" is_cell 10000 "$scratch/society/plane.csv" difference_cost perspective=society subgroup=all
run cea "$scratch/psa.csv" --perspective helth --output "$scratch/none"
expect 2 "a perspective that is not there" --err 'did you mean "health"' --err 'perspective-column'
sed '1s/,perspective,/,view,/' "$scratch/psa.csv" >"$scratch/view.csv"
run cea "$scratch/view.csv" --comparator usual --perspective-column view --perspective society --threshold 200000 --quiet --output "$scratch/view"
expect 0 "the column of perspectives by name"
assert "gives the same" cmp "$scratch/society/plane.csv" "$scratch/view/plane.csv"
run cea "$scratch/psa.csv" --comparator usual --currency NOK --json --output "$out"
assert "--json is JSON" jq -e '.cea[0].strategy and .evpi[0].evpi and .ceac[0].threshold' "$scratch/out"
run cea "$scratch/psa.csv" --effect employment_years --threshold 0:100000:25000 --quiet --output "$out"
expect 0 "another effect"
assert "five thresholds" sh -c "[ \$(cut -d, -f3 '$out/evpi.csv' | sort -u | wc -l) = 6 ]"
assert "--quiet prints nothing" is_empty "$scratch/out"

# The same numbers, however they are written.
sed 's/,/;/g; s/\./,/g' "$scratch/psa.csv" | sed '1s/^/\xEF\xBB\xBF/; s/$/\r/' >"$scratch/europe.csv"
run cea "$scratch/psa.csv" --threshold 100000 --quiet --output "$scratch/plain"
run cea "$scratch/europe.csv" --threshold 100000 --output "$scratch/europe"
expect 0 "semicolons, decimal commas, a byte-order mark" --out 'semicolons' --out 'decimal comma'
printf 'sep=;\r\nstrategy;cost;effect\r\na;1,5;2\r\nb;x;3\r\n' >"$scratch/excel.csv"
run cea "$scratch/excel.csv" --output "$scratch/none"
expect 2 "the line that tells Excel the separator counts as a line, and as no more" --err 'excel.csv:4: cost: "x" is not a finite number'
sed -i 's/x/4,5/' "$scratch/excel.csv"
run cea "$scratch/excel.csv" --quiet --output "$out"
expect 0 "and is passed over"
iconv -t UTF-16 "$scratch/excel.csv" >"$scratch/wide.csv"
run cea "$scratch/wide.csv" --output "$scratch/none"
expect 2 "UTF-16" --err 'wide.csv:1: this is UTF-16 text' --err '1 problem in'
assert "give the same tables" diff -rq --exclude=manifest.json --exclude=summary.txt "$scratch/plain" "$scratch/europe"
# As write.csv of R and to_csv of pandas write it.
awk 'NR == 1 { print "\"\"," $0 } NR > 1 { print "\"" NR - 1 "\"," $0 }' "$scratch/psa.csv" >"$scratch/row_names.csv"
run cea "$scratch/row_names.csv" --threshold 100000 --output "$scratch/row_names"
expect 0 "names of rows" --out 'row_names.csv has no name: it was passed over'
assert "names of rows: the same tables" diff -rq --exclude=manifest.json --exclude=summary.txt "$scratch/plain" "$scratch/row_names"
printf '"",""\n1,2\n' >"$scratch/nameless.csv"
run cea "$scratch/nameless.csv" --output "$scratch/none"
expect 2 "no column but the first may be without a name" --err 'nameless.csv:1: column 2 has no name'
printf '""\n1\n' >"$scratch/nameless.csv"
run cea "$scratch/nameless.csv" --output "$scratch/none"
expect 2 "nor the only one" --err 'there is one column, and it has no name'

assert "all tables are in the database" sh -c "[ \"\$(sqlite3 '$scratch/plain/results.sqlite' .tables | wc -w)\" = \"\$(ls '$scratch/plain' | grep -c csv)\" ]"
sed 's/,/\t/g' "$scratch/psa.csv" >"$scratch/tabs.csv"
run cea "$scratch/tabs.csv" --threshold 100000 --output "$scratch/tabs"
expect 0 "tabs" --out 'tabs'
assert "give the same tables too" diff -rq --exclude=manifest.json --exclude=summary.txt "$scratch/plain" "$scratch/tabs"
sort -t, -k1,1nr -k3,3 -s <(sed 1d "$scratch/psa.csv") | sed "1i $(head -1 "$scratch/psa.csv")" >"$scratch/shuffled.csv"
run cea "$scratch/shuffled.csv" --comparator usual --threshold 100000 --output "$scratch/shuffled"
assert "rows in another order give the same EVPI" diff <(sort "$scratch/plain/evpi.csv") <(sort "$scratch/shuffled/evpi.csv")

# ---- absolute shortfall ----
printf 'age,qalys\n30,42\n40,33\n' >"$scratch/norms.csv"
run cea "$scratch/psa.csv" --comparator usual --currency NOK --norms "$scratch/norms.csv" --age 35 --output "$out"
expect 0 "absolute shortfall" --out '32\.5  6 of 6     825 000' --out 'not formally adopted'
assert "37.5 - 5 = 32.5" is_cell 32.5 "$out/shortfall.csv" absolute_shortfall comparator=usual
run cea "$scratch/psa.csv" --norms "$scratch/norms.csv" --output "$scratch/none"
expect 2 "norms need an age" --err '--age'

# ---- voi ----
voi=(voi "$scratch/psa.csv" --parameters "$scratch/parameters.csv" --comparator usual --threshold 100000:200000:100000 --population 1000 --years 10)
run "${voi[@]}" --output "$scratch/voi"
expect 0 "voi" --out 'EVPPI' --out 'effect' --out 'noise'
evppi=$(cell "$scratch/voi/evppi.csv" evppi perspective=health parameters=effect threshold=200000)
evpi=$(cell "$scratch/voi/evpi.csv" evpi perspective=health threshold=200000)
assert "a parameter that explains all is worth EVPI" awk -v a="$evppi" -v b="$evpi" 'BEGIN { exit !(a > 0.97 * b && a <= b) }'
for threads in 1 2 3; do
    run "${voi[@]}" --threads $threads --quiet --study effect:mean:0.5 --size 10,50 --output "$scratch/voi$threads"
    expect 0 "voi with $threads threads"
    assert "$threads threads: equal bytes" same_results "$scratch/voi1" "$scratch/voi$threads"
done
run "${voi[@]}" --sets effect+noise,noise --study effect:mean:0.5 --size 10:50:20 --study-cost 1000,10 --study-years 2 --output "$out"
expect 0 "sets and a study" --out 'effect\+noise' --out 'best size' --out 'from year 2 on'
assert "the cost of 30 persons" is_cell 1300 "$out/evsi.csv" study_cost size_per_arm=30

# ---- refusals: exit code 2, nothing written ----
refuse() { # title, pattern, arguments...
    run "${@:3}" --output "$scratch/none"
    expect 2 "$1" --err "$2"
}
grep -v '^7,ips' "$scratch/psa.csv" >"$scratch/unbalanced.csv"
refuse "a missing draw" 'unbalanced\.csv: draw 7 is missing for strategy "ips"' cea "$scratch/unbalanced.csv"
sed '5s/1000\.0*/NaN/' "$scratch/psa.csv" >"$scratch/nan.csv"
refuse "NaN, with its line and column" 'nan\.csv:5: cost: "NaN"' cea "$scratch/nan.csv"
sed '3p' "$scratch/psa.csv" >"$scratch/twice.csv"
refuse "a row that is there twice" 'twice\.csv:4: draw 1 .* first in line 3' cea "$scratch/twice.csv"
grep -v ',ips,' "$scratch/psa.csv" >"$scratch/one.csv"
sed '5s/1000\.0*/inf/; 6s/1000\.0*//; 7s/1000\.0*/dear/' "$scratch/psa.csv" >"$scratch/cells.csv"
refuse "infinity, all problems at once" 'cells\.csv:5: cost: "inf"' cea "$scratch/cells.csv"
assert "an empty cell" grep -q 'cells\.csv:6: cost: ' "$scratch/err"
assert "a word" grep -q 'cells\.csv:7: cost: "dear"' "$scratch/err"
sed 's/,/;/g; 2,9s/\./,/g' "$scratch/psa.csv" >"$scratch/mixed.csv"
refuse "decimal commas and points in one table" 'mixed\.csv' cea "$scratch/mixed.csv"
head -1 "$scratch/psa.csv" >"$scratch/header.csv"
refuse "a header alone" 'header\.csv' cea "$scratch/header.csv"
: >"$scratch/empty.csv"
refuse "an empty file" 'empty\.csv' cea "$scratch/empty.csv"
sed '7s/,[^,]*$//' "$scratch/psa.csv" >"$scratch/ragged.csv"
refuse "a row that is too short" 'ragged\.csv:7' cea "$scratch/ragged.csv"
sed '1s/cost/qalys/' "$scratch/psa.csv" >"$scratch/names.csv"
refuse "two columns of one name" 'names\.csv:1' cea "$scratch/names.csv"
grep -v '^3,' "$scratch/psa.csv" | sed 's/^400,usual,health,all,/401,usual,health,all,/' >"$scratch/gaps.csv"
refuse "draws that do not match" 'draw 401 is missing' cea "$scratch/gaps.csv"
mkdir "$scratch/folder"
refuse "a folder without draws" 'neither psa.csv nor the results of a comparison' cea "$scratch/folder"
refuse "one strategy" 'one strategy' cea "$scratch/one.csv"
refuse "no such file" 'cannot be opened' cea "$scratch/nowhere.csv"
refuse "a comparator that is not there" 'no strategy "usuall"; did you mean "usual"' cea "$scratch/psa.csv" --comparator usuall
refuse "a column that is not there" 'did you mean "qalys"' cea "$scratch/psa.csv" --effect qaly
refuse "a threshold that is no number" '--threshold' cea "$scratch/psa.csv" --threshold a,b
refuse "voi without parameters" '--parameters' voi "$scratch/psa.csv"
refuse "an unknown parameter" 'no parameter "efect"; did you mean "effect"' "${voi[@]}" --sets efect
refuse "an unknown kind of study" 'proportion or rate, not as "guess"' "${voi[@]}" --study effect:guess
refuse "a study without its standard deviation" 'standard deviation' "${voi[@]}" --study effect:mean
refuse "a size without a study" 'go with --study' "${voi[@]}" --size 10
sed 's/,0\./,1./' "$scratch/parameters.csv" >"$scratch/above.csv"
refuse "an impossible study" 'cannot be measured as a proportion' voi "$scratch/psa.csv" --parameters "$scratch/above.csv" --study effect:proportion
assert "none of these wrote anything" is_absent "$scratch/none"

finish
