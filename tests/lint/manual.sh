#!/bin/sh
# The manual page names every command and every option that --help shows.
# usage: manual.sh PROJECT MVIRT-MKOS
set -eu
mkos=$2
page=$1/src/cli/mvirt-mkos.1

commands=$("$mkos" --help | sed -n '/^Commands:/,/^Options:/s/^  \([a-z]*\) .*/\1/p')
[ -n "$commands" ]
missing=
for command in $commands; do
	grep -q "^\.SS $command\$" "$page" || missing="$missing $command"
	for option in $("$mkos" "$command" --help | grep -oE '^ +(-.,)? +--[a-z-]+' |
		grep -oE '\-\-[a-z-]+'); do
		[ "$option" = --help ] && continue
		escaped=$(printf '%s' "$option" | sed 's/-/\\\\-/g')
		grep -q -- "$escaped" "$page" || missing="$missing $command:$option"
	done
done
[ -z "$missing" ] || { echo "not in $page:$missing"; exit 1; }
