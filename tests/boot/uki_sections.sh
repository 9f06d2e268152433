#!/bin/sh
# A UKI with 20 sections of its own, more than the headers of Debian 12's stub have room for, a large
# one among them, and two initrds: firmware starts it, and the kernel unpacks both.
# usage: uki_sections.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
project=$2

echo 'of the second archive' >content
echo 'file /second content 0644 0 0' >list
"$mkos" -q initramfs --list list -o second
head -c 100001 /dev/urandom >large
set -- --section .large:@large
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
	set -- "$@" --section ".x$n:section $n"
done
"$mkos" uki --linux "$project/kernel/arch/x86/boot/bzImage" \
	--initrd "$project/target/initramfs.cpio.gz" --initrd second \
	--cmdline 'console=ttyS0 quiet twenty=20' --os-release @"$project/config/os-release" \
	--config /dev/null -o twenty.efi "$@"
[ "$("$mkos" inspect --all --json=short twenty.efi | grep -o '"\.[^"]*":{' | wc -l)" -ge 26 ]
"$mkos" run --log "$PWD/console" \
	--expect 'pideisn: ready' \
	--send 'echo "[$(cat /second)] [$(cat /proc/cmdline)]"' \
	--expect '[of the second archive] [console=ttyS0 quiet twenty=20]' \
	--power-button \
	--expect 'pideisn: powering off' twenty.efi ||
	{ cat console; exit 1; }
