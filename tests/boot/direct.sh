#!/bin/sh
# The image boots without firmware as well: what is in the UKI, and kernel and initramfs by
# themselves. What is typed is echoed: the arithmetic tells the answer from the question.
# usage: direct.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
project=$2
cmdline=$(cat "$project/cmdline.txt")

"$mkos" -C "$project" run --direct --log "$PWD/uki" \
	--expect 'pideisn: ready' --send 'echo "[$((6 * 7))] [$(cat /proc/cmdline)]"' \
	--expect "[42] [$cmdline]" --power-button || { cat uki; exit 1; }
"$mkos" run "$project/kernel/arch/x86/boot/bzImage" --cmdline 'console=ttyS0 quiet given=1' \
	--initrd "$project/target/initramfs.cpio.gz" --cpus 2 --memory 256M --log kernel \
	--expect 'pideisn: ready' \
	--send 'echo "[$((6 * 7))] [$(cat /proc/cmdline)] [$(grep -c ^processor /proc/cpuinfo)]"' \
	--expect '[42] [console=ttyS0 quiet given=1] [2]' --power-button || { cat kernel; exit 1; }
