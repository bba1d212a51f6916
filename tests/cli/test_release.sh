#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `make dist`: a release that builds by itself, without git, and installs. It compiles everything, so it is a test of `make test-slow`.
# shellcheck disable=SC2317 # functions are called through assert
. "$(dirname "$0")/lib.sh"
export LIMIT=1500

if ! git rev-parse -q --verify HEAD >/dev/null 2>&1; then
    skip "a release" "this is no git repository"
    finish
fi

hash=$(git rev-parse --short=12 HEAD)
version=$(sed -n 's/^VERSION := //p' Makefile)
assert "make dist" tools/release.sh "$version" "$hash"
archive=build/ipsim-$version.tar.gz
assert "everything lies in one folder" [ "$(tar -tzf "$archive" | cut -d/ -f1 | sort -u)" = "ipsim-$version" ]
tar -xzf "$archive" -C "$scratch"
cd "$scratch/ipsim-$version" || exit 1
if [ -s "$OLDPWD/build/web/report.js" ]; then
    assert "the charts of the report are in it" cmp build/web/report.js "$OLDPWD/build/web/report.js"
else
    skip "the charts of the report" "they were not built here (make charts)"
fi
# No git, and nothing left of the flags of the make that may have called us. CHARTS would try npm first.
mkdir "$scratch/bin"
printf '#!/bin/sh\nexit 127\n' | tee "$scratch/bin/git" "$scratch/bin/npm" >/dev/null
chmod +x "$scratch/bin/git" "$scratch/bin/npm"
built=$scratch/installed
make_here() { limit env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS PATH="$scratch/bin:$PATH" make -s CFLAGS=-O0 CHARTS="${CHARTS:-yes}" "$@"; }
assert "it builds without git" make_here program
assert "and installs" make_here install-files PREFIX="$built"
IPSIM=$built/bin/ipsim
run version
expect 0 "it knows the commit that it was made of" --out "$hash"
run run "$PWD/tests/cli/model.cfg" -n 100 --output "$scratch/result"
expect 0 "it simulates"
assert "a whole result" is_whole "$scratch/result"

finish
