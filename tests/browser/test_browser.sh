#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# report.html in a real browser: makes reports of every kind, then drives the system's Chromium over them (report.mjs). Screenshots and a PDF
# are left in build/browser/screenshots/. Where there is no Chromium, npm or network, one case is skipped and says why.
. "$(dirname "$0")/../cli/lib.sh"
folder=$PWD/build/browser
sources=$PWD/tests/browser

give_up() { # reason
    skip "report.html in a browser" "$1"
    finish # ends the script
}
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
[ -n "$chromium" ] || give_up "Chromium is not installed (tools/install_dependencies.sh browser)"
timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --dump-dom about:blank >/dev/null 2>"$scratch/err" ||
    give_up "Chromium does not run here: $(tail -n 1 "$scratch/err")"
command -v npm >/dev/null || give_up "npm is not installed (tools/install_dependencies.sh charts)"
mkdir -p "$folder"
if ! cmp -s "$sources/package-lock.json" "$folder/package-lock.json" || [ ! -d "$folder/node_modules/axe-core" ]; then
    cp "$sources/package.json" "$sources/package-lock.json" "$sources/.npmrc" "$folder/"
    if ! (cd "$folder" && npm ci --no-progress --fetch-retries=1) >"$folder/npm.log" 2>&1; then
        rm -f "$folder/package-lock.json"
        give_up "npm could not fetch playwright-core and axe-core: $(tail -n 1 "$folder/npm.log")"
    fi
fi

data=$scratch/data
mkdir -p "$data"
norway=(scenarios/traditional.cfg scenarios/usual-care.cfg scenarios/ips.cfg scenarios/ips-young.cfg)
run compare "${norway[@]}" -n 4000 --quiet --output "$data/compare"
expect 0 "a comparison of four arms"
assert "draws of it" node "$sources/make_draws.mjs" "$data/compare" "$data/psa" "$data/dsa" 400
study=$(sed -n 2p "$data/psa/parameters.csv" | cut -d, -f2)
run voi "$data/psa" --threshold 275000,500000 --comparator traditional --study "$study:mean:2" --size 50,200,800 --study-cost 5e6,20000 --population 2000 --quiet \
    --output "$data/voi"
expect 0 "the value of information of them"
run cea "$data/psa" --comparator traditional --inequality-aversion 1 --quiet --output "$data/fair"
expect 0 "who gains and who pays"
run report "$data/compare" "$data/psa" "$data/voi" "$data/dsa" "$data/fair" --output "$data/full.html"
expect 0 "a report of everything"
run report "$data/psa" --output "$data/psa.html"
expect 0 "a report of draws alone"
if ! grep -q 'id="ipsim-data"' "$data/full.html"; then
    give_up "this program was built without charts (make charts)"
fi
run dsa "${norway[@]:1:2}" -n 200 --effect employment_years --threshold 200000 --quiet --output "$data/work"
expect 0 "what drives the value of years in work"
run report "$data/work" --output "$data/work.html"
run compare scenarios/reference/sick_sicker_b5_{soc,a,b,ab}.cfg -n 2000 --quiet --output "$data/b5"
expect 0 "a comparison without work and payers"
run run scenarios/tutorial/10_a_full_arm.cfg -n 2000 --quiet --output "$data/single"
run report "$data/single" --output "$data/single.html"
expect 0 "a report of one scenario"
run compare "$sources/hostile.cfg" "$sources/hostile-2.cfg" --quiet --output "$data/hostile"
expect 0 "a report of hostile texts"
run psa "$sources/hostile.cfg" "$sources/hostile-2.cfg" --draws 40 -n 200 --quiet --output "$data/hostile-psa"
run dsa "$sources/hostile.cfg" "$sources/hostile-2.cfg" -n 200 --find none --quiet --output "$data/hostile-dsa"
run cea "$data/hostile-psa" --inequality-aversion 1 --quiet --output "$data/hostile-cea"
run voi "$data/hostile-psa" --quiet --output "$data/hostile-voi"
run report "$data/hostile" "$data/hostile-psa" "$data/hostile-dsa" "$data/hostile-cea" "$data/hostile-voi" --output "$data/hostile-all.html"
expect 0 "and of every analysis of them"
awk 'BEGIN { srand(1); print "draw,strategy,cost,qalys"
    for (d = 1; d <= 300; d++) { c = rand(); printf "%d,usual,%f,%f\n%d,new,%f,%f\n", d, 1000 * c, 5 + c, d, 1000 * c + 200 * rand(), 5.1 + c * rand() } }' >"$data/draws.csv"
run cea "$data/draws.csv" --comparator usual --quiet --output "$data/cea"
run report "$data/cea" --output "$data/cea.html"
expect 0 "a report of somebody's draws"

# As large as it gets.
assert "ten thousand draws" node "$sources/make_draws.mjs" "$data/compare" "$data/large" "$data/large-dsa" 10000
before=$(date +%s%N)
run report "$data/compare" "$data/large" "$data/large-dsa" --output "$data/large.html"
after=$(date +%s%N)
expect 0 "a report of ten thousand draws"
assert "is smaller than 2 MB" test "$(stat -c %s "$data/large.html")" -lt 2000000
echo "# it took $(((after - before) / 1000000)) ms"

mkdir -p "$folder/screenshots"
NODE_PATH=$folder/node_modules node "$sources/report.mjs" "$data" "$folder" "$chromium" "$case_number" >"$scratch/tap" 2>"$scratch/err" || code=$?
cat "$scratch/tap"
ran=$(grep -Ec '^(not )?ok ' "$scratch/tap")
case_number=$((case_number + ran))
! grep -q '^not ok' "$scratch/tap" || case_failed=1
assert "the tests in the browser came to their end" grep -q '^# done' "$scratch/tap"
[ ! -s "$scratch/err" ] || sed 's/^/# /' "$scratch/err"
finish
