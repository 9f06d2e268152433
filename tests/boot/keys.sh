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

boot 0 "" --expect 'pideisn: ready' \
	--send 'grep -A4 "Power Button" /proc/bus/input/devices | grep -c event | sed "s/^/buttons: /"' \
	--expect 'buttons: 1' \
	--power-button \
	--expect 'pideisn: asked to power off by signal 38' \
	--expect 'pideisn: powering off'
[ "$(grep -c 'pideisn: asked to' console)" -eq 1 ]

boot 0 "first" --expect 'pideisn: ready' \
	--send 'kexec /boot/kernel /boot/initrd "console=ttyS0 quiet second" && reboot' \
	--expect 'pideisn: asked to reboot by SIGTERM' \
	--expect 'pideisn: rebooting' \
	--expect 'pideisn: ready' \
	--send 'echo "now [$(cat /proc/cmdline)]"' \
	--expect 'now [console=ttyS0 quiet second]' \
	--power-button
