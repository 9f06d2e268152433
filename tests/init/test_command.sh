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
expect 2 "" "usage: pideisn [--version|--probe]" --help
expect 2 "" "usage: pideisn [--version|--probe]" --version more

# In an empty root nothing of the kernel is seen but its system calls, which every kernel that builds
# this has.
mkdir -p empty
cp "$pideisn" empty/init
if unshare --user --map-root-user chroot empty /init --probe >missing; then
	echo "nothing is missing in an empty root"
	failed=1
fi
for option in PROC_FS PROC_SYSCTL SYSFS PRINTK DEVTMPFS CGROUPS EXT4_FS MEMCG; do
	grep -qx "CONFIG_$option is missing" missing || { echo "no word of $option"; failed=1; }
done
! grep 'SIGNALFD\|TIMERFD\|UNIX is\|INET\|SHMEM' missing || failed=1
[ "$(grep -vcx 'CONFIG_[A-Z0-9_]* is missing' missing)" -eq 0 ] || failed=1
exit $failed
