#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `make install` puts where, manual pages without a warning, and completions that complete.
# shellcheck disable=SC2317 # functions are called through assert
. "$(dirname "$0")/lib.sh"

commands=$("$IPSIM" help | awk '/^Commands$/ { on = 1; next } /^$/ { on = 0 } on { print $1 }')
root=$scratch/root
prefix=/opt/a\ place
share=$root$prefix/share

# The program is there already, so that nothing is compiled again whatever flags this was called with.
install_it() { limit make -s "$1" "PROGRAM=$IPSIM" "DESTDIR=$root" "PREFIX=$prefix"; }

mkdir -p "$root/opt/a place/share/man/man1" "$root/opt/a place/bin"
echo mine | tee "$root/opt/a place/share/man/man1/other.1" >"$root/opt/a place/bin/other"
assert "make install" install_it install-files
assert "the installed program runs" "$root$prefix/bin/ipsim" version
"$root$prefix/bin/ipsim" help >"$scratch/out"
scenarios=$share/ipsim/scenarios
assert "and says where its scenarios lie" grep -qF "$scenarios/ips.cfg" "$scratch/out"
cd "$scratch" || exit 1
code=0
limit "$root$prefix/bin/ipsim" check "$scenarios/traditional.cfg" "$scenarios/ips.cfg" >"$scratch/out" 2>"$scratch/err" || code=$?
expect 0 "they are whole, from any folder" --out 'ips\.cfg: ok'
cd "$OLDPWD" || exit 1
for command in $commands; do
    assert "a manual page of $command" test -s "$share/man/man1/ipsim-$command.1"
done
for file in man/man1/ipsim.1 man/man5/ipsim-scenario.5 bash-completion/completions/ipsim zsh/site-functions/_ipsim \
    fish/vendor_completions.d/ipsim.fish ipsim/README.md ipsim/LICENSE; do
    assert "$file" test -s "$share/$file"
done
assert "nobody but the owner may write" sh -c "[ -z \"\$(find '$root' -type f -perm /022)\" ]"

# ---- manual pages ----
run help compare --man
expect 0 "help --man writes a page" --out '^\.TH "IPSIM-COMPARE" 1' --out '^\.SH OPTIONS' --out 'persons'
run help --man
expect 0 "a page of the program" --out 'ipsim\\-compare' --out 'NO_COLOR'
run help scenario --man
expect 0 "a page of the language" --out '^\.TH "IPSIM-SCENARIO" 5' --out 'horizon_years' --out '^\.SS transitions'
if command -v groff >/dev/null; then
    for page in "$share"/man/man?/ipsim*; do
        groff -k -man -Tutf8 -P-cbuo -ww "$page" 2>"$scratch/err" >"$scratch/${page##*/}.txt"
        assert "${page##*/}: no warning" is_empty "$scratch/err"
    done
    text=$(tr -s ' \n' ' ' <"$scratch/ipsim-run.1.txt")
    assert "the page of run has its options" grep -q -e '-n, --persons N number of persons to simulate' <<<"$text"
    assert "and its exit codes" grep -q '130 interrupted' <<<"$text"
else
    skip "manual pages without warnings" "groff is not installed"
fi
if command -v man >/dev/null && MANPATH=$share/man man -w ipsim >/dev/null 2>&1; then
    assert "man finds a page" sh -c "MANPATH='$share/man' man -w ipsim-compare"
    MANPATH=$share/man LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings ipsim-scenario >"$scratch/out" 2>"$scratch/err"
    assert "man has no warning about the language" is_empty "$scratch/err"
    assert "and shows it" grep -q 'simulation.persons' "$scratch/out"
else
    skip "man" "man is not installed, or shows no pages here"
fi

# ---- bash ----
# Completes the last of the words as bash would.
complete_line() { # words...
    bash --norc -c '
        . "$1"; shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
        compopt() { :; } # there is no completion going on here to which options belong
        _ipsim
        printf "%s\n" "${COMPREPLY[@]}"' bash "$share/bash-completion/completions/ipsim" "$@"
}
completes() { # words..., expected answers in one word
    [ "$(complete_line "${@:1:$#-1}" | sort | paste -sd' ')" = "${*: -1}" ]
}
mkdir -p "$scratch/folder/arms of ips"
touch "$scratch/folder/one.cfg" "$scratch/folder/two.cfg" "$scratch/folder/table.csv" "$scratch/folder/a.ipsim"
cd "$scratch/folder" || exit 1
assert "bash: commands" completes ipsim co "compare"
assert "bash: all of them" [ "$(complete_line ipsim "" | grep -vc -e '--')" = "$(wc -w <<<"$commands")" ]
assert "bash: options of a command" completes ipsim run --per "--persons"
assert "bash: and no others" completes ipsim show --per ""
assert "bash: words that an option takes" completes ipsim run --engine "" "fast reference"
assert "bash: scenarios and folders" completes ipsim compare one.cfg "" "arms of ips one.cfg two.cfg"
assert "bash: tables" completes ipsim cea ta "table.csv"
assert "bash: shards" completes ipsim merge a. "a.ipsim"
assert "bash: folders for results" completes ipsim run -o "" "arms of ips"
assert "bash: help" completes ipsim help scen "scenario"
assert "bash: nothing where anything may stand" completes ipsim run --seed "" ""
cd "$OLDPWD" || exit 1
for option in $("$IPSIM" run --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -e '--[a-z-]+'); do
    assert "bash: run $option" grep -qxF -e "$option" <<<"$(complete_line ipsim run "$option")"
done

# ---- zsh and fish ----
if command -v zsh >/dev/null; then
    assert "zsh: it can be read" zsh -n "$share/zsh/site-functions/_ipsim"
    cat >"$scratch/try.zsh" <<'END'
fpath=("$1" $fpath)
autoload -Uz compinit && compinit -D -d "$2"
[[ ${_comps[ipsim]} == _ipsim ]] && autoload +X _ipsim
END
    assert "zsh: it is found for ipsim" zsh -f "$scratch/try.zsh" "$share/zsh/site-functions" "$scratch/zcompdump"
else
    skip "zsh completion" "zsh is not installed"
fi
if command -v fish >/dev/null; then
    assert "fish: it can be read" fish --no-execute "$share/fish/vendor_completions.d/ipsim.fish"
    fish_says() { fish --no-config -c "source '$share/fish/vendor_completions.d/ipsim.fish'; complete -C '$1'" | cut -f1 | sort | paste -sd' '; }
    export HOME=$scratch
    assert "fish: commands" [ "$(fish_says 'ipsim com')" = compare ]
    assert "fish: options" [ "$(fish_says 'ipsim run --per')" = --persons ]
    assert "fish: words that an option takes" [ "$(fish_says 'ipsim run --engine ')" = "fast reference" ]
else
    skip "fish completion" "fish is not installed"
fi
run help --completion csh
expect 2 "a shell that is not known" --err 'bash, zsh or fish'

# ---- and away again ----
assert "make uninstall" install_it uninstall
assert "takes away what install put there, and nothing else" [ "$(find "$root" -type f -printf '%P\n' | sort | paste -sd' ')" = \
    "opt/a place/bin/other opt/a place/share/man/man1/other.1" ]

finish
