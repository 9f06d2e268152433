#!/bin/sh
# cppcheck finds nothing. It does not know the cleanup attribute, so leaks are left to
# AddressSanitizer; and it takes NULL for an integer.
# usage: cppcheck.sh PROJECT
set -eu
cd "$1"

command -v cppcheck >/dev/null || { echo "skipped: no cppcheck"; exit 77; }
cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
	--inline-suppr --suppress=missingInclude --suppress=unknownMacro \
	--suppress=memleak --suppress=resourceLeak --suppress=varFuncNullUB \
	-D__GNUC__=12 -I include --error-exitcode=1 -j 2 src init guest
