#!/bin/sh
# A function fits a screen and a file has one subject: 60 and 600 lines at most.
# usage: sizes.sh PROJECT
set -eu
cd "$1"

found=$(
	find src init guest include tests -name '*.[ch]' | sort | while read -r file; do
		awk -v file="$file" '
			/^\{/ { start = FNR }
			/^\}/ && start {
				if (FNR - start > 60)
					printf "%s:%d: a function of %d lines\n", file, start, FNR - start
				start = 0
			}
			END { if (FNR > 600) printf "%s: %d lines\n", file, FNR }' "$file"
	done
)
[ -z "$found" ] || { printf 'too long:\n%s\n' "$found"; exit 1; }
