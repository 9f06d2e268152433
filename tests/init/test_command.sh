#!/bin/sh
# The program where it is not process 1: test_command.sh PIDEISN VERSION
set -u
pideisn=$1
version=$2
failed=0

# expect STATUS OUTPUT ERRORS ARGUMENT...
expect() {
	status=$1 output=$2 errors=$3
	shift 3
	got_output=$("$pideisn" "$@" 2>/dev/null)
	got_status=$?
	got_errors=$("$pideisn" "$@" 2>&1 >/dev/null)
	if [ "$got_status" != "$status" ] || [ "$got_output" != "$output" ] ||
	   [ "$got_errors" != "$errors" ]; then
		echo "pideisn $*: status $got_status, output '$got_output', errors '$got_errors'"
		failed=1
	fi
}

expect 1 "" "pideisn: runs only as process 1"
expect 0 "pideisn $version" "" --version
expect 2 "" "usage: pideisn [--version]" --help
expect 2 "" "usage: pideisn [--version]" --version more
exit $failed
