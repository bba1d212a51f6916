#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bundles model/report/web/ with Apache ECharts into build/web/report.js, which becomes part of the program.
#
#   tools/build_report_script.sh HEADER     writes HEADER for report_assets.c: it names the script and its digest, or nothing
#   tools/build_report_script.sh --tools    prints what there is to build with, so that make knows when that changes
#
# It never fails for want of npm or the network: ipsim is built without charts then, and one line says why and what to do. A script that lies in
# build/web/ already, as in a release, is used as it is where there is no npm. CHARTS=no leaves the charts out.
set -eu
folder=build/web
sources=model/report/web

if [ "${1:-}" = --tools ]; then
    echo "charts ${CHARTS:-yes}, node $(node --version 2>/dev/null || echo none), npm $(command -v npm || echo none)"
    exit
fi
header=$1
mkdir -p "$folder"

finish() { # with the script that is there, or without
    if [ "${CHARTS:-yes}" != no ] && [ -s $folder/report.js ] && [ -s $folder/report.digest ]; then
        printf '#define IPSIM_REPORT_SCRIPT "%s"\n#define IPSIM_REPORT_DIGEST "%s"\n' $folder/report.js $folder/report.digest >"$header"
    else
        echo '/* no charts */' >"$header"
    fi
    exit 0
}

if [ "${CHARTS:-yes}" = no ]; then
    finish
fi
if ! command -v npm >/dev/null 2>&1 || ! command -v node >/dev/null 2>&1; then
    [ -s $folder/report.js ] || echo "ipsim is built without the charts of report.html: nodejs and npm are not here. To have them: make charts"
    finish
fi

log=$folder/npm.log
if ! cmp -s $sources/package-lock.json $folder/package-lock.json || [ ! -d $folder/node_modules/echarts ]; then
    cp $sources/package.json $sources/package-lock.json $sources/.npmrc $folder/
    if ! (cd $folder && npm ci --no-progress --fetch-retries=1 --fetch-timeout=30000) >$log 2>&1; then
        rm -f $folder/package-lock.json
        echo "ipsim is built without new charts for report.html: npm could not fetch them ($log says why). To try again: make charts"
        finish
    fi
fi
# Beside the modules, where their names are looked for.
rm -rf $folder/report.js $folder/report.digest $folder/sources
mkdir $folder/sources
cp -R $sources/bundle.mjs $sources/page.js $sources/lib $sources/sections $folder/sources/
if node $folder/sources/bundle.mjs $folder/sources/page.js $folder >$log 2>&1; then
    finish
fi
cat $log >&2
echo "The script of report.html cannot be bundled." >&2
exit 1
