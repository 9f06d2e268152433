#!/bin/sh
# Runs a test script in an empty folder that is deleted afterwards. Exit status 77 means that the
# test cannot run on this machine; with CI=true nothing may be left out, so that is a failure.
set -u

script=$1
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
sh "$script" "$@"
status=$?
if [ "$status" -eq 77 ] && [ "${CI:-}" = true ]; then
	echo "a test that cannot run counts as failed in CI" >&2
	status=1
fi
exit "$status"
