#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `make install` and `make uninstall` do.
#
#   tools/install_files.sh install PROGRAM PREFIX       PREFIX with what DESTDIR puts before it
#   tools/install_files.sh uninstall PROGRAM PREFIX
#
# Manual pages and completions are written by the program itself, from the tables that drive its command line.
set -eu
cd "$(dirname "$0")/.."
action=$1 program=$2 prefix=$3
share=$prefix/share
bash_folder=$share/bash-completion/completions
zsh_folder=$share/zsh/site-functions
fish_folder=$share/fish/vendor_completions.d
commands=$(sed -n 's/^ *\.name = "\([a-z]*\)",$/\1/p' model/app/options.c)

put() { # file; its text on standard input
    cat >"$1.new"
    chmod 644 "$1.new"
    mv "$1.new" "$1"
}

case $action in
install)
    for folder in "$prefix/bin" "$share/ipsim" "$share/man/man1" "$share/man/man5" "$bash_folder" "$zsh_folder" "$fish_folder"; do
        install -d -m 755 "$folder"
    done
    install -m 755 "$program" "$prefix/bin/ipsim"
    rm -rf "$share/ipsim/scenarios"
    cp -R scenarios "$share/ipsim/"
    chmod -R a+rX,u+w "$share/ipsim/scenarios"
    install -m 644 README.md LICENSE CITATION.cff CHANGELOG.md "$share/ipsim/"
    "$program" help --man | put "$share/man/man1/ipsim.1"
    for command in $commands; do
        "$program" help "$command" --man | put "$share/man/man1/ipsim-$command.1"
    done
    "$program" help scenario --man | put "$share/man/man5/ipsim-scenario.5"
    "$program" help --completion bash | put "$bash_folder/ipsim"
    "$program" help --completion zsh | put "$zsh_folder/_ipsim"
    "$program" help --completion fish | put "$fish_folder/ipsim.fish"
    echo "Installed: $prefix/bin/ipsim, with scenarios in $share/ipsim, manual pages and completions in $share"
    ;;
uninstall)
    rm -f "$prefix/bin/ipsim" "$share/man/man1/ipsim.1" "$share/man/man5/ipsim-scenario.5" "$bash_folder/ipsim" "$zsh_folder/_ipsim" \
        "$fish_folder/ipsim.fish"
    for command in $commands; do
        rm -f "$share/man/man1/ipsim-$command.1"
    done
    rm -rf "$share/ipsim"
    ;;
*)
    sed -n '3,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
