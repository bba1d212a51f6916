#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Lists global symbols in object files that do not begin with ipsim_ (main excepted). Usage: tools/check_symbols.sh object...
set -eu
# Names that begin with two underscores or .gomp belong to the compiler (sanitizers, OpenMP).
stray=$(nm -A -g --defined-only "$@" | awk '$NF !~ /^(ipsim_|__|\.gomp)/ && $NF != "main"')
[ -z "$stray" ] || {
    echo "Global symbols without the prefix ipsim_ (make them static, or name them so):" >&2
    echo "$stray" >&2
    exit 1
}
