#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every scenario that comes with the program is checked and run with 200 persons.
. "$(dirname "$0")/lib.sh"

# Files in base/ and shared/ are parents and tables, not scenarios of their own.
mapfile -t files < <(find scenarios -name '*.cfg' -not -path '*/base/*' -not -path '*/shared/*' | sort)
assert "there are tutorial scenarios" test -e scenarios/tutorial
for file in "${files[@]}"; do
    run check "$file"
    expect 0 "check $file"
    run run "$file" --persons 200 --quiet --output "$scratch/run"
    expect 0 "run $file"
    assert "run $file: whole, and silent" sh -c "[ ! -s '$scratch/out' ] && [ ! -s '$scratch/err' ]"
    assert "run $file: the result is whole" is_whole "$scratch/run"
    rm -rf "$scratch/run"
done

for file in scenarios/tutorial/*.cfg; do
    assert "$file opens with the comment that explains it" sh -c "head -n 3 '$file' | grep -Eq '^(#|//|/\*)'"
done

arms=(scenarios/traditional.cfg scenarios/usual-care.cfg scenarios/ips.cfg scenarios/ips-young.cfg)
run check "${arms[@]}"
expect 0 "the four Norwegian arms can be compared"
run compare "${arms[@]}" --persons 1000 --output "$scratch/compare"
expect 0 "compare them" --out 'per 1 ?000' --out QALY
assert "the comparison is whole" is_whole "$scratch/compare"
for outcome in qalys life_years employment_years fte_years aap_years disability_years jobs_started ever_employed time_to_first_job admissions cost; do
    assert "results.csv has $outcome" grep -q ",$outcome," "$scratch/compare/results.csv"
    assert "differences.csv has $outcome" grep -q ",$outcome," "$scratch/compare/differences.csv"
done
assert "at least four perspectives" sh -c "[ \$(cut -d, -f3 '$scratch/compare/results.csv' | grep '^cost_' | sort -u | wc -l) -ge 4 ]"
for person in 0 1 999; do
    run replay "${arms[@]}" --person $person
    expect 0 "replay person $person"
done

finish
