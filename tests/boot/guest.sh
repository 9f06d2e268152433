#!/bin/sh
# The image boots under UEFI: PID 1 is ready, the kernel is the one that was built, command line
# and host name are those given, the shell answers, and the power button ends it in order.
# usage: guest.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
project=$2

release=$("$mkos" inspect --json=short "$project/kernel/arch/x86/boot/bzImage" |
	sed 's/.*"uname":"\([^"]*\)".*/\1/')
[ -n "$release" ]
cmdline=$(cat "$project/cmdline.txt")
host=$(cat "$project/config/rootfs/etc/hostname")

# What is typed is echoed: the arithmetic and the brackets tell the answer from the question.
"$mkos" -C "$project" run --log "$PWD/console" \
	--expect 'pideisn: ready' \
	--send 'echo "[$((6 * 7))] [$(uname -r)] [$(cat /proc/cmdline)] [$(hostname)]"' \
	--expect "[42] [$release] [$cmdline] [$host]" \
	--send 'ping -c 1 127.0.0.1 >/dev/null && echo "lo is $((40 + 2))"' \
	--expect 'lo is 42' \
	--send 'grep " efivarfs rw,nosuid,nodev,noexec," /proc/mounts | wc -l | sed "s/^/efivarfs: /"' \
	--expect 'efivarfs: 1' \
	--send 'grep -c " tmpfs " /proc/mounts; echo "first: $(cat /proc/1/comm)."' \
	--expect 'first: init.' \
	--power-button \
	--expect 'pideisn: powering off' ||
	{ cat console; exit 1; }
if grep -q 'Kernel panic' console; then
	exit 1
fi
