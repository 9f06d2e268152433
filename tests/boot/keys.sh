#!/bin/sh
# What needs a kernel with a keyboard, ACPI_BUTTON and kexec: Ctrl-Alt-Del at any time of the boot is
# one orderly reboot, a press of the power button that comes by netlink and by an input device is
# one request, and a reboot goes into the kernel that was loaded.
# usage: keys.sh MVIRT-MKOS PROJECT LIB FRAGMENT KEXEC
set -eu
mkos=$1
project=$2
fragment=$4
kexec=$5
. "$3"

mkdir p
cp -R "$project/config" "$project/kernel.config" "$project/kernel.version" \
	"$project/cmdline.txt" p/
mkdir -p "$project/cache"
ln -s "$project/cache" p/cache
"$mkos" -C p kernel --recipe guest --kernel-source distro --fragment kernel.config \
	--fragment "$fragment"
kernel=p/kernel/arch/x86/boot/bzImage
printf 'file /usr/bin/kexec %s 0755 0 0\nfile /boot/kernel %s 0644 0 0\n' "$kexec" "$kernel" >list
printf 'file /boot/initrd %s 0644 0 0\n' "$initrd" >>list
add list

# Whenever the keys come, they are not lost, and no reset: PID 1 has asked for a signal before all
# else. Before there is a PID 1 the kernel itself restarts.
for moment in 'pideisn: the watchdog' 'pideisn: ready'; do
	boot 1 "" --qemu '-device i6300esb' --expect "$moment" \
		--monitor 'sendkey ctrl-alt-delete' --monitor 'sendkey ctrl-alt-delete' \
		--expect 'pideisn: asked to reboot by SIGINT' \
		--expect 'pideisn: rebooting'
	reset
	[ "$(grep -c 'pideisn: asked to' console)" -eq 1 ]
done

# press MOMENT: the keys that many fifths of a second after the start; then, as soon as PID 1 is
# ready, again, since there may have been no keyboard yet. Prints who restarted the machine.
press() {
	rm -f monitor.in pressed
	mkfifo monitor.in
	: >pressed
	timeout 120 qemu-system-x86_64 -accel tcg -cpu max -m 512 -machine q35 -nodefaults \
		-display none -no-reboot -nic none -device i6300esb -serial file:pressed \
		-monitor stdio -kernel "$kernel" -initrd "$initrd" \
		-append "console=ttyS0 quiet" <monitor.in >monitor.out 2>&1 &
	machine=$!
	exec 3>monitor.in
	sleep "$(awk "BEGIN { print $1 / 5 }")"
	begun=$(grep -c 'pideisn: ' pressed || true)
	echo 'sendkey ctrl-alt-delete' >&3
	while kill -0 $machine 2>/dev/null && ! grep -q 'pideisn: ready' pressed; do
		sleep 0.1
	done
	sleep 1
	# A machine that is gone takes no keys.
	(echo 'sendkey ctrl-alt-delete' >&3) 2>/dev/null || true
	wait $machine
	exec 3>&-
	if grep -q 'pideisn: asked to reboot by SIGINT' pressed; then
		[ "$(grep -c 'pideisn: asked to' pressed)" -eq 1 ]
		was pressed 'pideisn: rebooting'
		echo "$1: PID 1"
	elif [ "$begun" -eq 0 ] && ! grep -q 'pideisn: ' pressed; then
		echo "$1: the kernel"
	else
		cat pressed
		echo "after $1 fifths of a second: neither the kernel nor PID 1 in order"
		exit 1
	fi
	! grep -q 'Kernel panic\|Attempted to kill init' pressed || exit 1
	grep -q 'pideisn: ready' pressed && [ "$begun" -gt 0 ]
}
moment=1
until press $moment; do
	moment=$((moment + 1))
	[ $moment -lt 300 ] || exit 1
done

# The power button by both ways of this kernel at once is one request; then each way alone: without
# input devices, and by the power key of a keyboard, of which ACPI knows nothing.
boot 0 "" --expect 'pideisn: ready' \
	--send 'grep -A4 "Power Button" /proc/bus/input/devices | grep -c event | sed "s/^/buttons: /"' \
	--expect 'buttons: 1' \
	--power-button \
	--expect 'pideisn: asked to power off by signal 38' \
	--expect 'pideisn: powering off'
[ "$(grep -c 'pideisn: asked to' console)" -eq 1 ]
printf '#!/bin/sh\nmount -t devtmpfs dev /dev\nrm -r /dev/input\nexec /init\n' >blind
cp list list.blind
echo 'file /blind blind 0755 0 0' >>list.blind
whole=$initrd
add list.blind
boot 0 "rdinit=/blind" --expect 'pideisn: ready' \
	--send 'ls /dev/input/* 2>/dev/null | wc -l | sed "s/^/inputs: /"' --expect 'inputs: 0' \
	--power-button \
	--expect 'pideisn: asked to power off by signal 38' \
	--expect 'pideisn: powering off'
initrd=$whole
boot 0 "" --expect 'pideisn: ready' --monitor 'sendkey power' \
	--expect 'pideisn: asked to power off by signal 38' \
	--expect 'pideisn: powering off'

boot 0 "first" --expect 'pideisn: ready' \
	--send 'kexec /boot/kernel /boot/initrd "console=ttyS0 quiet second" && reboot' \
	--expect 'pideisn: asked to reboot by SIGTERM' \
	--expect 'pideisn: rebooting' \
	--expect 'pideisn: ready' \
	--send 'echo "now [$(cat /proc/cmdline)]"' \
	--expect 'now [console=ttyS0 quiet second]' \
	--power-button
