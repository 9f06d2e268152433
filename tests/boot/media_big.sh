#!/bin/sh
# A payload of 3 GiB that is empty: the ISO takes no more room than the payload does, it is sound,
# and boots. usage: media_big.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
uki=$2/target/mvirt.efi

truncate -s 3G payload
printf end >>payload
"$mkos" iso --uki "$uki" --add payload=data/payload -o big.iso
[ "$(($(stat -c %b big.iso) / 2048))" -le 24 ] || { echo "not sparse"; exit 1; }
sgdisk -v big.iso | grep 'No problems found'
# A view of the partition: no copy of 3 GiB.
mtype -i big.iso@@1M ::data/payload | cmp - payload
mtype -i big.iso@@1M ::EFI/BOOT/BOOTX64.EFI | cmp - "$uki"
dd if=big.iso of=esp bs=1M skip=1 conv=sparse status=none
fsck.vfat -n esp
"$mkos" run --attach usb big.iso --log console --expect 'pideisn: ready' --power-button ||
	{ cat console; exit 1; }
