#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `make dist` does: build/ipsim-VERSION.tar.gz, made of the last commit.
#
#   tools/release.sh VERSION GIT_HASH
#
# It builds without git: the hash lies in .release. The charts of report.html are in it when they were built here, so that nobody needs npm.
set -eu
cd "$(dirname "$0")/.."
version=$1 hash=$2
name=ipsim-$version
archive=build/$name.tar.gz

git rev-parse -q --verify HEAD >/dev/null 2>&1 || {
    echo "A release is made from a git repository, and there is none here." >&2
    exit 1
}
case $hash in
*-modified)
    echo "Changes that are not committed are not in the release."
    hash=${hash%-modified}
    ;;
esac
mkdir -p build/release
echo "$hash" >build/release/.release
set -- "--prefix=$name/" --add-file=build/release/.release
if [ -s build/web/report.js ] && [ -s build/web/report.digest ]; then
    set -- "$@" "--prefix=$name/build/web/" --add-file=build/web/report.js --add-file=build/web/report.digest
else
    echo "Without the charts of report.html, which were not built here (make charts)."
fi
git archive --format=tar.gz -o "$archive.new" "$@" "--prefix=$name/" HEAD
mv "$archive.new" "$archive"
rm -rf build/release
echo "$archive"
