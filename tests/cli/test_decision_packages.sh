#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Published results of other packages, from the samples they were computed from, digit for digit.
. "$(dirname "$0")/lib.sh"
out=$scratch/results

cell() { # file, column, column=value...
    awk -F, -v wanted="$2" -v conditions="${*:3}" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(conditions, c, " "); next }
        { for (i = 1; i <= n; i++) { split(c[i], kv, "="); if ($at[kv[1]] != kv[2]) next } print $at[wanted]; exit }' "$1"
}
# shellcheck disable=SC2317 # called through assert
prints() { # what was published, significant digits, then as for cell
    local found
    found=$(printf "%.$2g" "$(cell "${@:3}")")
    [ "$found" = "$1" ] || {
        echo "found $found, published $1"
        return 1
    }
}

# ---- BCEA, summary(bcea(eff, cost, ref = 2)) of its data set Vaccine at k = 25000, in the reference page of summary.bcea:
#   Optimal decision: choose Status Quo for k < 20100 and Vaccination for k >= 20100
#   Expected net benefit  Status Quo -36.054, Vaccination -34.826;  EIB 1.2284, CEAC 0.529, ICER 20098;  EVPI 2.4145
run cea tests/data/bcea_vaccine.csv --effect effect --comparator status_quo --threshold 0:50000:100 --quiet --output "$out"
expect 0 "BCEA's Vaccine"
assert "expected net benefit of the status quo" prints -36.054 5 "$out/net_benefit.csv" nmb strategy=status_quo threshold=25000
assert "and of vaccination" prints -34.826 5 "$out/net_benefit.csv" nmb strategy=vaccination threshold=25000
assert "EIB" prints 1.2284 5 "$out/net_benefit.csv" incremental_nmb strategy=vaccination threshold=25000
assert "CEAC" prints 0.529 3 "$out/ceac.csv" probability_best strategy=vaccination threshold=25000
assert "ICER" prints 20098 5 "$out/frontier.csv" icer strategy=vaccination
assert "EVPI" prints 2.4145 5 "$out/evpi.csv" evpi threshold=25000
assert "the decision changes at 20 100" test "$(cell "$out/evpi.csv" threshold best_strategy=vaccination)" = 20100

# ---- dampack, calculate_icers: cdiff_icers.csv ----
run cea tests/data/dampack_cdiff.csv --quiet --output "$out"
expect 0 "dampack's C. difficile strategies"
while read -r strategy before icer; do
    assert "$strategy costs $icer a QALY" prints "$icer" 9 "$out/frontier.csv" icer strategy="$strategy" compared_with="$before"
done <<'END'
s27 s3 2769.85471
s33 s27 4065.03105
s31 s33 5056.22165
s43 s31 8504.21606
s44 s43 38362.652
END
assert "s39 is extendedly dominated" test "$(cell "$out/cea.csv" standing strategy=s39)" = 'extendedly dominated'
for strategy in s4 s13 s37 s20; do
    assert "$strategy is dominated" test "$(cell "$out/cea.csv" standing strategy=$strategy)" = dominated
done

# ---- darthpack, means of its probabilistic analysis of Sick-Sicker: tables/05b_probabilistic_cea_results.csv ----
printf 'strategy,cost,effect\nNo Treatment,115538.934342009,19.9530484872441\nTreatment,213755.772031618,20.6389131041584\n' >"$scratch/darth.csv"
run cea "$scratch/darth.csv" --quiet --output "$out"
expect 0 "darthpack's Sick-Sicker"
assert "Treatment costs 143 201 a QALY" prints 143201.493804 12 "$out/frontier.csv" icer strategy=Treatment

finish
