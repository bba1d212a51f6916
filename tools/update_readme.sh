#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes what the program prints into README.md, or checks that it still stands there.
#
#   tools/update_readme.sh              rewrite every marked block; simulates the Norwegian runs if output/ does not hold them
#   tools/update_readme.sh --check      rewrite nothing; print the differences and exit with 1 if there are any
#   tools/update_readme.sh --check --all    the same, and simulate the Norwegian runs if need be
#   tools/update_readme.sh --extract DIR    put the example scenarios of README.md into DIR
#
# A block begins with one of these comments and ends with <!-- end -->:
#   <!-- begin: file NAME -->       the text of a scenario. It is never changed: the commands below find it under that name.
#   <!-- begin: command LINE -->    a command line and what it prints, standard error included.
#   <!-- begin: norway LINE -->     the same for a command that reads the full Norwegian runs in output/.
#   <!-- begin: norway-targets -->  the published figures beside the simulated ones of those runs, as a table.
#   <!-- begin: norway-sure -->     how sure the figures of IPS against good usual care are, from the Norwegian psa runs, as a table.
#   <!-- begin: norway-structure -->  how that depends on the structure of the model, as a table.
#   <!-- begin: markdown LINE -->   what a command prints, taken as it is.
# Commands are run in a folder of their own that has ./ipsim, scenarios/ and the examples in it, as the root of the project would.
# With --check, blocks of the Norwegian runs are left out unless output/ holds results of this very program and these very scenarios.
# IPSIM=path names another program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8

root=$PWD
readme=README.md
ipsim=$(realpath "${IPSIM:-./ipsim}")
check=no all=no extract=""
while [ $# -gt 0 ]; do
    case $1 in
    --check) check=yes ;;
    --all) all=yes ;;
    --extract)
        extract=${2:?--extract needs a folder}
        shift
        ;;
    *)
        sed -n '3,8s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
    esac
    shift
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
work=$scratch/work
mkdir -p "$work/output"
ln -s "$root/scenarios" "$work/scenarios"
ln -s "$ipsim" "$work/ipsim"

# The Norwegian runs: folder, persons and command. Those of the second list take two minutes.
# shellcheck disable=SC2034 # prepare takes a list by its name
norway=(
    "output/demo|100000|compare scenarios/traditional.cfg scenarios/usual-care.cfg scenarios/ips.cfg scenarios/ips-young.cfg"
    "output/young|100000|compare scenarios/young/traditional.cfg scenarios/young/ips-young.cfg"
    "output/timing|100000|run scenarios/validation/ips-timing.cfg"
)
# shellcheck disable=SC2034
norway_psa=(
    "output/sure|2000000|psa scenarios/usual-care.cfg scenarios/traditional.cfg scenarios/ips.cfg"
    "output/structure|2000000|psa scenarios/usual-care.cfg scenarios/persistence/S1.cfg scenarios/persistence/S5.cfg scenarios/sensitivity/ips-benefit-neutral.cfg --no-decision"
)

digests() { grep -h '"digest"' "$1/manifest.json" 2>/dev/null || echo none; }

# A result is of use if it is complete, newer than the program, and of scenarios with the same digests.
is_fresh() { # folder persons command...
    local trial=$scratch/trial few=()
    [ "$3" != psa ] || few=(--draws 2)
    [ "$1/manifest.json" -nt "$ipsim" ] && grep -q '"interrupted": false' "$1/manifest.json" &&
        grep -q "\"persons_simulated\": $2," "$1/manifest.json" && grep -q '"seed": 20231,' "$1/manifest.json" &&
        grep -q '"replicate": 0,' "$1/manifest.json" || return 1
    "$ipsim" "${@:3}" -n 2 "${few[@]}" --quiet --output "$trial" >/dev/null 2>&1 || return 1
    [ "$(digests "$1")" = "$(digests "$trial")" ]
}

declare -A have=()
prepare() { # "norway" or "norway_psa": true when all its runs are there
    [ -z "${have[$1]:-}" ] || { [ "${have[$1]}" = yes ] && return 0 || return 1; }
    have[$1]=yes
    local -n runs=$1
    local line folder persons command
    for line in "${runs[@]}"; do
        IFS='|' read -r folder persons command <<<"$line"
        read -ra command <<<"$command"
        if ! is_fresh "$folder" "$persons" "${command[@]}"; then
            if [ $check = yes ] && [ $all = no ]; then
                have[$1]=no
                return 1
            fi
            echo "simulating ${command[*]} ..." >&2
            "$ipsim" "${command[@]}" --quiet --output "$folder"
        fi
        ln -sfn "$root/$folder" "$work/$folder"
    done
}

console() { # command line
    # shellcheck disable=SC2016 # a fence, not a command
    printf '```console\n$ %s\n' "$1"
    # What a program without charts says about that is left out, so that README is the same with and without npm.
    (cd "$work" && bash -c "$1" 2>&1 </dev/null) | sed '/^report.html has tables and no charts/d' || true
    # shellcheck disable=SC2016
    printf '```\n'
}

# One row for each target of each scenario. What an arm inherits unchanged from ips.cfg is shown once.
targets() {
    echo '| scenario | published figure | used to | simulated | published | accepted | verdict | source |'
    echo '| --- | --- | --- | --- | --- | --- | --- | --- |'
    local folder
    for folder in demo timing young; do
        sed -n 's/.*"file": "\(.*\)".*/\1/p' "$work/output/$folder/manifest.json" | while read -r file; do
            "$ipsim" show --json "$file" | jq -r '.scenario as $s | ($s[] | select(.key == "name").value) as $n |
                $s[] | select(.key | test("^targets\\..*\\.label$")) | [$n, (.key | split(".")[1]), .value] | @tsv'
        done >"$scratch/labels"
        sed 1d "$work/output/$folder/targets.csv" | awk -F, -v labels="$scratch/labels" -v folder=$folder '
            BEGIN { while ((getline line < labels) > 0) { split(line, f, "\t"); label[f[1], f[2]] = f[3] } }
            $1 == "ips-young" || folder == "timing" && $2 !~ /^cal_(ttj|late)$/ { next }
            { digits = $4 < 0.1 ? "%.4f" : $4 < 1 ? "%.3f" : "%.1f"
              printf "| %s | %s | %s | " digits " | %s | %s to %s | %s | %s |\n", $1, label[$1, $2],
                     $3 == "calibration" ? "calibrate" : "hold out", $4, $5, $6, $7, $8, $10 }'
    done
}

# Rows that say how sure the difference of IPS from good usual care is; point estimates from the comparison of all arms.
sure() {
    echo '| IPS against good usual care, a person | at the central values | mean of the draws (95 %) | draws in which it is below 0 | of the variance between draws, noise |'
    echo '| --- | --- | --- | --- | --- |'
    awk -F, '
        function shown(x,    unit) {
            if (x < 100 && x > -100) return sprintf("%.2g", x)
            unit = x > -9950 && x < 9950 ? 100 : 1000
            x = sprintf("%.0f", x / unit) * unit
            return x < 1000 && x > -1000 ? x "" : sprintf("%d %03d", int(x / 1000), x < 0 ? -x % 1000 : x % 1000)
        }
        FNR == 1 { delete at; for (i = 1; i <= NF; i++) at[$i] = i; next }
        { scenario = $at["scenario"]; outcome = $at["outcome"] }
        $at["subgroup"] != "all" || $at["payer"] != "all" || $at["discounted"] != "yes" || $at["year"] != 49 { next }
        FILENAME ~ /differences/ { point[scenario, outcome] = $at["estimate"]; next }
        scenario == "ips" && $at["comparator"] == "usual-care" {
            row[outcome] = sprintf("%s | %s (%s to %s) | %.0f %% | %.0f %%", shown(point["ips", outcome] - point["usual-care", outcome]), shown($at["mean"]), shown($at["low"]),
                                   shown($at["high"]), 100 * (1 - $at["probability_above_0"]), 100 * $at["noise_share"])
        }
        END {
            n = split("cost_health|extra cost, NOK: health service|cost_extended_health|health and care services|cost_fiscal|public purse|cost_societal|society|qalys|QALYs gained|employment_years|years in work", name, "|")
            for (i = 1; i < n; i += 2) printf "| %s | %s |\n", name[i + 1], row[name[i]]
        }' "$work/output/demo/differences.csv" "$work/output/sure/psa_summary.csv"
    awk -F, '$1 == "health" && $2 == "all" && $4 == "ips" { share[$3] = sprintf("%.0f %%", 100 * $5) }
        END { printf "\nFrom the perspective of the health service alone, IPS is the best of the three arms in %s of draws at 275 000 NOK a QALY, and in %s at 715 000.\n", share[275000], share[715000] }' \
        "$work/output/sure/ceac.csv"
}

structure() {
    echo '| IPS against good usual care | society saves in |'
    echo '| --- | --- |'
    local line
    for line in "sure|ips|as above" "structure|S1|effects never end (S1)" "structure|ips-benefit-neutral|no gain in disability benefit" \
        "structure|S5|the others catch up after three years (S5)"; do
        IFS='|' read -r folder arm words <<<"$line"
        awk -F, -v arm="$arm" -v words="$words" '$1 == arm && $2 == "usual-care" && $3 == "perspective" && $4 == "societal" && $5 == 49 {
            printf "| %s | %.0f %% of draws |\n", words, 100 * $9 }' "$work/output/$folder/break_even.csv"
    done
}

begin='^<!-- begin: ([a-z-]+) ?(.*) -->$'
skipped=0
generate() {
    local line kind="" argument inside=no
    while IFS= read -r line || [ -n "$line" ]; do
        if [ $inside = no ]; then
            printf '%s\n' "$line"
            [[ $line =~ $begin ]] || continue
            kind=${BASH_REMATCH[1]} argument=${BASH_REMATCH[2]} inside=replaced
            case $kind in
            file)
                inside=kept
                : >"$work/$argument"
                ;;
            command) console "$argument" ;;
            markdown) (cd "$work" && bash -c "$argument") ;;
            norway | norway-targets | norway-sure | norway-structure)
                if ! prepare norway || { [[ $kind == norway-s* ]] && ! prepare norway_psa; }; then
                    inside=kept skipped=$((skipped + 1))
                else
                    case $kind in
                    norway) console "$argument" ;;
                    norway-targets) targets ;;
                    norway-sure) sure ;;
                    norway-structure) structure ;;
                    esac
                fi
                ;;
            *)
                echo "$readme: a block of unknown kind: $line" >&2
                exit 1
                ;;
            esac
        elif [ "$line" = '<!-- end -->' ]; then
            printf '%s\n' "$line"
            inside=no
        elif [ $inside = kept ]; then
            printf '%s\n' "$line"
            [ "$kind" != file ] || [[ $line == '```'* ]] || printf '%s\n' "$line" >>"$work/$argument"
        fi
    done <$readme
    if [ $inside != no ]; then
        echo "$readme: a block has no end: $kind $argument" >&2
        exit 1
    fi
}

if [ -n "$extract" ]; then
    mkdir -p "$extract"
    awk -v folder="$extract" '
        /^<!-- begin: file .* -->$/ { name = folder "/" $4; printf "" >name; next }
        /^<!-- end -->$/ { name = "" }
        name != "" && !/^```/ { print >name }' $readme
    exit
fi

generate >"$scratch/new"
if [ $check = yes ]; then
    diff -u --label "README.md as it is" --label "README.md as it should be" $readme "$scratch/new" || exit 1
    [ $skipped = 0 ] || echo "$skipped blocks of the Norwegian runs were not checked: output/ does not hold these runs (make demo)"
else
    cmp -s $readme "$scratch/new" || cat "$scratch/new" >$readme
fi
