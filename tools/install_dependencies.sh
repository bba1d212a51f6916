#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Looks for what ipsim needs and installs what is missing.
#
#   tools/install_dependencies.sh [--check] [build] [test] [slow] [lint] [mpi] [slurm] [charts] [browser]
#
# On Debian and Ubuntu missing packages are installed with apt-get (through sudo where that is needed). With --check, and on every
# other system, nothing is installed: the exact list of what to install is printed and the exit code is 1.
# Nothing is asked, nothing is downloaded when nothing is missing, and no rights are needed then.
set -eu

check_only=no
groups=""
for argument in "$@"; do
    case $argument in
    --check) check_only=yes ;;
    build | test | slow | lint | mpi | slurm | charts | browser) groups="$groups $argument" ;;
    *)
        echo "usage: tools/install_dependencies.sh [--check] [build] [test] [slow] [lint] [mpi] [slurm] [charts] [browser]" >&2
        exit 2
        ;;
    esac
done

compiler=${CC:-cc}
compiler=${compiler%% *}
missing_packages="" # Debian names
missing_things=""   # the same for people on other systems, one a line

need() { # package, what it is
    case " $missing_packages " in *" $1 "*) return ;; esac
    missing_packages="${missing_packages:+$missing_packages }$1"
    missing_things="$missing_things    $2
"
}

need_command() { # command, package, what it is
    command -v "$1" >/dev/null 2>&1 || need "$2" "$3"
}

flags_of() { # the include flags pkg-config knows, or nothing
    pkg-config --cflags "$1" 2>/dev/null || true
}

# A header is found by the compiler itself, so that libraries outside the system folders (CPATH, CPPFLAGS) count as well.
need_header() { # preprocessor text, flags, package, what it is
    # shellcheck disable=SC2086
    printf '%b\n' "$1" | "$compiler" $2 ${CPPFLAGS:-} -E -x c - >/dev/null 2>&1 || need "$3" "$4"
}

look_for() { # group
    case $1 in
    build)
        case $compiler in
        *clang*)
            need_command "$compiler" clang "a C compiler (clang 14 or newer)"
            need_header '#include <omp.h>' '' libomp-dev "OpenMP for clang (omp.h, libomp)"
            ;;
        *) need_command "$compiler" gcc "a C compiler with OpenMP (gcc 12 or newer)" ;;
        esac
        need_header '#include <stdio.h>' '' libc6-dev "the C library's headers"
        need_command ar binutils "binutils (ar, ld)"
        need_command pkg-config pkg-config "pkg-config"
        need_header '#include <gsl/gsl_math.h>' "$(flags_of gsl)" libgsl-dev "GSL, the GNU Scientific Library 2.5 or newer (gsl/gsl_math.h)"
        need_header '#include <libconfig.h>' "$(flags_of libconfig)" libconfig-dev "libconfig 1.5 or newer (libconfig.h)"
        need_header '#include <Random123/philox.h>' '' librandom123-dev "Random123 1.09 or newer, headers only (Random123/philox.h)"
        need_header '#include <lua.h>\n#if LUA_VERSION_NUM != 504\n#error\n#endif' \
            "$(flags_of lua5.4) $(flags_of lua) -I/usr/include/lua5.4" liblua5.4-dev "Lua 5.4 (lua.h)"
        need_header '#include <sqlite3.h>' "$(flags_of sqlite3)" libsqlite3-dev "SQLite 3 (sqlite3.h)"
        need_header '#include <jansson.h>' "$(flags_of jansson)" libjansson-dev "Jansson 2.12 or newer (jansson.h)"
        need_header '#include <xlsxwriter.h>' "$(flags_of xlsxwriter)" libxlsxwriter-dev "libxlsxwriter 1.0 or newer (xlsxwriter.h)"
        need_header '#include <csv.h>' '' libcsv-dev "libcsv 3 (csv.h)"
        need_header '#include <zlib.h>' '' zlib1g-dev "zlib (zlib.h)"
        need_header '#include <graphviz/gvc.h>' "$(flags_of libgvc)" libgraphviz-dev "Graphviz 2.42 or newer (graphviz/gvc.h)"
        ;;
    test)
        need_header '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <cmocka.h>' \
            "$(flags_of cmocka)" libcmocka-dev "cmocka 1.1 or newer (cmocka.h)"
        need_command bash bash "bash"
        [ -e /usr/share/i18n/locales/nb_NO ] || need locales "the sources of locales (/usr/share/i18n/locales/nb_NO), for localedef"
        need_command jq jq "jq"
        need_command unzip unzip "unzip"
        need_command sqlite3 sqlite3 "the command sqlite3"
        ;;
    slow)
        need_command soffice libreoffice-calc-nogui "LibreOffice Calc, which opens the workbook in its test (soffice)"
        need_command clang clang "clang 14 or newer"
        printf '#include <omp.h>\n' | clang -fopenmp -E -x c - >/dev/null 2>&1 || need libomp-dev "OpenMP for clang (omp.h, libomp)"
        ;;
    mpi)
        need_header '#include <mpi.h>' "$(flags_of ompi-c) $(flags_of ompi)" libopenmpi-dev "OpenMPI 4 or newer (mpi.h)"
        need_command mpirun openmpi-bin "mpirun"
        ;;
    slurm)
        need_command slurmctld slurm-wlm "Slurm (slurmctld, slurmd), for its test"
        need_command munged munge "munge, for the test of Slurm"
        ;;
    charts)
        need_command node nodejs "Node.js 18 or newer, for the charts of report.html"
        need_command npm npm "npm, for the charts of report.html"
        ;;
    browser)
        need_command chromium chromium "Chromium, for the tests of report.html"
        need_command pdftotext poppler-utils "pdftotext, for the tests of report.html"
        ;;
    lint)
        need_command clang-format clang-format "clang-format 14"
        need_command clang-tidy clang-tidy "clang-tidy 14"
        need_command cppcheck cppcheck "cppcheck"
        need_command shellcheck shellcheck "shellcheck"
        ;;
    esac
}

look_for_all() {
    missing_packages=""
    missing_things=""
    for group in ${groups:-build}; do
        look_for "$group"
    done
}

look_for_all
[ -n "$missing_packages" ] || exit 0

explain() {
    echo "ipsim needs what is not installed here:"
    printf '%s' "$missing_things"
    if command -v apt-get >/dev/null 2>&1; then
        echo "On Debian or Ubuntu:"
        echo "    apt-get install --no-install-recommends $missing_packages"
    else
        echo "Install these with this system's package manager (Debian calls them: $missing_packages), then try again."
    fi
}

if [ $check_only = yes ] || ! command -v apt-get >/dev/null 2>&1; then
    explain >&2
    exit 1
fi

as_root=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        explain >&2
        echo "This needs the administrator's rights, and sudo is not here." >&2
        exit 1
    fi
    as_root="sudo"
    [ -t 0 ] || as_root="sudo -n" # nobody is there to type a password
fi
echo "Installing what ipsim needs${as_root:+ (with sudo)}: $missing_packages"

apt() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt update >"$log" 2>&1 || echo "apt-get update did not succeed; going on with the package lists that are here."
# shellcheck disable=SC2086
if ! apt install --no-install-recommends $missing_packages >>"$log" 2>&1; then
    cat "$log" >&2
    explain >&2
    exit 1
fi

look_for_all
if [ -n "$missing_packages" ]; then
    cat "$log" >&2
    echo "Installed, and still not found:" >&2
    explain >&2
    exit 1
fi
