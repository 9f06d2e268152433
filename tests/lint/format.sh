#!/bin/sh
# The code is laid out as clang-format lays it out by .clang-format.
# usage: format.sh PROJECT
set -eu
cd "$1"

command -v clang-format >/dev/null || { echo "skipped: no clang-format"; exit 77; }
find src init guest include tests -name '*.[ch]' -print0 | sort -z |
	xargs -0 clang-format --dry-run -Werror
