#!/bin/sh
# A block device is written over only when it is named twice and nothing uses it; what is written is
# there afterwards. Needs root and a loop device. usage: erase.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
PATH=$PATH:/sbin:/usr/sbin
cp "$3/tests/fuzz/corpus/pe/uki-x64" one.efi
[ "$(id -u)" -eq 0 ] || skip "not root"
# What was on the disk must not shine through.
tr '\0' '\377' </dev/zero | head -c 100M >disk
loop=$(losetup -f --show -P disk 2>/dev/null) || skip "no loop device"
trap 'umount mounted 2>/dev/null || true; losetup -d "$loop"' EXIT
name=${loop#/dev/}

expect 1 "$mkos" iso --uki one.efi -o "$loop"
says err "mvirt-mkos iso: '$loop' is a block device: all that is on it would be lost; say \
--yes-erase $name if that is meant"
expect 1 "$mkos" iso --uki one.efi -o "$loop" --yes-erase sdz
says err "mvirt-mkos iso: '$loop' is a block device, and --yes-erase names another, 'sdz'"
expect 2 "$mkos" disk --uki one.efi -o "$loop" --yes-erase "$name" --size 50M
has err "it has its own size and is written raw"
expect 1 "$mkos" disk --uki one.efi -o "$loop" --yes-erase "$name" --partition state:90M
has err "'$loop' has 100 MiB, but the image takes 125 MiB"
[ "$(head -c 4096 disk | tr -d '\377' | wc -c)" -eq 0 ] || fail "a refused run wrote"

expect 0 "$mkos" disk --uki one.efi -o "$loop" --yes-erase "$name" --partition state:20M
sync
sgdisk -v disk >table
has table "No problems found"
dd if=disk of=esp bs=1M skip=1 count=33 status=none
fsck.vfat -n esp >fsck 2>&1 || fail "$(cat fsck)"
mcopy -n -i esp ::EFI/BOOT/BOOTX64.EFI copy
same copy one.efi
# The new partition begins and ends with zeros.
for at in 34 53; do
	[ "$(dd if=disk bs=1M skip=$at count=1 status=none | tr -d '\0' | wc -c)" -eq 0 ] ||
		fail "MiB $at of the disk is not zero"
done

# One that is mounted is refused, by its own name and by that of a link.
mkdir mounted
mkfs.vfat "$loop" -I >/dev/null
if mount "$loop" mounted 2>/dev/null; then
	expect 1 "$mkos" iso --uki one.efi -o "$loop" --yes-erase "$name"
	says err "mvirt-mkos iso: '$loop' is in use: it is mounted on '$PWD/mounted': unmount it"
	ln -s "$loop" link
	expect 1 "$mkos" iso --uki one.efi -o link --yes-erase link
	has err "is in use"
	umount mounted
fi
exit $failed
