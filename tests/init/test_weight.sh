#!/bin/sh
# PID 1 and the network's program are small, and hardened all the same: they need nothing else to run,
# can be loaded anywhere, and have no page that is both written and run.
# usage: test_weight.sh READELF OBJDUMP PIDEISN NETWORK
set -eu
readelf=$1
objdump=$2

# weighs PROGRAM BYTES: not more than that.
weighs() {
	size=$(stat -c %s "$1")
	echo "$1: $size bytes of $2"
	[ "$size" -le "$2" ] || { echo "FAILED: more than it may have"; exit 1; }
}

# Lines that were found once and are to stay.
has() {
	printf '%s\n' "$facts" | grep -qE -- "$1" || { echo "FAILED: no '$1'"; exit 1; }
}

lacks() {
	! printf '%s\n' "$facts" | grep -qE -- "$1" || { echo "FAILED: there is '$1'"; exit 1; }
}

weighs "$3" 65536
weighs "$4" 57344
for program in "$3" "$4"; do
	facts=$("$readelf" -hldW "$program")
	has 'Type: +DYN '
	has '^ +GNU_RELRO '
	has 'FLAGS.*BIND_NOW|FLAGS_1.*NOW'
	has 'FLAGS_1.*PIE'
	has '^ +GNU_STACK .* RW '
	lacks 'INTERP|NEEDED|TEXTREL'
	lacks '^ +LOAD .* RWE '
	# The canary's place; the names are stripped.
	if [ "$(uname -m)" = x86_64 ]; then
		facts=$("$objdump" -d "$program")
		has '%fs:0x28'
	fi
done
