#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything that looks at the source without running it; all checks run, then the exit code says whether one complained.
# Usage (from the Makefile): tools/lint.sh build-folder compile-command
set -uo pipefail
build=$1
read -ra compile <<<"$2"
bad=0

check() { # title, command...
    echo "== $1"
    "${@:2}" || {
        echo "-- $1: not clean" >&2
        bad=1
    }
}

mapfile -t sources < <(find model -name '*.c' | sort)
mapfile -t tests < <(find tests -name '*.c' | sort)
mapfile -t headers < <(find include model tests -name '*.h' | sort)
mapfile -t scripts < <(find tools tests -name '*.sh' | sort)
mapfile -t objects < <(find "$build/model" -name '*.o' | sort)
flags=()
for word in "${compile[@]:1}"; do
    case $word in -I* | -D* | -std=* | -fopenmp) flags+=("$word") ;; esac
done
# report_assets.c takes these into the program; see the Makefile.
flags+=("'-DIPSIM_REPORT_STYLE=\"model/report/web/page.css\"'" "'-DIPSIM_REPORT_MESSAGES=\"model/report/web/messages.json\"'")

# shellcheck disable=SC2317 # these functions are called through check
format() {
    local file differs=0
    for file in "${sources[@]}" "${tests[@]}" "${headers[@]}"; do
        clang-format "$file" | cmp -s - "$file" || {
            echo "$file differs from what make format would write"
            differs=1
        }
    done
    return "$differs"
}
check "clang-format" format
check "cppcheck" cppcheck --quiet --std=c11 --error-exitcode=1 --enable=warning,portability --inline-suppr --suppress=missingIncludeSystem --suppress=nullPointerRedundantCheck \
    -Iinclude -Imodel "${sources[@]}"
# shellcheck disable=SC2317
tidy() {
    printf '%s\0' "${sources[@]}" | xargs -0 -n 4 -P "$(nproc)" bash -c 'clang-tidy --quiet --warnings-as-errors="*" "$@" -- '"${flags[*]}" tidy 2> \
        >(grep -v 'warnings\? generated' >&2)
}
check "clang-tidy" tidy
check "shellcheck" shellcheck -x .ci/run tools/slurm/*.sbatch "${scripts[@]}"
check "layers" tools/check_layers.sh
check "symbols" tools/check_symbols.sh "${objects[@]}"
exit $bad
