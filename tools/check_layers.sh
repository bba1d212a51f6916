#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A folder of model/ may include only folders below it. This script lists every #include that breaks the rule, and every file that
# includes a library reserved for another file. A header in include/ipsim/ belongs to the folder its second line names
# ("/* base/error: ..."). Exit code 1 when there is anything to list.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t files < <(find model -name '*.[ch]' | sort)
awk '
BEGIN {
    # What each folder may include, besides itself. maths and random are one rung; random uses the logarithm of maths.
    may["base"] = ""
    may["maths"] = "base"
    may["random"] = "base maths"
    may["scenario"] = "base maths random"
    may["compile"] = "base maths random scenario"
    may["population"] = may["account"] = may["capacity"] = "base maths random scenario compile"
    may["engine"] = may["population"] " population account capacity"
    may["economics"] = may["write"] = "base maths"
    may["experiment"] = may["engine"] " engine"
    may["report"] = "base maths write"
    may["describe"] = may["experiment"] " experiment"
    may["app"] = may["experiment"] " experiment describe economics write report"

    # Libraries that only one file, or the files of one folder, may include.
    only["libconfig.h"] = "model/scenario/parse.c"
    only["mpi.h"] = "model/app/mpi_driver.c"
    only["csv.h"] = "model/base/"
    only["graphviz/gvc.h"] = "model/describe/graphviz.h"
    only["xlsxwriter.h"] = "model/write/"
}
FNR == 1 {
    folder = ""
    if (split(FILENAME, part, "/") && part[1] == "model")
        folder = part[2]
}
FNR == 2 && FILENAME ~ /^include\// {
    folder = $0
    sub(/^\/\* */, "", folder)
    sub(/[\/:].*/, "", folder)
    home[FILENAME] = folder
}
/^[ \t]*#[ \t]*include/ {
    target = $0
    sub(/^[^<"]*[<"](\.\.\/)?/, "", target)
    sub(/[>"].*/, "", target)
    n++
    from[n] = FILENAME; line[n] = FNR; what[n] = target; where[n] = folder
}
FNR == 1 && folder != "" && !(folder in may) { report(FILENAME ":1: folder model/" folder " has no place in the layers") }
function report(text) { print text; bad = 1 }
END {
    for (i = 1; i <= n; i++) {
        target = what[i]
        if (target in only && index(from[i], only[target]) != 1)
            report(from[i] ":" line[i] ": only " only[target] " may include " target)
        if (target ~ /^ipsim\//)
            to = home["include/" target]
        else if (split(target, part, "/") == 2 && (part[1] in may))
            to = part[1]
        else
            continue # the same folder, or a library
        if (!(where[i] in may))
            report(from[i] ":" line[i] ": the second line of this header names no folder of model/")
        else if (to != where[i] && (to == "" || !index(" " may[where[i]] " ", " " to " ")))
            report(from[i] ":" line[i] ": " where[i] " may not include " target " (" (to == "" ? "unknown" : to) ")")
    }
    exit bad
}' include/ipsim/*.h "${files[@]}" >&2
