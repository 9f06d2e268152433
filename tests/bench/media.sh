#!/bin/sh
# How fast an ISO of a UKI of 512 MiB is made, beside a copy of the file and beside what people use
# for it: medians of several runs in turn. Prints tables and fails only when something does not run.
# usage: media.sh MVIRT-MKOS PROJECT [RUNS]
set -eu
mkos=$1
runs=${3:-5}
measure=$(cd "$(dirname "$0")" && pwd)/measure.py
PATH=$PATH:/sbin:/usr/sbin

for tool in xorriso mkfs.vfat mcopy genimage; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
cp "$2/tests/fuzz/corpus/pe/uki-x64" uki.efi
head -c 512M /dev/urandom >>uki.efi
mkdir root

cat >pipeline.sh <<'SCRIPT'
set -eu
rm -f esp.img theirs.iso
truncate -s 530M esp.img
mkfs.vfat -F 32 esp.img
mmd -i esp.img ::EFI ::EFI/BOOT
mcopy -i esp.img uki.efi ::EFI/BOOT/BOOTX64.EFI
xorriso -as mkisofs -r -V MVIRT -append_partition 2 0xef esp.img -appended_part_as_gpt \
	-partition_offset 16 -e --interval:appended_partition_2:all:: -no-emul-boot \
	-o theirs.iso root
SCRIPT
cat >genimage.cfg <<'CONFIG'
image esp.vfat {
	vfat {
		extraargs = "-F 32"
		file EFI/BOOT/BOOTX64.EFI { image = "uki.efi" }
	}
	size = 530M
}
image genimage.img {
	hdimage { partition-table-type = "gpt" }
	partition esp {
		partition-type-uuid = U
		image = "esp.vfat"
	}
}
CONFIG

echo "not synced"
python3 "$measure" "$runs" \
	"cp" copy "rm -f copy; cp uki.efi copy" \
	"mvirt-mkos iso --no-sync" ours.iso "rm -f ours.iso; '$mkos' -q iso --no-sync --uki uki.efi -o ours.iso" \
	"mvirt-mkos disk --no-sync" ours.img "rm -f ours.img; '$mkos' -q disk --no-sync --uki uki.efi -o ours.img" \
	"mkfs.vfat + mcopy + xorriso" theirs.iso "sh pipeline.sh >log 2>&1" \
	"genimage" images/genimage.img "rm -rf tmp images; genimage --config genimage.cfg \
		--inputpath . --rootpath root --tmppath tmp --outputpath images >log 2>&1"
echo "on the disk"
python3 "$measure" "$runs" \
	"cp + sync" copy "rm -f copy; cp uki.efi copy; sync copy" \
	"mvirt-mkos iso" ours.iso "rm -f ours.iso; '$mkos' -q iso --uki uki.efi -o ours.iso"
