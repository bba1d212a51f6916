#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cea and voi on folders of ours: those of a psa, with what lies beside the draws, and those of a comparison, which are point estimates.
. "$(dirname "$0")/lib.sh"
out=$scratch/results

# The value of a cell of a CSV file: file, column, and as many column=value pairs as it takes to find the row. The cells hold no commas.
cell() {
    awk -F, -v wanted="$2" -v conditions="${*:3}" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(conditions, c, " "); next }
        { for (i = 1; i <= n; i++) { k = index(c[i], "="); if ($at[substr(c[i], 1, k - 1)] != substr(c[i], k + 1)) next } print $at[wanted]; exit }' "$1"
}
# shellcheck disable=SC2317 # called through assert
is_cell() { # expected, then as for cell
    local found
    found=$(cell "${@:2}")
    awk -v a="$found" -v b="$1" 'BEGIN { exit !(a == b || (a - b < 1e-9 * (1 + b * b) ^ 0.5 && b - a < 1e-9 * (1 + b * b) ^ 0.5)) }' || {
        echo "found \"$found\", expected \"$1\""
        return 1
    }
}

# ---- a comparison without perspectives: what everybody pays ----
for name in model arm; do
    printf 'extends = "%s"; name = "%s";\nperspectives: { health_service: { remove = true; }; society: { remove = true; }; };\n' \
        "$PWD/tests/cli/$name.cfg" "$name" >"$scratch/$name.cfg"
done
run compare "$scratch/model.cfg" "$scratch/arm.cfg" -n 500 --quiet --output "$scratch/plain"
expect 0 "a comparison of scenarios that declare no perspective"
run cea "$scratch/plain" --quiet --output "$scratch/plain-cea"
expect 0 "cea of it"
plain=(outcome=cost payer=all discounted=yes year=20 subgroup=all)
assert "counts what everybody pays" is_cell "$(cell "$scratch/plain/results.csv" estimate scenario=arm "${plain[@]}")" \
    "$scratch/plain-cea/cea.csv" cost perspective=all subgroup=all strategy=arm
assert "with its paired error" is_cell "$(cell "$scratch/plain/differences.csv" mcse "${plain[@]}")" \
    "$scratch/plain-cea/plane.csv" difference_cost_se perspective=all subgroup=all strategy=arm

# ---- a comparison: one draw, with the Monte Carlo errors of the run ----
run compare "$model" tests/cli/arm.cfg -n 2000 --quiet --output "$scratch/compare"
expect 0 "a comparison"
run cea "$scratch/compare" --output "$out"
expect 0 "cea of a comparison" --out 'point estimates of one run' --out 'The tests. own model \(comparator\)'
last=(year=20 subgroup=all payer=all discounted=yes)
perspective=$(sed -n 's/.*,perspective:\([a-z_]*\),.*/\1/p' "$scratch/compare/about.csv" | head -1)
in_table=(perspective="$perspective" subgroup=all strategy=arm)
assert "costs are those of the run" is_cell "$(cell "$scratch/compare/results.csv" estimate scenario=arm outcome=cost_"$perspective" "${last[@]}")" \
    "$out/cea.csv" cost "${in_table[@]}"
assert "and their errors" is_cell "$(cell "$scratch/compare/results.csv" mcse scenario=arm outcome=cost_"$perspective" "${last[@]}")" \
    "$out/cea.csv" cost_se "${in_table[@]}"
difference=$(cell "$scratch/compare/differences.csv" estimate outcome=qalys "${last[@]}")
difference_se=$(cell "$scratch/compare/differences.csv" mcse outcome=qalys "${last[@]}")
assert "differences are those of the run" is_cell "$difference" "$out/plane.csv" difference_effect "${in_table[@]}"
assert "with the paired error" is_cell "$difference_se" "$out/plane.csv" difference_effect_se "${in_table[@]}"
cost_se=$(cell "$scratch/compare/differences.csv" mcse outcome=cost_"$perspective" "${last[@]}")
assert "the error of net benefit is at most that of cost and of effect together" is_cell \
    "$(awk -v c="$cost_se" -v e="$difference_se" 'BEGIN { printf "%.15g", c + 500000 * e }')" "$out/net_benefit.csv" incremental_nmb_se "${in_table[@]}" threshold=500000
assert "there are no tables about uncertainty" is_absent "$out/ceac.csv"
assert "every perspective is there" sh -c "[ \"\$(cut -d, -f1 '$out/plane.csv' | sort -u | wc -l)\" = \"\$((1 + \$(grep -c '^model,perspective:' '$scratch/compare/about.csv')))\" ]"
assert "subgroups have the shares of the simulated people" is_cell "$(cell "$scratch/compare/population.csv" simulated attribute=sex level=man)" \
    "$out/subgroups.csv" share subgroup=sex=man
run cea "$scratch/compare" --effect qaly --output "$scratch/none"
expect 2 "an outcome that is not there" --err 'did you mean "qalys"'
run cea "$scratch/compare" --effect life_years --output "$out"
expect 0 "another outcome" --out 'thresholds? was given for this effect|threshold was given for this effect'
run voi "$scratch/compare" --output "$scratch/none"
expect 2 "voi needs draws" --err 'has one draw'
assert "nothing was written" is_absent "$scratch/none"
printf 'age,sex,qalys\n20,man,40\n60,man,20\n20,woman,44\n60,woman,20\n' >"$scratch/norms.csv"
run cea "$scratch/compare" --norms "$scratch/norms.csv" --output "$out"
expect 0 "absolute shortfall of a comparison" --out 'SEVERITY'
age=$(cell "$scratch/compare/population.csv" simulated attribute=age statistic=mean)
qalys=$(cell "$scratch/compare/results.csv" estimate scenario=model outcome=qalys year=20 subgroup=all payer=all discounted=no)
assert "norm at the mean age, both sexes, less the QALYs that are not discounted" is_cell \
    "$(awk -v a="$age" -v q="$qalys" 'BEGIN { printf "%.15g", (40 - (a - 20) / 2 + 44 - (a - 20) * 0.6) / 2 - q }')" "$out/shortfall.csv" absolute_shortfall subgroup=all
run cea "$scratch/compare" --norms "$scratch/norms.csv" --age 40,sex=man:30 --output "$out"
assert "a subgroup of its own age and sex" is_cell 35 "$out/shortfall.csv" norm_qalys subgroup=sex=man
run cea "$scratch/compare" --norms "$scratch/norms.csv" --age sex=men:30 --output "$scratch/none"
expect 2 "a subgroup that is not there" --err 'did you mean "sex=man"'

# ---- a psa: labels, groups of parameters, when it pays for itself ----
psa=$scratch/psa
mkdir "$psa"
awk -v psa="$psa/psa.csv" -v parameters="$psa/parameters.csv" 'BEGIN {
    print "draw,scenario,perspective,subgroup,weight,cost,qalys" > psa
    print "draw,parameter,value" > parameters
    for (d = 1; d <= 100; d++) {
        x = (d * 0.6180339887498949) % 1; y = (d * 0.7548776662466927) % 1
        for (s = 0; s < 2; s++) printf "%d,%s,health,all,1,%.6f,%.8f\n", d, s ? "ips" : "usual", 1000 + s * 30000 * y, 5 + s * (x - 0.4) / 5 > psa
        printf "%d,hr_a,%.8f\n%d,hr_b,%.8f\n%d,lone,%.8f\n", d, x, d, y, d, (x + y) / 2 > parameters
    }
}'
cat >"$psa/about.csv" <<'END'
scenario,key,value
usual,title,Usual care
usual,currency,NOK
usual,thresholds,"200000, 300000"
usual,perspective:health,Health service
ips,title,Individual placement
END
cat >"$psa/provenance.csv" <<'END'
scenario,parameter,value,status
usual,hr_a,0.5,assumed
usual,hr_b,0.5,published
usual,lone,0.5,assumed
END
cat >"$psa/break_even.csv" <<'END'
scenario,comparator,account,name,year,mean,low,high,probability_saving,unit
ips,usual,perspective,health,1.5,100,50,150,0.1,NOK
ips,usual,perspective,health,5,-20,-90,60,0.61,NOK
ips,usual,perspective,health,10,-50,-120,30,0.8,NOK
END
run cea "$psa" --output "$out"
expect 0 "cea of a psa" --out 'ips: Individual placement' --out 'on average by year 5; in 61 % of draws it has by then, and in 80 % by year' --out '300 000'
sed 's/,10,-50,/,10,50,/' "$psa/break_even.csv" >"$scratch/later.csv"
cp "$psa/break_even.csv" "$scratch/break_even.csv"
cp "$scratch/later.csv" "$psa/break_even.csv"
run cea "$psa" --output "$out"
expect 0 "what is lost again has not paid for itself" --out 'on average for a while, but not by year 10; in 80 % of draws it has by then'
cp "$scratch/break_even.csv" "$psa/break_even.csv"
run voi "$psa" --output "$out"
expect 0 "voi of a psa" --out 'hr_\*' --out 'all assumed'
both=$(cell "$out/evppi.csv" evppi parameters='hr_*' threshold=300000)
assert "the family that decides everything is worth EVPI" awk -v a="$both" -v b="$(cell "$out/evpi.csv" evpi threshold=300000)" 'BEGIN { exit !(a > 0.95 * b && a <= b) }'
run voi "$psa" --sets 'hr_*,hr_*+lone' --quiet --output "$out"
expect 0 "families by name"
assert "the same family" is_cell "$both" "$out/evppi.csv" evppi 'parameters=hr_*' threshold=300000
run voi "$psa" --sets 'zz_*' --output "$scratch/none"
expect 2 "a family without members" --err 'no parameter begins with "zz_"'
sed -i '2,$s/,10,/,9,/; 3,4d' "$psa/break_even.csv"
run cea "$psa" --output "$out"
expect 0 "it never pays" --out 'on average not within 1.5 years; in 10 % of draws it has by then'
sed -i '2,$s/,0.1,/,0.003,/' "$psa/break_even.csv"
run cea "$psa" --output "$out"
expect 0 "one draw in 300 is not none" --out 'in <1 % of draws it has by then'

# A comparison with a subgroup of nobody, and one of more subgroups than there were once places for (1 024).
cat >"$scratch/nobody.cfg" <<EOF
extends = "$model"; name = "nobody";
attributes: { sex: { probabilities = [1.0, 0.0]; }; };
EOF
echo 'extends = "nobody.cfg"; name = "nobody-arm"; parameters: { c_programme: { value = 40000.0; }; };' >"$scratch/nobody-arm.cfg"
run compare "$scratch/nobody.cfg" "$scratch/nobody-arm.cfg" -n 300 -q -o "$scratch/nobody"
expect 0 "a comparison with an empty subgroup"
run cea "$scratch/nobody" -o "$scratch/nobody-cea"
expect 0 "cea of it" --out 'Subgroup "sex=man" is left out: there is nobody of it'
assert "the others are there" grep -q ',sex=woman,' "$scratch/nobody-cea/cea.csv"
assert "and it is not" sh -c "! grep -q ',sex=man,' '$scratch/nobody-cea/cea.csv'"
{
    echo "extends = \"$model\"; name = \"places\"; attributes: { place: { levels = [\"p0\""
    seq -f ', "p%g"' 1 1029
    echo ']; probabilities = ["1/1030"'
    seq 1 1029 | sed 's/.*/, "1\/1030"/'
    echo ']; }; }; subgroups = ["place"]; events: { admission: { hazard: { rate = 0.0; }; }; };'
} >"$scratch/places.cfg"
echo 'extends = "places.cfg"; name = "places-arm"; parameters: { c_programme: { value = 40000.0; }; };' >"$scratch/places-arm.cfg"
run compare "$scratch/places.cfg" "$scratch/places-arm.cfg" -n 8000 -q --no-report -o "$scratch/places"
expect 0 "a comparison by 1 030 places"
run cea "$scratch/places" -q -o "$scratch/places-cea"
expect 0 "cea of it"

finish
