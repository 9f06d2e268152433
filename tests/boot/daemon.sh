#!/bin/sh
# An image with a daemon as mvirt-vmm: PID 1 starts it, starts it again after a crash, and stops
# it in order when it asks for power off itself.
# usage: daemon.sh MVIRT-MKOS PROJECT DAEMON
set -eu
mkos=$1
project=$2
daemon=$3

mkdir p
cp -R "$project/config" "$project/kernel.config" "$project/kernel.version" \
	"$project/cmdline.txt" p/
"$mkos" -C p build --recipe guest --kernel-source distro --payload "mvirt-vmm=$daemon"
"$mkos" -C p run --log "$PWD/console" \
	--expect 'daemon: first start, crashing' \
	--expect 'mvirt-vmm killed by signal 6 (SIGABRT)' \
	--expect 'daemon: second start, asking for power off' \
	--expect 'pideisn: stopping mvirt-vmm' \
	--expect 'daemon: asked to stop, stopping' \
	--expect 'pideisn: mvirt-vmm stopped' \
	--expect 'pideisn: powering off' ||
	{ cat console; exit 1; }

# The same image once more: a step that does not come is a failure that says so.
status=0
"$mkos" -q -C p run --expect 'no such text' 2>err || status=$?
cat err
[ "$status" -eq 1 ]
grep -q "the guest ended before 'no such text' appeared" err

# Nor is a guest that resets itself, as after a panic, one that powered off.
status=0
"$mkos" -q -C "$project" run --expect 'pideisn: ready' --send 'reboot' \
	--expect 'pideisn: rebooting' 2>err || status=$?
cat err
[ "$status" -eq 1 ]
grep -q "did not power itself off: QEMU ended for 'guest-reset'" err
