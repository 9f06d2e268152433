#!/bin/sh
# Two UKIs and systemd-boot: the first one is the default, and when it counts tries and hangs, the
# other one is taken. usage: media_menu.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
uki=$2/target/mvirt.efi
kernel=$2/kernel/arch/x86/boot/bzImage
initrd=$2/target/initramfs.cpio.gz

for name in first second; do
	"$mkos" -q uki --kernel "$kernel" --initrd "$initrd" --os-release "ID=mvirt
VERSION_ID=$name
PRETTY_NAME=$name" --cmdline "console=ttyS0 quiet pideisn.hostname=$name" -o $name.efi
done
"$mkos" disk --uki first.efi --uki second.efi -o menu.img
"$mkos" run --log console --expect 'pideisn: ready' --send hostname --expect first menu.img \
	--power-button --expect 'pideisn: powering off' || { cat console; exit 1; }

# The tries of "broken" are used up (+0): the boot loader puts it last.
"$mkos" disk --uki first.efi=zz-broken+0-3 --uki second.efi=aa-good -o count.img
"$mkos" run --log console --expect 'pideisn: ready' --send hostname --expect second count.img \
	--power-button --expect 'pideisn: powering off' || { cat console; exit 1; }
