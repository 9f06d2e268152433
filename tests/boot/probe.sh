#!/bin/sh
# What the roles promise answers a program that runs as PID 1 of the kernel, in a UKI, and in vmlinux,
# which virtual machines load without firmware by its PVH note.
# usage: probe.sh MVIRT-MKOS PROJECT PROBE ROLES
set -eu
mkos=$1
project=$2
probe=$3
roles=$4

{
	echo "dir /dev 0755 0 0"
	echo "nod /dev/console 0600 0 0 c 5 1"
	echo "file /init $probe 0755 0 0"
} >list
"$mkos" -q initramfs --list list -o probe.cpio.gz
"$mkos" -q uki --kernel "$project/kernel/arch/x86/boot/bzImage" --initrd probe.cpio.gz \
	--cmdline "console=ttyS0 quiet roles=$roles" -o probe.efi

# answers WHAT...: run's words for the image.
answers() {
	"$mkos" -q run "$@" -m 1G --log console --expect 'tried, 0 failed' >/dev/null || {
		grep -a 'probe:' console
		exit 1
	}
	echo "$1: $(grep -a 'tried, 0 failed' console)"
}
answers probe.efi
answers "$project/kernel/vmlinux" --initrd probe.cpio.gz \
	--cmdline "console=ttyS0 quiet roles=$roles"
# A probe that tries nothing must not pass.
grep -a 'probe:.* answers' console
