#!/bin/sh
# inspect reads ISOs and disks that other tools made: sgdisk, sfdisk, mkfs.vfat, mtools, xorriso,
# genisoimage and genimage. What mdir, isoinfo and sgdisk list is what it has to list.
# usage: inspect_media.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
uki=$3/tests/fuzz/corpus/pe/uki-x64
PATH=$PATH:/sbin:/usr/sbin
for tool in sgdisk sfdisk mkfs.vfat mcopy mdir mmd xorriso genisoimage isoinfo genimage; do
	command -v $tool >/dev/null || skip "no $tool"
done
export MTOOLS_SKIP_CHECK=1 LC_ALL=C.UTF-8
"$mkos" inspect --json=short "$uki" >uki.json

# paths FILE: what inspect lists in file systems, before it tells of the UKIs.
paths() {
	sed -n '/^$/q; s/^    \([^ ].*\)/\1/p' "$1" | sed 's/  [0-9.]* \(bytes\|[KMG]iB\).*//'
}

# A FAT of each kind with names of each kind, in a file system without partitions.
echo text >text
: >nothing
# fat FILE MKFS-OPTIONS...
fat() {
	file=$1
	shift
	mkfs.vfat --invariant -n 'TEST LABEL' "$@" >/dev/null
	mmd -i "$file" ::EFI ::EFI/BOOT ::EFI/Linux
	mcopy -i "$file" "$uki" ::EFI/BOOT/BOOTX64.EFI
	mcopy -i "$file" "$uki" '::EFI/Linux/A long name, with a blank.efi'
	mcopy -i "$file" text ::EFI/lower.txt
	mcopy -i "$file" text '::Übergröße.conf'
	mcopy -i "$file" nothing ::EMPTY
	mcopy -i "$file" text ::gone
	mdel -i "$file" ::gone
}
fat fat12.img -C fat12.img 1440
fat fat16.img -C -F 16 fat16.img 16384
fat fat32.img -C -F 32 -s 1 fat32.img 34816
for bits in 12 16 32; do
	expect 0 "$mkos" inspect fat$bits.img
	has out "  FAT$bits, label 'TEST LABEL', id "
	has out "no partitions"
	paths out | sort >ours
	mdir -/ -b -i fat$bits.img :: | sed 's,^::/,,; s,/$,/,' | sort >theirs
	same ours theirs
	[ "$(grep -c '(a UKI)' out)" -eq 2 ] || fail "UKIs in FAT$bits"
	has out "EFI/Linux/A long name, with a blank.efi:"
	# What is told of the UKI inside is what is told of it outside.
	"$mkos" inspect "$uki" >alone
	sed -n '/^EFI\/BOOT\/BOOTX64.EFI:/,/^EFI\/Linux/p' out | sed '1d; $d; /^$/d' >inside
	sed -i '/^$/d' alone
	same inside alone
done
# A file in pieces is read in order.
mkfs.vfat --invariant -C pieces.img 256 >/dev/null
for n in 1 2 3 4 5 6 7 8; do mcopy -i pieces.img text ::f$n; done
for n in 1 3 5 7; do mdel -i pieces.img ::f$n; done
mcopy -i pieces.img "$uki" ::pieces.efi
expect 0 "$mkos" inspect --json=short pieces.img
has out "$(sed 's/^{//; s/}$//' uki.json)"

# GPT with what sgdisk writes; the ESP's table, type, name and place.
truncate -s 40M gpt.img
sgdisk -og -U 01234567-89ab-cdef-0123-456789abcdef \
	-n 1:2048:+34M -t 1:ef00 -c 1:'The ESP' -u 1:11111111-2222-3333-4444-555555555555 \
	-n 5:0:+1M -t 5:8300 -c 5:stäte gpt.img >/dev/null
dd if=fat32.img of=gpt.img bs=1M seek=1 conv=notrunc status=none
expect 0 "$mkos" inspect gpt.img
has out "GPT, id 01234567-89ab-cdef-0123-456789abcdef, sectors of 512 bytes"
has out "partition 1: EFI system partition, 'The ESP', 34.0 MiB at byte 1048576, id \
11111111-2222-3333-4444-555555555555"
has out "partition 5: Linux, 'stäte', 1.0 MiB at byte 36700160, id "
has out "  FAT32, label 'TEST LABEL'"
if grep -q problem out; then fail "$(grep problem out)"; fi
expect 0 "$mkos" inspect --json=short gpt.img
has out '"type":"disk"'
has out '"number":1,"type":"c12a7328-f81f-11d2-ba4b-00a0c93ec93b"'
has out '"start":36700160,"size":1048576'
has out '"path":"EFI/Linux/A long name, with a blank.efi"'
# What is wrong with a table is said; the copy at the end serves where the first one is broken.
cp gpt.img cut.img
truncate -s 39M cut.img
expect 0 "$mkos" inspect cut.img
has out "problem: the GPT's copy is said to be in block 81919, but the last one is 79871"
cp gpt.img broken.img
printf x | dd of=broken.img bs=1 seek=600 conv=notrunc status=none
expect 0 "$mkos" inspect broken.img
has out "problem: the GPT's header has a wrong checksum: this is its copy"
has out "partition 5: Linux"
printf x | dd of=broken.img bs=1 seek=$((40 * 1024 * 1024 - 500)) conv=notrunc status=none
expect 0 "$mkos" inspect broken.img
has out "problem: there is no GPT where the MBR says so"

# An MBR with logical partitions.
truncate -s 40M mbr.img
printf 'label: dos\nlabel-id: 0x1234abcd\nstart=2048,size=34M,type=ef,bootable\ntype=5\nsize=1M,type=83\nsize=1M,type=82\n' |
	sfdisk -q mbr.img
dd if=fat32.img of=mbr.img bs=1M seek=1 conv=notrunc status=none
expect 0 "$mkos" inspect mbr.img
has out "MBR, id 1234abcd"
has out "partition 1: EFI system partition, 34.0 MiB at byte 1048576, active"
for n in 5 6; do
	start=$(sfdisk -d mbr.img | sed -n "s/^mbr.img$n : start= *\([0-9]*\),.*/\1/p")
	grep -q "^partition $n: Linux.*, 1.0 MiB at byte $((start * 512))\$" out ||
		fail "partition $n: $(cat out)"
done

# ISOs by xorriso (Rock Ridge, boot entries for BIOS and EFI, a partition behind it) and genisoimage.
mkdir -p root/deep/deeper root/isolinux
cp text 'root/deep/deeper/A long name, with a blank'
cp "$uki" root/deep/linux.efi
seq 100000 >root/seq
head -c 4096 /dev/zero >root/isolinux/isolinux.bin
xorriso -as mkisofs -quiet -r -J -V XTEST -c isolinux/boot.cat -b isolinux/isolinux.bin \
	-no-emul-boot -boot-load-size 4 -append_partition 2 0xef fat16.img -appended_part_as_gpt \
	-eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot \
	-o x.iso root 2>/dev/null
expect 0 "$mkos" inspect x.iso
has out "ISO9660, label 'XTEST'"
has out "names by Rock Ridge"
has out "boot entry 1: BIOS"
has out "boot entry 2: EFI, at byte"
has out "  FAT16, label 'TEST LABEL'"
sed '/^boot entry/,$d' out >volume
paths volume | sed 's,/$,,' | sort >ours
isoinfo -f -R -i x.iso | sed 's,^/,,' | sort >theirs
same ours theirs
has out "deep/linux.efi:"
expect 0 "$mkos" inspect --json=short x.iso
has out '"type":"iso"'
has out '"platform":"efi","bootable":true'
has out "$(sed 's/^{//; s/}$//' uki.json)"

# The EFI file system as a file in the ISO, with no partition around it.
cp fat12.img root/efi.img
xorriso -as mkisofs -quiet -r -V ETEST -e efi.img -no-emul-boot -o e.iso root 2>/dev/null
expect 0 "$mkos" inspect e.iso
has out "boot entry 1: EFI"
has out "  FAT12, label 'TEST LABEL'"
rm root/efi.img

for options in "-J" "-iso-level 3" "-R" "-J -R"; do
	genisoimage -quiet $options -V GTEST -o g.iso root 2>/dev/null
	tree=
	case $options in *-R*) tree=-R ;; *-J*) tree=-J ;; esac
	expect 0 "$mkos" inspect g.iso
	paths out | sed 's,/$,,' | sort >ours
	isoinfo -f $tree -i g.iso | sed 's,^/,,; s,;1$,,; s,\.$,,' | sort >theirs
	same ours theirs
done

# genimage, as embedded systems use it.
mkdir -p gen/input gen/root
cp "$uki" gen/input/linux.efi
cat >gen/config <<'CONFIG'
image esp.vfat {
	vfat { label = "GEN" files = { "linux.efi" } }
	size = 40M
}
image disk.img {
	hdimage { partition-table-type = "gpt" }
	partition esp { partition-type-uuid = "U" image = "esp.vfat" }
}
CONFIG
genimage --config gen/config --inputpath gen/input --rootpath gen/root --tmppath gen/tmp \
	--outputpath gen >/dev/null 2>gen/log || { cat gen/log; fail "genimage"; }
expect 0 "$mkos" inspect gen/disk.img
has out "partition 1: EFI system partition, 'esp', 40.0 MiB"
has out "    linux.efi"
has out "(a UKI)"

# What is broken is refused with a sentence.
cp fat12.img cut
truncate -s 700K cut
expect 1 "$mkos" inspect cut
says err "mvirt-mkos inspect: 'cut': FAT file system of 1474560 bytes is cut short after 716800"
# On a partition it is a problem to tell of, and the rest is shown.
cp gpt.img shared.img
printf '\003\0\0\0' | dd of=shared.img bs=1 seek=$((1048576 + 32 * 512 + 3 * 4)) conv=notrunc status=none
expect 0 "$mkos" inspect shared.img
has out "problem: partition 1: "
has out "a folder has no end"
has out "partition 5: Linux"
# Many entries may name one file system, which is walked once.
cp mbr.img twice.img
dd if=mbr.img of=twice.img bs=1 skip=446 seek=478 count=16 conv=notrunc status=none
expect 0 "$mkos" inspect twice.img
has out "problem: partition 3: it overlaps partition 1, which has a FAT too"
head -c 40000 x.iso >cut
expect 1 "$mkos" inspect cut
[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"
printf 'QFI\373' >q
truncate -s 1M q
expect 1 "$mkos" inspect q
has err "'q' is in QEMU's format: make it raw first, with qemu-img convert -O raw"
expect 0 "$mkos" inspect --lint gpt.img
says out "nothing wrong"
expect 1 "$mkos" inspect --lint shared.img
has out "error: partition 1: "
says err "mvirt-mkos inspect: 'shared.img' has 1 error"
expect 1 "$mkos" inspect --lint --json=short shared.img
has out '{"errors":[{"text":"partition 1: '
expect 1 "$mkos" inspect --list gpt.img
says err "mvirt-mkos inspect: 'gpt.img' is a disk: --list, --sizes, --cat, --extract and --diff are for an initramfs"
exit $failed
