#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# report.html: beside the tables of compare, and from any of our folders.
. "$(dirname "$0")/lib.sh"
arm=tests/cli/arm.cfg
out=$scratch/results

run compare "$model" "$arm" -n 2000 --output "$out"
expect 0 "compare leaves a report" --out "Report:  $out/report.html"
assert "it is a page" grep -q '<meta name="generator" content="ipsim">' "$out/report.html"
assert "the manifest lists it" jq -e '.files | index("report.html")' "$out/manifest.json"
assert "it names what repeats the result" grep -qF "ipsim compare $model $arm --persons 2000 --seed" "$out/report.html"
assert "it fetches nothing" sh -c "! grep -Eiq '(src|href)=.?(https?:)?//' '$out/report.html'"
assert "it does not tell where it was made" sh -c "! grep -qF '$scratch' '$out/report.html'"

cp "$out/report.html" "$scratch/first.html"
cp "$out/manifest.json" "$scratch/manifest.json"
run report "$out"
expect 0 "report writes it again" --out "Report: $out/report.html"
assert "with the same bytes" cmp "$scratch/first.html" "$out/report.html"
assert "and leaves the manifest alone" cmp "$scratch/manifest.json" "$out/manifest.json"
run report "$out/" --output "$scratch/page.html" --quiet
expect 0 "a file of one's choice"
assert "has the same bytes" cmp "$scratch/first.html" "$scratch/page.html"
assert "--quiet prints nothing" is_empty "$scratch/out"
run report "$out" --language nb -o "$scratch/page.html"
expect 0 "an earlier report is replaced"
assert "in Norwegian" grep -q '<html lang="nb">' "$scratch/page.html"

run compare "$model" "$arm" -n 2000 --threads 3 --engine reference --quiet --output "$scratch/other"
assert "the same page from three threads and another engine" cmp "$out/report.html" "$scratch/other/report.html"
run compare "$model" "$arm" -n 2000 --quiet --no-report --output "$out"
expect 0 "a result with a report is replaced, without one"
assert "there is none then" is_absent "$out/report.html"
run report "$out" --quiet
assert "report adds it to the manifest" jq -e '.files | index("report.html") == (sort | index("report.html"))' "$out/manifest.json"
run compare "$model" "$arm" -n 2000 --quiet --output "$out"
expect 0 "so that the folder can be replaced again"

for name in model arm; do
    printf 'extends = "%s"; name = "%s";\nparameters: { c_ill: { distribution: { family = "lognormal"; meanlog = 11.35; sdlog = 0.2; }; }; };\n' \
        "$PWD/tests/cli/$name.cfg" "$name" >"$scratch/$name.cfg"
done
run psa "$scratch/model.cfg" "$scratch/arm.cfg" --draws 12 -n 150 --quiet --output "$scratch/psa"
expect 0 "psa leaves one too"
run psa "$scratch/model.cfg" "$scratch/arm.cfg" --draws 12 -n 150 --threads 3 --language nb --quiet --output "$scratch/psa3"
run report "$scratch/psa3" --quiet --output "$scratch/page.html"
assert "the same from three threads, read again" cmp "$scratch/psa/report.html" "$scratch/page.html"
if grep -q 'id="ipsim-data"' "$scratch/psa/report.html"; then
    assert "with every draw of everybody in it" grep -q '"thinned":{"rows":1,"columns":{"draws":\[12\],"shown":\[12\]}}' "$scratch/psa/report.html"
else
    skip "with every draw of everybody in it" "this program was built without charts (make charts)"
fi
run compare "$scratch/model.cfg" "$scratch/arm.cfg" -n 500 --quiet --output "$scratch/of-psa"
run report "$scratch/of-psa" "$scratch/psa" --output "$scratch/page.html"
expect 0 "and together with the comparison"

# What the thresholds of dsa value stands beside them, whichever folder is named first.
run dsa "$scratch/model.cfg" "$scratch/arm.cfg" -n 150 --effect bed_days --threshold 4000 --quiet --output "$scratch/dsa"
expect 0 "dsa, of bed days"
for folders in "$scratch/dsa" "$scratch/of-psa $scratch/dsa" "$scratch/dsa $scratch/of-psa"; do
    # shellcheck disable=SC2086 # several folders
    run report $folders --quiet --output "$scratch/page.html"
    if grep -q 'id="ipsim-data"' "$scratch/page.html"; then
        assert "the page knows what a threshold of dsa is for: ${folders//$scratch\//}" grep -Eq '"dsa_effect"' "$scratch/page.html"
    fi
done

run compare "$model" "$arm" -n 1 --quiet --output "$scratch/one"
expect 0 "a comparison of one person, who has no standard error, has a report"
assert "whose means are there" grep -q '<td>' "$scratch/one/report.html"

run run "$model" -n 500 --quiet --output "$scratch/single"
assert "run leaves no report" is_absent "$scratch/single/report.html"
run report "$scratch/single"
expect 0 "a single run makes one"
awk 'BEGIN { srand(1); print "draw,strategy,cost,qalys"
    for (d = 1; d <= 300; d++) { c = rand(); printf "%d,usual,%f,%f\n%d,new,%f,%f\n", d, 1000 * c, 5 + c, d, 1000 * c + 200 * rand(), 5.1 + c * rand() } }' >"$scratch/draws.csv"
run cea "$scratch/draws.csv" --comparator usual --quiet --output "$scratch/cea"
run report "$scratch/cea"
expect 0 "an analysis of somebody's draws makes one"

# ---- what is refused ----
run report "$scratch/nothing"
expect 2 "a folder that is not there" --err 'manifest.json'
mkdir "$scratch/foreign"
run report "$scratch/foreign"
expect 2 "a folder that is not ours" --err 'no folder with results of ipsim'
assert "and stays empty" rmdir "$scratch/foreign"
run compare "$model" "$arm" -n 500 --set simulation.horizon_years=7 --quiet --output "$scratch/horizon"
run report "$out" "$scratch/horizon" -o "$scratch/mixed.html"
expect 2 "results of other scenarios" --err 'was another one here.*IPSIM_ERR_INCOMPATIBLE'
assert "nothing was written" is_absent "$scratch/mixed.html"
cp -r "$out" "$scratch/edited"
sed -i '1s/,payer,/,who,/; 3s/,[^,]*$/,many/; 3s/,[^,]*,\([^,]*\)$/,few,\1/' "$scratch/edited/differences.csv"
run report "$scratch/edited" -o "$scratch/mixed.html"
expect 2 "a table that was edited" --err 'differences.csv:1: there is no column "payer"' --err 'differences.csv:3: mcse: "few" is not a number'
assert "nothing was written of it" is_absent "$scratch/mixed.html"
echo "my notes" >"$scratch/notes.html"
run report "$out" -o "$scratch/notes.html"
expect 2 "a file that is not ours" --err 'no report of ipsim'
assert "and is left alone" grep -q notes "$scratch/notes.html"
run report "$out" -o "$scratch"
expect 2 "a folder as the file" --err 'this is a folder'
printf 'scenario,key\n"a,b\n' >"$out/about.csv"
run report "$out" -o "$scratch/broken.html"
expect 2 "a table that is damaged" --err 'about.csv:[0-9]+'
assert "nothing was written then either" is_absent "$scratch/broken.html"
finish
