#!/bin/sh
# The manual page has every key of the configuration, that of PID 1 and that of the network, under
# its section. (That all tables of keys have the same is tried by the corpus, tests/init/corpus.)
# usage: init_keys.sh PROJECT
set -eu
page=$1/init/pideisn.8

keys=$(sed -n 's/^[[:space:]]*{"\([a-z-]*\)", \([A-Z]*\)(.*/\2 \1/p' \
	"$1/init/config_keys.c" "$1/init/network/network_settings.c" |
	tr '[:upper:]' '[:lower:]')
[ -n "$keys" ]
missing=$(printf '%s\n' "$keys" | while read -r section key; do
	sed -n "/^\.SS \[$section[] ]/,/^\.S[SH] [^[]*$/p" "$page" |
		awk -v section="$section" '/^\.SS / { inside = index($2, "[" section) == 1 } inside' |
		sed 's/\\-/-/g' | grep -q "^\.BI $key \"" || echo "[$section] $key"
done)
[ -z "$missing" ] || { printf 'not in %s:\n%s\n' "$page" "$missing"; exit 1; }
